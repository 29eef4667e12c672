import { networkInterfaces } from 'node:os'
import type { OutboundRequest } from '../webhook/outbound-request.ts'
import type { Attempt } from '../webhook/outcome.ts'
import { createAddressPolicy } from './address-policy.ts'
import type { AddressRule } from './address-rule.ts'
import { attemptOnce } from './attempt.ts'
import type { Connection } from './connection.ts'
import { ConnectionPool } from './connection-pool.ts'
import { createConnector } from './connector.ts'
import { type Deadline, startDeadline } from './deadline.ts'
import type { DebugLog } from './debug-log.ts'
import type { IpRange } from './ip-address.ts'
import { createResolver } from './resolver.ts'

/**
 * Every request that reached the wire or was to, in order; there is at least one, and the last one decides.
 */
export type Attempts = readonly [Attempt, ...Attempt[]]

export interface CallOptions {
  /** One wall clock for the call: DNS, connect, TLS, sending, headers and body together. */
  readonly timeoutMs: number
  /** Tenants share no connections. */
  readonly tenant: string | null
}

export interface Caller {
  /**
   * Sends one request once. A second attempt is made only where a kept-alive connection turned out to be
   * closed before anything was written on it. Rejects only on a bug of ours.
   */
  call(request: OutboundRequest, options: CallOptions): Promise<Attempts>
  /** Ends all calls and connections. */
  close(): Promise<void>
}

export interface EgressOptions {
  readonly allow: readonly AddressRule[]
  readonly deny: readonly AddressRule[]
  readonly only: readonly AddressRule[]
  /** Prefixes of NAT64 beside the well-known one: addresses in them are judged as the IPv4 ones they carry. */
  readonly nat64: readonly IpRange[]
  /** PEM of authorities that are trusted beside Node's own. */
  readonly ca: string | null
  /** `address:port`; empty for the system's. */
  readonly dnsServers: readonly string[]
  readonly maxResponseBytes: number
  /** Where the service itself listens, so that it never calls itself. */
  readonly own: { readonly address: string; readonly port: number }
  readonly log: DebugLog
}

const maxIdleConnections = 256

export function createCaller(options: EgressOptions): Caller {
  const pool = createPool(options)
  const running = new Set<Deadline>()
  let isClosed = false

  return {
    async call(request, { timeoutMs, tenant }) {
      const deadline = startDeadline(timeoutMs)
      running.add(deadline)
      if (isClosed) deadline.interrupt('shutdown')
      try {
        return await send(request, tenant, deadline)
      } finally {
        deadline.clear()
        running.delete(deadline)
      }
    },

    async close() {
      isClosed = true
      for (const deadline of running) deadline.interrupt('shutdown')
      pool.close()
    },
  }

  async function send(
    request: OutboundRequest,
    tenant: string | null,
    deadline: Deadline,
  ): Promise<Attempts> {
    const { maxResponseBytes, log } = options
    const lane = { tenant, host: request.host, port: request.port }
    const release = (connection: Connection) => pool.release(lane, connection)
    const common = { request, deadline, maxResponseBytes, log, release }
    const first = await attemptOnce({ ...common, connect: (...journey) => pool.find(lane, ...journey) })
    if (!foundConnectionClosed(first)) return [first]
    return [first, await attemptOnce({ ...common, connect: (...journey) => pool.open(lane, ...journey) })]
  }
}

function createPool({ log, ca, dnsServers, ...rules }: EgressOptions): ConnectionPool {
  const policy = createAddressPolicy({ ...rules, interfaces: interfaceAddresses() })
  const resolver = createResolver({ servers: dnsServers })
  const dial = createConnector({ policy, resolver, ca, log })
  return new ConnectionPool({ policy, dial, log, maxIdle: maxIdleConnections })
}

/** The other side may close a kept-alive connection at any time: that says nothing about the request. */
function foundConnectionClosed({ connectionReused, delivered, outcome }: Attempt): boolean {
  return (
    connectionReused &&
    delivered === 'no' &&
    outcome.kind === 'failed' &&
    outcome.failure.code === 'no_response'
  )
}

function interfaceAddresses(): readonly string[] {
  return Object.values(networkInterfaces()).flatMap((ofOne = []) => ofOne.map(({ address }) => address))
}
