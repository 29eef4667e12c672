import type { Connection } from './connection.ts'

interface Idle {
  readonly connection: Connection
  /** How many were put before it. */
  readonly order: number
}

/** Connections that wait for another request of their lane. */
export class IdleConnections {
  /** By lane; the one that was used last stands last. A lane stays as long as it may get a connection back. */
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

  /** The one of a lane that was used last is the least likely to be closed by the other side. */
  takeLatest(key: string): Connection | undefined {
    const latest = this.#stacks.get(key)?.pop()
    if (latest !== undefined) this.#size -= 1
    return latest?.connection
  }

  /** The one that was not used for longest, in all lanes. Looks at each lane, which is cheaper than to keep an order. */
  takeOldest(): Connection | undefined {
    let oldest: Idle[] = []
    for (const stack of this.#stacks.values()) if (readOrder(stack) < readOrder(oldest)) oldest = stack
    const [first] = oldest.splice(0, 1)
    if (first !== undefined) this.#size -= 1
    return first?.connection
  }

  /** Forgets a connection that is closed, whether it is among them or not. */
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
