import { once } from 'node:events'
import { expect, it, vi } from 'vitest'
import { PhaseClock } from '../../../src/egress/call/phase-clock.ts'
import { createConnector } from '../../../src/egress/connection/connector.ts'
import { createPeerKey, type PeerKey } from '../../../src/egress/connection/peer-key.ts'
import { ConnectionPool } from '../../../src/egress/connection/pool.ts'
import { SocketRegistry } from '../../../src/egress/connection/socket-registry.ts'
import { createResolver } from '../../../src/egress/dns/resolver.ts'
import { Permit } from '../../../src/egress/limits/bulkhead.ts'
import { createAddressPolicy } from '../../../src/egress/policy/address-policy.ts'
import { silent } from '../../../testkit/raw-server.ts'
import { rules } from '../../support/egress-client.ts'
import { authority, rawTlsServer } from '../../support/servers.ts'

function createPool(maxIdle: number, now = () => 0) {
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
  const sockets = new SocketRegistry()
  const resolver = createResolver({ servers: [] })
  const dial = createConnector({
    policy,
    resolver,
    proxy: null,
    now,
    ca: authority.pem,
    tlsGroups: null,
    sockets,
    log,
  })
  const pool = new ConnectionPool({ policy, dial, sockets, log, maxIdle, now })
  const find = async (key: PeerKey, permit = new Permit(null, () => {})) =>
    pool.find(
      { key, permit, deadline: { remainingMs: 5_000 }, tls: null },
      new PhaseClock(),
      new AbortController().signal,
    )
  return { pool, sockets, find }
}

function keyTo(port: number, tenant: string | null = null): PeerKey {
  return createPeerKey(tenant, { host: '127.0.0.1', port })
}

it('the pool gives back the connection of the same key that was used last', async () => {
  const { port } = await rawTlsServer(silent)
  const { pool, find } = createPool(10)
  const key = keyTo(port)
  const [first, second] = [await find(key), await find(key)]
  pool.release(key, first)
  pool.release(key, second)
  expect(await find(keyTo(port, 'other'))).not.toBe(second)
  expect(await find(keyTo(port))).toBe(second)
  expect(await find(keyTo(port))).toBe(first)
  expect(await find(keyTo(port))).not.toBe(first)
  pool.close()
})

it('the pool keeps no more than it may, and drops the least recently used connection', async () => {
  const { port } = await rawTlsServer(silent)
  const { pool, find } = createPool(2)
  const keys = ['a', 'b', 'c'].map((tenant) => keyTo(port, tenant))
  const connections = await Promise.all(keys.map((key) => find(key)))
  for (const [index, key] of keys.entries()) {
    const connection = connections[index]
    if (connection) pool.release(key, connection)
  }
  expect(connections.map(({ isUsable }) => isUsable)).toEqual([false, true, true])
  pool.close()
  expect(connections.map(({ isUsable }) => isUsable)).toEqual([false, false, false])
})

it('the pool forgets a connection that was closed', async () => {
  const { pool, find } = createPool(10)
  const { port } = await rawTlsServer((socket) => socket.resume())
  const key = keyTo(port)
  const connection = await find(key)
  pool.release(key, connection)
  const closed = new Promise<void>((done) => connection.onClose(done))
  connection.destroy()
  await closed
  expect(await find(key)).not.toBe(connection)
  pool.close()
})

it('the pool takes nothing back once it is closed', async () => {
  const { pool, find } = createPool(10)
  const ends: Promise<unknown>[] = []
  const { port } = await rawTlsServer((socket) => ends.push(once(socket, 'close')))
  const key = keyTo(port)
  const connection = await find(key)
  pool.close()
  pool.release(key, connection)
  expect(connection.isUsable).toBe(false)
})

it('the pool holds the permit of a connection until that is kept or gone', async () => {
  const { port } = await rawTlsServer(silent)
  const { pool, sockets, find } = createPool(10)
  const key = keyTo(port)
  const given: string[] = []
  const createPermit = (name: string) => new Permit(null, () => given.push(name))
  const [first, second] = [createPermit('first'), createPermit('second')]

  const opened = await find(key, first)
  first.release()
  expect(given).toEqual([])
  pool.release(key, opened)
  expect(given).toEqual(['first'])

  const found = await find(key, second)
  second.release()
  expect(found).toBe(opened)
  found.destroy()
  expect(given).toEqual(['first'])
  await vi.waitUntil(() => sockets.count === 0)
  expect(given).toEqual(['first', 'second'])
})
