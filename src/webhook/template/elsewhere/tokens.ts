import { NotRewritten } from './not-rewritten.ts'

const token =
  /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`|\d+__\w+|\d+(?:\.\d+)?(?![\w.])|[$A-Za-z_][\w$]*|\d+|=>|\?\?|\?\.(?!\d)|\|\||&&|===?|!==?|<>|[<>]=?|\S/g

/** The tokens of an expression, read one after the other. */
export class Tokens {
  readonly #texts: readonly string[]
  #at = 0

  constructor(text: string) {
    this.#texts =
      text
        .trim()
        .replace(/^=(?!=)/, '')
        .replace(/;$/, '')
        .match(token) ?? []
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#texts.length
  }

  /** The next token; empty at the end. */
  get next(): string {
    return this.peek(0)
  }

  /** The token that many behind the next one; empty behind the end. */
  peek(distance: number): string {
    return this.#texts[this.#at + distance] ?? ''
  }

  skip(count: number): void {
    this.#at += count
  }

  read(): string {
    const text = this.next
    this.#at++
    return text
  }

  readName(): string {
    if (!/^[$A-Za-z_]/.test(this.next)) throw new NotRewritten()
    return this.read()
  }

  /** Reads the next token if it is one of these. */
  take(...texts: readonly string[]): boolean {
    const taken = texts.includes(this.next)
    if (taken) this.#at++
    return taken
  }

  expect(...texts: readonly string[]): void {
    if (!this.take(...texts)) throw new NotRewritten()
  }

  /** Whether such a token stands in no parentheses, before what ends the expression. */
  isAhead(isMeant: (text: string) => boolean): boolean {
    let open = 0
    for (let at = this.#at; at < this.#texts.length; at++) {
      const text = this.#texts[at] ?? ''
      if (/^[([{]$/.test(text)) open++
      else if (/^[)\]}]$/.test(text) && open-- === 0) return false
      else if (open === 0 && /^(?:[,;:]|then|else)$/.test(text)) return false
      else if (open === 0 && isMeant(text)) return true
    }
    return false
  }
}
