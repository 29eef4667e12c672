import { minMaskLength } from '../../contract/names.ts'
import type { Pattern } from './trie.ts'
import { unescapeBytes } from './unescape.ts'

/** Units of a text that a value has at the least, however it is spelled. */
export function shortestSpelling(value: string): number {
  return Math.min(value.length, Math.ceil(unescaped(value).length / maxBytesPerUnit))
}

const maxBytesPerUnit = 3

/** What is searched for: the value as it is and without escapes, and the base64 of it. */
export function derivePatterns(value: string): readonly Pattern[] {
  const bare = unescaped(value)
  const spelled = bare.length >= minMaskLength ? [bare] : escapedForms(value)
  const forms = [Buffer.from(value), ...spelled, ...wrappedForms(value)]
  return [...forms.map((bytes) => ({ bytes })), ...base64Patterns(value)]
}

/** A value of several lines, as it is with other ends of lines, without them, and with blanks in their place. */
function wrappedForms(value: string): readonly Buffer[] {
  if (!/[\r\n]/.test(value)) return []
  const lines = value.split(/\r?\n/)
  return ['', ' ', '\n', '\r\n']
    .map((end) => lines.join(end).trim())
    .filter((text) => text.length >= minMaskLength)
    .map((text) => Buffer.from(text))
}

/** Of a value that is hardly more than backslashes nothing is left without them. */
function escapedForms(value: string): readonly Buffer[] {
  const escaped = escapeJson(value)
  return [escaped, escapeJson(escaped), encodeURIComponent(value)].map((text) => Buffer.from(text))
}

function escapeJson(text: string): string {
  return JSON.stringify(text).slice(1, -1)
}

/** A backslash at the end would belong to whatever follows the value. */
function unescaped(value: string): Buffer {
  const { bytes } = unescapeBytes(Buffer.from(value))
  return bytes.subarray(0, bytes.at(-1) === 0x5c ? -1 : undefined)
}

/**
 * The base64 digits that are the same whatever stands before and after the value: three bytes become four digits,
 * so there are three ways in which a value may lie within a longer text.
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
