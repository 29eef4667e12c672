import { methods } from '../../contract/method.ts'
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
import type { FieldPlace, Statement } from '../statement/statement.ts'
import { readsJson } from '../template/response-paths.ts'
import { listWords, quoteName } from '../values/text.ts'
import { headerValue, isNamed } from '../wire/headers.ts'
import { isFollowedAfter, isRedirect } from '../wire/redirect-status.ts'
import { explainAwsRefusal } from './aws-refusal.ts'
import { explainCertificate } from './client-certificate.ts'
import {
  adviseOnRefusalInBody,
  explainCredential,
  findCredential,
  placeOfNone,
  readChallenge,
  spread,
} from './credential.ts'
import type { ExplainedNode, Explanation, SentRequest } from './explained-node.ts'
import { findSenderFault, isRateLimited, type SenderFault } from './fault.ts'
import { explainLeftOut, type OmittedField, warningsOfSent } from './left-out.ts'
import { findSuspects, isMistake, isOfBody, isOfValue, type Suspects } from './likely-warning.ts'
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
  /** The time until a limit of calls is reset, by a header that `resetHeaders` of the node need not name; null if none tells. */
  readonly resetMs: number | null
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
    return this.#withPause(isOfBody ? this.#explainBody() : this.#explainStatus())
  }

  /** A pause stands in the reply, so the hint says whose it is. */
  #withPause(explanation: Explanation): Explanation {
    const { pauseMs } = this.#missed
    if (pauseMs === null || pauseMs === 0) return explanation
    const pause = describePause(pauseMs)
    if (explanation.hint.includes(pause)) return explanation
    return { ...explanation, hint: `${explanation.hint} The target asks for a pause of ${pause}.` }
  }

  /** `WWW-Authenticate` describes the refusal of a credential better than the body, which is often a page. */
  #readStatement(): Statement | null {
    const { status, mayBeQuoted } = this.#response
    const isRefused = status === 401 || status === 403
    const challenge = isRefused && mayBeQuoted ? readChallenge(this.#response) : null
    const own = readStatement(this.#response)
    const described = challenge?.text ?? null
    if (described === null || own?.text.includes(described)) return own
    // A code such as invalid_token tells less than the sentence of an API.
    if (own !== null && /^\w+$/.test(described) && !isHtmlPage(this.#response)) return own
    return { text: described, fields: [] }
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
    const refusal = said === '' ? null : adviseOnRefusalInBody(this.#node, this.#sent, this.#words)
    if (refusal !== null) return { hint: `${said}${why} ${refusal.advice}`, path: refusal.path }
    const doubt = likely === null || clue?.isCertain ? '' : ` ${likely.message}`
    return { hint: `${said}${why}${doubt}`, path }
  }

  /** A page of HTML in place of JSON comes from the web interface, which asks for a login or has its own pages. */
  #explainPage(): Explanation | null {
    const response = this.#response
    const title = this.#quoteTitle()
    const page = title === null ? 'an HTML page' : `an HTML page, ${title},`
    if (!isUnwantedPage(this.#node, response, this.#sent)) {
      const isLogin = !this.#missed.clue?.isCertain && isHtmlPage(response) && isLoginPage(response.text)
      return isLogin ? this.#explainLogin(`The target sent ${page} that asks for a login:`) : null
    }
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
    const certificate = explainCertificate(this.#node, this.#response)
    if (certificate !== null) return certificate
    const ofAws = explainAwsRefusal(this.#node, this.#response)
    if (ofAws !== null) return ofAws
    const special = this.#explainRedirectToLogin() ?? this.#explainLimit() ?? this.#explainToken()
    if (special !== null) return special
    const cause = this.#explainForm() ?? this.#explainNotSent() ?? this.#explainNamed()
    if (cause !== null) return cause
    const { likely } = this.#suspects
    const lacking = likely === null ? [] : this.#fields.filter((field) => field.sent === null)
    const more = lacking.length === 0 ? '' : ` ${this.#adviseOnFields(lacking)}`
    if (likely !== null) return this.#blame(likely, `${this.#answer}${more}`)
    if (status === 401 || status === 403)
      return explainCredential(this.#node, this.#response, this.#sent, {
        words: this.#words,
        quote: this.#quote,
      })
    return (
      this.#explainFields(this.#fields) ?? this.#explainSpecial() ?? this.#explainExisting() ?? this.#advise()
    )
  }

  /** The words of the target, as it wrote them. */
  get #words(): string {
    return this.#statement?.text ?? ''
  }

  /** The quotation behind a colon, or nothing. */
  get #said(): string {
    return this.#quote === null ? '' : `: ${this.#quote}`
  }

  /** A target that counts calls and answers as if it forbade them, or one whose plan is used up. */
  #explainLimit(): Explanation | null {
    const { status } = this.#response
    const { pauseMs, resetMs, path } = this.#missed
    if (isRateLimited(this.#response)) {
      const wait = pauseMs || resetMs
      const when = wait ? `Wait ${describePause(wait)}` : 'Wait until the limit is reset'
      return {
        hint: `The target gets too many calls, and answers ${status}${this.#said}. ${when}, and let the engine send the call anew; slow the flow down.`,
        path,
      }
    }
    if (status !== 429 || !isOfPlan.test(spread(this.#words))) return null
    return {
      hint: `The account at the target has used up what its plan allows${this.#said}. Check its plan and billing: before that the request is not worth sending again.`,
      path: findCredential(this.#node, this.#sent)?.path ?? path,
    }
  }

  /** A route of a web interface wants a token of its own pages. */
  #explainToken(): Explanation | null {
    const { status } = this.#response
    const isWanted = status === 419 || (ofToken.has(status) && csrf.test(spread(this.#words)))
    if (!isWanted) return null
    return {
      hint: `The target wants a token of its own pages against forged requests (CSRF)${this.#said}. The URL is probably that of a web interface: use the one of the API, or send that token as its documentation says.`,
      path: '/node/url',
    }
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
    const { warnings, leftOut } = this.#sent
    if (warnings.length === 0 && leftOut.length === 0) return { named: [], likely: null }
    const names = Map.groupBy(this.#names, ({ path }) => path)
    const omitted = this.#explainLeftOut()
    return findSuspects(warningsOfSent(this.#sent), omitted, {
      status: this.#senderFault === null ? this.#response.status : 400,
      words: this.#statement?.text ?? null,
      fields: this.#statement?.fields ?? [],
      credentialPath: findCredential(this.#node, this.#sent)?.path ?? null,
      nameAt: (path) => {
        const [only, ...others] = names.get(path) ?? omitted.filter((one) => one.path === path)
        return only === undefined || others.length > 0 ? null : only.name
      },
    })
  }

  /** A field with the same name may have been sent in the place of one that is left out. */
  #explainLeftOut(): readonly OmittedField[] {
    const sent = new Set(this.#names.map(({ name }) => name))
    return explainLeftOut(this.#sent).filter(({ name }) => !sent.has(name) && this.#mayBeCompared(name))
  }

  #listNames(): readonly NamedValue[] {
    return listSentNames(this.#node, this.#sent).filter(({ name }) => this.#mayBeCompared(name))
  }

  /** A name in which a hidden value stands is not compared with the words of the target, which may be a guess. */
  #mayBeCompared(name: string): boolean {
    return this.#response.maskers.display(name) === name
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
    const place = places?.get(said) ?? this.#findPlace(text)
    return place === undefined ? this.#pathOfValues : `/node/${place}`
  }

  #findPlace(text: string): FieldPlace | undefined {
    if (/\bheader\b/i.test(text)) return 'headers'
    // Spring calls those of a form and those of the URL so.
    const isOfQuery = /\b(?:request|query(?: string)?|url) param(?:eter)?s?\b/i.test(text)
    return isOfQuery && this.#node.body?.form !== 'form' ? 'query' : undefined
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
    if (isThere && ofType.test(words))
      return `${check}: the target wants another type or form than the node sends.`
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
    if (status === 304) return this.#explainUnchanged()
    if (status === 411) return this.#explainLength()
    if (status === 404 && mayHide(this.#response, this.#words)) return this.#explainHidden()
    return status >= 300 && status < 400 && status !== 304 ? this.#explainRedirect() : null
  }

  /** What the target misses or refuses, unless a warning explains it. */
  #explainNotSent(): Explanation | null {
    const { named, likely } = this.#suspects
    if (named.length > 0 || likely !== null) return null
    return this.#explainGrant() ?? this.#explainHeaderNamed()
  }

  /** The target reads a body of another form as JSON. */
  #explainForm(): Explanation | null {
    const { body } = this.#node
    if (body === null || !mistakenForJson.has(body.form) || !this.#isOfValues || !isOfJson(this.#words))
      return null
    return {
      hint: `The target reads the body as JSON${this.#said}, and the node sends ${body.contentType.slice(0, nameLength)}. Set contentType of the body to application/json.`,
      path: '/node/body/contentType',
    }
  }

  /** The target misses a header, and says its name. */
  #explainHeaderNamed(): Explanation | null {
    if (!this.#isOfValues || !saysMissing.test(this.#words)) return null
    const name = findHeaderName(this.#words)
    const quote = name === null ? null : quoteTarget(this.#response, name, nameLength)
    if (name === null || quote === null) return null
    const header = this.#node.headers.find((own) => isNamed(own.name, name.toLowerCase()))
    return header === undefined
      ? {
          hint: `${this.#answer} The node sends no header ${quote}: add it to "headers".`,
          path: '/node/headers',
        }
      : null
  }

  get #isOfValues(): boolean {
    return ofValues.has(this.#response.status)
  }

  /** OAuth 2 (RFC 6749, section 5.2). */
  #explainGrant(): Explanation | null {
    if (!this.#isOfValues || !/\binvalid_?grant\b/i.test(this.#words)) return null
    const grant = this.#names.find(({ name }) => ofGrant.test(name))
    return {
      hint: `The target does not accept the grant${this.#said}. A code or refresh token that was used, was revoked or has expired stays refused: put a new one into the fields, or into the secret that they refer to.`,
      path: grant?.path ?? this.#pathOfValues,
    }
  }

  /** Some targets answer so where others answer 409. */
  #explainExisting(): Explanation | null {
    if (!this.#isOfValues || this.#response.status === 409 || !existsAlready.test(this.#words)) return null
    return {
      hint: `The target has this record already${this.#said}. Use the method and the URL that it has for changing one.`,
      path: '/node/method',
    }
  }

  #explainSenderFault(fault: SenderFault): Explanation {
    if (fault === 'action') return this.#explainAction()
    const said = this.#said
    const credential = findCredential(this.#node, this.#sent)
    const path = fault === 'security' ? (credential?.path ?? this.#pathOfValues) : this.#pathOfValues
    return { hint: `${senderFaults[fault].meaning}${said}. ${senderFaults[fault].cure}`, path }
  }

  /** SOAP 1.1 has the action in a header, SOAP 1.2 in the media type (RFC 3902). */
  #explainAction(): Explanation {
    const { headers, body } = this.#node
    const beginning = `The target knows no operation for the action of the SOAP message${this.#said}.`
    const header = headers.find(({ name }) => isNamed(name, 'soapaction'))
    if (header !== undefined)
      return {
        hint: `${beginning} Correct the header "SOAPAction": the WSDL of the target names the action of each operation.`,
        path: header.path,
      }
    if (/^application\/soap\+xml\b/i.test(body?.contentType ?? ''))
      return {
        hint: `${beginning} Write the action that the WSDL names into contentType of the body: application/soap+xml; action="…".`,
        path: '/node/body/contentType',
      }
    return {
      hint: `${beginning} The node sends no header "SOAPAction": add it, with the action that the WSDL of the target names.`,
      path: '/node/headers',
    }
  }

  #explainHeaders(): Explanation {
    const said = this.#said
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
    const said = this.#said
    if (ofCard.test(spread(this.#words)))
      return {
        hint: `The payment of the customer failed${said}. Use another card or means of payment in the values that the node sends: the credential is not the cause.`,
        path: this.#pathOfValues,
      }
    if (findCredential(this.#node, this.#sent) !== null) return null
    return {
      hint: `The target asks for a payment${said}. The node sends no credential: check the account that the URL names, its plan and its balance.`,
      path: '/node/url',
    }
  }

  /** Without a condition in the request nothing asks for a 304 (RFC 9110, section 15.4.5). */
  #explainUnchanged(): Explanation | null {
    if (this.#node.headers.some(({ name }) => /^if-/i.test(name))) return null
    return {
      hint: 'The target says that nothing has changed (304), although the node sends no conditional header: a cache in front of the target is probably wrong. If this is a normal end, expect 304 as well.',
      path: this.#missed.path,
    }
  }

  #explainLength(): Explanation | null {
    if (!this.#sent.request?.body?.length) return null
    return {
      hint: `The target finds no Content-Length${this.#said}, and the node sends a body with one: something in front of the target drops it. Tell the operator of the target, or use a URL that leads past that.`,
      path: '/node/url',
    }
  }

  /** Some targets hide what a call without a credential may not see. */
  #explainHidden(): Explanation | null {
    if (findCredential(this.#node, this.#sent) !== null) return null
    const { meaning, cure } = adviseOn(404)
    return {
      hint: `${meaning}${this.#said}. ${cure} The node sends no credential, and some targets answer so to a call without one.`,
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
    const others = named.filter((name) => name !== method)
    const sendable = others.filter((name) => sendableMethods.has(name))
    const allowed = sendable.length === 0 ? others : sendable
    const quote = allowed.length === 0 ? null : quoteTarget(this.#response, allowed.join(', '))
    const path = '/node/method'
    if (quote !== null && sendable.length === 0)
      return {
        hint: `The target allows ${quote.slice(1, -1)} here (${status}), and a node cannot send that: check the path of the URL.`,
        path: '/node/url',
      }
    if (quote !== null)
      return {
        hint: `The node sends ${method}, and the target allows ${quote.slice(1, -1)} (${status}). Change the method, or the path of the URL.`,
        path,
      }
    const said = this.#said
    return status === 405
      ? {
          hint: `The target does not allow the method ${method} on this path${said}. Change the method, or check the path of the URL.`,
          path,
        }
      : { hint: `The target does not know the method ${method} at all${said}. Use another method.`, path }
  }

  #explainContentType(): Explanation {
    const { body, headers: fields } = this.#node
    const said = this.#said
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
    const said = this.#said
    const pause = pauseMs === null || pauseMs === 0 ? '' : ` in ${describePause(pauseMs)}`
    const hasEmpty = this.#sent.warnings.some(isOfValue)
    const toWarnings = hasEmpty ? ', and look for empty values in the warnings' : ''
    const helps = cure.replace('{pause}', pause).replace('{warnings}', toWarnings)
    // Without words of the target the expectation may tell more.
    const more = this.#statement === null && clue !== null && !clue.isOfStatus ? ` ${clue.text}` : ''
    const mistake = status === 500 ? this.#findMistake() : null
    const led = mistake === null ? '' : ` The node may have led to it: ${mistake.message}`
    return { hint: `${meaning}${said}. ${helps}${more}${led}`, path: this.#locate(place) ?? path }
  }

  /** A mistake in the values, which makes some targets fail in place of refusing it. */
  #findMistake(): Warning | null {
    const warnings = [...this.#explainLeftOut(), ...warningsOfSent(this.#sent)]
    return warnings.find((warning) => isOfValue(warning) && isMistake(warning)) ?? null
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

const sendableMethods: ReadonlySet<string> = new Set(methods)

/** Words about a plan or a bill, and not about the number of calls in a time. */
const isOfPlan =
  /\binsufficient (?:quota|credits?|funds|balance)|check your plan|\bbilling\b|\bout of credits?\b|\bcredit balance\b|\b(?:upgrade|exceeded) your (?:current )?(?:plan|subscription|quota)\b|\b(?:payment|subscription) required\b/i

/** Words about the card of a customer. */
const ofCard = /\bcard\b|\bdeclined\b|\bdo not honor\b|\bpayment method\b|\bCVC\b/i

const mistakenForJson: ReadonlySet<string> = new Set(['form', 'multipart', 'text', 'xml'])

/** Words of a parser of JSON. */
function isOfJson(words: string): boolean {
  return (
    /\bJSON\b/i.test(words) &&
    /\b(?:unexpected|pars(?:e|er|ing)|malformed|decode|expecting|syntax|not valid|invalid)\b/i.test(words)
  )
}

/** The name of a header that a sentence is about: `X-Id header is required`, `missing header X-Id`. */
function findHeaderName(words: string): string | null {
  const text = words.slice(0, 500)
  const [, before] = /(?:^|[\s"'`])([A-Za-z]\w{0,40}(?:-\w{1,40}){1,6})["'`]? header\b/.exec(text) ?? []
  const [, behind] = /\bheaders?:? ["'`]?([A-Za-z]\w{0,40}(?:-\w{1,40}){1,6})/i.exec(text) ?? []
  return before ?? behind ?? null
}

const ofGrant = /^(?:refresh_token|code|assertion|password|device_code)$/i
const existsAlready =
  /\balready (?:exists?|a(?: list)? member|been taken|taken|in use|registered|subscribed)\b|\bduplicate (?:key|entry|record|value|email)\b/i

const csrf = /\b[cx]srf\b|\banti-?forgery\b|\b(?:invalid )?authenticity token\b|\bpage expired\b/i
const ofToken: ReadonlySet<number> = new Set([400, 403, 422])

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
  /\b(?:missing|required|absent|blank|empty|null|not (?:present|given|provided|specified|supplied|set|found|sent)|must be (?:given|provided|present|specified|set|supplied)|should be defined|undefined)\b/i

/** Words of a target that finds a value of another type: `A valid integer is required`. */
const ofType =
  /\b(?:valid|correct|proper) [\w -]{1,30} (?:is|are) required\b|\b(?:integer|number|numeric|boolean|array|object|string|date) (?:value )?(?:is|are) required\b/i

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
const senderFaults: Readonly<
  Record<Exclude<SenderFault, 'action'>, { readonly meaning: string; readonly cure: string }>
> = {
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

/** Whether a 404 may hide a record from a call without a credential. A page is that of a web server, which hides nothing so. */
function mayHide(response: ReadableResponse, words: string): boolean {
  return response.body.length > 0 && !isHtmlPage(response) && !namesPath.test(words)
}

/** Words of a server that has no such path for anyone. */
const namesPath = /^cannot [a-z]+ \/|\b(?:route|endpoint|path|page|url|no handler|no static resource)\b/i
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
