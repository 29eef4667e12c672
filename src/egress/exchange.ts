import type { Dispatcher } from 'undici'
import type { Delivered } from '../webhook/failure.ts'
import { trimHeader } from '../webhook/header.ts'
import type { OutboundRequest } from '../webhook/outbound-request.ts'
import type { HeaderPair, TargetResponse } from '../webhook/outcome.ts'
import { type Connection, httpMagic, maxHeaderBytes, maxHeaders } from './connection.ts'
import { EgressError } from './egress-error.ts'
import type { Lane } from './lane.ts'
import type { PhaseClock } from './phase-clock.ts'
import { createResponseBody, type ResponseBody } from './response-body.ts'

/**
 * Interim responses (1xx) say that the target is at work; without end they would only keep it from answering.
 */
const maxInterimResponses = 5

/** Nobody asked for it. */
const switchingProtocols = 101

type Controller = Dispatcher.DispatchController

interface Head {
  readonly status: number
  readonly headers: readonly HeaderPair[]
  readonly body: ResponseBody
}

export interface ExchangeOptions {
  readonly connection: Connection
  readonly request: OutboundRequest
  readonly lane: Lane
  readonly maxResponseBytes: number
  readonly phases: PhaseClock
}

/**
 * One request and its response on one connection: no redirect, no retry, nothing that would hide a request.
 */
export class Exchange implements Dispatcher.DispatchHandler {
  /** Rejects where no final response head came. */
  readonly response: Promise<TargetResponse>
  readonly #options: ExchangeOptions
  readonly #settle = Promise.withResolvers<TargetResponse>()
  #delivered: Delivered = 'no'
  #isOver = false
  #isSettled = false
  #interimResponses = 0
  #head: Head | null = null

  constructor(options: ExchangeOptions) {
    this.#options = options
    this.response = this.#settle.promise
    options.connection.send(options.request, this)
  }

  get delivered(): Delivered {
    return this.#delivered
  }

  /** Whether all of the response was read and wanted, so that the connection can carry another one. */
  get isOver(): boolean {
    return this.#isOver
  }

  /** Ends the reading early: what has come so far, if the head has. */
  interrupt(): TargetResponse | null {
    if (this.#head === null) return null
    const { status, headers, body } = this.#head
    return { status, headers, body: body.interrupt(), ending: 'timed_out' }
  }

  /** Called right before the request is written. */
  onRequestStart(): void {
    this.#delivered = 'maybe'
    this.#options.phases.enter('answer')
  }

  onResponseStart(controller: Controller, status: number): void {
    this.#options.connection.noteProgress()
    if (status < 200) this.#receiveInterim(controller, status)
    else this.#receiveHead(controller, status)
  }

  onResponseData(_controller: Controller, chunk: Buffer): void {
    this.#options.connection.noteProgress()
    this.#head?.body.write(chunk)
  }

  onResponseEnd(): void {
    this.#isOver = !this.#isSettled
    // undici takes a reset for the end of a body that has no length.
    this.#head?.body.end(this.#options.connection.error ? 'broken' : 'complete')
  }

  onResponseError(_controller: Controller, error: Error): void {
    if (this.#head) this.#head.body.end('broken')
    else this.#settle.reject(this.#nameError(error))
  }

  #receiveInterim(controller: Controller, status: number): void {
    this.#interimResponses += 1
    const isInterim = status >= 100 && status !== switchingProtocols
    if (isInterim && this.#interimResponses <= maxInterimResponses) return
    controller.abort(new EgressError('EGRESS_RESPONSE_MALFORMED'))
  }

  #receiveHead(controller: Controller, status: number): void {
    const headers = headerPairs(controller)
    if (headers.length > maxHeaders || bytesOf(headers) > maxHeaderBytes) {
      controller.abort(new EgressError('EGRESS_HEADERS_TOO_LARGE'))
      return
    }
    this.#delivered = 'yes'
    this.#options.phases.enter('download')
    this.#head = { status, headers, body: this.#createBody({ status, headers }) }
  }

  #createBody(head: Omit<Head, 'body'>): ResponseBody {
    return createResponseBody(codingsOf(head.headers), {
      limit: this.#options.maxResponseBytes,
      lane: this.#options.lane.key,
      onEnd: (ending, body) => {
        this.#isSettled = true
        this.#settle.resolve({ ...head, body, ending })
        this.#options.phases.enter(null)
      },
    })
  }

  /**
   * undici has one error for all answers it cannot parse, and one for all connections that ended too early.
   */
  #nameError(error: NodeJS.ErrnoException): Error {
    const { firstBytes, wasEnded, error: firstError } = this.#options.connection
    if (error.name === 'HTTPParserError') {
      const isHttp = firstBytes.equals(httpMagic)
      return new EgressError(isHttp ? 'EGRESS_RESPONSE_MALFORMED' : 'EGRESS_RESPONSE_NOT_HTTP', error)
    }
    if (error.code !== 'UND_ERR_SOCKET') return error
    if (firstBytes.length > 0 && !wasEnded) return new EgressError('EGRESS_RESPONSE_MALFORMED', error)
    return firstError ?? error
  }
}

/** undici hands over HTTP/1.1 headers as a flat list of buffers, in the order of the wire. */
function headerPairs({ rawHeaders }: Controller): readonly HeaderPair[] {
  if (!Array.isArray(rawHeaders)) return []
  const texts = rawHeaders.map((text) => text.toString('latin1'))
  return Array.from({ length: texts.length / 2 }, (_, at) => [
    texts[2 * at] ?? '',
    trimHeader(texts[2 * at + 1] ?? ''),
  ])
}

/** Codings of the content, then those of its transfer, of which `chunked` is undone already. */
function codingsOf(headers: readonly HeaderPair[]): readonly string[] {
  const valuesOf = (wanted: string) =>
    headers.filter(([name]) => name.toLowerCase() === wanted).map(([, value]) => value)
  return [...listed(valuesOf('content-encoding')), ...listed(valuesOf('transfer-encoding'))].filter(
    (coding) => coding !== 'chunked' && coding !== 'identity',
  )
}

function listed(values: readonly string[]): readonly string[] {
  return values
    .flatMap((value) => value.split(','))
    .map((element) => element.trim().toLowerCase())
    .filter(Boolean)
}

/** As on the wire, with colon, space and line break. */
function bytesOf(headers: readonly HeaderPair[]): number {
  return headers.reduce((sum, [name, value]) => sum + name.length + value.length + 4, 0)
}
