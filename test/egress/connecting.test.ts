import { describe, expect, it } from 'vitest'
import { attemptAt, outbound, rules, testCaller } from '../support/caller.ts'
import type { Zones } from '../support/dns-server.ts'
import { silent } from '../support/raw-server.ts'
import { json } from '../support/receiver.ts'
import { authority, dnsServer, fullBacklog, rawServer, receiver } from '../support/servers.ts'

const host = 'hooks.example'
const allow = rules('127.0.0.0/8', '[::1]')
const credentials = await authority.issue({ names: [host], addresses: [] })

async function attemptByName(port: number, zones: Zones, options: Parameters<typeof attemptAt>[2] = {}) {
  const dns = await dnsServer(zones)
  const attempt = await attemptAt(port, { host }, { dnsServers: [dns.address], allow, ...options })
  return { attempt, questions: dns.questions }
}

async function closedPort(): Promise<number> {
  const server = await rawServer(silent)
  await server.close()
  return server.port
}

describe('a literal address', () => {
  it('is dialled without DNS where the policy lets it', async () => {
    const target = await receiver(json(200, {}))
    const { outcome, timings } = await attemptAt(target.port)
    expect(outcome.kind).toBe('responded')
    expect(timings).toMatchObject({ queueMs: null, dnsMs: null, connectMs: expect.any(Number) })
  })

  it.each(['127.0.0.1', '::1', '::ffff:127.0.0.1', '64:ff9b::7f00:1', '0.0.0.0', '169.254.169.254'])(
    '%s is denied where nobody opened it, with nothing dialled',
    async (address) => {
      const target = await receiver(json(200, {}))
      const attempt = await attemptAt(target.port, { host: address }, { allow: [] })
      expect(attempt).toMatchObject({
        outcome: { kind: 'failed', failure: { code: 'address_denied', path: null } },
        delivered: 'no',
        timings: { dnsMs: null, connectMs: null, tlsMs: null },
      })
      expect(target.received).toEqual([])
    },
  )

  it('is connect_refused where nothing listens', async () => {
    const attempt = await attemptAt(await closedPort())
    expect(attempt).toMatchObject({
      outcome: { kind: 'failed', failure: { code: 'connect_refused' } },
      delivered: 'no',
      timings: { connectMs: expect.any(Number), tlsMs: null },
    })
  })

  it('is the service itself, whatever is allowed', async () => {
    const target = await receiver(json(200, {}))
    const { outcome } = await attemptAt(target.port, {}, { own: { address: '0.0.0.0', port: target.port } })
    expect(outcome).toMatchObject({ failure: { code: 'address_denied' } })
    expect(target.received).toEqual([])
  })
})

describe('a name', () => {
  it.each<readonly [string, Zones]>([
    ['an address that is private', { [host]: { a: ['10.0.0.5'] } }],
    ['a private address among allowed ones', { [host]: { a: ['127.0.0.1', '10.0.0.5'] } }],
    ['an allowed IPv4 address and a private IPv6 one', { [host]: { a: ['127.0.0.1'], aaaa: ['fd00::1'] } }],
    ['a private address in IPv6 clothes', { [host]: { a: ['127.0.0.1'], aaaa: ['::ffff:10.0.0.5'] } }],
    ['a private address behind NAT64', { [host]: { a: ['127.0.0.1'], aaaa: ['64:ff9b::a00:5'] } }],
    [
      'an alias of a private address',
      { [host]: { cname: 'metadata.google.internal', a: ['169.254.169.254'] } },
    ],
  ])('is denied if it has %s', async (_what, zones) => {
    const target = await receiver(json(200, {}))
    const { attempt } = await attemptByName(target.port, zones)
    expect(attempt).toMatchObject({
      outcome: { kind: 'failed', failure: { code: 'address_denied' } },
      delivered: 'no',
      timings: { dnsMs: expect.any(Number), connectMs: null },
    })
    expect(target.received).toEqual([])
  })

  it('is denied by itself without a question to DNS', async () => {
    const dns = await dnsServer({})
    const { outcome } = await attemptAt(443, { host: 'db.internal' }, { dnsServers: [dns.address] })
    expect(outcome).toMatchObject({ failure: { code: 'address_denied' } })
    expect(dns.questions).toEqual([])
  })

  it('is denied when its answer changes for the worse', async () => {
    let answers = 0
    const target = await receiver(json(200, {}), { credentials })
    const dns = await dnsServer((_name, type) => {
      if (type === 'AAAA') return {}
      answers += 1
      return { a: [answers === 1 ? '127.0.0.1' : '10.0.0.5'] }
    })
    const caller = testCaller({ dnsServers: [dns.address], allow })
    const call = async (tenant: string) => {
      const [{ outcome }] = await caller.call(outbound(target.port, { host }), { timeoutMs: 5_000, tenant })
      return outcome
    }
    expect(await call('first')).toMatchObject({ kind: 'responded' })
    expect(await call('second')).toMatchObject({ failure: { code: 'address_denied' } })
    expect(answers).toBe(2)
    expect(target.received).toHaveLength(1)
  })

  it.each<readonly [string, Zones]>([
    ['dns_not_found', {}],
    ['dns_failed', { [host]: { rcode: 'SERVFAIL' } }],
  ])('is %s', async (code, zones) => {
    const { attempt } = await attemptByName(443, zones)
    expect(attempt).toMatchObject({
      outcome: { kind: 'failed', failure: { code } },
      delivered: 'no',
      timings: { dnsMs: expect.any(Number), connectMs: null },
    })
  })

  it('is dns_timeout when the clock runs out during the lookup', async () => {
    const { attempt } = await attemptByName(443, { [host]: { silent: ['A', 'AAAA'] } }, { timeoutMs: 200 })
    expect(attempt.outcome).toMatchObject({ failure: { code: 'dns_timeout', path: null } })
  })
})

describe('several addresses', () => {
  it('are tried until one accepts', async () => {
    const target = await receiver(json(200, {}), { credentials })
    const zones = { [host]: { a: ['127.0.0.1'], aaaa: ['::1'] } } // nothing listens on ::1
    const { attempt } = await attemptByName(target.port, zones)
    expect(attempt.outcome).toMatchObject({ kind: 'responded' })
  })

  it('do not wait for one that hangs', async () => {
    const target = await receiver(json(200, {}), { credentials })
    await fullBacklog({ host: '127.0.0.2', port: target.port })
    const { attempt } = await attemptByName(target.port, { [host]: { a: ['127.0.0.2', '127.0.0.1'] } })
    expect(attempt.outcome).toMatchObject({ kind: 'responded' })
    expect(attempt.timings.connectMs).toBeGreaterThan(200)
  })

  it('are not tried without end', async () => {
    const target = await receiver(json(200, {}), { credentials })
    const a = ['127.0.0.2', '127.0.0.3', '127.0.0.4', '127.0.0.5', '127.0.0.1']
    const { attempt } = await attemptByName(target.port, { [host]: { a } })
    expect(attempt.outcome).toMatchObject({ failure: { code: 'connect_refused' } })
    expect(target.received).toEqual([])
  })
})

it('is connect_timeout where the target takes no further connection', async () => {
  const { port } = await fullBacklog()
  const attempt = await attemptAt(port, {}, { timeoutMs: 300 })
  expect(attempt).toMatchObject({
    outcome: { kind: 'failed', failure: { code: 'connect_timeout', path: null } },
    delivered: 'no',
    timings: { connectMs: expect.any(Number), tlsMs: null },
  })
})
