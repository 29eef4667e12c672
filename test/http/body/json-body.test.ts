import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import type { PreviewReply } from '../../../src/contract/execution.ts'
import type { Problem } from '../../../src/contract/schemas.ts'
import { cpuMs } from '../../support/cpu-time.ts'
import { json } from '../../support/receiver.ts'
import { receiver } from '../../support/servers.ts'
import { service } from '../../support/service.ts'

const long = '12345678901234567890'

describe('the body of a request', () => {
  it('keeps every digit of numbers that are sent on', async () => {
    const target = await receiver(json(200, {}))
    const { post } = await service()
    const body = `{
      "node": {
        "method": "POST", "url": "${target.url}/x",
        "query": [{ "name": "a", "value": ${long} }],
        "headers": [{ "name": "X-A", "value": ${long} }],
        "body": { "structure": "simple", "fields": [
          { "name": "own", "literal": [${long}] },
          { "name": "theirs", "source": "profile", "field": "id" }
        ] }
      },
      "payload": { "profile": { "id": ${long} } }
    }`

    const { status } = await post('/v1/execute', body)

    expect(status).toBe(200)
    const [received] = target.received
    expect(received?.target).toBe(`/x?a=${long}`)
    expect(received?.rawHeaders).toContain(long)
    expect(received?.body.toString()).toBe(`{"own":[${long}],"theirs":${long}}`)
  })

  it('has plain numbers everywhere else', async () => {
    const { post } = await service()

    const body = `{ "node": { "method": "GET", "url": "https://a.test/", "timeoutMs": ${long} } }`
    const reply = await post<Problem>('/v1/preview', body)

    expect(reply.status).toBe(400)
    expect(reply.body.errors.map(({ path }) => path)).toEqual(['/node/timeoutMs'])
  })

  it('may begin with a byte order mark', async () => {
    const { post } = await service()

    const reply = await post<PreviewReply>(
      '/v1/preview',
      '\uFEFF{"node":{"method":"GET","url":"https://a.test/"}}',
    )

    expect(reply.body.request?.url).toBe('https://a.test/')
  })

  it('may use names that JavaScript finds special', async () => {
    const target = await receiver(json(200, {}))
    const { post } = await service()
    const body = `{
      "node": { "method": "POST", "url": "${target.url}/", "body": { "structure": "full", "source": "profile" } },
      "payload": { "profile": { "__proto__": { "admin": true }, "constructor": 1, "toString": null } }
    }`

    const { status } = await post('/v1/execute', body)

    expect(status).toBe(200)
    expect(target.received[0]?.body.toString()).toBe(
      '{"__proto__":{"admin":true},"constructor":1,"toString":null}',
    )
    expect({}).not.toHaveProperty('admin')
  })
})

describe('a name that is there twice in one object of the body', () => {
  const node = '"method":"POST","url":"https://a.test/"'
  const request = (members: string) => `{"node":{${node}},${members}}`

  it.each<[what: string, body: string, paths: readonly string[]]>([
    ['the tenant', request('"tenant":"acme","tenant":"globex"'), ['/tenant']],
    ['the tenant, once escaped', request('"tenant":"acme","\\u0074enant":"globex"'), ['/tenant']],
    ['the node', request(`"node":{${node}}`), ['/node']],
    ['the URL', `{"node":{${node},"url":"https://b.test/"}}`, ['/node/url']],
    [
      'a name of a header field',
      `{"node":{${node},"headers":[{"name":"a","value":1},{"name":"b","name":"c","value":1}]}}`,
      ['/node/headers/1/name'],
    ],
    ['a value of the payload', request('"payload":{"profile":{"id":1,"id":2}}'), ['/payload/profile/id']],
    [
      'a value deep in the payload',
      request('"payload":{"event":{"a":[[{"b":1,"b":2}]]}}'),
      ['/payload/event/a/0/0/b'],
    ],
    ['a secret', request('"secrets":{"token":"abcdef","token":"ghijkl"}'), ['/secrets/token']],
    ['several', request('"payload":{"vars":{"x":1,"x":2}},"payload":{}'), ['/payload/vars/x', '/payload']],
  ])('is refused: %s', async (_what, body, paths) => {
    const { post } = await service()

    for (const path of ['/v1/preview', '/v1/execute']) {
      const reply = await post<Problem>(path, body)

      expect(reply).toMatchObject({ status: 400, body: { code: 'invalid_request' } })
      expect(reply.body.errors.map((error) => error.path)).toEqual(paths)
    }
  })

  it('is refused beside a node that has come before', async () => {
    const { post } = await service()
    await post('/v1/preview', request('"tenant":"acme"'))

    const reply = await post<Problem>('/v1/preview', request('"tenant":"acme","tenant":"globex"'))

    expect(reply).toMatchObject({ status: 400, body: { errors: [{ path: '/tenant' }] } })
  })

  it.each([
    ['members', (i: number) => `"n${i}":1`],
    ['the same member', () => '"n":1'],
    ['members that are there twice', (i: number) => `"n${i}":1,"n${i}":1`],
    ['objects', (i: number) => `"n${i}":{}`],
  ])('is found in little time among very many: %s', async (_what, member) => {
    const { post } = await service({ settings: { MAX_REQUEST_BYTES: '4194304' } })
    const many = Array.from({ length: 100_000 }, (_, i) => member(i)).join()
    const began = cpuMs()

    const { status } = await post('/v1/preview', request(`"payload":{"vars":{${many}},"vars":{}}`))

    expect(status).toBe(400)
    expect(cpuMs() - began).toBeLessThan(5_000)
  })
})

describe('a body in a content coding', () => {
  const body = '{"node":{"method":"GET","url":"https://a.test/"}}'
  const sent = (url: string, coding: string, bytes: string | Uint8Array<ArrayBuffer>) =>
    fetch(`${url}/v1/preview`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'content-encoding': coding },
      body: bytes,
    })

  it.each(['gzip', 'br', 'GZIP', 'identity, gzip', 'x'])('is refused: %s', async (coding) => {
    const { url } = await service()

    const response = await sent(url, coding, gzipSync(body))

    expect(response.status).toBe(415)
    expect(response.headers.get('accept-encoding')).toBe('identity')
    expect(await response.json()).toMatchObject({
      code: 'unsupported_media_type',
      detail: expect.stringContaining('Content-Encoding'),
    })
  })

  it.each(['identity', 'Identity', ''])('is accepted where it names no coding: "%s"', async (coding) => {
    const { url } = await service()

    const response = await sent(url, coding, body)

    expect(response.status).toBe(200)
    await response.bytes()
  })
})
