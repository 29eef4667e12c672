import { setTimeout as wait } from 'node:timers/promises'
import type { ConfigError } from '../../contract/config-error.ts'
import type { ExecuteReply, ExecuteRequest } from '../../contract/execution.ts'
import { executeNode } from '../../execution/execute.ts'
import type { CallContext, ExecutionContext } from '../../execution/execution-context.ts'
import type { WithRequestedNode } from '../../execution/node-cache.ts'
import type { Executed, Refused, Unaffordable } from '../../execution/results.ts'
import { endInterrupted, goOnAfterDeath, replyUnsent } from '../../execution/unsent-reply.ts'
import { createTimedUuid } from '../../execution/uuid.ts'
import type { CompiledNode } from '../../webhook/compile.ts'
import { describeEnd } from '../ended.ts'
import { findDelivered } from '../find-delivered.ts'
import { findLane } from '../find-lane.ts'
import { askAgain, askStore, startSending } from '../permission.ts'
import type {
  Accepted,
  Begun,
  Ended,
  ExecutionStore,
  InProgress,
  KeyReused,
  Lease,
  SynchronousSubmission,
} from '../store/execution-store.ts'
import { untilAvailable } from '../until-available.ts'
import { markReplayed } from './mark-replayed.ts'

export interface ReplayOptions {
  readonly store: ExecutionStore
  readonly context: ExecutionContext
  readonly onReplayed: () => void
  /** Called when the end of an execution has been stored. */
  readonly onEnded: (executionId: string) => void
}

/** The reply of an earlier execution with the same key. */
export interface ReplayedReply {
  readonly kind: 'replayed'
  /** A reply of `POST /v1/execute`, as JSON. */
  readonly json: string
}

/** The process died after the execution with this key had begun to send what must not be repeated. */
export interface Interrupted {
  readonly kind: 'interrupted'
  readonly reply: ExecuteReply
}

/** Why a key cannot be used now. Nothing was sent. */
export type KeyRefusal =
  /** The id is null if another item of the same request has the key. */
  | {
      readonly kind: 'key_reused'
      readonly executionId: string | null
      /** Of the execution that has the key. */
      readonly delivered: 'no' | 'maybe'
      readonly errors: readonly ConfigError[]
    }
  | { readonly kind: 'in_progress'; readonly executionId: string; readonly retryAfterMs: number }
  | { readonly kind: 'store_unavailable' }

type Request = WithRequestedNode<ExecuteRequest> & { readonly idempotencyKey: string }

export type ExecutedOnce = Refused | Unaffordable | Executed | ReplayedReply | Interrupted | KeyRefusal

/** Executes a node once for each idempotency key of a client and tenant. */
export class Replay {
  readonly #store: ExecutionStore
  readonly #context: ExecutionContext
  readonly #onReplayed: () => void
  readonly #onEnded: (executionId: string) => void
  readonly #closed = new AbortController()

  constructor({ store, context, onReplayed, onEnded }: ReplayOptions) {
    this.#onEnded = onEnded
    this.#onReplayed = onReplayed
    this.#store = store
    this.#context = context
  }

  /** Rejects only on a bug of the service. */
  async execute(request: Request, call: CallContext): Promise<ExecutedOnce> {
    const { tenant = null } = request
    const share = { client: call.client, tenant }
    const { nodes, quota } = this.#context
    const compiled = quota.charge(share, () => nodes.compile(request.node, tenant))
    if (!compiled.ok) return { kind: 'refused', errors: compiled.errors }
    return await this.#ask(request, compiled.node, call, Date.now())
  }

  /** Repeats nothing more. What could not be stored is lost: its keys count as interrupted. */
  close(): void {
    this.#closed.abort()
  }

  async #ask(
    request: Request,
    node: CompiledNode,
    call: CallContext,
    acceptedAt: number,
  ): Promise<ExecutedOnce> {
    const acceptance = await this.#store.accept([this.#submit(request, node, call.client)])
    if (acceptance === 'unavailable') return { kind: 'store_unavailable' }
    if (acceptance.outcome === 'backlog_full') throw new TypeError('a synchronous execution is no backlog')
    if (acceptance.outcome === 'refused') {
      const [fault] = acceptance.faults
      if (fault === undefined) throw new TypeError('a refusal has a cause')
      return fault.outcome === 'key_reused'
        ? describeReuse(fault, await findDelivered(this.#store, fault.executionId))
        : describeProgress(fault, this.#store.now())
    }
    const [answer] = acceptance.executions
    if (answer === undefined) throw new TypeError('each submission has an answer')
    if (answer.outcome === 'accepted') {
      const result = await this.#run({ ...request, node }, node, answer, call, acceptedAt)
      return result === 'fenced'
        ? await this.#askOther(answer.executionId, request, node, call, acceptedAt)
        : result
    }
    const { reply, id } = answer.execution
    if (reply === null) return { kind: 'in_progress', executionId: id, retryAfterMs: 0 }
    this.#onReplayed()
    return { kind: 'replayed', json: markReplayed(Buffer.from(reply).toString()) }
  }

  /**
   * Another instance has taken over, since this one was stopped: it is as if the client had sent its request again. While the other
   * one is at it, or the store is away, this one waits, for as long as the client does.
   */
  async #askOther(
    executionId: string,
    request: Request,
    node: CompiledNode,
    call: CallContext,
    acceptedAt: number,
  ): Promise<ExecutedOnce> {
    const endsAt = findLastMoment(request, node, acceptedAt)
    const signal = AbortSignal.any([call.signal, this.#closed.signal])
    for (;;) {
      const answer = await this.#ask(request, node, call, acceptedAt)
      if (answer.kind !== 'in_progress' && answer.kind !== 'store_unavailable') return answer
      // Not that the store is away: that says that nothing was sent.
      if (Date.now() + askEveryMs > endsAt || signal.aborted)
        return { kind: 'in_progress', executionId, retryAfterMs: 0 }
      await wait(askEveryMs, undefined, { signal }).catch(() => {})
    }
  }

  #submit(request: Request, node: CompiledNode, client: string | null): SynchronousSubmission {
    const { payload = {}, tenant = null, idempotencyKey } = request
    return {
      mode: 'synchronous',
      executionId: createTimedUuid(),
      key: idempotencyKey,
      nodeId: node.id,
      lane: findLane(node, { client: client ?? '', tenant }),
      repeatable: node.retry.isIdempotent,
      node: Buffer.from(this.#context.nodes.write(request.node)),
      payload: Buffer.from(JSON.stringify(payload)),
    }
  }

  async #run(
    request: Request,
    node: CompiledNode,
    { executionId, attempts, lease, begun, lost }: Accepted,
    call: CallContext,
    acceptedAt: number,
  ): Promise<Exclude<ExecutedOnce, ReplayedReply> | 'fenced'> {
    if (lease === null) throw new TypeError('a synchronous execution has a lease')
    const interrupt = async (...attempted: readonly Begun[]) => {
      const { correlationId = null, tenant = null, idempotencyKey } = request
      const asked = { executionId, correlationId, tenant, idempotencyKey, acceptedAt }
      const reply = replyUnsent(node, asked, endInterrupted([], attempted), this.#context.docsBaseUrl)
      return (await this.#settle(lease, describeEnd(reply, attempts))) ? reply : null
    }
    if (begun !== null) {
      const reply = await interrupt(begun)
      return reply === null ? 'fenced' : { kind: 'interrupted', reply }
    }
    const sending = startSending()
    const fenced = sending.fenced.signal
    const isRepeatable = node.retry.isIdempotent
    const ahead = this.#store.now() - Date.now()
    const continuation = {
      executionId,
      attemptsBefore: attempts,
      acceptedAt,
      progress: goOnAfterDeath(
        null,
        lost.map(({ attempt, at }) => ({ attempt, at: at - ahead })),
      ),
      permission: isRepeatable
        ? askAgain(this.#store, lease, sending)
        : askStore(this.#store, lease, attempts, sending),
      postpones: false,
    }
    const signal = AbortSignal.any([call.signal, fenced])
    try {
      const result = await executeNode(request, this.#context, { ...call, signal, continuation })
      if (fenced.aborted) return 'fenced'
      const isUnsent = sending.isUnknown && !sending.hasBegun
      if (result.kind !== 'executed' || isUnsent) await this.#release(lease)
      else if (!(await this.#settle(lease, describeEnd(result.reply, attempts)))) return 'fenced'
      return isUnsent ? { kind: 'store_unavailable' } : result
    } catch (error) {
      if (isRepeatable || sending.hasBegun)
        await interrupt(...lost, { attempt: attempts + 1, at: acceptedAt })
      else await this.#release(lease)
      throw error
    }
  }

  /** Nothing was sent: the key is free, at the latest once the store is there. */
  async #release(lease: Lease): Promise<void> {
    const release = () => this.#store.release([lease], 0)
    if ((await release()) === 'unavailable') void untilAvailable(release, this.#closed.signal)
  }

  /**
   * The client learns the outcome even if the store is not there: storing it is repeated meanwhile. False if another instance has
   * taken over, so that the outcome is not that of the execution.
   */
  async #settle(lease: Lease, ended: Ended): Promise<boolean> {
    const first = await this.#store.settle(lease, ended)
    if (first === 'fenced') return false
    if (first !== 'unavailable') {
      this.#onEnded(lease.executionId)
      return true
    }
    void untilAvailable(() => this.#store.settle(lease, ended), this.#closed.signal).then(() =>
      this.#onEnded(lease.executionId),
    )
    return true
  }
}

/** How often an instance looks whether the one that has taken over is done. */
const askEveryMs = 200

/** Until when a client waits: where it names no deadline, for as long as the node could take from now. */
function findLastMoment(
  { deadlineMs }: Request,
  { retry, timeoutMs }: CompiledNode,
  acceptedAt: number,
): number {
  if (deadlineMs !== undefined) return acceptedAt + deadlineMs
  return Date.now() + (Number.isFinite(retry.totalMs) ? retry.totalMs : timeoutMs)
}

const differences = {
  node: 'differs from the node of the execution that has this idempotencyKey',
  payload: 'differs from the payload of the execution that has this idempotencyKey',
  callback: 'was not asked for with this idempotencyKey before',
} as const

function describeReuse({ executionId, differs }: KeyReused, delivered: 'no' | 'maybe'): KeyRefusal {
  const errors = differs.map((part) => ({ path: `/${part}`, message: differences[part] }))
  return { kind: 'key_reused', executionId, delivered, errors }
}

function describeProgress({ executionId, dueAt }: InProgress, now: number): KeyRefusal {
  const retryAfterMs = dueAt === null ? 0 : Math.max(0, dueAt - now)
  return { kind: 'in_progress', executionId, retryAfterMs }
}
