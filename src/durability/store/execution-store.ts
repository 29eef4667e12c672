import type { RetrySafety } from '../../contract/failure.ts'
import type { PauseStore } from './pause-store.ts'
import type { StatisticsStore } from './statistics-store.ts'

/**
 * What outlives the process: executions, the tickets that say when they go on, replies by key, callbacks that are due.
 * Every operation is one transaction, may be repeated, and is fenced: who holds no lease any more changes nothing. Times are
 * integers, in milliseconds since the epoch, by the clock of the store. Documents are bytes that come back byte for byte; the
 * store encrypts them, and reads none but to compare.
 */
export interface ExecutionStore {
  readonly traits: StoreTraits
  /** Where instances find what others have counted. Null where there are no others. */
  readonly statistics: StatisticsStore | null
  /** Where instances learn of the pauses of connections. Null where there are no others. */
  readonly pauses: PauseStore | null

  /** The time of the store, as far as it is known here. */
  now(): number
  /** Stores all submissions, or none of them. Key, execution and first ticket are one commit. */
  accept(submissions: readonly Submission[]): Promise<Acceptance | Unavailable>
  /**
   * Up to `limit` leases on what is due, in turn over the lanes, at most `room(lane)` of each. What must end unsent is given
   * beyond that: it needs no room.
   */
  claim(room: (lane: Lane) => number, limit: number): Promise<readonly Leased[] | Unavailable>
  /** Calls `wake` whenever something may have become due that was not when `claim` was called last. Returns how to end it. */
  onDue(wake: () => void): () => void
  /** Before the first byte of what must not be repeated: should the holder die now, the execution ends as interrupted. */
  begin(lease: Lease, attempt: number): Promise<Written | Unavailable>
  /** Whether a lease on an execution still holds. */
  isHeld(lease: Lease): Promise<boolean | Unavailable>
  /**
   * Ends the lease: the execution is tried again, or has its result, with a callback that is due. `cancelled`: another attempt
   * would have followed, but the execution was cancelled. Nothing was written, and the lease holds until it is settled as ended.
   */
  settle(lease: Lease, outcome: Again | Ended): Promise<Written | 'cancelled' | Unavailable>
  /** Ends the lease on a callback. Those of other ends go on. */
  settleCallback(lease: Lease, outcome: CallbackOutcome): Promise<Written | Unavailable>
  /**
   * Gives back what was not sent, which uses up no attempt. Leases that are fenced are passed over. A synchronous execution ends
   * as interrupted, and its key may be used again.
   */
  release(leases: readonly Lease[], dueAt: number): Promise<'written' | Unavailable>

  find(name: ExecutionName): Promise<StoredExecution | null | Unavailable>
  /** Newest first. `after` is the `next` of the page before; `unknown_place`: it is not what a page has as `next`. */
  list(
    filter: ListFilter,
    after: string | null,
    limit: number,
  ): Promise<ExecutionPage | 'unknown_place' | Unavailable>
  cancel(id: string): Promise<Cancellation | Unavailable>
  /** Executes again what has not succeeded: under the same id, attempts go on counting. A repeated call goes on. */
  redrive(filter: RedriveFilter, options: RedriveOptions): Promise<Redrive | Unavailable>

  /** Tokens of a bucket, shared by all instances. */
  reserve(bucket: string, rate: Rate, wanted: number): Promise<Reservation | Unavailable>
  /** Nothing of the lane is claimed before `until`. The pause is replaced by a later one, never by an earlier one. */
  pause(lane: Lane, until: number): Promise<'written' | Unavailable>
  /** Deletes what is kept no longer, in small transactions. Returns how many executions were deleted. */
  prune(): Promise<number | Unavailable>
  backlog(): Promise<Backlog | Unavailable>
  /** What was asked for before is done first; what is asked for later is unavailable. Leases are not given back. */
  close(): Promise<void>
}

interface StoreTraits {
  /** Whether several instances may use it at once. */
  readonly shared: boolean
  /** What a commit survives: the end of the process, or that of the machine too. */
  readonly survives: 'process' | 'power'
}

/** The store cannot be reached or written. Of an accept nothing was stored, as far as the store can know. */
export type Unavailable = 'unavailable'

/** `fenced`: the lease has ended, and nothing was written. */
export type Written = 'written' | 'fenced'

/** What is claimed in turn: the calls of one tenant of one client to one host. */
export interface Lane {
  /** The client's name, not its API key. Tenants belong to it: those of another client with the same name are others. */
  readonly client: string
  readonly tenant: string | null
  readonly host: string
  readonly port: number
}

/** The right to go on with one execution, or with one callback. Plain data: it can be sent to another thread. */
export interface Lease {
  readonly executionId: string
  /** No other lease has it. */
  readonly token: number
}

interface SubmissionOfAnyMode {
  /** The id if the execution is new: a UUID. */
  readonly executionId: string
  /** The idempotency key, of the client and tenant of the lane. */
  readonly key: string | null
  readonly nodeId: string | null
  readonly lane: Lane
  /** Whether the target treats a repeated request as one. */
  readonly repeatable: boolean
  /** What another submission with the same key must have, too. */
  readonly node: Uint8Array
  readonly payload: Uint8Array
}

/** To be executed whatever becomes of the client and of this process. */
export interface DurableSubmission extends SubmissionOfAnyMode {
  readonly mode: 'durable'
  /** What else the execution and its callback need. It is kept as long as the execution. */
  readonly rest: Uint8Array
  /** Secrets of the request. They are deleted when the execution ends. */
  readonly secrets: Uint8Array | null
  readonly dueAt: number
  /** From then on it is claimed in order to end unsent. */
  readonly expiresAt: number | null
  /** Whether a callback follows its end. */
  readonly callsBack: boolean
}

/** Executed by the one who submits it, who waits for it: only its key and its reply are stored. */
export interface SynchronousSubmission extends SubmissionOfAnyMode {
  readonly mode: 'synchronous'
  readonly key: string
}

export type Submission = DurableSubmission | SynchronousSubmission

/**
 * `stored` has an answer to each submission, in their order. Otherwise nothing was stored: `refused` has the submissions that were
 * the cause, by their position.
 */
export type Acceptance =
  | { readonly outcome: 'stored'; readonly executions: readonly (Accepted | Replayed)[] }
  | { readonly outcome: 'refused'; readonly faults: readonly (KeyReused | InProgress)[] }
  /** `backlog`: what the tenant of the client has had before. */
  | {
      readonly outcome: 'backlog_full'
      readonly client: string
      readonly tenant: string | null
      readonly backlog: number
    }

/** Will be executed: as a new execution, or under the id of one with the same key that did not end as final. */
export interface Accepted {
  readonly outcome: 'accepted'
  readonly executionId: string
  readonly dueAt: number
  readonly expiresAt: number | null
  /** Attempts of earlier executions under this id. */
  readonly attempts: number
  /** The right to execute it, for synchronous submissions. */
  readonly lease: Lease | null
  /**
   * The attempt that a holder had begun when it died, of what must not be repeated. Not null: it must not be sent, but settled as
   * interrupted.
   */
  readonly begun: Begun | null
  /** As those of the execution. */
  readonly lost: readonly Begun[]
}

/**
 * An execution with this key and this content is there. It has ended as final; or the submission is durable and it has not ended,
 * in either mode: a synchronous one is shown as running, and may end as interrupted without a reply.
 */
export interface Replayed {
  readonly outcome: 'replayed'
  readonly execution: StoredExecution
}

/** An execution with this key has other content, or no callback where one is asked for. */
export interface KeyReused {
  readonly outcome: 'key_reused'
  readonly index: number
  readonly executionId: string
  /** At least one. */
  readonly differs: readonly Difference[]
}

type Difference = 'node' | 'payload' | 'callback'

/** The submission is synchronous, and an execution with this key has not ended. */
export interface InProgress {
  readonly outcome: 'in_progress'
  readonly index: number
  readonly executionId: string
  /** When it goes on; null while it runs. */
  readonly dueAt: number | null
}

/** An attempt, before its first byte. `at`: of what may be repeated, when its lease was given. */
export interface Begun {
  readonly attempt: number
  readonly at: number
}

export type Leased = LeasedExecution | LeasedCallback

export interface LeasedExecution {
  readonly purpose: 'execution'
  readonly lease: Lease
  readonly execution: StoredExecution
  /**
   * Not null: it must be settled as ended, and nothing may be sent. `interrupted`: a holder died after `begin`; what had been begun
   * is in `execution.begun`.
   */
  readonly mustEnd: 'interrupted' | 'withdrawn' | 'expired' | 'unreadable' | null
  /** Null if they cannot be read: the file was damaged. */
  readonly documents: ExecutionDocuments | null
}

export interface LeasedCallback {
  readonly purpose: 'callback'
  readonly lease: Lease
  /**
   * With `callback`, `reply` and `endedAt` of the end that it tells of, whatever the execution does since. `callback.attempts` are
   * those made before.
   */
  readonly execution: StoredExecution
  /** Null if it cannot be read: the file was damaged. */
  readonly rest: Uint8Array | null
}

export interface ExecutionDocuments {
  readonly node: Uint8Array
  readonly payload: Uint8Array
  readonly rest: Uint8Array
  readonly secrets: Uint8Array | null
  /** Of the last `Again` of this execution, null if there was none. */
  readonly progress: Uint8Array | null
}

/** Another attempt follows. */
export interface Again {
  readonly outcome: 'again'
  /** Attempts so far, those of earlier executions under this id included. */
  readonly attempts: number
  readonly dueAt: number
  /** What the next attempt has to know of those before. */
  readonly progress: Uint8Array
}

/** The execution has a result. */
export interface Ended {
  readonly outcome: 'ended'
  readonly state: EndState
  readonly attempts: number
  /** The code of the reason. */
  readonly code: string
  /** Decides whether the key is remembered as final. */
  readonly repeat: RetrySafety
  readonly reply: Uint8Array
  /** Where its callback goes, and when. */
  readonly callback: { readonly lane: Lane; readonly dueAt: number } | null
}

/** `wasSent`: it counts as an attempt. */
export type CallbackOutcome =
  | { readonly outcome: 'delivered' | 'failed'; readonly wasSent: boolean }
  | { readonly outcome: 'again'; readonly dueAt: number; readonly wasSent: boolean }

export type EndState = 'succeeded' | 'failed' | 'withdrawn' | 'expired'
export type ExecutionState = 'waiting' | 'running' | EndState

export type ExecutionName =
  | { readonly id: string }
  | { readonly client: string; readonly tenant: string | null; readonly key: string }

export interface ExecutionSummary {
  readonly id: string
  readonly mode: 'durable' | 'synchronous'
  readonly state: ExecutionState
  readonly nodeId: string | null
  readonly lane: Lane
  readonly repeatable: boolean
  /** All under this id. */
  readonly attempts: number
  /** Those before it was accepted or redriven last: the limits of `retry` count from there. */
  readonly attemptsBefore: number
  readonly acceptedAt: number
  /** When it was accepted or redriven last. */
  readonly startedAt: number
  /** When it goes on; null unless it waits. */
  readonly dueAt: number | null
  readonly expiresAt: number | null
  readonly endedAt: number | null
  /** Of its result. `interrupted` without a reply: the holder of a synchronous execution died. */
  readonly code: string | null
  readonly repeat: RetrySafety | null
  readonly cancelled: boolean
  readonly begun: Begun | null
  /**
   * Attempts at what may be repeated whose holders died since the last one was settled. They may have been made, and count as
   * attempts. The last `maxLost` of them.
   */
  readonly lost: readonly Begun[]
  readonly redrives: number
  readonly callsBack: boolean
  /** Of the last end that has one. Those of earlier ends may still be under way. */
  readonly callback: {
    readonly state: 'waiting' | 'delivered' | 'failed'
    readonly attempts: number
    /** Which one of the execution: 1, and one more for each further end that has a callback. */
    readonly number: number
  } | null
}

export interface StoredExecution extends ExecutionSummary {
  /** Null until it has ended, and where a synchronous holder died. */
  readonly reply: Uint8Array | null
}

interface ExecutionFilter {
  readonly nodeId?: string
  readonly host?: string
  readonly code?: string
  /** Null: those without a tenant. */
  readonly tenant?: string | null
  readonly client?: string
  /** Accepted at this time or later. */
  readonly since?: number
}

export interface ListFilter extends ExecutionFilter {
  readonly state?: ExecutionState
}

export interface ExecutionPage {
  readonly executions: readonly ExecutionSummary[]
  /** For `after`; null on the last page. */
  readonly next: string | null
}

/**
 * `withdrawable`: it waited, and now it is to be settled as withdrawn, under the lease; should that fail, it is claimed in
 * order to end so. `running`: no further attempt follows what has begun. `synchronous`: it is under way, for a client that waits
 * for it, and goes on.
 */
export type Cancellation =
  | { readonly outcome: 'withdrawable'; readonly leased: LeasedExecution }
  | { readonly outcome: 'running' | 'ended' | 'synchronous' | 'unknown' }

export interface RedriveFilter extends ExecutionFilter {
  /** Accepted before this time. */
  readonly until?: number
  readonly ids?: readonly string[]
}

export interface RedriveOptions {
  /** Executions at most. */
  readonly limit: number
  /** How many become due in a second. */
  readonly perSecond: number
  readonly expiresAt: number | null
  /** Nothing is done. */
  readonly dryRun: boolean
  /** Also what is of no use to repeat, or could do its work twice. */
  readonly force: boolean
  readonly callsBack: boolean
}

export interface Redrive {
  /** All that the filter means and that has ended without success. */
  readonly matched: number
  readonly redriven: number
  readonly leftOut: {
    /** What another execution would be of no use to, or could do the work of twice. Without `force`. */
    readonly never: number
    /** Their secrets came with the request, and were deleted at the end. */
    readonly secrets: number
    /** Beyond `limit`. */
    readonly limit: number
  }
  /** All that matched. */
  readonly byCode: Readonly<Record<string, number>>
  readonly byHost: Readonly<Record<string, number>>
}

export interface Rate {
  readonly perSecond: number
  readonly burst: number
}

export interface Reservation {
  /** From 0 to what was wanted. */
  readonly granted: number
  /** When the next token is there. */
  readonly moreAt: number
}

export interface Backlog {
  readonly waiting: number
  readonly running: number
  readonly callbacks: number
  /** Of what waits and could have been claimed: when the oldest became due. */
  readonly oldestDueAt: number | null
  /** What waits, by the time since it became due: how many longer than each of `backlogAgesMs`. */
  readonly overdue: readonly number[]
}

/** One second to six hours. */
export const backlogAgesMs = [1_000, 10_000, 60_000, 600_000, 3_600_000, 21_600_000] as const

export const emptyBacklog: Backlog = {
  waiting: 0,
  running: 0,
  callbacks: 0,
  oldestDueAt: null,
  overdue: backlogAgesMs.map(() => 0),
}
