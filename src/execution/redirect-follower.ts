import type { Warning } from '../contract/warning.ts'
import { attemptNotBegun } from '../egress/attempt.ts'
import type { EgressClient } from '../egress/egress-client.ts'
import type { Attempts, CallOptions } from '../egress/guarded-calls.ts'
import type { TlsProfile } from '../egress/tls/tls-profiles.ts'
import type { DecisionReason } from '../webhook/decide.ts'
import type { Masker } from '../webhook/masking/mask.ts'
import {
  type Hop,
  type NextHop,
  type RedirectGuard,
  type RedirectRules,
  type ShownPlace,
  takeRedirect,
} from '../webhook/redirect.ts'
import { connectionPath } from '../webhook/request/member-path.ts'
import { minAttemptMs } from '../webhook/retry.ts'
import { judgeStatus } from '../webhook/retry-safety.ts'
import { quoteName } from '../webhook/values/text.ts'
import { headerValue } from '../webhook/wire/headers.ts'
import type { OutboundRequest } from '../webhook/wire/outbound-request.ts'
import type { Attempt, Outcome, TargetResponse } from '../webhook/wire/outcome.ts'
import { isRedirect } from '../webhook/wire/redirect-status.ts'

/** What sends the requests of a node. */
type Client = Pick<EgressClient, 'call'>

export interface RedirectOptions extends Pick<RedirectGuard, 'carriesSecret' | 'mayCall'> {
  /** The request of the node. */
  readonly start: Pick<Hop, 'request' | 'display'>
  readonly rules: RedirectRules
  /** For the origin of the node. It may add to a request what only this origin may see. */
  readonly own: Client
  /** For requests that have left this origin: they are sent as they are. */
  readonly foreign: Client
  /** What their connections demand. They have no identity of the node. */
  readonly foreignTls: TlsProfile | null
  /** The masker for what a response quotes. */
  readonly maskerFor: (head: Head) => Masker
  /** Whether a response from the origin of the node refuses the token that the request had. */
  readonly refusesToken: (response: TargetResponse) => boolean
}

/** How much is read of the body of a redirect that is followed, in bytes. The body is not used, but a connection is kept only behind a whole one. */
const maxRedirectBody = 16_384

type Head = Pick<TargetResponse, 'status' | 'headers'>

/** Follows the redirects of one execution. Each call begins with the request of the node. */
export class RedirectFollower implements Client {
  readonly #start: Hop
  readonly #options: RedirectOptions
  #hop: Hop
  #followed = 0
  #wasCarriedOut = false
  #warnings: readonly Warning[] = []

  constructor(options: RedirectOptions) {
    const { start } = options
    const { host, headers } = start.request
    const authority = headerValue(headers, 'host') ?? host
    this.#start = { ...start, isForeign: false, shown: { host, authority } }
    this.#options = options
    this.#hop = this.#start
  }

  /** The last request of the last call. */
  get hop(): Hop {
    return this.#hop
  }

  /** Where the last call was redirected. Null if it was not. */
  get redirectedTo(): 'own' | 'foreign' | null {
    if (this.#followed === 0) return null
    return this.#hop.isForeign ? 'foreign' : 'own'
  }

  /** Whether a 303 was followed in the last call: then the request of the node was carried out, and must not be repeated. */
  get wasCarriedOut(): boolean {
    return this.#wasCarriedOut
  }

  /** Of the last call. */
  get warnings(): readonly Warning[] {
    return this.#warnings
  }

  async call(_request: OutboundRequest, options: CallOptions): Promise<Attempts> {
    const { timeoutMs, clock = { name: 'timeoutMs', ms: timeoutMs } } = options
    const endsAt = performance.now() + timeoutMs
    const limitBody = (head: Head) => (this.#take(head)?.kind === 'hop' ? maxRedirectBody : null)
    this.#hop = this.#start
    this.#followed = 0
    this.#wasCarriedOut = false
    this.#warnings = noWarnings
    const made = await this.#options.own.call(this.#hop.request, { ...options, clock, limitBody })
    const attempts: [Attempt, ...Attempt[]] = [...made]
    // What has begun ends, even if the client is gone: the signal cancels the first request only.
    const { signal: _signal, ...rest } = options
    for (;;) {
      const last = attempts.at(-1) ?? attempts[0]
      const { response } = last.outcome
      const next = response === null ? null : this.#take(response)
      if (response === null || next === null) return attempts
      const masked = this.#options.maskerFor(response)
      const remainingMs = Math.floor(endsAt - performance.now())
      const taken = next.kind === 'refused' ? next : (this.#findObstacle(last, response, remainingMs) ?? next)
      if (taken.kind === 'refused') {
        this.#warnings = [notFollowed(masked(taken.why))]
        return attempts
      }
      attempts[attempts.length - 1] = asFollowed(last, response)
      if (taken.kind === 'failed') {
        attempts.push(this.#label(attemptNotBegun(taken.failure), taken.place, taken.shown))
        return attempts
      }
      const { hop } = taken
      this.#followed++
      this.#wasCarriedOut ||= response.status === 303
      this.#hop = hop
      const left = { ...rest, timeoutMs: remainingMs, clock: { ...clock, leftMs: remainingMs }, limitBody }
      const more = await this.#send(hop, left)
      for (const attempt of more) attempts.push(this.#label(attempt, hop.request, hop.shown))
    }
  }

  /** Adds to a reason that the last request was not that of the node. `status`: of its response; null without one. */
  tell(reason: DecisionReason, status: number | null): DecisionReason {
    if (reason.code === 'expectation_met' || reason.code === 'case_met') return reason
    const told = this.#tellWhy(reason)
    return this.#followed === 0 ? told : this.#tellWay(told, status)
  }

  /** The redirect is the response, and the warning says why. */
  #tellWhy(reason: DecisionReason): DecisionReason {
    const why = this.#warnings[0]?.message.slice(message.length + 1)
    return why === undefined || reason.hint === null ? reason : { ...reason, hint: `${reason.hint} ${why}` }
  }

  #tellWay(reason: DecisionReason, status: number | null): DecisionReason {
    const { isForeign, shown } = this.#hop
    const foreign = isForeign
      ? `, another origin, ${status === null ? 'for which no credential, authority or certificate of the node counts' : 'so that neither credentials nor headers of the node but Accept, Content-Type and User-Agent went there'}`
      : ''
    const cause = `The call was redirected to ${quoteName(shown.authority)}${foreign}.`
    const isElsewhere = isForeign && partsLeftBehind.test(reason.path ?? '')
    // What the operator defined has no part in it.
    const isOfConnection = isElsewhere && reason.path === connectionPath && reason.blame === 'service'
    return {
      ...reason,
      blame: isOfConnection ? 'node' : reason.blame,
      hint: joinHints(cause, this.#mayAskForRepeat(status) ? isDone : reason.hint),
      path: isElsewhere ? '/node/followRedirects' : reason.path,
    }
  }

  /** Whether the usual hint may ask for the call once more, which was carried out. */
  #mayAskForRepeat(status: number | null): boolean {
    return this.#wasCarriedOut && (status === null || judgeStatus(status) !== 'never')
  }

  /**
   * Another origin gets nothing that was added to the options of a call for that of the node. The limits of a connection are those
   * of its target, also where a way leads back to it.
   */
  #send({ request, isForeign }: Hop, options: CallOptions): Promise<Attempts> {
    const { own, foreign, foreignTls } = this.#options
    if (!isForeign) return own.call(request, options)
    const { timeoutMs, clock, tenant, connection = null, receive, limitBody } = options
    return foreign.call(request, {
      timeoutMs,
      tenant,
      connection: isSamePlace(request, this.#start.request) ? connection : null,
      tls: foreignTls,
      limitBody,
      ...(clock && { clock }),
      ...(receive && { receive }),
    })
  }

  #findObstacle({ outcome }: Attempt, response: TargetResponse, remainingMs: number): Refused | null {
    if (outcome.kind === 'failed') return { kind: 'refused', why: 'Its body did not end in time.' }
    if (!this.#hop.isForeign && this.#options.refusesToken(response))
      return { kind: 'refused', why: 'The response refuses the token of the call.' }
    if (remainingMs >= minAttemptMs) return null
    return { kind: 'refused', why: `No request begins with less than ${minAttemptMs} ms left.` }
  }

  /** Null for a response that is no redirect. */
  #take(head: Head): NextHop | null {
    if (!isRedirect(head.status)) return null
    if (this.#followed === this.#options.rules.limit)
      return { kind: 'refused', why: atLimit(this.#options.rules) }
    const { rules, maskerFor, carriesSecret, mayCall } = this.#options
    return takeRedirect(this.#hop, head, rules, { maskUrl: maskerFor(head), carriesSecret, mayCall })
  }

  #label(attempt: Attempt, { host, port }: Place, shown: ShownPlace): Attempt {
    const isElsewhere = !isSamePlace({ host, port }, this.#start.request)
    return {
      ...attempt,
      purpose: attempt.purpose === 'call' ? 'redirect' : attempt.purpose,
      outcome: shown.host === host ? attempt.outcome : maskHost(attempt.outcome, host, shown),
      ...(isElsewhere && { elsewhere: { host: shown.host, port } }),
    }
  }
}

function joinHints(cause: string, hint: string | null): string {
  return hint === null ? cause : `${cause} ${hint}`
}

const isDone =
  'The request of the node was carried out before, as the 303 says, and only the result is missing: do not send the call again, but ask for the result at that address, for example with a node of its own.'

type Place = Pick<OutboundRequest, 'host' | 'port'>

function isSamePlace(one: Place, other: Place): boolean {
  return one.host === other.host && one.port === other.port
}

const noWarnings: readonly Warning[] = []

/** Parts of a node that do not matter to another origin. */
const partsLeftBehind = /^\/node\/(?:url|auth|connection|headers|query|signing|tls)(?:\/|$)/

function notFollowed(why: string): Warning {
  return { code: 'redirect_not_followed', path: '/node/followRedirects', message: `${message} ${why}` }
}

const message = 'The target redirects, and the service does not follow: the redirect is the response.'

function atLimit({ limit }: RedirectRules): string {
  return `As many redirects as the node allows were followed before: followRedirects is ${limit}.`
}

type Refused = Extract<NextHop, { readonly kind: 'refused' }>

/** Drops the body, which no part of the node looks at. */
function asFollowed(attempt: Attempt, response: TargetResponse): Attempt {
  const outcome: Outcome = { kind: 'responded', response: { ...response, body: noBytes } }
  return { ...attempt, isFollowed: true, outcome }
}

const noBytes = Buffer.alloc(0)

function maskHost(outcome: Outcome, host: string, shown: ShownPlace): Outcome {
  if (outcome.kind === 'responded') return outcome
  const { failure } = outcome
  return { ...outcome, failure: { ...failure, detail: failure.detail.replaceAll(host, shown.host) } }
}
