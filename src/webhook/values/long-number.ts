/** A longer number keeps its text without a look at its digits, which bounds the work for numbers from a peer. */
const maxExamined = 1_000

/** JavaScript writes a double with more digits before its point with an exponent. */
const maxPlainDigits = 21

/**
 * A number that a double would change (12345678901234567890, 1e400), or an integer that JavaScript would write with an
 * exponent. It keeps its text when it is sent, is a double in calculations, and compares by its digits.
 */
export class LongNumber {
  readonly #text: string
  /** Both are computed once, because a template may compare many times. */
  #double: number | null = null
  #decimal: string | null = null

  constructor(text: string) {
    this.#text = text
  }

  /** Whether a double can replace a JSON number: written back, it is the same number, and an integer has all its digits. */
  static fits(source: string): boolean {
    if (source.length > maxPlainDigits && /^-?\d{22}/.test(source)) return false
    return source.length <= maxExamined && decimal(source) === decimal(String(Number(source)))
  }

  valueOf(): number {
    this.#double ??= Number(this.#text)
    return this.#double
  }

  toString(): string {
    return this.#text
  }

  toJSON(): unknown {
    return JSON.rawJSON(this.#text)
  }

  equals(other: unknown): boolean {
    return (typeof other === 'number' || other instanceof LongNumber) && LongNumber.compare(this, other) === 0
  }

  gt(other: unknown): boolean {
    return compareNumbers(this, other) > 0
  }

  geq(other: unknown): boolean {
    return compareNumbers(this, other) >= 0
  }

  lt(other: unknown): boolean {
    return compareNumbers(this, other) < 0
  }

  leq(other: unknown): boolean {
    return compareNumbers(this, other) <= 0
  }

  get #normalized(): string {
    this.#decimal ??= decimal(this.#text)
    return this.#decimal
  }

  /** Compares two numbers by all their digits. Returns a negative number, zero or a positive number. */
  static compare(left: number | LongNumber, right: number | LongNumber): number {
    if (typeof left === 'number' && typeof right === 'number') return left - right
    return compareDecimals(normalized(left), normalized(right))
  }

  static normalize(number: LongNumber): string {
    return number.#normalized
  }
}

function normalized(number: number | LongNumber): string {
  return typeof number === 'number' ? decimal(String(number)) : LongNumber.normalize(number)
}

/** Like `LongNumber.compare`, but also accepts texts of decimal numbers. `NaN` if one side is not a number. */
export function compareNumbers(left: unknown, right: unknown): number {
  const [first, second] = [readNumber(left), readNumber(right)]
  return first === null || second === null ? Number.NaN : LongNumber.compare(first, second)
}

function readNumber(value: unknown): number | LongNumber | null {
  if (typeof value === 'number' || value instanceof LongNumber) return value
  if (typeof value !== 'string' || !isDecimal(value)) return null
  const text = value.trim()
  return /^-?\d/.test(text) && !LongNumber.fits(text) ? new LongNumber(text) : Number(text)
}

/** Compares two numbers in the spelling of `decimal`. */
function compareDecimals(left: string, right: string): number {
  const [first, second] = [splitDecimal(left), splitDecimal(right)]
  if (first.sign !== second.sign) return first.sign - second.sign
  if (first.size !== second.size) return first.size > second.size ? first.sign : -first.sign
  if (first.digits === second.digits) return 0
  return first.digits > second.digits ? first.sign : -first.sign
}

/** Splits a decimal. Its size is the position of the first digit relative to the point. */
function splitDecimal(text: string) {
  if (text === '0') return { sign: 0, size: 0, digits: '' }
  const start = text.startsWith('-') ? 1 : 0
  const end = text.indexOf('e')
  return {
    sign: start === 1 ? -1 : 1,
    size: end - start + Number(text.slice(end + 1)),
    digits: text.slice(start, end),
  }
}

/** Whether a text is a decimal number. */
export function isDecimal(text: string): boolean {
  return /^\s*[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?\s*$/i.test(text)
}

/** One spelling for every decimal number: digits without zeros around them, and an exponent. */
function decimal(text: string): string {
  const [, sign = '', whole = '', fraction = '', exponent = '0'] =
    /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text) ?? []
  const digits = whole + fraction
  let start = 0
  let end = digits.length
  while (start < end && digits[start] === '0') start++
  while (end > start && digits[end - 1] === '0') end--
  if (start === end) return whole === '' ? text : '0'
  return `${sign}${digits.slice(start, end)}e${Number(exponent) - fraction.length + digits.length - end}`
}
