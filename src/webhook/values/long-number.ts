/** A number that takes more characters keeps its text whatever its digits are: no peer can make us look at them. */
const maxExamined = 1_000

/** A double with more digits before its point is written with an exponent. */
const maxPlainDigits = 21

/**
 * A number whose double, written back, would be another number (12345678901234567890, 1e400), or an integer that would be
 * written with an exponent. It keeps its text wherever it is sent whole, is a double wherever something is calculated, and
 * compares by its digits.
 */
export class LongNumber {
  readonly #text: string
  /** Both are worked out once: a template compares as often as it likes. */
  #double: number | null = null
  #decimal: string | null = null

  constructor(text: string) {
    this.#text = text
  }

  /** Whether a JSON number may as well be a double: that, written back, is the same number, and an integer with all its digits. */
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

  /** Less than zero, zero or more, as the first of two numbers is less, the same or more, by all their digits. */
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

/** As `LongNumber.compare`, with texts that are decimal numbers; `NaN` where one side is no number. */
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

/** Of two numbers as `decimal` spells them. */
function compareDecimals(left: string, right: string): number {
  const [first, second] = [splitDecimal(left), splitDecimal(right)]
  if (first.sign !== second.sign) return first.sign - second.sign
  if (first.size !== second.size) return first.size > second.size ? first.sign : -first.sign
  if (first.digits === second.digits) return 0
  return first.digits > second.digits ? first.sign : -first.sign
}

/** The size is the place of the first digit. */
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

/** Whether a text is a decimal number as people write it. */
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
