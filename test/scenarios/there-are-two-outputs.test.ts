import { createServer } from 'node:net'
import { describe, expect, it } from 'vitest'
import { listen } from '../../testkit/listen.ts'
import { type Answer, hangUp, json, never } from '../support/receiver.ts'
import { dnsServer, receiver } from '../support/servers.ts'
import { service } from '../support/service.ts'

const status =
  (code: number): Answer =>
  (_request, response) => {
    response.writeHead(code).end()
  }

describe('a node with two outputs', () => {
  it.each([200, 201, 202, 204, 299])('takes success on %i', async (code) => {
    const target = await receiver(status(code))
    const { execute } = await service()

    const reply = await execute({ node: { method: 'POST', url: target.url } })

    expect(reply).toMatchObject({
      branch: 'success',
      succeeded: true,
      reason: { code: 'expectation_met', blame: null },
      delivered: 'yes',
      repeat: 'never',
      response: { status: code },
    })
  })

  it.each([
    { code: 302, blame: 'node', repeat: 'never' },
    { code: 304, blame: 'node', repeat: 'never' },
    { code: 400, blame: 'node', repeat: 'never' },
    { code: 404, blame: 'node', repeat: 'never' },
    { code: 408, blame: 'target', repeat: 'if_idempotent' },
    { code: 429, blame: 'target', repeat: 'safe' },
    { code: 500, blame: 'target', repeat: 'if_idempotent' },
    { code: 503, blame: 'target', repeat: 'safe' },
    { code: 999, blame: 'target', repeat: 'never' },
  ])('takes error on $code, with what the target said', async ({ code, blame, repeat }) => {
    const target = await receiver((_request, response) => {
      response.writeHead(code, { 'content-type': 'text/plain' }).end(code === 304 ? '' : 'no, thanks')
    })
    const { execute } = await service()

    const reply = await execute({ node: { method: 'POST', url: target.url } })

    expect(reply).toMatchObject({
      branch: 'error',
      succeeded: false,
      reason: { code: 'expectation_unmet', blame, expected: 'status 2xx', actual: `status ${code}` },
      delivered: 'yes',
      repeat,
      response: { status: code, body: code === 304 ? '' : 'no, thanks' },
    })
    expect(target.received).toHaveLength(1)
  })

  it('takes error when the time is over', async () => {
    const target = await receiver(never)
    const { execute } = await service()

    const reply = await execute({ node: { method: 'POST', url: target.url, timeoutMs: 300 } })

    expect(reply).toMatchObject({
      branch: 'error',
      reason: { code: 'response_timeout', blame: 'target' },
      delivered: 'maybe',
      repeat: 'if_idempotent',
      response: null,
    })
  })

  it('takes error when nothing listens at the target', async () => {
    const { port, close } = await listen(createServer())
    await close()
    const { execute } = await service()

    const reply = await execute({ node: { method: 'POST', url: `https://127.0.0.1:${port}/` } })

    expect(reply).toMatchObject({
      branch: 'error',
      reason: { code: 'connect_refused' },
      delivered: 'no',
      repeat: 'safe',
    })
  })

  it('takes error when the target hangs up', async () => {
    const target = await receiver(hangUp)
    const { execute } = await service()

    const reply = await execute({ node: { method: 'POST', url: target.url } })

    expect(reply).toMatchObject({ branch: 'error', reason: { code: 'no_response' }, delivered: 'maybe' })
    expect(target.received).toHaveLength(1)
  })

  it.each([
    { answer: 'does not exist', zones: {}, code: 'dns_not_found' },
    {
      answer: 'cannot be resolved',
      zones: { 'hooks.example': { rcode: 'SERVFAIL' as const } },
      code: 'dns_failed',
    },
  ])('takes error when the host name $answer', async ({ zones, code }) => {
    const dns = await dnsServer(zones)
    const { execute } = await service({ dns: dns.address })

    const reply = await execute({ node: { method: 'POST', url: 'https://hooks.example/' } })

    expect(reply).toMatchObject({ branch: 'error', reason: { code }, delivered: 'no', repeat: 'safe' })
  })

  it('does not follow a redirect', async () => {
    const elsewhere = await receiver(json(200, {}))
    const target = await receiver((_request, response) => {
      response.writeHead(307, { location: elsewhere.url }).end()
    })
    const { execute } = await service()

    const reply = await execute({ node: { method: 'POST', url: target.url } })

    expect(reply).toMatchObject({ branch: 'error', response: { status: 307 } })
    expect(reply.reason.hint).toContain('Location')
    expect(elsewhere.received).toEqual([])
  })
})
