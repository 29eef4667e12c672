import type { Clock, Failure, RetrySafety } from '../contract/failure.ts'
import { isPreparation, listCalls } from '../contract/purpose.ts'
import type { Warning } from '../contract/warning.ts'
import { attemptNotBegun } from '../egress/attempt.ts'
import type { EgressClient } from '../egress/egress-client.ts'
import { formatTarget } from '../egress/policy/address-policy.ts'
import type { Trace } from '../tracing/trace.ts'
import type { CompiledNode } from '../webhook/compile.ts'
import type { CompiledConnection } from '../webhook/connection.ts'
import { connectionPath } from '../webhook/request/member-path.ts'
import { explainNoRetry, minAttemptMs, pauseBeforeRetry, type RetrySituation } from '../webhook/retry.ts'
import { pauseToKeepMs } from '../webhook/retry-after.ts'
import { isWanted } from '../webhook/retry-on.ts'
import { judgeRetrySafety, stricter } from '../webhook/retry-safety.ts'
import type { OutboundRequest } from '../webhook/wire/outbound-request.ts'
import { type Attempt, type Outcome, readHeldBackMs } from '../webhook/wire/outcome.ts'
import { type Judgement, type JudgingContext, judgeRetryOn } from './evaluate-outcome.ts'
import type { HeldResources, PauseEnd } from './held-resources.ts'
import { LoopTurns } from './loop-turns.ts'
import type { CallTls } from './open-tls.ts'

export interface AttemptPlan {
  readonly node: CompiledNode
  readonly request: OutboundRequest
  readonly egressClient: Pick<EgressClient, 'call'>
  /** Pauses the calls of a connection, for milliseconds. */
  readonly pauseConnection: EgressClient['pause']
  /** It has the spans of the attempts that are told of. Null without a trace. */
  readonly trace: Pick<Trace, 'attemptSpanIds'> | null
  readonly tenant: string | null
  /** What the connections of the call show and demand. */
  readonly tls: CallTls
  /** Milliseconds from acceptance. Infinite if the request sets no deadline. */
  readonly deadlineMs: number
  /** `performance.now()` when the execution was accepted. */
  readonly accepted: number
  /** Whether the execution has waited for its share of render time since then. */
  readonly hasWaited: boolean
  /** Cancels an attempt that waits for a permit, and every later one. */
  readonly signal: AbortSignal
  readonly resources: HeldResources
  readonly turns: LoopTurns
  /** Decides on an outcome. `attempts`: all so far. */
  readonly judge: (outcome: Outcome, attempts: readonly Attempt[]) => Judgement
  readonly judging: JudgingContext
  /** The attempts that were made before, elsewhere. Null for an execution that begins here. */
  readonly before: AttemptsBefore | null
  /** Whether a further attempt is left to a later call, in place of a pause. */
  readonly postpones: boolean
}

export interface AttemptsBefore {
  /** How many count for `retry.attempts`. */
  readonly calls: number
  readonly repeat: RetrySafety
  /** Milliseconds since the first of them began. */
  readonly elapsedMs: number
}

export interface AttemptsMade {
  /** In order. The last attempt decides that asked for no token and no challenge. */
  readonly attempts: readonly Attempt[]
  /** Of the last attempt. */
  readonly judgement: Judgement
  /** The strictest of all attempts. */
  readonly repeat: RetrySafety
  /** `performance.now()` at the end of the last attempt. */
  readonly endedAt: number
  readonly warnings: readonly Warning[]
  /** The further attempt that is left to a later call. */
  readonly postponed: PostponedAttempt | null
}

interface PostponedAttempt {
  /** Milliseconds from now. */
  readonly ms: number
  /** How many attempts count for `retry.attempts`, those before included. */
  readonly calls: number
  /** Whether a limit or a pause held the call back, so that it uses up no attempt. */
  readonly wasHeldBack: boolean
}

/** Makes attempts until one succeeds, no other may follow or the time is up. Judges each outcome once. */
export async function runAttempts(plan: AttemptPlan): Promise<AttemptsMade> {
  const { node, request, egressClient, tenant, tls, signal, resources, turns, judge } = plan
  const receive = (bytes: number) => resources.holdReceived(bytes)
  const budget = new Budget(plan)
  if (plan.hasWaited && budget.remainingMs < minAttemptMs) return judgeUnbegun(plan)
  const attempts: Attempt[] = []
  let { warnings } = tls
  let repeat: RetrySafety = plan.before?.repeat ?? 'safe'
  const { connection } = node
  let calls = plan.before?.calls ?? 0
  for (;;) {
    const { timeoutMs, clock } = budget.limit()
    const made = await egressClient.call(request, {
      timeoutMs,
      clock,
      tenant,
      connection,
      tls: tls.profile,
      signal,
      receive,
    })
    const endedAt = performance.now()
    const ended = made.map((attempt) => withHead(attempt, node))
    attempts.push(...ended)
    const calling = listCalls(ended)
    const last = takeLast(calling)
    const { outcome } = last
    if (LoopTurns.isLong(countBytes(request, outcome))) await turns.take()
    const judgement = judge(outcome, attempts)
    const own = judgeCall(calling, judgement)
    repeat = stricter(repeat, own)
    if (connection !== null && last.elsewhere === undefined) pauseOthers(connection, judgement, plan)
    // A limit or a pause is no outcome that `on` would have to name. It costs no attempt where nothing was sent before it.
    const isHeldBack = readHeldBackMs(outcome) !== null
    const costsNothing = isHeldBack && calling.length === 1
    if (!costsNothing) calls += 1
    else if (plan.postpones) {
      const postponed = { ms: readHeldBackMs(outcome) ?? 0, calls, wasHeldBack: true }
      return { attempts, judgement, repeat, endedAt, warnings, postponed }
    }
    const isLast = calls === node.retry.attempts || made.some(hasRunOut)
    const situation = isLast ? null : situationAfter(own, judgement, Math.max(1, calls), budget, plan)
    const waitMs = situation === null ? null : pauseBeforeRetry(node.retry, situation)
    if (waitMs === null) {
      const why = situation === null || isHeldBack ? null : whyNoRetry(node, last, situation)
      return { attempts, judgement: withReason(judgement, why), repeat, endedAt, warnings, postponed: null }
    }
    if (node.retry.on !== null && !isHeldBack) {
      const wanted = judgeRetryOn(node, last, judgement, plan.judging)
      warnings = [...tls.warnings, ...locateWarnings(wanted.warnings, node)]
      if (!wanted.holds) return { attempts, judgement, repeat, endedAt, warnings, postponed: null }
    }
    if (plan.postpones) {
      const postponed = { ms: waitMs, calls, wasHeldBack: false }
      return { attempts, judgement, repeat, endedAt, warnings, postponed }
    }
    const end = await pause(waitMs, budget, plan)
    if (end !== 'over') {
      const ending = locateWarnings([unbegun[end]], node)
      return { attempts, judgement, repeat, endedAt, warnings: [...warnings, ...ending], postponed: null }
    }
    if (costsNothing) forgetHeldBack(attempts, ended.length, plan)
    dropBodies(attempts)
    resources.dropReceived()
  }
}

/** A target that asks one call of a connection for a pause means all of them. */
function pauseOthers(
  { name }: CompiledConnection,
  { response }: Judgement,
  { node, pauseConnection }: AttemptPlan,
): void {
  if (response === null) return
  const ms = pauseToKeepMs(response, new Date(), node.retry.resetHeaders)
  if (ms !== null && ms > 0) pauseConnection(name, ms)
}

/** Takes back what did not begin of the last call: it, and the request for its token if that was held back. */
function forgetHeldBack(attempts: Attempt[], count: number, { trace }: AttemptPlan): void {
  for (const { outcome } of attempts.slice(-count).reverse()) {
    if (readHeldBackMs(outcome) === null) return
    attempts.pop()
    trace?.attemptSpanIds.pop()
  }
}

function judgeUnbegun({ request, judge }: AttemptPlan): AttemptsMade {
  const attempt = attemptNotBegun(renderedTooLate(formatTarget(request)))
  const judgement = judge(attempt.outcome, [])
  const repeat = judgeCall([attempt], judgement)
  const endedAt = performance.now()
  return { attempts: [attempt], judgement, repeat, endedAt, warnings: noWarnings, postponed: null }
}

/** The retry safety after the attempts of one call. A decision may know better than the status or the code of the last one. */
function judgeCall(ended: readonly Attempt[], { decision }: Judgement): RetrySafety {
  if (decision.succeeded && decision.endsAttempts) return 'never'
  const { repeat } = decision
  return repeat === undefined
    ? judgeRetrySafety(ended)
    : stricter(judgeRetrySafety(ended.slice(0, -1)), repeat)
}

function takeLast(attempts: readonly Attempt[]): Attempt {
  const last = attempts.at(-1)
  if (last === undefined) throw new TypeError('a call has at least one attempt')
  return last
}

/** The bytes to judge and show. */
function countBytes({ body }: OutboundRequest, { response }: Outcome): number {
  return (body?.length ?? 0) + (response?.body.length ?? 0)
}

const noWarnings: readonly Warning[] = []

function renderedTooLate(place: string): Failure {
  return {
    code: 'queue_timeout',
    detail: `The call to ${place} waited, because its client or tenant had used up its share of render time. No attempt begins with less than ${minAttemptMs} ms left of deadlineMs.`,
    path: '/deadlineMs',
    hint: 'The templates of this client or tenant need more processor time than the service has for them (MAX_RENDER_MS): simplify them or raise deadlineMs, and send the call again.',
  }
}

/** Warnings for an attempt that was due and did not begin. */
const unbegun: Readonly<Record<Exclude<PauseEnd, 'over'>, Warning>> = {
  stopped: retryAbandoned('the service was stopped, or the client closed its connection.'),
  no_slot: retryAbandoned('after the pause the service had no capacity for it in time.'),
  too_many: {
    code: 'pauses_full',
    path: '/node/retry',
    message:
      'Another attempt was due, but did not begin: the number of executions in a pause is at its limit (MAX_PAUSED, and a quarter of it for one client, tenant or host).',
  },
}

/** Warnings about a rule of the connection point at the connection: the node has no such rule. */
function locateWarnings(warnings: readonly Warning[], { connection }: CompiledNode): readonly Warning[] {
  return connection?.retry ? warnings.map((warning) => ({ ...warning, path: connectionPath })) : warnings
}

function retryAbandoned(why: string): Warning {
  const message = `Another attempt was due, but did not begin: ${why}`
  return { code: 'retry_abandoned', path: '/node/retry', message }
}

async function pause(
  ms: number,
  budget: Budget,
  { request, resources, signal }: AttemptPlan,
): Promise<PauseEnd> {
  if (signal.aborted) return 'stopped'
  const host = `${request.host}:${request.port}`
  const end = await resources.pause({ ms, host, withinMs: budget.remainingMs - minAttemptMs })
  return end === 'over' && budget.remainingMs < minAttemptMs ? 'no_slot' : end
}

/**
 * The reply shows only the status of earlier attempts. Their bodies would take as much memory as several executions.
 */
function dropBodies(attempts: Attempt[]): void {
  attempts.forEach((attempt, index) => {
    const { outcome } = attempt
    if (outcome.response === null || outcome.response.body.length === 0) return
    const response = { ...outcome.response, body: noBytes }
    attempts[index] = { ...attempt, outcome: { ...outcome, response } as Outcome }
  })
}

const noBytes = Buffer.alloc(0)

/** What is known after an attempt; null if its decision ends the attempts. */
function situationAfter(
  repeat: RetrySafety,
  { outcome, response, decision }: Judgement,
  calls: number,
  budget: Budget,
  { node }: AttemptPlan,
): RetrySituation | null {
  if (decision.endsAttempts) return null
  return {
    attempts: calls,
    repeat,
    retryAfterMs:
      response === null
        ? readHeldBackMs(outcome)
        : pauseToKeepMs(response, new Date(), node.retry.resetHeaders),
    remainingMs: budget.remainingMs,
    random: Math.random(),
  }
}

/** Why no attempt follows although some are left; null where the node wants none after such an outcome. */
function whyNoRetry({ retry }: CompiledNode, last: Attempt, situation: RetrySituation): string | null {
  return retry.on === null || isWanted(retry.on, last) ? explainNoRetry(retry, situation) : null
}

/** A judgement whose hint says why no attempt follows. */
function withReason(judgement: Judgement, why: string | null): Judgement {
  const { decision } = judgement
  if (why === null || decision.succeeded) return judgement
  const hint = [decision.reason.hint, `No other attempt of "retry" was made: ${why}`]
    .filter((text) => text !== null)
    .join(' ')
  return { ...judgement, decision: { ...decision, reason: { ...decision.reason, hint } } }
}

/** If the node does not look at the body, a complete head decides although the time ran out within the body. */
function withHead(attempt: Attempt, { looksAtBody }: CompiledNode): Attempt {
  const { outcome } = attempt
  if (looksAtBody || outcome.kind === 'responded' || outcome.response === null) return attempt
  if (outcome.failure.code !== 'response_timeout' || isPreparation(attempt)) return attempt
  return { ...attempt, outcome: { kind: 'responded', response: outcome.response } }
}

/** What an attempt has of the time limit that ends first. */
interface Limit {
  readonly timeoutMs: number
  readonly clock: Clock
}

/** The time limits of an execution: per attempt, for all attempts, and from acceptance to reply. */
class Budget {
  readonly #plan: AttemptPlan
  readonly #began: number

  constructor(plan: AttemptPlan) {
    this.#plan = plan
    this.#began = performance.now() - (plan.before?.elapsedMs ?? 0)
  }

  /** Time left for the rest of the execution. */
  get remainingMs(): number {
    const now = performance.now()
    return Math.min(this.#totalMs(now), this.#deadlineMs(now))
  }

  /** The limit of an attempt that begins now: whichever ends first. */
  limit(): Limit {
    const { node, deadlineMs } = this.#plan
    const now = performance.now()
    const totalMs = this.#totalMs(now)
    const ms = Math.min(node.timeoutMs, totalMs, this.#deadlineMs(now))
    const timeoutMs = Math.max(1, Math.floor(ms))
    if (ms === node.timeoutMs) return { timeoutMs, clock: { name: 'timeoutMs', ms } }
    const leftMs = timeoutMs
    if (ms === totalMs) return { timeoutMs, clock: { name: 'totalMs', ms: node.retry.totalMs, leftMs } }
    return { timeoutMs, clock: { name: 'deadlineMs', ms: deadlineMs, leftMs } }
  }

  #totalMs(now: number): number {
    return this.#plan.node.retry.totalMs - (now - this.#began)
  }

  #deadlineMs(now: number): number {
    const { deadlineMs, accepted } = this.#plan
    return deadlineMs - (now - accepted)
  }
}

/**
 * Whether the time of the execution ended with an attempt. Timers may fire slightly early, so the clock alone may not
 * show it yet.
 */
function hasRunOut({ outcome }: Attempt): boolean {
  if (outcome.kind === 'responded') return false
  const { clock } = outcome.failure
  return clock !== undefined && clock.name !== 'timeoutMs'
}
