import { setTimeout as delay } from 'node:timers/promises'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { expect, it, onTestFinished, vi } from 'vitest'
import type { FailureCode } from '../../src/contract/failure.ts'
import type { EgressClient } from '../../src/egress/egress-client.ts'
import type { Attempts } from '../../src/egress/guarded-calls.ts'
import type { Target } from '../../src/egress/policy/address-policy.ts'
import { ok } from '../../testkit/raw-answers.ts'
import { drip, type Part, silent, write, writeAndReset, writeAndStay } from '../../testkit/raw-server.ts'
import { outbound, testEgressClient } from '../support/egress-client.ts'
import { dnsServer, fullBacklog, rawServer, rawTlsServer } from '../support/servers.ts'

const maxPerHost = 2

it('all permits and all sockets are released, however calls end', async () => {
  const { targets, dnsServers } = await startTargets()
  const egressClient = testEgressClient({
    maxPerHost,
    maxQueuePerHost: 3,
    dnsServers,
    maxResponseBytes: 100_000,
  })
  const peak = watchConnections(egressClient)
  const codes = new Set<FailureCode>()
  const plans = fc.array(
    fc.record({
      target: fc.constantFrom(...targets),
      beginsAfterMs: fc.nat({ max: 400 }),
      timeoutMs: fc.constantFrom(5, 50, 400),
      givesUpAfterMs: fc.option(fc.nat({ max: 100 })),
    }),
    { minLength: 250, maxLength: 300 },
  )

  const playAll = async (calls: readonly Plan[]) => {
    for (const attempts of await Promise.all(calls.map((plan) => play(egressClient, plan))))
      for (const { outcome } of attempts) if (outcome.kind === 'failed') codes.add(outcome.failure.code)
  }

  await fc.assert(
    fc.asyncProperty(plans, async (calls) => {
      await playAll(calls)

      expect(egressClient.load().waiting).toBe(0)
      for (const target of targets) await expectFreePermits(egressClient, target)
    }),
    // What goes over wires does not repeat itself: a smaller example would say nothing.
    { numRuns: 5, endOnFailure: true },
  )

  // Each target once more with enough time, so that a busy machine meets every end too.
  await playAll(
    targets.map((target) => ({ target, beginsAfterMs: 0, timeoutMs: 3_000, givesUpAfterMs: null })),
  )

  // Two addresses of a name may be tried at once, and so may two handshakes where the first one is not answered.
  expect(peak()).toBeLessThanOrEqual((targets.length + 2) * maxPerHost)
  expect([...codes]).toEqual(expect.arrayContaining(endsToBeMet))
  await egressClient.close()
  await vi.waitUntil(() => egressClient.load().connections === 0)
})

const endsToBeMet: FailureCode[] = [
  'address_denied',
  'dns_not_found',
  'dns_timeout',
  'connect_refused',
  'connect_timeout',
  'tls_not_tls',
  'tls_timeout',
  'tls_aborted',
  'tls_name_mismatch',
  'no_response',
  'response_timeout',
  'response_malformed',
  'response_not_http',
  'response_headers_too_large',
  'queue_full',
  'queue_timeout',
  'cancelled',
]

interface Plan {
  readonly target: Target
  readonly beginsAfterMs: number
  readonly timeoutMs: number
  readonly givesUpAfterMs: number | null
}

async function play(egressClient: EgressClient, plan: Plan): Promise<Attempts> {
  const { target, beginsAfterMs, timeoutMs, givesUpAfterMs } = plan
  await delay(beginsAfterMs)
  const controller = new AbortController()
  if (givesUpAfterMs !== null) setTimeout(() => controller.abort(), givesUpAfterMs)
  const request = outbound(target.port, { host: target.host })
  return await egressClient.call(request, { timeoutMs, tenant: null, signal: controller.signal })
}

/** As many calls as there are permits have one at once: sockets of earlier ones may take a moment to be gone. */
async function expectFreePermits(egressClient: EgressClient, { host, port }: Target): Promise<void> {
  const isFree = async () => {
    const calls = Array.from({ length: maxPerHost }, () =>
      egressClient.call(outbound(port, { host }), { timeoutMs: 5, tenant: null }),
    )
    const attempts = (await Promise.all(calls)).flat()
    return attempts.every(({ timings, outcome }) => timings.queueMs === null && !isQueueFull(outcome))
  }
  await vi.waitUntil(isFree)
}

function isQueueFull(outcome: Attempts[0]['outcome']): boolean {
  return outcome.kind === 'failed' && outcome.failure.code === 'queue_full'
}

function watchConnections(egressClient: EgressClient): () => number {
  let peak = 0
  const look = () => {
    peak = Math.max(peak, egressClient.load().connections)
  }
  const timer = setInterval(look, 1)
  onTestFinished(() => clearInterval(timer))
  return () => peak
}

/** Each ends calls in a way of its own, or in several. */
async function startTargets() {
  const zeros = Buffer.alloc(10_000_000)
  const tcp: readonly Part[] = [
    silent,
    (socket) => socket.destroy(),
    (_socket, reset) => reset(),
    write('SSH-2.0-OpenSSH_9.9\r\n'),
  ]
  const tls: readonly Part[] = [
    answerEach(`${ok}content-length: 2\r\n\r\nhi`),
    // Kept, and dead by the next request or in the middle of it.
    (socket) =>
      socket.once('data', () => socket.write(`${ok}content-length: 2\r\n\r\nhi`, () => socket.end())),
    writeAndReset(`${ok}content-length: 2\r\n\r\nhi`),
    silent,
    (socket) => socket.destroy(),
    writeAndReset(`${ok}content-length: 9\r\n\r\nhi`),
    write('\r\n'),
    write('SSH-2.0-OpenSSH_9.9\r\n'),
    writeAndStay(`${ok}a b: c\r\n\r\n`),
    writeAndStay(ok, 'a:\r\n'.repeat(1_000)),
    drip('x', 5, `${ok}a: `),
    drip('x', 5, `${ok}content-encoding: gzip\r\n\r\n`),
    drip('HTTP/1.1 103 Early Hints\r\n\r\n', 5),
    answerEach(encoded('gzip', gzipSync(zeros))),
    answerEach(encoded('br', brotliCompressSync(zeros))),
    answerEach(`${ok}content-length: 200000\r\n\r\n`, Buffer.alloc(200_000)),
  ]
  const servers = await Promise.all([
    ...tcp.map((part) => rawServer(part)),
    ...tls.map((part) => rawTlsServer(part)),
    fullBacklog(),
  ])
  const closed = await rawServer(silent)
  await closed.close()
  const dns = await dnsServer({
    'dead.example': { silent: ['A', 'AAAA'] },
    'half-dead.example': { silent: ['AAAA'], a: ['127.0.0.1'] },
    'inside.example': { a: ['10.0.0.1'] },
    'two.example': { a: ['127.0.0.2', '127.0.0.1'] },
  })
  const [sound = 0] = servers.slice(tcp.length).map(({ port }) => port)
  const targets: readonly Target[] = [
    ...servers.map(({ port }) => ({ host: '127.0.0.1', port })),
    { host: '127.0.0.1', port: closed.port },
    { host: '10.0.0.1', port: 443 },
    { host: 'dead.example', port: 443 },
    { host: 'half-dead.example', port: sound },
    { host: 'inside.example', port: 443 },
    { host: 'two.example', port: servers.at(-1)?.port ?? 0 },
    { host: 'unknown.example', port: 443 },
  ]
  return { targets, dnsServers: [dns.address] }
}

function answerEach(...pieces: readonly (string | Buffer)[]): Part {
  return (socket) =>
    socket.on('data', () => {
      for (const piece of pieces) socket.write(piece)
    })
}

function encoded(coding: string, bytes: Buffer): Buffer {
  const head = `${ok}content-encoding: ${coding}\r\ncontent-length: ${bytes.length}\r\n\r\n`
  return Buffer.concat([Buffer.from(head), bytes])
}
