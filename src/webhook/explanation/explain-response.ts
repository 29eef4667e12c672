import { failures } from '../../contract/failure.ts'
import type { Warning } from '../../contract/warning.ts'
import { mask } from '../masking/mask.ts'
import type { NamedValue } from '../request/compiled-body.ts'
import { readLocation } from '../request/location.ts'
import type { Clue } from '../response/expectation.ts'
import { quoteTarget } from '../response/quote-target.ts'
import type { ReadableResponse } from '../response/readable-response.ts'
import { parseAllow } from '../statement/challenge.ts'
import { isLoginPage, readHtmlStatement } from '../statement/markup-statement.ts'
import { isHtmlPage, readStatement } from '../statement/read-statement.ts'
import type { Statement } from '../statement/statement.ts'
import { readsJson } from '../template/response-paths.ts'
import { listWords, quoteName } from '../values/text.ts'
import { headerValue, isNamed } from '../wire/headers.ts'
import { isFollowedAfter, isRedirect } from '../wire/redirect-status.ts'
import { explainCredential, findCredential, placeOfNone, readChallenge } from './credential.ts'
import type { ExplainedNode, Explanation, SentRequest } from './explained-node.ts'
import { findSenderFault, type SenderFault } from './fault.ts'
import { findSuspects, isMistake, isOfBody, type Suspects } from './likely-warning.ts'
import { findNamedFields, listSentNames, type NamedField } from './named-field.ts'
import { adviseOn, type Place } from './status-advice.ts'

/** An expectation that was missed. */
export interface Missed {
  /** JSON Pointer to the expectation. */
  readonly path: string
  readonly clue: Clue | null
  /** Whether the node accepts the status, so that only the rest of the response can be the cause. */
  readonly isStatusAccepted: boolean
  /** The pause that the target asks for, in milliseconds; null if it asks for none. */
  readonly pauseMs: number | null
}

/**
 * Explains a response that missed an expectation: the cause first, then the words of the target, then what helps. `path` is
 * the part of the node to change. Called only after a miss, because it reads and masks the body.
 */
export function explainResponse(
  node: ExplainedNode,
  response: ReadableResponse,
  missed: Missed,
  sent: SentRequest,
): Explanation {
  return new Explainer(node, response, missed, sent).explain()
}

/** Whether a response is a page of HTML in place of JSON. Then nothing else is wrong with its body. */
export function isUnwantedPage(
  { expectations, capture }: ExplainedNode,
  response: ReadableResponse,
  { request }: SentRequest,
): boolean {
  const wantsJson =
    expectations.some((expectation) => expectation.readsJson) ||
    capture.some(([, { responsePaths }]) => readsJson(responsePaths)) ||
    /\bjson\b/i.test(headerValue(request?.headers ?? [], 'accept') ?? '')
  return wantsJson && isHtmlPage(response)
}

class Explainer {
  readonly #node: ExplainedNode
  readonly #response: ReadableResponse
  readonly #missed: Missed
  readonly #sent: SentRequest
  readonly #statement: Statement | null
  readonly #quote: string | null
  readonly #senderFault: SenderFault | null
  readonly #names: readonly NamedValue[]
  readonly #fields: readonly NamedField[]
  readonly #suspects: Suspects

  constructor(node: ExplainedNode, response: ReadableResponse, missed: Missed, sent: SentRequest) {
    this.#node = node
    this.#response = response
    this.#missed = missed
    this.#sent = sent
    this.#statement = this.#readStatement()
    // Our own full stop follows.
    this.#quote =
      this.#statement === null ? null : quoteTarget(response, this.#statement.text.replace(/\.\s?$/, ''))
    this.#senderFault = findSenderFault(response)
    this.#names = this.#listNames()
    this.#fields = this.#findFields()
    this.#suspects = this.#findSuspects()
  }

  explain(): Explanation {
    const { status } = this.#response
    const isOfBody = this.#missed.isStatusAccepted || isSuccess(status)
    return isOfBody ? this.#explainBody() : this.#explainStatus()
  }

  /** `WWW-Authenticate` describes the refusal of a credential better than the body, which is often a page. */
  #readStatement(): Statement | null {
    const { status, mayBeQuoted } = this.#response
    const isRefused = status === 401 || status === 403
    const challenge = isRefused && mayBeQuoted ? readChallenge(this.#response) : null
    const own = readStatement(this.#response)
    const described = challenge?.text ?? null
    return described === null || own?.text.includes(described) ? own : { text: described, fields: [] }
  }

  /** The status is accepted: the body is the cause, or what was asked for. */
  #explainBody(): Explanation {
    const { path, clue } = this.#missed
    const page = this.#explainPage()
    if (page !== null) return page
    const { named, likely } = this.#suspects
    const said = this.#quote === null ? '' : `The target says: ${this.#quote}. `
    const why = clue?.text ?? 'Compare the response with the expectation.'
    const isDamaged = clue?.fault !== undefined
    const cause = isDamaged ? null : (named[0] ?? (foundNothing(clue, likely) ? likely : null))
    if (cause !== null) return this.#blame(cause, `${said}${why}`)
    const doubt = likely === null || clue?.isCertain ? '' : ` ${likely.message}`
    return { hint: `${said}${why}${doubt}`, path }
  }

  /** A page of HTML in place of JSON comes from the web interface, which asks for a login or has its own pages. */
  #explainPage(): Explanation | null {
    const response = this.#response
    if (!isUnwantedPage(this.#node, response, this.#sent)) return null
    const title = this.#quoteTitle()
    const page = title === null ? 'an HTML page' : `an HTML page, ${title},`
    const came = `The target sent ${page} where JSON was asked for.`
    if (isLoginPage(response.text)) return this.#explainLogin(`${came} It asks for a login:`)
    return {
      hint: `${came} The URL is probably that of a web interface: use the one of the API.`,
      path: '/node/url',
    }
  }

  #quoteTitle(): string | null {
    const statement = this.#response.mayBeQuoted ? readHtmlStatement(this.#response.quotedText) : null
    return statement === null ? null : quoteTarget(this.#response, statement.text)
  }

  #explainLogin(beginning: string): Explanation {
    const credential = findCredential(this.#node, this.#sent)
    if (credential === null)
      return {
        hint: `${beginning} the node sends no credential. Set "auth", or use the URL of the API, if this one is that of a web interface.`,
        path: placeOfNone,
      }
    return {
      hint: `${beginning} the URL is probably that of a web interface, which does not know the credential of ${credential.words}. Use the URL of the API.`,
      path: '/node/url',
    }
  }

  /** The status is the cause, or a sign of it. */
  #explainStatus(): Explanation {
    const { status } = this.#response
    if (asksForCertificate(this.#response)) return { hint: certificateHint, path: this.#missed.path }
    const login = this.#explainRedirectToLogin()
    if (login !== null) return login
    const cause = this.#explainNamed()
    if (cause !== null) return cause
    const { likely } = this.#suspects
    const lacking = likely === null ? [] : this.#fields.filter((field) => field.sent === null)
    const more = lacking.length === 0 ? '' : ` ${this.#adviseOnFields(lacking)}`
    if (likely !== null) return this.#blame(likely, `${this.#answer}${more}`)
    if (status === 401 || status === 403)
      return explainCredential(this.#node, this.#response, this.#sent, this.#quote)
    return this.#explainFields(this.#fields) ?? this.#explainSpecial() ?? this.#advise()
  }

  /** The target names the cause: a value that a warning is about, or another field that the node sends. */
  #explainNamed(): Explanation | null {
    const { named, likely } = this.#suspects
    const sent = this.#fields.filter((field) => field.sent !== null)
    const [first, second] = named
    if (first !== undefined) {
      const others = sent.filter((field) => !named.some(({ path }) => path === field.sent?.path))
      const more = others.length === 0 ? '' : ` ${this.#adviseOnFields(others)}`
      const also = second === undefined || second.path === first.path ? '' : ` ${second.message}`
      return this.#blame(first, `${this.#answer}${also}${more}`)
    }
    if (sent.length === 0) return null
    const words = this.#statement?.text ?? ''
    // A target that has read no field of a body misses them all.
    if (likely !== null && isOfBody(likely) && saysMissing.test(words)) return null
    const explained = this.#explainFields(this.#fields)
    const own = sent.find((field) => field.sent?.path === likely?.path)?.sent
    if (likely === null || !own || explained === null) return explained
    // Several values stand at this place, as in a raw body.
    return own.isEmpty ? null : { ...explained, hint: `${explained.hint} ${likely.message}` }
  }

  get #answer(): string {
    return this.#quote === null ? '' : this.#answerWith(this.#quote)
  }

  #answerWith(quote: string): string {
    return `The target answers ${this.#response.status}: ${quote}.`
  }

  /** The warning names the cause, and its place is the part to change. */
  #blame({ message, path }: Warning, more: string): Explanation {
    const answered = more === '' ? `The target answers ${this.#response.status}.` : more
    return { hint: `${message} ${answered}`, path: path ?? this.#missed.path }
  }

  #findSuspects(): Suspects {
    const { warnings } = this.#sent
    if (warnings.length === 0) return { named: [], likely: null }
    const names = Map.groupBy(this.#names, ({ path }) => path)
    return findSuspects(warnings, {
      status: this.#senderFault === null ? this.#response.status : 400,
      words: this.#statement?.text ?? null,
      fields: this.#statement?.fields ?? [],
      credentialPath: findCredential(this.#node, this.#sent)?.path ?? null,
      nameAt: (path) => {
        const [only, ...others] = names.get(path) ?? []
        return only === undefined || others.length > 0 ? null : only.name
      },
    })
  }

  /** A name in which a hidden value stands is not compared with the words of the target, which may be a guess. */
  #listNames(): readonly NamedValue[] {
    const { display } = this.#response.maskers
    return listSentNames(this.#node, this.#sent).filter(({ name }) => display(name) === name)
  }

  /** The fields that a target which refuses values names. */
  #findFields(): readonly NamedField[] {
    const { status } = this.#response
    const isOfValues = ofValues.has(status) || this.#senderFault === 'values'
    if (this.#statement === null || this.#quote === null || !isOfValues) return []
    const found = findNamedFields(this.#statement, this.#names)
    const isUnknown = unknownField.test(this.#statement.text)
    return found.filter(({ sent }) => sent !== null || (status !== 409 && !isUnknown))
  }

  #explainFields(fields: readonly NamedField[]): Explanation | null {
    const [first] = fields
    const advice = this.#adviseOnFields(fields)
    if (first === undefined || advice === '') return null
    return { hint: `${this.#answer} ${advice}`, path: first.sent?.path ?? this.#pathOfMissing(first) }
  }

  /** The place of a field that the node lacks, as far as the target says where it looks for it. */
  #pathOfMissing({ said }: NamedField): string {
    const { places, text = '' } = this.#statement ?? {}
    const place = places?.get(said) ?? (/\bheader\b/i.test(text) ? 'headers' : undefined)
    return place === undefined ? this.#pathOfValues : `/node/${place}`
  }

  /** What to do about the fields, in sentences; empty if nothing can be said. */
  #adviseOnFields(fields: readonly NamedField[]): string {
    const words = this.#statement?.text ?? ''
    const keepsName = unknownField.test(words) || this.#response.status === 409
    const checked: (NamedField & { readonly sent: NamedValue })[] = []
    const sentences: string[] = []
    const missing: string[] = []
    for (const { said, sent, isSame } of fields) {
      const name = isSame ? null : quoteTarget(this.#response, said, nameLength)
      if (sent === null) missing.push(...(name === null ? [] : [name]))
      else if (isSame || keepsName) checked.push({ said, sent, isSame })
      else sentences.push(`The node sends ${quoteName(sent.name)}: rename it to ${name ?? 'that'}.`)
    }
    if (missing.length === 1) sentences.push(`The node sends no field ${missing[0]}: add it.`)
    else if (missing.length > 1)
      sentences.push(`The node sends no fields ${listWords(missing, 'and')}: add them.`)
    if (checked.length > 0) {
      const values = checked.map(({ sent }) => sent)
      sentences.unshift(this.#askToCheck(values, this.#readComplaints(checked)))
    }
    return sentences.join(' ')
  }

  /** The parts of the statement that mention one of the fields, or all of it. */
  #readComplaints(fields: readonly NamedField[]): string {
    const { text = '' } = this.#statement ?? {}
    const names = fields.map(({ said }) => said.toLowerCase())
    const own = text
      .split(/; |, |\. /)
      .filter((part) => names.some((name) => part.toLowerCase().includes(name)))
    return own.length === 0 ? text : own.join('; ')
  }

  #askToCheck(values: readonly NamedValue[], words: string): string {
    const names = listWords(
      values.map(({ name }) => quoteName(name)),
      'and',
    )
    const check = `Check ${choosePart(words, values.length > 1)} of ${names}`
    const [first] = values
    const isThere = first !== undefined && saysMissing.test(words) && !values.some(({ isEmpty }) => isEmpty)
    const it = values.length > 1 ? 'them' : 'it'
    return isThere
      ? `${check}: the node sends ${it} ${this.#describePlace(first)}, and the target may look for ${it} elsewhere or in another form.`
      : `${check}.`
  }

  #describePlace({ path }: NamedValue): string {
    if (path.startsWith('/node/headers')) return 'as a header'
    const { body } = this.#node
    return path.startsWith('/node/body') && body !== null
      ? `in the body, as ${body.contentType.slice(0, nameLength)}`
      : 'in the URL'
  }

  /** Statuses whose cure names a part of the request or of the head of the response. */
  #explainSpecial(): Explanation | null {
    const { status } = this.#response
    if (this.#senderFault !== null) return this.#explainSenderFault(this.#senderFault)
    if (status === 405 || status === 501) return this.#explainMethod()
    if (status === 415) return this.#explainContentType()
    if (status === 431 || headersTooLarge.test(this.#statement?.text ?? '')) return this.#explainHeaders()
    if (status === 402) return this.#explainPayment()
    return status >= 300 && status < 400 && status !== 304 ? this.#explainRedirect() : null
  }

  #explainSenderFault(fault: SenderFault): Explanation {
    const said = this.#quote === null ? '' : `: ${this.#quote}`
    const credential = findCredential(this.#node, this.#sent)
    const path = fault === 'security' ? (credential?.path ?? this.#pathOfValues) : this.#pathOfValues
    return { hint: `${senderFaults[fault].meaning}${said}. ${senderFaults[fault].cure}`, path }
  }

  #explainHeaders(): Explanation {
    const said = this.#quote === null ? '' : `: ${this.#quote}`
    const beginning = `The headers are too large for the target${said}`
    const { headers } = this.#node
    const credential = findCredential(this.#node, this.#sent)
    if (headers.length > 0)
      return { hint: `${beginning}. Send fewer or shorter headers.`, path: '/node/headers' }
    if (credential !== null)
      return {
        hint: `${beginning}. The node has no "headers", so ${credential.words} is the largest: send a shorter one.`,
        path: credential.path,
      }
    return {
      hint: `${beginning}. The node sets none itself: shorten its URL, which some targets count among them, or ask the operator of the target what adds headers on the way.`,
      path: '/node/url',
    }
  }

  #explainPayment(): Explanation | null {
    if (findCredential(this.#node, this.#sent) !== null) return null
    const said = this.#quote === null ? '' : `: ${this.#quote}`
    return {
      hint: `The target asks for a payment${said}. The node sends no credential: check the account that the URL names, its plan and its balance.`,
      path: '/node/url',
    }
  }

  #explainMethod(): Explanation {
    const { status, headers } = this.#response
    const { method } = this.#node
    const named = parseAllow(headerValue(headers, 'allow') ?? '')
    if (status === 405 && named.includes(method))
      return {
        hint: `The target answers 405, although it names ${method} among the methods that it allows here. Check the path of the URL.`,
        path: '/node/url',
      }
    const allowed = named.filter((name) => name !== method)
    const quote = allowed.length === 0 ? null : quoteTarget(this.#response, allowed.join(', '))
    const path = '/node/method'
    if (quote !== null)
      return {
        hint: `The node sends ${method}, and the target allows ${quote.slice(1, -1)} (${status}). Change the method, or the path of the URL.`,
        path,
      }
    const said = this.#quote === null ? '' : `: ${this.#quote}`
    return status === 405
      ? {
          hint: `The target does not allow the method ${method} on this path${said}. Change the method, or check the path of the URL.`,
          path,
        }
      : { hint: `The target does not know the method ${method} at all${said}. Use another method.`, path }
  }

  #explainContentType(): Explanation {
    const { body, headers: fields } = this.#node
    const said = this.#quote === null ? '' : `: ${this.#quote}`
    const header = fields.find(({ name }) => isNamed(name, 'content-type'))
    const isLabelled = body !== null && header === undefined
    const sends = isLabelled ? ` than ${body.contentType.slice(0, nameLength)}` : ''
    const path = header?.path ?? (body === null ? '/node/body' : '/node/body/contentType')
    const cure = header === undefined ? 'contentType of the body' : `the header ${quoteName(header.name)}`
    const taken = this.#readTakenTypes()
    const to = taken === null ? '' : `, to one of those that the target takes: ${taken}`
    return { hint: `The target expects another content type${sends}${said}. Change ${cure}${to}.`, path }
  }

  /** The media types that the target accepts (RFC 9110, section 15.5.16; RFC 5789, section 3.1; Linked Data Platform, Accept-Post). */
  #readTakenTypes(): string | null {
    const { headers } = this.#response
    const named = ['accept-post', 'accept-patch', 'accept'].map((name) => headerValue(headers, name))
    return quoteTarget(this.#response, named.find((value) => value !== undefined) ?? '')
  }

  /** A redirect that names its address. */
  #explainRedirect(): Explanation | null {
    const { status } = this.#response
    const location = this.#location
    const quote = location === null ? null : quoteTarget(this.#response, location)
    const path = status === 303 ? this.#missed.path : '/node/url'
    if (location === null || location.trim() === '')
      return {
        hint: `${this.#notFollowed}, and the target answers ${status} without an address in a Location header: check the URL of the node.`,
        path: '/node/url',
      }
    if (leadsToOtherScheme(location))
      return {
        hint: `The target redirects (${status}) with the Location ${quote ?? 'of another scheme'}, and the service calls https:// only. Ask the operator of the target for an address with https://.`,
        path: '/node/url',
      }
    if (quote === null) return null
    return status === 303
      ? {
          hint: `The target has taken the request, and shows the result under ${quote}. If that is a success, expect 303.${this.#adviseToFollow(location)}`,
          path,
        }
      : {
          hint: `${this.#notFollowed}: the target answers ${status} with the Location ${quote}. ${adviseOnLocation(location, quote)}${this.#adviseToFollow(location)}`,
          path,
        }
  }

  /** A node may follow redirects, but not this one: a warning says why. */
  get #notFollowed(): string {
    return this.#node.followRedirects === 0 ? 'Redirects are not followed' : 'The redirect was not followed'
  }

  /** Only where the service would follow this redirect. */
  #adviseToFollow(location: string): string {
    const { followRedirects, method, retry } = this.#node
    const { status } = this.#response
    const request = { method, isIdempotent: retry.isIdempotent }
    if (followRedirects > 0 || !isRedirect(status) || !isFollowedAfter(status, request)) return ''
    if (!readLocation(location, anywhere).ok) return ''
    return ' Or set "followRedirects": 1 in the node, and the service goes there by itself.'
  }

  get #location(): string | null {
    return headerValue(this.#response.headers, 'location') ?? null
  }

  #explainRedirectToLogin(): Explanation | null {
    const { status } = this.#response
    const location = this.#location
    if (status < 300 || status >= 400 || location === null || !leadsToLogin(location)) return null
    const quote = quoteTarget(this.#response, location)
    return this.#explainLogin(
      `The target redirects (${status}) to a login page${quote === null ? '' : `, ${quote}`}:`,
    )
  }

  #advise(): Explanation {
    const { status } = this.#response
    const { meaning, cure, place } = adviseOn(status, this.#node.body !== null)
    const { pauseMs, clue, path } = this.#missed
    const said = this.#quote === null ? '' : `: ${this.#quote}`
    const helps = cure.replace(
      '{pause}',
      pauseMs === null || pauseMs === 0 ? '' : ` in ${describePause(pauseMs)}`,
    )
    // Without words of the target the expectation may tell more.
    const more = this.#statement === null && clue !== null && !clue.isOfStatus ? ` ${clue.text}` : ''
    return { hint: `${meaning}${said}. ${helps}${more}`, path: this.#locate(place) ?? path }
  }

  /** JSON Pointer to a place of the node. Null if the expectation is that place. */
  #locate(place: Place): string | null {
    switch (place) {
      case 'url':
      case 'method':
      case 'headers':
        return `/node/${place}`
      case 'credential':
        return findCredential(this.#node, this.#sent)?.path ?? '/node/url'
      case 'values':
        return this.#pathOfValues
      case 'body':
        return '/node/body'
      case 'contentType':
        return '/node/body/contentType'
      case 'accept':
        return this.#pathOfHeader(/^accept$/i)
      case 'precondition':
        return this.#pathOfHeader(/^if-/i)
      case 'expect':
        return null
    }
  }

  #pathOfHeader(pattern: RegExp): string {
    return this.#node.headers.find(({ name }) => pattern.test(name))?.path ?? '/node/headers'
  }

  /** The values of a request are those of its body or, without one, of its query or URL. */
  get #pathOfValues(): string {
    const { body, query } = this.#node
    if (body !== null) return body.valuesPath
    return query.length > 0 ? '/node/query' : '/node/url'
  }
}

const nameLength = 60

/** Words of a target that does not know a field. */
const unknownField =
  /\b(?:unknown|unrecogni[sz]ed|unexpected|undefined|extra|no such) (?:name|field|propert|param|argument|key|attribute|column|member|input)|additional propert|cannot find field|no property named/i

/** Words of a target that does not know a field, or a value of it. */
const unknownSomething =
  /\b(?:unknown|unrecogni[sz]ed|unexpected|no such|not (?:allowed|permitted|known|supported|found)|not exist)\b/i

/** The page of nginx for headers that are too large, which it sends with status 400. */
const headersTooLarge = /^400 Request Header Or Cookie Too Large/

/** Words of a target that misses a field. */
const saysMissing =
  /\b(?:missing|required|absent|blank|empty|null|not (?:present|given|provided|specified|supplied|set|found|sent)|must be (?:given|provided|present|specified|set|supplied))\b/i

/** The part of fields to check, by the words of the target. */
function choosePart(text: string, isPlural: boolean): string {
  const s = isPlural ? 's' : ''
  if (unknownField.test(text)) return `the name${s}`
  return unknownSomething.test(text) ? `name${s} and value${s}` : `the value${s}`
}

/** Statuses with which a target refuses values. */
const ofValues: ReadonlySet<number> = new Set([400, 409, 422])

/** Whether a status says that the target has done what it was asked for. */
export function isSuccess(status: number): boolean {
  return status >= 200 && status < 300
}

/** A search whose parameter went out empty finds nothing. An empty value elsewhere does not explain that. */
function foundNothing(clue: Clue | null, warning: Warning | null): boolean {
  if (!clue?.isNothing || warning === null || !isMistake(warning)) return false
  return /^\/node\/(?:url|query)(?:\/|$)/.test(warning.path ?? '')
}

/** What a fault of SOAP means that the request has caused. */
const senderFaults: Readonly<Record<SenderFault, { readonly meaning: string; readonly cure: string }>> = {
  values: {
    meaning: 'The target answers with a fault of SOAP that the request has caused',
    cure: 'Change the elements of the message that the fault names, or their values.',
  },
  version: {
    meaning: 'The target speaks another version of SOAP than the message has',
    cure: 'Change the namespace of the Envelope, and contentType of the body with it.',
  },
  header: {
    meaning: 'The target does not understand a header of the SOAP message that it must understand',
    cure: 'Remove that header from the message, or its attribute mustUnderstand.',
  },
  security: {
    meaning: 'The target does not accept the credential of the SOAP message',
    cure: 'Check the security header of the message, or "auth" of the node.',
  },
}

/** An address is put into the URL only as a whole: the reader sees it masked and cut. */
function adviseOnLocation(location: string, quote: string): string {
  if (quote.includes(mask))
    return `A part of it is hidden here: put the address into the URL of the node with the value that belongs in the place of ${mask}, as a placeholder if it is a secret.`
  if (quote.endsWith('…'))
    return 'Put all of it, as the headers of the response show it, into the URL of the node.'
  if (/^\/(?!\/)/.test(location)) return 'Put this path behind the host in the URL of the node.'
  if (location.startsWith('//')) return 'Put it into the URL of the node, with https: before it.'
  return /^https:/i.test(location)
    ? 'Put this address into the URL of the node.'
    : 'It is relative to the URL of the node: change that accordingly.'
}

/** Whether a reference can be followed does not depend on what it is relative to. */
const anywhere = { place: { host: 'host.invalid', port: 443, authority: 'host.invalid' }, target: '/' }

function leadsToOtherScheme(location: string): boolean {
  const [scheme] = /^[a-z][a-z\d+.-]{0,30}:/i.exec(location.trim()) ?? []
  return scheme !== undefined && scheme.toLowerCase() !== 'https:'
}

function leadsToLogin(location: string): boolean {
  const [path = ''] = location.slice(0, 2_048).split(/[?#]/, 1)
  return /(?:^|[/._-])(?:log[-_]?in|log[-_]?on|sign[-_]?in|sso|saml2?|oauth2?|authorize|auth|cas|accounts?\/login)(?:$|[/._-])/i.test(
    path,
  )
}

/** A time in the largest unit that fits, rounded up. */
function describePause(ms: number): string {
  const seconds = Math.ceil(ms / 1_000)
  if (seconds < 120) return `${seconds} s`
  const minutes = Math.ceil(seconds / 60)
  if (minutes < 120) return `${minutes} min`
  const hours = Math.ceil(minutes / 60)
  return hours < 48 ? `${hours} h` : `${Math.ceil(hours / 24)} days`
}

const certificateHint = `The target asks for a client certificate that it accepts. ${failures.tls_client_cert_required.hint}`

const certificatePage =
  /<title>400 (?:No required SSL certificate was sent|The SSL certificate error)<\/title>/

/** The title of the page of nginx ends within its first 70 bytes; the rest is a margin. */
const pageHeadBytes = 256

/** nginx finishes the handshake without a client certificate, and then refuses every request with one of two pages. */
function asksForCertificate({ status, body, mayBeQuoted }: ReadableResponse): boolean {
  return status === 400 && mayBeQuoted && certificatePage.test(body.toString('latin1', 0, pageHeadBytes))
}
