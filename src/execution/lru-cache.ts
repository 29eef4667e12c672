/** How much is kept. */
export interface Bounds {
  readonly entries: number
  /** Of all entries together. */
  readonly weight: number
}

interface Entry<Value> {
  readonly value: Value
  readonly weight: number
}

/** Values by texts. Those that were used last are kept, the others make room for them. */
export class Recent<Value> {
  readonly #bounds: Bounds
  /** The one that was used last stands last. */
  readonly #kept = new Map<string, Entry<Value>>()
  #latest: string | null = null
  #weight = 0

  constructor(bounds: Bounds) {
    this.#bounds = bounds
  }

  get(text: string): Value | undefined {
    const entry = this.#kept.get(text)
    if (entry !== undefined && text !== this.#latest) this.#touch(text, entry)
    return entry?.value
  }

  /** `weight` is that of the value and its text, in characters. */
  set(text: string, value: Value, weight = text.length): void {
    this.#drop(text)
    this.#touch(text, { value, weight })
    this.#weight += weight
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= this.#bounds.entries && this.#weight <= this.#bounds.weight) return
      this.#drop(oldest)
    }
  }

  #touch(text: string, entry: Entry<Value>): void {
    this.#kept.delete(text)
    this.#kept.set(text, entry)
    this.#latest = text
  }

  #drop(text: string): void {
    this.#weight -= this.#kept.get(text)?.weight ?? 0
    this.#kept.delete(text)
  }
}
