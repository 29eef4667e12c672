/**
 * A number whose double, written back, would be another number (12345678901234567890, 1e400). It keeps its text
 * wherever it is sent whole, is a double wherever something is calculated, and compares as LiquidJS expects.
 */
export class LongNumber {
  readonly #text: string

  constructor(text: string) {
    this.#text = text
  }

  /** Whether the double of a JSON number, written back, is the same number. */
  static fits(source: string): boolean {
    return decimal(source) === decimal(String(Number(source)))
  }

  valueOf(): number {
    return Number(this.#text)
  }

  toString(): string {
    return this.#text
  }

  toJSON(): unknown {
    return JSON.rawJSON(this.#text)
  }

  equals(other: unknown): boolean {
    return other instanceof LongNumber
      ? decimal(this.#text) === decimal(other.#text)
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
  const digits = (whole + fraction).replace(/^0+/, '')
  const significant = digits.replace(/0+$/, '')
  if (significant === '') return whole === '' ? text : '0'
  return `${sign}${significant}e${Number(exponent) - fraction.length + digits.length - significant.length}`
}
