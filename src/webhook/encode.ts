import { writeJson } from './json.ts'
import { plainText } from './plain-text.ts'

/** Writes a value as text for the place where it lands. */
export type Encode = (value: unknown) => string

/** The text so far, for places where it decides how the next value is written. */
export interface TextSoFar {
  readonly buffer: string
}

/** Makes the `Encode` of one rendering. */
export type Encoder = (soFar: TextSoFar) => Encode

/** As it is: headers, plain text. */
export const asText: Encoder = () => plainText

/** Percent-encoded, so that a value can never become structure of a URL. */
export const asUrlComponent: Encoder = () => percentEncode

/** Escaped as XML, for element content and attribute values alike. */
export const asXml: Encoder = () => (value) => escapeXml(plainText(value))

/** The text of a value, percent-encoded with `%20` for a space. */
export function percentEncode(value: unknown): string {
  return encodeURIComponent(plainText(value))
}

const xmlEntities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
}

function escapeXml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => xmlEntities[character] ?? character)
}

/**
 * Escaped as for the inside of a JSON string. Arrays and objects are JSON already: they are escaped only where
 * the author put the placeholder between quotes.
 */
export const asJson: Encoder = (soFar) => {
  const quotes = new QuoteCounter()
  return (value) => {
    const isStructure = typeof value === 'object' && value !== null
    if (isStructure && !quotes.isWithin(soFar.buffer)) return plainText(value)
    return writeJson(plainText(value)).slice(1, -1)
  }
}

/** Follows a growing JSON text and tells whether its end lies within a string. */
class QuoteCounter {
  #at = 0
  #within = false

  isWithin(text: string): boolean {
    for (; this.#at < text.length; this.#at++) {
      const character = text[this.#at]
      if (character === '"') this.#within = !this.#within
      else if (character === '\\' && this.#within) this.#at++
    }
    return this.#within
  }
}
