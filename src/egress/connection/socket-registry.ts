import type { Socket } from 'node:net'
import type { Permit } from '../limits/bulkhead.ts'

/** How often it is looked at what sockets receive. */
const checkEveryMs = 100

/** The sockets that exist, from dialling to their very end, and the places that they take up. */
export class SocketRegistry {
  /** Null for one that is kept for another call. */
  readonly #places = new Map<Socket, Permit | null>()
  readonly #checks = new Map<Socket, () => void>()
  #timer: NodeJS.Timeout | undefined

  get count(): number {
    return this.#places.size
  }

  /** Tells of a new one. Whatever becomes of it, it takes up the place until it is kept or closed. */
  add(socket: Socket, permit: Permit): void {
    this.occupy(socket, permit)
    socket.once('close', () => {
      this.leave(socket)
      this.#places.delete(socket)
      this.#uncheck(socket)
    })
  }

  occupy(socket: Socket, permit: Permit): void {
    permit.hold()
    this.#places.set(socket, permit)
  }

  leave(socket: Socket): void {
    const permit = this.#places.get(socket)
    this.#places.set(socket, null)
    permit?.release()
  }

  /**
   * Calls this again and again as long as the socket is open, in the place of what was called for it before: Node does
   * not tell of all that a socket receives.
   */
  check(socket: Socket, check: () => void): void {
    if (!this.#places.has(socket)) return
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
