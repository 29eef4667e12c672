import { EventEmitter } from 'node:events'
import { serve, type ToWorker, type WorkerInput } from '../../../../src/durability/sqlite/serve.ts'
import type { StoreWorker } from '../../../../src/durability/sqlite/store-thread.ts'

/** The work of the thread in this one, which starts faster. Messages are copies, too, and arrive later than they are sent. */
export function startLocalWorker(input: WorkerInput): StoreWorker {
  return new LocalWorker(input)
}

class LocalWorker extends EventEmitter implements StoreWorker {
  #take: ((message: ToWorker) => void) | null = null
  #hasEnded = false

  constructor(input: WorkerInput) {
    super()
    setImmediate(() => {
      this.#take = serve(structuredClone(input), (message) => this.#deliver(message))
      if (this.#take === null) this.#end()
    })
  }

  postMessage(message: ToWorker): void {
    const copy = structuredClone(message)
    setImmediate(() => {
      this.#take?.(copy)
      if (copy === 'close') this.#end()
    })
  }

  /** Nothing of what was asked for in the last moment is done: a commit is never cut in two. */
  async terminate(): Promise<void> {
    this.#hasEnded = true
    await new Promise<void>((resolve) => {
      this.once('exit', resolve)
      this.postMessage('close')
    })
  }

  #deliver(message: unknown): void {
    const copy = structuredClone(message)
    setImmediate(() => {
      if (!this.#hasEnded) this.emit('message', copy)
    })
  }

  #end(): void {
    setImmediate(() => this.emit('exit', 0))
  }
}
