import { writeJson } from '../values/json.ts'
import { plainText } from '../values/text.ts'
import { XmlPlace } from './xml-place.ts'

/** A form in which the last filter of a placeholder has written its value; `quotedJson` stands alone between quotes of its author. */
export type WrittenForm = 'json' | 'quotedJson' | 'url' | 'xml'

/** Writes a value as text for the place where it lands. What is written in the form of the place already stands as it is. */
export type Encode = (value: unknown, written?: WrittenForm) => string

/** The text so far, for places where it decides how the next value is written. */
export interface TextSoFar {
  readonly buffer: string
  /** Is given every piece of the text before it is added, and gives what is added. Set by an encoder that needs to know. */
  prepare?: ((piece: string) => string) | null
}

/** Makes the `Encode` of one rendering. */
export type Encoder = (soFar: TextSoFar) => Encode

/** As it is: headers, plain text. */
export const asText: Encoder = () => plainText

/** Percent-encoded, so that a value can never become structure of a URL. */
export const asUrlComponent: Encoder = (soFar) => (value, written) => {
  if (written !== 'url') return percentEncode(value)
  const text = plainText(value)
  // A URL is short, so that it may be looked at again for each value.
  return /[?#]/.test(soFar.buffer) ? text : text.replaceAll('+', '%20')
}

/** Form-encoded, within a body whose author writes names, `=` and `&`. */
export const asForm: Encoder = () => encodeForForm

function encodeForForm(value: unknown, written?: WrittenForm): string {
  return written === 'url' ? plainText(value) : formEncode(value)
}

/**
 * The same for a form in another charset than UTF-8, whose characters beyond ASCII are encoded at the end. What filters have
 * encoded as UTF-8 is not written in the form of this place: it is what it was before.
 */
export const asAsciiForm: Encoder = () => (value, written) => {
  const text = plainText(value)
  return (written === 'url' ? decodeForm(text) : text).replace(/[^\w.*\x80-\uffff-]/g, encodeAscii)
}

function encodeAscii(character: string): string {
  return formBytes[character.charCodeAt(0)] ?? character
}

/** The value of a parameter of a query, the text of its author included. */
export const asQueryValue: Encoder = (soFar) => encodeAround(soFar, encodeURIComponent)

/** The value of a field of a form, the text of its author included. */
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

/** Escaped as XML, for element content and attribute values alike; as it is in a CDATA section. */
export const asXml: Encoder = (soFar) => {
  const place = new XmlPlace()
  soFar.prepare = (piece) => place.follow(piece)
  return (value, written) => place.encode(plainText(value), written === 'xml')
}

/**
 * Escaped as for the inside of a JSON string. Arrays, objects and what the filter `json` has written are JSON already: they
 * are escaped only where the author put the placeholder between quotes.
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

/** As JSON of which a text has one in each line: what some readers take for the end of a line is escaped too. */
export const asJsonLines: Encoder = (soFar) => {
  const encode = asJson(soFar)
  return (value, written) => encode(value, written).replace(/[\x85\u2028\u2029]/g, unicodeEscape)
}

function unicodeEscape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}

/** The inside of a JSON string. */
function escapeJson(value: unknown): string {
  return writeJson(plainText(value)).slice(1, -1)
}

/** What the filter `json` makes of a value that is missing is nothing at all. */
function writtenJson(value: unknown): string {
  return value === undefined ? 'null' : plainText(value)
}

/** The text of a value, percent-encoded with `%20` for a space. */
export function percentEncode(value: unknown): string {
  return value instanceof EncodedText ? value.encoded : encodeURIComponent(plainText(value))
}

/** The text of a value as WHATWG application/x-www-form-urlencoded has it. */
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

/** A text of a query or form that its author has encoded, wholly or in part: it is sent as it is written. */
export class EncodedText {
  readonly encoded: string
  /** What the target reads. */
  readonly text: string

  constructor(encoded: string) {
    this.encoded = encoded
    this.text = decodeForm(encoded)
  }
}

function decodeForm(encoded: string): string {
  return decodeURIComponent(encoded.replaceAll('+', ' '))
}

/** Every byte as it stands in a form, whatever the charset is. */
export const formBytes: readonly string[] = Array.from({ length: 256 }, (_none, byte) =>
  byte < 0x80
    ? formEncode(String.fromCharCode(byte))
    : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`,
)

/** Follows a growing JSON text and tells whether its end lies within a string. */
class QuoteCounter {
  #pieces: string[] = []
  #isWithin = false
  #isEscaped = false

  /** Pieces are read where somebody asks: most texts have no value that depends on them. */
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
