import { once } from 'node:events'
import { expect, it } from 'vitest'
import { createAddressPolicy } from '../../src/egress/address-policy.ts'
import { ConnectionPool, type Lane } from '../../src/egress/connection-pool.ts'
import { createConnector } from '../../src/egress/connector.ts'
import { startPhaseClock } from '../../src/egress/phase-clock.ts'
import { createResolver } from '../../src/egress/resolver.ts'
import { rules } from '../support/caller.ts'
import { silent } from '../support/raw-server.ts'
import { authority, rawTlsServer } from '../support/servers.ts'

function createPool(maxIdle: number) {
  const own = { address: '127.0.0.1', port: 0 }
  const policy = createAddressPolicy({
    allow: rules('127.0.0.0/8'),
    deny: [],
    only: [],
    own,
    nat64: [],
    interfaces: [],
  })
  const log = () => {}
  const dial = createConnector({ policy, resolver: createResolver({ servers: [] }), ca: authority.pem, log })
  const pool = new ConnectionPool({ policy, dial, log, maxIdle })
  return { pool, find: (lane: Lane) => pool.find(lane, startPhaseClock(), new AbortController().signal) }
}

it('gives back the connection of the same lane that was used last', async () => {
  const { port } = await rawTlsServer(silent)
  const { pool, find } = createPool(10)
  const lane = { tenant: null, host: '127.0.0.1', port }
  const [first, second] = [await find(lane), await find(lane)]
  pool.release(lane, first)
  pool.release(lane, second)
  expect(await find({ ...lane, tenant: 'other' })).not.toBe(second)
  expect(await find({ ...lane })).toBe(second)
  expect(await find({ ...lane })).toBe(first)
  expect(await find({ ...lane })).not.toBe(first)
  pool.close()
})

it('keeps no more than it may, and drops the lane that was not used for longest', async () => {
  const { port } = await rawTlsServer(silent)
  const { pool, find } = createPool(2)
  const lanes = ['a', 'b', 'c'].map((tenant) => ({ tenant, host: '127.0.0.1', port }))
  const connections = await Promise.all(lanes.map(find))
  for (const [index, lane] of lanes.entries()) {
    const connection = connections[index]
    if (connection) pool.release(lane, connection)
  }
  expect(connections.map(({ isUsable }) => isUsable)).toEqual([false, true, true])
  pool.close()
  expect(connections.map(({ isUsable }) => isUsable)).toEqual([false, false, false])
})

it('forgets a connection that was closed', async () => {
  const { pool, find } = createPool(10)
  const { port } = await rawTlsServer((socket) => socket.resume())
  const lane = { tenant: null, host: '127.0.0.1', port }
  const connection = await find(lane)
  pool.release(lane, connection)
  const closed = new Promise<void>((done) => connection.onClose(done))
  connection.destroy()
  await closed
  expect(await find(lane)).not.toBe(connection)
  pool.close()
})

it('takes nothing back once it is closed', async () => {
  const { pool, find } = createPool(10)
  const ends: Promise<unknown>[] = []
  const { port } = await rawTlsServer((socket) => ends.push(once(socket, 'close')))
  const lane = { tenant: null, host: '127.0.0.1', port }
  const connection = await find(lane)
  pool.close()
  pool.release(lane, connection)
  expect(connection.isUsable).toBe(false)
})
