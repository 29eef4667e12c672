import type { Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import type { buildConnector, Dispatcher } from 'undici'
import Client from 'undici/lib/dispatcher/client.js'
import type { OutboundRequest } from '../webhook/outbound-request.ts'
import type { HeaderPair } from '../webhook/outcome.ts'
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
  #error: NodeJS.ErrnoException | null = null
  #wasUsed = false
  #linesWithoutProgress = 0
  /** How many of the first bytes of the answer are known. */
  #firstBytes = 0
  #speaksHttp = false

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
    this.#wasUsed = true
    this.#linesWithoutProgress = 0
    this.#firstBytes = 0
    this.#speaksHttp = true
    this.#client.dispatch({ method, path: target, headers: flat(headers), body }, handler)
  }

  /** Whether it has carried a request before. */
  get wasUsed(): boolean {
    return this.#wasUsed
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

  /** Whether anything came in answer to the current request. */
  get hasAnswered(): boolean {
    return this.#firstBytes > 0
  }

  /** Whether the answer to the current request began as every one does. */
  get speaksHttp(): boolean {
    return this.#speaksHttp && this.#firstBytes === httpMagic.length
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
      this.#lookAtFirstBytes(chunk)
      const end = this.#endOfLines(chunk)
      rest = end < chunk.length ? chunk.subarray(end) : null
      return end < chunk.length ? chunk.subarray(0, end) : chunk
    }
  }

  #lookAtFirstBytes(chunk: Buffer): void {
    for (const byte of chunk.subarray(0, httpMagic.length - this.#firstBytes)) {
      this.#speaksHttp &&= byte === httpMagic[this.#firstBytes]
      this.#firstBytes += 1
    }
  }

  /** Counts the lines of a chunk that may be taken, and tells where they end. */
  #endOfLines(chunk: Buffer): number {
    let end = 0
    while (this.#linesWithoutProgress < maxLines) {
      const at = chunk.indexOf(lineFeed, end)
      if (at === -1) return chunk.length
      this.#linesWithoutProgress += 1
      end = at + 1
    }
    return end
  }

  #refuseHeaders(): null {
    this.#socket.destroy(new EgressError('EGRESS_HEADERS_TOO_LARGE'))
    return null
  }
}

/** Name, value, name, value… Seven times as fast as `flat()`. */
function flat(headers: readonly HeaderPair[]): string[] {
  const list: string[] = []
  for (const [name, value] of headers) list.push(name, value)
  return list
}

const lineFeed = 0x0a

/** What every response begins with. */
const httpMagic = Buffer.from('HTTP/')

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
