import { connect, type Socket } from 'node:net'
import type { Interval } from './stall.ts'

const request = 'GET /livez HTTP/1.1\r\nHost: probe\r\n\r\n'

/**
 * Asks a server for `/livez`, one question at a time, over one kept connection. A connection that ends is opened anew
 * and asked again: the wait goes on, since the server has not answered.
 */
export class Prober {
  readonly #port: number
  #socket: Socket | null = null
  #received = ''
  #askedAt: number | null = null
  #refused = 0
  /** Called with each wait that has ended. */
  onAnswer: (wait: Interval) => void = () => {}

  constructor(port: number) {
    this.#port = port
  }

  /** When the question was asked that waits for its answer. */
  get askedAt(): number | null {
    return this.#askedAt
  }

  /** Answers other than 200. */
  get refused(): number {
    return this.#refused
  }

  ask(): void {
    this.#askedAt = performance.now()
    this.#send()
  }

  /** Asks again where the connection has ended. */
  insist(): void {
    if (this.#socket === null) this.#send()
  }

  close(): void {
    this.#socket?.destroy()
  }

  #send(): void {
    this.#received = ''
    this.#socket ??= this.#open()
    this.#socket.write(request)
  }

  #open(): Socket {
    const socket = connect({ host: '127.0.0.1', port: this.#port, noDelay: true })
    socket.on('data', (chunk) => this.#read(chunk.toString('latin1')))
    socket.on('error', () => {})
    socket.on('close', () => {
      if (this.#socket === socket) this.#socket = null
    })
    return socket
  }

  #read(text: string): void {
    this.#received += text
    const head = this.#received.indexOf('\r\n\r\n')
    if (head === -1 || this.#askedAt === null) return
    const length = Number(/^content-length: (\d+)/im.exec(this.#received)?.[1] ?? 0)
    if (this.#received.length < head + 4 + length) return
    if (!this.#received.startsWith('HTTP/1.1 200')) this.#refused += 1
    const wait = { from: this.#askedAt, to: performance.now() }
    this.#askedAt = null
    this.onAnswer(wait)
  }
}
