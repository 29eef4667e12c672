import { setTimeout as wait } from 'node:timers/promises'

/** More do not wait: their clients ask again. */
const maxWaiters = 1_000

/** Clients that wait for the end of an execution in this process. */
export class Waiters {
  readonly #ends = new Map<string, Set<() => void>>()
  readonly #closed = new AbortController()
  #count = 0

  get mayWait(): boolean {
    return this.#count < maxWaiters && !this.#closed.signal.aborted
  }

  /** Resolves when the execution has ended, `ms` have passed, or the signal is aborted. */
  async wait(executionId: string, ms: number, signal: AbortSignal): Promise<void> {
    if (!this.mayWait || signal.aborted) return
    this.#count += 1
    const over = new AbortController()
    const end = () => over.abort()
    const ends = this.#ends.get(executionId) ?? new Set()
    this.#ends.set(executionId, ends.add(end))
    try {
      await wait(ms, undefined, { signal: AbortSignal.any([over.signal, signal, this.#closed.signal]) })
    } catch {
      // It is over, in one way or another.
    } finally {
      this.#count -= 1
      ends.delete(end)
      if (ends.size === 0) this.#ends.delete(executionId)
    }
  }

  ended(executionId: string): void {
    for (const end of this.#ends.get(executionId) ?? []) end()
  }

  /** Ends all waiting. */
  close(): void {
    this.#closed.abort()
  }
}
