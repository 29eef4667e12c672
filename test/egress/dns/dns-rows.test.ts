import { describe, expect, it, vi } from 'vitest'
import { PhaseClock } from '../../../src/egress/call/phase-clock.ts'
import { createConnector } from '../../../src/egress/connection/connector.ts'
import { createPeerKey } from '../../../src/egress/connection/peer-key.ts'
import { SocketRegistry } from '../../../src/egress/connection/socket-registry.ts'
import { createResolver } from '../../../src/egress/dns/resolver.ts'
import { Permit } from '../../../src/egress/limits/bulkhead.ts'
import type { Zone, Zones } from '../../../testkit/dns-server.ts'
import { attemptAt, outbound, rules, testEgressClient } from '../../support/egress-client.ts'
import { json } from '../../support/receiver.ts'
import { authority, dnsServer, receiver } from '../../support/servers.ts'
import { service } from '../../support/service.ts'

/**
 * Rows D1 to D20 of what DNS may do. Loopback addresses, which are opened here, stand for public ones; public
 * ones behind NAT64 (D5) are dialled in `test/namespace`.
 */
const host = 'hooks.example'
const allow = rules('127.0.0.0/8', '[::1]')
const credentials = await authority.issue({ names: [host], addresses: [] })

/** More than what needs no answer takes, even on a busy machine. */
const patienceMs = 10_000

const aliases = Array.from({ length: 20 }, (_, number) => `alias-${number}.example`)

/** Calls a receiver at 127.0.0.1 by name. */
async function call(zones: Zones, timeoutMs = patienceMs) {
  const target = await receiver(json(200, {}), { credentials })
  const dns = await dnsServer(zones)
  const attempt = await attemptAt(target.port, { host }, { dnsServers: [dns.address], allow, timeoutMs })
  return { attempt, questions: dns.questions, received: target.received }
}

describe('a DNS answer with a forbidden address', () => {
  it.each<readonly [row: string, what: string, Zone]>([
    ['D2', 'a public IPv4 address and loopback in IPv6', { a: ['127.0.0.1'], aaaa: ['fd00::1'] }],
    ['D3', 'a public and a private address', { a: ['127.0.0.1', '10.0.0.5'] }],
    ['D4', 'a private address that is mapped', { aaaa: ['::ffff:10.0.0.5'] }],
    ['D4', 'a public address and a private one that is mapped', { a: ['127.0.0.1'], aaaa: ['::ffff:a00:5'] }],
    ['D5', 'a private address behind NAT64', { aaaa: ['64:ff9b::a00:5'] }],
    ['D6', 'an alias of localhost', { cname: 'localhost', a: ['127.0.0.1', '10.0.0.5'] }],
    ['D6', 'an alias of a metadata service', { cname: 'metadata.google.internal', a: ['169.254.169.254'] }],
    ['D6', 'a chain of aliases to a private address', { cname: aliases.slice(0, 5), a: ['10.0.0.5'] }],
  ])('%s is refused whole: %s', async (_row, _what, zone) => {
    const { attempt, received } = await call({ [host]: zone })

    expect(attempt).toMatchObject({
      outcome: { kind: 'failed', failure: { code: 'address_denied' } },
      delivered: 'no',
      timings: { dnsMs: expect.any(Number), connectMs: null },
    })
    expect(received).toEqual([])
  })
})

describe('a name without an address', () => {
  it.each<readonly [row: string, code: string, what: string, questions: number, Zones]>([
    ['D7', 'dns_failed', 'an alias that leads in circles', 6, inCircles()],
    ['D7', 'dns_failed', 'a chain of twenty aliases', 20, inChain()],
    ['D7', 'dns_failed', 'what a name server gave up on', 4, { [host]: { rcode: 'SERVFAIL' } }],
    ['D8', 'dns_not_found', 'a name that does not exist', 2, {}],
    ['D8', 'dns_not_found', 'a name with records of other kinds', 2, { [host]: {} }],
    ['D9', 'dns_failed', 'a zone that is broken', 4, { [host]: { rcode: 'SERVFAIL' } }],
    ['D9', 'dns_failed', 'a server that refuses', 2, { [host]: { rcode: 'REFUSED' } }],
    ['D13', 'dns_not_found', 'an alias of nothing', 4, { [host]: { cname: 'gone.example' } }],
  ])('%s is %s for %s', async (_row, code, _what, questions, zones) => {
    const { attempt, questions: asked } = await call(zones)

    expect(attempt).toMatchObject({
      outcome: { kind: 'failed', failure: { code } },
      delivered: 'no',
      timings: { connectMs: null },
    })
    expect(attempt.durationMs).toBeLessThan(patienceMs / 2)
    expect(asked.length).toBeLessThanOrEqual(questions)
  })

  it('D10 is dns_timeout where no server answers', async () => {
    const { attempt } = await call({ [host]: { silent: ['A', 'AAAA'] } }, 200)

    expect(attempt.outcome).toMatchObject({ failure: { code: 'dns_timeout' } })
  })

  it('D13 is dns_not_found for an alias that no server resolves', async () => {
    const { attempt } = await call({ [host]: { cname: 'gone.example', silent: ['CNAME'] } })

    expect(attempt.outcome).toMatchObject({ failure: { code: 'dns_not_found' } })
    expect(attempt.durationMs).toBeLessThan(patienceMs / 2)
  })
})

describe('a name with addresses', () => {
  it.each<readonly [row: string, what: string, Zone]>([
    ['D6', 'at the address of its alias', { cname: 'real.example', a: ['127.0.0.1'] }],
    ['D11', 'by IPv4 where IPv6 never answers', { a: ['127.0.0.1'], silent: ['AAAA'] }],
    ['D12', 'at its fourth address', { a: ['127.0.0.2', '127.0.0.3', '127.0.0.4', '127.0.0.1'] }],
    ['D14', 'where the answer only fits into TCP', { a: ['127.0.0.1'], truncated: true }],
    ['D15', 'where an answer with a wrong id comes first', { a: ['127.0.0.1'], forged: 'id' }],
    ['D15', 'where an answer to another question comes first', { a: ['127.0.0.1'], forged: 'question' }],
  ])('%s is called %s', async (_row, _what, zone) => {
    const { attempt, received } = await call({ [host]: zone })

    expect(attempt.outcome).toMatchObject({ kind: 'responded' })
    expect(attempt.timings.dnsMs).toBeLessThan(patienceMs / 2)
    expect(received).toHaveLength(1)
  })

  it('D12 is called at four of 25 addresses, and no more', async () => {
    const dead = Array.from({ length: 24 }, (_, number) => `127.0.0.${number + 2}`)
    const { attempt, received } = await call({ [host]: { a: [...dead, '127.0.0.1'] } })

    expect(attempt.outcome).toMatchObject({ failure: { code: 'connect_refused' } })
    expect(received).toEqual([])
  })

  it('D14 is asked for over TCP only where UDP did not suffice', async () => {
    const { questions } = await call({ [host]: { a: ['127.0.0.1'], truncated: true } })

    expect(questions.toSorted()).toEqual([`A ${host}`, `A ${host} tcp`, `AAAA ${host}`, `AAAA ${host} tcp`])
  })

  it('D16 is asked for as it stands, without the search domains of the machine', async () => {
    vi.stubEnv('LOCALDOMAIN', 'corp.internal')
    vi.stubEnv('RES_OPTIONS', 'ndots:5')
    const { attempt, questions } = await call({ [`${host}.corp.internal`]: { a: ['127.0.0.1'] } })

    expect(attempt.outcome).toMatchObject({ failure: { code: 'dns_not_found' } })
    expect(questions.toSorted()).toEqual([`A ${host}`, `AAAA ${host}`])
  })

  it('D17 goes without its final dot into DNS, SNI and Host', async () => {
    const servernames: string[] = []
    const target = await receiver(json(200, {}), {
      credentials,
      SNICallback(name, done) {
        servernames.push(name)
        done(null)
      },
    })
    const dns = await dnsServer({ [host]: { a: ['127.0.0.1'] } })
    const { execute } = await service({ dns: dns.address })
    const reply = await execute({ node: { method: 'GET', url: `https://${host}.:${target.port}/` } })

    expect(reply).toMatchObject({ branch: 'success' })
    expect(dns.questions.toSorted()).toEqual([`A ${host}`, `AAAA ${host}`])
    expect(servernames).toEqual([host])
    expect(target.received[0]?.rawHeaders).toEqual(expect.arrayContaining([`${host}:${target.port}`]))
  })

  it.each<readonly [length: number, label: number, outcome: object]>([
    [253, 63, { status: 200, body: { reason: { code: 'dns_not_found' } } }],
    [254, 63, { status: 400, body: { errors: [{ path: '/node/url' }] } }],
    [100, 64, { status: 400, body: { errors: [{ path: '/node/url' }] } }],
  ])('D18 is judged by its length: %i octets, in labels of %i', async (length, label, outcome) => {
    const name = `${'a'.repeat(label)}.`.repeat(5).slice(0, length - 1)
    const dns = await dnsServer({})
    const { post } = await service({ dns: dns.address })

    const reply = await post('/v1/execute', { node: { method: 'GET', url: `https://${name}b/` } })

    expect(reply).toMatchObject(outcome)
  })
})

describe('a name that is called more than once', () => {
  it('D1 is asked for once per connection, and judged each time', async () => {
    const target = await receiver(json(200, {}), { credentials })
    const dns = await dnsServer((_name, type) => {
      if (type === 'AAAA') return {}
      return {
        a: [
          dns.questions.filter((question) => question.startsWith('A ')).length === 1
            ? '127.0.0.1'
            : '10.0.0.5',
        ],
      }
    })
    const egressClient = testEgressClient({ dnsServers: [dns.address], allow })
    const callAs = async (tenant: string) => {
      const [{ outcome }] = await egressClient.call(outbound(target.port, { host }), {
        timeoutMs: 5_000,
        tenant,
      })
      return outcome
    }

    expect(await callAs('first')).toMatchObject({ kind: 'responded' })
    expect(dns.questions).toHaveLength(2)
    expect(await callAs('second')).toMatchObject({ failure: { code: 'address_denied' } })
    expect(dns.questions).toHaveLength(4)
    expect(target.received).toHaveLength(1)
  })

  it('D19 is asked for each time where the TTL is 0', async () => {
    const { questions } = await resolveTwice({ ttl: 0 }, 0)

    expect(questions).toHaveLength(4)
  })

  it.each([
    [60, 29_999, 2],
    [60, 30_000, 4],
    [2 ** 31, 29_999, 2],
    [2 ** 31, 30_000, 4],
    [2 ** 32 - 1, 30_000, 4],
    [5, 4_999, 2],
    [5, 5_000, 4],
  ])('D19 with a TTL of %i, after %i ms, takes %i questions in all', async (ttl, laterMs, expected) => {
    const { questions } = await resolveTwice({ ttl }, laterMs)

    expect(questions).toHaveLength(expected)
  })

  it('D19 is judged again, also where the answer is remembered', async () => {
    const target = await receiver(json(200, {}), { credentials })
    const dns = await dnsServer({ [host]: { a: ['127.0.0.1'], ttl: 60 } })
    const egressClient = testEgressClient({
      dnsServers: [dns.address],
      allow: rules(`127.0.0.0/8:${target.port}`),
    })
    const callAt = async (port: number) => {
      const [{ outcome }] = await egressClient.call(outbound(port, { host }), {
        timeoutMs: 5_000,
        tenant: null,
      })
      return outcome
    }

    expect(await callAt(target.port)).toMatchObject({ kind: 'responded' })
    expect(await callAt(443)).toMatchObject({ failure: { code: 'address_denied' } })
    expect(dns.questions).toHaveLength(2)
  })

  it('D20 is judged by the policy of the moment, also where the answer is remembered', async () => {
    const target = await receiver(json(200, {}), { credentials })
    const dns = await dnsServer({ [host]: { a: ['127.0.0.1'], ttl: 60 } })
    let denial: 'denied_by_operator' | null = null
    const dial = createConnector({
      policy: { refuseTarget: () => null, refuseAddress: () => denial },
      resolver: createResolver({ servers: [dns.address] }),
      proxy: null,
      now: () => 0,
      ca: authority.pem,
      tlsGroups: null,
      sockets: new SocketRegistry(),
      log: () => {},
    })
    const key = createPeerKey(null, { host, port: target.port })
    const permit = new Permit(null, () => {})
    const connect = () =>
      dial(
        { key, permit, deadline: { remainingMs: 5_000 }, tls: null },
        new PhaseClock(),
        new AbortController().signal,
      )

    const { socket } = await connect()
    socket.destroy()
    denial = 'denied_by_operator'

    await expect(connect()).rejects.toMatchObject({ code: 'EGRESS_ADDRESS_DENIED' })
    expect(dns.questions).toHaveLength(2)
  })
})

/** Asks for a name, and once more some time later. */
async function resolveTwice({ ttl }: Pick<Zone, 'ttl'>, laterMs: number) {
  const dns = await dnsServer({ [host]: { a: ['127.0.0.1'], ttl: ttl ?? 0 } })
  let nowMs = 0
  const resolver = createResolver({ servers: [dns.address], now: () => nowMs })
  const { signal } = new AbortController()
  await resolver.resolve(host, signal)
  nowMs += laterMs
  await resolver.resolve(host, signal)
  return dns
}

/** Every server that is asked for one of them names the other. */
function inCircles(): Zones {
  return {
    [host]: { cname: ['circle.example', host] },
    'circle.example': { cname: [host, 'circle.example'] },
  }
}

function inChain(): Zones {
  const names = [host, ...aliases]
  return Object.fromEntries(names.map((name, at) => [name, { cname: names.slice(at + 1) }]))
}
