import type { DebugLog } from '../call/debug-log.ts'
import { EgressError } from '../call/egress-error.ts'
import type { PhaseClock } from '../call/phase-clock.ts'
import type { Permit } from '../limits/bulkhead.ts'
import { RoundBudget } from '../limits/round-budget.ts'
import { AddressDenied } from '../policy/address-denied.ts'
import type { AddressPolicy } from '../policy/address-policy.ts'
import { Connection } from './connection.ts'
import type { Approach, Dial } from './connector.ts'
import { IdleConnections } from './idle.ts'
import type { PeerKey } from './peer-key.ts'
import type { SocketRegistry } from './socket-registry.ts'

export interface ConnectionPoolOptions {
  readonly policy: AddressPolicy
  readonly dial: Dial
  readonly sockets: SocketRegistry
  readonly log: DebugLog
  /** Idle connections, all keys together. */
  readonly maxIdle: number
  /** The clock of the resolver. */
  readonly now: () => number
}

/**
 * Bytes of all responses together in one round of the event loop: half a socket read of Node, so that fast targets do
 * not block the rest of the service.
 */
const maxReadAtOnce = 32_768

/**
 * Finds, opens and keeps connections. Each carries one request at a time. A key never has more connections than its lane
 * has permits: a connection in use holds a permit, and none is opened beside an idle one of its key.
 */
export class ConnectionPool {
  readonly #options: ConnectionPoolOptions
  readonly #idle = new IdleConnections()
  readonly #readable = new RoundBudget(maxReadAtOnce)
  #isClosed = false

  constructor(options: ConnectionPoolOptions) {
    this.#options = options
  }

  /** Returns an idle connection at once, or a promise of a new one. */
  find(approach: Approach, phases: PhaseClock, stopped: AbortSignal): Connection | Promise<Connection> {
    const { key, permit } = approach
    this.#check(key, stopped)
    return this.#reuse(key, permit) ?? this.#open(approach, phases, stopped)
  }

  /**
   * Opens a new connection. Closes an idle one of the same key, so that the key has no more connections than permits.
   */
  open(approach: Approach, phases: PhaseClock, stopped: AbortSignal): Promise<Connection> {
    const { key } = approach
    this.#check(key, stopped)
    this.#idle.takeLatest(key.text)?.destroy()
    return this.#open(approach, phases, stopped)
  }

  /** Takes back a connection whose request has ended. */
  release(key: PeerKey, connection: Connection): void {
    // A response often arrives before Node knows that the kernel has accepted the request.
    if (connection.isSending) setImmediate(() => this.#keep(key, connection))
    else this.#keep(key, connection)
  }

  #keep(key: PeerKey, connection: Connection): void {
    if (this.#isClosed || !this.#canCarryMore(connection)) {
      connection.destroy()
      return
    }
    this.#idle.put(key.text, connection)
    this.#options.sockets.leave(connection.tcp)
    if (this.#idle.size > this.#options.maxIdle) this.#idle.takeOldest()?.destroy()
  }

  close(): void {
    this.#isClosed = true
    while (this.#idle.size > 0) this.#idle.takeOldest()?.destroy()
  }

  /** Host and port are judged for every call. The address was judged when the connection was opened. */
  #check(key: PeerKey, stopped: AbortSignal): void {
    // An interrupted call no longer holds its permit.
    if (stopped.aborted) throw new EgressError('EGRESS_STOPPED')
    const reason = this.#options.policy.refuseTarget(key)
    if (reason === null) return
    const { host, port } = key
    this.#options.log({ host, port, reason }, 'target denied')
    throw new AddressDenied(reason)
  }

  #reuse(key: PeerKey, permit: Permit): Connection | null {
    const connection = this.#idle.takeLatest(key.text)
    if (connection === undefined) return null
    if (!this.#canCarryMore(connection)) {
      connection.destroy()
      return this.#reuse(key, permit)
    }
    this.#options.sockets.occupy(connection.tcp, permit)
    return connection
  }

  /** A connection in steady use also ends, at the time when its target may have moved to another address. */
  #canCarryMore(connection: Connection): boolean {
    return connection.isUsable && this.#options.now() < connection.usableUntil
  }

  /** The lookup holds the permit, too. */
  async #open(approach: Approach, phases: PhaseClock, stopped: AbortSignal): Promise<Connection> {
    const { key, permit } = approach
    permit.hold()
    try {
      const dialled = await this.#options.dial(approach, phases, stopped)
      const connection = new Connection(dialled, key, this.#readable)
      connection.onClose(() => this.#idle.remove(key.text, connection))
      this.#options.sockets.check(dialled.tcp, () => connection.checkReceived())
      return connection
    } finally {
      permit.release()
    }
  }
}
