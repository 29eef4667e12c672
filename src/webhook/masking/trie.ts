/** Bytes to search for. */
export interface Pattern {
  readonly bytes: Uint8Array
  /** How many base64 digits before and after a match contain some bits of the value. */
  readonly before?: 0 | 1
  readonly after?: 0 | 1
}

/** The longest pattern that ends at an index. */
export interface Match {
  readonly length: number
  readonly before: number
  readonly after: number
}

/** A trie of the patterns. Each prefix is a state; the empty prefix is state 0. */
export class Trie {
  size = 1
  readonly #firstChild: Int32Array
  readonly #nextSibling: Int32Array
  readonly #symbol: Uint8Array
  readonly #depth: Int32Array
  /** The failure link of each state: the longest proper suffix that is a state. */
  readonly #failure: Int32Array
  /** The longest match that ends in a state: its length, shifted left by two bits for `before` and `after`; 0 for none. */
  readonly #match: Int32Array

  constructor(patterns: readonly Pattern[], symbols: Uint8Array) {
    const capacity = patterns.reduce((sum, { bytes }) => sum + bytes.length, 1)
    this.#firstChild = new Int32Array(capacity)
    this.#nextSibling = new Int32Array(capacity)
    this.#symbol = new Uint8Array(capacity)
    this.#depth = new Int32Array(capacity)
    this.#failure = new Int32Array(capacity)
    this.#match = new Int32Array(capacity)
    for (const pattern of patterns) this.#insert(pattern, symbols)
    this.#link()
  }

  countDepth(state: number): number {
    return this.#depth[state] as number
  }

  matches(state: number): boolean {
    return this.#match[state] !== 0
  }

  matchIn(state: number): Match {
    const match = this.#match[state] as number
    return { length: match >> 2, before: (match >> 1) & 1, after: match & 1 }
  }

  /** The next state: the longest state that is a suffix of a state and the symbol after it. */
  follow(begin: number, symbol: number): number {
    let state = begin
    let next = this.#child(state, symbol)
    while (next === 0 && state !== 0) {
      state = this.#failure[state] as number
      next = this.#child(state, symbol)
    }
    return next
  }

  #insert({ bytes, before = 0, after = 0 }: Pattern, symbols: Uint8Array): void {
    let state = 0
    for (let index = 0; index < bytes.length; index++) {
      const symbol = symbols[bytes[index] as number] as number
      state = this.#child(state, symbol) || this.#grow(state, symbol)
    }
    this.#match[state] = (bytes.length << 2) | ((this.#match[state] as number) & 3) | (before << 1) | after
  }

  #child(state: number, symbol: number): number {
    let child = this.#firstChild[state] as number
    while (child !== 0 && this.#symbol[child] !== symbol) child = this.#nextSibling[child] as number
    return child
  }

  #grow(parent: number, symbol: number): number {
    const state = this.size++
    this.#symbol[state] = symbol
    this.#depth[state] = (this.#depth[parent] as number) + 1
    this.#nextSibling[state] = this.#firstChild[parent] as number
    this.#firstChild[parent] = state
    return state
  }

  /** Computes failure links level by level, because the link of a state leads to a lower level. */
  #link(): void {
    const queue = new Int32Array(this.size)
    let length = 1
    for (let at = 0; at < length; at++) {
      const parent = queue[at] as number
      for (
        let child = this.#firstChild[parent] as number;
        child !== 0;
        child = this.#nextSibling[child] as number
      ) {
        queue[length++] = child
        if (parent !== 0) this.#linkChild(child, this.#failure[parent] as number)
      }
    }
  }

  #linkChild(child: number, failureOfParent: number): void {
    const failure = this.follow(failureOfParent, this.#symbol[child] as number)
    this.#failure[child] = failure
    this.#match[child] ||= this.#match[failure] as number
  }
}
