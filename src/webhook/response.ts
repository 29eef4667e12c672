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
  readonly #contentType: string
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
    this.headers = headers.map(([name, value]) => [name, decodeHeader(value)])
    this.body = body
    this.ending = ending
    this.#contentType = this.header('content-type') ?? ''
    this.isText = ending !== 'undecodable' && isText(body, this.#contentType)
  }

  /** The body as text: invalid bytes are replaced. */
  get text(): string {
    this.#text ??= decoderFor(this.body, this.#contentType).decode(this.body)
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
    return { text: maskedStart(start, characters, this.#masked), isAll: start.length <= characters }
  }

  /** At least so many characters, if there are as many. */
  #start(characters: number): string {
    const bytes = characters * maxBytesPerCharacter
    if (this.body.length <= bytes) return this.text
    const decoder = decoderFor(this.body, this.#contentType)
    return decoder.decode(this.body.subarray(0, bytes), { stream: true })
  }

  /** The value of a header; several are joined by a comma (RFC 9110, section 5.3). */
  header(name: string): string | undefined {
    return fieldValue(name, this.headers)
  }

  /** What `response` is in templates and conditions. Nothing is parsed that nobody asks for. */
  get variables(): Readonly<Record<string, unknown>> {
    const response = this
    return {
      status: response.status,
      get body() {
        return response.seenText
      },
      get headers() {
        return response.#headersByName()
      },
      get json() {
        return response.seenJson
      },
    }
  }

  #headersByName(): Readonly<Record<string, string | undefined>> {
    const seen = maskedHeaders(this.headers, this.#masked)
    const names = new Set(seen.map(([name]) => name.toLowerCase()))
    return Object.fromEntries([...names].map((name) => [name, fieldValue(name, seen)]))
  }
}

function fieldValue(name: string, headers: readonly HeaderPair[]): string | undefined {
  const values = headers.filter(([candidate]) => candidate.toLowerCase() === name)
  return values.length === 0 ? undefined : values.map(([, value]) => value).join(', ')
}

/** Headers come as Latin-1 (RFC 9110, section 5.5), and in truth often as UTF-8. */
function decodeHeader(value: string): string {
  // What is beyond Latin-1 can only come from a simulation.
  if (/^[\x00-\x7f]*$|[^\x00-\xff]/.test(value)) return value
  const bytes = Buffer.from(value, 'latin1')
  return isUtf8Start(bytes) ? bytes.toString('utf8') : value
}

/** WHATWG: a byte order mark outranks the label; an unknown label is taken as UTF-8. */
function decoderFor(body: Buffer, contentType: string): TextDecoder {
  const marked = byteOrderMark(body)
  try {
    return new TextDecoder(marked ?? charsetOf(contentType) ?? 'utf-8')
  } catch {
    return new TextDecoder('utf-8')
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
  if (charsetOf(contentType) !== undefined || textType.test(contentType)) return true
  const sample = body.subarray(0, sampleBytes)
  return byteOrderMark(body) !== null || (!sample.includes(0) && isUtf8Start(sample))
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
