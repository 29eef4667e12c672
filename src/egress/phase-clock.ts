import type { Timings } from '../webhook/outcome.ts'

/**
 * What an attempt is busy with. `queue` is the wait for a place; `answer` reaches from the first byte of the
 * request to the end of the head.
 */
export type AttemptPhase = 'queue' | 'dns' | 'connect' | 'tls' | 'answer' | 'download'

/** Times the phases of one attempt, each of which happens once or not at all. */
export interface PhaseClock {
  /** Ends the current phase and begins the next one; null ends the last. */
  enter(phase: AttemptPhase | null): void
  /** The phase that goes on or, after the end, went on last; null before the first one. */
  readonly phase: AttemptPhase | null
  /** Milliseconds that `phase` has taken so far. */
  readonly phaseMs: number
  timings(): Timings
}

export function startPhaseClock(): PhaseClock {
  const lasted = new Map<AttemptPhase, number>()
  let phase: AttemptPhase | null = null
  let since: number | null = null

  function stop(): void {
    if (phase !== null && since !== null) lasted.set(phase, performance.now() - since)
    since = null
  }
  const millisecondsOf = (of: AttemptPhase) =>
    of === phase && since !== null ? performance.now() - since : (lasted.get(of) ?? null)

  return {
    enter(next) {
      stop()
      if (next === null) return
      phase = next
      since = performance.now()
    },
    get phase() {
      return phase
    },
    get phaseMs() {
      return phase === null ? 0 : (millisecondsOf(phase) ?? 0)
    },
    timings: () => ({
      queueMs: rounded(millisecondsOf('queue')),
      dnsMs: rounded(millisecondsOf('dns')),
      connectMs: rounded(millisecondsOf('connect')),
      tlsMs: rounded(millisecondsOf('tls')),
      firstByteMs: rounded(millisecondsOf('answer')),
      downloadMs: rounded(millisecondsOf('download')),
    }),
  }
}

/** Tenths of a millisecond are all that a network can tell. */
function rounded(ms: number | null): number | null {
  return ms === null ? null : Math.round(ms * 10) / 10
}
