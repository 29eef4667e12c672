import type { ConfigError } from '../contract/config-error.ts'
import type { Limits } from '../contract/connection.ts'

/** How many calls may begin: `burst` at once, and `perSecond` in the long run. */
export interface Rate {
  readonly perSecond: number
  readonly burst: number
}

/** What limits the calls of a connection, or to a host. */
export interface CallLimits {
  readonly rate: Rate | null
  /** Calls under way at once. Null: no limit of its own. */
  readonly concurrent: number | null
}

/** Finds what the schema of limits cannot state. `path` is their JSON Pointer. */
export function* findErrorsOfLimits(
  { perSecond, burst, concurrent }: Limits,
  path: string,
): Generator<ConfigError> {
  if (burst !== undefined && perSecond === undefined)
    yield { path: `${path}/burst`, message: 'must be left out where "perSecond" is' }
  else if (perSecond === undefined && concurrent === undefined)
    yield { path, message: 'must have "perSecond", "concurrent" or both: it limits nothing' }
}

export function compileLimits({ perSecond, burst, concurrent: most }: Limits): CallLimits {
  const concurrent = most ?? null
  if (perSecond === undefined) return { rate: null, concurrent }
  return { rate: { perSecond, burst: burst ?? Math.max(1, Math.floor(perSecond)) }, concurrent }
}

/** The smaller of both, number by number. */
export function smallerLimits(one: CallLimits | null, other: CallLimits | null): CallLimits | null {
  if (one === null || other === null) return one ?? other
  return {
    rate: smallerRate(one.rate, other.rate),
    concurrent: smaller(one.concurrent, other.concurrent),
  }
}

function smallerRate(one: Rate | null, other: Rate | null): Rate | null {
  if (one === null || other === null) return one ?? other
  return { perSecond: Math.min(one.perSecond, other.perSecond), burst: Math.min(one.burst, other.burst) }
}

function smaller(one: number | null, other: number | null): number | null {
  return one === null || other === null ? (one ?? other) : Math.min(one, other)
}
