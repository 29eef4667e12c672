/** A time in which a process answered nothing. */
export interface Stall {
  /** How long the answer took. */
  readonly wallMs: number
  /** How much of that the process itself is to blame for. */
  readonly ownMs: number
  /** When it began, in milliseconds since the probing began. */
  readonly atMs: number
}

/** From when to when something took, in milliseconds of one clock. */
export interface Interval {
  readonly from: number
  readonly to: number
}

/**
 * What of a wait the machine is to blame for: the time in which the process could have run and got no processor, or the time
 * in which a bare server did not answer either, whichever is longer. The first is exact, and blind to a prober that gets no
 * processor itself; the second sees that.
 */
export function machineMs(wait: Interval, runQueueMs: number, bareWaits: readonly Interval[]): number {
  const shared = bareWaits.reduce((sum, bare) => sum + overlapMs(wait, bare), 0)
  return Math.min(wait.to - wait.from, Math.max(runQueueMs, shared))
}

function overlapMs(one: Interval, other: Interval): number {
  return Math.max(0, Math.min(one.to, other.to) - Math.max(one.from, other.from))
}
