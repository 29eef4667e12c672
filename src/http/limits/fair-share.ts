/** A limit that several share, and the part in use. */
export interface Pool {
  readonly limit: number
  readonly taken: number
  /** Number of sharers. 3 means three or more. */
  readonly sharers: number
}

/** Half of a limit, but at least 1 of a limit above 0. */
export function half(limit: number): number {
  return Math.ceil(limit / 2)
}

/**
 * Whether a sharer that has `own` may have `more`. A single sharer may have all, one of two may have half. One of
 * several may have as much as stays free for the others: half if one is busy, a third each if two are, and so on. So
 * something is always left for the next one.
 */
export function mayHave(own: number, more: number, { limit, taken, sharers }: Pool): boolean {
  if (sharers < 2) return true
  return own + more <= (sharers === 2 ? half(limit) : limit - taken)
}
