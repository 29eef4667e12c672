import { readPointer } from '../../contract/config-error.ts'
import { mask } from '../masking/mask.ts'
import type { NamedValue } from '../request/compiled-body.ts'
import { isCredentialName } from '../request/credential-name.ts'
import type { Clue } from '../response/expectation.ts'
import { maxQuoted, quoteTarget } from '../response/quote-target.ts'
import type { ReadableResponse } from '../response/readable-response.ts'
import { findAsides } from '../statement/any-statement.ts'
import { isHtmlPage, readStatement } from '../statement/read-statement.ts'
import type { Statement } from '../statement/statement.ts'
import { listWords, quoteName } from '../values/text.ts'
import { type Credential, findCredential, readChallenge } from './credential.ts'
import type { ExplainedNode, SentRequest } from './explained-node.ts'
import { findSenderFault, type SenderFault } from './fault.ts'
import { findNamedFields } from './find-named-fields.ts'
import { explainLeftOut, type OmittedField, warningsOfSent } from './left-out.ts'
import { findSuspects, type Suspects } from './likely-warning.ts'
import type { NamedField } from './named-field.ts'
import { unknownField } from './named-field-words.ts'
import { hideSentCredentials } from './sent-credentials.ts'
import { listSentNames } from './sent-names.ts'
import {
  findNamedValueIn,
  findReferenceIn,
  findValueIn,
  listSentValues,
  type SentValue,
} from './sent-values.ts'
import { isSuccess } from './status-advice.ts'

/** An expectation that was missed. */
export interface Missed {
  /** JSON Pointer to the expectation. */
  readonly path: string
  readonly clue: Clue | null
  /** Whether the node accepts the status, so that only the rest of the response can be the cause. */
  readonly isStatusAccepted: boolean
  /** The pause that the target asks for, in milliseconds; null if it asks for none. */
  readonly pauseMs: number | null
  /** The time until a limit of calls is reset, by a header that `resetHeaders` of the node need not name; null if none tells. */
  readonly resetMs: number | null
  /** What templates read: the sources of the payload. */
  readonly variables: Readonly<Record<string, unknown>>
}

/** What is known of a response that missed an expectation: who called what, and what came back. */
export class Situation {
  readonly node: ExplainedNode
  readonly response: ReadableResponse
  readonly missed: Missed
  readonly sent: SentRequest
  readonly statement: Statement | null
  /** What the target says, between quotation marks; null if it says nothing that may be quoted. */
  readonly quote: string | null
  readonly senderFault: SenderFault | null
  readonly credential: Credential | null
  /** The names that the node sends. */
  readonly names: readonly NamedValue[]
  /** The fields that a target which refuses values names. */
  readonly fields: readonly NamedField[]
  /** The warnings that may have led to the response. */
  readonly suspects: Suspects
  readonly #values: readonly SentValue[]
  #foundAsides: readonly string[] | null = null

  constructor(node: ExplainedNode, response: ReadableResponse, missed: Missed, sent: SentRequest) {
    this.node = node
    this.response = response
    this.missed = missed
    this.sent = sent
    this.statement = readWords(response)
    this.#values = listSentValues(sent)
    // Our own full stop follows.
    this.quote =
      this.statement === null ? null : this.quoted(shorten(this.statement.text).replace(/\.\s?$/, ''))
    this.senderFault = findSenderFault(response)
    this.credential = findCredential(node, sent)
    this.names = listSentNames(node, sent).flatMap((field) =>
      this.#mayBeCompared(field.name)
        ? [{ ...field, isEmpty: field.isEmpty ?? this.isSentEmpty(field) }]
        : [],
    )
    this.fields = this.#findFields()
    this.suspects = this.#findSuspects()
  }

  get status(): number {
    return this.response.status
  }

  /** The words of the target, as it wrote them. */
  get words(): string {
    return this.statement?.text ?? ''
  }

  /** The quotation behind a colon, or nothing. */
  get said(): string {
    return this.quote === null ? '' : `: ${this.quote}`
  }

  /** The quotation as a sentence, or nothing. */
  get answer(): string {
    return this.quote === null ? '' : `The target answers ${this.status}: ${this.quote}.`
  }

  /** A text of the target between quotation marks, as `quoteTarget` gives it, without a credential that the node sends in a field. */
  quoted(text: string, characters?: number): string | null {
    return quoteTarget(this.response, hideSentCredentials(text, this.#values), characters)
  }

  /** Whether the answer says no more than its status, and may be shown. */
  get saysNothing(): boolean {
    if (!this.response.mayBeQuoted) return false
    return this.statement === null ? this.response.body.length === 0 : phraseOfStatus.test(this.words.trim())
  }

  /** Whether the status is one with which targets refuse values. */
  get isOfValues(): boolean {
    return ofValues.has(this.status)
  }

  /** Whether the method may have a body, and the request has none. */
  get lacksBody(): boolean {
    const { body, method } = this.node
    return body === null && method !== 'GET' && method !== 'DELETE'
  }

  /** The values of a request are those of its body or, without one, of its query or URL. */
  get pathOfValues(): string {
    const { body, query } = this.node
    if (body !== null) return body.valuesPath
    if (query.length > 0) return '/node/query'
    const hasQuery = this.sent.request?.target.includes('?') ?? false
    return this.lacksBody && this.isOfValues && !hasQuery ? '/node/body' : '/node/url'
  }

  /** Whether all values of a field are empty texts. */
  isSentEmpty(field: NamedValue): boolean {
    const values = this.#values.filter((sent) => isAt(sent, field))
    return values.length > 0 && values.every(({ value }) => value.trim() === '')
  }

  /** The text of JSON that a field went out as; null if it is none, or if several went out. */
  textOf(field: NamedValue): string | null {
    const [only, ...others] = this.#values.filter((sent) => isAt(sent, field))
    return only?.isText === true && others.length === 0 ? only.value : null
  }

  /** The member of a field that has its value beside its type, as in `{"value": "x", "type": "String"}`; null if it is no such object. */
  findTypedValue({ path }: NamedValue): string | null {
    const inside = this.names.filter((one) => one.path.startsWith(`${path}/`)).map(({ name }) => name)
    const isTyped = inside.length <= 3 && inside.includes('value') && inside.includes('type')
    return path.startsWith(`${content}/`) && isTyped ? 'value' : null
  }

  /** Whether a field went out as a number of JSON. */
  isSentAsNumber(field: NamedValue): boolean {
    const [only, ...others] = this.#values.filter((sent) => isAt(sent, field))
    return only?.isText === false && others.length === 0
  }

  /**
   * What the node sends in a field and where it comes from, as a sentence with a space before it; empty if the value is the author's own
   * or may not be shown. A value that the target has said already is not said again.
   */
  describeSent(field: NamedValue): string {
    const { origin } = field
    const quote = this.#quoteSent(field)
    if (quote === null) return ''
    if (quote === '') return origin === undefined ? '' : ` It comes from ${origin}.`
    return ` The node sends ${quote}${origin === undefined ? '' : `, which comes from ${origin}`}.`
  }

  /** The name of a field between quotation marks, with what leads to it where others have the same name: `"from.email"`. */
  quoteField(field: NamedValue): string {
    const { name } = field
    const place = placeOf(field)
    const isAlone = this.names.every((one) => one.name !== name || (placeOf(one) ?? place) === place)
    const parts = place === undefined || isAlone ? [] : readPointer(place)
    return quoteName(parts.at(-1) === name ? parts.join('.') : name)
  }

  /** The same for several fields. */
  describeAllSent(fields: readonly NamedValue[]): string {
    const [only, ...others] = fields
    if (only !== undefined && others.length === 0) return this.describeSent(only)
    const parts = fields.flatMap((field) => {
      const quote = this.#quoteSent(field)
      if (quote === null) return []
      if (quote === '')
        return field.origin === undefined ? [] : [`${this.quoteField(field)} from ${field.origin}`]
      const comes = field.origin === undefined ? '' : ` (from ${field.origin})`
      return `${quote} as ${this.quoteField(field)}${comes}`
    })
    return parts.length === 0 ? '' : ` The node sends ${listWords(parts, 'and')}.`
  }

  /** The value of a field between quotation marks; empty if it may not be shown or is known, null if there is nothing to say of it. */
  #quoteSent(field: NamedValue): string | null {
    const { name, path, origin } = field
    const isInText = this.node.body !== null && path === this.node.body.valuesPath
    if (origin === undefined && !isInText) return null
    const found = path.startsWith('/node/headers')
      ? (this.sent.request?.headers ?? []).flatMap((pair) =>
          pair[0].toLowerCase() === name.toLowerCase() ? [pair[1]] : [],
        )
      : this.#values.flatMap((sent) => (isAt(sent, field) ? [sent.value] : []))
    const [value, ...others] = new Set(found)
    if (value === '' || (isInText && others.length > 0)) return null
    if (value === undefined || others.length > 0 || this.words.includes(value)) return ''
    const quote = isCredentialName(name) ? null : this.quoted(value, maxShown)
    return quote === null || quote.includes(mask) ? '' : quote
  }

  /** The field whose value stands in the words of the target; null if there is none. A hidden value is not compared. */
  get fieldOfValue(): NamedValue | null {
    return findValueIn(this.words, this.#shownValues, this.names)
  }

  /** The field that refers to the kind of thing that the words of the target are about; null if there is none. */
  get fieldOfReference(): NamedValue | null {
    return findReferenceIn(this.words, this.names)
  }

  /** The field that a target refuses to set, by a rule and not by its value: `Field owner is read-only`. Null if there is none. */
  get fieldOfRule(): NamedValue | null {
    if (this.statement === null || this.quote === null || !ofRule.test(this.words)) return null
    return this.namedField
  }

  /** The field that the target names as the node sends it, whatever the status is; null if it names none. */
  get namedField(): NamedValue | null {
    const [first] = this.statement === null ? [] : findNamedFields(this.statement, this.names, this.#asides)
    return first?.isSame ? first.sent : null
  }

  /** The field that the target names by a member of its answer, whatever the status is; null if the node does not send it. */
  get toldField(): NamedValue | null {
    const { statement } = this
    if (statement === null || this.quote === null || statement.fields.length === 0) return null
    const [first] = findNamedFields(statement, this.names, this.#asides)
    const isTold = statement.fields.some((name) => name.toLowerCase() === first?.said.toLowerCase())
    return isTold && first?.isSame ? first.sent : null
  }

  /** A hidden value is not compared with the words of the target, which may be a guess. */
  get #shownValues(): readonly SentValue[] {
    return this.#values.filter(({ value }) => this.#mayBeCompared(value))
  }

  /** The names around the words of the target. */
  get #asides(): readonly string[] {
    this.#foundAsides ??= this.words === '' ? [] : findAsides(this.response.shownJson, this.words)
    return this.#foundAsides
  }

  /** What the node has not sent, and why. */
  listOmitted(): readonly OmittedField[] {
    const sent = new Set(this.names.map(({ name }) => name))
    // A field with the same name may have been sent in the place of one that is left out.
    return explainLeftOut(this.sent).filter(({ name }) => !sent.has(name) && this.#mayBeCompared(name))
  }

  /** A name in which a hidden value stands is not compared with the words of the target, which may be a guess. */
  #mayBeCompared(name: string): boolean {
    return this.response.maskers.display(name) === name
  }

  #findFields(): readonly NamedField[] {
    const isOfValues = this.isOfValues || this.senderFault === 'values' || isSuccess(this.status)
    if (this.statement === null || this.quote === null || !isOfValues) return []
    const own = findNamedValueIn(this.statement.text, this.#shownValues, this.names)
    if (own !== null) return [{ said: own.name, sent: own, isSame: true }]
    const found = findNamedFields(this.statement, this.names, this.#asides)
    const isUnknown = unknownField.test(this.statement.text)
    return found.filter(({ sent }) => sent !== null || (this.status !== 409 && !isUnknown))
  }

  #findSuspects(): Suspects {
    const { warnings, leftOut } = this.sent
    if (warnings.length === 0 && leftOut.length === 0) return { named: [], likely: null }
    const names = Map.groupBy(this.names, ({ path }) => path)
    const omitted = this.listOmitted()
    return findSuspects(warningsOfSent(this.sent), omitted, {
      status: this.senderFault === null ? this.status : 400,
      isPage: isHtmlPage(this.response),
      words: this.statement?.text ?? null,
      fields: this.statement?.fields ?? [],
      credentialPath: this.credential?.path ?? null,
      nameAt: (path) => {
        const [only, ...others] = names.get(path) ?? omitted.filter((one) => one.path === path)
        if (only === undefined || others.length > 0) return null
        return this.fields.some(({ sent }) => isElsewhere(only.name, path, sent)) ? null : only.name
      },
    })
  }
}

/** Whether a value went out under a name, and at its place where that is known. */
function isAt(sent: SentValue, field: NamedValue): boolean {
  const place = placeOf(field)
  return sent.name === field.name && (sent.path === undefined || place === undefined || sent.path === place)
}

/** Whether a field with a name of several is another one than that at a path. */
function isElsewhere(name: string, path: string, field: NamedValue | null): boolean {
  return field !== null && field.name === name && !`${path}/`.startsWith(`${field.path}/`)
}

/** JSON Pointer to a field within a body of JSON. */
function placeOf({ path, within }: NamedValue): string | undefined {
  return within ?? (path.startsWith(`${content}/`) ? path.slice(content.length) : undefined)
}

const content = '/node/body/content'

const phraseOfStatus =
  /^(?:error:? )?(?:\d{3}:? )?(?:bad request|unauthori[sz]ed|forbidden|access denied|not found|method not allowed|unprocessable (?:entity|content)|unsupported media type|your browser sent a request that this server could not understand)\.?$/i

/** Characters of a value that are shown. */
const maxShown = 60

/** A long statement without the sentences that lead to documentation, because a quotation is cut. */
function shorten(whole: string): string {
  if (whole.length <= maxQuoted || whole.length > 4_096) return whole
  // The exception within another one is the cause.
  const inner = whole.split(/\bInner ?Exception ?: |\bnested exception is |--> /).at(-1) ?? ''
  const text = inner.length > 20 ? inner : whole
  const parts = text.split(/(?<=[.;!]) /)
  const telling = parts.filter((part) => !(part.includes('://') && ofDocumentation.test(part)))
  return telling.length === 0 ? text : telling.join(' ')
}

const ofDocumentation =
  /^(?:please )?(?:read|see|visit|refer|learn|for (?:more|details|further)|more|check out|documentation)\b/i

const ofRule =
  /\bread[- ]?only\b|\bnot (?:writ(?:e)?able|editable|updat(?:e)?able|creat(?:e)?able)\b|\bfield\b[^.]{0,60}\b(?:not allowed|forbidden|permission|protected|restricted)\b|\bcannot (?:set|change|update|modify|edit|write)\b/i

/** Statuses with which a target refuses values. */
const ofValues: ReadonlySet<number> = new Set([400, 409, 422])

/** `WWW-Authenticate` describes the refusal of a credential better than the body, which is often a page. */
function readWords(response: ReadableResponse): Statement | null {
  const { status, mayBeQuoted } = response
  const isRefused = status === 401 || status === 403
  const challenge = isRefused && mayBeQuoted ? readChallenge(response) : null
  const own = readStatement(response)
  const described = challenge?.text ?? null
  if (described === null || own?.text.includes(described)) return own
  // A code such as invalid_token tells less than the sentence of an API.
  if (own !== null && /^\w+$/.test(described) && !isHtmlPage(response)) return own
  return { text: described, fields: [] }
}
