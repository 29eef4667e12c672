import type { Connection } from './connection.ts'

interface Idle {
  readonly connection: Connection
  /** Sequence number: lower means idle for longer. */
  readonly order: number
}

/** Idle connections by peer. */
export class IdleConnections {
  /** By key, the most recently used connection last. A key stays while it may get a connection back. */
  readonly #stacks = new Map<string, Idle[]>()
  #size = 0
  #puts = 0

  get size(): number {
    return this.#size
  }

  put(key: string, connection: Connection): void {
    const idle = { connection, order: this.#puts++ }
    const stack = this.#stacks.get(key)
    if (stack === undefined) this.#stacks.set(key, [idle])
    else stack.push(idle)
    this.#size += 1
  }

  /** The most recently used connection of a key: the target is least likely to close it. */
  takeLatest(key: string): Connection | undefined {
    const latest = this.#stacks.get(key)?.pop()
    if (latest !== undefined) this.#size -= 1
    return latest?.connection
  }

  /**
   * The connection that is idle for longest among all keys. Visits each key: a list in order of use would cost more,
   * since it changes with every call.
   */
  takeOldest(): Connection | undefined {
    let oldest: Idle[] = []
    for (const stack of this.#stacks.values()) if (readOrder(stack) < readOrder(oldest)) oldest = stack
    const [first] = oldest.splice(0, 1)
    if (first !== undefined) this.#size -= 1
    return first?.connection
  }

  /** Removes a connection that has closed, if it is idle here. */
  remove(key: string, connection: Connection): void {
    const stack = this.#stacks.get(key)
    if (stack === undefined) return
    const at = stack.findIndex((idle) => idle.connection === connection)
    if (at !== -1) this.#size -= stack.splice(at, 1).length
    if (stack.length === 0) this.#stacks.delete(key)
  }
}

function readOrder([oldest]: readonly Idle[]): number {
  return oldest?.order ?? Number.POSITIVE_INFINITY
}
