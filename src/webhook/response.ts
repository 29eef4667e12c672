import { headerValue } from './header.ts'
import { maxJsonDepth, parseJson } from './json.ts'
import { type Masker, maskedStart } from './mask.ts'
import { maskedHeaders, maskedValue } from './masked-value.ts'
import type { HeaderPair, TargetResponse } from './outcome.ts'

/** Some text of a body. */
export interface Excerpt {
  readonly text: string
  /** Whether it is all that there is. */
  readonly isAll: boolean
}

/** Of those encodings that browsers know, for one unit of UTF-16. */
const maxBytesPerCharacter = 4

/** A body that begins as text is one. */
const sampleBytes = 65_536

/** A response as expectations, captures and people read it. */
export class ReadableResponse {
  readonly status: number
  readonly headers: readonly HeaderPair[]
  readonly body: Buffer
  readonly ending: TargetResponse['ending']
  /** Whether the body is text at all. */
  readonly isText: boolean
  /** Whether words about the response may quote its body. */
  readonly mayBeQuoted: boolean
  readonly #masked: Masker
  readonly #encoding: string
  #text: string | null = null
  #seenText: string | null = null
  #seenJson: { readonly value: unknown } | null = null

  /** `isShown` says whether anything of the body may be shown to people. */
  constructor(
    { status, headers, body, ending }: TargetResponse,
    masked: Masker,
    { isShown } = { isShown: true },
  ) {
    this.#masked = masked
    this.mayBeQuoted = isShown
    this.status = status
    this.headers = headers.map(decodedHeader)
    this.body = body
    this.ending = ending
    const contentType = headerValue(headers, 'content-type') ?? ''
    const charset = charsetOf(contentType)
    const mark = byteOrderMark(body)
    // WHATWG: a byte order mark outranks the label.
    this.#encoding = mark ?? charset ?? utf8
    this.isText =
      ending !== 'undecodable' && (charset !== undefined || mark !== null || isText(body, contentType))
  }

  /** The body as text: invalid bytes are replaced. */
  get text(): string {
    this.#text ??= decode(this.body, this.#encoding)
    return this.#text
  }

  /** Whether the body was read to its end. */
  get isWhole(): boolean {
    return this.ending === 'complete' || this.ending === 'undecodable'
  }

  /**
   * The text that is decided on. What must not be shown is masked before anybody looks at it: parts of a secret could be
   * captured, or guessed by conditions, where the target sends it back.
   */
  get seenText(): string {
    this.#seenText ??= this.#masked(this.text)
    return this.#seenText
  }

  /** The body as JSON with every digit, masked as its text is; undefined where it is none. */
  get seenJson(): unknown {
    this.#seenJson ??= { value: this.#readJson() }
    return this.#seenJson.value
  }

  #readJson(): unknown {
    const parsed = parseJson(this.text, { maxDepth: maxJsonDepth })
    if (!parsed.ok) return undefined
    return this.seenText === this.text ? parsed.exact : maskedValue(parsed.exact, this.#masked)
  }

  /** A text as it may be shown. */
  masked(text: string): string {
    return this.#masked(text)
  }

  /** The beginning of the body as it may be shown, made of so many characters of it. What is beyond costs nothing. */
  shownStart(characters: number): Excerpt {
    const start = this.#start(characters + 1)
    if (start.length <= characters) return { text: this.seenText, isAll: true }
    return { text: maskedStart(start, characters, this.#masked), isAll: false }
  }

  /** At least so many characters, if there are as many. */
  #start(characters: number): string {
    const bytes = characters * maxBytesPerCharacter
    if (this.body.length <= bytes) return this.text
    return decoderFor(this.#encoding).decode(this.body.subarray(0, bytes), { stream: true })
  }

  /** What `response` is in templates and conditions. */
  get variables(): ResponseVariables {
    return new ResponseVariables(this)
  }
}

/**
 * Nothing is parsed that nobody asks for. The getters are own properties, since templates see no others, and the same
 * ones for every response: with getters of its own each would be of a hidden class of its own, which holds all that
 * they refer to until a full garbage collection.
 */
class ResponseVariables {
  static readonly #onDemand: PropertyDescriptorMap & ThisType<ResponseVariables> = {
    body: {
      enumerable: true,
      get() {
        return this.#response.seenText
      },
    },
    headers: {
      enumerable: true,
      get() {
        return headersByName(this.#response)
      },
    },
    json: {
      enumerable: true,
      get() {
        return this.#response.seenJson
      },
    },
  }
  readonly status: number
  declare readonly body: string
  declare readonly headers: Readonly<Record<string, string | undefined>>
  declare readonly json: unknown
  readonly #response: ReadableResponse

  constructor(response: ReadableResponse) {
    this.status = response.status
    this.#response = response
    Object.defineProperties(this, ResponseVariables.#onDemand)
  }
}

function headersByName(response: ReadableResponse): Readonly<Record<string, string | undefined>> {
  const seen = maskedHeaders(response.headers, (text) => response.masked(text))
  const names = new Set(seen.map(([name]) => name.toLowerCase()))
  return Object.fromEntries([...names].map((name) => [name, headerValue(seen, name)]))
}

/** Headers come as Latin-1 (RFC 9110, section 5.5), and in truth often as UTF-8. */
function decodedHeader(header: HeaderPair): HeaderPair {
  const [name, value] = header
  // What is beyond Latin-1 can only come from a simulation.
  if (/^[\x00-\x7f]*$|[^\x00-\xff]/.test(value)) return header
  const bytes = Buffer.from(value, 'latin1')
  return isUtf8Start(bytes) ? [name, bytes.toString('utf8')] : header
}

const utf8 = 'utf-8'

function decode(body: Buffer, encoding: string): string {
  if (encoding.toLowerCase() !== utf8) return decoderFor(encoding).decode(body)
  const text = body.toString('utf8')
  return text.startsWith('\ufeff') ? text.slice(1) : text
}

/** An unknown label is taken as UTF-8. */
function decoderFor(encoding: string): TextDecoder {
  try {
    return new TextDecoder(encoding)
  } catch {
    return new TextDecoder(utf8)
  }
}

/** The encoding that the first bytes of a body name. */
function byteOrderMark(body: Buffer): string | null {
  if (body[0] === 0xef && body[1] === 0xbb && body[2] === 0xbf) return 'utf-8'
  if (body[0] === 0xff && body[1] === 0xfe) return 'utf-16le'
  return body[0] === 0xfe && body[1] === 0xff ? 'utf-16be' : null
}

function charsetOf(contentType: string): string | undefined {
  return /;\s*charset\s*=\s*"?([^\s";]+)/i.exec(contentType)?.[1]
}

const textType = /^(?:text\/|application\/(?:[^;]*\+)?(?:json|xml|javascript|x-www-form-urlencoded)\b)/i

function isText(body: Buffer, contentType: string): boolean {
  if (textType.test(contentType)) return true
  const sample = body.subarray(0, sampleBytes)
  return !sample.includes(0) && isUtf8Start(sample)
}

/** A body that was cut may end within a character. */
function isUtf8Start(body: Buffer): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(body, { stream: true })
    return true
  } catch {
    return false
  }
}
