import type { CallbackStore } from '../../connections/callback-store.ts'
import type { CompiledCallback } from '../../connections/read-callbacks.ts'
import type { ExecuteReply } from '../../contract/execution.ts'
import type { Payload } from '../../contract/payload.ts'
import { executeNode } from '../../execution/execute.ts'
import type { ExecutionContext } from '../../execution/execution-context.ts'
import type { Executed } from '../../execution/results.ts'
import { renderRequest } from '../../webhook/render.ts'
import { withheldSecret } from '../../webhook/request/render-session.ts'
import { RenderBudget } from '../../webhook/template/render-budget.ts'
import { maxJsonDepth, parseJson } from '../../webhook/values/json.ts'
import { findLane } from '../find-lane.ts'
import type {
  CallbackOutcome,
  ExecutionStore,
  Lane,
  LeasedCallback,
  StoredExecution,
} from '../store/execution-store.ts'
import { untilAvailable } from '../until-available.ts'
import type { HostState } from './dispatcher.ts'
import { type CallbackAddress, readRest } from './documents.ts'
import type { Holding } from './runner.ts'

/** What became of one try. */
export interface CallbackTry {
  readonly executionId: string
  /** The name of the entry, or null if it cannot be read. */
  readonly to: string | null
  readonly outcome: 'delivered' | 'again' | 'failed'
  /** The code of the reason; null if nothing was sent. */
  readonly code: string | null
  /** Why nothing was sent; null if it was. */
  readonly cause: 'no_entry' | 'unreadable' | null
  /** How many were sent. */
  readonly attempts: number
}

export interface CallbacksOptions {
  readonly store: ExecutionStore
  readonly context: ExecutionContext
  readonly callbacks: CallbackStore
  readonly hold: () => Holding
  /** Called after each try that was sent. */
  readonly onAttempted: (executed: Executed) => void
  readonly onTried: (tried: CallbackTry) => void
}

/** Pauses between tries, in milliseconds. The last one repeats. */
const pausesMs = [5_000, 30_000, 120_000, 600_000, 3_600_000] as const
const [shortestPauseMs, , , , longestPauseMs] = pausesMs

/** How long after the end of an execution its callback is tried. */
const givenUpAfterMs = 24 * 3_600_000

/** The pause where nothing was sent: as long as it has waited. */
function growPause(ageMs: number): number {
  return Math.min(Math.max(ageMs, shortestPauseMs), longestPauseMs)
}

/** How long a callback is given back for that could not begin now. */
const shortageMs = 1_000

/** Calls of the service itself: no client can have this name. */
const ownClient = ':callbacks'

/** A text that every place of a request takes. */
const ordinary = 'a'

/** What a callback is tried with before there is an end. */
const sampleMessage = {
  type: 'execution.ended',
  executionId: '00000000-0000-7000-8000-000000000000',
  branch: 'success',
  succeeded: true,
  reason: { code: 'expectation_met' },
  captured: {},
  delivered: 'yes',
}

/** Where callbacks wait whose entry is gone. */
const nowhere: Lane = { client: ownClient, tenant: null, host: 'callback.invalid', port: 443 }

/** Tells engines that executions have ended: at least once, for a day. A callback is a node, with the same renderer and guard. */
export class Callbacks {
  readonly #options: CallbacksOptions
  readonly #stopping = new AbortController()
  readonly #closed = new AbortController()

  constructor(options: CallbacksOptions) {
    this.#options = options
  }

  findLane(to: string): Lane {
    const callback = this.#options.callbacks.find(to)
    return callback === null ? nowhere : findLane(callback.node, { client: ownClient, tenant: null })
  }

  /** The part of a submission that cannot be written into its callback; null if all can. Null for a callback that has another fault. */
  findFault({ to, token }: CallbackAddress, correlationId: string | null): 'token' | 'correlationId' | null {
    const callback = this.#options.callbacks.find(to)
    if (callback === null) return null
    const renders = (token: string | null, correlationId: string | null) =>
      this.#renders(callback, { token, correlationId })
    if (renders(token, correlationId) || !renders(ordinary, ordinary)) return null
    return renders(ordinary, correlationId) ? 'token' : 'correlationId'
  }

  stop(): void {
    this.#stopping.abort('cancelled')
  }

  close(): void {
    this.#closed.abort()
  }

  /** Makes the next try. */
  async send(leased: LeasedCallback): Promise<HostState> {
    const { execution, lease, rest } = leased
    const { store } = this.#options
    const address = rest === null ? null : readRest(rest).callback
    if (address === null || execution.reply === null)
      return await this.#settle(leased, address, 'failed', null)
    const result = await this.#try(leased, address, execution.reply)
    if (result === 'later' || (result !== null && this.#wasStopped(result))) {
      const dueAt = store.now() + (this.#stopping.signal.aborted ? 0 : shortageMs)
      await untilAvailable(() => store.release([lease], dueAt), this.#closed.signal)
      return 'unknown'
    }
    const code = result?.reply.reason.code ?? null
    if (result?.reply.succeeded) return await this.#settle(leased, address, 'delivered', code)
    const endedAt = execution.endedAt ?? store.now()
    const isOver = store.now() - endedAt >= givenUpAfterMs
    const askedMs = result?.reply.retryAfterMs ?? 0
    return await this.#settle(leased, address, isOver ? 'failed' : 'again', code, askedMs)
  }

  #renders(
    { node, secrets }: CompiledCallback,
    own: { token: string | null; correlationId: string | null },
  ): boolean {
    const { maxRenderMs, maxRenderedBytes, userAgent } = this.#options.context
    const budget = new RenderBudget(maxRenderMs)
    const rendered = budget.render(() =>
      renderRequest(node, {
        payload: { ...sampleMessage, ...own } as Payload,
        secrets,
        store: { find: () => withheldSecret },
        budget,
        executionId: sampleMessage.executionId,
        idempotencyKey: null,
        correlationId: null,
        tenant: null,
        userAgent,
        maxRenderedBytes,
        traceHeaders: [],
      }),
    )
    return rendered.ok
  }

  /** `later`: it could not begin now. Null if there is no such entry. */
  async #try(
    { execution, rest }: LeasedCallback,
    address: CallbackAddress,
    reply: Uint8Array,
  ): Promise<Executed | 'later' | null> {
    const { callbacks, context, hold, onAttempted } = this.#options
    const callback = callbacks.find(address.to)
    if (callback === null || rest === null) return null
    const resources = hold()
    const result = await executeNode(
      { node: callback.node, payload: describe(readReply(reply), address), secrets: callback.secrets },
      context,
      {
        signal: this.#stopping.signal,
        resources,
        trace: readRest(rest).trace,
        client: ownClient,
        continuation: {
          executionId: nameMessage(execution),
          attemptsBefore: execution.callback?.attempts ?? 0,
          acceptedAt: Date.now(),
          progress: null,
          postpones: true,
        },
      },
    ).finally(() => resources.end())
    if (result.kind === 'refused') throw new TypeError('a compiled node is not refused')
    if (result.kind === 'unaffordable' || result.postponed?.wasHeldBack) return 'later'
    onAttempted(result)
    return result
  }

  #wasStopped({ reply: { reason, delivered } }: Executed): boolean {
    const isStopped = reason.code === 'cancelled' || reason.code === 'shutdown'
    return isStopped && delivered === 'no' && this.#stopping.signal.aborted
  }

  async #settle(
    { execution, lease }: LeasedCallback,
    address: CallbackAddress | null,
    outcome: CallbackTry['outcome'],
    code: string | null,
    askedMs = 0,
  ): Promise<HostState> {
    const { store, onTried } = this.#options
    const before = execution.callback?.attempts ?? 0
    const wasSent = code !== null
    const now = store.now()
    const pauseMs = wasSent
      ? Math.max(askedMs, pausesMs[Math.min(before, pausesMs.length - 1)] ?? 0)
      : growPause(now - (execution.endedAt ?? now))
    const settled: CallbackOutcome =
      outcome === 'again' ? { outcome, dueAt: now + pauseMs, wasSent } : { outcome, wasSent }
    await untilAvailable(() => store.settleCallback(lease, settled), this.#closed.signal)
    const cause = wasSent ? null : address === null || execution.reply === null ? 'unreadable' : 'no_entry'
    const to = address?.to ?? null
    onTried({ executionId: execution.id, to, outcome, code, cause, attempts: before + Number(wasSent) })
    if (cause !== null) return 'unknown'
    return outcome === 'delivered' ? 'well' : 'failed'
  }
}

/** The id of a message, the same on each try. Receivers drop what comes twice: each further end has an id of its own. */
function nameMessage({ id, callback }: StoredExecution): string {
  const { number } = callback ?? { number: 1 }
  return number === 1 ? id : `${id}.${number}`
}

function readReply(reply: Uint8Array): ExecuteReply {
  const parsed = parseJson(Buffer.from(reply).toString(), { maxDepth: 2 * maxJsonDepth })
  if (!parsed.ok) throw new TypeError('a stored reply is JSON')
  return parsed.exact as ExecuteReply
}

/** The message, whose members the templates of the entry can use. Without a body of its own it is the body. */
function describe(reply: ExecuteReply, { token, isFull }: CallbackAddress): Payload {
  const { executionId, correlationId, branch, succeeded, reason, captured, delivered } = reply
  const message = {
    type: 'execution.ended',
    executionId,
    correlationId,
    token,
    branch,
    succeeded,
    reason,
    captured,
    delivered,
    ...(isFull && { result: reply }),
  }
  return message as Payload
}
