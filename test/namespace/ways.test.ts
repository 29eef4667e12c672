import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { connect, isIPv6 } from 'node:net'
import { afterAll, describe, expect, it, onTestFinished } from 'vitest'
import { switchIpv6Off } from '../faults/support/network.ts'
import { authority } from '../support/servers.ts'
import { service } from '../support/service.ts'
import { ip, putOnLoopback, routeEverywhere } from './support/network.ts'
import { receiverAt } from './support/receiver-at.ts'
import { startWorld } from './support/world.ts'

const address = '93.184.215.14'
const host = 'hooks.example.com'

const world = await startWorld({
  [host]: { a: [address], aaaa: ['2606:2800:21f:cb07:6820:80da:af6b:8b2c'] },
  'ipv6.example.com': { aaaa: ['2606:2800:21f:cb07::1'] },
})
afterAll(() => world.close())

describe('a route that is closed', () => {
  it.each(['unreachable', 'prohibit', 'blackhole', 'throw'])(
    'is reported for a route of type %s',
    async (type) => {
      ip('route', 'add', type, address)
      onTestFinished(() => void ip('route', 'del', type, address))

      expect(await world.get(`https://${address}/`)).toMatchObject(failedAs('connect_unreachable'))
    },
  )

  it('is reported for a device that drops everything', async () => {
    routeEverywhere()

    expect(await world.get(`https://${host}/`, 300)).toMatchObject(failedAs('connect_timeout'))
  })
})

describe('a target that only answers by IPv4', () => {
  it.each([
    ['has no route', () => {}],
    ['answers nothing', routeEverywhere],
  ])('is reached where IPv6 %s', async (_what, prepare) => {
    prepare()
    putOnLoopback(address)
    await receiverAt(address, 443, await authority.issue({ names: [host], addresses: [] }))

    expect(await world.get(`https://${host}/`)).toMatchObject({ body: { branch: 'success' } })
  })
})

it.each([address, '2606:2800:21f:cb07::1'])(
  'a call is local_resource where no port is left to call %s from',
  async (host) => {
    putOnLoopback(host)
    await receiverAt(host, 443, await authority.issue({ names: [], addresses: [host] }))
    allowOnePort()
    await occupyPortTo(host)

    expect(await world.get(`https://${isIPv6(host) ? `[${host}]` : host}/`)).toMatchObject(
      failedAs('local_resource'),
    )
  },
)

describe('a machine without IPv6', () => {
  const onlyIpv6 = 'has only IPv6 addresses'

  it.each(['[2606:2800:21f:cb07::1]', 'ipv6.example.com'])(
    'cannot reach %s, and says why',
    async (target) => {
      switchIpv6Off()
      expect(await world.get(`https://${target}/`)).toMatchObject(failedAs('connect_unreachable'))
      expect(await world.get(`https://${target}/`)).toMatchObject({
        body: {
          reason: { message: `${target}:443 ${onlyIpv6}, and the machine of the service has no IPv6.` },
        },
      })
    },
  )

  it('cannot reach itself by it, either', async () => {
    const { execute } = await service({ allow: '[::1]' })
    const call = async () => (await execute({ node: { method: 'GET', url: 'https://[::1]:4433/' } })).reason
    expect(await call()).toMatchObject({ code: 'connect_refused' })
    switchIpv6Off()
    expect(await call()).toMatchObject({ code: 'connect_unreachable', blame: 'target' })
  })

  it('says nothing of it where there is IPv4, too', async () => {
    switchIpv6Off()
    const answer = await world.get(`https://${host}/`)
    expect(answer).toMatchObject(failedAs('connect_unreachable'))
    expect(JSON.stringify(answer)).not.toContain(onlyIpv6)
  })

  it('is not one that has no route to one network only', async () => {
    putOnLoopback('2606:2800:21f:cb07::1')
    const answer = await world.get('https://[2606:2800:21f:cb08::1]/')
    expect(answer).toMatchObject(failedAs('connect_unreachable'))
    expect(JSON.stringify(answer)).not.toContain(onlyIpv6)
  })

  it('reaches a target that has an IPv4 address, too', async () => {
    switchIpv6Off()
    putOnLoopback(address)
    await receiverAt(address, 443, await authority.issue({ names: [host], addresses: [] }))

    expect(await world.get(`https://${host}/`)).toMatchObject({ body: { branch: 'success' } })
  })
})

/** For connections to one target, until the test ends. */
function allowOnePort(): void {
  const file = '/proc/sys/net/ipv4/ip_local_port_range'
  const before = readFileSync(file, 'utf8')
  writeFileSync(file, '60000 60000')
  onTestFinished(() => writeFileSync(file, before))
}

async function occupyPortTo(host: string): Promise<void> {
  const socket = connect({ host, port: 443 })
  onTestFinished(() => void socket.destroy())
  await once(socket, 'connect')
}

function failedAs(code: string) {
  return {
    status: 200,
    body: { branch: 'error', reason: { code }, delivered: 'no', response: null },
  }
}
