import type { Socket } from 'node:net'
import type { Permit } from '../limits/bulkhead.ts'

/** Interval of the checks. Within it a connection of 1 Gbit/s receives 12 MB at most. */
const checkEveryMs = 100

/** All sockets, from dialling to `close`, and the permits that they hold. */
export class SocketRegistry {
  /** Null for an idle connection. */
  readonly #permits = new Map<Socket, Permit | null>()
  readonly #checks = new Map<Socket, () => void>()
  #timer: NodeJS.Timeout | undefined

  get count(): number {
    return this.#permits.size
  }

  /** Adds a new socket. It holds the permit until it is kept or closed. */
  add(socket: Socket, permit: Permit): void {
    this.occupy(socket, permit)
    socket.once('close', () => {
      this.leave(socket)
      this.#permits.delete(socket)
      this.#uncheck(socket)
    })
  }

  occupy(socket: Socket, permit: Permit): void {
    permit.hold()
    this.#permits.set(socket, permit)
  }

  leave(socket: Socket): void {
    const permit = this.#permits.get(socket)
    this.#permits.set(socket, null)
    permit?.release()
  }

  /**
   * Calls `check` at intervals while the socket is open, and replaces an earlier `check`. Node emits no event for
   * some of the bytes that a socket receives.
   */
  check(socket: Socket, check: () => void): void {
    if (!this.#permits.has(socket)) return
    this.#checks.set(socket, check)
    this.#timer ??= setInterval(() => this.#checkAll(), checkEveryMs).unref()
  }

  #checkAll(): void {
    for (const check of this.#checks.values()) check()
  }

  #uncheck(socket: Socket): void {
    this.#checks.delete(socket)
    if (this.#checks.size > 0) return
    clearInterval(this.#timer)
    this.#timer = undefined
  }
}
