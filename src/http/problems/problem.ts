import type { Socket } from 'node:net'
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import { type ConfigError, maxListedErrors } from '../../contract/config-error.ts'
import { findErrorPage } from '../../contract/error-page.ts'
import {
  findSafetyAfterProblem,
  type ProblemCode,
  type ProblemInfo,
  problems,
} from '../../contract/problem-codes.ts'
import type { Problem } from '../../contract/schemas.ts'
import type { Log } from '../../logging/logger.ts'
import { describeForeignMediaType } from './foreign-media-type.ts'
import { createProblemMasker } from './hide-secrets.ts'
import { explainInvalidBody, type LaterChecks } from './invalid-body.ts'
import type { RefusalLog } from './refusal-log.ts'
import { chooseRequestId, requestIdHeader, requestUri } from './request-id.ts'

const maxErrorCharacters = 65_536

interface RefusalOptions {
  readonly errors?: Iterable<ConfigError>
  readonly headers?: Readonly<Record<string, string>>
  /** The execution that is the cause. */
  readonly executionId?: string | null
  /** Where it is not what the code says in general. */
  readonly delivered?: ProblemInfo['delivered']
}

/** Thrown to refuse a request. */
export class Refusal extends Error {
  readonly code: ProblemCode
  readonly errors: readonly ConfigError[]
  readonly headers: Readonly<Record<string, string>>
  readonly executionId: string | null
  readonly delivered: ProblemInfo['delivered']

  constructor(
    code: ProblemCode,
    detail: string,
    { errors = [], headers = {}, executionId = null, delivered }: RefusalOptions = {},
  ) {
    super(detail)
    this.code = code
    this.errors = takeFirst(errors)
    this.headers = headers
    this.executionId = executionId
    this.delivered = delivered ?? problems[code].delivered
  }
}

export function createProblem(
  { code, message, errors, executionId, delivered }: Refusal,
  requestId: string,
  docsBaseUrl: string,
): Problem {
  const { status, title, retryable } = problems[code]
  return {
    type: findErrorPage(code, docsBaseUrl),
    title,
    status,
    detail: message,
    instance: requestUri(requestId),
    code,
    delivered,
    retryable,
    repeat: findSafetyAfterProblem(code),
    executionId,
    errors: [...errors],
  }
}

export interface ProblemAnswers {
  /** An error other than a refusal is a bug. It is logged, and the client learns only the request id. */
  answerError(error: FastifyError | Refusal, request: FastifyRequest, reply: FastifyReply): FastifyReply
  /** Answers bytes that are not HTTP, for which there is neither request nor reply. */
  answerBrokenHttp(error: NodeJS.ErrnoException, socket: Socket): void
}

export interface ProblemObservers {
  readonly log: Log
  readonly refusals: RefusalLog
  /** Where the pages of codes are. Empty for paths instead of addresses. */
  readonly docsBaseUrl: string
  readonly checksFor: (client: FastifyRequest['client']) => LaterChecks
  /** Called for each problem that was answered. */
  readonly answered: (code: ProblemCode) => void
}

/** The only place that turns errors into replies. */
export function createProblemAnswers({
  log,
  refusals,
  docsBaseUrl,
  checksFor,
  answered,
}: ProblemObservers): ProblemAnswers {
  return {
    answerError(error, request, reply) {
      const refusal = toRefusal(error, request, checksFor)
      if (refusal.code !== 'internal') refusals.refused(refusal.code, request)
      else log.error({ requestId: request.id, err: error }, 'unexpected error')
      // A client that has gone gets no answer, nor does one that Node answered after a timeout.
      if (!reply.raw.destroyed && !request.raw.readableAborted) answered(refusal.code)
      const problem = createProblem(refusal, request.id, docsBaseUrl)
      return sendProblem(withoutSecrets(problem, request.meantBody ?? request.body), refusal, reply)
    },
    answerBrokenHttp(error, socket) {
      if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy()
      const refusal = new Refusal('invalid_request', brokenHttp[error.code ?? ''] ?? notHttp)
      answered(refusal.code)
      const requestId = chooseRequestId({ headers: {} })
      endWithProblem(createProblem(refusal, requestId, docsBaseUrl), requestId, socket)
    },
  }
}

/** The problem without texts of the request that are secrets or look like some. */
function withoutSecrets(problem: Problem, body: unknown): Problem {
  const hide = createProblemMasker(body)
  const errors = problem.errors.map(({ path, message }) => ({ path: hide(path), message: hide(message) }))
  return { ...problem, detail: hide(problem.detail), errors }
}

function sendProblem(problem: Problem, { headers }: Refusal, reply: FastifyReply): FastifyReply {
  return (
    reply
      .code(problem.status)
      .headers(headers)
      // Fastify closes the connection if it did not read the body, and closing would overtake the reply.
      .header('connection', reply.raw.shouldKeepAlive ? 'keep-alive' : 'close')
      // No hook runs for a malformed path.
      .header(requestIdHeader, reply.request.id)
      .type('application/problem+json')
      .send(problem)
  )
}

function endWithProblem(problem: Problem, requestId: string, socket: Socket): void {
  const body = JSON.stringify(problem)
  const head = [
    'HTTP/1.1 400 Bad Request',
    'Connection: close',
    `${requestIdHeader}: ${requestId}`,
    'Content-Type: application/problem+json',
    `Content-Length: ${Buffer.byteLength(body)}`,
  ]
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`)
  // Destroying the socket at once could discard the reply. Never destroying it would let a client that keeps sending
  // hold it open.
  setTimeout(() => socket.destroy(), farewellMs).unref()
}

/** Time for a client to read the reply. */
const farewellMs = 1_000

const notHttp = 'The bytes on this connection are not an HTTP request.'

const brokenHttp: Readonly<Record<string, string>> = {
  ERR_HTTP_REQUEST_TIMEOUT: 'The request did not arrive in time.',
  HPE_HEADER_OVERFLOW: 'The headers of the request are too large.',
}

function toRefusal(
  error: FastifyError | Refusal,
  request: FastifyRequest,
  checksFor: ProblemObservers['checksFor'],
): Refusal {
  if (error instanceof Refusal) return error
  if (error.validation !== undefined) return refusalOfBody(request, checksFor(request.client))
  if (error.code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE')
    return new Refusal('unsupported_media_type', describeForeignMediaType(request.headers['content-type']))
  if (error.code === 'FST_ERR_CTP_BODY_TOO_LARGE')
    return new Refusal('payload_too_large', describeTooLarge(request))
  const known = refusalsByCode[error.code]
  if (known !== undefined) return new Refusal(known.code, known.detail)
  return (error.statusCode ?? 500) < 500
    ? new Refusal('invalid_request', 'The request is malformed.')
    : new Refusal(
        'internal',
        `Unexpected error. Look for this request id in the log of the service: ${request.id}.`,
      )
}

function describeTooLarge({
  routeOptions: { bodyLimit },
  headers: { 'content-length': length = '' },
}: FastifyRequest): string {
  const given = /^\d{1,15}$/.test(length) ? ` of ${length} bytes` : ''
  const limit =
    bodyLimit === undefined ? 'this service accepts' : `the ${bodyLimit} bytes that this service accepts`
  return `The request body${given} is larger than ${limit} (MAX_REQUEST_BYTES). Send less, or let the operator raise the limit.`
}

/** The detail of a refusal whose errors say the rest. */
export const whatIsWrong =
  'The request body does not match the OpenAPI document. Each of the errors says where, and what to write instead; what is to be written anew was not checked further.'

function refusalOfBody({ body, routeOptions }: FastifyRequest, checks: LaterChecks): Refusal {
  return new Refusal('invalid_request', whatIsWrong, {
    errors: explainInvalidBody(routeOptions.schema?.body, body, checks),
  })
}

const refusalsByCode: Readonly<Record<string, { readonly code: ProblemCode; readonly detail: string }>> = {
  FST_ERR_BAD_URL: { code: 'invalid_request', detail: 'The path of the URL is malformed.' },
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: {
    code: 'invalid_request',
    detail: 'The length of the request body differs from Content-Length.',
  },
}

/** Characters of a path and of a message at most. Names that somebody wrote are within them. */
const longest = { path: 1_000, message: 4_000 } as const

/** An error whose path and message are cut where they are very long. */
function withBounds({ path, message }: ConfigError): ConfigError {
  if (path.length <= longest.path && message.length <= longest.message) return { path, message }
  const note = path.length > longest.path ? ' (the path is cut)' : ''
  return { path: cut(path, longest.path), message: cut(message, longest.message) + note }
}

function cut(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most).replace(/[\ud800-\udbff]$/, '')}…` : text
}

function takeFirst(errors: Iterable<ConfigError>): readonly ConfigError[] {
  const found: ConfigError[] = []
  let characters = 0
  for (const error of errors) {
    if (found.length === maxListedErrors || characters > maxErrorCharacters)
      return [...found, { path: '', message: `there are more errors; these are the first ${found.length}` }]
    const short = withBounds(error)
    found.push(short)
    characters += short.path.length + short.message.length
  }
  return found
}
