import { describe, expect, it } from 'vitest'
import { headerValue } from '../../src/webhook/header.ts'
import { writeJson } from '../../src/webhook/json.ts'
import { createMasker } from '../../src/webhook/masking/mask.ts'
import { responseOf } from './responses.ts'

const typed = (contentType: string, body: string | Buffer) =>
  responseOf({ headers: [['Content-Type', contentType]], body })

describe('the text of a response', () => {
  it.each<[contentType: string, bytes: number[], text: string]>([
    ['text/plain', [0xc3, 0xa9], 'é'],
    ['text/plain; charset=utf-8', [0xc3, 0xa9], 'é'],
    ['text/plain; charset="UTF-8"', [0xc3, 0xa9], 'é'],
    ['text/plain;charset=iso-8859-1', [0xe9], 'é'],
    ['text/plain; charset=windows-1252', [0x80], '€'],
    ['text/plain; charset=shift_jis', [0x83, 0x41], 'ア'],
    ['text/plain; charset=nonsense', [0xc3, 0xa9], 'é'],
    ['text/plain; charset=', [0xc3, 0xa9], 'é'],
    ['', [0xc3, 0xa9], 'é'],
    ['text/plain', [0xe9], '\ufffd'],
    ['text/plain', [0xef, 0xbb, 0xbf, 0x61], 'a'],
    ['text/plain', [0xff, 0xfe, 0x61, 0x00], 'a'],
    ['text/plain', [0xfe, 0xff, 0x00, 0x61], 'a'],
    ['text/plain; charset=iso-8859-1', [0xef, 0xbb, 0xbf, 0xc3, 0xa9], 'é'],
    ['text/plain; charset=utf-8', [0xff, 0xfe, 0x61, 0x00], 'a'],
    ['application/json', [], ''],
  ])('labelled %j, of %j, is %j', (contentType, bytes, text) => {
    expect(typed(contentType, Buffer.from(bytes)).text).toBe(text)
  })

  it.each<[contentType: string, bytes: number[], isText: boolean]>([
    ['application/json', [0x7b], true],
    ['application/problem+json', [0xff], true],
    ['text/html', [0xff], true],
    ['application/xml', [0xff], true],
    ['image/png', [0x89, 0x50, 0x4e, 0x47, 0x00], false],
    ['image/jpeg', [0xff, 0xd8, 0xff, 0xe0], false],
    ['', [0xff, 0xd8, 0xff, 0xe0], false],
    ['', [0xff, 0xfb, 0x90], false],
    ['', [0xff, 0xfe, 0x61, 0x00], true],
    ['application/octet-stream', [0x61, 0x62], true],
    ['application/octet-stream', [0x61, 0x00], false],
    ['', [0x61, 0xc3], true],
    ['', [], true],
    ['image/svg+xml', [0x3c], true],
  ])('labelled %j, of %j, is text at all: %s', (contentType, bytes, isText) => {
    expect(typed(contentType, Buffer.from(bytes)).isText).toBe(isText)
  })

  it('that could not be decoded is none', () => {
    expect(responseOf({ body: 'x', ending: 'undecodable' }).isText).toBe(false)
  })
})

describe('the JSON of a response', () => {
  it.each([
    ['{"id":12345678901234567890}', '{"id":12345678901234567890}'],
    ['\ufeff{"a":1}', '{"a":1}'],
    ['null', 'null'],
    ['"x"', '"x"'],
  ])('%j is %s', (body, json) => {
    expect(writeJson(responseOf({ body }).seenJson)).toBe(json)
  })

  it.each(['', 'no', '{"a":', `${'['.repeat(101)}${']'.repeat(101)}`, `${'['.repeat(50_000)}`])(
    'is not there where the body is none: %j',
    (body) => {
      expect(responseOf({ body: body.slice(0, 60_000) }).seenJson).toBeUndefined()
    },
  )

  it('is read whatever the label says', () => {
    expect(typed('text/html', '{"a":1}').seenJson).toEqual({ a: 1 })
  })
})

describe('the headers of a response', () => {
  const response = responseOf({
    headers: [
      ['X-Id', 'a'],
      ['x-id', 'b'],
      ['__proto__', 'c'],
      ['Set-Cookie', 'd'],
    ],
  })

  it('are found by lower-case name, repeated ones joined', () => {
    expect(headerValue(response.headers, 'x-id')).toBe('a, b')
    expect(headerValue(response.headers, 'x-other')).toBeUndefined()
  })

  it('are variables of their own', () => {
    expect(Object.entries(response.variables.headers)).toEqual([
      ['x-id', 'a, b'],
      ['__proto__', 'c'],
      ['set-cookie', 'd'],
    ])
  })
})

describe('the variables of a response', () => {
  it('are its own, and worked out by the same functions for every response', () => {
    const [one, other] = [responseOf({ body: '1' }), responseOf({ body: '2' })].map(({ variables }) =>
      Object.entries(Object.getOwnPropertyDescriptors(variables)),
    )

    expect(one?.map(([name]) => name)).toEqual(['status', 'body', 'headers', 'json'])
    expect(one?.map(([, { get }]) => get)).toEqual(other?.map(([, { get }]) => get))
    expect(new Set(one?.map(([, { get }]) => get)).size).toBe(4)
  })
})

describe('the text that is shown', () => {
  const masked = createMasker(['s3cr3t-token'])

  it.each([
    ['all of it', 'a s3cr3t-token b s3cr3t', 100, 'a ••• b s3cr3t'],
    ['a part', 'a s3cr3t-token b s3cr3t', 7, 'a ••• b'],
    ['a part that ends within a secret', 'a s3cr3t-token b', 5, 'a •••'],
    ['a part that ends within a character', 'a 😀', 3, 'a '],
    ['nothing', 'a', 0, ''],
  ])('may be %s', (_name, body, characters, shown) => {
    expect(responseOf({ body }, { shown: masked }).shownStart(characters).text).toBe(shown)
  })
})

describe('a header of a response', () => {
  it.each([
    ['in ASCII', Buffer.from('plain'), 'plain'],
    ['in UTF-8', Buffer.from('päss-wörd'), 'päss-wörd'],
    ['in Latin-1', Buffer.from('päss-wörd', 'latin1'), 'päss-wörd'],
  ])('%s is read as it was meant, so that what is secret in it is found', (_charset, bytes, text) => {
    const response = responseOf({ headers: [['X-E', bytes.toString('latin1')]] })
    expect(headerValue(response.headers, 'x-e')).toBe(text)
  })
})
