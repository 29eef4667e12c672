import type {
  Acceptance,
  Again,
  Backlog,
  CallbackOutcome,
  Cancellation,
  Ended,
  ExecutionName,
  ExecutionPage,
  ExecutionStore,
  ExecutionSummary,
  Lane,
  Lease,
  Leased,
  ListFilter,
  Rate,
  Redrive,
  RedriveFilter,
  RedriveOptions,
  Reservation,
  StoredExecution,
  Submission,
  Unavailable,
  Written,
} from '../store/execution-store.ts'
import { emptyBacklog } from '../store/execution-store.ts'
import { formatPlace, type Place, parsePlace } from '../store/places.ts'
import { RedriveSum } from '../store/redrive-sum.ts'
import type { StoreKey } from '../store/store-keys.ts'
import type { StoreLimits } from '../store/store-limits.ts'
import { WakeTimer } from '../store/wake-timer.ts'
import type { BacklogPart } from './prune.ts'
import type { RedrivePart } from './search.ts'
import { StoreThread, type StoreThreadOptions, startWorker } from './store-thread.ts'

/** Tokens in the memory of this process. */
export interface TokenSource {
  reserve(bucket: string, rate: Rate, wanted: number): Reservation
}

export interface SqliteStoreOptions extends StoreLimits {
  readonly path: string
  /** The first encrypts, all decrypt. None: a key beside the file, which is made if need be. */
  readonly keys: readonly StoreKey[]
  /** One process has the file: a bucket that is full again after a restart lets through one burst more. */
  readonly tokens: TokenSource
  /** In milliseconds since the epoch. */
  readonly now: () => number
  /** Called with the reason for each operation that was not available. */
  readonly onUnavailable: (reason: string) => void
  /** Called once, when the file has been deleted or replaced. From then on everything is unavailable. */
  readonly onLost: () => void
  /** Pages of the file at most. */
  readonly maxPages?: number
  readonly startWorker?: StoreThreadOptions['startWorker']
}

/** Executions in one file, by `node:sqlite` in a thread of its own, for one process. Its leases end with the process. */
export class SqliteStore implements ExecutionStore {
  readonly traits = { shared: false, survives: 'power' } as const
  readonly statistics = null
  readonly pauses = null
  readonly #thread: StoreThread
  readonly #tokens: TokenSource
  readonly #timer: WakeTimer
  readonly now: () => number

  private constructor(thread: StoreThread, { tokens, now }: SqliteStoreOptions, timer: WakeTimer) {
    this.#thread = thread
    this.#tokens = tokens
    this.#timer = timer
    this.now = now
  }

  /** Rejects with a `StoreError` if the file cannot be used. */
  static async open(options: SqliteStoreOptions): Promise<SqliteStore> {
    const { path, keys, now, onUnavailable, onLost, maxPages = null } = options
    const { maxBacklog, idempotencyMs, resultMs } = options
    const timer = new WakeTimer(now)
    const thread = await StoreThread.start({
      file: { path, keys, maxPages },
      limits: { maxBacklog, idempotencyMs, resultMs },
      startWorker: options.startWorker ?? startWorker,
      now,
      onDues: ({ isDue, wakesAt }) => {
        if (isDue) timer.wake()
        timer.set(wakesAt)
      },
      onUnavailable,
      onLost,
    })
    return new SqliteStore(thread, options, timer)
  }

  accept(submissions: readonly Submission[]): Promise<Acceptance | Unavailable> {
    return this.#thread.call('accept', submissions)
  }

  async claim(room: (lane: Lane) => number, limit: number): Promise<readonly Leased[] | Unavailable> {
    const lanes = await this.#thread.call('listDueLanes')
    if (lanes === 'unavailable') return lanes
    const rooms = lanes.map(({ id, lane }) => ({ id, room: room(lane) })).filter(({ room }) => room > 0)
    return await this.#thread.call('claim', rooms, limit)
  }

  onDue(wake: () => void): () => void {
    return this.#timer.onWake(wake)
  }

  begin(lease: Lease, attempt: number): Promise<Written | Unavailable> {
    return this.#thread.call('begin', lease, attempt)
  }

  isHeld(lease: Lease): Promise<boolean | Unavailable> {
    return this.#thread.call('isHeld', lease)
  }

  settle(lease: Lease, outcome: Again | Ended): Promise<Written | 'cancelled' | Unavailable> {
    return this.#thread.call('settle', lease, outcome)
  }

  settleCallback(lease: Lease, outcome: CallbackOutcome): Promise<Written | Unavailable> {
    return this.#thread.call('settleCallback', lease, outcome)
  }

  release(leases: readonly Lease[], dueAt: number): Promise<'written' | Unavailable> {
    return this.#thread.call('release', leases, dueAt)
  }

  find(name: ExecutionName): Promise<StoredExecution | null | Unavailable> {
    return this.#thread.call('find', name)
  }

  async list(
    filter: ListFilter,
    after: string | null,
    limit: number,
  ): Promise<ExecutionPage | 'unknown_place' | Unavailable> {
    const executions: ExecutionSummary[] = []
    let place = after === null ? null : parsePlace(after)
    if (after !== null && place === null) return 'unknown_place'
    for (;;) {
      const part = await this.#thread.call('listPart', filter, place, limit - executions.length)
      if (part === 'unavailable') return part
      executions.push(...part.executions)
      place = part.next
      if (place === null || executions.length >= limit)
        return { executions, next: place === null ? null : formatPlace(place) }
    }
  }

  cancel(id: string): Promise<Cancellation | Unavailable> {
    return this.#thread.call('cancel', id)
  }

  async redrive(filter: RedriveFilter, options: RedriveOptions): Promise<Redrive | Unavailable> {
    const sum = new RedriveSum()
    let place: Place | null = null
    do {
      const part: RedrivePart | Unavailable = await this.#thread.call(
        'redrivePart',
        filter,
        options,
        place,
        sum.redriven,
      )
      if (part === 'unavailable') return part
      sum.add(part)
      place = part.next
    } while (place !== null)
    return sum.read()
  }

  async reserve(bucket: string, rate: Rate, wanted: number): Promise<Reservation> {
    return this.#tokens.reserve(bucket, rate, wanted)
  }

  pause(lane: Lane, until: number): Promise<'written' | Unavailable> {
    return this.#thread.call('pause', lane, until)
  }

  async prune(): Promise<number | Unavailable> {
    let all = 0
    for (;;) {
      const deleted = await this.#thread.call('prunePart')
      if (deleted === 'unavailable') return deleted
      all += deleted
      if (deleted === 0) break
    }
    const lanes = await this.#thread.call('pruneLanes')
    return lanes === 'unavailable' ? lanes : all
  }

  async backlog(): Promise<Backlog | Unavailable> {
    let sum = emptyBacklog
    let after: number | null = 0
    while (after !== null) {
      const part: BacklogPart | Unavailable = await this.#thread.call('countPart', after)
      if (part === 'unavailable') return part
      sum = addBacklogs(sum, part)
      after = part.next
    }
    return sum
  }

  async close(): Promise<void> {
    this.#timer.close()
    await this.#thread.close()
  }

  /** Ends at once, as the end of the process would. What has not been answered may have been done or not. */
  async abort(): Promise<void> {
    this.#timer.close()
    await this.#thread.abort()
  }
}

function addBacklogs(one: Backlog, other: Backlog): Backlog {
  const oldest = [one.oldestDueAt, other.oldestDueAt].filter((at) => at !== null)
  return {
    waiting: one.waiting + other.waiting,
    running: one.running + other.running,
    callbacks: one.callbacks + other.callbacks,
    oldestDueAt: oldest.length === 0 ? null : Math.min(...oldest),
    overdue: one.overdue.map((count, index) => count + (other.overdue[index] ?? 0)),
  }
}
