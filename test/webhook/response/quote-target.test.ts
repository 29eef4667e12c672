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
  it.each([
    ['Key ghp_16C7e42F292c6912E7710c838347Ae178B4a is revoked', '"Key ••• is revoked"'],
    ['bad token eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl', '"bad token •••"'],
    ['https://x.example/f?sig=abcdEFGH&token=xyz&page=2', '"https://x.example/f?sig=•••&token=•••&page=2"'],
    ['/y?X-Amz-Signature=0a1b2c#top', '"/y?X-Amz-Signature=•••#top"'],
    ['see https://ada:hunter2@x.example/', '"see https://•••@x.example/"'],
    ['the key=email is taken', '"the key=email is taken"'],
    ['/search?q=token&sort=key', '"/search?q=token&sort=key"'],
  ])('hides the credential of anyone: %j', (said, shown) => {
    expect(quote(said)).toBe(shown)
  })

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

  it.each([
    ['\x1b[31mred\x1b[0m text', 'red text'],
    ['\x1b[1;38;5;196mred\x1b[m', 'red'],
    ['\x1b[2J\x1b[H\x1b[?25lclear', 'clear'],
    ['\x1b]0;title\x07text', 'text'],
    ['\x1b]8;;https://a.example\x1b\\link\x1b]8;;\x1b\\', 'link'],
    ['\x1bP1$r0m\x1b\\text', 'text'],
    ['\x1b(Btext\x1bc', 'text'],
    ['\x1b]0;no end', '0;no end'],
    ['\x9b31mred', 'red'],
    ['\u241b[31mred\u241b[0m', 'red'],
    ['\ufffd[31mred', 'red'],
    ['^[[31mred^[[0m', 'red'],
    ['\\u001b[31mred\\x1b[0m', 'red'],
    ['waited [5m] for [3] of [m]', 'waited [5m] for [3] of [m]'],
    ['it said \u201cno\u201d', "it said 'no'"],
  ])('has nothing of a sequence for a terminal: %j', (text, shown) => {
    expect(quote(text)).toBe(`"${shown}"`)
  })

  it.each([
    ['a\u0301\u0302\u0303\u0304\u0305\u0306b', 'a\u0301\u0302\u0303b'],
    ['\u0301\u0302a', 'a'],
    ['a \u0338b', 'a b'],
    ['นี่คือ ที่อยู่', 'นี่คือ ที่อยู่'],
    ['a\ufe0f\ufe0e\u{e0100}b', 'ab'],
    ['\u{e0041}\u{e0042}\u{e007f}tag', 'tag'],
    ['\u2400\u2409\u240a\u2421', null],
    [`${'='.repeat(300)} full ${'-'.repeat(10)}`, '=== full ---'],
    ['[['.repeat(90), '[[['],
    ['one\u2028two\u2029three\vfour\ffive\x85six', 'one two three four five six'],
  ])('has no heap of marks and no pictures of controls: %j', (text, shown) => {
    expect(quote(text)).toBe(shown === null ? null : `"${shown}"`)
  })

  it.each(['', ' \n', '\u200b\u202e'])('is not there where nothing is left of %j', (text) => {
    expect(quote(text)).toBeNull()
  })

  it('is not there where the reply may show nothing of the target', () => {
    expect(quote('no', maskNothing, false)).toBeNull()
  })
})
