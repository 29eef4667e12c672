/** Something that several share, and what they have of it together. */
export interface Pool {
  readonly limit: number
  readonly taken: number
  /** How many share it; three stands for more, too. */
  readonly sharers: number
}

/** Half of a limit, and never nothing of one that is something. */
export function half(limit: number): number {
  return Math.ceil(limit / 2)
}

/**
 * Whether one of those who share may have `more` beside its `own`. One alone may have all, one of two half. Where there
 * are several, one may have as much as stays free for the others: half where one is busy, a third each where two are, and
 * so on, so that there is always something left for the next one.
 */
export function mayHave(own: number, more: number, { limit, taken, sharers }: Pool): boolean {
  if (sharers < 2) return true
  return own + more <= (sharers === 2 ? half(limit) : limit - taken)
}
