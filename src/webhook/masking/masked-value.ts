import { LongNumber } from '../values/long-number.ts'
import { secretHeaders } from '../wire/headers.ts'
import type { HeaderPair } from '../wire/outcome.ts'
import { type Masker, mask } from './mask.ts'

/** A JSON value with all names and texts masked. A number keeps its type unless it contains a value to mask. */
export function maskedValue(value: unknown, masked: Masker): unknown {
  if (typeof value === 'string') return masked(value)
  if (typeof value === 'number' || value instanceof LongNumber) return maskedNumber(value, masked)
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map((item) => maskedValue(item, masked))
  const members = Object.entries(value).map(
    ([name, member]) => [masked(name), maskedValue(member, masked)] as const,
  )
  return Object.fromEntries(members)
}

function maskedNumber(value: number | LongNumber, masked: Masker): unknown {
  const text = String(value)
  const display = masked(text)
  return display === text ? value : display
}

/** Headers as they may be shown. */
export function maskedHeaders(headers: readonly HeaderPair[], masked: Masker): HeaderPair[] {
  return headers.map((header) => maskedHeader(header, masked))
}

/** Returns the same pair if nothing is masked, which saves copies. */
function maskedHeader(header: HeaderPair, masked: Masker): HeaderPair {
  const [name, value] = header
  const shownName = masked(name)
  const shownValue = secretHeaders.has(name.toLowerCase()) ? mask : masked(value)
  return shownName === name && shownValue === value ? header : [shownName, shownValue]
}

/** Masks values in headers, but does not mask whole headers by their names. */
export function maskedHeaderTexts(headers: readonly HeaderPair[], masked: Masker): HeaderPair[] {
  return headers.map((header) => {
    const [name, value] = header
    const [seenName, seenValue] = [masked(name), masked(value)]
    return seenName === name && seenValue === value ? header : [seenName, seenValue]
  })
}

/** Whether a value contains a mask. */
export function containsMask(value: unknown): boolean {
  if (typeof value === 'string') return value.includes(mask)
  if (typeof value !== 'object' || value === null || value instanceof LongNumber) return false
  return Object.entries(value).some(([name, member]) => name.includes(mask) || containsMask(member))
}
