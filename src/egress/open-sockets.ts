import type { Socket } from 'node:net'
import type { Place } from './places.ts'

/** The sockets that exist, from dialling to their very end, and the places that they take up. */
export class OpenSockets {
  /** Null for one that is kept for another call. */
  readonly #places = new Map<Socket, Place | null>()

  get count(): number {
    return this.#places.size
  }

  /** Tells of a new one. Whatever becomes of it, it takes up the place until it is kept or closed. */
  add(socket: Socket, place: Place): void {
    this.occupy(socket, place)
    socket.once('close', () => {
      this.leave(socket)
      this.#places.delete(socket)
    })
  }

  occupy(socket: Socket, place: Place): void {
    place.hold()
    this.#places.set(socket, place)
  }

  leave(socket: Socket): void {
    const place = this.#places.get(socket)
    this.#places.set(socket, null)
    place?.letGo()
  }
}
