import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { describe, expect, it } from 'vitest'
import type { Problem } from '../../../src/contract/schemas.ts'
import { cpuMs } from '../../support/cpu-time.ts'
import { testEgressClient } from '../../support/egress-client.ts'
import { rawClient, writeRequest } from '../../support/raw-client.ts'
import { type Reply, service } from '../../support/service.ts'

const valid = { node: { method: 'GET', url: 'https://receiver.test/' } }
const json = { 'content-type': 'application/json' }
const deep = `${'['.repeat(101)}${']'.repeat(101)}`

describe('a request that is refused', () => {
  it.each<[when: string, init: RequestInit, status: number, code: string, detail: RegExp]>([
    [
      'the body is no JSON',
      { headers: json, body: '{"node":' },
      400,
      'invalid_request',
      /cannot be read as JSON/,
    ],
    ['the body is empty', { headers: json, body: '' }, 400, 'invalid_request', /cannot be read as JSON/],
    [
      'the body is not UTF-8',
      { headers: json, body: Buffer.from([0x22, 0xff, 0x22]) },
      400,
      'invalid_request',
      /cannot be read as JSON/,
    ],
    ['the body is too deep', { headers: json, body: deep }, 400, 'invalid_request', /cannot be read as JSON/],
    ['the body is another thing', { headers: json, body: '{}' }, 400, 'invalid_request', /OpenAPI document/],
    [
      'the body is too large',
      { headers: json, body: ' '.repeat(2_000) },
      413,
      'payload_too_large',
      /MAX_REQUEST_BYTES/,
    ],
    [
      'the body is plain text',
      { headers: { 'content-type': 'text/plain' }, body: 'x' },
      415,
      'unsupported_media_type',
      /application\/json/,
    ],
    [
      'the body is a form',
      { body: new URLSearchParams('a=b') },
      415,
      'unsupported_media_type',
      /application\/json/,
    ],
    ['the body has no type', { body: Buffer.from('{}') }, 415, 'unsupported_media_type', /application\/json/],
  ])('is a problem where %s', async (_when, init, status, code, detail) => {
    const { request } = await service({ settings: { MAX_REQUEST_BYTES: '1024' } })

    const reply = await request<Problem>('/v1/execute', { method: 'POST', ...init })

    expect(reply.status).toBe(status)
    expect(reply.headers.get('content-type')).toContain('application/problem+json')
    expect(reply.body).toMatchObject({
      type: `/errors/${code}`,
      status,
      code,
      detail: expect.stringMatching(detail),
      instance: `urn:webhook-node:request:${reply.headers.get('x-request-id')}`,
      delivered: 'no',
      retryable: false,
      executionId: null,
    })
  })

  it('is a problem without a body, too', async () => {
    const { request } = await service()

    const reply = await request<Problem>('/v1/execute', { method: 'POST' })

    expect(reply.body.errors).toEqual([{ path: '', message: 'missing; must be a JSON object' }])
  })

  it('lists the errors of the schema and of the config, each with its path', async () => {
    const { post } = await service()

    const bySchema = await post<Problem>('/v1/execute', { node: { method: 'get', url: 1 } })
    const byConfig = await post<Problem>('/v1/preview', { node: { method: 'GET', url: 'http://a.test/' } })

    expect(bySchema.body.errors.map(({ path }) => path)).toEqual(['/node/method', '/node/url'])
    expect(byConfig.body).toMatchObject({ code: 'invalid_request', errors: [{ path: '/node/url' }] })
  })

  it('lists no more than a hundred offenders', async () => {
    const { post } = await service()

    const { body } = await post<Problem>('/v1/execute', {
      node: { ...valid.node, query: Array(200).fill(1) },
    })

    expect(body.errors).toHaveLength(101)
    expect(body.errors.at(-1)).toEqual({
      path: '',
      message: 'there are more errors; these are the first 100',
    })
  })

  it('is no larger for a long name that leads to many offenders', async () => {
    const { post } = await service()
    const content = { ['n'.repeat(300_000)]: Array(200).fill('{{') }
    const node = { method: 'POST', url: 'https://receiver.test/', body: { structure: 'json', content } }

    const { status, body } = await post<Problem>('/v1/execute', { node })

    expect(status).toBe(400)
    expect(JSON.stringify(body).length).toBeLessThan(150_000)
    expect(body.errors[0]?.path).toMatch(/^\/node\/body\/content\/n+…$/)
    expect(body.errors[0]?.path.length).toBeLessThan(2_000)
    expect(body.errors[0]?.message).toMatch(/ \(the path is cut\)$/)
    expect(body.errors.at(-1)?.message).toMatch(/^there are more errors/)
  })

  it.each([
    ['/v1/exekute', '/v1/execute'],
    ['/v1/exec', '/v1/execute'],
    ['/execute', '/v1/execute'],
    ['/v1/execute/', '/v1/execute'],
    ['/api/v1/preview?x=1', '/v1/preview'],
    ['/v1/validate', '/v1/preview'],
    ['/v1/run', '/v1/execute'],
    ['/health', '/livez'],
    ['/v1/nodes/n/statistics', '/v1/nodes/{id}/stats'],
    ['/nothing', null],
    [`/${'v'.repeat(10_000)}`, null],
  ])('is told the route that is near: %s', async (path, near) => {
    const { request } = await service()

    const { status, body } = await request<Problem>(path, { method: 'POST', body: '{}' })

    expect(status).toBe(404)
    expect(body.detail).toBe(
      `This route does not exist.${near === null ? '' : ` Did you mean "${near}"?`} GET /openapi.json lists all routes.`,
    )
  })

  it.each([
    ['a route that does not exist', 'POST', '/v1/exekute', 404, 'not_found', null],
    ['a route with a final slash', 'GET', '/livez/', 404, 'not_found', null],
    ['a file of the API page that does not exist', 'GET', '/docs/static/nothing.js', 404, 'not_found', null],
    ['the wrong method', 'GET', '/v1/execute', 405, 'method_not_allowed', 'POST'],
    ['the wrong method with a query string', 'PATCH', '/livez?x=1', 405, 'method_not_allowed', 'GET, HEAD'],
    ['a rare method', 'PROPFIND', '/readyz', 405, 'method_not_allowed', 'GET, HEAD'],
  ])('may ask for %s', async (_what, method, path, status, code, allow) => {
    const { request } = await service()
    const body = method === 'POST' ? { body: 'not read', headers: { 'content-type': 'text/plain' } } : {}

    const reply = await request<Problem>(path, { method, ...body })

    expect(reply).toMatchObject({ status, body: { code, status } })
    expect(reply.headers.get('allow')).toBe(allow)
  })

  it('takes no query parameters, so that no switch is ignored in silence', async () => {
    const { post } = await service()

    const reply = await post<Problem>('/v1/execute?dryRun=true', valid)

    expect(reply).toMatchObject({ status: 400, body: { code: 'invalid_request', delivered: 'no' } })
  })

  it('may have an invalid path', async () => {
    const { url } = await service()

    const response = await fetch(`${url}/%zz`)

    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ code: 'invalid_request', delivered: 'no' })
  })

  it.each([
    ['nonsense', 'NONSENSE\r\n\r\n', /not an HTTP request/],
    ['endless headers', `GET / HTTP/1.1\r\nHost: a\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`, /headers/],
  ])('may be %s instead of HTTP', async (_what, bytes, detail) => {
    const { url } = await service()

    const reply = await text(connect(Number(new URL(url).port), '127.0.0.1').end(bytes))

    const [head = '', body = ''] = reply.split('\r\n\r\n')
    expect(head).toContain('400 Bad Request')
    expect(head).toContain('application/problem+json')
    expect(JSON.parse(body)).toMatchObject({ code: 'invalid_request', detail: expect.stringMatching(detail) })
  })
})

describe('a header that may be there once', () => {
  it.each([
    ['Host', 'Host: other'],
    ['Host', 'hOST: service'],
    ['Content-Type', 'Content-Type: text/plain'],
    ['Authorization', 'Authorization: Bearer a', 'authorization: Bearer b'],
  ])('is refused where it is there twice: %s', async (name, ...fields) => {
    const { url } = await service()
    const client = await rawClient(url)

    client.write(writeRequest('POST', '/v1/preview', JSON.stringify(valid), ...fields))

    const reply = await client.until('"errors"')
    expect(reply).toMatch(/^HTTP\/1.1 400 /)
    expect(reply).toContain(`more than one ${name} header`)
  })
})

describe('a hostile body of a megabyte', () => {
  const node = '"method":"POST","url":"https://receiver.test/"'
  const many = (count: number, member: (index: number) => string) =>
    Array.from({ length: count }, (_, i) => member(i)).join()

  it.each([
    ['half a million fields that are none', `{"node":{${node},"query":[${many(500_000, () => '1')}]}}`],
    ['fields without a form', `{"node":{${node},"query":[${many(90_000, () => '{"name":""}')}]}}`],
    ['unknown members', `{"node":{${node},${many(70_000, (i) => `"timeoutM${i}":1`)}}}`],
    ['secrets that are too short', `{"node":{${node}},"secrets":{${many(70_000, (i) => `"s${i}":""`)}}}`],
    ['one very long name', `{"node":{${node},"${'~'.repeat(1_000_000)}":1}}`],
  ])('is refused quickly, with a short reply: %s', async (_what, body) => {
    const { post } = await service({ settings: { MAX_REQUEST_BYTES: '2097152' } })
    const started = cpuMs()

    const reply: Reply<Problem> = await post('/v1/execute', body)

    expect(reply.status).toBe(400)
    expect(cpuMs() - started).toBeLessThan(2_000)
    expect(JSON.stringify(reply.body).length).toBeLessThan(2.1 * body.length)
  })
})

describe('a bug', () => {
  it('is a 500 without details, which the log has under the same id', async () => {
    const call = () => Promise.reject(new Error('something inside'))
    const load = () => ({ connections: 0, waiting: 0 })
    const egressClient = { ...testEgressClient(), call, load }
    const { post, log } = await service({ egressClient })

    const { body } = await post<Problem>('/v1/execute', valid)

    expect(body).toMatchObject({ status: 500, code: 'internal', delivered: 'maybe', retryable: false })
    expect(JSON.stringify(body)).not.toContain('inside')
    const [line] = log.filter(({ level }) => level === 'error')
    expect(line).toMatchObject({ err: { type: 'Error', message: 'something inside' } })
    expect(body.instance).toBe(`urn:webhook-node:request:${line?.requestId}`)
  })
})

describe('a secret in the wrong place', () => {
  it.each([
    { ...valid, secrets: { pin: 12345678 } },
    { node: { ...valid.node, auth: { type: 'bearer', token: 12345678 } } },
    { node: { ...valid.node, auth: { type: 'bearer', token: '{{ "12345678" zz }}' } } },
  ])('is not repeated in the refusal of %j', async (body) => {
    const { post } = await service()

    const reply = await post<Problem>('/v1/execute', body)

    expect(reply.status).toBe(400)
    expect(JSON.stringify(reply.body)).not.toContain('12345678')
  })
})

describe('a node that is wrong in several ways', () => {
  it('has the errors of one field though another one is malformed', async () => {
    const { post } = await service()
    const fields = [{ name: 'a', value: '{{ a b }}' }, { name: 'b' }]
    const node = {
      ...valid.node,
      method: 'POST',
      headers: [{ name: 'Host', value: 'x' }, 1],
      body: { structure: 'simple', fields },
    }

    const { body } = await post<Problem>('/v1/execute', { node })

    expect(body.errors.map(({ path }) => path)).toEqual([
      '/node/headers/1',
      '/node/body/fields/1',
      '/node/headers/0/name',
      '/node/body/fields/0/value',
    ])
  })

  it('has all errors in one reply, those of its form and those of its content', async () => {
    const { post } = await service()
    const node = {
      method: 'POST',
      url: 'http://receiver.test/',
      timeoutMS: 500,
      headers: [{ name: 'Host', value: '{{ profile.name' }],
      expect: { type: 'condition', value: 'a b' },
    }

    const { body } = await post<Problem>('/v1/execute', { node })

    expect(body.errors.map(({ path }) => path)).toEqual([
      '/node/timeoutMS',
      '/node/url',
      '/node/headers/0/name',
      '/node/headers/0/value',
      '/node/expect/value',
    ])
  })
})

describe('a route that DOCS=off closes', () => {
  it.each(['/docs', '/openapi.json', '/manual/node'])('says so: %s', async (path) => {
    const { request } = await service({ settings: { DOCS: 'off' } })

    const { status, body } = await request<Problem>(path)

    expect(status).toBe(404)
    expect(body.detail).toBe('This route is closed: the operator of the service has set DOCS=off.')
  })
})

describe('a problem about a secret in a wrong place', () => {
  const secret = 'correcthorsebatterystapletrombonewithoutdigits'
  const given = { ...valid, secrets: { a: secret } }
  it.each<[where: string, body: object]>([
    ['the name of a member', { ...given, node: { ...valid.node, [secret]: 1 } }],
    ['a name at the top', { ...given, [secret]: 1 }],
    [
      'the name of a header',
      { ...given, node: { ...valid.node, headers: [{ name: `${secret} b`, value: 'a' }] } },
    ],
    [
      'a header line',
      { ...valid, node: { ...valid.node, headers: [{ name: `X-A: ${secret}`, value: '' }] } },
    ],
    [
      'the name of a header in an object',
      { ...valid, node: { ...valid.node, headers: { [`X-A: ${secret}`]: '' } } },
    ],
    ['a template', { ...given, node: { ...valid.node, headers: [{ name: 'a', value: `{{ ${secret} }}` }] } }],
    [
      'a filter',
      { ...given, node: { ...valid.node, headers: [{ name: 'a', value: `{{ profile.a | ${secret} }}` }] } },
    ],
    ['a capture', { ...given, node: { ...valid.node, capture: { a: `$.${secret}` } } }],
    ['another member for secrets', { ...valid, credentials: { a: secret }, [secret]: 1 }],
    ['a secret of the node', { node: { ...valid.node, secrets: { a: secret }, [secret]: 1 } }],
    ['a token of auth', { node: { ...valid.node, auth: { type: 'bearer', token: secret, [secret]: 1 } } }],
  ])('does not show it: %s', async (_where, body) => {
    const { post } = await service()

    const { status, body: problem } = await post<Problem>('/v1/execute', body)

    expect(status).toBe(400)
    expect(problem.errors).not.toEqual([])
    expect(JSON.stringify(problem)).not.toContain('battery')
  })
})
