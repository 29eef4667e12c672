import type { AddressPolicy, Target } from './address-policy.ts'
import { Connection } from './connection.ts'
import type { Dial } from './connector.ts'
import type { DebugLog } from './debug-log.ts'
import { EgressError } from './egress-error.ts'
import type { PhaseClock } from './phase-clock.ts'

/** Who calls whom: connections are kept for another request of the same lane only. */
export interface Lane extends Target {
  readonly tenant: string | null
}

export interface ConnectionPoolOptions {
  readonly policy: AddressPolicy
  readonly dial: Dial
  readonly log: DebugLog
  /** All lanes together. */
  readonly maxIdle: number
}

/**
 * Finds, opens and keeps connections. Each carries one request at a time; how many there are is not its
 * concern.
 */
export class ConnectionPool {
  readonly #options: ConnectionPoolOptions
  /**
   * The connection that was used last stands last in its list, and the lane that was used last in the map.
   */
  readonly #idle = new Map<string, readonly Connection[]>()
  #idleCount = 0
  #isClosed = false

  constructor(options: ConnectionPoolOptions) {
    this.#options = options
  }

  async find(lane: Lane, phases: PhaseClock, signal: AbortSignal): Promise<Connection> {
    this.#judge(lane)
    return this.#take(lane) ?? (await this.#open(lane, phases, signal))
  }

  async open(lane: Lane, phases: PhaseClock, signal: AbortSignal): Promise<Connection> {
    this.#judge(lane)
    return await this.#open(lane, phases, signal)
  }

  /** Takes back a connection after its request. */
  release(lane: Lane, connection: Connection): void {
    if (this.#isClosed || !connection.isUsable) {
      connection.destroy()
      return
    }
    const key = keyOf(lane)
    const list = this.#idle.get(key) ?? []
    this.#idle.delete(key)
    this.#idle.set(key, [...list, connection])
    this.#idleCount += 1
    if (this.#idleCount > this.#options.maxIdle) this.#dropOldest()
  }

  close(): void {
    this.#isClosed = true
    for (const connection of [...this.#idle.values()].flat()) connection.destroy()
    this.#idle.clear()
  }

  /** Name and port are judged for every call; the address was judged when the connection was made. */
  #judge({ host, port }: Lane): void {
    const reason = this.#options.policy.refuseTarget({ host, port })
    if (reason === null) return
    this.#options.log({ host, port, reason }, 'target denied')
    throw new EgressError('EGRESS_ADDRESS_DENIED')
  }

  async #open(lane: Lane, phases: PhaseClock, signal: AbortSignal): Promise<Connection> {
    const { host, port } = lane
    const target = { host, port }
    const connection = new Connection(await this.#options.dial(target, phases, signal), target)
    connection.onClose(() => this.#forget(keyOf(lane), connection))
    return connection
  }

  /** The one that was used last is the least likely to be closed by the other side. */
  #take(lane: Lane): Connection | null {
    const key = keyOf(lane)
    const connection = this.#idle.get(key)?.at(-1)
    if (connection === undefined) return null
    this.#forget(key, connection)
    return connection.isUsable ? connection : this.#take(lane)
  }

  #dropOldest(): void {
    const [oldest] = this.#idle
    if (oldest === undefined) return
    const [key, [connection]] = oldest
    if (connection === undefined) return
    this.#forget(key, connection)
    connection.destroy()
  }

  #forget(key: string, connection: Connection): void {
    const list = this.#idle.get(key) ?? []
    const others = list.filter((other) => other !== connection)
    this.#idleCount -= list.length - others.length
    if (others.length > 0) this.#idle.set(key, others)
    else this.#idle.delete(key)
  }
}

function keyOf({ tenant, host, port }: Lane): string {
  return JSON.stringify([tenant, host, port])
}
