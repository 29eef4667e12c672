import type { Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import type { buildConnector, Dispatcher } from 'undici'
import symbols from 'undici/lib/core/symbols.js'
import Client from 'undici/lib/dispatcher/client.js'
import type { OutboundRequest } from '../../webhook/wire/outbound-request.ts'
import type { HeaderPair } from '../../webhook/wire/outcome.ts'
import { EgressError, type EgressErrorCode } from '../call/egress-error.ts'
import { HeadError } from '../framing/head-error.ts'
import { maxHeaderBytes, ProgressLimit } from '../framing/progress-limit.ts'
import type { ResponseHead } from '../framing/response-head.ts'
import { ResponseRepair } from '../framing/response-repair.ts'
import type { RoundBudget } from '../limits/round-budget.ts'
import type { Target } from '../policy/address-policy.ts'
import type { DialledSocket } from './connector.ts'
import { FirstBytes } from './first-bytes.ts'
import { ReceivedBytes } from './received-bytes.ts'

/**
 * How long an idle connection is kept, unless the Keep-Alive header of the target gives less. Node.js and Apache
 * servers close an idle connection after 5 s.
 */
const keepAliveMs = 4_000

/**
 * The service refuses to renegotiate, but a target may go on without. More requests than this only keep the service
 * busy.
 */
const maxRenegotiations = 3

/** Node writes a request in pieces of about this size, one in each round of the event loop. */
const maxBytesAtOnce = 131_072

/** Handling one piece of a body, however small, counts as much as reading this many bytes. */
const pieceBytes = 100

/** One TLS connection that speaks HTTP/1.1 and carries one request at a time. */
export class Connection {
  /** The TCP connection under TLS. */
  readonly tcp: Socket
  /** By the clock of the resolver. Later the target may have moved to another address. */
  readonly usableUntil: number
  readonly #client: Client
  readonly #socket: TLSSocket
  readonly #received: ReceivedBytes
  readonly #progress = new ProgressLimit()
  readonly #repair = new ResponseRepair()
  readonly #readable: RoundBudget
  #waitsForTurn = false
  #error: NodeJS.ErrnoException | null = null
  /** `asked` from the writing of a request to the end of its response, then `kept`. */
  #state: 'new' | 'asked' | 'kept' = 'new'
  #requestBytes = 0
  #wasAnsweredEarly = false
  #hasAnswered = false
  readonly #firstBytes = new FirstBytes()
  /** The part of the last chunk that is not yet examined. */
  #rest: Buffer | null = null
  /** Bytes after the final head, and the number of them that are body. */
  #takenBytes = 0
  #bodyBytes = 0
  #hasExcess = false

  constructor(
    { socket, stream, tcp, usableUntil }: DialledSocket,
    { host, port }: Target,
    readable: RoundBudget,
  ) {
    this.tcp = tcp
    this.usableUntil = usableUntil
    this.#readable = readable
    this.#received = new ReceivedBytes(stream)
    this.#socket = socket.on('error', (error) => {
      this.#error ??= error
      // After a record that TLS cannot decipher Node stops reading and leaves the connection open.
      socket.destroy()
    })
    this.#client = new Client(`https://${host.includes(':') ? `[${host}]` : host}:${port}`, {
      connect: handOver(socket),
      allowH2: false,
      pipelining: 1,
      maxHeaderSize: maxHeaderBytes,
      keepAliveTimeout: keepAliveMs,
      keepAliveMaxTimeout: keepAliveMs,
      // undici's timers are coarse and none of them covers a whole phase. The deadline of the call replaces them.
      headersTimeout: 0,
      bodyTimeout: 0,
    })
    this.#watchReads()
    this.#watchRenegotiations()
  }

  /** undici reads `host`, `connection` and `content-length` from the headers and writes them itself. */
  send({ method, target, headers, body }: OutboundRequest, handler: Dispatcher.DispatchHandler): void {
    this.#requestBytes = body?.length ?? 0
    const dispatch = () =>
      void this.#client.dispatch({ method, path: target, headers: flat(headers), body }, handler)
    // After one round of the event loop the bytes that arrived before this call have been read.
    if (this.#state === 'kept') setImmediate(dispatch)
    else dispatch()
  }

  /**
   * Called right before the request is written: later bytes belong to its response. Returns false if bytes arrived on
   * a kept connection since the last response. They answer no request and must not be taken for this response.
   */
  begin(): boolean {
    if (this.#hasUnaskedBytes) return false
    if (this.#state === 'new') keepReasonPhrases(this.#socket)
    this.#state = 'asked'
    this.#received.mark()
    this.#progress.reset()
    this.#repair.reset()
    this.#firstBytes.reset()
    this.#hasAnswered = false
    this.#takenBytes = 0
    this.#bodyBytes = 0
    return true
  }

  /** Whether the connection has carried a request before. */
  get wasUsed(): boolean {
    return this.#state !== 'new'
  }

  get isUsable(): boolean {
    return (
      !this.#socket.destroyed &&
      !this.#socket.readableEnded &&
      this.#socket.writableLength === 0 &&
      !this.#wasAnsweredEarly &&
      !this.#hasExcess &&
      !this.#hasUnaskedBytes
    )
  }

  /** Whether the kernel has not yet accepted the whole request. */
  get isSending(): boolean {
    return this.#socket.writableLength > 0
  }

  /** Whether the target has closed its side. */
  get wasEnded(): boolean {
    return this.#socket.readableEnded
  }

  /**
   * The first error of the connection. undici reports the last one, which often says only that the socket was closed.
   */
  get error(): NodeJS.ErrnoException | null {
    return this.#error
  }

  /** Whether any byte has arrived in response to the current request. */
  get hasAnswered(): boolean {
    return this.#hasAnswered
  }

  /** Whether more bytes had arrived than the response has, when it was read to its end. */
  get hasExcess(): boolean {
    return this.#hasExcess
  }

  /** Counts bytes of the body. */
  noteBody(bytes: number): void {
    this.#bodyBytes += bytes
    this.#progress.noteBody(bytes)
    this.#readable.take(pieceBytes)
  }

  /** Marks the response as read to its end. */
  noteEnd(): void {
    this.#state = 'kept'
    this.#received.mark()
    const unreadBytes = (this.#rest?.length ?? 0) + this.#socket.readableLength
    this.#hasExcess = this.#takenBytes + unreadBytes > this.#bodyBytes + this.#repair.framingBytes
    this.#wasAnsweredEarly = this.isSending && this.#requestBytes > maxBytesAtOnce
  }

  /**
   * Closes the connection if it has received more than it may. Called at intervals, since Node emits no event for
   * some of these bytes.
   */
  checkReceived(): void {
    if (this.#hasUnaskedBytes) this.#refuse(new EgressError('EGRESS_CONNECTION_GONE'))
    else if (this.#state === 'asked' && this.#received.isTooMuch)
      this.#refuse(new EgressError('EGRESS_RESPONSE_MALFORMED'))
  }

  onClose(listener: () => void): void {
    this.#socket.once('close', listener)
  }

  /** Resets the connection in the middle of a request, so that the kernel drops the part that is not yet sent. */
  abort(): void {
    this.tcp.resetAndDestroy()
    this.destroy()
  }

  destroy(): void {
    this.#socket.destroy()
    void this.#client.destroy()
  }

  get #hasUnaskedBytes(): boolean {
    return this.#state === 'kept' && this.#received.sinceMark > 0
  }

  /**
   * undici calls `read()` until it returns null. Its parser keeps, without limit and without an event, skipped bytes,
   * bytes that it could not parse and the number of headers and trailers. So each call returns at most what the
   * parser may take before it reports a head or a piece of a body, and a head only when it is complete.
   */
  #watchReads(): void {
    const read = this.#socket.read.bind(this.#socket)
    this.#socket.read = (size) => {
      // Streams call `read(0)` to start reading. It must not end the stream while bytes wait here.
      if (size === 0) return this.#rest === null && !this.#repair.hasNext ? read(0) : null
      for (;;) {
        const next = this.#repair.next()
        if (next !== null) return next
        if (!this.#readable.isOpen) return this.#waitForTurn()
        // Checked only now, after undici has handled the bytes of the last call.
        const excess = this.#state === 'asked' ? this.#findExcess() : null
        if (excess !== null) return this.#refuse(excess)
        const chunk: Buffer | null = this.#rest ?? read(size)
        if (chunk === null) return null
        const refusal = this.#take(chunk)
        if (refusal !== null) return this.#refuse(refusal)
      }
    }
  }

  /** Passes on the part of a chunk that may be read at once. */
  #take(chunk: Buffer): EgressError | null {
    if (this.#state !== 'asked') return new EgressError('EGRESS_CONNECTION_GONE')
    const unfit = this.#rest === null ? this.#refuseNew(chunk) : null
    if (unfit !== null) return new EgressError(unfit)
    const end = this.#progress.take(chunk)
    this.#readable.take(end)
    this.#rest = end < chunk.length ? chunk.subarray(end) : null
    if (this.#repair.isInBody) this.#takenBytes += end
    const head = this.#repair.take(end < chunk.length ? chunk.subarray(0, end) : chunk, this.#progress)
    return head === null ? null : this.#noteHead(head)
  }

  #noteHead(head: ResponseHead): HeadError | null {
    if (head.kind === 'refused')
      return new HeadError('EGRESS_RESPONSE_MALFORMED', { ...head, excess: null, isWhole: true })
    if (head.kind === 'interim') this.#progress.noteInterimHead()
    else this.#progress.noteHead()
    return null
  }

  /** Emits the event on which undici reads again. */
  #waitForTurn(): null {
    if (this.#waitsForTurn) return null
    this.#waitsForTurn = true
    this.#readable.wait(() => {
      this.#waitsForTurn = false
      if (!this.#socket.destroyed) this.#socket.emit('readable')
    })
    return null
  }

  /** Node emits `secureConnect` for every renegotiation that the target asks for, although it is refused. */
  #watchRenegotiations(): void {
    let asked = 0
    this.#socket.on('secureConnect', () => {
      asked += 1
      if (asked > maxRenegotiations) this.#refuse(new EgressError('EGRESS_RESPONSE_MALFORMED'))
    })
  }

  #findExcess(): EgressError | null {
    if (this.#received.isTooMuch) return new EgressError('EGRESS_RESPONSE_MALFORMED')
    const { excess } = this.#progress
    if (excess === null) return null
    return new HeadError('EGRESS_HEADERS_TOO_LARGE', {
      rule: null,
      excess,
      status: this.#repair.status,
      isWhole: false,
    })
  }

  /** Refuses a response that began before its request, or that is not HTTP/1.1. */
  #refuseNew(chunk: Buffer): EgressErrorCode | null {
    this.#received.handOn(chunk.length)
    const isTooEarly = !this.#hasAnswered && this.#received.beganBeforeMark
    this.#hasAnswered = true
    return this.#firstBytes.take(chunk) ?? (isTooEarly ? 'EGRESS_RESPONSE_MALFORMED' : null)
  }

  #refuse(error: EgressError): null {
    this.#socket.destroy(error)
    return null
  }
}

/** Name, value, name, value: the form in which undici takes headers. `flat()` is much slower. */
function flat(headers: readonly HeaderPair[]): string[] {
  const list: string[] = []
  for (const [name, value] of headers) list.push(name, value)
  return list
}

/**
 * undici keeps only the last piece of a reason phrase, and decodes it as UTF-8. This keeps all of it, as Latin-1 like
 * headers.
 */
function keepReasonPhrases(socket: TLSSocket & { [symbols.kParser]?: PhraseReader | null }): void {
  const parser = socket[symbols.kParser]
  if (parser == null) return
  parser.onStatus = (bytes) => {
    parser.statusText += bytes.toString('latin1')
    return 0
  }
}

/** The part of undici's parser that collects the reason phrase. The parser clears it after each head. */
interface PhraseReader {
  statusText: string
  onStatus: (bytes: Buffer) => 0
}

/**
 * Gives undici the one dialled socket. After it has closed undici asks for another one, and gets an error to which it
 * does not react with yet another connection.
 */
function handOver(socket: TLSSocket): buildConnector.connector {
  let isSpent = false
  return (_options, callback) => {
    if (isSpent) queueMicrotask(() => callback(new EgressError('EGRESS_CONNECTION_GONE'), null))
    else queueMicrotask(() => callback(null, socket))
    isSpent = true
  }
}
