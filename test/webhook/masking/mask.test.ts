import { globSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createMasker, mask, maskNothing, remembering } from '../../../src/webhook/masking/mask.ts'
import { unescapeBytes } from '../../../src/webhook/masking/unescape.ts'
import { cpuMs } from '../../support/cpu-time.ts'

const escapeJson = (text: string) => JSON.stringify(text).slice(1, -1)
const escapeAll = (text: string) =>
  Array.from(text, (character) =>
    [...Array(character.length).keys()]
      .map((index) => `\\u${character.charCodeAt(index).toString(16).padStart(4, '0')}`)
      .join(''),
  ).join('')
const escapeXml = (text: string) =>
  text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;')
const lowerHex = (text: string) => text.replace(/%[\dA-F]{2}/g, (escaped) => escaped.toLowerCase())
const base64 = (text: string) => Buffer.from(text).toString('base64')
const base64url = (text: string) => Buffer.from(text).toString('base64url')

/** Whether something is left of a text without its escapes. */
const isLong = (text: string) => unescapeBytes(Buffer.from(text.replace(/\\+$/, ''))).bytes.length >= 4

const forms: readonly [name: string, write: (text: string) => string][] = [
  ['as it is', (text) => text],
  ['URL-encoded', encodeURIComponent],
  ['URL-encoded in lower case', (text) => lowerHex(encodeURIComponent(text))],
  ['URL-encoded in part', encodeURI],
  ['URL-encoded twice', (text) => encodeURIComponent(encodeURIComponent(text))],
  ['in a form', (text) => new URLSearchParams([['', text]]).toString().slice(1)],
  ['in JSON', escapeJson],
  ['in JSON within JSON', (text) => escapeJson(escapeJson(text))],
  ['in JSON five levels deep', (text) => [1, 2, 3, 4, 5].reduce(escapeJson, text)],
  ['in JSON with escaped slashes', (text) => escapeJson(text).replaceAll('/', '\\/')],
  ['in JSON with nothing but \\u', escapeAll],
  [
    'in JSON with \\U in upper case',
    (text) => escapeAll(text).replace(/[\da-f]{4}/g, (hex) => hex.toUpperCase()),
  ],
  ['in JSON with \\u, within JSON', (text) => escapeJson(escapeAll(text))],
  ['in JSON, URL-encoded', (text) => encodeURIComponent(escapeJson(text))],
  ['URL-encoded, in JSON', (text) => escapeJson(encodeURIComponent(text))],
  ['in XML', escapeXml],
  ['in XML twice', (text) => escapeXml(escapeXml(text))],
  ['in XML, in JSON', (text) => escapeJson(escapeXml(text))],
  ['in JavaScript with \\x', (text) => escapeEach(text, (code) => `\\x${hex(code, 2)}`)],
  ['in JavaScript with \\u{}', (text) => escapeEach(text, (code) => `\\u{${code.toString(16)}}`)],
  ['with %u', (text) => escapeEach(text, (code) => `%u${hex(code, 4)}`)],
  [
    'in full width',
    (text) => text.replace(/[!-~]/g, (one) => String.fromCharCode(one.charCodeAt(0) + 0xfee0)),
  ],
  ['in HTML with numbers', (text) => escapeEach(text, (code) => `&#${code};`)],
]

function escapeEach(text: string, write: (code: number) => string): string {
  return text.replace(/[\x20-\x7e]/g, (one) => write(one.charCodeAt(0)))
}

function hex(code: number, digits: number): string {
  return code.toString(16).padStart(digits, '0')
}

const encoded: readonly [name: string, write: (text: string) => string][] = [
  ['in base64', base64],
  ['in base64url', base64url],
  ['in base64 behind one more', (text) => base64(`a${text}`)],
  ['in base64 behind two more', (text) => base64(`ab${text}`)],
  ['in base64 behind a user name', (text) => base64(`user:${text}`)],
  ['in base64 before more', (text) => base64(`${text}xyz`)],
  ['in base64url within more', (text) => base64url(`a${text}b`)],
  ['in base64, URL-encoded', (text) => encodeURIComponent(base64(text))],
  ['in base64 of base64', (text) => base64(base64(text))],
  ['in base64url of base64 behind one more', (text) => base64url(base64(`m${text}`))],
  ['in base64 that is wrapped', (text) => base64(text).replace(/.{8}/g, '$&\r\n')],
  ['in base64 that is wrapped, in JSON', (text) => escapeJson(base64(text).replace(/.{8}/g, '$&\n'))],
  ['in base64, in JSON with escaped slashes', (text) => base64(text).replaceAll('/', '\\/')],
]

const examples = [
  's3cr3t-token',
  'pa ss"wo\\rd',
  'line\nbreak\ttab',
  'a/b+c=d&e?f#g%h',
  '<script>&amp;\'"',
  'ümläut-€-😀',
  '%41%42%43%44',
  'C:\\new\\table',
  '1234',
  '"quoted"',
]

describe('a secret', () => {
  describe.each(forms)('%s', (_name, write) => {
    it.each(examples)('is hidden: %j', (secret) => {
      const shown = createMasker([secret])(`before ${write(secret)}, after`)

      expect(shown.replaceAll('\\', '')).toBe(`before ${mask}, after`)
    })
  })

  describe.each(encoded)('%s', (_name, write) => {
    it.each(examples)('is hidden: %j', (secret) => {
      const shown = createMasker([secret])(`"${write(secret)}"`)

      expect(shown).toContain(mask)
      expect(shown.replace(mask, '').length).toBeLessThan(14)
      expect(Buffer.from(shown.replace(/.*•/, ''), 'base64').toString('latin1')).not.toContain(
        secret.slice(-3),
      )
    })
  })

  it('is hidden, whatever it is and whatever stands around it', () => {
    const secret = fc
      .oneof(
        fc.string({ unit: 'grapheme', minLength: 4 }),
        fc.string({ unit: fc.constantFrom(...'ab"\\/%+& \n;u0\t<é😀'), minLength: 4, maxLength: 12 }),
      )
      .filter((text) => isLong(text) && !text.includes('\\u'))
    const around = fc.constantFrom('', ' ', '"', '{"a":"', '&x=', '\\n', '\n', ', ')
    fc.assert(
      fc.property(secret, fc.constantFrom(...forms), around, around, (text, [, write], before, after) => {
        const masked = createMasker([text])
        expect(masked(before + write(text) + after)).toContain(mask)
        expect(masked(before + text + after)).not.toContain(text)
      }),
      { numRuns: 1000 },
    )
  })

  it('is hidden wherever its raw text stands, in any text', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', minLength: 4 }),
        fc.string({ unit: 'binary' }),
        fc.string(),
        (text, before, after) => {
          const secret = text.toWellFormed()
          expect(
            createMasker([secret])(before.toWellFormed() + secret + after).replaceAll(mask, ''),
          ).not.toContain(secret)
        },
      ),
      { numRuns: 1000 },
    )
  })

  it.each(forms)('is hidden %s, except for the backslash that it ends with', (_name, write) => {
    const secret = 'ends with \\'
    const shown = createMasker([secret])(`before ${write(secret)}, after`)

    expect(shown).toMatch(/^before [\\]*•••.{0,64}, after$/)
    expect(shown).not.toContain('ends')
  })

  it('is hidden behind a literal backslash in JSON', () => {
    expect(createMasker(['new "secret"'])(JSON.stringify('C:\\new "secret"'))).toBe('"C:•••"')
  })

  it('is hidden where it is backslashes alone, in JSON, in JSON within JSON and URL-encoded', () => {
    const secret = '\\'.repeat(5)
    const masked = createMasker([secret])

    for (const form of [
      secret,
      escapeJson(secret),
      escapeJson(escapeJson(secret)),
      encodeURIComponent(secret),
    ])
      expect(masked(`a ${form} b`), form).toBe(`a ${mask} b`)
  })

  it('is hidden where its letters beyond ASCII are written as code points or as bytes', () => {
    const masked = createMasker(['pässwort'])

    expect(masked('a p\\xe4sswort b')).toBe(`a ${mask} b`)
    expect(masked('a p\\u00e4sswort b')).toBe(`a ${mask} b`)
    expect(masked('a p&#228;sswort b')).toBe(`a ${mask} b`)
    expect(masked('a p%C3%A4sswort b')).toBe(`a ${mask} b`)
  })

  it('is hidden every time it occurs, among others that begin alike', () => {
    const masked = createMasker(['secret', 'secret-long', 'cret-lo'])

    expect(masked('secret secret-long secret-lo xcret-lox')).toBe(`${mask} ${mask} ${mask} x${mask}x`)
  })
})

describe('a masker', () => {
  it('hides nothing of a text without secrets', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(createMasker(['a value that is not there'])(text)).toBe(text)
      }),
    )
  })

  it.each(['abc', 'a', ''])('hides nothing where the value is too short to be searched for: %j', (value) => {
    expect(createMasker([value])('abc abc')).toBe('abc abc')
  })

  it('hides nothing where there is nothing to hide', () => {
    expect(createMasker([])('anything')).toBe('anything')
  })
})

describe('a masker that remembers', () => {
  it('masks every text as the masker alone does, however often it comes', () => {
    const masker = createMasker(['hunter-2-secret', 'another'])
    const remembered = remembering(masker)
    const word = fc.constantFrom(
      'x-id',
      'hunter-2',
      '-secret',
      'hunter-2-secret',
      'another',
      ' ',
      'a'.repeat(130),
    )
    const text = fc.array(word, { maxLength: 4 }).map((words) => words.join(''))

    fc.assert(
      fc.property(fc.array(fc.tuple(text, fc.boolean())), (calls) => {
        for (const [own, isCut] of [...calls, ...calls])
          if (isCut) expect(remembered(own, { isCut })).toBe(masker(own, { isCut }))
          else expect(remembered(own)).toBe(masker(own))
      }),
    )
  })

  it('is none where nothing is masked', () => {
    expect(remembering(maskNothing)).toBe(maskNothing)
  })
})

describe('ordinary text', () => {
  it('has nothing that is taken for a value', () => {
    const pages = [...globSync('docs/*.md'), ...globSync('src/**/*.ts'), ...globSync('*.md')]
    const text = pages.map((page) => readFileSync(page, 'utf8')).join('\n')
    const value = fc.string({
      unit: fc.constantFrom(...'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_'),
      minLength: 12,
      maxLength: 40,
    })
    const masked = createMasker(fc.sample(value, 200))

    expect(text.length).toBeGreaterThan(1_000_000)
    expect(masked(text)).toBe(text)
  })
})

describe('a text whose escapes end escapes', () => {
  it.each([
    ['percents', `${'%3'.repeat(400_000)}%34`],
    ['entities', `${'&am'.repeat(200_000)}p;`],
    ['backslashes and letters', '\\u00'.repeat(200_000)],
  ])('of %s is read without running out of stack', (_says, text) => {
    expect(() => createMasker(['s3cr3t-token'])(text)).not.toThrow()
  })
})

describe('a text without escapes', () => {
  it('is judged as one that needs a closer look', () => {
    const piece = fc.constantFrom(...'abAB01+/-_ %&;\\\n', 'é', '😀', 'YWJj', '&amp;', '%41')
    const value = fc
      .array(piece, { minLength: 4, maxLength: 6 })
      .map((pieces) => pieces.join(''))
      // A backslash at the end, with or without line breaks behind it, would belong to whatever follows.
      .filter((text) => isLong(text) && !text.trimEnd().endsWith('\\'))
    const write = fc.constantFrom(...[...forms, ...encoded].map(([, form]) => form))
    const surroundings = fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join(''))
    fc.assert(
      fc.property(value, write, surroundings, surroundings, (secret, form, before, after) => {
        const masked = createMasker([secret.toWellFormed()])
        const text = before + form(secret) + after
        // No text with a percent is judged at a glance, and a control that is in no value keeps it apart.
        expect(masked(`${text}\x02%`)).toBe(`${masked(text)}\x02%`)
      }),
      { numRuns: 1500 },
    )
  })
})

describe('a text without escapes that was cut', () => {
  it('is judged as one that needs a closer look', () => {
    const value = fc.string({ unit: fc.constantFrom(...'abAB01_-é😀'), minLength: 4, maxLength: 12 })
    const write = fc.constantFrom(...[...forms, ...encoded].map(([, form]) => form))
    const before = fc.string({ unit: fc.constantFrom(...'abAB01_- '), maxLength: 200 })
    fc.assert(
      fc.property(value, write, before, fc.nat(), (secret, form, text, at) => {
        const masked = createMasker([secret])
        const written = form(secret)
        const cut = (text + written.slice(0, at % (written.length + 1))).toWellFormed()
        // No text with a percent is plain, and the control keeps it apart.
        expect(masked(`%\x01${cut}`, { isCut: true })).toBe(`%\x01${masked(cut, { isCut: true })}`)
      }),
      { numRuns: 1500 },
    )
  })
})

describe('a text that was cut', () => {
  const masked = createMasker(['s3cr3t-"token"', 'other'])

  it.each([
    ['body s3cr', `body ${mask}`],
    ['body s3cr3t-', `body ${mask}`],
    ['body s3cr3t-\\"tok', `body ${mask}`],
    ['body s3cr3t-%22to', `body ${mask}`],
    ['body s3c', 'body s3c'],
    ['s3cr body', 's3cr body'],
    ['body s3cr3t-"token"', `body ${mask}`],
  ])('%j shows no beginning of a secret at its end', (text, shown) => {
    expect(masked(text, { isCut: true })).toBe(shown)
  })

  it('is the only one of which the end is hidden: a whole text may end like that', () => {
    expect(masked('body s3cr')).toBe('body s3cr')
  })

  it('gives away no more than a few characters, in any form', () => {
    const piece = fc.constantFrom(...'aB3-_.~/=+?#"\\ <>\n', 'é', '😀')
    const value = fc
      .array(piece, { minLength: 1, maxLength: 12 })
      .map((pieces) => `s3cr3t-${pieces.join('')}`)
    const write = fc.constantFrom(...forms.map(([, form]) => form))
    fc.assert(
      fc.property(value, write, fc.nat(), (secret, form, at) => {
        const echo = Buffer.from(form(secret))
        const text = echo.subarray(0, 7 + (at % echo.length)).toString()

        expect(createMasker([secret])(text, { isCut: true })).not.toContain('s3cr3t')
      }),
      { numRuns: 1000 },
    )
  })
})

describe('a long text', () => {
  const length = 1_048_576
  const special = '"\\/%&+ \n<é€😀'.repeat(200).slice(0, 2048)
  const fill = (text: string) => text.repeat(Math.ceil(length / text.length)).slice(0, length)

  it.each([
    ['plain', fill('x')],
    ['of backslashes', fill('\\')],
    ['of percents', fill('%')],
    ['of escaped percents', fill('%25')],
    ['of ampersands', fill('&')],
    ['of entities', fill('&amp;')],
    ['of semicolons', fill(';')],
    ['of \\u', fill('\\u0022')],
    ['of half a \\u', fill('\\u')],
    ['of the secret but its end', fill(`${special.slice(0, -1)}x`)],
    ['of its first character', fill('"')],
    ['of its escapes', fill('\\"\\\\%22%5C')],
    ['of the escaped secret', fill(escapeJson(escapeJson(special)))],
    ['of the encoded secret', fill(encodeURIComponent(special))],
  ])('%s is masked in its time, though the secret is long and special', (_says, text) => {
    const masked = createMasker([special])
    const began = cpuMs()

    masked(text, { isCut: true })

    expect(cpuMs() - began).toBeLessThan(2000)
  })

  it.each([
    ['repeats itself', 'a'.repeat(100_000)],
    ['almost repeats itself', `${'a'.repeat(50_000)}b${'a'.repeat(50_000)}`],
  ])('is masked in its time though the secret %s', (_says, secret) => {
    const began = cpuMs()

    createMasker([secret])(fill('a'), { isCut: true })
    createMasker([secret])(fill('a'))

    expect(cpuMs() - began).toBeLessThan(3000)
  })

  it('is not shown at all where looking for very many secrets would take too long', () => {
    const values = Array.from({ length: 100_000 }, (_, index) => `secret-${index}`)
    const masked = createMasker(values)
    const began = cpuMs()

    expect(masked(fill('x'))).toBe(mask)
    expect(masked('secret-7')).toBe(mask)

    expect(cpuMs() - began).toBeLessThan(2000)
  })
})
