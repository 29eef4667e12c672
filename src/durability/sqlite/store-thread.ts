import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import type { Unavailable } from '../store/execution-store.ts'
import { StoreError } from '../store/store-error.ts'
import type { Arguments, OperationName, Operations, Order, OrderResult } from './operations.ts'
import type { Dues } from './session.ts'
import type { FromWorker, ToWorker, WorkerInput } from './worker.ts'

export interface StoreThreadOptions extends Omit<WorkerInput, 'recoversAt'> {
  /** In milliseconds since the epoch. */
  readonly now: () => number
  readonly onDues: (dues: Dues) => void
  /** Called with the reason for each operation that was not available. */
  readonly onUnavailable: (reason: string) => void
}

interface Pending {
  resolve(value: unknown): void
  reject(error: Error): void
}

/** A thread that ends by itself is started again at most this often: what ends it may do so each time. */
const restartMs = 1_000

/**
 * The thread that has the database, since SQLite waits for the disk. Where it ends by itself, what it had not answered is
 * unavailable, and the next operation starts it again: the leases of this process hold.
 */
export class StoreThread {
  readonly #options: StoreThreadOptions
  readonly #pending = new Map<number, Pending>()
  #worker: Worker | null = null
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
    const [message]: FromWorker[] = await once(worker, 'message')
    if (message?.kind === 'refused') {
      await ended
      throw new StoreError(message.code, message.message)
    }
    return thread
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

  #find(): Worker | null {
    if (this.#worker !== null || this.#isClosed) return this.#isClosed ? null : this.#worker
    if (performance.now() - this.#lastStart < restartMs) return null
    return this.#spawn(null)
  }

  #spawn(recoversAt: number | null): Worker {
    const { file, limits } = this.#options
    this.#lastStart = performance.now()
    const worker = new Worker(new URL('./worker.ts', import.meta.url), {
      workerData: { file, limits, recoversAt } satisfies WorkerInput,
      name: 'store',
    })
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

  #lose(worker: Worker): void {
    if (this.#worker === worker) this.#worker = null
    for (const { resolve } of this.#pending.values()) resolve(this.#deny('thread ended'))
    this.#pending.clear()
  }

  #deny(reason: string): Unavailable {
    this.#options.onUnavailable(reason)
    return 'unavailable'
  }
}

function untilExit(worker: Worker): Promise<void> {
  return new Promise((resolve) => {
    worker.once('exit', () => resolve())
  })
}
