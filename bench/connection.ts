import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { type Message, MessageReader } from './message-reader.ts'

/** A kept-alive connection that carries one request at a time. */
export class Connection {
  readonly #socket: Socket
  readonly #reader = new MessageReader()
  #receive: ((reply: Message | null) => void) | null = null

  static async open(port: number): Promise<Connection> {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true })
    await once(socket, 'connect')
    return new Connection(socket)
  }

  private constructor(socket: Socket) {
    this.#socket = socket
    socket.on('data', (chunk: Buffer) => this.#reader.read(chunk, (reply) => this.#end(reply)))
    socket.on('error', () => {}) // 'close' follows
    socket.on('close', () => this.#end(null))
  }

  /** Resolves with null if the connection was closed before a reply. */
  send(request: Buffer): Promise<Message | null> {
    if (this.#socket.destroyed) return Promise.resolve(null)
    return new Promise((resolve) => {
      this.#receive = resolve
      this.#socket.write(request)
    })
  }

  close(): void {
    this.#socket.destroy()
  }

  #end(reply: Message | null): void {
    const receive = this.#receive
    this.#receive = null
    receive?.(reply)
  }
}
