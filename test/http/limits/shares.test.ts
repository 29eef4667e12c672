import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, it } from 'vitest'
import type { Client } from '../../../src/http/clients/client.ts'
import { Shares } from '../../../src/http/limits/shares.ts'

const limits = {
  maxInFlight: 100,
  maxInFlightPerClient: null,
  maxInFlightPerTenant: null,
  maxPerSecondPerClient: null,
  maxBytesInFlight: 1_000_000,
}

const createClient = (name: string, maxInFlight: number | null = null): Client => ({
  name,
  keyHashes: [],
  tenants: null,
  rights: new Set(),
  maxInFlight,
})

/** How many requests a client runs before it has its share. */
function fill(shares: Shares, client: Client): number {
  const usage = shares.findUsage(client)
  for (let count = 0; ; count++) {
    if (shares.findShortage('active', { client: usage, tenant: null }, { more: 1 }) !== null) return count
    shares.add({ client: usage, tenant: null }, 'active', 1)
  }
}

describe('the share of a client', () => {
  it.each([
    ['all where it is the only one', 1, {}, null, 100],
    ['half where there are several', 2, {}, null, 50],
    ['what is set for all clients', 2, { maxInFlightPerClient: 30 }, null, 30],
    ['what is set for the client', 2, { maxInFlightPerClient: 30 }, 70, 70],
    ['never more than there is', 2, {}, 7_000, 100],
  ])('is %s', (_what, clients, own, maxInFlight, share) => {
    const shares = new Shares({ ...limits, ...own }, () => clients)

    expect(fill(shares, createClient('engine', maxInFlight))).toBe(share)
  })

  it('follows its latest setting', () => {
    const shares = new Shares(limits, () => 2)

    expect(fill(shares, createClient('engine', 10))).toBe(10)
    expect(fill(shares, createClient('engine', 25))).toBe(15)
    expect(fill(shares, createClient('engine', 5))).toBe(0)
  })
})

describe('the state that is kept for made-up names', () => {
  setFlagsFromString('--expose-gc')
  const collectGarbage: () => void = runInNewContext('gc')

  it('does not grow with their number', () => {
    const shares = new Shares(limits, () => 1)
    const pass = (from: number, count: number) => {
      for (let at = from; at < from + count; at++) {
        const client = shares.findUsage(createClient(`client-${at}`))
        const name = `${'made-up-'.repeat(7)}${at}`
        client.see(name, at)
        const holder = { client, tenant: client.tenant(name) }
        shares.add(holder, 'active', 1)
        shares.add(holder, 'active', -1)
        const anonymous = shares.findUsage(null)
        anonymous.see(name, at)
        shares.assign(anonymous, anonymous.tenant(name), { active: 1, bytes: 0 })
        shares.add({ client: anonymous, tenant: anonymous.tenant(name) }, 'active', -1)
        shares.add({ client: anonymous, tenant: null }, 'active', 1)
      }
      collectGarbage()
      return process.memoryUsage().heapUsed
    }

    const before = pass(0, 5_000)
    expect(pass(5_000, 100_000) - before).toBeLessThan(5_000_000)
    expect(shares.total).toMatchObject({ active: 0, paused: 0, bytes: 0 })
  })
})
