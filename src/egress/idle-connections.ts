import type { Connection } from './connection.ts'

/** Connections that wait for another request of their lane. */
export class IdleConnections {
  /** Each with its lane; the one that was used last stands last. */
  readonly #lanes = new Map<Connection, string>()
  readonly #stacks = new Map<string, Connection[]>()

  get size(): number {
    return this.#lanes.size
  }

  put(lane: string, connection: Connection): void {
    const stack = this.#stacks.get(lane)
    if (stack === undefined) this.#stacks.set(lane, [connection])
    else stack.push(connection)
    this.#lanes.set(connection, lane)
  }

  /** The one of a lane that was used last is the least likely to be closed by the other side. */
  takeLatest(lane: string): Connection | undefined {
    const latest = this.#stacks.get(lane)?.at(-1)
    if (latest !== undefined) this.remove(latest)
    return latest
  }

  /** The one that was not used for longest, in all lanes. */
  takeOldest(): Connection | undefined {
    const [oldest] = this.#lanes.keys()
    if (oldest !== undefined) this.remove(oldest)
    return oldest
  }

  /** Does nothing where it is not among them. */
  remove(connection: Connection): void {
    const lane = this.#lanes.get(connection)
    if (lane === undefined) return
    this.#lanes.delete(connection)
    const stack = this.#stacks.get(lane) ?? []
    stack.splice(stack.lastIndexOf(connection), 1)
    if (stack.length === 0) this.#stacks.delete(lane)
  }
}
