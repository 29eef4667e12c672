/** A set whose emptiness can be awaited. */
export class WaitGroup<Member> {
  readonly #members = new Set<Member>()
  #empty = Promise.withResolvers<void>()

  get size(): number {
    return this.#members.size
  }

  add(member: Member): void {
    this.#members.add(member)
  }

  remove(member: Member): void {
    if (!this.#members.delete(member) || this.size > 0) return
    this.#empty.resolve()
    this.#empty = Promise.withResolvers()
  }

  /** Resolves when the set is empty. */
  async waitForEmpty(): Promise<void> {
    if (this.size > 0) await this.#empty.promise
  }

  [Symbol.iterator](): Iterator<Member> {
    return this.#members.values()
  }
}
