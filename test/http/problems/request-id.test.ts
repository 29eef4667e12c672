import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Problem } from '../../../src/contract/schemas.ts'
import { chooseRequestId, requestUri } from '../../../src/http/problems/request-id.ts'
import { service } from '../../support/service.ts'

const uuid = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/

describe('the id of a request', () => {
  it.each(['a', 'instance-4711/step-3', "it's:(fine)?[x]{y}=~", 'x'.repeat(128)])(
    'is the one that the client gives: %s',
    (given) => {
      expect(chooseRequestId({ headers: { 'x-request-id': given } })).toBe(given)
    },
  )

  it.each([
    ['empty', ''],
    ['too long', 'x'.repeat(129)],
    ['of several words', 'a b'],
    ['two', 'a, b'],
    ['quoted', '"a"'],
    ['escaped', 'a\\n'],
    ['not of ASCII', 'ä'],
    ['of control characters', '\u001b[2J'],
  ])('is a new one where the given one is %s', (_what, given) => {
    expect(chooseRequestId({ headers: { 'x-request-id': given } })).toMatch(uuid)
  })

  it('never has a character that JSON or a header would have to escape', () => {
    const character = fc.integer({ min: 0, max: 0x17f }).map((code) => String.fromCodePoint(code))

    fc.assert(
      fc.property(fc.string({ unit: character, maxLength: 4 }), (given) => {
        const id = chooseRequestId({ headers: { 'x-request-id': given } })
        return (
          JSON.stringify(id) === `"${id}"` && /^urn:webhook-node:request:[\w!'()*.~%-]+$/.test(requestUri(id))
        )
      }),
    )
  })
})

describe('every reply', () => {
  it.each([
    ['of a probe', 'GET', '/livez', 200],
    ['of the metrics', 'GET', '/metrics', 200],
    ['of Swagger UI', 'GET', '/docs/', 200],
    ['of a file of Swagger UI', 'GET', '/docs/static/index.css', 200],
    ['of the OpenAPI document', 'GET', '/openapi.json', 200],
    ['to HEAD', 'HEAD', '/livez', 200],
    ['of a preview', 'POST', '/v1/preview', 200],
    ['that refuses a body', 'POST', '/v1/execute', 400],
    ['of no route', 'GET', '/nowhere', 404],
    ['of another method', 'PUT', '/livez', 405],
    ['of a path that is none', 'GET', '/%zz', 400],
  ])('%s has the id of its request', async (_what, method, path, status) => {
    const { url } = await service()
    const node = { method: 'GET', url: 'https://hooks.example/' }
    const body = path === '/v1/preview' ? { node } : {}
    const content = { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }
    const { headers = {}, ...init } = method === 'POST' ? content : {}

    const given = await fetch(url + path, {
      method,
      ...init,
      headers: { ...headers, 'x-request-id': 'engine-1' },
    })
    const made = await fetch(url + path, { method, ...init, headers })
    await Promise.all([given.text(), made.text()])

    expect([given.status, made.status]).toEqual([status, status])
    expect(given.headers.get('x-request-id')).toBe('engine-1')
    expect(made.headers.get('x-request-id')).toMatch(uuid)
  })

  it.each([
    ['is not even HTTP', 'NONSENSE\r\n\r\n'],
    ['has no host', 'GET /livez HTTP/1.1\r\nConnection: close\r\n\r\n'],
  ])('has an id though the request %s', async (_what, bytes) => {
    const { url } = await service()

    const reply = await text(connect(Number(new URL(url).port), '127.0.0.1').end(bytes))

    const [, id = ''] = /^X-Request-Id: (.*)\r$/im.exec(reply) ?? []
    expect(reply).toMatch(/^HTTP\/1.1 400 /)
    expect(id).toMatch(uuid)
    expect(reply).toContain(`"instance":"urn:webhook-node:request:${id}"`)
  })

  it.each([
    [
      'has an unknown expectation',
      'GET /livez HTTP/1.1\r\nHost: a\r\nExpect: x\r\nConnection: close\r\n\r\n',
    ],
    ['is of a time without hosts', 'GET /livez HTTP/1.0\r\n\r\n'],
  ])('is the one of the route though the request %s', async (_what, bytes) => {
    const { url } = await service()

    const reply = await text(connect(Number(new URL(url).port), '127.0.0.1').end(bytes))

    expect(reply).toMatch(/^HTTP\/1.1 200 .*\r\nx-request-id: [0-9a-f-]{36}\r\n/is)
  })
})

describe('the id that a client gives', () => {
  it('stands in the problem, as a URI', async () => {
    const { post } = await service()

    const { body } = await post<Problem>('/v1/execute', {}, { 'x-request-id': 'flow/7#3%' })

    expect(body.instance).toBe('urn:webhook-node:request:flow%2F7%233%25')
  })
})
