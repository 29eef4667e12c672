import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import type { Unavailable } from '../store/execution-store.ts'
import { StoreError } from '../store/store-error.ts'
import type { FileIdentity } from './file-identity.ts'
import type { Arguments, OperationName, Operations, Order, OrderResult } from './operations.ts'
import type { FromWorker, ToWorker, WorkerInput } from './serve.ts'
import type { Dues } from './session.ts'

/** The thread as its owner sees it: `Worker`, or what stands in for one. */
export interface StoreWorker extends NodeJS.EventEmitter {
  postMessage(message: ToWorker): void
  terminate(): Promise<unknown>
}

/** Starts `worker.ts`. */
export function startWorker(input: WorkerInput): StoreWorker {
  return new Worker(new URL('./worker.ts', import.meta.url), { workerData: input, name: 'store' })
}

export interface StoreThreadOptions extends Omit<WorkerInput, 'recoversAt' | 'known'> {
  readonly startWorker: (input: WorkerInput) => StoreWorker
  /** In milliseconds since the epoch. */
  readonly now: () => number
  readonly onDues: (dues: Dues) => void
  /** Called with the reason for each operation that was not available. */
  readonly onUnavailable: (reason: string) => void
  /** Called once, when the file has been deleted or replaced. From then on everything is unavailable. */
  readonly onLost: () => void
}

interface Pending {
  resolve(value: unknown): void
  reject(error: Error): void
}

/** What ends the thread may do so each time. */
const restartMs = 1_000

/**
 * The thread that has the database, since SQLite waits for the disk. Where it ends by itself, what it had not answered is
 * unavailable, and so is all that is asked for until it has been started again, a second later at most: the leases of this
 * process hold.
 */
export class StoreThread {
  readonly #options: StoreThreadOptions
  readonly #pending = new Map<number, Pending>()
  #worker: StoreWorker | null = null
  #known: FileIdentity | null = null
  #isLost = false
  #lastStart = 0
  #orders = 0
  #isClosed = false

  private constructor(options: StoreThreadOptions) {
    this.#options = options
  }

  /** Rejects with a `StoreError` if the database cannot be opened. */
  static async start(options: StoreThreadOptions): Promise<StoreThread> {
    const thread = new StoreThread(options)
    const worker = thread.#spawn(options.now())
    const ended = untilExit(worker)
    try {
      const [message]: FromWorker[] = await once(worker, 'message')
      if (message?.kind !== 'refused') return thread
      thread.#isClosed = true
      await ended
      throw new StoreError(message.code, message.message)
    } catch (error) {
      thread.#isClosed = true
      throw error
    }
  }

  /** Rejects only for a bug. */
  async call<Name extends OperationName>(
    name: Name,
    ...args: Arguments<Name>
  ): Promise<ReturnType<Operations[Name]> | Unavailable> {
    const worker = this.#find()
    if (worker === null) return this.#deny(this.#isClosed ? 'closed' : 'thread ended')
    const id = ++this.#orders
    const { promise, resolve, reject } = Promise.withResolvers<unknown>()
    this.#pending.set(id, { resolve, reject })
    worker.postMessage({ id, name, now: this.#options.now(), args } satisfies Order)
    return (await promise) as ReturnType<Operations[Name]> | Unavailable
  }

  /** Ends when all that was asked for has been answered. */
  async close(): Promise<void> {
    this.#isClosed = true
    if (this.#worker === null) return
    const ended = untilExit(this.#worker)
    this.#worker.postMessage('close' satisfies ToWorker)
    await ended
  }

  /** Ends the thread at once, as the end of the process would. */
  async abort(): Promise<void> {
    this.#isClosed = true
    await this.#worker?.terminate()
  }

  #find(): StoreWorker | null {
    if (this.#worker !== null || this.#isClosed) return this.#isClosed ? null : this.#worker
    if (performance.now() - this.#lastStart < restartMs) return null
    return this.#spawn(null)
  }

  #spawn(recoversAt: number | null): StoreWorker {
    const { file, limits } = this.#options
    this.#lastStart = performance.now()
    const worker = this.#options.startWorker({ file, limits, recoversAt, known: this.#known })
    worker.on('message', (message: FromWorker) => this.#receive(message))
    worker.on('error', (error) => this.#options.onUnavailable(`thread ended: ${error}`))
    worker.on('exit', () => this.#lose(worker))
    this.#worker = worker
    return worker
  }

  #receive(message: FromWorker): void {
    if (message.kind === 'refused') {
      this.#options.onUnavailable(message.message)
      return
    }
    if (message.kind === 'lost') {
      if (!this.#isLost) this.#options.onLost()
      this.#isLost = true
      return
    }
    if (message.kind === 'opened') this.#known = message.database
    if (message.kind === 'done') for (const result of message.results) this.#answer(result)
    this.#options.onDues(message.dues)
  }

  #answer(result: OrderResult): void {
    const pending = this.#pending.get(result.id)
    this.#pending.delete(result.id)
    if (result.outcome === 'done') pending?.resolve(result.value)
    else if (result.outcome === 'fault') pending?.reject(new Error(result.message))
    else pending?.resolve(this.#deny(result.reason))
  }

  #lose(worker: StoreWorker): void {
    if (this.#worker === worker) this.#worker = null
    // What is due must not wait until something is asked for.
    if (!this.#isClosed) setTimeout(() => this.#find(), restartMs).unref()
    for (const { resolve } of this.#pending.values()) resolve(this.#deny('thread ended'))
    this.#pending.clear()
  }

  #deny(reason: string): Unavailable {
    this.#options.onUnavailable(reason)
    return 'unavailable'
  }
}

function untilExit(worker: StoreWorker): Promise<void> {
  return new Promise((resolve) => {
    worker.once('exit', () => resolve())
  })
}
