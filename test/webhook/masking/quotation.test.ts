import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createQuotationMasker, hideRemains, minPartLength } from '../../../src/webhook/masking/quotation.ts'
import { cpuMs } from '../../support/cpu-time.ts'

const base64 = (text: string) => Buffer.from(text).toString('base64')
const hex = (text: string) => Buffer.from(text).toString('hex')
const reverse = (text: string) => [...text].toReversed().join('')
const grouped = (by: string, size: number) => (text: string) =>
  (text.match(new RegExp(`.{1,${size}}`, 'gu')) ?? []).join(by) // recheck: a constant size

type Form = readonly [name: string, write: (text: string) => string]

/** How a target may write a value that it does not show as it came. */
const forms: readonly Form[] = [
  ['plain', (text) => text],
  ['upper case', (text) => text.toUpperCase()],
  ['lower case', (text) => text.toLowerCase()],
  [
    'alternating case',
    (text) => text.replace(/../g, ([one = '', two = '']) => one.toUpperCase() + two.toLowerCase()),
  ],
  ['reversed', reverse],
  ['hex', hex],
  ['upper hex', (text) => hex(text).toUpperCase()],
  ['hex with colons', (text) => grouped(':', 2)(hex(text))],
  ['hex with blanks', (text) => grouped(' ', 2)(hex(text).toUpperCase())],
  [
    'hex with 0x',
    (text) => Array.from(Buffer.from(text), (byte) => `0x${byte.toString(16).padStart(2, '0')}`).join(', '),
  ],
  ['hex of the reversed value', (text) => hex(reverse(text))],
  ['reversed hex', (text) => reverse(hex(text))],
  [
    'escapes of hex',
    (text) => Array.from(Buffer.from(text), (byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join(''),
  ],
  ['percent', (text) => hex(text).replace(/../g, '%$&')],
  ['base64', base64],
  ['base64 behind a byte', (text) => base64(`x${text}`)],
  ['base64 between bytes', (text) => base64(`xy${text}z`)],
  ['base64url', (text) => Buffer.from(text).toString('base64url')],
  ['base64 of upper case', (text) => base64(text.toUpperCase())],
  ['base64 of the reversed value', (text) => base64(reverse(text))],
  ['base64 of hex', (text) => base64(hex(text))],
  ['base64 in lower case', (text) => base64(text).toLowerCase()],
  ['base64 with blanks', (text) => grouped(' ', 4)(base64(text))],
  ['reversed base64', (text) => reverse(base64(text))],
  ['escaped as in JSON', (text) => JSON.stringify(text).slice(1, -1)],
  ['escaped as in JavaScript', (text) => hex(text).replace(/../g, '\\u00$&')],
  ['entities of HTML', (text) => Array.from(text, (character) => `&#${character.codePointAt(0)};`).join('')],
  [
    'entities without their end',
    (text) => Array.from(text, (character) => `&#${character.codePointAt(0)}`).join(''),
  ],
  [
    'entities of hex',
    (text) => Array.from(text, (character) => `&#x${character.codePointAt(0)?.toString(16)};`).join(''),
  ],
  ['bytes', (text) => JSON.stringify([...Buffer.from(text)])],
  ['groups with blanks', grouped(' ', 4)],
  ['groups with dashes', grouped('-', 5)],
  ['groups with dashes of another kind', grouped('\u2011', 3)],
  ['letter by letter', grouped(' ', 1)],
]

/** What is left of a value if a target, or a quotation, cuts it. */
const cuts: readonly Form[] = [
  ['whole', (text) => text],
  ['its beginning', (text) => text.slice(0, 13)],
  ['all but its end', (text) => text.slice(0, -3)],
  ['its end', (text) => text.slice(-12)],
  ['all but its beginning', (text) => text.slice(5)],
  ['its middle', (text) => text.slice(3, -3)],
]

const letters = 'abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789'
const key = fc.string({ unit: fc.constantFrom(...letters), minLength: 20, maxLength: 48 })
const around = fc.constantFrom('', ' ', ' is invalid', '"', '/', ': ', 'x ', '…', '&')
const writing = fc.record({
  secret: key,
  form: fc.constantFrom(...forms),
  cut: fc.constantFrom(...cuts),
  before: around,
  behind: around,
})

/** The parts of a value of eight characters, in every form: what a quotation must not show. */
function listParts(value: string): readonly string[] {
  const starts = Array.from({ length: value.length - minPartLength + 1 }, (_, at) => at)
  return starts.map((at) => value.slice(at, at + minPartLength))
}

/** A text without what may stand between groups. */
const bare = (text: string) => text.toLowerCase().replace(/[^a-z\d]/g, '')

function expectNothingOf(secret: string, shown: string): void {
  for (const part of listParts(secret))
    for (const one of [part, reverse(part)])
      for (const trace of [one, hex(one), reverse(hex(one))]) expect(bare(shown)).not.toContain(bare(trace))
}

describe('a quotation', () => {
  it('has no eight characters of a value that the client has, in whatever form, whole or cut', () => {
    fc.assert(
      fc.property(writing, ({ secret, form: [, write], cut: [, cut], before, behind }) => {
        const written = write(cut(secret))
        const shown = createQuotationMasker([secret], { parts: true })(`${before}${written}${behind}`)

        expectNothingOf(secret, shown)
        const rest = bare(shown).length - bare(before + behind).length
        // At most the first or last digits, which have bits of no whole part.
        expect(rest).toBeLessThanOrEqual(8)
      }),
      { numRuns: 500 },
    )
  })

  it.each(['***', '*****', '…', '...', '••••', '####', 'XXXX', 'xxxxxxxx'])(
    'has no value that is shortened with %s',
    (sign) => {
      const end = fc.constantFrom('', '.', ' is invalid', '"', '/', ': ', '…', '&')
      // An x of the value would be one of the sign.
      const own = /x/i.test(sign) ? key.map((text) => text.replace(/x/gi, 'y')) : key
      const parted = fc.tuple(own, fc.integer({ min: 1, max: 8 }), fc.integer({ min: 1, max: 8 }), end)
      fc.assert(
        fc.property(parted, ([secret, head, tail, behind]) => {
          const written = `${secret.slice(0, head)}${sign}${secret.slice(-tail)}`
          const shown = createQuotationMasker([secret], { parts: true })(`key ${written}${behind}`)

          expect(shown).toContain('•••')
          expect(shown).not.toContain(written)
        }),
        { numRuns: 200 },
      )
      const other = `no abc${sign}def here`
      expect(createQuotationMasker(['s3cr3tTOKENvalue9876'], { parts: true })(other)).toBe(other)
      expect(createQuotationMasker(['s3cr3tTOKENvalue9876'], { parts: false })(`s3cr3${sign}9876`)).toContain(
        's3cr3',
      )
    },
  )

  it('has no shortened value that ends with what could be a sign of omission', () => {
    const mask = createQuotationMasker(['aaaaaaaaaaaaaaaaxXXx'], { parts: true })

    expect(mask('key a••••xXXx')).toBe('key •••')
  })

  it.each(forms)('has no stored value that is whole: %s', (_form, write) => {
    fc.assert(
      fc.property(key, around, around, (secret, before, behind) => {
        const shown = createQuotationMasker([secret], { parts: false })(`${before}${write(secret)}${behind}`)

        expectNothingOf(secret, shown)
      }),
      { numRuns: 100 },
    )
  })

  it('tells no right guess of a part of a stored value from a wrong one', () => {
    const secret = 'sk7live8A1b2C3d4E5f6G7h8'
    const masker = createQuotationMasker([secret], { parts: false })

    fc.assert(
      fc.property(
        fc.nat(secret.length),
        fc.nat(secret.length),
        fc.constantFrom(...forms),
        (one, other, [, write]) => {
          const part = secret.slice(Math.min(one, other), Math.max(one, other))
          fc.pre(part.length < secret.length)
          expect(masker(`no ${write(part)} here`)).toBe(`no ${write(part)} here`)
        },
      ),
    )
  })

  it('keeps the words around a value', () => {
    const masker = createQuotationMasker(['Tok-9f8e7d6c5b4a'], { parts: true })

    expect(masker('token tok 9F8E 7D6C 5B4A is not valid for field email')).toBe(
      'token ••• is not valid for field email',
    )
    expect(masker('token Tok-9f8e7d… is not valid')).toBe('token •••… is not valid')
    expect(masker('no such thing')).toBe('no such thing')
  })

  it('keeps the host of an e-mail address, which belongs to many', () => {
    const masker = createQuotationMasker(['ada.lovelace@example.com'], { parts: true })

    expect(masker('example.com has no mailbox "ada.lovelace"')).toBe('example.com has no mailbox "•••"')
    expect(masker('no ADA.LOVELACE@EXAMPLE.COM')).toBe('no •••')
  })

  it('hides everything where there are too many values to search for', () => {
    const values = Array.from({ length: 20 }, (_, index) => `${index}`.padEnd(5_000, 'ab'))

    expect(createQuotationMasker(values, { parts: true })('anything')).toBe('•••')
  })

  it('takes time that is linear in the text, whatever text and values are', () => {
    const values = ['a'.repeat(4_000), 'ab'.repeat(2_000), '1'.repeat(4_000)]
    const texts = ['a', 'ab', '1', '0x', '%', '\\u0061', 'a ', '&#97', '=']
    const masker = createQuotationMasker(values, { parts: true })
    const time = (length: number) => {
      const before = cpuMs()
      for (const text of texts) masker(text.repeat(Math.ceil(length / text.length)))
      return cpuMs() - before
    }
    time(4_000)

    expect(time(16_000)).toBeLessThan(20 * Math.max(5, time(2_000)))
  })
})

describe('what is left of a credential', () => {
  it.each([
    ['Incorrect API key provided: sk-abc12****wxyz', 'Incorrect API key provided: •••****wxyz'],
    ['token a1b2c3d4e5… is invalid', 'token •••… is invalid'],
    ['token a1b2c3d4e5... is invalid', 'token •••... is invalid'],
    ['Invalid key sk_live_abcd', 'Invalid key •••'],
    ['expired: eyJhbGciOi.eyJzdWIi', 'expired: •••'],
    ['basis •••== is unknown', 'basis ••• is unknown'],
    ['basis •••%3D%3D is unknown', 'basis ••• is unknown'],
  ])('is masked in %s', (text, shown) => {
    expect(hideRemains(text)).toBe(shown)
  })

  it.each([
    'Something went wrong...',
    'field first_name is required…',
    'see https://docs.example.com/errors/42',
    'k=•••&a=1',
    'step 2... of 3',
    'a request of 2026-01-31T12:00:00Z failed',
  ])('is not found in %s', (text) => {
    expect(hideRemains(text)).toBe(text)
  })
})
