import { describe, expect, it } from 'vitest'
import type { PreviewReply } from '../../src/execution/contract.ts'
import type { Problem } from '../../src/http/contract.ts'
import { json } from '../support/receiver.ts'
import { receiver } from '../support/servers.ts'
import { service } from '../support/service.ts'

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
