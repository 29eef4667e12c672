import type { TLSSocket } from 'node:tls'
import { type buildConnector, Client, type Dispatcher } from 'undici'
import type { OutboundRequest } from '../webhook/outbound-request.ts'
import type { Target } from './address-policy.ts'
import { EgressError } from './egress-error.ts'

/** Of head and trailers of a response, each. */
export const maxHeaderBytes = 16_384

/** How long a connection is kept for the next request; shorter where the target says so. */
const keepAliveMs = 4_000

/** One TLS connection that speaks HTTP/1.1 and carries one request at a time. */
export class Connection {
  readonly #client: Client
  readonly #socket: TLSSocket
  #firstBytes = Buffer.alloc(0)
  #error: NodeJS.ErrnoException | null = null
  #requests = 0

  constructor(socket: TLSSocket, { host, port }: Target) {
    this.#socket = socket.on('error', (error) => {
      this.#error ??= error
    })
    this.#client = new Client(`https://${host.includes(':') ? `[${host}]` : host}:${port}`, {
      connect: handOver(socket),
      allowH2: false,
      pipelining: 1,
      maxHeaderSize: maxHeaderBytes,
      keepAliveTimeout: keepAliveMs,
      keepAliveMaxTimeout: keepAliveMs,
      // undici's timers are coarse and cover no phase whole: the attempt has a clock of its own.
      headersTimeout: 0,
      bodyTimeout: 0,
    })
    this.#recordFirstBytes()
  }

  /**
   * undici takes `host`, `connection` and `content-length` from the list and writes them where they belong.
   */
  send({ method, target, headers, body }: OutboundRequest, handler: Dispatcher.DispatchHandler): void {
    this.#firstBytes = Buffer.alloc(0)
    this.#requests += 1
    this.#client.dispatch({ method, path: target, headers: headers.flat(), body }, handler)
  }

  /** Whether it has carried a request before. */
  get wasUsed(): boolean {
    return this.#requests > 0
  }

  get isUsable(): boolean {
    return !this.#socket.destroyed && !this.#socket.readableEnded && this.#socket.writableLength === 0
  }

  /** Whether the kernel has not yet taken all of the request. */
  get isSending(): boolean {
    return this.#socket.writableLength > 0
  }

  /** Whether the other side said that it will send no more. */
  get wasEnded(): boolean {
    return this.#socket.readableEnded
  }

  /** What broke the connection. undici tells of the last error, which is often only that it was closed. */
  get error(): NodeJS.ErrnoException | null {
    return this.#error
  }

  /** What came first in answer to the current request, as far as it takes to know HTTP. */
  get firstBytes(): Buffer {
    return this.#firstBytes
  }

  onClose(listener: () => void): void {
    this.#socket.once('close', listener)
  }

  destroy(): void {
    this.#socket.destroy()
    void this.#client.destroy()
  }

  /** undici reads with `read()` and keeps what it could not parse to itself. */
  #recordFirstBytes(): void {
    const read = this.#socket.read.bind(this.#socket)
    this.#socket.read = (size) => {
      const chunk: Buffer | null = read(size)
      const missing = httpMagic.length - this.#firstBytes.length
      if (chunk && missing > 0) {
        this.#firstBytes = Buffer.concat([this.#firstBytes, chunk.subarray(0, missing)])
      }
      return chunk
    }
  }
}

/** What every response begins with. */
export const httpMagic = Buffer.from('HTTP/')

/**
 * Gives undici the one socket that was dialled. When that is gone it asks again, and gets an error that it
 * does not answer with yet another connection.
 */
function handOver(socket: TLSSocket): buildConnector.connector {
  let isSpent = false
  return (_options, callback) => {
    if (isSpent) queueMicrotask(() => callback(new EgressError('EGRESS_CONNECTION_GONE'), null))
    else queueMicrotask(() => callback(null, socket))
    isSpent = true
  }
}
