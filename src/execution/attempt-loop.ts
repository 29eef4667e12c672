import type { Failure, FailureCode } from '../contract/failure.ts'
import type { Warning } from '../contract/warning.ts'
import { attemptNotBegun } from '../egress/attempt.ts'
import type { EgressClient } from '../egress/egress-client.ts'
import type { CompiledNode } from '../webhook/compile.ts'
import { minAttemptMs, pauseBeforeRetry } from '../webhook/retry.ts'
import { askedPauseMs } from '../webhook/retry-after.ts'
import { isTurnedAway, judgeRetrySafety } from '../webhook/retry-safety.ts'
import type { OutboundRequest } from '../webhook/wire/outbound-request.ts'
import type { Attempt, Outcome } from '../webhook/wire/outcome.ts'
import type { Judgement } from './evaluate-outcome.ts'
import type { HeldResources, PauseEnd } from './held-resources.ts'
import { LoopTurns } from './loop-turns.ts'

/** What is to be sent, and until when. */
export interface AttemptPlan {
  readonly node: CompiledNode
  readonly request: OutboundRequest
  readonly egressClient: Pick<EgressClient, 'call'>
  readonly tenant: string | null
  /** Milliseconds from acceptance; infinite without one. */
  readonly deadlineMs: number
  /** `performance.now()` when the execution was accepted. */
  readonly accepted: number
  /** Whether it had to wait since then until it could be rendered. */
  readonly hasWaited: boolean
  /** Of all that is not begun yet: an attempt that waits for its turn, and every further one. */
  readonly signal: AbortSignal
  readonly resources: HeldResources
  readonly turns: LoopTurns
  /** Decides on the outcome of an attempt. */
  readonly judge: (outcome: Outcome) => Judgement
}

/** The attempts that were made. */
export interface AttemptsMade {
  /** In order. The last one decides. */
  readonly attempts: readonly Attempt[]
  /** Of the last one. */
  readonly judgement: Judgement
  /** `performance.now()` when the last one had ended. */
  readonly endedAt: number
  readonly warnings: readonly Warning[]
}

/** Attempts until one is good, none may follow or the time is up. Each outcome is judged once. */
export async function runAttempts(plan: AttemptPlan): Promise<AttemptsMade> {
  const { node, request, egressClient, tenant, signal, resources, turns, judge } = plan
  const receive = (bytes: number) => resources.holdReceived(bytes)
  const budget = new Budget(plan)
  if (plan.hasWaited && budget.remainingMs < minAttemptMs) return judgeUnbegun(plan)
  const attempts: Attempt[] = []
  for (let calls = 1; ; calls++) {
    const limit = budget.limit()
    const made = await egressClient.call(request, { timeoutMs: limit.ms, tenant, signal, receive })
    const endedAt = performance.now()
    const ended = made.map((attempt) => withHead(blamingLimit(attempt, limit), node))
    attempts.push(...ended)
    const outcome = takeLast(ended).outcome
    if (LoopTurns.isLong(countBytes(request, outcome))) await turns.take()
    const judgement = judge(outcome)
    const isLast = calls === node.retry.attempts || made.some((attempt) => hasRunOut(attempt, limit))
    const waitMs = isLast ? null : waitAfter(ended, judgement, calls, budget, plan)
    if (waitMs === null) return { attempts, judgement, endedAt, warnings: noWarnings }
    const end = await pause(waitMs, budget, plan)
    if (end !== 'over') return { attempts, judgement, endedAt, warnings: [unbegun[end]] }
    dropBodies(attempts)
    resources.dropReceived()
  }
}

function judgeUnbegun({ judge }: AttemptPlan): AttemptsMade {
  const attempt = attemptNotBegun(renderedTooLate)
  const judgement = judge(attempt.outcome)
  return { attempts: [attempt], judgement, endedAt: performance.now(), warnings: noWarnings }
}

function takeLast(attempts: readonly Attempt[]): Attempt {
  const last = attempts.at(-1)
  if (last === undefined) throw new TypeError('a call has at least one attempt')
  return last
}

/** Of what is to be judged and shown. */
function countBytes({ body }: OutboundRequest, { response }: Outcome): number {
  return (body?.length ?? 0) + (response?.body.length ?? 0)
}

const noWarnings: readonly Warning[] = []

const renderedTooLate: Failure = {
  code: 'queue_timeout',
  detail: `The call waited until templates of its client or tenant could be rendered again, and with less than ${minAttemptMs} ms left no attempt is begun.`,
  path: '/deadlineMs',
  hint: 'Templates of this client or tenant take more of the processor than their share: simplify them, or raise deadlineMs.',
}

/** Why another attempt was not begun, although one was due. */
const unbegun: Readonly<Record<Exclude<PauseEnd, 'over'>, Warning>> = {
  stopped: retryAbandoned('the service was stopped, or its client had gone.'),
  no_place: retryAbandoned('after the pause the service had no place for it in time.'),
  too_many: {
    code: 'pauses_full',
    path: '/node/retry',
    message:
      'Another attempt was due, and was not begun: as many executions are in a pause as may be (MAX_PAUSED, and a quarter of it for one client, tenant or host).',
  },
}

function retryAbandoned(why: string): Warning {
  const message = `Another attempt was due, and was not begun: ${why}`
  return { code: 'retry_abandoned', path: '/node/retry', message }
}

async function pause(ms: number, budget: Budget, { request, resources }: AttemptPlan): Promise<PauseEnd> {
  const host = `${request.host}:${request.port}`
  const end = await resources.pause({ ms, host, withinMs: budget.remainingMs - minAttemptMs })
  return end === 'over' && budget.remainingMs < minAttemptMs ? 'no_place' : end
}

/** Of all attempts but the last one only the status is told. Ten bodies would take up as much as ten executions. */
function dropBodies(attempts: Attempt[]): void {
  attempts.forEach((attempt, index) => {
    const { outcome } = attempt
    if (outcome.response === null || outcome.response.body.length === 0) return
    const response = { ...outcome.response, body: noBytes }
    attempts[index] = { ...attempt, outcome: { ...outcome, response } as Outcome }
  })
}

const noBytes = Buffer.alloc(0)

function waitAfter(
  made: readonly Attempt[],
  { outcome, decision }: Judgement,
  calls: number,
  budget: Budget,
  { node }: AttemptPlan,
): number | null {
  if (decision.succeeded) return null
  return pauseBeforeRetry(node.retry, {
    attempts: calls,
    repeat: judgeRetrySafety(made),
    retryAfterMs: pauseAskedBy(outcome),
    remainingMs: budget.remainingMs,
    random: Math.random(),
  })
}

/** Others say nothing of when the target would take the request. */
function pauseAskedBy({ response }: Outcome): number | null {
  if (response === null || !isTurnedAway(response.status)) return null
  const pauseMs = askedPauseMs(response, new Date())
  return pauseMs !== null && pauseMs > longestMeantMs ? null : pauseMs
}

/** Nobody means more than a year, be it a leap year: such a number is a point in time, or a mistake. */
const longestMeantMs = 366 * 86_400_000

/** Where nobody looks at the body, a head that has come decides, although the clock ran out within the body. */
function withHead(attempt: Attempt, { looksAtBody }: CompiledNode): Attempt {
  const { outcome } = attempt
  if (looksAtBody || outcome.kind === 'responded' || outcome.response === null) return attempt
  if (outcome.failure.code !== 'response_timeout') return attempt
  return { ...attempt, outcome: { kind: 'responded', response: outcome.response } }
}

/** What may end an attempt, and where it stands in a request. */
const limitPaths = {
  timeoutMs: '/node/timeoutMs',
  totalMs: '/node/retry/totalMs',
  deadlineMs: '/deadlineMs',
} as const

interface Limit {
  readonly name: keyof typeof limitPaths
  readonly ms: number
}

/** The time that an execution has: for each attempt, for all of them, and for everything. */
class Budget {
  readonly #plan: AttemptPlan
  readonly #began = performance.now()

  constructor(plan: AttemptPlan) {
    this.#plan = plan
  }

  /** What is left for all that follows. */
  get remainingMs(): number {
    const now = performance.now()
    return Math.min(this.#totalMs(now), this.#deadlineMs(now))
  }

  /** The limit of an attempt that begins now: the one that ends first. */
  limit(): Limit {
    const { timeoutMs } = this.#plan.node
    const now = performance.now()
    const totalMs = this.#totalMs(now)
    const ms = Math.min(timeoutMs, totalMs, this.#deadlineMs(now))
    const name = ms === timeoutMs ? 'timeoutMs' : ms === totalMs ? 'totalMs' : 'deadlineMs'
    return { name, ms: Math.max(1, Math.floor(ms)) }
  }

  #totalMs(now: number): number {
    return this.#plan.node.retry.totalMs - (now - this.#began)
  }

  #deadlineMs(now: number): number {
    const { deadlineMs, accepted } = this.#plan
    return deadlineMs - (now - accepted)
  }
}

const timeouts: ReadonlySet<FailureCode> = new Set([
  'queue_timeout',
  'dns_timeout',
  'connect_timeout',
  'tls_timeout',
  'send_timeout',
  'response_timeout',
])

/** Whether the time for all that follows ended with an attempt. Timers are coarse: the clock may not yet say so. */
function hasRunOut({ outcome }: Attempt, { name }: Limit): boolean {
  return outcome.kind === 'failed' && name !== 'timeoutMs' && timeouts.has(outcome.failure.code)
}

/** A limit other than the node's own ends attempts in its own name: raising `timeoutMs` would not help. */
function blamingLimit(attempt: Attempt, limit: Limit): Attempt {
  const { outcome } = attempt
  if (outcome.kind === 'responded' || !hasRunOut(attempt, limit)) return attempt
  const { name } = limit
  const hint = `The time came from ${name}, which ends before timeoutMs does: raise ${name}.`
  return {
    ...attempt,
    outcome: { ...outcome, failure: { ...outcome.failure, path: limitPaths[name], hint } },
  }
}
