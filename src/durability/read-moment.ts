const written = /^(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2}:\d{2})(?:\.\d{1,9})?(?:Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/

/** Reads a date and time of RFC 3339, in milliseconds since the epoch. Null for one that does not exist, and for a leap second. */
export function readMoment(text: string): number | null {
  const upper = text.toUpperCase()
  const [, date, time] = written.exec(upper) ?? []
  const atUtc = Date.parse(`${date}T${time}Z`)
  // `Date` takes the 30th of February as a day in March, and 24:00 as the next day.
  const exists = !Number.isNaN(atUtc) && new Date(atUtc).toISOString().startsWith(`${date}T${time}`)
  return exists ? Date.parse(upper) : null
}
