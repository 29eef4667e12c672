/** How much is kept. */
export interface Bounds {
  readonly entries: number
  /** Of all texts together. */
  readonly characters: number
}

/** Values by texts. Those that were used last are kept, the others make room for them. */
export class Recent<Value> {
  readonly #bounds: Bounds
  /** The one that was used last stands last. */
  readonly #kept = new Map<string, Value>()
  #latest: string | null = null
  #characters = 0

  constructor(bounds: Bounds) {
    this.#bounds = bounds
  }

  get(text: string): Value | undefined {
    const value = this.#kept.get(text)
    if (value !== undefined && text !== this.#latest) this.set(text, value)
    return value
  }

  set(text: string, value: Value): void {
    this.#drop(text)
    this.#kept.set(text, value)
    this.#latest = text
    this.#characters += text.length
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= this.#bounds.entries && this.#characters <= this.#bounds.characters) return
      this.#drop(oldest)
    }
  }

  #drop(text: string): void {
    if (this.#kept.delete(text)) this.#characters -= text.length
  }
}
