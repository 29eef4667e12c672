import { writeJson } from '../values/json.ts'
import { plainText } from '../values/text.ts'
import { XmlPlace } from './xml-place.ts'

/** The form in which the last filter of a placeholder writes its value. `quotedJson`: JSON alone between quotes of the author. */
export type WrittenForm = 'json' | 'quotedJson' | 'url' | 'xml'

/** Writes a value as text for its place. A value that a filter has already written in the form of the place is not encoded again. */
export type Encode = (value: unknown, written?: WrittenForm) => string

/** The text so far. In some places it decides how the next value is written. */
export interface TextSoFar {
  readonly buffer: string
  /** Transforms every piece of text before it is added. Encoders set it if they depend on the text so far. */
  prepare?: ((piece: string) => string) | null
}

/** Creates the `Encode` of one rendering. */
export type Encoder = (soFar: TextSoFar) => Encode

/** No encoding, for headers and plain text. */
export const asText: Encoder = () => plainText

/** Percent-encoded, so that a value can never become structure of a URL. */
export const asUrlComponent: Encoder = (soFar) => (value, written) => {
  if (written !== 'url') return percentEncode(value)
  const text = plainText(value)
  // URLs are short, so scanning the text again for each value is cheap.
  return /[?#]/.test(soFar.buffer) ? text : text.replaceAll('+', '%20')
}

/** Form encoding, for a raw body in which the author writes names, `=` and `&`. */
export const asForm: Encoder = () => encodeForForm

function encodeForForm(value: unknown, written?: WrittenForm): string {
  return written === 'url' ? plainText(value) : formEncode(value)
}

/**
 * Form encoding for another charset than UTF-8. Characters outside ASCII stay, since they are encoded after rendering. A
 * value that a filter has encoded as UTF-8 is decoded first.
 */
export const asAsciiForm: Encoder = () => (value, written) => {
  const text = plainText(value)
  return (written === 'url' ? decodeForm(text) : text).replace(/[^\w.*\x80-\uffff-]/g, encodeAscii)
}

function encodeAscii(character: string): string {
  return formBytes[character.charCodeAt(0)] ?? character
}

/** Encodes the whole value of a query parameter, including the author's text. */
export const asQueryValue: Encoder = (soFar) => encodeAround(soFar, encodeURIComponent)

/** Encodes the whole value of a form field, including the author's text. */
export const asFormValue: Encoder = (soFar) => encodeAround(soFar, formEncode)

function encodeAround(soFar: TextSoFar, encode: (text: string) => string): Encode {
  let isWritten = false
  soFar.prepare = (piece) => {
    const text = isWritten ? piece : encode(piece)
    isWritten = false
    return text
  }
  return (value, written) => {
    isWritten = written === 'url'
    return plainText(value)
  }
}

/** Escapes XML for both element content and attribute values. A CDATA section needs no escapes. */
export const asXml: Encoder = (soFar) => {
  const place = new XmlPlace()
  soFar.prepare = (piece) => place.follow(piece)
  return (value, written) => place.encode(plainText(value), written === 'xml')
}

/**
 * Escapes a value for the inside of a JSON string. Lists, objects and results of the filter `json` are already JSON: they
 * are escaped only if the author put the placeholder between quotes.
 */
export const asJson: Encoder = (soFar) => {
  const quotes = new QuoteCounter()
  soFar.prepare = (piece) => quotes.follow(piece)
  return (value, written) => {
    const isJson = written === 'json' || written === 'quotedJson'
    if (!isJson && (typeof value !== 'object' || value === null)) return escapeJson(value)
    if (!quotes.isWithin) return isJson ? writtenJson(value) : plainText(value)
    return written === 'quotedJson' ? `"${writtenJson(value)}"` : escapeJson(value)
  }
}

/** JSON lines: also escapes U+0085, U+2028 and U+2029, which some readers take for line ends. */
export const asJsonLines: Encoder = (soFar) => {
  const encode = asJson(soFar)
  return (value, written) => encode(value, written).replace(/[\x85\u2028\u2029]/g, unicodeEscape)
}

function unicodeEscape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}

/** A value as the inside of a JSON string. */
function escapeJson(value: unknown): string {
  return writeJson(plainText(value)).slice(1, -1)
}

/** The result of the filter `json`. For a missing value it is the empty text. */
function writtenJson(value: unknown): string {
  return value === undefined ? 'null' : plainText(value)
}

/** A value as percent-encoded text, with `%20` for a space. */
export function percentEncode(value: unknown): string {
  return value instanceof EncodedText ? value.encoded : encodeURIComponent(plainText(value))
}

/** A value as WHATWG application/x-www-form-urlencoded. */
export function formEncode(value: unknown): string {
  if (value instanceof EncodedText) return value.encoded
  const text = plainText(value)
  if (/^[\w.*-]*$/.test(text)) return text
  return encodeURIComponent(text).replace(/%20|[!'()~]/g, (found) => formEscapes[found] ?? found)
}

const formEscapes: Readonly<Record<string, string>> = {
  '%20': '+',
  '!': '%21',
  "'": '%27',
  '(': '%28',
  ')': '%29',
  '~': '%7E',
}

/** A text of a query or form that the author has encoded in part or as a whole. It is sent unchanged. */
export class EncodedText {
  readonly encoded: string
  /** The decoded text, as the target reads it. */
  readonly text: string

  constructor(encoded: string) {
    this.encoded = encoded
    this.text = decodeForm(encoded)
  }
}

function decodeForm(encoded: string): string {
  return decodeURIComponent(encoded.replaceAll('+', ' '))
}

/** For each byte its form in application/x-www-form-urlencoded. It does not depend on the charset. */
export const formBytes: readonly string[] = Array.from({ length: 256 }, (_none, byte) =>
  byte < 0x80
    ? formEncode(String.fromCharCode(byte))
    : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`,
)

/** Tracks whether the end of a growing JSON text is within a string. */
class QuoteCounter {
  #pieces: string[] = []
  #isWithin = false
  #isEscaped = false

  /** Collects pieces. They are scanned lazily, because most texts have no value that depends on them. */
  follow(piece: string): string {
    this.#pieces.push(piece)
    return piece
  }

  get isWithin(): boolean {
    for (const piece of this.#pieces) this.#read(piece)
    this.#pieces = []
    return this.#isWithin
  }

  #read(piece: string): void {
    for (let at = 0; at < piece.length; at++) {
      const character = piece[at]
      if (this.#isEscaped) this.#isEscaped = false
      else if (character === '"') this.#isWithin = !this.#isWithin
      else if (character === '\\') this.#isEscaped = this.#isWithin
    }
  }
}
