/** What stands in the place of everything that must not be seen. */
export const mask = '•••'

/** A text shorter than this is not searched for: it would stand everywhere. */
export const minMaskLength = 4

/** Takes secret values out of a text. */
export type Masker = (text: string) => string

/**
 * Hides values in every form in which they may come back: as they are, URL-encoded, JSON-escaped to any depth,
 * any mixture of these, and in base64 or base64url, alone or within more text.
 */
export function createMasker(values: Iterable<string>): Masker {
  const hidden = [...new Set(values)].filter((value) => value.length >= minMaskLength)
  if (hidden.length === 0) return (text) => text
  const longestFirst = hidden.sort((a, b) => b.length - a.length)
  const pattern = new RegExp(longestFirst.flatMap(spellings).join('|'), 'g')
  return (text) => text.replace(pattern, mask)
}

function spellings(value: string): string[] {
  return [[...value].map(characterPattern).join(''), ...base64Patterns(value)]
}

const shortEscapes: Readonly<Record<string, string>> = {
  '\b': 'b',
  '\f': 'f',
  '\n': 'n',
  '\r': 'r',
  '\t': 't',
}

/**
 * One character as it is, percent-encoded or JSON-escaped, each any number of times over. Letters and digits are
 * escaped by nobody (RFC 3986, RFC 8259), which keeps the pattern of a long token short.
 */
function characterPattern(character: string): string {
  if (/[A-Za-z0-9]/.test(character)) return character
  const alternatives = [percentPattern(character), unicodePattern(character)]
  const short = shortEscapes[character]
  if (short !== undefined) alternatives.push(`\\\\+${short}`)
  if (character === ' ') alternatives.push('\\+')
  alternatives.push(character === '\\' ? '\\\\+' : `\\\\*${RegExp.escape(character)}`)
  return `(?:${alternatives.join('|')})`
}

function percentPattern(character: string): string {
  const bytes = [...Buffer.from(character, 'utf8')]
  return bytes.map((byte) => `%(?:25)*${hexPattern(byte.toString(16).padStart(2, '0'))}`).join('')
}

function unicodePattern(character: string): string {
  const units = Array.from({ length: character.length }, (_, index) => character.charCodeAt(index))
  return units.map((unit) => `\\\\+u${hexPattern(unit.toString(16).padStart(4, '0'))}`).join('')
}

function hexPattern(digits: string): string {
  return digits.replace(/[a-f]/g, (digit) => `[${digit}${digit.toUpperCase()}]`)
}

/**
 * The base64 digits that are the same whatever stands before and after the value: three bytes become four digits,
 * so there are three ways in which a value may lie within a longer text.
 */
function base64Patterns(value: string): string[] {
  const bytes = Buffer.from(value, 'utf8')
  return [0, 1, 2].map((before) => {
    const digits = Buffer.concat([Buffer.alloc(before), bytes])
      .toString('base64')
      .replace(/=+$/, '')
    const first = Math.ceil((before * 8) / 6)
    const last = Math.floor(((before + bytes.length) * 8) / 6)
    const whole = digits.slice(first, last)
    return whole.replace(/[+/]/g, (digit) => (digit === '+' ? '(?:[+-]|%2[bB])' : '(?:\\\\*/|_|%2[fF])'))
  })
}
