import type { Failure } from '../contract/failure.ts'
import { attemptNotBegun } from '../egress/attempt.ts'
import { notBegun } from '../egress/call/deadline.ts'
import type { EgressClient } from '../egress/egress-client.ts'
import type { Attempts, CallOptions } from '../egress/guarded-calls.ts'
import { formatTarget } from '../egress/policy/address-policy.ts'
import { listByteSpellings } from '../webhook/masking/byte-spellings.ts'
import type { DigestEnd, NonceCause } from '../webhook/refused-digest.ts'
import type { DigestCredentials } from '../webhook/request/credential.ts'
import { asQuestion, withAnswer } from '../webhook/request/digest.ts'
import { headerLimits } from '../webhook/request/header-rules.ts'
import { minAttemptMs } from '../webhook/retry.ts'
import { isTurnedAway } from '../webhook/retry-safety.ts'
import { parseParameters } from '../webhook/wire/challenges.ts'
import {
  type DigestChallenge,
  type ReadDigest,
  readDigestChallenge,
} from '../webhook/wire/digest-challenge.ts'
import { headerValue } from '../webhook/wire/headers.ts'
import type { OutboundRequest } from '../webhook/wire/outbound-request.ts'
import type { Attempt, TargetResponse } from '../webhook/wire/outcome.ts'
import { answerChallenge } from './digest-answer.ts'
import { nonEmpty } from './non-empty.ts'
import type { KeptNonce, NonceCache, NonceView } from './nonce-cache.ts'
import { TimeLeft } from './time-left.ts'
import { waitFor, withWait } from './wait-for.ts'

export interface DigestOptions {
  readonly egressClient: Pick<EgressClient, 'call'>
  /** Sends the requests that only ask for a challenge, which are not signed. */
  readonly questionClient: Pick<EgressClient, 'call'>
  readonly credentials: DigestCredentials
  readonly nonces: NonceCache
  readonly tenant: string | null
  /** Gets what is computed from the password, in every spelling. It is masked like a credential. */
  readonly computed: Set<string>
  /** Called for an attempt that did not reach the egress. */
  readonly onUnbegun: () => void
}

/** A response with status 401 that the last call ended with, and why. */
export interface DigestRefusal {
  readonly response: TargetResponse
  readonly end: DigestEnd
}

/**
 * Sends the requests of one execution with an answer to the challenge of the target (RFC 7616). Where no nonce is known it asks
 * for a challenge first, by the same clock: with the request itself if that has no body, else without the body.
 */
export class DigestEgress implements Pick<EgressClient, 'call'> {
  readonly #options: DigestOptions
  readonly #nonces: NonceView
  #refusal: DigestRefusal | null = null
  #hasAnswered = false
  /** That of the last answer. */
  #lastCount = 0

  constructor(options: DigestOptions) {
    this.#options = options
    this.#nonces = options.nonces.viewFor(options.credentials, options.tenant)
  }

  get refusal(): DigestRefusal | null {
    return this.#refusal
  }

  /** Whether the last request had an answer to a challenge. */
  get hasAnswered(): boolean {
    return this.#hasAnswered
  }

  /** The last attempt that asks for no challenge decides. */
  async call(request: OutboundRequest, options: CallOptions): Promise<Attempts> {
    this.#refusal = null
    const time = new TimeLeft(options)
    const kept = this.#findNonce(request)
    if (kept !== null) return this.#callWith(kept, request, time, [])
    const pending = this.#nonces.pending(request)
    if (pending === undefined) return this.#callAfterQuestion(request, time)
    const started = performance.now()
    time.use()
    const end = await waitFor(pending, time.leftMs, options.signal)
    const waitedMs = performance.now() - started
    const [first, ...others] = await this.#callAfterWait(end === 'cancelled', request, time)
    return [withWait(first, waitedMs), ...others]
  }

  /** Goes on with the nonce that another call has asked for. If there is none, the call asks for itself. */
  async #callAfterWait(isCancelled: boolean, request: OutboundRequest, time: TimeLeft): Promise<Attempts> {
    if (isCancelled) return this.#endUnbegun([], notBegun.cancelled(formatTarget(request)))
    if (time.leftMs < minAttemptMs) return this.#endUnbegun([], tooLate(request, time))
    const kept = this.#findNonce(request)
    return kept === null ? this.#callAfterQuestion(request, time) : this.#callWith(kept, request, time, [])
  }

  async #callAfterQuestion(request: OutboundRequest, time: TimeLeft): Promise<Attempts> {
    const asked = await this.#ask(request, time)
    if (asked.kind === 'done') return asked.attempts
    const { attempts, nonce } = asked
    if (time.leftMs < minAttemptMs) return this.#endUnbegun(attempts, tooLate(request, time))
    if (nonce !== null) return this.#callWith(nonce, request, time, attempts)
    const made = await this.#options.egressClient.call(withAnswer(request, null), time.optionsForRest())
    return nonEmpty([...attempts, ...made])
  }

  /** The first request of a call for which no nonce is known. */
  async #ask(request: OutboundRequest, time: TimeLeft): Promise<Asked> {
    this.#hasAnswered = false
    const finish = this.#nonces.begin(request)
    let isAsked: boolean | null = null
    try {
      const made = await this.#question(request, time)
      const asked = this.#readAnswer(made, request)
      const { outcome } = made.at(-1) ?? made[0]
      if (outcome.kind === 'responded' && !isTurnedAway(outcome.response.status))
        isAsked = outcome.response.status === 401
      return asked
    } finally {
      finish(isAsked)
    }
  }

  async #question(request: OutboundRequest, time: TimeLeft): Promise<Attempts> {
    const { egressClient, questionClient } = this.#options
    const rest = time.optionsForRest()
    const made = isWhole(request)
      ? await egressClient.call(withAnswer(request, null), rest)
      : await questionClient.call(asQuestion(request), rest)
    time.use()
    return made
  }

  #readAnswer(made: Attempts, request: OutboundRequest): Asked {
    const { outcome, delivered } = made.at(-1) ?? made[0]
    const { response } = outcome
    if (outcome.kind === 'responded' && response?.status === 401) {
      const read = this.#read(response, request)
      if (read.kind === 'challenge')
        return {
          kind: 'answer',
          attempts: made.map(asQuestionMade),
          nonce: this.#nonces.keep(request, read.challenge),
        }
      this.#refusal = { response, end: read }
      return { kind: 'done', attempts: made }
    }
    if (isWhole(request) || (outcome.kind === 'failed' && delivered === 'no'))
      return { kind: 'done', attempts: made }
    // A target that takes no request takes the call no sooner.
    if (outcome.kind === 'responded' && isTurnedAway(outcome.response.status))
      return { kind: 'done', attempts: made }
    const attempts = made.map(asQuestionMade)
    if (outcome.kind === 'failed')
      return { kind: 'done', attempts: this.#endUnbegun(attempts, unanswered(outcome.failure, request)) }
    // The target does not ask here.
    return { kind: 'answer', attempts, nonce: null }
  }

  /** Answers with a nonce. If only the nonce is refused, answers once more with the next one. */
  async #callWith(
    nonce: KeptNonce,
    request: OutboundRequest,
    time: TimeLeft,
    before: readonly Attempt[],
  ): Promise<Attempts> {
    const attempts = [...before]
    const made = await this.#send(nonce, request, time)
    attempts.push(...made)
    const refused = this.#judge(made, nonce, request)
    if (refused === null) return nonEmpty(attempts)
    const { response, next, cause } = refused
    const obstacle = obstacleToResend(request, time)
    if (obstacle !== null) {
      this.#refusal = { response, end: { kind: obstacle, cause } }
      return nonEmpty(attempts)
    }
    const index = attempts.length - 1
    attempts[index] = { ...(attempts[index] ?? made[0]), tokenRefused: true }
    const [first, ...others] = await this.#send(next, request, time)
    const again = [{ ...first, purpose: 'resend' as const }, ...others]
    attempts.push(...again)
    const twice = this.#judge(nonEmpty(again), next, request)
    if (twice !== null) next.account.state = 'refused'
    if (twice !== null) this.#refusal = { response: twice.response, end: { kind: 'again' } }
    return nonEmpty(attempts)
  }

  /** Each request that is sent counts, also one on a connection that turns out to be dead. */
  async #send(nonce: KeptNonce, request: OutboundRequest, time: TimeLeft): Promise<Attempts> {
    this.#hasAnswered = true
    const rest = time.optionsForRest()
    return this.#options.egressClient.call(request, {
      ...rest,
      sign: (unsigned) => this.#answer(nonce, unsigned),
    })
  }

  #answer(nonce: KeptNonce, request: OutboundRequest): OutboundRequest {
    const { credentials, computed } = this.#options
    const count = ++nonce.uses.count
    this.#lastCount = count
    const { header, response } = answerChallenge(credentials, request, { ...nonce, count })
    for (const spelling of listByteSpellings(Buffer.from(response, 'hex'))) computed.add(spelling)
    computed.add(nonce.cnonce)
    return withAnswer(request, header)
  }

  /** The nonce to go on with if only that of the request was refused. Null if the last attempt decides. */
  #judge(made: Attempts, nonce: KeptNonce, request: OutboundRequest): Refused | null {
    const { outcome } = made.at(-1) ?? made[0]
    const { response } = outcome
    if (response === null) return null
    if (response.status !== 401) {
      nonce.account.state = 'accepted'
      const next = parseParameters(headerValue(response.headers, 'authentication-info') ?? '').get(
        'nextnonce',
      )
      if (next) this.#nonces.follow(request, nonce, next)
      return null
    }
    const read = this.#read(response, request)
    if (read.kind !== 'challenge') {
      this.#refusal = { response, end: read }
      return null
    }
    const { challenge } = read
    const next = this.#nonces.keep(request, challenge)
    const cause = this.#findCause(challenge, nonce)
    if (cause === null) nonce.account.state = 'refused'
    return cause === null ? null : { response, next, cause }
  }

  /** Why a response refuses the nonce of the request. Null if it refuses the credential, or offers no other answer. */
  #findCause({ realm, nonce, isStale }: DigestChallenge, before: KeptNonce): NonceCause | null {
    if (realm !== before.challenge.realm) return 'realm'
    const { uses, account } = before
    const isOvertaken = uses.count > this.#lastCount
    if (nonce === before.challenge.nonce && !isOvertaken) return null
    // A target that has forgotten its nonces need not say so.
    if (isStale || account.state === 'accepted') return 'expired'
    // Requests that have one nonce may arrive in another order, and then some targets refuse those that come late.
    return account.state === 'unknown' && uses.count > 1 ? 'shared' : null
  }

  #read({ headers }: TargetResponse, request: OutboundRequest): ReadDigest {
    const read = readDigestChallenge(headers)
    if (read.kind !== 'challenge' || this.#fits(request, read.challenge)) return read
    return {
      kind: 'unusable',
      problem: `would make a header of more than ${headerLimits.valueBytes} characters`,
      isTooLong: true,
    }
  }

  #fits(request: OutboundRequest, challenge: KeptNonce['challenge']): boolean {
    const sample = { challenge, count: 1, cnonce: '0'.repeat(32), firstNonce: challenge.nonce }
    return (
      answerChallenge(this.#options.credentials, request, sample).header.length <= headerLimits.valueBytes
    )
  }

  /** Where a refusal of the nonce would end the call, only a nonce that the target has just given is used. */
  #findNonce(request: OutboundRequest): KeptNonce | null {
    const nonce = this.#nonces.find(request)
    if (nonce === null || nonce.uses.count >= maxCount || !this.#fits(request, nonce.challenge)) return null
    return mayResend(request) || this.#nonces.ageMs(nonce) < freshMs ? nonce : null
  }

  #endUnbegun(attempts: readonly Attempt[], failure: Failure): Attempts {
    this.#options.onUnbegun()
    return nonEmpty([...attempts, attemptNotBegun(failure)])
  }
}

/** Targets keep a nonce for minutes, most often. */
const freshMs = 30_000

/** `nc` has eight hexadecimal digits. */
const maxCount = 0xffff_ffff

type Asked =
  /** Null: the target does not ask, so that the call goes without a credential. */
  | { readonly kind: 'answer'; readonly attempts: readonly Attempt[]; readonly nonce: KeptNonce | null }
  | { readonly kind: 'done'; readonly attempts: Attempts }

interface Refused {
  readonly response: TargetResponse
  readonly next: KeptNonce
  readonly cause: NonceCause
}

/** What follows decides, so that nothing looks at the body. */
function asQuestionMade(attempt: Attempt): Attempt {
  const { outcome } = attempt
  if (outcome.kind === 'failed') return { ...attempt, purpose: 'challenge' }
  const response = { ...outcome.response, body: noBytes }
  return { ...attempt, purpose: 'challenge', outcome: { kind: 'responded', response } }
}

const noBytes = Buffer.alloc(0)

/** Whether a request that asks for a challenge is the call itself. */
function isWhole({ body }: OutboundRequest): boolean {
  return body === null || body.length === 0
}

function mayResend(request: OutboundRequest): boolean {
  return request.isIdempotent || isWhole(request)
}

function obstacleToResend(
  request: OutboundRequest,
  { leftMs }: TimeLeft,
): 'not_repeatable' | 'no_time' | null {
  if (!mayResend(request)) return 'not_repeatable'
  return leftMs < minAttemptMs ? 'no_time' : null
}

/** The failure of a call whose question got no answer. The call itself was not sent. */
function unanswered(failure: Failure, request: OutboundRequest): Failure {
  return {
    ...failure,
    detail: `${formatTarget(request)} was asked for a challenge of Digest, without the body, and the call was not sent. ${failure.detail}`,
    hint: 'Only the request for a challenge was sent, so the call can be sent again. If that happens often, raise timeoutMs, or tell the operator of the target.',
  }
}

function tooLate(request: OutboundRequest, time: TimeLeft): Failure {
  return time.tooLateFor(
    `The challenge for the call to ${formatTarget(request)}`,
    'The target is slow to ask for a credential: `attempts` shows how long it took. Send the call again: the nonce may be kept by now.',
  )
}
