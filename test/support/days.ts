const dayMs = 86_400_000

/** The time that many days from now, or before now where the number is negative. */
export function daysFromNow(days: number): Date {
  return new Date(Date.now() + days * dayMs)
}
