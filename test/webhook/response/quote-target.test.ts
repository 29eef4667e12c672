import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createMasker, maskNothing } from '../../../src/webhook/masking/mask.ts'
import { maxQuoted, quoteTarget } from '../../../src/webhook/response/quote-target.ts'
import { noMaskers } from '../../../src/webhook/response/readable-response.ts'

const quote = (text: string, display = maskNothing, mayBeQuoted = true) =>
  quoteTarget({ mayBeQuoted, maskers: { ...noMaskers, display } }, text)

/** What a reader would not see, or what would lead them astray. */
const odd = [
  '\n',
  '\r',
  '\t',
  '\0',
  '\x1b',
  '\x7f',
  '\x85',
  '\u2028',
  '\u2029',
  '\u202e',
  '\u2066',
  '\u200b',
  '\u200d',
  '\ufeff',
  '\u00ad',
  '\u3164',
  '\u180e',
  '\ud800',
  '\udc00',
  '"',
  '\u201c',
  '\u201d',
  '\uff02',
  '\u{e0041}',
]

describe('a quotation of a target', () => {
  it('is one line of visible characters between two quotation marks, and short', () => {
    const text = fc.string({
      unit: fc.oneof(fc.constantFrom(...odd), fc.string({ unit: 'binary', minLength: 1, maxLength: 1 })),
      maxLength: 500,
    })

    fc.assert(
      fc.property(text, (said) => {
        const quoted = quote(said)
        if (quoted === null) return
        const [, inner = ''] = /^"(.*)"…?$/s.exec(quoted) ?? []
        expect(inner).not.toBe('')
        expect(inner).not.toMatch(/["\u201c-\u201f\uff02\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u)
        expect(inner.length).toBeLessThanOrEqual(maxQuoted)
        expect(inner.isWellFormed()).toBe(true)
      }),
      { numRuns: 2_000 },
    )
  })

  it('has no part of a value to mask, wherever the value stands and whatever was left out of it', () => {
    const secret = 's3cr3t-value-that-is-long'
    const masked = createMasker([secret])
    const place = fc.tuple(
      fc.nat(260),
      fc.nat(secret.length),
      fc.constantFrom('', '\u202e', '\u2066', '\u200b', '\u200d', '\ufeff', '\u00ad', '\u3164', '\0'),
    )

    fc.assert(
      fc.property(place, ([before, at, between]) => {
        const written = secret.slice(0, at) + between + secret.slice(at)
        expect(quote('x'.repeat(before) + written + 'y'.repeat(300), masked)).not.toContain('s3cr')
      }),
    )
  })

  it.each(['', ' \n', '\u200b\u202e'])('is not there where nothing is left of %j', (text) => {
    expect(quote(text)).toBeNull()
  })

  it('is not there where the reply may show nothing of the target', () => {
    expect(quote('no', maskNothing, false)).toBeNull()
  })
})
