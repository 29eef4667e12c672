import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeFile } from '../../../src/webhook/request/decode-file.ts'
import { cpuMs } from '../../support/cpu-time.ts'

function decoded(value: unknown) {
  const file = decodeFile(value)
  if (!file.ok) throw new TypeError(file.problem.says)
  return file
}

function problem(value: unknown): string {
  const file = decodeFile(value)
  if (file.ok) throw new TypeError(`decoded to ${file.bytes.length} bytes`)
  return file.problem.says
}

const bytes = fc.uint8Array({ maxLength: 200 }).map((array) => Buffer.from(array))

describe('a file', () => {
  it('is read from base64 and base64url, with and without padding and white space', () => {
    const spaces = fc.array(fc.constantFrom('\n', '\r\n', ' ', '\t', '\f'), { maxLength: 4 })
    fc.assert(
      fc.property(
        bytes,
        fc.boolean(),
        fc.boolean(),
        fc.nat(),
        spaces,
        (file, isUrl, isPadded, at, blanks) => {
          const whole = isUrl
            ? file.toString('base64').replaceAll('+', '-').replaceAll('/', '_')
            : file.toString('base64')
          const text = isPadded ? whole : whole.replaceAll('=', '')
          const cut = text.length === 0 ? 0 : at % (text.length + 1)
          expect(decoded(text.slice(0, cut) + blanks.join('') + text.slice(cut)).bytes).toEqual(file)
        },
      ),
    )
  })

  it('is read from a data: URL in base64 or percent-encoded, with its media type', () => {
    const types = fc.constantFrom('image/png', 'text/plain;charset=utf-8', 'text/plain; x="a;b"', '')
    fc.assert(
      fc.property(bytes, types, fc.constantFrom('data:', 'DATA:', '\n data:'), (file, type, scheme) => {
        const escaped = [...file].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('')
        for (const url of [
          `${scheme}${type};base64,${file.toString('base64')}`,
          `${scheme}${type}; BASE64,${encodeURIComponent(file.toString('base64'))}`,
          `${scheme}${type},${escaped}`,
        ])
          expect(decoded(url)).toMatchObject({ bytes: file, mediaType: type || null })
      }),
    )
  })

  it.each<[is: string, value: string, text: string, type: string | null]>([
    ['a data: URL with text', 'data:text/plain,Hello,%20w%C3%B6rld%', 'Hello, wörld%', 'text/plain'],
    ['a data: URL with a charset alone', 'data:;charset=utf-8,ü', 'ü', 'text/plain;charset=utf-8'],
    ['an empty data: URL', 'data:,', '', null],
    ['white space', ' \n', '', null],
  ])('may be %s', (_is, value, text, type) => {
    expect(decoded(value)).toEqual({ ok: true, bytes: Buffer.from(text), mediaType: type })
  })

  it.each<[is: string, value: unknown, says: string]>([
    ['a text', 'Hello, world', 'is not base64: its character 6 is no digit of base64'],
    ['an address', 'https://files.example/a.png', 'is not base64: its character 6 is no digit of base64'],
    ['characters beyond ASCII', 'aGVsbG8ü', 'is not base64: its character 8 is no digit of base64'],
    ['NUL', 'aGVs\0bG8=', 'is not base64: its character 5 is no digit of base64'],
    ['a vertical tab', 'aGVs\vbG8=', 'is not base64: its character 5 is no digit of base64'],
    [
      'both alphabets',
      'ab-/',
      'its character 4 is no digit of base64url, and a text with "-" or "_" is read as base64url',
    ],
    ['one digit too many', 'aGVsb', 'its number of digits cannot be right'],
    ['two texts in a row', 'YQ==YQ==', 'its padding "=" is wrong, or text follows it'],
    ['too much padding', 'YQ===', 'its padding "=" is wrong'],
    ['half of a padding', 'YQ=', 'its padding "=" is wrong'],
    ['padding alone', '=', 'its padding "=" is wrong'],
    ['bits that are left', 'YR==', 'is not whole base64'],
    ['bits that are left without padding', 'aGVsbG9', 'is not whole base64'],
    ['bits that are left before a line break', 'YR==\r\n', 'is not whole base64'],
    ['a data: URL without data', 'data:image/png;base64', 'is a data: URL without a comma'],
    [
      'a data: URL with a line break in its type',
      'data:text/plain\r\nX: y,a',
      'is a data: URL whose media type is not well-formed',
    ],
    [
      'a data: URL with a type of many characters',
      `data:a/${'b'.repeat(2_000)},a`,
      'media type of more than 1024 characters',
    ],
    ['a data: URL that is not base64', 'data:image/png;base64,a*', 'is not base64: its character 2'],
    ['a number', 12, 'is a number, not a text'],
    ['true', true, 'is a boolean, not a text'],
    ['a list', ['YQ=='], 'is a list, not a text'],
    ['an object', { type: 'Buffer', data: [1] }, 'is an object, not a text'],
  ])('is not %s', (_is, value, says) => {
    expect(problem(value)).toContain(says)
  })

  it('is decoded or refused, and no text of it is in the problem', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 30, maxLength: 300 }), (text) => {
        const file = decodeFile(text)
        if (!file.ok) expect(file.problem.says).not.toContain(text.slice(0, 20))
      }),
    )
  })

  it('takes time that grows with its length only', () => {
    const texts = ['A', ' ', '=', '%', ';', 'A=', '\ud800'].flatMap((piece) => {
      const text = piece.repeat(4_000_000 / piece.length)
      return [text, `data:${text}`, `data:;base64,${text}`, `data:,${text}`]
    })
    const began = cpuMs()
    for (const text of texts) decodeFile(text)
    expect(cpuMs() - began).toBeLessThan(20_000)
  })
})
