/** The statuses that a list of statuses and classes names. A class such as `4xx` stands for all of its statuses. */
export class StatusSet {
  readonly #has = new Uint8Array(1_000)
  readonly #patterns = new Set<string>()

  /** Adds a status such as 200 or `"200"`, or a class such as `"2xx"`. Returns whether it brings a status that was not there. */
  add(pattern: number | string): boolean {
    const text = String(pattern).toLowerCase()
    if (this.#patterns.has(text)) return false
    this.#patterns.add(text)
    const first = Number(text.replace('xx', '00'))
    const last = text.endsWith('xx') ? first + 99 : first
    const isNew = this.#has.subarray(first, last + 1).includes(0)
    this.#has.fill(1, first, last + 1)
    return isNew
  }

  has(status: number): boolean {
    return this.#has[status] === 1
  }

  /** The statuses, in ascending order. */
  *[Symbol.iterator](): Generator<number> {
    for (const [status, isIn] of this.#has.entries()) if (isIn === 1) yield status
  }

  static of(patterns: readonly (number | string)[]): StatusSet {
    const set = new StatusSet()
    for (const pattern of patterns) set.add(pattern)
    return set
  }
}
