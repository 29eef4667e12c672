import { type Failure, failures, type Phase } from '../contract/failure.ts'
import type { Purpose } from '../contract/purpose.ts'
import { attemptNotBegun } from '../egress/attempt.ts'
import { notBegun } from '../egress/call/deadline.ts'
import type { EgressClient } from '../egress/egress-client.ts'
import type { Attempts, CallOptions } from '../egress/guarded-calls.ts'
import { formatTarget } from '../egress/policy/address-policy.ts'
import type { RefusalEnd } from '../webhook/refused-token.ts'
import { connectionPath } from '../webhook/request/member-path.ts'
import { type TokenGrant, withToken } from '../webhook/request/token-grant.ts'
import { maxTokenResponse, readTokenResponse } from '../webhook/response/token-response.ts'
import { minAttemptMs } from '../webhook/retry.ts'
import type { OutboundRequest } from '../webhook/wire/outbound-request.ts'
import type { Attempt, Outcome, TargetResponse } from '../webhook/wire/outcome.ts'
import { nonEmpty } from './non-empty.ts'
import { TimeLeft } from './time-left.ts'
import { adviseOnAnswer, adviseOnRefusal } from './token-advice.ts'
import type { Fetched, TokenCache } from './token-cache.ts'
import { waitFor, withWait } from './wait-for.ts'

export interface AuthorizationOptions {
  readonly egressClient: Pick<EgressClient, 'call'>
  /** Sends the requests for a token, which are not signed. */
  readonly tokenClient: Pick<EgressClient, 'call'>
  readonly mayCall: EgressClient['mayCall']
  readonly grant: TokenGrant
  readonly tokens: TokenCache
  readonly tenant: string | null
  /** Called with each token before it is sent: from then on it is a secret of the execution. */
  readonly hide: (token: string) => void
  /** Whether a response refuses the token, beside status 401. */
  readonly refuses: (response: TargetResponse) => boolean
  /** What a token endpoint says about an error, in quotation marks; null if it may not be quoted. */
  readonly quote: (response: TargetResponse) => string | null
  /** Called for an attempt that did not reach the egress. */
  readonly onUnbegun: () => void
}

/** A response that refused the token, and why the request was not sent once more. */
export interface TokenRefusal {
  readonly response: TargetResponse
  readonly end: RefusalEnd
}

/**
 * Sends the requests of one execution with an access token: a kept one, or one that it fetches first, by the same clock.
 * Sends a request once more if its token was refused and a second request can do no harm.
 */
export class AuthorizedEgress implements Pick<EgressClient, 'call'> {
  readonly #options: AuthorizationOptions
  readonly #key: string
  #refusal: TokenRefusal | null = null

  constructor(options: AuthorizationOptions) {
    this.#options = options
    this.#key = options.tokens.keyFor(options.grant, options.tenant)
  }

  /** The refusal that the last call ended with. */
  get refusal(): TokenRefusal | null {
    return this.#refusal
  }

  /** The last attempt that is no request for a token decides. */
  async call(request: OutboundRequest, options: CallOptions): Promise<Attempts> {
    const { egressClient, mayCall, tokens, hide } = this.#options
    this.#refusal = null
    // No token is fetched for a target that the policy refuses.
    if (!mayCall(request)) return egressClient.call(request, options)
    const time = new TimeLeft(options)
    const attempts: Attempt[] = []
    let before = null as SentOnce | null
    for (;;) {
      const purpose: Purpose = before === null ? 'call' : 'resend'
      const { fetches, waitedMs, end } = await this.#obtain(request, time, options)
      attempts.push(...fetches)
      if (end.kind === 'failed')
        return this.#endWith(attempts, before, this.#unbegun(this.#explain(end, request), purpose, waitedMs))
      const { token } = end
      if (before?.token === token) {
        this.#refusal = { response: before.response, end: 'same_token' }
        return nonEmpty(attempts)
      }
      if (time.hasBeenUsed && time.leftMs < minAttemptMs)
        return this.#endWith(attempts, before, this.#unbegun(tooLate(request, time), purpose, waitedMs))
      hide(token)
      const made = await egressClient.call(withToken(request, token), time.optionsForRest())
      if (before !== null) markRefused(attempts, before)
      const [first, ...others] = made
      attempts.push(withWait({ ...first, purpose }, waitedMs), ...others)
      const response = this.#findRefusal(attempts.at(-1)?.outcome)
      if (response === null) return nonEmpty(attempts)
      tokens.discard(this.#key, token)
      const obstacle = before === null ? obstacleToResend(request, time) : 'again'
      if (obstacle !== null) {
        this.#refusal = { response, end: obstacle }
        return nonEmpty(attempts)
      }
      before = { token, response, index: attempts.length - 1 }
    }
  }

  #endWith(attempts: Attempt[], before: SentOnce | null, last: Attempt): Attempts {
    if (before !== null) markRefused(attempts, before)
    return nonEmpty([...attempts, last])
  }

  #findRefusal(outcome: Outcome | undefined): TargetResponse | null {
    if (outcome === undefined || outcome.response === null) return null
    const { response } = outcome
    if (response.status === 401) return response
    return outcome.kind === 'responded' && this.#options.refuses(response) ? response : null
  }

  /** A kept token, one that another call is fetching, or one of its own. */
  async #obtain(request: OutboundRequest, time: TimeLeft, options: CallOptions): Promise<Obtained> {
    const { tokens } = this.#options
    const started = performance.now()
    const sinceStart = () => performance.now() - started
    for (let hasWaited = false; ; hasWaited = true) {
      const waitedMs = hasWaited ? sinceStart() : 0
      const kept = tokens.find(this.#key)
      if (kept !== null) return { fetches: none, waitedMs, end: { kind: 'token', token: kept } }
      const pending = tokens.pending(this.#key)
      if (pending === undefined && hasWaited && time.leftMs < minAttemptMs)
        return failed(waitedTooLong(this.#options.grant, time), waitedMs)
      if (pending === undefined) return { ...(await this.#fetch(request, time, options)), waitedMs }
      time.use()
      const end = await waitFor(pending, time.leftMs, options.signal)
      if (end === 'late') return failed(waitedTooLong(this.#options.grant, time), sinceStart())
      if (end === 'cancelled') return failed(notBegun.cancelled(formatTarget(request)), sinceStart())
      if (end.kind !== 'abandoned') return { fetches: none, waitedMs: sinceStart(), end }
    }
  }

  async #fetch(
    call: OutboundRequest,
    time: TimeLeft,
    options: CallOptions,
  ): Promise<Omit<Obtained, 'waitedMs'>> {
    const { tokens, grant, tokenClient } = this.#options
    const rest = time.optionsForRest()
    time.use()
    const finish = tokens.begin(this.#key)
    const askedAt = tokens.now()
    let fetched: Fetched = { kind: 'abandoned' }
    try {
      const made = await tokenClient.call(grant.request, {
        ...rest,
        // The identity of the node is for its own host.
        tls: null,
        limitBody: undefined,
        // The limits of the connection are those of its target.
        connection: null,
        receive: atMost(maxTokenResponse, options),
      })
      const fetches = made.map((attempt) => asFetch(attempt, grant.request, call))
      const end = this.#judge(fetches.at(-1)?.outcome, askedAt)
      fetched = end.kind === 'failed' && isOwnEnd(end.failure) ? fetched : end
      return { fetches, end }
    } finally {
      finish(fetched)
    }
  }

  #judge(outcome: Outcome | undefined, askedAt: number): Ended {
    const { tokens, grant } = this.#options
    const place = formatTarget(grant.request)
    if (outcome === undefined) throw new TypeError('a call has at least one attempt')
    if (outcome.kind === 'failed')
      return { kind: 'failed', failure: failureOfFetch(outcome.failure), response: null }
    const { response } = outcome
    const read = readTokenResponse(response)
    if (read.kind === 'token') {
      tokens.keep(this.#key, { ...read, askedAt })
      return { kind: 'token', token: read.token }
    }
    const detail =
      read.kind === 'refused'
        ? `The token endpoint ${place} answered with status ${read.status} and an error of OAuth.`
        : `The answer of ${place} to the request for a token ${read.problem}.`
    const code = read.kind === 'refused' ? 'auth_token_refused' : 'auth_token_failed'
    const advice =
      read.kind === 'refused' ? adviseOnRefusal(read, grant) : adviseOnAnswer(response, new Date())
    return { kind: 'failed', failure: { code, detail, path: null, ...advice }, response }
  }

  /** Each execution names its own target, and quotes for itself: one may be brief. */
  #explain({ failure, response }: Extract<Ended, { kind: 'failed' }>, request: OutboundRequest): Failure {
    const { tokenUrlPath, path: authPath, request: asking } = this.#options.grant
    if (failure.code === 'address_denied') return { ...failure, path: tokenUrlPath }
    if (failures[failure.code].phase !== 'authorizing') return failure
    const isRefused = failure.code === 'auth_token_refused'
    const quote = response === null ? null : this.#options.quote(response)
    // The token endpoint may be on the host of the target.
    const place = formatTarget(request) === formatTarget(asking) ? 'The target' : formatTarget(request)
    const leads = response !== null && response.status >= 300 && response.status < 400
    const isOfService = isRefused && authPath === connectionPath
    const hint = isOfService ? ofConnection : (failure.hint ?? failures[failure.code].hint)
    return {
      ...failure,
      detail: `${place} was not called. ${failure.detail}`,
      path: isRefused ? (failure.path ?? authPath) : tokenUrlPath,
      hint,
      ...(quote !== null && { said: `The token endpoint ${leads ? 'leads to' : 'says'} ${quote}.` }),
      ...(isOfService || (failure.blame === 'node' && authPath === connectionPath)
        ? { blame: 'service' }
        : {}),
    }
  }

  #unbegun(failure: Failure, purpose: Purpose, waitedMs: number): Attempt {
    this.#options.onUnbegun()
    return withWait({ ...attemptNotBegun(failure), purpose }, waitedMs)
  }
}

/** The request as it was sent with a token that was refused. */
interface SentOnce {
  readonly token: string
  readonly response: TargetResponse
  /** The index of its attempt. */
  readonly index: number
}

/** The author of the node cannot change what the operator defined. */
const ofConnection =
  'Client id and secret belong to the connection of the node: the operator of the service corrects them in CONNECTIONS_FILE.'

type Ended = Exclude<Fetched, { kind: 'abandoned' }>

interface Obtained {
  /** The requests for a token that this call made. */
  readonly fetches: readonly Attempt[]
  /** The time that it waited for that of another call, in milliseconds. */
  readonly waitedMs: number
  readonly end: Ended
}

const none: readonly Attempt[] = []

function failed(failure: Failure, waitedMs: number): Obtained {
  return { fetches: none, waitedMs, end: { kind: 'failed', failure, response: null } }
}

function asFetch(attempt: Attempt, { host, port }: OutboundRequest, call: OutboundRequest): Attempt {
  const isThere = host === call.host && port === call.port
  return { ...attempt, purpose: 'token', ...(isThere ? {} : { elsewhere: { host, port } }) }
}

function obstacleToResend({ isIdempotent }: OutboundRequest, { leftMs }: TimeLeft): RefusalEnd | null {
  if (!isIdempotent) return 'not_repeatable'
  return leftMs < minAttemptMs ? 'no_time' : null
}

function markRefused(attempts: Attempt[], { index }: SentOnce): void {
  const attempt = attempts[index]
  if (attempt !== undefined) attempts[index] = { ...attempt, tokenRefused: true }
}

function atMost(limit: number, { receive }: CallOptions): NonNullable<CallOptions['receive']> {
  let received = 0
  return (bytes) => {
    received += bytes
    return received <= limit && (receive?.(bytes) ?? true)
  }
}

/** Whether the call that asked for a token ended by its own clock or client. Another one may have the time to wait for its turn. */
function isOwnEnd({ code, clock, retryAfterMs }: Failure): boolean {
  return code === 'cancelled' || code === 'shutdown' || clock !== undefined || retryAfterMs !== undefined
}

/** The failure of a call that got no token. What the service itself is the cause of keeps its name, and so does a denied address. */
function failureOfFetch(failure: Failure): Failure {
  const { code, detail, clock } = failure
  if (code === 'address_denied') return failure
  if (failures[code].phase === 'service') return failure
  return {
    code: 'auth_token_failed',
    detail: `The token could not be fetched. ${detail}`,
    path: null,
    ...(ways.has(failures[code].phase) ? { hint: explainWay(failure) } : {}),
    // A name that does not exist is that of tokenUrl.
    ...(failures[code].phase === 'dns' && failures[code].blame === 'node' ? { blame: 'node' as const } : {}),
    ...(clock === undefined ? {} : { clock }),
  }
}

/** Failures on the way to the token endpoint have the same causes as on the way to a target. */
const ways: ReadonlySet<Phase> = new Set(['dns', 'connecting', 'tls'])

/** The hints of the way speak of the target, which is another one here. */
function explainWay({ code, hint = failures[code].hint }: Failure): string {
  const own = hint
    .replaceAll('The target', 'The token endpoint')
    .replaceAll('the target', 'the token endpoint')
  return `This is about the token endpoint, and tokenUrl is its URL. ${own} The call can be sent again then: the target was not called.`
}

function waitedTooLong({ request }: TokenGrant, { clock }: TimeLeft): Failure {
  const detail = `The token did not come in time: another call of the same client waits for the answer of ${formatTarget(request)}, and ${clock.name} is ${clock.ms} ms.`
  return { code: 'auth_token_failed', detail, path: null, clock }
}

function tooLate(request: OutboundRequest, time: TimeLeft): Failure {
  return time.tooLateFor(
    `The token for the call to ${formatTarget(request)}`,
    'The token endpoint is slow: `attempts` shows how long it took. Send the call again: the token may be kept by now.',
  )
}
