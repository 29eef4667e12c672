/** Those who are there now; whoever wants to can wait until all have gone. */
export class Crowd<Member> {
  readonly #members = new Set<Member>()
  #lastHasGone = Promise.withResolvers<void>()

  get size(): number {
    return this.#members.size
  }

  add(member: Member): void {
    this.#members.add(member)
  }

  remove(member: Member): void {
    if (!this.#members.delete(member) || this.size > 0) return
    this.#lastHasGone.resolve()
    this.#lastHasGone = Promise.withResolvers()
  }

  async gone(): Promise<void> {
    if (this.size > 0) await this.#lastHasGone.promise
  }

  [Symbol.iterator](): Iterator<Member> {
    return this.#members.values()
  }
}
