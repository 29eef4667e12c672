import { setTimeout as wait } from 'node:timers/promises'
import type { Unavailable } from './store/execution-store.ts'

const firstPauseMs = 50
const longestPauseMs = 5_000

/**
 * Repeats an operation of the store until the store is there: what has been sent must be stored. Unavailable only once the signal
 * is aborted.
 */
export async function untilAvailable<T>(
  operation: () => Promise<T | Unavailable>,
  signal: AbortSignal,
): Promise<T | Unavailable> {
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(longestPauseMs, 2 * pauseMs)) {
    const result = await operation()
    if (result !== 'unavailable' || signal.aborted) return result
    await wait(pauseMs, undefined, { signal }).catch(() => {})
    if (signal.aborted) return result
  }
}
