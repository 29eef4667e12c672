import { suggest } from '../webhook/values/suggest.ts'

/** What each unit counts in the unit of a setting: milliseconds or bytes. `m` may be either, so it is none. */
const units: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  sec: 1_000,
  min: 60_000,
  h: 3_600_000,
  b: 1,
  k: 1_024,
  kb: 1_024,
  kib: 1_024,
  mb: 1_048_576,
  mib: 1_048_576,
  g: 1_073_741_824,
  gb: 1_073_741_824,
  gib: 1_073_741_824,
}

/** The digits of a number with a unit or separators, such as `30s`, `1 MiB` or `10_000`; null for any other text. */
export function readMeantNumber(text: string): number | null {
  const separated = /^\d{1,3}(?:[_,' ]\d{3}){1,4}$/.test(text) ? Number(text.replaceAll(/\D/g, '')) : null
  const [, digits, unit = ''] = /^"?(\d{1,12})\s?([a-z]{0,3})"?$/i.exec(text) ?? []
  const factor = unit === '' ? 1 : units[unit.toLowerCase()]
  return digits === undefined || factor === undefined ? separated : Number(digits) * factor
}

const yes: ReadonlySet<string> = new Set(['true', 'yes', '1', 'enabled', 'enable', 'y', 't'])
const no: ReadonlySet<string> = new Set(['false', 'no', '0', 'disabled', 'disable', 'none', 'n', 'f'])

/** The word that a text means: in other letters, in quotes, misspelt, or as other tools call it; null if none is near. */
export function findMeantWord(text: string, words: readonly string[]): string | null {
  const word = text.trim().replaceAll(/["']/g, '').toLowerCase()
  if (words.includes(word)) return word
  if (yes.has(word) && words.includes('on')) return 'on'
  if (no.has(word) && words.includes('off')) return 'off'
  return suggest(word, words, 3)
}

/** What is wrong with a list whose entries are separated or enclosed in another way; null if that is not it. */
export function describeList(text: string): string | null {
  if (/^\s*[[{]\s*["']/.test(text)) return 'write the entries alone, without brackets and quotes'
  if (/^\s*["']|["']\s*$/.test(text)) return 'write it without quotes'
  if (/[^\s,];|[^\s,:]\s[^\s,]/.test(text)) return 'separate the entries with commas'
  return null
}
