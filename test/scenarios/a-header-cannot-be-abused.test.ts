import { describe, expect, it } from 'vitest'
import type { Problem } from '../../src/contract/schemas.ts'
import { json } from '../support/receiver.ts'
import { refusedHeaders } from '../support/refused-headers.ts'
import { receiver } from '../support/servers.ts'
import { service } from '../support/service.ts'

const url = 'https://receiver.test/'
const field = (name: string, value: unknown = 'x') => ({ name, literal: value })
const node = (part: object) => ({ method: 'POST', url, ...part })
const headers = (...fields: readonly object[]) => node({ headers: fields })

/** A value that only the payload brings to light. */
const named = { name: 'X-Name', source: 'profile', field: 'name' }
const fromPayload = headers(named)

describe('a header that is abused in the config', () => {
  it.each<[what: string, node: object, path: string]>([
    ['a line break in a constant', headers(field('X', 'a\r\nX: b')), '/node/headers/0/literal'],
    ['a bare line feed', headers(field('X', 'a\nb')), '/node/headers/0/literal'],
    ['a bare carriage return', headers(field('X', 'a\rb')), '/node/headers/0/literal'],
    ['NUL', headers(field('X', 'a\0b')), '/node/headers/0/literal'],
    ['DEL', headers(field('X', 'a\x7fb')), '/node/headers/0/literal'],
    [
      'what Latin-1 would cut to a line break',
      headers(field('X', 'a\u010d\u010ab')),
      '/node/headers/0/literal',
    ],
    ['what is no Latin-1', headers(field('X', '日本')), '/node/headers/0/literal'],
    ['what is no ASCII', headers(field('X', 'é')), '/node/headers/0/literal'],
    ['a value of more than 8 KiB', headers(field('X', 'x'.repeat(8_193))), '/node/headers/0/literal'],
    ...['x y', 'x:', ':path', 'ü', 'x\n', '{{ a }}'].map((name): [string, object, string] => [
      `the name ${JSON.stringify(name)}`,
      headers(field(name)),
      '/node/headers/0/name',
    ]),
    ['an empty name', headers(field('')), '/node/headers/0/name'],
    ...[...refusedHeaders, 'hOST'].map((name): [string, object, string] => [
      `the name ${name}`,
      headers(field(name)),
      '/node/headers/0/name',
    ]),
    ['a placeholder in the host', node({ url: 'https://{{ profile.host }}/' }), '/node/url'],
    ['a placeholder in the port', node({ url: 'https://a.test:{{ profile.port }}/' }), '/node/url'],
    ['a placeholder in the scheme', node({ url: '{{ profile.scheme }}://a.test/' }), '/node/url'],
    ['a placeholder right behind the host', node({ url: 'https://a.test{{ profile.rest }}' }), '/node/url'],
    ...['GET\r\nX', 'G T', 'get', '', 'TRACE', 'CONNECT', 'HEAD', 'M-SEARCH'].map(
      (method): [string, object, string] => [
        `the method ${JSON.stringify(method)}`,
        node({ method }),
        '/node/method',
      ],
    ),
    ['a path with a space', node({ url: 'https://a.test/a b' }), '/node/url'],
    ['a path with a line break', node({ url: 'https://a.test/a\r\nb' }), '/node/url'],
    ['a body with GET', node({ method: 'GET', body: { structure: 'full' } }), '/node/body'],
  ])('is a 400: %s', async (_what, hostile, path) => {
    const { post } = await service()

    const reply = await post<Problem>('/v1/execute', { node: hostile })

    expect(reply.status).toBe(400)
    expect(reply.body.errors.map((error) => error.path)).toContain(path)
  })
})

describe('a header that is abused by the payload', () => {
  it.each<[what: string, node: object, name: unknown]>([
    ['a line break', fromPayload, 'a\r\nX: b'],
    ['a bare line feed', fromPayload, 'a\nb'],
    ['a bare carriage return', fromPayload, 'a\rb'],
    ['NUL', fromPayload, 'a\0b'],
    ['DEL', fromPayload, 'a\x7fb'],
    ['what Latin-1 would cut to a line break', fromPayload, 'a\u010d\u010ab'],
    ['what is no Latin-1', fromPayload, '日本'],
    ['what is no ASCII', fromPayload, 'é'],
    ['more than 8 KiB', fromPayload, 'x'.repeat(8_193)],
    ['more than 32 KiB together', headers(...Array(5).fill(named)), 'x'.repeat(8_000)],
    ['more than a hundred', headers(...Array(101).fill(field('X'))), ''],
    ...['Authorization', 'Content-Type', 'Idempotency-Key', 'User-Agent'].map(
      (name): [string, object, unknown] => [
        `${name} twice`,
        headers(field(name), field(name.toUpperCase())),
        '',
      ],
    ),
  ])('takes the error branch: %s', async (_what, hostile, name) => {
    const { execute } = await service()

    const reply = await execute({ node: hostile, payload: { profile: { name } } })

    expect(reply).toMatchObject({
      branch: 'error',
      reason: { code: 'header_invalid', hint: expect.any(String) },
      delivered: 'no',
      attempts: [],
      request: null,
    })
  })
})

describe('a harmless header', () => {
  it('arrives as it was meant: names of objects, repeated names, signatures, and values without the white space around them', async () => {
    const target = await receiver(json(200, {}))
    const { execute } = await service()
    const fields = [
      field('__proto__', 'a'),
      field('constructor', 'b'),
      field('X-Tag', 'one'),
      field('x-tag', 'two'),
      field('webhook-signature', 'v1,abc'),
      field('X-Padded', ' \tpadded\t '),
    ]

    const reply = await execute({ node: { method: 'GET', url: target.url, headers: fields } })

    const raw = target.received[0]?.rawHeaders ?? []
    const pairs = raw.flatMap((name, index) => (index % 2 === 0 ? [[name, raw[index + 1]]] : []))
    expect(pairs).toEqual(
      expect.arrayContaining([
        ['__proto__', 'a'],
        ['constructor', 'b'],
        ['X-Tag', 'one'],
        ['x-tag', 'two'],
        ['webhook-signature', 'v1,abc'],
        ['X-Padded', 'padded'],
      ]),
    )
    expect(reply.warnings).toMatchObject([{ code: 'header_trimmed', path: '/node/headers/5' }])
  })
})
