import { describe, expect, it } from 'vitest'
import type { Zones } from '../../../testkit/dns-server.ts'
import { silent } from '../../../testkit/raw-server.ts'
import { attemptAt, rules } from '../../support/egress-client.ts'
import { json } from '../../support/receiver.ts'
import { authority, dnsServer, fullBacklog, rawServer, receiver } from '../../support/servers.ts'

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
    '%s is denied where no setting opens it, with nothing dialled',
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

  it('is denied where the peer is not the address that was judged', async () => {
    const target = await rawServer(silent)
    // The kernel takes "any address" for loopback, and says so once it is connected.
    const { outcome, delivered } = await attemptAt(
      target.port,
      { host: '0.0.0.0' },
      { allow: rules('0.0.0.0') },
    )
    expect(outcome).toMatchObject({ failure: { code: 'address_denied' } })
    expect(delivered).toBe('no')
    expect(target.received().length).toBe(0)
  })

  it('is the service itself, whatever is allowed', async () => {
    const target = await receiver(json(200, {}))
    const { outcome } = await attemptAt(target.port, {}, { own: { address: '0.0.0.0', port: target.port } })
    expect(outcome).toMatchObject({ failure: { code: 'address_denied' } })
    expect(target.received).toEqual([])
  })
})

describe('a name', () => {
  it('is denied by itself without a question to DNS', async () => {
    const dns = await dnsServer({})
    const { outcome } = await attemptAt(443, { host: 'db.internal' }, { dnsServers: [dns.address] })
    expect(outcome).toMatchObject({ failure: { code: 'address_denied' } })
    expect(dns.questions).toEqual([])
  })
})

describe('a name that EGRESS_ONLY leaves out', () => {
  const only = rules('other.example')

  it('is called where EGRESS_ALLOW opens all of its addresses', async () => {
    const target = await receiver(json(200, {}), { credentials })
    const { attempt } = await attemptByName(target.port, { [host]: { a: ['127.0.0.1'] } }, { only })
    expect(attempt.outcome.kind).toBe('responded')
  })

  it('is denied where EGRESS_ALLOW leaves out one of its addresses', async () => {
    const { attempt } = await attemptByName(443, { [host]: { a: ['127.0.0.1', '93.184.215.14'] } }, { only })
    expect(attempt).toMatchObject({
      outcome: { failure: { code: 'address_denied' } },
      timings: { connectMs: null },
    })
  })

  it('is not looked up where no address could open it', async () => {
    const { attempt, questions } = await attemptByName(443, {}, { only, allow: rules('127.0.0.0/8:8443') })
    expect(attempt.outcome).toMatchObject({ failure: { code: 'address_denied' } })
    expect(questions).toEqual([])
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

  it('are tried up to a limit', async () => {
    const target = await receiver(json(200, {}), { credentials })
    const a = ['127.0.0.2', '127.0.0.3', '127.0.0.4', '127.0.0.5', '127.0.0.1']
    const { attempt } = await attemptByName(target.port, { [host]: { a } })
    expect(attempt.outcome).toMatchObject({ failure: { code: 'connect_refused' } })
    expect(target.received).toEqual([])
  })
})

it('a call ends as connect_timeout where the target takes no further connection', async () => {
  const { port } = await fullBacklog()
  const attempt = await attemptAt(port, {}, { timeoutMs: 300 })
  expect(attempt).toMatchObject({
    outcome: { kind: 'failed', failure: { code: 'connect_timeout', path: null } },
    delivered: 'no',
    timings: { connectMs: expect.any(Number), tlsMs: null },
  })
})
