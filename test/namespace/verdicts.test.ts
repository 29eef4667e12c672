import { isIP, isIPv6 } from 'node:net'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import type { ExecuteReply } from '../../src/contract/execution.ts'
import { specialRanges } from '../../src/egress/policy/special-ranges.ts'
import { authority } from '../support/servers.ts'
import { putOnLoopback, routeEverywhere, takeSent, watchPackets } from './support/network.ts'
import { receiverAt } from './support/receiver-at.ts'
import { startWorld } from './support/world.ts'
import corpus from './urls.json' with { type: 'json' }

/** A URL, what must become of it, and the addresses behind its name. */
interface Entry {
  readonly url: string
  readonly verdict: string
  readonly group: string
  readonly dns?: readonly string[]
}

const entries: readonly Entry[] = corpus
const plain = entries.filter(({ url }) => /^http:/i.test(url))

/** Every entry as it can be called: with `https:` instead of `http:`. */
const secure = entries.map((entry) => ({ ...entry, url: entry.url.replace(/^http:/i, 'https:') }))
const withVerdict = (wanted: string) => secure.filter(({ verdict }) => verdict === wanted)

const world = await startWorld(Object.fromEntries(secure.flatMap(createZone)))
afterAll(() => world.close())

/** Everything that the registries set aside, and a metadata service at a public address. */
const watched = [...specialRanges.map(([cidr]) => cidr), '168.63.129.16/32']
watchPackets({ tcp: world.servicePort, udp: world.dnsPort }, watched)
beforeEach(() => void takeSent())

const nothing = { packets: 0, toWatched: 0 }

describe('a URL without a route to anywhere', () => {
  it.each(plain)('$url is a 400, for want of TLS', async ({ url }) => {
    expect(await world.get(url)).toMatchObject(refused)
    expect(takeSent()).toEqual(nothing)
  })

  it.each(withVerdict('reject-syntax'))('$url is a 400', async ({ url }) => {
    expect(await world.get(url)).toMatchObject(refused)
    expect(takeSent()).toEqual(nothing)
  })

  it.each(withVerdict('block'))('$url is denied', async ({ url }) => {
    expect(await world.get(url)).toMatchObject(failedAs('address_denied'))
    expect(takeSent()).toEqual(nothing)
  })

  it.each(withVerdict('allow'))('$url is dialled, and unreachable', async ({ url }) => {
    expect(await world.get(url)).toMatchObject(failedAs('connect_unreachable'))
  })
})

describe('a URL with a route to everywhere', () => {
  it.each(withVerdict('block'))('$url gets not one packet', async ({ url }) => {
    routeEverywhere()
    expect(await world.get(url)).toMatchObject(failedAs('address_denied'))
    expect(takeSent()).toEqual(nothing)
  })

  it.each(withVerdict('allow'))('$url gets packets', async ({ url }) => {
    routeEverywhere()
    expect(await world.get(url, 100)).toMatchObject(failedAs('connect_timeout'))
    const { packets, toWatched } = takeSent()
    expect(packets).toBeGreaterThan(0)
    expect(toWatched).toBe(0)
  })
})

describe('a URL with a receiver at its address', () => {
  it.each(withVerdict('allow'))('$url is answered', async ({ url, dns }) => {
    const { hostname, port } = new URL(url)
    const host = withoutBrackets(hostname)
    const [address = host] = dns ?? []
    putOnLoopback(address)
    const certified = isIP(host) ? { names: [], addresses: [host] } : { names: [host], addresses: [] }
    const targets = await receiverAt(address, Number(port || 443), await authority.issue(certified))

    expect(await world.get(url)).toMatchObject({
      status: 200,
      body: { branch: 'success', delivered: 'yes', response: { status: 200, body: 'here I am' } },
    })
    expect(targets).toHaveLength(1)
  })
})

it('a redirect to a URL that is not allowed sends not one packet there, with a route to everywhere', async () => {
  const address = '93.184.216.34'
  putOnLoopback(address)
  // Node.js writes headers without control characters, and as bytes.
  const locations = [...withVerdict('block'), ...withVerdict('reject-syntax')]
    .filter(({ url }) => !/[\0-\x1f\x7f]/.test(url))
    .map(({ url }) => Buffer.from(url).toString('latin1'))
  const credentials = await authority.issue({ names: [], addresses: [address] })
  await receiverAt(address, 443, credentials, (target, response) => {
    const location = locations[Number(target.slice(1))]
    // What is no URL may be a path here.
    if (location === undefined) response.end()
    else response.writeHead(302, { location }).end()
  })
  routeEverywhere()
  takeSent()

  const codes = new Set<string>()
  for (const [index, location] of locations.entries()) {
    const { body } = await world.get(`https://${address}/${index}`, 2_000, { followRedirects: 1 })
    expect(body, location).toMatchObject({ delivered: 'yes' })
    codes.add((body as ExecuteReply).reason.code)
    expect(takeSent().toWatched, location).toBe(0)
  }
  expect([...codes].sort()).toEqual(['address_denied', 'expectation_met', 'expectation_unmet'])
}, 30_000)

it.each(secure.filter(({ group }) => /^(local-name|metadata-name|port-policy)$/.test(group)))(
  '$url is denied before a lookup of its addresses',
  async ({ url }) => {
    const asked = world.questions.length
    await world.get(url)
    expect(world.questions.slice(asked)).toEqual([])
  },
)

const refused = {
  status: 400,
  body: { code: 'invalid_request', delivered: 'no', errors: [{ path: '/node/url' }] },
}

function failedAs(code: string) {
  return {
    status: 200,
    body: { branch: 'error', reason: { code, path: '/node/url' }, delivered: 'no', response: null },
  }
}

/** What the name server says about the host of an entry. */
function createZone({ url, dns }: Entry) {
  if (dns === undefined) return []
  const zone = {
    a: dns.filter((address) => !isIPv6(address)),
    aaaa: dns.filter((address) => isIPv6(address)),
  }
  return [[new URL(url).hostname.replace(/\.$/, ''), zone] as const]
}

function withoutBrackets(hostname: string): string {
  return hostname.replace(/^\[|\]$/g, '')
}
