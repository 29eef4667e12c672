import { cutText, type Masker, mask, maskNothing } from '../masking/mask.ts'
import { maskedHeaderTexts, maskedValue } from '../masking/masked-value.ts'
import type { RenderBudget } from '../template/render-budget.ts'
import { maxJsonDepth, parseJson } from '../values/json.ts'
import { headerValue } from '../wire/headers.ts'
import type { HeaderPair, TargetResponse } from '../wire/outcome.ts'
import { decodeUtf8, utf8 } from './response-charset.ts'
import { type ResponseText, readResponseText } from './response-text.ts'

/** What is hidden of a response, from whom. */
export interface ResponseMaskers {
  /** For what the client itself has sent, and may be quoted: its own secrets. */
  readonly own: Masker
  /** Secrets of the service, which expectations and captures do not see; null where the request carries none. */
  readonly stored: Masker | null
  /** Everything that must not be shown. */
  readonly display: Masker
  /** Whether a body may be shown at all: a response that makes too much of itself a secret has none. */
  readonly showsBody: boolean
  /**
   * Characters that are left out at the end of a body whose reading stopped, where the request carries a secret of the
   * service: a beginning of the secret may stand there, and to hide just that would tell how long it is.
   */
  readonly tail: number
}

/** Nothing is hidden. */
export const noMaskers: ResponseMaskers = {
  own: maskNothing,
  stored: null,
  display: maskNothing,
  showsBody: true,
  tail: 0,
}

/** Some text of a body. */
export interface Excerpt {
  readonly text: string
  /** Whether it is all that there is. */
  readonly isAll: boolean
}

/** What a body was read in for want of the charset that its label names. */
export interface UnknownCharset {
  /** Null where it may not be shown. */
  readonly label: string | null
  readonly used: string
}

const longestShownLabel = 40

/** A response as expectations, captures and people read it. */
export class ReadableResponse {
  readonly status: number
  /** The phrase of the status line; null where there is none. */
  readonly reason: string | null
  readonly headers: readonly HeaderPair[]
  readonly body: Buffer
  readonly ending: TargetResponse['ending']
  /** Whether more had come by its end than its head says that it has. */
  readonly hasExcess: boolean
  /** Whether words about the response may quote its body. */
  readonly mayBeQuoted: boolean
  readonly maskers: ResponseMaskers
  #read: ResponseText | null = null
  #seenText: string | null = null
  #seenJson: { readonly value: unknown; readonly isMasked: boolean } | null = null
  #seenHeaders: readonly HeaderPair[] | null = null
  #storedText: string | null = null
  #shownText: string | null = null
  #sawMask = false

  /** `isShown` says whether anything of the body may be shown to people. */
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

  /** Whether the body is text at all, without loss. */
  get isText(): boolean {
    return this.readText().isText
  }

  /** The charset in which bytes of the body are no text; null where none was lost. */
  get damagedCharset(): string | null {
    const { isDamaged, charset } = this.readText()
    return isDamaged ? charset.name : null
  }

  /** The charset that the body is read in where its label names one that nobody knows; null elsewhere. */
  get unknownCharset(): UnknownCharset | null {
    const { unknownLabel: label, charset } = this.readText()
    return label === null ? null : { label: this.#shownLabel(label), used: charset.name }
  }

  #shownLabel(label: string): string | null {
    if (!this.mayBeQuoted || this.maskers.display(label) !== label) return null
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

  /** The text that is decided on: what the target has sent, secrets of the service aside. */
  get seenText(): string {
    this.#seenText ??= this.#readSeenText()
    this.#sawMask ||= this.#seenText !== this.text
    return this.#seenText
  }

  /** The body as JSON with every digit, secrets of the service aside; undefined where it is none. */
  get seenJson(): unknown {
    this.#seenJson ??= this.#readSeenJson()
    this.#sawMask ||= this.#seenJson.isMasked
    return this.#seenJson.value
  }

  /** The headers that are decided on. */
  get seenHeaders(): readonly HeaderPair[] {
    const { stored } = this.maskers
    this.#seenHeaders ??= stored === null ? this.headers : this.#headersWithout(stored)
    this.#sawMask ||= this.#seenHeaders.some((header, index) => header !== this.headers[index])
    return this.#seenHeaders
  }

  /** Whether somebody has looked, since this was asked last, at something in which a mask stands for a secret. */
  takeSawMask(): boolean {
    const sawMask = this.#sawMask
    this.#sawMask = false
    return sawMask
  }

  /** Whether a secret of the service was found in the body, whose size would then tell how long it is. */
  get hasStoredSecret(): boolean {
    return this.maskers.stored !== null && this.#textWithoutStored !== this.text
  }

  /** The body as it may be shown: text, or base64 where it is none. */
  get shownText(): string {
    this.#shownText ??= this.#readShownText()
    return this.#shownText
  }

  /** What a sentence about the body may quote: text also where that was damaged. */
  get quotedText(): string {
    const isDamagedText = this.damagedCharset !== null && this.maskers.showsBody
    return isDamagedText ? this.#withoutTail(this.#maskBody(this.maskers.display)) : this.shownText
  }

  /** The beginning of what is shown, of so many characters. All of it is masked before it is cut. */
  shownStart(characters: number): Excerpt {
    const text = cutText(this.shownText, characters)
    return { text, isAll: text === this.shownText && this.#leavesOut === 0 }
  }

  /** The length of a body that has a secret of the service would tell how long that is. */
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

  #readSeenJson(): { readonly value: unknown; readonly isMasked: boolean } {
    const { stored } = this.maskers
    const parsed = this.#leavesOut > 0 ? null : parseJson(this.text, { maxDepth: maxJsonDepth })
    if (parsed === null || !parsed.ok) return { value: undefined, isMasked: false }
    if (stored === null || this.#textWithoutStored === this.text)
      return { value: parsed.exact, isMasked: false }
    if (this.#textWithoutStored === mask) return { value: undefined, isMasked: true }
    return { value: maskedValue(parsed.exact, stored), isMasked: true }
  }

  #readShownText(): string {
    const { display, showsBody } = this.maskers
    if (!showsBody) return this.body.length === 0 ? '' : mask
    if (this.isText) return this.#withoutTail(this.#maskBody(display))
    // Base64 would hide every spelling but the plain one.
    if (display !== maskNothing && [this.text, ...this.#plainViews].some((text) => display(text) !== text))
      return mask
    return this.#withoutTail(display(this.body.toString('base64'), { isCut: this.#isCut }))
  }

  /** Bytes that are ASCII or UTF-8, read in another charset, say what they say whatever text they make. */
  #maskBody(masker: Masker): string {
    if (masker === maskNothing) return this.text
    if (this.readText().charset !== utf8 && this.#saysMore(masker)) return mask
    return masker(this.text, { isCut: this.#isCut })
  }

  /** Whether bytes have a value where the text has none. */
  #saysMore(masker: Masker): boolean {
    const hits = (text: string) => countMasks(masker(text)) - countMasks(text)
    const [latin1 = '', plainUtf8 = ''] = this.#plainViews
    const ascii = latin1.replace(/[^\x00-\x7f]/g, '\ufffd')
    return hits(latin1) > hits(this.text) || hits(plainUtf8) > hits(ascii)
  }

  /** What the bytes are to somebody who does not know their charset. */
  get #plainViews(): readonly string[] {
    return [this.body.toString('latin1'), this.body.toString('utf8')]
  }

  /** Whether a beginning of a value may stand at the end. */
  get #isCut(): boolean {
    return !this.isWhole && this.maskers.tail === 0
  }

  /** How many characters are left out at the end. */
  get #leavesOut(): number {
    return this.isWhole ? 0 : this.maskers.tail
  }

  #withoutTail(text: string): string {
    return this.#leavesOut === 0 ? text : cutText(text, Math.max(0, text.length - this.#leavesOut))
  }

  /** What `response` is in templates and conditions. */
  get variables(): ResponseVariables {
    return new ResponseVariables(this, null)
  }

  /** The same where time is counted. What it takes to read JSON is set by the target, and not by who asks for it. */
  variablesWithin(budget: RenderBudget): ResponseVariables {
    return new ResponseVariables(this, budget)
  }

  /** Whether `seenJson` is at hand. */
  get hasReadJson(): boolean {
    return this.#seenJson !== null
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
    Object.defineProperties(this, ResponseVariables.#onDemand)
  }
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

/** What stands in a head comes as Latin-1 (RFC 9110, section 5.5), and is in truth often UTF-8. */
function decodedText(latin1: string): string {
  // What is beyond Latin-1 can only come from a simulation.
  if (/^[\x00-\x7f]*$|[^\x00-\xff]/.test(latin1)) return latin1
  return decodeUtf8(Buffer.from(latin1, 'latin1'), true) ?? latin1
}
