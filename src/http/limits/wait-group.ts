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

  /** Resolves at once where the set is empty, else when it has become so. */
  async waitForEmpty(): Promise<void> {
    if (this.size > 0) await this.#empty.promise
  }

  [Symbol.iterator](): Iterator<Member> {
    return this.#members.values()
  }
}
