import { endOfString } from './json-string.ts'

type Expected =
  | 'a value'
  | 'a value or "]"'
  | 'a name or "}"'
  | 'a name'
  | '":"'
  | '"," or "]"'
  | '"," or "}"'
  | 'nothing more'

/** The index of the first syntax error, and the expected token. */
export interface JsonSyntaxError {
  readonly at: number
  readonly expected: Expected
}

/** Finds the first syntax error of a text that is not JSON; null if the text is empty. */
export function findSyntaxError(text: string): JsonSyntaxError | null {
  if (text.trim() === '') return null
  const reader = new Reader(text)
  let expected: Expected = 'a value'
  while (true) {
    const next = reader.read(expected)
    if (next === null) return { at: reader.at, expected }
    expected = next
  }
}

/** Describes a syntax error without quoting the text. */
export function describeSyntaxError(error: JsonSyntaxError, text: string): string {
  return `Not valid JSON: ${describeExpected(error, text)}`
}

/** The same as the end of a sentence. */
export function describeExpected({ at, expected }: JsonSyntaxError, text: string): string {
  return `expected ${expected} at ${describePlace(text, at)}.`
}

/** Line and column of an index, both counted from one. */
export function describePlace(text: string, at: number): string {
  const before = text.slice(0, at)
  const line = before.split('\n').length
  return `line ${line}, column ${before.length - before.lastIndexOf('\n')}`
}

const marks: ReadonlySet<string> = new Set('[]{}:,')
const word = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.+-])|(?:true|false|null)(?!\w)/y
const blanks: ReadonlySet<string> = new Set(' \t\n\r')

class Reader {
  readonly #text: string
  readonly #open: ('[' | '{')[] = []
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  /** Reads one token. Returns what may follow it, or null if it is not the expected one. */
  read(expected: Expected): Expected | null {
    while (blanks.has(this.#text[this.#at] ?? '')) this.#at += 1
    const found = this.#token()
    const next = found === '' ? null : this.#follow(expected, found)
    if (next !== null) this.#at += found.length
    return next
  }

  /** The index of the next token, valid or not. */
  get at(): number {
    return this.#at
  }

  #token(): string {
    const first = this.#text[this.#at] ?? ''
    if (marks.has(first)) return first
    if (first === '"') return this.#string()
    word.lastIndex = this.#at
    return word.exec(this.#text)?.[0] ?? ''
  }

  #string(): string {
    return this.#text.slice(this.#at, endOfString(this.#text, this.#at) + 1)
  }

  #follow(expected: Expected, found: string): Expected | null {
    switch (expected) {
      case 'a value or "]"':
        return found === ']' ? this.#close() : this.#value(found)
      case 'a value':
        return this.#value(found)
      case 'a name or "}"':
        return found === '}' ? this.#close() : this.#name(found)
      case 'a name':
        return this.#name(found)
      case '":"':
        return found === ':' ? 'a value' : null
      case '"," or "]"':
        return found === ',' ? 'a value' : found === ']' ? this.#close() : null
      case '"," or "}"':
        return found === ',' ? 'a name' : found === '}' ? this.#close() : null
      default:
        return null
    }
  }

  #value(found: string): Expected | null {
    if (found === '[' || found === '{') {
      this.#open.push(found)
      return found === '[' ? 'a value or "]"' : 'a name or "}"'
    }
    if (found.startsWith('"')) return isString(found) ? this.#afterValue() : null
    return /^[-\dtfn]/.test(found) ? this.#afterValue() : null
  }

  #name(found: string): Expected | null {
    return found.startsWith('"') && isString(found) ? '":"' : null
  }

  #close(): Expected {
    this.#open.pop()
    return this.#afterValue()
  }

  #afterValue(): Expected {
    const around = this.#open.at(-1)
    if (around === undefined) return 'nothing more'
    return around === '[' ? '"," or "]"' : '"," or "}"'
  }
}

function isString(found: string): boolean {
  try {
    JSON.parse(found)
    return true
  } catch {
    return false
  }
}
