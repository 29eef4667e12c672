import type { Rate } from '../../webhook/limits.ts'

/**
 * The generic cell rate algorithm (ITU-T I.371), in which a bucket is one number: the time at which it is full again, in
 * milliseconds. In any span of `s` seconds at most `burst + s * perSecond` tokens are granted. A bucket that is not known is full.
 */
export interface Grant {
  /** From 0 to what was wanted. */
  readonly granted: number
  /** When the bucket is full again. */
  readonly fullAt: number
}

/** Rounding of the time must not take away a token that is due. */
const rounding = 1e-6

/** Takes up to `wanted` tokens of a bucket. Times are in milliseconds of one monotonic clock. */
export function takeTokens(fullAt: number, { perSecond, burst }: Rate, now: number, wanted: number): Grant {
  const interval = 1_000 / perSecond
  const from = Math.max(fullAt, now)
  const available = Math.max(0, Math.floor(burst - (from - now) / interval + rounding))
  const granted = Math.min(wanted, available)
  return { granted, fullAt: from + granted * interval }
}

/** When `count` more tokens have been granted at the earliest, if nothing else takes any. */
export function findAvailableAt(
  fullAt: number,
  { perSecond, burst }: Rate,
  now: number,
  count: number,
): number {
  const at = Math.max(fullAt, now) + ((count - burst) * 1_000) / perSecond
  return Math.max(at, now)
}
