import { setTimeout as wait } from 'node:timers/promises'
import type { ConfigError } from '../../contract/config-error.ts'
import type { SubmitRequest } from '../../contract/durable.ts'
import type { Payload } from '../../contract/payload.ts'
import type { ExecutionContext } from '../../execution/execution-context.ts'
import type { RequestedNode } from '../../execution/node-cache.ts'
import { refuseNode } from '../../execution/refuse-node.ts'
import { endInterrupted, replyUnsent, unknownNode } from '../../execution/unsent-reply.ts'
import { createTimedUuid } from '../../execution/uuid.ts'
import type { TraceContext } from '../../tracing/trace-context.ts'
import type { CompiledNode } from '../../webhook/compile.ts'
import { suggest } from '../../webhook/values/suggest.ts'
import { findDelivered } from '../find-delivered.ts'
import { findLane } from '../find-lane.ts'
import { readMoment } from '../read-moment.ts'
import type {
  Cancellation,
  DurableSubmission,
  ExecutionPage,
  ExecutionStore,
  ListFilter,
  Redrive,
  RedriveFilter,
  StoredExecution,
  Unavailable,
} from '../store/execution-store.ts'
import type { Dispatcher } from './dispatcher.ts'
import { type CallbackAddress, type Rest, writeDocument } from './documents.ts'
import type { Runner } from './runner.ts'
import type { Waiters } from './waiters.ts'

/** What is submitted, with the node as the cache may have it. */
export type Submission = Omit<SubmitRequest, 'node'> & { readonly node: RequestedNode }

/** What a submission has beside its node. */
type Beside = Omit<SubmitRequest, 'node'>

/** Who submits. */
export interface Submitter {
  /** Null if the service asks for no key. */
  readonly client: string | null
  readonly trace: TraceContext | null
}

/** What was accepted, or was there before. */
export interface AcceptedExecution {
  readonly executionId: string
  readonly idempotencyKey: string | null
  readonly state: StoredExecution['state']
  /** In milliseconds since the epoch; null unless it waits. */
  readonly dueAt: number | null
  readonly expiresAt: number | null
  readonly isReplayed: boolean
}

export type SubmitResult =
  | { readonly kind: 'accepted'; readonly executions: readonly AcceptedExecution[] }
  | { readonly kind: 'refused'; readonly errors: readonly ConfigError[] }
  | { readonly kind: 'secrets_not_storable' }
  | { readonly kind: 'backlog_full'; readonly backlog: number }
  /** The id is null if another item of the same request has the key. */
  | {
      readonly kind: 'key_reused'
      readonly executionId: string | null
      readonly delivered: 'no' | 'maybe'
      readonly errors: readonly ConfigError[]
    }
  | { readonly kind: 'store_unavailable' }

/** How a redrive is asked for. */
export interface RedriveRequest {
  readonly filter: RedriveFilter
  readonly limit: number
  readonly perSecond: number
  readonly dryRun: boolean
  readonly force: boolean
  readonly callsBack: boolean
}

export interface ExecutionsOptions {
  readonly store: ExecutionStore
  /** Its nodes are those of durable executions. */
  readonly context: ExecutionContext
  readonly runner: Runner
  readonly dispatcher: Dispatcher
  readonly waiters: Waiters
  /** Whether secrets of requests may be stored. */
  readonly storesSecrets: boolean
  /** How long an execution waits at most, in milliseconds. */
  readonly maxAgeMs: number
  /** Executions of a tenant that have not ended, at most. */
  readonly maxBacklog: number
  readonly callbackNames: () => readonly string[]
  /** The part of a submission that cannot be written into its callback, or null. */
  readonly findCallbackFault: (
    address: CallbackAddress,
    correlationId: string | null,
  ) => 'token' | 'correlationId' | null
  /** Called with the numbers of executions that are new, and that were there before. */
  readonly onSubmitted: (submitted: { readonly accepted: number; readonly replayed: number }) => void
}

/** How long a client waits at most for the end of what it has cancelled, in milliseconds. */
const cancelMs = 2_000

/** How often a client's execution is looked at that may end in another instance. */
const lookMs = 1_000

/** Durable executions, as their clients see them. */
export class Executions {
  readonly #options: ExecutionsOptions

  constructor(options: ExecutionsOptions) {
    this.#options = options
  }

  /** Stores all executions of a request, or none. */
  async submit(request: Submission, submitter: Submitter): Promise<SubmitResult> {
    const { context, store, storesSecrets, maxAgeMs, maxBacklog, onSubmitted } = this.#options
    const { tenant = null, secrets } = request
    const share = { client: submitter.client, tenant }
    const compiled = context.quota.charge(share, () => context.nodes.compile(request.node, tenant))
    const times = readTimes(request, store.now(), maxAgeMs)
    const inRest = context.quota.charge(share, () => this.#findErrors(request, times))
    const errors = [...(compiled.ok ? [] : compiled.errors), ...inRest]
    if (!compiled.ok || errors.length > 0) return refuseNode(errors, request)
    if (secrets !== undefined && Object.keys(secrets).length > 0 && !storesSecrets)
      return { kind: 'secrets_not_storable' }
    const submissions = this.#write(request, times, compiled.node, submitter)
    const acceptance = await store.accept(submissions)
    if (acceptance === 'unavailable') return { kind: 'store_unavailable' }
    if (acceptance.outcome === 'backlog_full')
      return submissions.length > maxBacklog
        ? { kind: 'refused', errors: [tooManyItems(maxBacklog)] }
        : { kind: 'backlog_full', backlog: acceptance.backlog }
    if (acceptance.outcome === 'refused') {
      const reuse = describeFaults(acceptance.faults, request, submissions)
      return { ...reuse, delivered: await findDelivered(store, reuse.executionId) }
    }
    const keys = request.items?.map(({ idempotencyKey }) => idempotencyKey) ?? [request.idempotencyKey]
    const executions = acceptance.executions.map((answer, index): AcceptedExecution => {
      const idempotencyKey = keys[index] ?? null
      if (answer.outcome === 'accepted') {
        const { executionId, dueAt, expiresAt } = answer
        return { executionId, idempotencyKey, state: 'waiting', dueAt, expiresAt, isReplayed: false }
      }
      const { id: executionId, state, dueAt, expiresAt } = answer.execution
      return { executionId, idempotencyKey, state, dueAt, expiresAt, isReplayed: true }
    })
    const replayed = executions.filter(({ isReplayed }) => isReplayed).length
    onSubmitted({ accepted: executions.length - replayed, replayed })
    return { kind: 'accepted', executions }
  }

  /** The mistakes of a request that is not submitted. */
  check(request: SubmitRequest): readonly ConfigError[] {
    const { context, store, maxAgeMs } = this.#options
    const { node, ...rest } = request
    const inNode = context.nodes.check(node, request.tenant ?? null)
    return [...inNode, ...this.#findErrors(rest, readTimes(rest, store.now(), maxAgeMs))]
  }

  /** Null for an execution that is not known, or belongs to another client. */
  async find(id: string, client: string | null): Promise<StoredExecution | null | Unavailable> {
    const found = await this.#options.store.find({ id })
    if (found === 'unavailable' || found === null) return found
    return client === null || found.lane.client === client ? this.#withReply(found) : null
  }

  /** The same, once it has ended or `ms` have passed. */
  async await(
    id: string,
    client: string | null,
    ms: number,
    signal: AbortSignal,
  ): Promise<StoredExecution | null | Unavailable> {
    const { store, waiters } = this.#options
    const until = performance.now() + ms
    for (;;) {
      const leftMs = until - performance.now()
      const mayWait = waiters.mayWait
      // Begins to wait before it looks, so that no end falls in between.
      const over = new AbortController()
      const waitMs = store.traits.shared ? Math.min(leftMs, lookMs) : leftMs
      const ended = waiters.wait(id, Math.max(0, waitMs), AbortSignal.any([signal, over.signal]))
      const found = await this.find(id, client)
      const isOpen = found !== null && found !== 'unavailable' && found.endedAt === null
      if (!isOpen || leftMs <= 0 || signal.aborted || !mayWait) {
        over.abort()
        return found
      }
      await ended
    }
  }

  list(
    filter: ListFilter,
    after: string | null,
    limit: number,
  ): Promise<ExecutionPage | 'unknown_place' | Unavailable> {
    return this.#options.store.list(filter, after, limit)
  }

  /** `withdrawn`: it waited, and has ended. */
  async cancel(
    id: string,
    client: string | null,
  ): Promise<'withdrawn' | Exclude<Cancellation['outcome'], 'withdrawable'> | Unavailable> {
    const { store, runner } = this.#options
    const found = await this.find(id, client)
    if (found === 'unavailable') return found
    if (found === null) return 'unknown'
    const cancellation: Cancellation | Unavailable = await store.cancel(id)
    if (cancellation === 'unavailable') return cancellation
    if (cancellation.outcome === 'running') runner.cancel(id)
    if (cancellation.outcome !== 'withdrawable') return cancellation.outcome
    // Its end is stored as soon as the store is there: the client need not wait for that.
    const ended = runner.withdraw(cancellation.leased).then(() => 'withdrawn' as const)
    return await within(ended, cancelMs)
  }

  async redrive({ filter, ...options }: RedriveRequest): Promise<Redrive | Unavailable> {
    const { store, maxAgeMs } = this.#options
    return await store.redrive(filter, { ...options, expiresAt: store.now() + maxAgeMs })
  }

  /** Ends all waiting, claims nothing more, and gives back what has not begun. Resolves when all that has begun has ended. */
  async drain(): Promise<void> {
    const { waiters, runner, dispatcher } = this.#options
    waiters.close()
    runner.stop()
    await dispatcher.drain()
  }

  /** A synchronous call whose process died has ended without a reply. */
  #withReply(found: StoredExecution): StoredExecution {
    if (found.endedAt === null || found.reply !== null) return found
    const { id: executionId, nodeId, lane, begun, lost, startedAt, endedAt } = found
    const end = endInterrupted([], begun === null ? lost : [...lost, begun])
    const reply = replyUnsent(
      { ...unknownNode, id: nodeId },
      { executionId, correlationId: null, tenant: lane.tenant, idempotencyKey: null, acceptedAt: startedAt },
      end.attempts.length > 0 ? end : { ...end, repeat: 'safe' },
      this.#options.context.docsBaseUrl,
    )
    return { ...found, reply: writeDocument({ ...reply, durationMs: endedAt - startedAt }) }
  }

  /** The first value that cannot be written into the callback. */
  #findCallbackErrors({ callback, correlationId, items }: Beside): readonly ConfigError[] {
    if (callback === undefined) return []
    const { findCallbackFault } = this.#options
    const address = readAddress(callback)
    const ids = items?.map((item) => item.correlationId) ?? [correlationId]
    for (const [index, id] of ids.entries()) {
      if (index > 0 && id === undefined) continue
      const fault = findCallbackFault(address, id ?? null)
      const own = items === undefined ? '/correlationId' : `/items/${index}/correlationId`
      const path = fault === 'token' ? '/callback/token' : own
      if (fault !== null)
        return [{ path, message: 'cannot be written into the callback, as CALLBACKS_FILE has it' }]
    }
    return []
  }

  /** The mistakes beside the node. */
  #findErrors(request: Beside, times: Times): readonly ConfigError[] {
    return [
      ...times.errors,
      ...findPast(request, times, this.#options.store.now()),
      ...this.#findWrongPlaces(request),
      ...this.#findCallbackErrors(request),
    ]
  }

  #findWrongPlaces(request: Beside): readonly ConfigError[] {
    const { callback, items } = request
    const errors: ConfigError[] = []
    const names = this.#options.callbackNames()
    if (callback !== undefined && !names.includes(callback.to))
      errors.push({ path: '/callback/to', message: describeUnknownCallback(callback.to, names) })
    if (items === undefined) return errors
    for (const name of ['payload', 'idempotencyKey', 'correlationId'] as const)
      if (request[name] !== undefined)
        errors.push({ path: `/${name}`, message: 'must stand in each of "items", because there are items' })
    return errors
  }

  #write(
    request: Submission,
    { notBefore, dueAt, expiresAt }: Times,
    node: CompiledNode,
    { client, trace }: Submitter,
  ): DurableSubmission[] {
    const { context } = this.#options
    const { tenant = null, secrets, callback, items = [request] } = request
    const lane = findLane(node, { client: client ?? '', tenant })
    const text = Buffer.from(context.nodes.write(request.node))
    const rest: Omit<Rest, 'idempotencyKey' | 'correlationId'> = {
      diagnostics: request.diagnostics ?? 'full',
      deadlineMs: request.deadlineMs ?? null,
      notBefore,
      callback: callback === undefined ? null : readAddress(callback),
      trace,
    }
    return items.map(
      ({ payload = {}, idempotencyKey, correlationId }: ItemLike): DurableSubmission => ({
        mode: 'durable',
        executionId: createTimedUuid(),
        key: idempotencyKey ?? null,
        nodeId: node.id,
        lane,
        repeatable: node.retry.isIdempotent,
        node: text,
        payload: writeDocument(payload),
        rest: writeDocument({
          ...rest,
          idempotencyKey: idempotencyKey ?? null,
          correlationId: correlationId ?? null,
        } satisfies Rest),
        secrets: secrets === undefined || Object.keys(secrets).length === 0 ? null : writeDocument(secrets),
        dueAt,
        expiresAt,
        callsBack: callback !== undefined,
      }),
    )
  }
}

/** What a promise leads to, or `unavailable` if it takes longer. */
async function within<T>(promise: Promise<T>, ms: number): Promise<T | Unavailable> {
  const over = new AbortController()
  const late = wait(ms, 'unavailable' as const, { signal: over.signal }).catch(() => 'unavailable' as const)
  return await Promise.race([promise, late]).finally(() => over.abort())
}

interface ItemLike {
  readonly payload?: Payload
  readonly idempotencyKey?: string
  readonly correlationId?: string
}

function describeUnknownCallback(name: string, names: readonly string[]): string {
  const meant = suggest(name, [...names])
  const advice = meant === null ? 'the operator of the service defines them' : `did you mean "${meant}"?`
  return `must be the name of a callback of the service (CALLBACKS_FILE); ${advice}`
}

function readAddress({ to, token, include }: NonNullable<Submission['callback']>): CallbackAddress {
  return { to, token: token ?? null, isFull: include === 'full' }
}

/** When an execution begins and ends, in milliseconds since the epoch. */
interface Times {
  readonly notBefore: number | null
  readonly dueAt: number
  readonly expiresAt: number
  readonly errors: readonly ConfigError[]
}

function readTimes(
  { notBefore: from, expiresAt: until, deadlineMs = Number.POSITIVE_INFINITY }: Beside,
  now: number,
  maxAgeMs: number,
): Times {
  const errors: ConfigError[] = []
  const read = (path: string, text: string | undefined, latest: number, what: string) => {
    const at = text === undefined ? null : readMoment(text)
    if (text !== undefined && at === null)
      errors.push({ path, message: 'must be a date and time that exists, as in "2026-11-21T21:54:09Z"' })
    if (at !== null && at > latest)
      errors.push({
        path,
        message: `must not be later than ${new Date(latest).toISOString()}, MAX_EXECUTION_AGE_MS from ${what}`,
      })
    return at
  }
  const notBefore = read('/notBefore', from, now + maxAgeMs, 'now')
  const dueAt = Math.max(now, notBefore ?? 0)
  // Where that is too late itself, its bound says what is wrong.
  const latest = Math.min(dueAt, now + maxAgeMs) + maxAgeMs
  const given = read('/expiresAt', until, latest, notBefore === null ? 'now' : 'notBefore')
  if (notBefore !== null && given !== null && given <= notBefore && errors.length === 0)
    errors.push({ path: '/expiresAt', message: 'must be later than notBefore' })
  // No attempt begins behind the deadline of a call.
  const expiresAt = Math.min(given ?? latest, dueAt + deadlineMs)
  return { notBefore, dueAt, expiresAt, errors }
}

/** The mistake of an execution that would end before it begins. With a key it may be a repeat, which is answered as before. */
function findPast(
  { idempotencyKey, items = [] }: Beside,
  { expiresAt, errors }: Times,
  now: number,
): readonly ConfigError[] {
  const hasKey = idempotencyKey !== undefined || items.some((item) => item.idempotencyKey !== undefined)
  if (hasKey || expiresAt > now || errors.length > 0) return []
  return [{ path: '/expiresAt', message: `must be later than now, which is ${new Date(now).toISOString()}` }]
}

function tooManyItems(maxBacklog: number): ConfigError {
  return {
    path: '/items',
    message: `must be at most ${maxBacklog}: MAX_BACKLOG allows no more executions of a tenant that have not ended`,
  }
}

type Faults = Extract<
  Exclude<Awaited<ReturnType<ExecutionStore['accept']>>, Unavailable>,
  { readonly outcome: 'refused' }
>['faults']

function describeFaults(
  faults: Faults,
  { items }: Submission,
  submissions: readonly DurableSubmission[],
): Omit<Extract<SubmitResult, { readonly kind: 'key_reused' }>, 'delivered'> {
  const reused = faults.filter((fault) => fault.outcome === 'key_reused')
  const [first] = reused
  if (first === undefined) throw new TypeError('a durable submission is refused because of its key')
  /** The item of the same request that has the key, which was not stored either. */
  const findTwin = (id: string) => submissions.findIndex(({ executionId }) => executionId === id)
  const errors = reused.flatMap(({ index, differs, executionId }) => {
    const twin = findTwin(executionId)
    const other = twin === -1 ? 'the execution that has' : `/items/${twin}, which has`
    return differs.map((part) => ({
      path:
        items === undefined ? `/${part}` : `/items/${index}/${part === 'payload' ? part : 'idempotencyKey'}`,
      message:
        part === 'callback'
          ? 'was not asked for with this idempotencyKey before, and cannot be added; leave it out and read the result'
          : `differs from the ${part} of ${other} this idempotencyKey`,
    }))
  })
  const executionId = findTwin(first.executionId) === -1 ? first.executionId : null
  return { kind: 'key_reused', executionId, errors }
}
