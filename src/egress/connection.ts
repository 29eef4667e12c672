import type { Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { type buildConnector, Client, type Dispatcher } from 'undici'
import type { OutboundRequest } from '../webhook/outbound-request.ts'
import type { Target } from './address-policy.ts'
import type { DialledSocket } from './connector.ts'
import { EgressError } from './egress-error.ts'

/** Of head and trailers of a response, each. */
export const maxHeaderBytes = 16_384

/**
 * Of head and trailers of a response, each. undici keeps two buffers for every header, which makes those of one
 * letter a thousand times as large as they are on the wire; its limit counts letters only.
 */
export const maxHeaders = 512

/** With the status line, or the last chunk of a body, and the empty line behind. */
const maxLines = maxHeaders + 2

/** How long a connection is kept for the next request; shorter where the target says so. */
const keepAliveMs = 4_000

/** One TLS connection that speaks HTTP/1.1 and carries one request at a time. */
export class Connection {
  /** The connection below TLS. */
  readonly tcp: Socket
  readonly #client: Client
  readonly #socket: TLSSocket
  #firstBytes = Buffer.alloc(0)
  #error: NodeJS.ErrnoException | null = null
  #requests = 0
  #linesWithoutProgress = 0

  constructor({ socket, tcp }: DialledSocket, { host, port }: Target) {
    this.tcp = tcp
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
    this.#watchReads()
  }

  /**
   * undici takes `host`, `connection` and `content-length` from the list and writes them where they belong.
   */
  send({ method, target, headers, body }: OutboundRequest, handler: Dispatcher.DispatchHandler): void {
    this.#firstBytes = Buffer.alloc(0)
    this.#requests += 1
    this.#linesWithoutProgress = 0
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

  /** Tells that what was read so far was a head, or a piece of a body. */
  noteProgress(): void {
    this.#linesWithoutProgress = 0
  }

  onClose(listener: () => void): void {
    this.#socket.once('close', listener)
  }

  /**
   * Ends it in the middle of a request, of which nothing more shall arrive: what the kernel still holds for the
   * other side is thrown away.
   */
  abort(): void {
    this.tcp.resetAndDestroy()
    this.destroy()
  }

  destroy(): void {
    this.#socket.destroy()
    void this.#client.destroy()
  }

  /**
   * undici reads with `read()` until there is nothing left, and keeps to itself what it could not parse and how
   * many headers it has, trailers included, until the last of them has come. So it is given no more lines at
   * once than it may take without telling of a head or of a piece of a body.
   */
  #watchReads(): void {
    const read = this.#socket.read.bind(this.#socket)
    let rest: Buffer | null = null
    this.#socket.read = (size) => {
      // Streams call this to be told of what comes next.
      if (size === 0) return read(0)
      if (this.#linesWithoutProgress >= maxLines) return this.#refuseHeaders()
      const chunk: Buffer | null = rest ?? read(size)
      if (chunk === null) return null
      const { end, lines } = firstLines(chunk, maxLines - this.#linesWithoutProgress)
      rest = end < chunk.length ? chunk.subarray(end) : null
      this.#linesWithoutProgress += lines
      this.#keepFirstBytes(chunk)
      return chunk.subarray(0, end)
    }
  }

  #keepFirstBytes(chunk: Buffer): void {
    const missing = httpMagic.length - this.#firstBytes.length
    if (missing > 0) this.#firstBytes = Buffer.concat([this.#firstBytes, chunk.subarray(0, missing)])
  }

  #refuseHeaders(): null {
    this.#socket.destroy(new EgressError('EGRESS_HEADERS_TOO_LARGE'))
    return null
  }
}

/** Where so many lines end, or the chunk does, and how many there are until then. */
function firstLines(chunk: Buffer, wanted: number): { readonly end: number; readonly lines: number } {
  let end = 0
  for (let lines = 0; lines < wanted; lines++) {
    const at = chunk.indexOf(lineFeed, end)
    if (at === -1) return { end: chunk.length, lines }
    end = at + 1
  }
  return { end, lines: wanted }
}

const lineFeed = 0x0a

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
