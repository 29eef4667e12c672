/** How often each of some things has been seen. */
export class Tally<Thing> {
  readonly #counts = new Map<Thing, number>()

  add(thing: Thing): void {
    this.#counts.set(thing, this.of(thing) + 1)
  }

  of(thing: Thing): number {
    return this.#counts.get(thing) ?? 0
  }

  /** What has been seen, with its count, in the order of its first appearance. */
  entries(): [Thing, number][] {
    return [...this.#counts]
  }
}
