import { randomUUID } from 'node:crypto'
import type { Socket } from 'node:net'
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { ConfigError } from '../webhook/config-error.ts'
import type { Problem } from './contract.ts'
import { explainInvalidBody } from './invalid-body.ts'
import { type ProblemCode, problems } from './problem-code.ts'

/** More offenders than these are not listed: what a hostile body costs has a bound. */
const maxErrors = 100

interface RefusalOptions {
  readonly errors?: Iterable<ConfigError>
  readonly headers?: Readonly<Record<string, string>>
}

/** Thrown where the service will not do what it was asked to. */
export class Refusal extends Error {
  readonly code: ProblemCode
  readonly errors: readonly ConfigError[]
  readonly headers: Readonly<Record<string, string>>

  constructor(code: ProblemCode, detail: string, { errors = [], headers = {} }: RefusalOptions = {}) {
    super(detail)
    this.code = code
    this.errors = firstOf(errors)
    this.headers = headers
  }
}

/** The body of a problem. `occurrence` is the UUID that its reply and the log share. */
export function problemOf({ code, message, errors }: Refusal, occurrence: string): Problem {
  const { status, title, delivered, retryable } = problems[code]
  return {
    type: `urn:webhook-node:problem:${code}`,
    title,
    status,
    detail: message,
    instance: `urn:uuid:${occurrence}`,
    code,
    delivered,
    retryable,
    executionId: null,
    errors: [...errors],
  }
}

/** The only place that turns what was thrown into a reply. */
export function answerErrors(app: FastifyInstance): void {
  app.setErrorHandler<FastifyError | Refusal>((error, request, reply) => answerError(error, request, reply))
}

/** Answers one error. What is not a refusal is a bug: it goes to the log, and the caller learns only its name. */
export function answerError(error: FastifyError | Refusal, request: FastifyRequest, reply: FastifyReply) {
  const refusal = refusalOf(error, request)
  if (refusal.code === 'internal') request.log.error({ err: error }, 'unexpected error')
  else if (refusal.code === 'unauthorized')
    request.log.info({ code: refusal.code, ip: request.ip }, 'request refused')
  else request.log.debug({ code: refusal.code }, 'request refused')
  return reply
    .code(problems[refusal.code].status)
    .headers(refusal.headers)
    .type('application/problem+json')
    .send(problemOf(refusal, request.id))
}

/** Answers what is not even HTTP, for which there is neither request nor reply. */
export function answerBrokenHttp(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy()
  const detail = brokenHttp[error.code ?? ''] ?? 'What came is not an HTTP request.'
  const body = JSON.stringify(problemOf(new Refusal('invalid_request', detail), randomUUID()))
  const head = [
    'HTTP/1.1 400 Bad Request',
    'Connection: close',
    'Content-Type: application/problem+json',
    `Content-Length: ${Buffer.byteLength(body)}`,
  ]
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`)
}

const brokenHttp: Readonly<Record<string, string>> = {
  ERR_HTTP_REQUEST_TIMEOUT: 'The request did not arrive in time.',
  HPE_HEADER_OVERFLOW: 'The headers of the request are too large.',
}

function refusalOf(error: FastifyError | Refusal, request: FastifyRequest): Refusal {
  if (error instanceof Refusal) return error
  if (error.validation !== undefined) return refusalOfBody(request)
  const known = refusalsByCode[error.code]
  if (known !== undefined) return new Refusal(known.code, known.detail)
  return (error.statusCode ?? 500) < 500
    ? new Refusal('invalid_request', 'The request is not well formed.')
    : new Refusal('internal', `Unexpected error. The log of the service has it under ${request.id}.`)
}

function refusalOfBody({ body, routeOptions }: FastifyRequest): Refusal {
  return new Refusal('invalid_request', 'The request body is not what the OpenAPI document describes.', {
    errors: explainInvalidBody(routeOptions.schema?.body, body),
  })
}

const refusalsByCode: Readonly<Record<string, { readonly code: ProblemCode; readonly detail: string }>> = {
  FST_ERR_BAD_URL: { code: 'invalid_request', detail: 'The path of the URL is not well formed.' },
  FST_ERR_CTP_BODY_TOO_LARGE: {
    code: 'payload_too_large',
    detail: 'The request body is larger than this service accepts (MAX_REQUEST_BYTES).',
  },
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: {
    code: 'invalid_request',
    detail: 'The request body is not as long as Content-Length says.',
  },
  FST_ERR_CTP_INVALID_MEDIA_TYPE: {
    code: 'unsupported_media_type',
    detail: 'Send the body as JSON, with Content-Type: application/json.',
  },
}

function firstOf(errors: Iterable<ConfigError>): readonly ConfigError[] {
  const found = Iterator.from(errors)
    .take(maxErrors + 1)
    .toArray()
  if (found.length <= maxErrors) return found
  return [
    ...found.slice(0, maxErrors),
    { path: '', message: `there are more; these are the first ${maxErrors}` },
  ]
}
