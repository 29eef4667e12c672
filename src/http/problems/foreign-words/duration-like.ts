const units: Readonly<Record<string, number>> = {
  ms: 1,
  msec: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
}

/** Shorter times were meant in seconds. */
export const leastMs = 100

/** A time in milliseconds, of `10`, `"10s"`, `"10.000"`, or `"PT1M30S"` of ISO 8601; null for anything else. */
export function readDuration(value: unknown): number | null {
  if (typeof value === 'number' && Number.isFinite(value) && value > 0) return inMs(value, '')
  if (typeof value !== 'string' || value.length > 40) return null
  const iso = readIso(value)
  if (iso !== null) return iso
  const [, digits, unit = ''] = /^(\d{1,6}(?:[.,]\d{1,3})?)\s?(ms|msec|s|m|h)?[a-z]{0,10}$/i.exec(value) ?? []
  return digits === undefined ? null : inMs(readNumber(digits, unit), unit)
}

/** A duration of ISO 8601 with days, hours, minutes and seconds. */
function readIso(text: string): number | null {
  const parts = /^P(?:(\d{1,3})D)?(?:T(?:(\d{1,4})H)?(?:(\d{1,5})M)?(?:(\d{1,6}(?:[.,]\d{1,3})?)S)?)?$/i.exec(
    text,
  )
  if (parts === null || !/\d/.test(text)) return null
  const [days = 0, hours = 0, minutes = 0, seconds = 0] = parts
    .slice(1)
    .map((part) => (part === undefined ? 0 : Number(part.replace(',', '.'))))
  return Math.round((((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1_000)
}

function inMs(number: number, unit: string): number {
  const known = units[unit.toLowerCase()] ?? (number < leastMs ? 1_000 : 1)
  return Math.round(number * known)
}

/** Three digits behind a mark and without a unit are thousands: `10.000`. */
function readNumber(digits: string, unit: string): number {
  const isThousands = unit === '' && /^\d{1,3}[.,]\d{3}$/.test(digits)
  return Number(isThousands ? digits.replace(/[.,]/, '') : digits.replace(',', '.'))
}
