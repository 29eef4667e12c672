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

/** How long a connection is kept for the next request; shorter where the target says so. */
const keepAliveMs = 4_000

/** A target that is refused may still go on. One that asks again and again only keeps the service busy. */
const maxRenegotiations = 3

/** Node hands a request to the kernel in pieces of about this size, one in each turn of its loop. */
const maxBytesAtOnce = 131_072

/** To hand on a piece of a body takes about as long as to read so many bytes, however small it is. */
const pieceBytes = 100

/** One TLS connection that speaks HTTP/1.1 and carries one request at a time. */
export class Connection {
  /** The connection below TLS. */
  readonly tcp: Socket
  /** By the clock of the resolver: later its target may be elsewhere. */
  readonly usableUntil: number
  readonly #client: Client
  readonly #socket: TLSSocket
  readonly #received: ReceivedBytes
  readonly #progress = new ProgressLimit()
  readonly #repair = new ResponseRepair()
  readonly #readable: RoundBudget
  #waitsForTurn = false
  #error: NodeJS.ErrnoException | null = null
  /** `asked` from the moment at which a request is written to the end of its answer, `kept` after that. */
  #state: 'new' | 'asked' | 'kept' = 'new'
  #requestBytes = 0
  #wasAnsweredEarly = false
  #hasAnswered = false
  readonly #firstBytes = new FirstBytes()
  /** Of the chunk that was read last, what has not been looked at. */
  #rest: Buffer | null = null
  /** Bytes behind the final head, and how many of them were the body. */
  #takenBytes = 0
  #bodyBytes = 0
  #hasExcess = false

  constructor({ socket, tcp, usableUntil }: DialledSocket, { host, port }: Target, readable: RoundBudget) {
    this.tcp = tcp
    this.usableUntil = usableUntil
    this.#readable = readable
    this.#received = new ReceivedBytes(tcp)
    this.#socket = socket.on('error', (error) => {
      this.#error ??= error
      // Where TLS cannot make sense of what comes, Node stops to read and leaves the connection open.
      socket.destroy()
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
    this.#watchRenegotiations()
  }

  /**
   * undici takes `host`, `connection` and `content-length` from the list and writes them where they belong.
   */
  send({ method, target, headers, body }: OutboundRequest, handler: Dispatcher.DispatchHandler): void {
    this.#requestBytes = body?.length ?? 0
    const dispatch = () =>
      void this.#client.dispatch({ method, path: target, headers: flat(headers), body }, handler)
    // After a turn of the loop it is known what had come on a kept connection before this call.
    if (this.#state === 'kept') setImmediate(dispatch)
    else dispatch()
  }

  /**
   * The request is about to be written, and what comes from now on is its answer. False where something has come on a
   * kept connection since its last answer: nobody asked for it, and it must not be taken for this one.
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

  /** Whether it has carried a request before. */
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
    return this.#hasAnswered
  }

  /** Whether more had come, when the response was read to its end, than belongs to it. */
  get hasExcess(): boolean {
    return this.#hasExcess
  }

  /** Tells that so many of the bytes that were read last are of the body. */
  noteBody(bytes: number): void {
    this.#bodyBytes += bytes
    this.#progress.noteBody(bytes)
    this.#readable.take(pieceBytes)
  }

  /** Tells that all of the answer was read. */
  noteEnd(): void {
    this.#state = 'kept'
    this.#received.mark()
    const unreadBytes = (this.#rest?.length ?? 0) + this.#socket.readableLength
    this.#hasExcess = this.#takenBytes + unreadBytes > this.#bodyBytes + this.#repair.framingBytes
    this.#wasAnsweredEarly = this.isSending && this.#requestBytes > maxBytesAtOnce
  }

  /** Ends it where more was received than may be: to be asked now and then, since Node does not tell of all of it. */
  checkReceived(): void {
    if (this.#hasUnaskedBytes) this.#refuse(new EgressError('EGRESS_CONNECTION_GONE'))
    else if (this.#state === 'asked' && this.#received.isTooMuch)
      this.#refuse(new EgressError('EGRESS_RESPONSE_MALFORMED'))
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

  get #hasUnaskedBytes(): boolean {
    return this.#state === 'kept' && this.#received.sinceMark > 0
  }

  /**
   * undici reads with `read()` until there is nothing left, and keeps to itself what it skips, what it could not parse
   * and how many headers it has, trailers included, until the last of them has come. So it is given no more at once
   * than it may take without telling of a head or of a piece of a body, and a head only when all of it has come.
   */
  #watchReads(): void {
    const read = this.#socket.read.bind(this.#socket)
    this.#socket.read = (size) => {
      // Streams call this to be told of what comes next, which must not be the end while something waits here.
      if (size === 0) return this.#rest === null && !this.#repair.hasNext ? read(0) : null
      for (;;) {
        const next = this.#repair.next()
        if (next !== null) return next
        if (!this.#readable.isOpen) return this.#waitForTurn()
        // Only now, so that what was read last has had its effect.
        const excess = this.#state === 'asked' ? this.#findExcess() : null
        if (excess !== null) return this.#refuse(excess)
        const chunk: Buffer | null = this.#rest ?? read(size)
        if (chunk === null) return null
        const refusal = this.#take(chunk)
        if (refusal !== null) return this.#refuse(refusal)
      }
    }
  }

  /** Hands on what may be read of a chunk at once. */
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

  /** Then undici is told as by Node that there is something to read. */
  #waitForTurn(): null {
    if (this.#waitsForTurn) return null
    this.#waitsForTurn = true
    this.#readable.wait(() => {
      this.#waitsForTurn = false
      if (!this.#socket.destroyed) this.#socket.emit('readable')
    })
    return null
  }

  /** Node tells of a handshake whenever the target asks for another one, which is refused. */
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

  /** An answer that had come in part when it was asked for, or that is none. */
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

/** Name, value, name, value… Seven times as fast as `flat()`. */
function flat(headers: readonly HeaderPair[]): string[] {
  const list: string[] = []
  for (const [name, value] of headers) list.push(name, value)
  return list
}

/** undici takes the last piece of a reason phrase for all of it, and its bytes for UTF-8. Here they are Latin-1, as in headers. */
function keepReasonPhrases(socket: TLSSocket & { [symbols.kParser]?: PhraseReader | null }): void {
  const parser = socket[symbols.kParser]
  if (parser == null) return
  parser.onStatus = (bytes) => {
    parser.statusText += bytes.toString('latin1')
    return 0
  }
}

/** What undici's parser has of a reason phrase, and clears after each head. */
interface PhraseReader {
  statusText: string
  onStatus: (bytes: Buffer) => 0
}

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
