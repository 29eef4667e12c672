import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { afterAll, describe, expect, it, onTestFinished } from 'vitest'
import { authority } from '../support/servers.ts'
import { ip, putOnLoopback, routeEverywhere } from './network.ts'
import { receiverAt } from './receiver-at.ts'
import { startWorld } from './world.ts'

const address = '93.184.215.14'
const host = 'hooks.example.com'

const world = await startWorld({ [host]: { a: [address], aaaa: ['2606:2800:21f:cb07:6820:80da:af6b:8b2c'] } })
afterAll(() => world.close())

describe('a way that is closed', () => {
  it.each(['unreachable', 'prohibit', 'blackhole', 'throw'])('by a route of type %s', async (type) => {
    ip('route', 'add', type, address)
    onTestFinished(() => void ip('route', 'del', type, address))

    expect(await world.get(`https://${address}/`)).toMatchObject(failedAs('connect_unreachable'))
  })

  it('by a device that drops everything', async () => {
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

it('is local_resource where no port is left to call from', async () => {
  putOnLoopback(address)
  await receiverAt(address, 443, await authority.issue({ names: [], addresses: [address] }))
  allowOnePort()
  await occupyPortTo(address)

  expect(await world.get(`https://${address}/`)).toMatchObject(failedAs('local_resource'))
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
