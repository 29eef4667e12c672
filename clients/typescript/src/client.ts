import { type FailedAnswer, findDelivered, findRepeat, isRecognized } from './repeat.ts'
import { type PreparedRequest, send } from './send.ts'
import type { Client, ClientOptions, ExecuteRequest, ExecuteResult, Failed, Repeat } from './types.ts'

/** Throws a `TypeError` if an option is wrong. Sends nothing. */
export function createClient(options: ClientOptions): Client {
  demandObject('the options of createClient', options, optionNames)
  const { baseUrl, apiKey, attempts = 3, initialDelayMs = 500, maxDelayMs = 10_000 } = options
  demandAtLeast(1, { attempts })
  demandAtLeast(0, { initialDelayMs, maxDelayMs })
  const url = executeUrl(baseUrl)
  const headers = {
    'content-type': 'application/json',
    accept: 'application/json, application/problem+json',
    ...(apiKey === undefined ? {} : { authorization: readAuthorization(apiKey) }),
  }
  const pauses = { attempts, initialDelayMs, maxDelayMs: Math.min(maxDelayMs, longestTimerMs) }

  return {
    async execute(request, given = {}) {
      demandObject('the request', request)
      demandObject('node of the request', request.node)
      demandObject('the options of execute', given, ['signal', 'timeoutMs'])
      const { signal, timeoutMs = findTimeoutMs(request) } = given
      demandAtLeast(1, { timeoutMs })
      const prepared = {
        fetch: options.fetch ?? fetch,
        url,
        headers,
        body: JSON.stringify(request),
        timeoutMs: Math.min(timeoutMs, longestTimerMs),
        signal,
      }
      return await sendUntilAnswered(prepared, isRecognized(request), pauses)
    },
  }
}

const optionNames = ['baseUrl', 'apiKey', 'fetch', 'attempts', 'initialDelayMs', 'maxDelayMs']

/** Refuses what is no object, and members of other names: an option with a wrong name would have no effect. */
function demandObject(what: string, value: unknown, names?: readonly string[]): void {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new TypeError(`${what} must be an object`)
  const unknown = names === undefined ? undefined : Object.keys(value).find((name) => !names.includes(name))
  if (unknown !== undefined)
    throw new TypeError(`${what} have no ${JSON.stringify(unknown)}; they are ${names?.join(', ')}`)
}

/** A timer that is set to more ends at once. */
const longestTimerMs = 2_147_483_647

function demandAtLeast(least: number, numbers: Readonly<Record<string, number>>): void {
  for (const [name, number] of Object.entries(numbers))
    if (typeof number !== 'number' || !(number >= least))
      throw new TypeError(`${name} must be a number of at least ${least}`)
}

/** A key from a file often ends with a line break. */
function readAuthorization(apiKey: string): string {
  const key = apiKey.trim()
  if (!/^[\x21-\x7e]+$/.test(key)) throw new TypeError('apiKey must be visible characters of ASCII')
  return `Bearer ${key}`
}

function executeUrl(baseUrl: string | URL): string {
  if (!URL.canParse(String(baseUrl)))
    throw new TypeError('baseUrl must be the address of the service, such as http://webhook-node:3000')
  const url = new URL(baseUrl)
  if (url.protocol !== 'https:' && url.protocol !== 'http:')
    throw new TypeError('baseUrl must begin with https:// or http://')
  if (/\/v1\/(?:execute|preview)\/?$/.test(url.pathname))
    throw new TypeError('baseUrl must end before /v1: the client adds /v1/execute')
  if (url.username !== '' || url.password !== '') throw new TypeError('baseUrl must not have user info')
  url.pathname = `${url.pathname.replace(/\/$/, '')}/v1/execute`
  url.search = ''
  url.hash = ''
  return url.href
}

/** Added to what the service may take. */
const marginMs = 2_000

/** How long the service may take for an execution, and a margin, in milliseconds. */
function findTimeoutMs({ node, deadlineMs }: ExecuteRequest): number {
  const { retry, timeoutMs = 10_000 } = node
  const limitMs = retry === undefined ? timeoutMs : (retry.totalMs ?? 30_000)
  return (deadlineMs ?? limitMs) + marginMs
}

interface Pauses {
  readonly attempts: number
  readonly initialDelayMs: number
  readonly maxDelayMs: number
}

async function sendUntilAnswered(
  request: PreparedRequest,
  recognized: boolean,
  { attempts: most, initialDelayMs, maxDelayMs }: Pauses,
): Promise<ExecuteResult> {
  let failed: Failed = { delivered: 'no', repeat: 'safe', retryAfterMs: null, attempts: 0 }
  let boundMs = initialDelayMs
  for (;;) {
    if (request.signal?.aborted) return { ...failed, kind: 'aborted', code: 'aborted' }
    const answer = await send(request)
    if (answer.kind === 'branch') return { ...answer, attempts: failed.attempts + 1 }
    failed = addAnswer(failed, answer)
    const pauseMs = Math.max(Math.random() * Math.min(boundMs, maxDelayMs), failed.retryAfterMs ?? 0)
    const mayRepeat = isAllowed(failed, recognized) && failed.attempts < most && pauseMs <= maxDelayMs
    if (answer.kind === 'aborted' || !mayRepeat) return toResult(answer, failed)
    await pause(pauseMs, request.signal)
    boundMs *= 2
  }
}

const strictness: readonly Repeat[] = ['safe', 'if_idempotent', 'never']

function addAnswer(before: Failed, answer: FailedAnswer): Failed {
  const repeat = findRepeat(answer)
  return {
    delivered: before.delivered === 'maybe' ? 'maybe' : findDelivered(answer),
    repeat: strictness.indexOf(before.repeat) > strictness.indexOf(repeat) ? before.repeat : repeat,
    retryAfterMs: answer.kind === 'aborted' ? null : answer.retryAfterMs,
    attempts: before.attempts + 1,
  }
}

function isAllowed({ repeat }: Failed, recognized: boolean): boolean {
  return repeat === 'safe' || (repeat === 'if_idempotent' && recognized)
}

function toResult(answer: FailedAnswer, failed: Failed): ExecuteResult {
  switch (answer.kind) {
    case 'aborted':
      return { ...failed, kind: 'aborted', code: 'aborted' }
    case 'unanswered':
      return { ...failed, kind: 'unanswered', code: answer.code, status: answer.status }
    case 'refused':
      return { ...failed, kind: 'refused', code: answer.problem.code, problem: answer.problem }
  }
}

/** Ends early where the signal does. */
function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve()
    const end = () => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', end)
      resolve()
    }
    const timer = setTimeout(end, ms)
    signal?.addEventListener('abort', end)
  })
}
