import { cutText, type Masker, mask, maskNothing } from '../masking/mask.ts'
import { maskedHeaderTexts, maskedValue } from '../masking/masked-value.ts'
import type { RenderBudget } from '../template/render-budget.ts'
import { maxJsonDepth, type ParsedJson, parseJson } from '../values/json.ts'
import { headerValue } from '../wire/headers.ts'
import type { HeaderPair, TargetResponse } from '../wire/outcome.ts'
import { decodeUtf8, utf8 } from './response-charset.ts'
import { type ResponseText, readResponseText } from './response-text.ts'

/** The maskers of a response, by purpose. */
export interface ResponseMaskers {
  /** Masks the secrets of the request in quotations of the node. */
  readonly own: Masker
  /** Masks the secrets of the service before judging and capturing; null if the request carries none. */
  readonly stored: Masker | null
  /** Masks all hidden values, for the reply. */
  readonly display: Masker
  /** Masks in a quotation, after `display`, what only a short text can be searched for. */
  readonly quotation: Masker
  /** Whether the body may be shown. False if the response itself makes too many values secret, as with cookies. */
  readonly showsBody: boolean
  /**
   * How many characters are left out at the end of a truncated body if the request carries a secret of the service. The
   * beginning of the secret may stand there, and masking only that would reveal its length.
   */
  readonly tail: number
}

/** Maskers that hide nothing. */
export const noMaskers: ResponseMaskers = {
  own: maskNothing,
  stored: null,
  display: maskNothing,
  quotation: maskNothing,
  showsBody: true,
  tail: 0,
}

/** Whether a name or word of the target has no part that must be masked. */
export function maySay({ display, quotation }: ResponseMaskers, word: string): boolean {
  return display(word) === word && quotation(word) === word
}

/** The beginning of a body. */
export interface Excerpt {
  readonly text: string
  /** Whether the excerpt is the whole body. */
  readonly isAll: boolean
}

/** The charset in which a body was read because its own charset is unknown. */
export interface UnknownCharset {
  /** The unknown label; null if it may not be shown. */
  readonly label: string | null
  readonly used: string
}

const longestShownLabel = 40

/** What was read of a body as JSON. */
interface SeenJson {
  readonly value: unknown
  readonly isMasked: boolean
  /** Why the text is not JSON. */
  readonly problem?: string | null
}

/** A response as text and JSON, masked for judging and for the reply. Everything is computed on first use. */
export class ReadableResponse {
  readonly status: number
  /** The reason phrase of the status line; null if there is none. */
  readonly reason: string | null
  readonly headers: readonly HeaderPair[]
  readonly body: Buffer
  readonly ending: TargetResponse['ending']
  /** Whether more bytes came than the head of the response announces. */
  readonly hasExcess: boolean
  /** Whether messages may quote the body. */
  readonly mayBeQuoted: boolean
  readonly maskers: ResponseMaskers
  #read: ResponseText | null = null
  #seenText: string | null = null
  #seenJson: SeenJson | null = null
  #seenHeaders: readonly HeaderPair[] | null = null
  #storedText: string | null = null
  #shownText: string | null = null
  #sawMask = false
  #variables: ResponseVariables | null = null

  /** `isShown`: whether the reply may show the body. */
  constructor(
    { status, reason = null, headers, body, ending, hasExcess = false }: TargetResponse,
    maskers: ResponseMaskers,
    { isShown } = { isShown: true },
  ) {
    this.maskers = maskers
    this.mayBeQuoted = isShown
    this.status = status
    this.reason = reason === null ? null : decodedText(reason)
    this.headers = headers.map(decodedHeader)
    this.body = body
    this.ending = ending
    this.hasExcess = hasExcess
  }

  /** The body as text. */
  get text(): string {
    return this.readText().text
  }

  /** Whether the body is a text without invalid bytes. */
  get isText(): boolean {
    return this.readText().isText
  }

  /** The charset in which the body has invalid bytes; null if it has none. */
  get damagedCharset(): string | null {
    const { isDamaged, charset } = this.readText()
    return isDamaged ? charset.name : null
  }

  /** The label of an unknown charset, and the charset used instead; null if the charset is known. */
  get unknownCharset(): UnknownCharset | null {
    const { unknownLabel: label, charset } = this.readText()
    return label === null ? null : { label: this.#shownLabel(label), used: charset.name }
  }

  #shownLabel(label: string): string | null {
    if (!this.mayBeQuoted || !maySay(this.maskers, label)) return null
    const cut = label.slice(0, longestShownLabel).replace(/[^\x21-\x7e]/g, '?')
    return cut.length < label.length ? `${cut}…` : cut
  }

  /** The body as text, and how it was read. */
  readText(): ResponseText {
    this.#read ??= readResponseText({
      body: this.body,
      contentType: headerValue(this.headers, 'content-type') ?? '',
      isWhole: this.isWhole,
      isEncoded: this.ending === 'undecodable',
    })
    return this.#read
  }

  /** Whether the body was read to its end. */
  get isWhole(): boolean {
    return this.ending === 'complete' || this.ending === 'undecodable'
  }

  /** The text for expectations and captures, with secrets of the service masked. */
  get seenText(): string {
    this.#seenText ??= this.#readSeenText()
    this.#sawMask ||= this.#seenText !== this.text
    return this.#seenText
  }

  /** The body as JSON without loss of digits, with secrets of the service masked; undefined if the body is not JSON. */
  get seenJson(): unknown {
    this.#seenJson ??= this.#readSeenJson()
    this.#sawMask ||= this.#seenJson.isMasked
    return this.#seenJson.value
  }

  /**
   * Why a text that begins as JSON is none, without a word of the text: `expected "," or "}" at line 3, column 7`. Null if it is
   * JSON or does not begin so, and if the place would reveal the length of a secret of the service.
   */
  get jsonProblem(): string | null {
    this.#seenJson ??= this.#readSeenJson()
    const { problem = null } = this.#seenJson
    return problem !== null && /^\s*[[{]/.test(this.text) && !this.hasStoredSecret ? problem : null
  }

  /** The headers for expectations and captures, with secrets of the service masked. */
  get seenHeaders(): readonly HeaderPair[] {
    const { stored } = this.maskers
    this.#seenHeaders ??= stored === null ? this.headers : this.#headersWithout(stored)
    this.#sawMask ||= this.#seenHeaders.some((header, index) => header !== this.headers[index])
    return this.#seenHeaders
  }

  /** Whether a masked part was read since the last call. Resets the flag. */
  takeSawMask(): boolean {
    const sawMask = this.#sawMask
    this.#sawMask = false
    return sawMask
  }

  /** Whether the body contains a secret of the service, so that the size of the body would reveal its length. */
  get hasStoredSecret(): boolean {
    return this.maskers.stored !== null && this.#textWithoutStored !== this.text
  }

  /** The body as it may be shown: as text, or as base64 if it is not text. */
  get shownText(): string {
    this.#shownText ??= this.#readShownText()
    return this.#shownText
  }

  /** The masked text of the body for quotations, also if the text has invalid bytes. */
  get quotedText(): string {
    const isDamagedText = this.damagedCharset !== null && this.maskers.showsBody
    return isDamagedText ? this.#withoutTail(this.#maskBody(this.maskers.display)) : this.shownText
  }

  /** The shown body as JSON; undefined if it is not JSON. A mask may have taken a part of its syntax. */
  get shownJson(): unknown {
    if (!this.isText || this.#leavesOut > 0) return undefined
    if (this.#seenJson !== null && this.shownText === this.text) return this.#seenJson.value
    const parsed = parseJson(this.shownText, { maxDepth: maxJsonDepth })
    return parsed.ok ? parsed.exact : undefined
  }

  /** The first characters of the shown body. It is masked before it is cut. */
  shownStart(characters: number): Excerpt {
    const text = cutText(this.shownText, characters)
    return { text, isAll: text === this.shownText && this.#leavesOut === 0 }
  }

  /** Masks `content-length` too, because the size of the body would reveal the length of a secret in it. */
  #headersWithout(stored: Masker): readonly HeaderPair[] {
    const masked = maskedHeaderTexts(this.headers, stored)
    if (!this.hasStoredSecret) return masked
    return masked.map((header) => (header[0].toLowerCase() === 'content-length' ? [header[0], mask] : header))
  }

  #readSeenText(): string {
    return this.#withoutTail(this.#textWithoutStored)
  }

  get #textWithoutStored(): string {
    const { stored } = this.maskers
    this.#storedText ??= stored === null ? this.text : this.#maskBody(stored)
    return this.#storedText
  }

  #readSeenJson(): SeenJson {
    const { stored } = this.maskers
    const parsed = this.#leavesOut > 0 ? null : parseJson(this.text, { maxDepth: maxJsonDepth })
    if (parsed === null || !parsed.ok)
      return { value: undefined, isMasked: false, problem: parsed === null ? null : describeProblem(parsed) }
    if (stored === null || this.#textWithoutStored === this.text)
      return { value: parsed.exact, isMasked: false }
    if (this.#textWithoutStored === mask) return { value: undefined, isMasked: true }
    return { value: maskedValue(parsed.exact, stored), isMasked: true }
  }

  #readShownText(): string {
    const { display, showsBody } = this.maskers
    if (!showsBody) return this.body.length === 0 ? '' : mask
    if (this.isText) return this.#withoutTail(this.#maskBody(display))
    // In the base64 of a body a masker would find only the plain spelling of a value, so a body with a value is not shown.
    if (display !== maskNothing && [this.text, ...this.#plainViews].some((text) => display(text) !== text))
      return mask
    return this.#withoutTail(display(this.body.toString('base64'), { isCut: this.#isCut }))
  }

  /** A secret in ASCII or UTF-8 is readable in the bytes although the body was read in another charset. */
  #maskBody(masker: Masker): string {
    if (masker === maskNothing) return this.text
    if (this.readText().charset !== utf8 && this.#saysMore(masker)) return mask
    return masker(this.text, { isCut: this.#isCut })
  }

  /** Whether the bytes contain a value that the text does not contain. */
  #saysMore(masker: Masker): boolean {
    const hits = (text: string) => countMasks(masker(text)) - countMasks(text)
    const [latin1 = '', plainUtf8 = ''] = this.#plainViews
    const ascii = latin1.replace(/[^\x00-\x7f]/g, '\ufffd')
    return hits(latin1) > hits(this.text) || hits(plainUtf8) > hits(ascii)
  }

  /** The bytes as texts for a reader who ignores the charset. */
  get #plainViews(): readonly string[] {
    return [this.body.toString('latin1'), this.body.toString('utf8')]
  }

  /** Whether the body may end with the beginning of a value. */
  get #isCut(): boolean {
    return !this.isWhole && this.maskers.tail === 0
  }

  /** How many characters at the end are not shown. */
  get #leavesOut(): number {
    return this.isWhole ? 0 : this.maskers.tail
  }

  #withoutTail(text: string): string {
    return this.#leavesOut === 0 ? text : cutText(text, Math.max(0, text.length - this.#leavesOut))
  }

  /** The variable `response` of templates and conditions. */
  get variables(): ResponseVariables {
    return new ResponseVariables(this, null)
  }

  /**
   * `response` with a budget. Parsing JSON does not count against it, because the target sets that time, not the author. The
   * budget is that of the request, so that the first one holds for all.
   */
  variablesWithin(budget: RenderBudget): ResponseVariables {
    this.#variables ??= new ResponseVariables(this, budget)
    return this.#variables
  }

  /** Whether `seenJson` was computed before. */
  get hasReadJson(): boolean {
    return this.#seenJson !== null
  }
}

/**
 * Parses lazily. The getters are own properties, because templates see only these. All responses share them: getters per
 * response would give each response a hidden class of its own, which keeps the body alive until a full garbage collection.
 */
class ResponseVariables {
  static readonly #onDemand: Record<'body' | 'headers' | 'json', PropertyDescriptor> &
    ThisType<ResponseVariables> = {
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
        const response = this.#response
        if (this.#budget === null || response.hasReadJson) return response.seenJson
        return this.#budget.aside(() => response.seenJson)
      },
    },
  }
  readonly status: number
  declare readonly body: string
  declare readonly headers: Readonly<Record<string, string | undefined>>
  declare readonly json: unknown
  readonly #response: ReadableResponse
  readonly #budget: RenderBudget | null

  constructor(response: ReadableResponse, budget: RenderBudget | null) {
    this.#budget = budget
    this.status = response.status
    this.#response = response
    // One by one, which takes half as long as all at once.
    const { body, headers, json } = ResponseVariables.#onDemand
    Object.defineProperty(this, 'body', body)
    Object.defineProperty(this, 'headers', headers)
    Object.defineProperty(this, 'json', json)
  }
}

function describeProblem({ problem, detail }: Extract<ParsedJson, { ok: false }>): string {
  return problem === 'too_deep'
    ? `it is nested deeper than ${maxJsonDepth} levels`
    : detail.replace(/^Not valid JSON: |\.$/g, '')
}

function countMasks(text: string): number {
  let count = 0
  for (let at = text.indexOf(mask); at !== -1; at = text.indexOf(mask, at + mask.length)) count++
  return count
}

function headersByName({ seenHeaders }: ReadableResponse): Readonly<Record<string, string | undefined>> {
  const values = new Map<string, string[]>()
  for (const [name, value] of seenHeaders) {
    const key = name.toLowerCase()
    const known = values.get(key)
    if (known === undefined) values.set(key, [value])
    else known.push(value)
  }
  return Object.fromEntries([...values].map(([name, all]) => [name, all.join(', ')]))
}

function decodedHeader(header: HeaderPair): HeaderPair {
  const [name, value] = header
  const text = decodedText(value)
  return text === value ? header : [name, text]
}

/** Headers arrive as Latin-1 (RFC 9110, section 5.5), but are often UTF-8. */
function decodedText(latin1: string): string {
  // Only a simulation can have characters outside Latin-1.
  if (/^[\x00-\x7f]*$|[^\x00-\xff]/.test(latin1)) return latin1
  return decodeUtf8(Buffer.from(latin1, 'latin1'), true) ?? latin1
}
