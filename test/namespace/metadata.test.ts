import { afterAll, describe, expect, it } from 'vitest'
import { metadataAddresses } from '../../src/egress/policy/metadata-addresses.ts'
import { embeddingRecipes, formatAddress, nat64Prefixes } from '../egress/support/second-opinion.ts'
import { routeEverywhere, takeSent, watchPackets } from './support/network.ts'
import { startWorld } from './support/world.ts'

const world = await startWorld(
  {},
  { EGRESS_ALLOW: '0.0.0.0/0,::/0,::ffff:0:0/96,64:ff9b::/96', EGRESS_NAT64: nat64Prefixes.join(',') },
)
afterAll(() => world.close())
const ofIpv4 = metadataAddresses.map(([address]) => address).filter((address) => address.includes('.'))
// Mapped addresses go out as IPv4, all others as IPv6, which nothing else speaks here.
watchPackets({ tcp: world.servicePort, udp: world.dnsPort }, [...ofIpv4, '::/1', '8000::/1'])

const noise = Buffer.from('0123456789abcdef01234567', 'hex')

describe.each(embeddingRecipes)('a metadata service that is written as $name', ({ embed }) => {
  it.each(ofIpv4)('gets not one packet at %s, although everything is opened', async (address) => {
    routeEverywhere()
    takeSent()
    const text = formatAddress(embed(Buffer.from(address.split('.').map(Number)), noise))
    expect(await world.get(`https://[${text}]/`)).toMatchObject({
      status: 200,
      body: { reason: { code: 'address_denied' }, delivered: 'no' },
    })
    expect(takeSent().toWatched).toBe(0)
  })
})

it('the address next to that of a metadata service is not closed, written as 6to4', async () => {
  routeEverywhere()
  takeSent()
  expect(await world.get('https://[2002:a9fe:a9fd::]/', 100)).toMatchObject({
    body: { reason: { code: 'connect_timeout' } },
  })
  expect(takeSent().toWatched).toBeGreaterThan(0)
})
