import fc from 'fast-check'

const digits = (maxLength: number) =>
  fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: 1, maxLength })

/** Numbers as JSON allows them to be written. */
export const numberText = fc
  .tuple(
    fc.constantFrom('', '-'),
    digits(25).map((text) => text.replace(/^0+(?=\d)/, '')),
    fc.option(digits(25), { nil: null }),
    fc.option(fc.tuple(fc.constantFrom('e', 'E'), fc.constantFrom('', '+', '-'), digits(4)), { nil: null }),
  )
  .map(
    ([sign, whole, fraction, exponent]) =>
      `${sign}${whole}${fraction === null ? '' : `.${fraction}`}${exponent?.join('') ?? ''}`,
  )

/** The number that a text means: its digits as an integer, and where the point is. */
export function asDecimal(text: string): string {
  const [mantissa = '', exponent = '0'] = text.toLowerCase().split('e')
  const [whole = '', fraction = ''] = mantissa.split('.')
  let value = BigInt(whole + fraction)
  let power = BigInt(exponent) - BigInt(fraction.length)
  if (value === 0n) return '0'
  while (value % 10n === 0n) {
    value /= 10n
    power++
  }
  return `${value}e${power}`
}
