import { setTimeout as delay } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import { describe, expect, it, vi } from 'vitest'
import type { ExecuteReply } from '../../src/contract/execution.ts'
import { json, never } from '../support/receiver.ts'
import { authority, badTargets, dnsServer, receiver } from '../support/servers.ts'
import { service } from '../support/service.ts'

describe('the service with bad targets', () => {
  it('lets every healthy call succeed while nine of ten go to bad targets', async () => {
    const { healthy, bad, dns } = await startTargets()
    const { execute } = await service({ dns, allow: '127.0.0.0/8' })
    const good: Promise<ExecuteReply>[] = []
    const others: Promise<ExecuteReply>[] = []

    for (let round = 0; round < 15; round++) {
      good.push(execute({ node: { method: 'POST', url: healthy } }))
      for (const url of bad) others.push(execute({ node: { method: 'POST', url, timeoutMs: 1_500 } }))
      await delay(20)
    }

    const replies = await Promise.all(good)
    expect(replies.map(({ branch, response }) => [branch, response?.body])).toEqual(
      replies.map(() => ['success', '{"welcome":true}']),
    )
    expect(await collectCodes(others)).toEqual(
      new Set([
        'connect_timeout',
        'dns_timeout',
        'tls_timeout',
        'response_timeout',
        'no_response',
        'expectation_met', // of bombs, which are cut
      ]),
    )
  })

  it('keeps a slow target from taking more than its permits', async () => {
    const slow = await receiver(never)
    const quick = await receiver(json(200, {}))
    const { execute } = await service({ settings: { MAX_PER_HOST: '2', MAX_QUEUE_PER_HOST: '1' } })
    const call = (url: string, tenant: string, timeoutMs: number) =>
      execute({ node: { method: 'POST', url, timeoutMs }, tenant })

    const running = [call(slow.url, 'a', 2_000), call(slow.url, 'a', 2_000)]
    await vi.waitUntil(() => slow.received.length === 2)
    const late = Promise.all([call(slow.url, 'a', 300), call(slow.url, 'a', 300)])
    const ofAnotherTenant = await call(slow.url, 'b', 300)
    const elsewhere = await call(quick.url, 'a', 5_000)

    expect(ofAnotherTenant).toMatchObject({ reason: { code: 'response_timeout' }, delivered: 'maybe' })
    expect(elsewhere).toMatchObject({ branch: 'success', attempts: [{ timings: { queueMs: null } }] })
    const refusal = { branch: 'error', delivered: 'no', repeat: 'safe' }
    expect((await late).toSorted(byCode)).toMatchObject([
      {
        ...refusal,
        reason: { code: 'queue_full', blame: 'service' },
        attempts: [{ failure: 'queue_full', timings: { queueMs: null } }],
      },
      {
        ...refusal,
        reason: { code: 'queue_timeout', blame: 'service' },
        attempts: [{ failure: 'queue_timeout', timings: { queueMs: expect.any(Number), connectMs: null } }],
      },
    ])
    for (const reply of await Promise.all(running))
      expect(reply).toMatchObject({ reason: { code: 'response_timeout' } })
    expect(slow.received).toHaveLength(3)
  })

  it('says how long a call has waited', async () => {
    const target = await receiver((_request, response) => void setTimeout(() => response.end('{}'), 200))
    const { execute } = await service({ settings: { MAX_PER_HOST: '1' } })
    const call = () => execute({ node: { method: 'POST', url: target.url } })

    const replies = await Promise.all([call(), call()])

    const waits = replies.map(({ attempts }) => attempts[0]?.timings.queueMs)
    expect(waits).toContain(null)
    expect(Math.max(...waits.map(Number))).toBeGreaterThan(50)
    expect(replies).toMatchObject([{ branch: 'success' }, { branch: 'success' }])
  })
})

/** A healthy target with a name, and nine kinds of bad ones. */
async function startTargets() {
  const welcome = gzipSync('{"welcome":true}')
  const greeter = await receiver(
    (_request, response) => {
      // Packed, so that it has to be unpacked while bombs are.
      response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' }).end(welcome)
    },
    { credentials: await authority.issue({ names: ['healthy.example'] }) },
  )
  const dns = await dnsServer({
    'healthy.example': { a: ['127.0.0.1'] },
    'dead.example': { silent: ['A', 'AAAA'] },
  })
  const { ports } = await badTargets()
  return {
    healthy: `https://healthy.example:${greeter.port}/`,
    bad: ['https://dead.example/', ...ports.map((port) => `https://127.0.0.1:${port}/`)],
    dns: dns.address,
  }
}

async function collectCodes(calls: readonly Promise<ExecuteReply>[]): Promise<ReadonlySet<string>> {
  return new Set((await Promise.all(calls)).map(({ reason }) => reason.code))
}

function byCode({ reason: one }: ExecuteReply, { reason: other }: ExecuteReply): number {
  return one.code < other.code ? -1 : 1
}
