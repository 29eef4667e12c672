import { describe, expect, it } from 'vitest'
import { createResolver } from '../../src/egress/dns/resolver.ts'
import type { Zones } from '../../testkit/dns-server.ts'
import { json } from '../support/receiver.ts'
import { authority, dnsServer, receiver } from '../support/servers.ts'
import { service } from '../support/service.ts'
import { dnsmasq } from './support/dnsmasq.ts'

const host = 'hooks.example.com'
const credentials = await authority.issue({ names: [host] })

/** Calls a target by name, with name servers that are asked in this order. */
async function callWith(...nameServers: readonly string[]) {
  const target = await receiver(json(200, {}), { credentials })
  const { execute } = await service({ dns: nameServers.join(','), allow: '127.0.0.0/8' })
  return await execute({ node: { method: 'GET', url: `https://${host}:${target.port}/` } })
}

describe('dnsmasq as the second name server', () => {
  it.each<readonly [string, Zones]>([
    ['answers SERVFAIL', { [host]: { rcode: 'SERVFAIL' } }],
    ['answers REFUSED', { [host]: { rcode: 'REFUSED' } }],
    ['answers NOTIMP', { [host]: { rcode: 'NOTIMP' } }],
    ['says nothing', { [host]: { silent: ['A', 'AAAA'] } }],
  ])('is asked where the first one %s', async (_what, zones) => {
    const first = await dnsServer(zones)
    const reply = await callWith(first.address, await dnsmasq({ [host]: ['127.0.0.1'] }))
    expect(reply).toMatchObject({ branch: 'success', delivered: 'yes' })
    expect(first.questions).toContain(`A ${host}`)
  })

  it('is asked where another one refuses', async () => {
    const reply = await callWith(await dnsmasq({}), await dnsmasq({ [host]: ['127.0.0.1'] }))
    expect(reply).toMatchObject({ branch: 'success', delivered: 'yes' })
  })

  it('is said to have refused, too', async () => {
    const reply = await callWith(await dnsmasq({}), await dnsmasq({}))
    expect(reply.reason).toMatchObject({ code: 'dns_failed', blame: 'service' })
    expect(reply.reason.message).toMatch(
      /^None of the 2 name servers that the service asks .*: each answered REFUSED\.$/,
    )
    expect(reply.reason.hint).toContain('EGRESS_DNS_SERVERS')
  })
})

it('the resolver takes from dnsmasq by TCP what does not fit into a packet', async () => {
  const addresses = Array.from({ length: 60 }, (_, number) => `127.0.1.${number}`)
  const resolver = createResolver({ servers: [await dnsmasq({ [host]: addresses })] })
  const resolution = await resolver.resolve(host, new AbortController().signal)
  expect(resolution.addresses.toSorted()).toEqual(addresses.toSorted())
})
