import { type Answer, type Received, readAnswer } from './answer.ts'
import type { Fetch, FetchedResponse } from './types.ts'

/** One request, ready to be sent. */
export interface PreparedRequest {
  readonly fetch: Fetch
  readonly url: string
  readonly headers: Record<string, string>
  readonly body: string
  readonly timeoutMs: number
  readonly signal: AbortSignal | undefined
}

/** No reply of the service is as long as this. It bounds the memory that a broken answer can take. */
const maxReplyBytes = 32 * 1_024 * 1_024

/** Sends a request once. Never rejects. */
export async function send(request: PreparedRequest): Promise<Answer> {
  const { signal, timeoutMs } = request
  const controller = new AbortController()
  const abort = () => controller.abort()
  signal?.addEventListener('abort', abort)
  let isTimedOut = false
  const timer = setTimeout(() => {
    isTimedOut = true
    abort()
  }, timeoutMs)
  const ended = await exchange(request, controller.signal)
  clearTimeout(timer)
  signal?.removeEventListener('abort', abort)

  if ('text' in ended) return readAnswer(ended, Date.now())
  if (signal?.aborted) return { kind: 'aborted' }
  const { status, error } = ended
  const code = isTimedOut ? 'timed_out' : wasSent(error) ? 'connection_lost' : 'not_sent'
  return { kind: 'unanswered', code, status, retryAfterMs: null }
}

/** What ended an exchange before its answer had come. */
interface BrokenOff {
  /** The status, if it had come. */
  readonly status: number | null
  readonly error: unknown
}

async function exchange(request: PreparedRequest, signal: AbortSignal): Promise<Received | BrokenOff> {
  let status: number | null = null
  try {
    const { url, headers, body } = request
    // The service redirects nothing, and a redirect that is followed becomes a GET.
    const response = await request.fetch(url, { method: 'POST', headers, body, redirect: 'manual', signal })
    status = response.status
    return { status, headers: response.headers, text: await readText(response) }
  } catch (error) {
    return { status, error }
  }
}

/** The body, or null if it is not JSON or too long. */
async function readText({ headers, body }: FetchedResponse): Promise<string | null> {
  if (body === null) return null
  const reader = body.getReader()
  const decoder = new TextDecoder()
  let text = ''
  let bytes = 0
  const isJson = /^application\/(?:[\w.-]+\+)?json\b/i.test(headers.get('content-type') ?? '')
  while (isJson && bytes <= maxReplyBytes) {
    const { done, value } = await reader.read()
    if (done || value === undefined) return text + decoder.decode()
    bytes += value.byteLength
    text += decoder.decode(value, { stream: true })
  }
  await reader.cancel()
  return null
}

/**
 * Whether something of a request may have been sent. Only Node.js tells why `fetch` failed, in `cause`; what another
 * runtime does not tell counts as sent.
 */
function wasSent(error: unknown): boolean {
  return !isUnsent((Reflect.get(Object(error), 'cause') ?? {}) as NetworkError)
}

/** An AggregateError has one error for each address that was tried. */
function isUnsent({ code = '', syscall = '', errors = [] }: NetworkError): boolean {
  if (unsentSyscalls.has(syscall) || unsentCodes.has(code)) return true
  return errors.length > 0 && errors.every(({ syscall = '' }) => syscall === 'connect')
}

interface NetworkError {
  readonly code?: string
  readonly syscall?: string
  readonly errors?: readonly NetworkError[]
}

const unsentSyscalls: ReadonlySet<string> = new Set(['connect', 'getaddrinfo'])

const unsentCodes: ReadonlySet<string> = new Set([
  // Also of an AggregateError, which stands for several addresses and has no `syscall`.
  'ECONNREFUSED',
  'UND_ERR_CONNECT_TIMEOUT',
  // Nothing is sent before the certificate of a proxy has been judged.
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
])
