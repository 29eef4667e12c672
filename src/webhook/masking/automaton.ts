import { isBase64Digit } from './base64.ts'
import { type Match, type Pattern, Trie } from './trie.ts'

/**
 * Finds many patterns in one pass (Aho and Corasick, 1975). Each byte costs one table lookup for any patterns and any text,
 * so that the time of a search reveals nothing about the patterns. Rows of the table are built on first use, as in RE2,
 * because a text meets few of the states. Base64 and base64url share an alphabet, and a plus equals a space, as in a form.
 */
export class Automaton {
  /** The symbol of each byte; 0 for bytes that occur in no pattern. */
  readonly #symbols = new Uint8Array(256)
  readonly #trie: Trie
  readonly #width: number
  readonly #longest: number
  /** By row and symbol: the start of the next state's row, negative if a pattern ends there. */
  #table: Int32Array
  /** The start of each state's row; 0 if the state has no row yet. */
  readonly #rows: Int32Array
  /** The state of each row. The first row stays empty. */
  #states: number[] = []

  constructor(patterns: readonly Pattern[]) {
    this.#width = this.#classify(patterns) + 1
    this.#longest = patterns.reduce((longest, { bytes }) => Math.max(longest, bytes.length), 0)
    this.#trie = new Trie(patterns, this.#symbols)
    this.#rows = new Int32Array(this.#trie.size)
    this.#table = new Int32Array(firstRows * this.#width)
    this.#forget()
  }

  /** The row of the initial state. */
  get start(): number {
    return this.#width
  }

  /** Whether a pattern occurs in the first bytes. Reads four parts side by side, so that their table lookups overlap. */
  occursIn(bytes: Uint8Array, length: number): boolean {
    const quarter = length >> 2
    const overlap = Math.max(0, this.#longest - 1)
    if (quarter < overlap * 2 || !this.#isFreeInParts(bytes, quarter, overlap))
      return this.#occurs(bytes, 0, length)
    return this.#occurs(bytes, Math.max(0, quarter * 4 - overlap), length)
  }

  #occurs(bytes: Uint8Array, from: number, to: number): boolean {
    const symbols = this.#symbols
    let table = this.#table
    let at = this.#width
    for (let index = from; index < to; index++) {
      const symbol = symbols[bytes[index] as number] as number
      let next = table[at + symbol] as number
      if (next < 0) {
        if (next === unknown) next = this.#resolve(at, symbol)
        if (next < 0) return true
        table = this.#table
      }
      at = next
    }
    return false
  }

  /** False also if a part needs a row that does not exist yet. */
  #isFreeInParts(bytes: Uint8Array, quarter: number, overlap: number): boolean {
    const symbols = this.#symbols
    const table = this.#table
    const half = quarter * 2
    const last = quarter * 3
    let one = this.#width
    // Each part but the first begins with the end of the one before, where a pattern may begin.
    let two = this.#width
    let three = this.#width
    let four = this.#width
    for (let index = -overlap; index < 0; index++) {
      two = table[two + (symbols[bytes[index + quarter] as number] as number)] as number
      three = table[three + (symbols[bytes[index + half] as number] as number)] as number
      four = table[four + (symbols[bytes[index + last] as number] as number)] as number
      if ((two | three | four) < 0) return false
    }
    for (let index = 0; index < quarter; index++) {
      one = table[one + (symbols[bytes[index] as number] as number)] as number
      two = table[two + (symbols[bytes[index + quarter] as number] as number)] as number
      three = table[three + (symbols[bytes[index + half] as number] as number)] as number
      four = table[four + (symbols[bytes[index + last] as number] as number)] as number
      if ((one | two | three | four) < 0) return false
    }
    return true
  }

  /** Continues from a row. `onMatch` gets the index after each match. Returns the last row. */
  read(
    bytes: Uint8Array,
    from: number,
    to: number,
    begin: number,
    onMatch: (end: number, match: Match) => void,
  ): number {
    const symbols = this.#symbols
    let at = begin
    for (let index = from; index < to; index++) {
      const symbol = symbols[bytes[index] as number] as number
      const known = this.#table[at + symbol] as number
      const next = known === unknown ? this.#resolve(at, symbol) : known
      at = next < 0 ? -next : next
      if (next < 0) onMatch(index + 1, this.#trie.matchIn(this.#stateAt(at)))
    }
    return at
  }

  /** The number of bytes of a pattern that lead to a row. */
  depthAt(row: number): number {
    return this.#trie.countDepth(this.#stateAt(row))
  }

  #stateAt(row: number): number {
    return this.#states[row / this.#width] ?? 0
  }

  #classify(patterns: readonly Pattern[]): number {
    let count = 0
    for (const { bytes } of patterns)
      for (let index = 0; index < bytes.length; index++) {
        const folded = fold[bytes[index] as number] as number
        if (this.#symbols[folded] === 0) this.#symbols[folded] = ++count
      }
    for (let byte = 0; byte < 256; byte++) this.#symbols[byte] = this.#symbols[fold[byte] as number] as number
    return count
  }

  #resolve(row: number, symbol: number): number {
    const known = this.#states.length
    const next = this.#trie.follow(this.#stateAt(row), symbol)
    const nextRow = this.#rows[next] || this.#addRow(next)
    const cell = this.#trie.matches(next) ? -nextRow : nextRow
    // `#addRow` may have dropped all rows, and with them this one.
    if (this.#states.length >= known) this.#table[row + symbol] = cell
    return cell
  }

  #addRow(state: number): number {
    if ((this.#states.length + 1) * this.#width > maxCells) this.#forget()
    const row = this.#states.length * this.#width
    if (row + this.#width > this.#table.length) {
      const larger = new Int32Array(this.#table.length * 2).fill(unknown, this.#table.length)
      larger.set(this.#table)
      this.#table = larger
    }
    this.#states.push(state)
    this.#rows[state] = row
    return row
  }

  #forget(): void {
    for (const state of this.#states) this.#rows[state] = 0
    this.#table.fill(unknown)
    this.#states = [0]
    this.#addRow(0)
  }
}

/** The table entry of a transition that was not computed yet. */
const unknown = -2_147_483_648

const firstRows = 16

/** 4 MiB of rows, as a bound of memory. If more are needed, all rows are dropped and built again. */
const maxCells = 1_048_576

/** A search in one text, in one go or in parts. `spans` has the start and end of each match, in order and without overlap. */
export class Search {
  readonly spans: number[] = []
  readonly #automaton: Automaton
  readonly #bytes: Uint8Array
  #at = 0
  #row: number

  /** Searches up to `to`. */
  constructor(automaton: Automaton, bytes: Uint8Array, to = bytes.length) {
    this.#automaton = automaton
    this.#bytes = bytes
    this.#row = automaton.start
    this.readTo(to)
  }

  readTo(to: number): void {
    this.#row = this.#automaton.read(this.#bytes, this.#at, to, this.#row, this.#cover)
    this.#at = to
  }

  /** How many of the last bytes are the beginning of a pattern. */
  get begun(): number {
    return this.#automaton.depthAt(this.#row)
  }

  /** Matches arrive in the order of their ends. Each may cover earlier ones. */
  #cover = (at: number, { length, before, after }: Match): void => {
    let start = Math.max(0, at - length - before)
    let end = at + (isBase64Digit[this.#bytes[at] ?? 0] ? after : 0)
    const { spans } = this
    while (spans.length > 0 && start < (spans.at(-1) ?? 0)) {
      end = Math.max(end, spans.pop() ?? 0)
      start = Math.min(start, spans.pop() ?? 0)
    }
    spans.push(start, end)
  }
}

/** Maps bytes that the automaton does not distinguish to one byte. */
const fold = Uint8Array.from({ length: 256 }, (_, byte) => byte)
fold[0x2b] = 0x20
fold[0x2d] = 0x20
fold[0x5f] = 0x2f
