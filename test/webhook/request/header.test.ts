import { describe, expect, it } from 'vitest'
import { trimHeader } from '../../../src/webhook/wire/headers.ts'
import { cpuMs } from '../../support/cpu-time.ts'
import { refusedHeaders } from '../../support/refused-headers.ts'
import { complaint, listWarnings, render, renderFailure, renderHeaders, sent } from '../support/nodes.ts'

const header = (name: string, value = 'x') => ({ headers: [{ name, value }] })
const fromPayload = { headers: [{ name: 'X-A', source: 'profile', field: 'v' }] } as const
const ofProfile = (v: unknown) => ({ payload: { profile: { v } } })
const node = { headers: [...fromPayload.headers] }

describe('a header name that may not be set', () => {
  it.each(refusedHeaders)('is refused in any case: %s', (name) => {
    for (const spelling of [name, name.toLowerCase(), name.toUpperCase()])
      expect(complaint(header(spelling))).toBe(complaint(header(name))?.replace(`"${name}"`, `"${spelling}"`))
    expect(complaint(header(name))).toMatch(/^\/node\/headers\/0\/name: ".*" may not be set: /)
  })

  it.each(['x y', 'x:', ':path', 'x\r\ny', 'ü', 'x(y)', '"x"', 'x\u0000', 'a,b', 'a/b'])(
    'is refused where it is no token: %j',
    (name) => {
      expect(complaint(header(name))).toContain('is not a header name')
    },
  )

  it('is refused as the name of an API key, too', () => {
    const auth = { type: 'apiKey', in: 'header', name: 'Host', value: 'key-1234' } as const

    expect(complaint({ auth })).toContain('/node/auth/name: "Host" may not be set')
    expect(complaint({ auth: { ...auth, in: 'query' } })).toBeUndefined()
  })
})

describe('any other header name', () => {
  it.each([
    'Authorization',
    'Cookie',
    'X-Api-Key',
    'webhook-id',
    'webhook-timestamp',
    'webhook-signature',
    '__proto__',
    'constructor',
    'Content-Type',
    'Accept',
    'User-Agent',
    'Idempotency-Key',
    "!#$%&'*+.^_`|~09",
  ])('is accepted: %s', (name) => {
    expect(renderHeaders(header(name), {}, name)).toEqual(['x'])
  })
})

describe('a constant value that no header may have', () => {
  it.each([
    ['a\r\nX: b', 'a line break'],
    ['a\nb', 'a line break'],
    ['a\rb', 'a line break'],
    ['a\n', 'a line break'],
    ['\na', 'a line break'],
    ['a\u0000b', 'a control character'],
    ['a\u007fb', 'a control character'],
    ['日本', 'outside of ASCII'],
    ['é', 'outside of ASCII'],
    ['\u010d\u010a', 'outside of ASCII'],
    ['a\ufeff', 'outside of ASCII'],
    ['a'.repeat(8193), 'longer than 8192'],
  ])('is refused: %j: %s', (value, problem) => {
    expect(complaint(header('X-A', value))).toMatch(/^\/node\/headers\/0\/value: /)
    expect(complaint(header('X-A', value))).toContain(problem)
    expect(complaint({ headers: [{ name: 'X-A', literal: value }] })).toMatch(
      /^\/node\/headers\/0\/literal: /,
    )
    expect(complaint({ auth: { type: 'bearer', token: value } })).toMatch(/^\/node\/auth\/token: /)
    expect(complaint({ auth: { type: 'apiKey', in: 'header', name: 'X', value } })).toMatch(
      /^\/node\/auth\/value: /,
    )
  })
})

describe('a value from the payload that no header may have', () => {
  it.each([
    ['a\r\nX-Evil: b'],
    ['a\nb'],
    ['a\u0000b'],
    ['日本'],
    ['é'],
    ['\u010d\u010a'],
    [['a', 'b\nc']],
    ['a'.repeat(8193)],
  ])('is header_invalid: %j', (value) => {
    expect(renderFailure(node, ofProfile(value))).toMatchObject({
      code: 'header_invalid',
      path: '/node/headers/0',
    })
  })

  it('is header_invalid without the value in the message', () => {
    expect(renderFailure(node, ofProfile('private\nvalue')).detail).toBe(
      'The value of "X-A" contains a line break. It is character 8 of the value. It comes from profile.v.',
    )
  })

  it('names a line break at the end of a credential, and not the white space that it keeps', () => {
    const auth = { type: 'bearer', token: '{{ secrets.token }}' } as const

    expect(render({ auth }, { secrets: { token: ' abcdefgh\n' } })).toMatchObject({
      failure: { detail: 'The value of "Authorization" contains a line break at its end.' },
      warnings: [],
    })
    expect(render(header('X-A', ' {{ profile.v }}'), ofProfile('a\nb'))).toMatchObject({
      ok: false,
      warnings: [],
    })
  })

  it('is header_invalid in a credential, too', () => {
    const auth = { type: 'bearer', token: '{{ secrets.token }}' } as const

    expect(renderFailure({ auth }, { secrets: { token: 'a\nbcd' } })).toMatchObject({
      code: 'header_invalid',
      path: '/node/auth/token',
      hint: expect.stringMatching(/^Correct the secret/),
    })
  })

  it('is header_invalid in a key, too', () => {
    const auth = { type: 'apiKey', in: 'header', name: 'X-Key', value: '{{ secrets.token }}' } as const

    expect(renderFailure({ auth }, { secrets: { token: 'a\nbcd' } }).path).toBe('/node/auth/value')
  })

  it('is not said to have line breaks where a template wrote too much', () => {
    const value = '{% for i in (1..300) %}{{ profile.v }}{% endfor %}'
    const { detail, hint } = renderFailure(
      { headers: [{ name: 'X-A', value }] },
      { payload: { profile: { v: 'x'.repeat(100) } } },
    )

    expect(detail).toContain('longer than 8192 characters')
    expect(hint).toBe(
      'Let the template of the header write less, or send the value in the body of the request.',
    )
  })
})

describe('white space around a value', () => {
  it.each([
    [' a ', 'a'],
    ['\ta\t', 'a'],
    ['a b', 'a b'],
    ['  ', ''],
    ['a \t b', 'a \t b'],
  ])('%j is sent as %j', (value, text) => {
    expect(renderHeaders(node, ofProfile(value), 'x-a')).toEqual([text])
    expect(trimHeader(value)).toBe(text)
  })

  it('is reported where it was removed', () => {
    expect(listWarnings(node, ofProfile(' a'))).toEqual(['header_trimmed /node/headers/0'])
    expect(listWarnings(node, ofProfile('a b'))).toEqual([])
    expect(
      listWarnings({ auth: { type: 'bearer', token: '{{ secrets.t }}' } }, { secrets: { t: 'token\t' } }),
    ).toEqual(['header_trimmed /node/auth/token'])
  })

  it('is removed in little time, however much there is', () => {
    const value = `a${' '.repeat(900_000)}b`
    const began = cpuMs()

    expect(renderFailure(node, ofProfile(value))).toMatchObject({ code: 'header_invalid' })

    expect(cpuMs() - began).toBeLessThan(500)
  })
})

describe('headers', () => {
  it('of the service come with every request, and one of the node replaces them', () => {
    expect(sent({ method: 'GET' }).headers).toEqual([
      ['host', 'target.example'],
      ['connection', 'keep-alive'],
      ['User-Agent', 'webhook-node/test'],
      ['Accept', '*/*'],
    ])
    const own = {
      headers: [
        { name: 'ACCEPT', value: 'text/plain' },
        { name: 'user-agent', value: 'mine' },
      ],
    }
    expect(sent({ method: 'GET', ...own }).headers.slice(2)).toEqual([
      ['ACCEPT', 'text/plain'],
      ['user-agent', 'mine'],
    ])
  })

  it.each(['POST', 'PUT', 'PATCH'] as const)('of %s have a length though there is no body', (method) => {
    expect(sent({ method }).headers.at(-1)).toEqual(['content-length', '0'])
  })

  it.each(['GET', 'DELETE'] as const)('of %s have none without a body', (method) => {
    expect(renderHeaders({ method }, {}, 'content-length')).toEqual([])
  })

  it('label the body unless the node sets its own', () => {
    const body = { structure: 'full' } as const

    expect(renderHeaders({ body }, {}, 'content-type')).toEqual(['application/json'])
    expect(
      renderHeaders({ body, ...header('content-type', 'application/ld+json') }, {}, 'content-type'),
    ).toEqual(['application/ld+json'])
    expect(renderHeaders({}, {}, 'content-type')).toEqual([])
  })

  it.each(['Authorization', 'Content-Type', 'Idempotency-Key', 'User-Agent'])(
    'called %s may be there once only',
    (name) => {
      const headers = [
        { name, value: 'a' },
        { name: name.toLowerCase(), value: 'b' },
      ]
      expect(renderFailure({ headers })).toMatchObject({ code: 'header_invalid', path: '/node/headers' })
      const [first, second] = headers.map((field, index) => ({
        ...field,
        when: index === 0 ? 'true' : 'false',
      }))
      expect(renderHeaders({ headers: [first, second].flatMap((field) => field ?? []) }, {}, name)).toEqual([
        'a',
      ])
    },
  )

  it('may not set the authorization beside auth', () => {
    expect(
      renderFailure({ auth: { type: 'bearer', token: 'token' }, ...header('authorization', 'Basic x') }),
    ).toMatchObject({ code: 'header_invalid' })
  })

  it.each([
    [94, 10, true],
    [98, 10, false],
    [4, 8192, false],
    [3, 8192, true],
  ])('%i of %i characters are sent: %s', (count, length, areSent) => {
    const headers = Array.from({ length: count }, (_, index) => ({
      name: `X-${index}`,
      value: 'v'.repeat(length),
    }))

    expect(render({ headers }).ok).toBe(areSent)
  })

  it('carry the Idempotency-Key of the client, or that of the execution where the node is idempotent', () => {
    const key = 'idempotency-key'

    expect(renderHeaders({}, {}, key)).toEqual([])
    expect(renderHeaders({}, { idempotencyKey: 'k-1' }, key)).toEqual(['k-1'])
    expect(renderHeaders({ idempotent: true }, {}, key)).toEqual(['01980000-0000-7000-8000-000000000000'])
    expect(renderHeaders({ idempotent: true }, { idempotencyKey: 'k-1' }, key)).toEqual(['k-1'])
    expect(
      renderHeaders({ idempotent: true, ...header('IDEMPOTENCY-KEY', 'own') }, { idempotencyKey: 'k' }, key),
    ).toEqual(['own'])
  })
})
