import type { Connection } from './connection.ts'

/** Connections that wait for another request of the same kind: same tenant, host and port. */
export class IdleConnections {
  readonly #limit: number
  /** The one that was used last stands last in its list; the key that was used last stands last in the map. */
  readonly #byKey = new Map<string, Connection[]>()
  #size = 0

  constructor(limit: number) {
    this.#limit = limit
  }

  /** The one that was used last: it is the least likely to be closed by the other side. */
  take(key: string): Connection | null {
    const connection = this.#byKey.get(key)?.at(-1)
    if (connection === undefined) return null
    this.forget(key, connection)
    return connection.isUsable ? connection : this.take(key)
  }

  keep(key: string, connection: Connection): void {
    const list = this.#byKey.get(key) ?? []
    this.#byKey.delete(key)
    this.#byKey.set(key, [...list, connection])
    this.#size += 1
    if (this.#size > this.#limit) this.#dropOldest()
  }

  /** To be called for each connection that closes, kept or not. */
  forget(key: string, connection: Connection): void {
    const list = this.#byKey.get(key)
    if (!list?.includes(connection)) return
    this.#size -= 1
    if (list.length === 1) this.#byKey.delete(key)
    else
      this.#byKey.set(
        key,
        list.filter((other) => other !== connection),
      )
  }

  destroyAll(): void {
    for (const connection of [...this.#byKey.values()].flat()) connection.destroy()
    this.#byKey.clear()
    this.#size = 0
  }

  #dropOldest(): void {
    for (const [key, [connection]] of this.#byKey) {
      if (connection === undefined) continue
      this.forget(key, connection)
      connection.destroy()
      return
    }
  }
}
