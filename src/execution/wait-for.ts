import type { Attempt } from '../webhook/wire/outcome.ts'

/** Waits for the request of another call, as long as the time of this one lasts and its client is there. */
export async function waitFor<T>(
  pending: Promise<T>,
  ms: number,
  signal: AbortSignal | undefined,
): Promise<T | 'late' | 'cancelled'> {
  const { promise, resolve } = Promise.withResolvers<T | 'late' | 'cancelled'>()
  const giveUp = () => resolve('cancelled')
  if (signal?.aborted) return 'cancelled'
  signal?.addEventListener('abort', giveUp, { once: true })
  const timer = setTimeout(() => resolve('late'), Math.max(0, ms))
  void pending.then(resolve)
  try {
    return await promise
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener('abort', giveUp)
  }
}

/** Adds the time for which a call waited for the request of another one. */
export function withWait(attempt: Attempt, waitedMs: number): Attempt {
  if (waitedMs === 0) return attempt
  const { startedAt, durationMs, timings } = attempt
  const queueMs = Math.round(((timings.queueMs ?? 0) + waitedMs) * 10) / 10
  return {
    ...attempt,
    startedAt: new Date(startedAt.getTime() - waitedMs),
    durationMs: Math.round(durationMs + waitedMs),
    timings: { ...timings, queueMs },
  }
}
