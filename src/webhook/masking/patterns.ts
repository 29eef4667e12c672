import { minMaskLength } from '../../contract/names.ts'
import type { Pattern } from './trie.ts'
import { unescapeBytes } from './unescape.ts'

/** The minimum length of any spelling of a value, in UTF-16 units. */
export function shortestSpelling(value: string): number {
  return Math.min(value.length, Math.ceil(unescaped(value).length / maxBytesPerUnit))
}

const maxBytesPerUnit = 3

/** The patterns of a value: the value itself, without escapes, and in base64. */
export function derivePatterns(value: string): readonly Pattern[] {
  const bare = unescaped(value)
  const spelled = bare.length >= minMaskLength ? [bare] : escapedForms(value)
  const forms = [Buffer.from(value), ...spelled, ...wrappedForms(value)]
  return [...forms.map((bytes) => ({ bytes })), ...base64Patterns(value)]
}

/** The forms of a value with several lines: with other line ends, without them, and with spaces in their place. */
function wrappedForms(value: string): readonly Buffer[] {
  if (!/[\r\n]/.test(value)) return []
  const lines = value.split(/\r?\n/)
  return ['', ' ', '\n', '\r\n']
    .map((end) => lines.join(end).trim())
    .filter((text) => text.length >= minMaskLength)
    .map((text) => Buffer.from(text))
}

/** The forms without escapes. A value of little more than backslashes has none, because nothing would be left. */
function escapedForms(value: string): readonly Buffer[] {
  const escaped = escapeJson(value)
  return [escaped, escapeJson(escaped), encodeURIComponent(value)].map((text) => Buffer.from(text))
}

function escapeJson(text: string): string {
  return JSON.stringify(text).slice(1, -1)
}

/** Removes escapes, and a backslash at the end, which would be read as part of the following text. */
function unescaped(value: string): Buffer {
  const { bytes } = unescapeBytes(Buffer.from(value))
  return bytes.subarray(0, bytes.at(-1) === 0x5c ? -1 : undefined)
}

/**
 * The base64 digits of a value that do not depend on the text around it. Three bytes become four digits, so a value has
 * three alignments within a longer text.
 */
function base64Patterns(value: string): readonly Pattern[] {
  const bytes = Buffer.from(`\0\0${value}`, 'utf8')
  return [0, 1, 2].map((offset) => {
    const digits = bytes.toString('base64', 2 - offset)
    const firstBit = offset * 8
    const lastBit = (bytes.length - 2 + offset) * 8
    return {
      bytes: Buffer.from(digits.slice(Math.ceil(firstBit / 6), Math.floor(lastBit / 6)), 'latin1'),
      before: firstBit % 6 === 0 ? 0 : 1,
      after: lastBit % 6 === 0 ? 0 : 1,
    }
  })
}
