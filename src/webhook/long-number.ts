/** A number that takes more characters keeps its text whatever its digits are: no peer can make us look at them. */
const maxExamined = 1_000

/** A double with more digits before its point is written with an exponent. */
const maxPlainDigits = 21

/**
 * A number whose double, written back, would be another number (12345678901234567890, 1e400), or an integer that would be
 * written with an exponent. It keeps its text
 * wherever it is sent whole, is a double wherever something is calculated, and compares as LiquidJS expects.
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
    return other instanceof LongNumber
      ? this.#normalized === other.#normalized
      : typeof other === 'number' && this.valueOf() === other
  }

  gt(other: unknown): boolean {
    return this.valueOf() > comparable(other)
  }

  geq(other: unknown): boolean {
    return this.valueOf() >= comparable(other)
  }

  lt(other: unknown): boolean {
    return this.valueOf() < comparable(other)
  }

  leq(other: unknown): boolean {
    return this.valueOf() <= comparable(other)
  }

  get #normalized(): string {
    this.#decimal ??= decimal(this.#text)
    return this.#decimal
  }
}

/** What a long number is compared with; a `nil` of Liquid is neither more nor less. */
function comparable(other: unknown): number {
  const isNumber = typeof other !== 'object' || other === null || other instanceof LongNumber
  return isNumber ? Number(other) : Number.NaN
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
