/** Counts how often each thing was seen. */
export class Counter<Thing> {
  readonly #counts: Map<Thing, number>

  /** With the counts of `entries`, of another counter. */
  constructor(entries: readonly (readonly [Thing, number])[] = []) {
    this.#counts = new Map(entries)
  }

  add(thing: Thing, times = 1): void {
    this.#counts.set(thing, this.of(thing) + times)
  }

  addAll(other: Counter<Thing>): void {
    for (const [thing, count] of other.#counts) this.add(thing, count)
  }

  of(thing: Thing): number {
    return this.#counts.get(thing) ?? 0
  }

  /** How many different things were seen. */
  get size(): number {
    return this.#counts.size
  }

  /** The things and their counts, in order of first appearance. */
  entries(): [Thing, number][] {
    return [...this.#counts]
  }
}
