import type { Dispatcher } from 'undici'
import type { Delivered } from '../contract/failure.ts'
import { headerValues, trimHeader } from '../webhook/wire/headers.ts'
import type { OutboundRequest } from '../webhook/wire/outbound-request.ts'
import type { BodyEnding, HeaderPair, TargetResponse } from '../webhook/wire/outcome.ts'
import { createResponseBody, type ResponseBody } from './body/response-body.ts'
import { EgressError } from './call/egress-error.ts'
import type { PhaseClock } from './call/phase-clock.ts'
import type { Connection } from './connection/connection.ts'
import { HeadError, type RefusedHead } from './framing/head-error.ts'

type Controller = Dispatcher.DispatchController

/** Gets the first end of an exchange, and possibly later ones. */
export interface ExchangeListener {
  readonly phases: PhaseClock
  respond(response: TargetResponse): void
  /** The exchange ended without a final response head. */
  fail(error: Error): void
}

/** Called before a piece of a body is kept. When it returns false, the rest of the body is not read. */
export type Receive = (bytes: number) => boolean

/** The limit for the body of a response with this head, in bytes. Null for the usual one. */
export type BodyLimit = (head: Pick<TargetResponse, 'status' | 'headers'>) => number | null

export interface ReadingLimits {
  readonly maxResponseBytes: number
  readonly receive: Receive
  readonly limitBody: BodyLimit | undefined
}

/**
 * One request and its response on one connection. It follows no redirect and retries nothing, so every request is
 * visible.
 */
export class Exchange implements Dispatcher.DispatchHandler {
  readonly #listener: ExchangeListener
  readonly #connection: Connection
  /** The key under which the body waits for a decoder. */
  readonly #key: string
  readonly #limits: ReadingLimits
  #delivered: Delivered = 'no'
  #isOver = false
  #hasResponded = false
  #bodyBytes = 0
  #status = 0
  #reason: string | null = null
  #headers: readonly HeaderPair[] = []
  /** Null until the head has come. */
  #body: ResponseBody | null = null

  constructor(listener: ExchangeListener, connection: Connection, key: string, limits: ReadingLimits) {
    this.#listener = listener
    this.#connection = connection
    this.#key = key
    this.#limits = limits
  }

  send(request: OutboundRequest): void {
    this.#connection.send(request, this)
  }

  get delivered(): Delivered {
    return this.#delivered
  }

  /** Whether the whole response was read and kept. Only then may the connection carry another request. */
  get isOver(): boolean {
    return this.#isOver
  }

  /** Stops reading. Returns what has arrived so far, or null if the head has not. */
  interrupt(): TargetResponse | null {
    if (this.#body === null) return null
    const { bytes, ending } = this.#body.interrupt()
    return this.#responseWith(bytes, ending)
  }

  /** Called right before the request is written. */
  onRequestStart(controller: Controller): void {
    if (!this.#connection.begin()) {
      controller.abort(new EgressError('EGRESS_CONNECTION_GONE'))
      return
    }
    this.#delivered = 'maybe'
    this.#listener.phases.enter('answer')
  }

  /** Called for final heads only: interim ones are not handed to undici. */
  onResponseStart(controller: Controller, status: number, _headers: unknown, reason = ''): void {
    this.#headers = headerPairs(controller)
    this.#delivered = 'yes'
    this.#listener.phases.enter('download')
    this.#status = status
    this.#reason = trimHeader(reason) || null
    const { maxResponseBytes, limitBody } = this.#limits
    this.#body = createResponseBody(readCodings(this.#headers), {
      limit: limitBody?.({ status, headers: this.#headers }) ?? maxResponseBytes,
      key: this.#key,
      onEnd: (ending, bytes) => this.#respond(ending, bytes),
    })
  }

  onResponseData(_controller: Controller, chunk: Buffer): void {
    this.#connection.noteBody(chunk.length)
    this.#bodyBytes += chunk.length
    if (this.#limits.receive(chunk.length)) this.#body?.write(chunk)
    else this.#body?.end('capped')
  }

  onResponseEnd(): void {
    this.#connection.noteEnd()
    this.#isOver = !this.#hasResponded
    // undici takes a reset connection for the end of a body without a length.
    this.#body?.end(this.#connection.error ? 'broken' : 'complete')
  }

  onResponseError(_controller: Controller, error: Error): void {
    if (this.#body) {
      this.#body.end(error.name === 'HTTPParserError' ? 'misframed' : 'broken')
      return
    }
    if (error instanceof HeadError && isFinal(error.head)) this.#delivered = 'yes'
    this.#listener.fail(this.#nameError(error))
  }

  #respond(ending: BodyEnding, body: Buffer): void {
    this.#hasResponded = true
    // The result is ignored: the decoded body is already in memory, and within the limit of a body.
    if (body.length > this.#bodyBytes) this.#limits.receive(body.length - this.#bodyBytes)
    this.#listener.respond(this.#responseWith(body, ending))
  }

  #responseWith(body: Buffer, ending: BodyEnding): TargetResponse {
    const response = { status: this.#status, reason: this.#reason, headers: this.#headers, body, ending }
    return this.#connection.hasExcess ? { ...response, hasExcess: true } : response
  }

  /**
   * undici reports every response that it cannot parse with one error, and every connection that closed too early
   * with another.
   */
  #nameError(error: NodeJS.ErrnoException): Error {
    const { hasAnswered, wasEnded, error: firstError } = this.#connection
    if (error.name === 'HTTPParserError') return new EgressError('EGRESS_RESPONSE_MALFORMED', error)
    if (error.code !== 'UND_ERR_SOCKET') return error
    if (hasAnswered && !wasEnded) return new EgressError('EGRESS_RESPONSE_MALFORMED', error)
    return firstError ?? error
  }
}

/** A complete head shows that the request was received, even if the head is malformed. */
function isFinal({ status, isWhole }: RefusedHead): boolean {
  return isWhole && status !== null && status >= 200
}

/** undici passes HTTP/1.1 headers as a flat list of buffers, in the order of the wire. */
function headerPairs({ rawHeaders }: Controller): readonly HeaderPair[] {
  if (!Array.isArray(rawHeaders)) return []
  const pairs: HeaderPair[] = []
  for (let at = 0; at < rawHeaders.length; at += 2)
    pairs.push([latin1(rawHeaders[at]), trimHeader(latin1(rawHeaders[at + 1]))])
  return pairs
}

function latin1(text: Buffer | string | undefined): string {
  return text?.toString('latin1') ?? ''
}

/** Content codings, then transfer codings in the order of application. undici has already decoded `chunked`. */
function readCodings(headers: readonly HeaderPair[]): readonly string[] {
  const ofContent = headerValues(headers, 'content-encoding')
  const lists = ofContent.concat(headerValues(headers, 'transfer-encoding'))
  if (lists.length === 0) return lists
  const codings = lists.flatMap((list) => list.split(',')).map((element) => element.trim().toLowerCase())
  return codings.filter((coding) => coding !== '' && coding !== 'chunked' && coding !== 'identity')
}
