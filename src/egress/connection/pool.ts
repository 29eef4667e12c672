import type { DebugLog } from '../call/debug-log.ts'
import { EgressError } from '../call/egress-error.ts'
import type { PhaseClock } from '../call/phase-clock.ts'
import type { Permit } from '../limits/bulkhead.ts'
import type { BulkheadKey } from '../limits/bulkhead-key.ts'
import { RoundBudget } from '../limits/round-budget.ts'
import { AddressDenied } from '../policy/address-denied.ts'
import type { AddressPolicy } from '../policy/address-policy.ts'
import { Connection } from './connection.ts'
import type { Approach, Dial } from './connector.ts'
import { IdleConnections } from './idle.ts'
import type { SocketRegistry } from './socket-registry.ts'

export interface ConnectionPoolOptions {
  readonly policy: AddressPolicy
  readonly dial: Dial
  readonly sockets: SocketRegistry
  readonly log: DebugLog
  /** All lanes together. */
  readonly maxIdle: number
  /** The clock of the resolver. */
  readonly now: () => number
}

/** Bytes of all responses together, between two looks at everything else: targets send as much as they can. */
const maxReadAtOnce = 32_768

/**
 * Finds, opens and keeps connections, each of which carries one request at a time. A lane has no more of them
 * than places: one that carries a request takes up a place, and none is opened beside one that is kept.
 */
export class ConnectionPool {
  readonly #options: ConnectionPoolOptions
  readonly #idle = new IdleConnections()
  readonly #readable = new RoundBudget(maxReadAtOnce)
  #isClosed = false

  constructor(options: ConnectionPoolOptions) {
    this.#options = options
  }

  /** One that is kept, at once, or else a new one. */
  find(approach: Approach, phases: PhaseClock, stopped: AbortSignal): Connection | Promise<Connection> {
    const { key, permit } = approach
    this.#check(key, stopped)
    return this.#reuse(key, permit) ?? this.#open(approach, phases, stopped)
  }

  /** A new one. One that is kept gives way, so that a lane has no more of them than places. */
  open(approach: Approach, phases: PhaseClock, stopped: AbortSignal): Promise<Connection> {
    const { key } = approach
    this.#check(key, stopped)
    this.#idle.takeLatest(key.text)?.destroy()
    return this.#open(approach, phases, stopped)
  }

  /** Takes back a connection after its request. */
  release(key: BulkheadKey, connection: Connection): void {
    // An answer is often there before Node has learnt that the kernel took the request.
    if (connection.isSending) setImmediate(() => this.#keep(key, connection))
    else this.#keep(key, connection)
  }

  #keep(key: BulkheadKey, connection: Connection): void {
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

  /** Name and port are judged for every call; the address was judged when the connection was made. */
  #check(key: BulkheadKey, stopped: AbortSignal): void {
    // A call that was stopped no longer holds the permit.
    if (stopped.aborted) throw new EgressError('EGRESS_STOPPED')
    const reason = this.#options.policy.refuseTarget(key)
    if (reason === null) return
    const { host, port } = key
    this.#options.log({ host, port, reason }, 'target denied')
    throw new AddressDenied(reason)
  }

  #reuse(key: BulkheadKey, permit: Permit): Connection | null {
    const connection = this.#idle.takeLatest(key.text)
    if (connection === undefined) return null
    if (!this.#canCarryMore(connection)) {
      connection.destroy()
      return this.#reuse(key, permit)
    }
    this.#options.sockets.occupy(connection.tcp, permit)
    return connection
  }

  /** However busy it is, a connection ends when its target may have moved. */
  #canCarryMore(connection: Connection): boolean {
    return connection.isUsable && this.#options.now() < connection.usableUntil
  }

  /** The lookup takes up the place, too. */
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
