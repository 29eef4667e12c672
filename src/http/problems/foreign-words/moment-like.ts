/** What to write for a point in time in another form: seconds or milliseconds since 1970, a date without its time or zone. */
export function describeMoment(value: unknown): string | null {
  if (typeof value === 'number') return ofNumber(value)
  if (typeof value !== 'string' || value.length > maxCharacters) return null
  if (/^\d{9,14}$/.test(value)) return ofNumber(Number(value))
  if (/\{[{%]/.test(value)) return 'it is no template: the engine fills it in before it sends the request'
  if (/^(?:P|(?:in )?\+?\d+\s?(?:ms|s|m|h|d|sec|min|hour|day|week)[a-z]*\b)/i.test(value)) return pointInTime
  const [, date, time, hours, minutes = '00'] =
    /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?))?\s?(?:Z|([+-]\d\d):?(\d\d)?)?$/i.exec(
      value,
    ) ?? []
  if (date === undefined) return null
  if (time === undefined) return `write the time and its zone behind the date: "${date}T00:00:00Z"`
  const seconds = time.length === minutesOnly ? `${time}:00` : time
  if (hours !== undefined) return `write it in full: "${date}T${seconds}${hours}:${minutes}"`
  return `write it in full: "${date}T${seconds}Z" for UTC, or with an offset such as +01:00 in place of "Z"`
}

const maxCharacters = 40
const minutesOnly = 5
const pointInTime = 'it is a point in time, not a time to wait'

/** Of 1973 to 5138 in seconds; of the same years in milliseconds. */
function ofNumber(value: number): string {
  const meantMs = value >= 1e8 && value < 1e11 ? value * 1_000 : value
  return meantMs >= 1e11 && meantMs < 1e14
    ? `write "${new Date(meantMs).toISOString().replace('.000Z', 'Z')}"`
    : pointInTime
}

/** Whether a value is a date and time with its zone. */
export function isMoment(value: unknown): value is string {
  return (
    typeof value === 'string' &&
    value.length <= maxCharacters &&
    /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/.test(value)
  )
}
