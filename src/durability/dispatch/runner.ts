import type { ConfigError } from '../../contract/config-error.ts'
import type { ExecuteReply } from '../../contract/execution.ts'
import { type FailureCode, findSafetyAfterFailure } from '../../contract/failure.ts'
import type { Continuation, Postponed } from '../../execution/continuation.ts'
import { executeNode } from '../../execution/execute.ts'
import type { ExecutionContext } from '../../execution/execution-context.ts'
import type { HeldResources } from '../../execution/held-resources.ts'
import type { Executed, ExecutionRecord } from '../../execution/results.ts'
import {
  endInterrupted,
  goOnAfterDeath,
  replyUnsent,
  type UnsentEnd,
  unknownNode,
} from '../../execution/unsent-reply.ts'
import type { CompiledNode } from '../../webhook/compile.ts'
import { connectionPath } from '../../webhook/request/member-path.ts'
import { minAttemptMs } from '../../webhook/retry.ts'
import { describeEnd } from '../ended.ts'
import { askStore, type Sending, startSending } from '../permission.ts'
import type {
  Again,
  Ended,
  EndState,
  ExecutionDocuments,
  ExecutionStore,
  Lane,
  LeasedExecution,
} from '../store/execution-store.ts'
import { untilAvailable } from '../until-available.ts'
import type { HostState } from './dispatcher.ts'
import { readDocuments, type SubmittedDocuments } from './documents.ts'

/** The resources of one execution. */
export interface Holding extends HeldResources {
  /** Releases all. */
  end(): void
}

/** An execution that has ended. */
export interface EndedExecution {
  readonly client: string
  readonly record: ExecutionRecord
  /** Null without a trace. */
  readonly traceId: string | null
}

export interface RunnerOptions {
  readonly store: ExecutionStore
  /** Its nodes are those of durable executions. */
  readonly context: ExecutionContext
  readonly hold: () => Holding
  /** The lane of the callbacks to an entry of CALLBACKS_FILE. */
  readonly callbackLane: (to: string) => Lane
  readonly onEnded: (ended: EndedExecution) => void
  /** Called after each attempt, before it is stored. */
  readonly onAttempted: (executed: Executed) => void
  /** Called when a lease has ended. */
  readonly onSettled: (outcome: 'again' | 'ended' | 'given_back') => void
  readonly onError: (error: unknown) => void
}

/** How long an execution is given back for that the service could not begin now. */
const shortageMs = 1_000

/** The same after a bug. */
const afterErrorMs = 30_000

/** No lane is paused longer because of one call. */
const longestLanePauseMs = 1_000

/** Makes the attempts of durable executions, one at a time, and stores what became of each. */
export class Runner {
  readonly #options: RunnerOptions
  readonly #stopping = new AbortController()
  readonly #closed = new AbortController()
  /** Of the executions under way: aborted when one is cancelled. */
  readonly #cancelling = new Map<string, AbortController>()

  constructor(options: RunnerOptions) {
    this.#options = options
  }

  /** What has not begun to be sent is given back. */
  stop(): void {
    this.#stopping.abort('cancelled')
  }

  /** If nothing of the attempt under way has been sent, nothing is. */
  cancel(executionId: string): void {
    this.#cancelling.get(executionId)?.abort('cancelled')
  }

  /** Tries no longer to store what became of attempts: they count as interrupted. */
  close(): void {
    this.#closed.abort()
  }

  /** Makes the next attempt. */
  async execute(leased: LeasedExecution): Promise<HostState> {
    const { documents, mustEnd } = leased
    if (documents === null) return await this.#endUnsent(leased, null, 'unreadable')
    const submitted = this.#read(documents, leased)
    if (mustEnd !== null) return await this.#endUnsent(leased, submitted, mustEnd)
    const sending = startSending()
    try {
      return await this.#attempt(leased, submitted, sending)
    } catch (error) {
      this.#options.onError(error)
      if (sending.fenced.signal.aborted) return 'unknown'
      if (sending.hasBegun) return await this.#endUnsent(leased, submitted, 'interrupted')
      return await this.#giveBack(leased, afterErrorMs)
    }
  }

  /** Ends an execution that waits, because it was cancelled. */
  async withdraw(leased: LeasedExecution): Promise<void> {
    const submitted = leased.documents === null ? null : this.#read(leased.documents, leased)
    await this.#endUnsent(
      leased,
      submitted,
      submitted === null ? 'unreadable' : (leased.mustEnd ?? 'withdrawn'),
    )
  }

  /** How far the store's clock is ahead of that of this process. What is stored has the store's time. */
  get #ahead(): number {
    return this.#options.store.now() - Date.now()
  }

  #read(documents: ExecutionDocuments, { execution }: LeasedExecution): SubmittedDocuments {
    const submitted = readDocuments(documents)
    const progress = submitted.progress === null ? null : shift(submitted.progress, -this.#ahead)
    const lost = execution.lost.map(({ attempt, at }) => ({ attempt, at: at - this.#ahead }))
    return { ...submitted, progress: goOnAfterDeath(progress, lost) }
  }

  async #attempt(
    leased: LeasedExecution,
    submitted: SubmittedDocuments,
    sending: Sending,
  ): Promise<HostState> {
    const { context, hold } = this.#options
    const { execution } = leased
    const { tenant } = execution.lane
    const requested = context.nodes.find(submitted.text) ?? { config: submitted.node, text: submitted.text }
    const compiled = context.nodes.compileAccepted(requested, tenant)
    if (!compiled.ok) return await this.#endUnsent(leased, submitted, findCause(compiled.errors))
    const { node } = compiled
    if (isOutOfTime(leased, submitted, node, this.#ahead))
      return await this.#endUnsent(leased, submitted, 'expired')
    const resources = hold()
    const cancelling = new AbortController()
    this.#cancelling.set(execution.id, cancelling)
    const result = await executeNode({ ...describeRequest(submitted, tenant), node }, context, {
      signal: AbortSignal.any([this.#stopping.signal, cancelling.signal]),
      resources,
      trace: submitted.trace,
      // A share of its own: what waits must not slow down who waits.
      client: `${execution.lane.client}:durable`,
      continuation: this.#continue(leased, submitted, node, sending),
    }).finally(() => {
      resources.end()
      this.#cancelling.delete(execution.id)
    })
    if (sending.fenced.signal.aborted) return 'unknown'
    if (result.kind === 'refused') throw new TypeError('a compiled node is not refused')
    if (result.kind === 'unaffordable') return await this.#giveBack(leased, shortageMs)
    if (cancelling.signal.aborted && result.reply.attempts.at(-1)?.failure === 'cancelled')
      return await this.#endUnsent(leased, submitted, 'withdrawn')
    const backMs = this.#findBackMs(result, sending)
    if (backMs !== null) return await this.#giveBack(leased, backMs)
    this.#options.onAttempted(result)
    const postponed = result.postponed ?? this.#goOnAfterStop(result, node, submitted)
    if (postponed === null) await this.#end(leased, submitted, result)
    else await this.#settleAgain(leased, submitted, result, postponed)
    return postponed === null ? judgeHost(result) : 'failed'
  }

  #continue(
    { execution, lease }: LeasedExecution,
    submitted: SubmittedDocuments,
    node: CompiledNode,
    sending: Sending,
  ): Continuation {
    return {
      executionId: execution.id,
      attemptsBefore: execution.attemptsBefore,
      acceptedAt: findStart(execution.startedAt, submitted) - this.#ahead,
      progress: submitted.progress,
      permission: node.retry.isIdempotent
        ? undefined
        : askStore(this.#options.store, lease, execution.attempts, sending),
      postpones: true,
    }
  }

  /** For how long an execution is given back of which nothing was sent now; null if it is not. */
  #findBackMs({ postponed, reply }: Executed, sending: Sending): number | null {
    if (postponed?.wasHeldBack) return Math.max(1, postponed.ms)
    if (sending.isUnknown && !sending.hasBegun) return shortageMs
    const last = reply.attempts.at(-1)
    if (last === undefined || last.delivered !== 'no') return null
    // What the wait has used up of its time is seen before the next attempt.
    if (last.failure === 'queue_full' || last.failure === 'queue_timeout') return shortageMs
    const isStopped = last.failure === 'cancelled' || last.failure === 'shutdown'
    return isStopped && this.#stopping.signal.aborted ? 0 : null
  }

  /** A call that the end of this process has cut off goes on in the next one, if it may be repeated. */
  #goOnAfterStop(
    { reply }: Executed,
    node: CompiledNode,
    { progress }: SubmittedDocuments,
  ): Postponed | null {
    if (reply.reason.code !== 'shutdown' || !node.retry.isIdempotent) return null
    const { attempts, repeat } = reply
    const { calls = 0, beganAt = Date.now() } = progress ?? {}
    return { ms: 0, wasHeldBack: false, progress: { attempts, calls, repeat, beganAt } }
  }

  async #settleAgain(
    leased: LeasedExecution,
    submitted: SubmittedDocuments,
    result: Executed,
    { ms, progress }: Postponed,
  ): Promise<void> {
    const again: Again = {
      outcome: 'again',
      attempts: result.reply.attempts.at(-1)?.number ?? leased.execution.attempts,
      dueAt: this.#options.store.now() + ms,
      progress: Buffer.from(JSON.stringify(shift(progress, this.#ahead))),
    }
    const written = await this.#store((store) => store.settle(leased.lease, again))
    if (written === 'cancelled') await this.#endUnsent(leased, { ...submitted, progress }, 'withdrawn')
    else if (written !== 'fenced') this.#options.onSettled('again')
  }

  async #end(leased: LeasedExecution, submitted: SubmittedDocuments, result: Executed): Promise<void> {
    const state = result.reply.succeeded ? 'succeeded' : 'failed'
    if (!(await this.#settleEnded(leased, submitted, result.reply, state))) return
    const { client } = leased.execution.lane
    this.#options.onEnded({ client, record: result.record, traceId: result.trace?.context.traceId ?? null })
  }

  async #endUnsent(
    leased: LeasedExecution,
    submitted: SubmittedDocuments | null,
    code: UnsentCode,
  ): Promise<'unknown'> {
    const { execution } = leased
    const { context, onEnded } = this.#options
    const node = submitted === null ? null : this.#compile(submitted, execution.lane.tenant)
    const asked = {
      executionId: execution.id,
      correlationId: submitted?.correlationId ?? null,
      tenant: execution.lane.tenant,
      idempotencyKey: submitted?.idempotencyKey ?? null,
      acceptedAt: findStart(execution.startedAt, submitted) - this.#ahead,
    }
    const end = describeUnsent(leased, submitted, code)
    const reply = replyUnsent(
      node ?? { ...unknownNode, id: execution.nodeId },
      asked,
      end,
      context.docsBaseUrl,
    )
    if (!(await this.#settleEnded(leased, submitted, reply, states[code] ?? 'failed'))) return 'unknown'
    const record = recordUnsent(reply, node, execution.lane)
    onEnded({ client: execution.lane.client, record, traceId: submitted?.trace?.traceId ?? null })
    return 'unknown'
  }

  /** False if another instance has taken over, so that this is not the end. Where an answer of the store was lost, it is. */
  async #settleEnded(
    leased: LeasedExecution,
    submitted: SubmittedDocuments | null,
    reply: ExecuteReply,
    state: EndState,
  ): Promise<boolean> {
    const { execution, lease } = leased
    const to = execution.callsBack ? submitted?.callback?.to : undefined
    const callback =
      to === undefined ? null : { lane: this.#options.callbackLane(to), dueAt: this.#options.store.now() }
    const ended: Ended = { ...describeEnd(reply, execution.attempts), state, callback }
    let tries = 0
    const written = await this.#store((store) => {
      tries += 1
      return store.settle(lease, ended)
    })
    if (written === 'fenced' && tries === 1) return false
    this.#options.onSettled('ended')
    return true
  }

  async #giveBack({ lease, execution }: LeasedExecution, ms: number): Promise<'unknown'> {
    const now = this.#options.store.now()
    if (ms > 0)
      await this.#store((store) => store.pause(execution.lane, now + Math.min(ms, longestLanePauseMs)))
    await this.#store((store) => store.release([lease], now + ms))
    this.#options.onSettled('given_back')
    return 'unknown'
  }

  /** Repeats what must be stored until it is. */
  #store<T>(operation: (store: ExecutionStore) => Promise<T>): Promise<T> {
    return untilAvailable(() => operation(this.#options.store), this.#closed.signal) as Promise<T>
  }

  /** Null for a node whose connection is gone, or that this version does not know. */
  #compile({ node, text }: SubmittedDocuments, tenant: string | null): CompiledNode | null {
    const compiled = this.#options.context.nodes.compileAccepted({ config: node, text }, tenant)
    return compiled.ok ? compiled.node : null
  }
}

type UnsentCode = Extract<
  FailureCode,
  'interrupted' | 'withdrawn' | 'expired' | 'unreadable' | 'connection_missing'
>

const states: Readonly<Partial<Record<UnsentCode, EndState>>> = { withdrawn: 'withdrawn', expired: 'expired' }

const messages: Readonly<Record<Exclude<UnsentCode, 'interrupted'>, string>> = {
  withdrawn: 'A client cancelled the execution.',
  expired:
    'The execution was not finished in time: by expiresAt, within deadlineMs, or within totalMs of its attempts.',
  unreadable:
    'What was stored of the execution cannot be read, or this version of the service does not know it.',
  connection_missing: 'The service does not have the connection of the node any more.',
}

function describeUnsent(
  { execution }: LeasedExecution,
  submitted: SubmittedDocuments | null,
  code: UnsentCode,
): UnsentEnd {
  const attempts = submitted?.progress?.attempts ?? []
  if (code === 'interrupted') {
    const begun = execution.begun ?? { attempt: execution.attempts + 1, at: Date.now() }
    return endInterrupted(attempts, [begun])
  }
  const isUntold = submitted === null && (execution.attempts > 0 || execution.begun !== null)
  const repeat = findSafetyAfterFailure(code, isUntold ? 'maybe' : 'no')
  return { code, message: messages[code], repeat, attempts }
}

/** How the host was in the last attempt of an execution that has ended. */
function judgeHost({ reply: { attempts } }: Executed): HostState {
  const last = attempts.at(-1)
  if (last === undefined) return 'unknown'
  return last.status === null ? 'failed' : 'well'
}

function shift<T extends { readonly beganAt: number }>(progress: T, ms: number): T {
  return { ...progress, beganAt: progress.beganAt + ms }
}

/** From when on the time limits of an execution count. */
function findStart(startedAt: number, submitted: SubmittedDocuments | null): number {
  return Math.max(startedAt, submitted?.notBefore ?? 0)
}

/** Without a connection a node cannot be sent; anything else this version does not know of it. */
function findCause(errors: readonly ConfigError[]): UnsentCode {
  return errors.every(({ path }) => path === connectionPath) ? 'connection_missing' : 'unreadable'
}

/** Whether no attempt can begin within `deadlineMs`, or within the time of all attempts. */
function isOutOfTime(
  { execution }: LeasedExecution,
  submitted: SubmittedDocuments,
  { retry }: CompiledNode,
  ahead: number,
): boolean {
  const deadlineAt =
    findStart(execution.startedAt, submitted) - ahead + (submitted.deadlineMs ?? Number.POSITIVE_INFINITY)
  const beganAt = submitted.progress?.beganAt ?? Number.POSITIVE_INFINITY
  return Date.now() > Math.min(deadlineAt, beganAt + retry.totalMs) - minAttemptMs
}

function describeRequest(
  { payload, secrets, idempotencyKey, correlationId, diagnostics, deadlineMs }: SubmittedDocuments,
  tenant: string | null,
) {
  return {
    payload,
    secrets,
    diagnostics,
    ...(idempotencyKey !== null && { idempotencyKey }),
    ...(correlationId !== null && { correlationId }),
    ...(deadlineMs !== null && { deadlineMs }),
    ...(tenant !== null && { tenant }),
  }
}

function recordUnsent(reply: ExecuteReply, node: CompiledNode | null, lane: Lane): ExecutionRecord {
  return {
    executionId: reply.executionId,
    correlationId: reply.correlationId,
    nodeId: reply.nodeId,
    tenant: reply.tenant,
    connection: reply.connection,
    acceptedAt: new Date(),
    method: node?.method ?? 'POST',
    host: lane.host,
    port: lane.port,
    status: null,
    branch: node?.onError ?? 'error',
    isCase: false,
    succeeded: false,
    code: reply.reason.code,
    blame: reply.reason.blame,
    explained: reply.reason,
    delivered: reply.delivered,
    attempts: reply.attempts,
    durationMs: 0,
    secrets: [],
    secretRefusal: null,
  }
}
