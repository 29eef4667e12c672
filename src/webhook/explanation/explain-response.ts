import { failures } from '../../contract/failure.ts'
import type { Warning } from '../../contract/warning.ts'
import type { NamedValue } from '../request/compiled-body.ts'
import type { Clue } from '../response/expectation.ts'
import { quoteTarget } from '../response/quote-target.ts'
import type { ReadableResponse } from '../response/readable-response.ts'
import { parseAllow } from '../statement/challenge.ts'
import { isLoginPage, readHtmlStatement } from '../statement/markup-statement.ts'
import { isHtmlPage, readStatement } from '../statement/read-statement.ts'
import type { Statement } from '../statement/statement.ts'
import { quoteName } from '../values/text.ts'
import { headerValue, isNamed } from '../wire/headers.ts'
import { explainCredential, findCredential, placeOfNone, readChallenge } from './credential.ts'
import type { ExplainedNode, Explanation, SentRequest } from './explained-node.ts'
import { findLikelyWarning, isMistake } from './likely-warning.ts'
import { findNamedField, listSentNames } from './named-field.ts'
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

class Explainer {
  readonly #node: ExplainedNode
  readonly #response: ReadableResponse
  readonly #missed: Missed
  readonly #sent: SentRequest
  readonly #statement: Statement | null

  constructor(node: ExplainedNode, response: ReadableResponse, missed: Missed, sent: SentRequest) {
    this.#node = node
    this.#response = response
    this.#missed = missed
    this.#sent = sent
    this.#statement = this.#readStatement()
  }

  explain(): Explanation {
    const { status } = this.#response
    const isOfBody = this.#missed.isStatusAccepted || (status >= 200 && status < 300)
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

  get #quote(): string | null {
    // Our own full stop follows.
    return this.#statement === null
      ? null
      : quoteTarget(this.#response, this.#statement.text.replace(/\.\s?$/, ''))
  }

  /** The status is accepted: the body is the cause, or what was asked for. */
  #explainBody(): Explanation {
    const { path, clue } = this.#missed
    const page = this.#explainPage()
    if (page !== null) return page
    const warning = clue?.isCertain ? null : this.#findWarning()
    const said = this.#quote === null ? '' : `The target says: ${this.#quote}. `
    const why = clue?.text ?? 'Compare the response with the expectation.'
    if (warning !== null && isMistake(warning)) return this.#blame(warning, `${said}${why}`)
    const doubt = warning === null ? '' : ` ${warning.message}`
    return { hint: `${said}${why}${doubt}`, path }
  }

  /** A page of HTML in place of JSON comes from the web interface, which asks for a login or has its own pages. */
  #explainPage(): Explanation | null {
    const response = this.#response
    if (!this.#wantsJson || !isHtmlPage(response)) return null
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

  get #wantsJson(): boolean {
    const { expectations, capture } = this.#node
    if (expectations.some(({ readsJson }) => readsJson)) return true
    if (capture.some(([, { responsePaths }]) => responsePaths?.some(([name]) => name === 'json') ?? false))
      return true
    return /\bjson\b/i.test(headerValue(this.#sent.request?.headers ?? [], 'accept') ?? '')
  }

  /** The status is the cause, or a sign of it. */
  #explainStatus(): Explanation {
    const { status } = this.#response
    if (asksForCertificate(this.#response)) return { hint: certificateHint, path: this.#missed.path }
    const login = this.#explainRedirectToLogin()
    if (login !== null) return login
    const warning = this.#findWarning()
    if (warning !== null)
      return this.#blame(warning, this.#quote === null ? '' : this.#answerWith(this.#quote))
    if (status === 401 || status === 403)
      return explainCredential(this.#node, this.#response, this.#sent, this.#quote)
    return this.#explainField() ?? this.#explainSpecial() ?? this.#advise()
  }

  #answerWith(quote: string): string {
    return `The target answers ${this.#response.status}: ${quote}.`
  }

  /** The warning names the cause, and its place is the part to change. */
  #blame({ message, path }: Warning, more: string): Explanation {
    const answered = more === '' ? `The target answers ${this.#response.status}.` : more
    return { hint: `${message} ${answered}`, path: path ?? this.#missed.path }
  }

  #findWarning(): Warning | null {
    const { warnings } = this.#sent
    if (warnings.length === 0) return null
    const names = new Map(this.#names.map(({ name, path }) => [path, name]))
    return findLikelyWarning(warnings, {
      status: this.#response.status,
      words: this.#statement?.text ?? null,
      fields: this.#statement?.fields ?? [],
      credentialPath: findCredential(this.#node, this.#sent)?.path ?? null,
      nameAt: (path) => names.get(path) ?? null,
    })
  }

  /** A name in which a hidden value stands is not compared with the words of the target, which may be a guess. */
  get #names(): readonly NamedValue[] {
    const { display } = this.#response.maskers
    return listSentNames(this.#node, this.#sent).filter(({ name }) => display(name) === name)
  }

  /** A target that refuses values often names the field. */
  #explainField(): Explanation | null {
    const { status } = this.#response
    const quote = this.#quote
    if (this.#statement === null || quote === null || !ofValues.has(status)) return null
    const field = findNamedField(this.#statement, this.#names)
    if (field === null) return null
    const said = this.#answerWith(quote)
    const isUnknown = unknownField.test(this.#statement.text)
    if (field.sent === null) {
      const name = quoteTarget(this.#response, field.said, nameLength)
      return status === 409 || isUnknown || name === null
        ? null
        : { hint: `${said} The node sends no field ${name}: add it.`, path: this.#pathOfValues }
    }
    const { name, path } = field.sent
    if (field.isSame || isUnknown || status === 409)
      return { hint: `${said} Check ${choosePart(this.#statement.text)} of ${quoteName(name)}.`, path }
    const meant = quoteTarget(this.#response, field.said, nameLength)
    return { hint: `${said} The node sends ${quoteName(name)}: rename it to ${meant ?? 'that'}.`, path }
  }

  /** Statuses whose cure names a part of the request or of the head of the response. */
  #explainSpecial(): Explanation | null {
    const { status } = this.#response
    if (status === 405 || status === 501) return this.#explainMethod()
    if (status === 415) return this.#explainContentType()
    return status >= 300 && status < 400 && status !== 304 ? this.#explainRedirect() : null
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
    return { hint: `The target expects another content type${sends}${said}. Change ${cure}.`, path }
  }

  /** A redirect that names its address. */
  #explainRedirect(): Explanation | null {
    const { status } = this.#response
    const location = this.#location
    const quote = location === null ? null : quoteTarget(this.#response, location)
    const path = status === 303 ? this.#missed.path : '/node/url'
    if (location === null || location.trim() === '')
      return {
        hint: `Redirects are not followed, and the target answers ${status} without an address in a Location header: check the URL of the node.`,
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
          hint: `The target has taken the request, and shows the result under ${quote}. If that is a success, expect 303.`,
          path,
        }
      : {
          hint: `Redirects are not followed: the target answers ${status} with the Location ${quote}. Put this address into the URL of the node.`,
          path,
        }
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
    const { meaning, cure, place } = adviseOn(status)
    const { pauseMs, clue, path } = this.#missed
    const said = this.#quote === null ? '' : `: ${this.#quote}`
    const helps = cure.replace('{pause}', pauseMs === null ? '' : ` in ${describePause(pauseMs)}`)
    // Without words of the target the expectation may tell more.
    const more = this.#statement === null && clue !== null ? ` ${clue.text}` : ''
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
        return findCredential(this.#node, this.#sent)?.path ?? placeOfNone
      case 'values':
        return this.#pathOfValues
      case 'body':
        return this.#node.body === null ? '/node/headers' : '/node/body'
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

/** The part of a field to check, by the words of the target. */
function choosePart(text: string): string {
  if (unknownField.test(text)) return 'the name'
  return unknownSomething.test(text) ? 'name and value' : 'the value'
}

/** Statuses with which a target refuses values. */
const ofValues: ReadonlySet<number> = new Set([400, 409, 422])

function leadsToOtherScheme(location: string): boolean {
  const [scheme] = /^[a-z][a-z\d+.-]{0,30}:/i.exec(location.trim()) ?? []
  return scheme !== undefined && scheme.toLowerCase() !== 'https:'
}

function leadsToLogin(location: string): boolean {
  const [path = ''] = location.slice(0, 2_048).split(/[?#]/, 1)
  return /(?:^|[/._-])(?:log-?in|log-?on|sign-?in|sso|saml2?|oauth2?|authorize|auth|cas|accounts?\/login)(?:$|[/._-])/i.test(
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
