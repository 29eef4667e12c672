import type { NamedValue } from '../request/compiled-body.ts'
import { isCredentialName } from '../request/credential-name.ts'
import { connectionPath } from '../request/member-path.ts'
import { quoteName } from '../values/text.ts'
import { headerValue } from '../wire/headers.ts'
import {
  adviseOnOwnScheme,
  adviseOnScheme,
  asksForOwnPlace,
  describeUsualPlace,
  findScheme,
  readOfferedSchemes,
} from './auth-scheme.ts'
import {
  type Credential,
  describeSigning,
  findCredential,
  placeOfNone,
  readChallenge,
  spread,
} from './credential.ts'
import {
  isNotEnabled,
  lacksPermission,
  lacksScope,
  missesCredential,
  refusesCredential,
  refusesInBody,
  saysEnded,
  saysNoGood,
} from './credential-words.ts'
import { describeCall } from './describe-call.ts'
import type { Explanation } from './explained-node.ts'
import { isPlainPage, isTurnedAway, refusesAddress, showsFirewall } from './firewall.ts'
import { findKeyHeader } from './key-header.ts'
import { explainLeftOut } from './left-out.ts'
import { saysMissing } from './named-field-words.ts'
import { describeNeeds, lacksScopeByHeader } from './permission.ts'
import { describeCredentialForm } from './request-signs.ts'
import type { Situation } from './situation.ts'

/** Explains 401 and 403. */
export function explainRefusal(situation: Situation): Explanation {
  return new Refusal(situation).explain()
}

/** Explains a 400 that refuses the credential, as some targets answer; null for another one. */
export function explainRefusalOfValues(situation: Situation): Explanation | null {
  const { status, credential, words, fields, answer } = situation
  if (status !== 400 || credential === null || fields.some(({ sent }) => sent !== null)) return null
  if (!refusesCredential(spread(words)) || !ofSender.test(spread(words))) return null
  return blameOwner(credential, `${answer} That is about the credential.`, spread(words))
}

/** Explains a target that refuses values, and names the parameter in which `auth` sends its key; null if it names another one. */
export function explainKeyNamed(situation: Situation): Explanation | null {
  const { credential, fields, words, answer, node } = situation
  const [first] = fields
  if (credential === null || node.auth?.origin.path !== first?.sent?.path || saysMissing.test(words))
    return null
  return first?.isSame
    ? blameOwner(credential, `${answer} That is about the credential.`, spread(words))
    : null
}

/** Words about who calls. A token of a device or a card is a value like any other. */
const ofSender =
  /\b(?:access|auth\w*|bearer|session|api) (?:token|key|credential)s?\b|\bsession (?:has )?expired\b|\bO ?Auth\b|\btoken (?:has )?expired\b|\bapi ?key\b|\bcredentials\b/i

/** Who has to correct a credential: the operator of the service, if it comes from a connection. */
function blameOwner({ words, path }: Credential, beginning: string, said: string): Explanation {
  if (saysEnded(said))
    return {
      hint:
        path === connectionPath
          ? `${beginning} It comes from ${words}: the operator of the service has to put a new one there.`
          : `${beginning} It comes from ${words}: get a new one at the target, and put it there.`,
      path,
    }
  return path === connectionPath
    ? {
        hint: `${beginning} It comes from ${words}: the operator of the service has to correct it there.`,
        path,
      }
    : { hint: `${beginning} It comes from ${words}: check the token or secret there.`, path }
}

class Refusal {
  readonly #situation: Situation
  /** The words of the target, with those of names of errors apart. */
  readonly #words: string

  constructor(situation: Situation) {
    this.#situation = situation
    this.#words = spread(situation.words)
  }

  explain(): Explanation {
    const { node, sent, status, response } = this.#situation
    const { signing } = node
    const isOfSignature = signing !== null && /\bsignature\b/i.test(this.#words)
    const credential = isOfSignature ? describeSigning(signing) : findCredential(node, sent)
    if (status === 403 && /^missing authentication token$/i.test(this.#words.trim()))
      return this.#explainGateway(credential)
    const isOfKey =
      status === 403 && headerValue(response.headers, 'x-amzn-errortype') === 'ForbiddenException'
    if (isOfKey && headerValue(sent.request?.headers ?? [], 'x-api-key') === undefined)
      return {
        hint: `The target answers 403${this.#said}. A gateway of AWS says so of a call without its key: set "auth" to {"type": "apiKey", "in": "header", "name": "x-api-key", "value": "{{ secrets.NAME }}"}. If the target takes no such key, check the path and the stage in the URL.`,
        path: placeOfNone,
      }
    if (
      refusesAddress(this.#words) ||
      (status === 403 && credential === null && showsFirewall(response, this.#words))
    )
      return this.#explainTurnedAway(credential)
    if (credential === null) return this.#explainNone()
    const [unverifiable] = signing?.warnings ?? []
    if (unverifiable?.code === 'signature_unverifiable' && credential.path === signing?.path)
      return {
        hint: `The target does not accept the signature${this.#said}. ${unverifiable.message}`,
        path: unverifiable.path ?? credential.path,
      }
    if (signing !== null && credential.path === signing.path && isOtherThanUtf8(sent.request?.body))
      return {
        hint: `The target does not accept the signature${this.#said}. The body is not in UTF-8, and is signed as the bytes that are sent: a receiver that reads it as text computes another signature. Send it in UTF-8, or a file as base64 text, or let the target check the bytes; if it does, check the key in "signing".`,
        path: node.body === null ? credential.path : '/node/body/contentType',
      }
    return (
      this.#explainForm(credential) ??
      this.#explainSchemeInWords(credential) ??
      this.#explainHeader(credential) ??
      this.#explainPlace(credential) ??
      (status === 403 || lacksPermission(this.#words) || lacksScopeByHeader(this.#situation)
        ? this.#explainForbidden(credential)
        : null) ??
      this.#explainScheme(credential) ??
      this.#explainUnseen(credential) ??
      this.#explainUnfit(credential) ??
      this.#explainUnasked(credential) ??
      this.#blameOwner(credential)
    )
  }

  #blameOwner(credential: Credential): Explanation {
    const { hint, path } = blameOwner(
      credential,
      `The target does not accept the credential${this.#said}.`,
      this.#words,
    )
    return { hint: `${hint}${describeCall(this.#situation)}`, path }
  }

  /** The quotation behind a colon, or nothing. */
  get #said(): string {
    return this.#situation.said
  }

  #explainNone(): Explanation {
    const { sent, response, status } = this.#situation
    if (sent.redirectedTo)
      return {
        hint: `The request to which the redirect led had no credential, and the target answers ${status}${this.#said}. A redirect takes no parameter along, and nothing of a credential to another origin: write the address to which it leads into the URL of the node.`,
        path: '/node/followRedirects',
      }
    const omitted = explainLeftOut(sent).find(({ name }) => isCredentialName(name))
    if (omitted !== undefined)
      return { hint: `${omitted.message} The target answers ${status}${this.#said}.`, path: omitted.path }
    if (asksForOwnPlace(response, ''))
      return {
        hint: `The node sends no credential, and the target answers ${status}${this.#said}. It takes a key in a header or parameter of its own name: set "auth" to {"type": "apiKey", "in": "header", "name": "…", "value": "{{ secrets.NAME }}"}, with the name that its documentation shows.${describeUsualPlace(response)}`,
        path: placeOfNone,
      }
    const offered = readOfferedSchemes(response)
    const own = adviseOnOwnScheme(response)
    const asked = offered === null ? '' : ` The target asks for ${offered}.${own}`
    const refused = `The node sends no credential, and the target answers ${status}${this.#said}.`
    const cure =
      status === 401
        ? 'Set "auth", or the header that the target expects.'
        : 'If the target wants one, set "auth" or the header that it expects.'
    return own === ''
      ? { hint: `${refused}${asked} ${cure}${describeCall(this.#situation)}`, path: placeOfNone }
      : { hint: `${refused}${asked}`, path: '/node/headers' }
  }

  #explainTurnedAway(credential: Credential | null): Explanation {
    const beginning = `Something in front of the target, such as a firewall, turns the call away${this.#said}. Ask the operator of the target to admit the`
    if (refusesAddress(this.#words))
      return {
        hint: `${beginning} address from which the service calls, which the operator of the service knows: another credential does not help.`,
        path: '/node/url',
      }
    const more =
      credential === null
        ? 'The node sends no credential: if it is admitted and the target wants one, set "auth".'
        : `If it is admitted, look at the permission of the credential, which comes from ${credential.words}.`
    if (isPlainPage(this.#situation.response, this.#words))
      return {
        hint: `A web server answers with a page, not the API${this.#said}. Check the path and the method first: a server says so of a path that it does not show, and a firewall of a call that it does not admit. If they are right, ask the operator of the target to admit the service. ${more}`,
        path: '/node/url',
      }
    return { hint: `${beginning} service. ${more}`, path: '/node/url' }
  }

  #explainGateway(credential: Credential | null): Explanation {
    const sends =
      credential === null ? 'the node sends no credential' : `the credential comes from ${credential.words}`
    return {
      hint: `The target answers 403${this.#said}. A gateway of AWS says so of a path or a method that it does not have, and of a call without a signature. Check the URL and the method first; ${sends}.`,
      path: '/node/url',
    }
  }

  /** The words name a scheme of the header Authorization that HTTP does not know, as `Please use Klaviyo-API-Key` does. */
  #explainSchemeInWords({ words, path }: Credential): Explanation | null {
    const { sent } = this.#situation
    const header = headerValue(sent.request?.headers ?? [], 'authorization')
    const [, scheme = ''] = schemeInWords.exec(this.#situation.words.slice(0, 500)) ?? []
    const name = scheme === '' ? null : this.#situation.quoted(scheme, 40)
    if (header === undefined || name === null || header.toLowerCase().startsWith(`${scheme.toLowerCase()} `))
      return null
    const cure =
      path === connectionPath
        ? 'The operator of the service has to change it there.'
        : `Set a header in its place: {"name": "Authorization", "value": "${name.slice(1, -1)} {{ secrets.NAME }}"}.`
    return {
      hint: `The target does not accept the credential${this.#said}. It wants the scheme ${name} in the header Authorization, and ${words} sends another one. ${cure}`,
      path,
    }
  }

  /** The target takes the credential in a header that the node does not send. */
  #explainHeader({ words, path }: Credential): Explanation | null {
    const { sent, response, said } = this.#situation
    const header = sent.request === null ? null : findKeyHeader(this.#situation.words, response)
    if (header === null || headerValue(sent.request?.headers ?? [], header.name.toLowerCase()) !== undefined)
      return null
    const name = this.#situation.quoted(header.name, 60)
    if (name === null || !/^"[\w-]+"$/.test(name)) return null
    const takes =
      header.api === undefined ? 'The target takes' : `These are words of ${header.api}, which takes`
    const beginning = `The target does not accept the credential${said}. ${takes} it in the header ${name}, and ${words} does not send that.`
    return path === connectionPath
      ? { hint: `${beginning} The operator of the service has to send it there.`, path }
      : {
          hint: `${beginning} Set "auth" to {"type": "apiKey", "in": "header", "name": ${name}, "value": "{{ secrets.NAME }}"}.`,
          path: this.#situation.node.auth?.namePath ?? path,
        }
  }

  /** A key belongs to one of several hosts of the target. */
  #explainPlace({ words }: Credential): Explanation | null {
    if (!/\bdata ?-?cent(?:er|re)\b|\bwrong (?:region|instance|host|cluster)\b/i.test(this.#words))
      return null
    return {
      hint: `The key belongs to another host of the target${this.#said}. Put that one into the URL, as the documentation of the target shows it; the credential, which comes from ${words}, can stay.`,
      path: '/node/url',
    }
  }

  /** What 403 says apart from a refused credential; null if it says that as well. */
  #explainForbidden(credential: Credential): Explanation | null {
    const { words, path } = credential
    const { response } = this.#situation
    const field = this.#situation.fieldOfRule
    if (field !== null)
      return {
        hint: `The target does not let this credential set ${JSON.stringify(field.name)}${this.#said}. Leave the field out, or give the credential, which comes from ${words}, the permission at the target.`,
        path: field.path,
      }
    const told = this.#situation.toldField
    if (told !== null && !isCredentialName(told.name))
      return {
        hint: `The target refuses the value of ${quoteName(told.name)}${this.#said}. Change it, or have it allowed at the target for the account of the credential, which comes from ${words}.`,
        path: told.path,
      }
    if (isTurnedAway(response, this.#words)) return this.#explainTurnedAway(credential)
    if (refusesCredential(this.#words) || missesCredential(this.#words)) return null
    if (isNotEnabled(this.#words))
      return {
        hint: `The API is not enabled for the account of the credential${this.#said}. Enable it at the target: the credential, which comes from ${words}, can stay.`,
        path,
      }
    const needs = describeNeeds(this.#situation)
    if (path === connectionPath)
      return {
        hint: `The credential lacks the permission${this.#said}.${needs} It comes from ${words}: the operator of the service has to give it the permission at the target, or set another one.`,
        path,
      }
    const mayBeNone = /\bnot found\b|\bdoes not exist\b/i.test(this.#words)
      ? ' If it has the permission, a name or an id in the URL is wrong.'
      : ''
    return {
      hint: `The credential lacks the permission${this.#said}.${needs} It comes from ${words}: give it the permission at the target, or use another one.${mayBeNone}${describeCall(this.#situation)}`,
      path,
    }
  }

  #explainForm({ words, path }: Credential): Explanation | null {
    const form = describeCredentialForm(this.#situation)
    if (form === null) return null
    return {
      hint: `The target does not accept the credential${this.#said}. ${form} It comes from ${words}.`,
      path,
    }
  }

  #explainScheme(credential: Credential): Explanation | null {
    const { words, path } = credential
    const { sent, response } = this.#situation
    const scheme = findScheme(sent)
    const { schemes } = readChallenge(response) ?? { schemes: [] }
    const header = headerValue(sent.request?.headers ?? [], 'authorization')?.toLowerCase() ?? ''
    const isOffered = schemes.some((offered) => header.startsWith(`${offered.toLowerCase()} `))
    const isOwnHeader = scheme === null && sent.request !== null && path !== '/node/tls'
    if (schemes.length === 0 || isOffered || (scheme === null && !isOwnHeader)) return null
    if (asksForOwnPlace(response, scheme)) return null
    const offered = readOfferedSchemes(response)
    if (scheme === null && offered === null) return null
    const ownWords = this.#ownWords
    if (saysEnded(ownWords)) return this.#blameOwner(credential)
    if (saysNoGood(ownWords)) return this.#blameBeforeScheme(credential, offered)
    const asks = `The target asks for ${offered ?? `another scheme than ${scheme}`}`
    const as = scheme ?? 'the key in another place'
    const sends = offered === null ? '' : `, and ${words} sends ${as}`
    const advice =
      path === connectionPath
        ? 'The operator of the service has to change the type of its credential.'
        : adviseOnScheme(response, words)
    return { hint: `${asks}${sends}${this.#said}. ${advice}`, path }
  }

  /** The words are about the credential: it comes first, and the scheme that a header asks for second. */
  #blameBeforeScheme(credential: Credential, offered: string | null): Explanation {
    const beginning = `The target does not accept the credential${this.#said}.`
    const { hint, path } = blameOwner(credential, beginning, this.#words)
    const also =
      offered === null || path === connectionPath
        ? ''
        : ` If it is right, send it by the scheme that the target asks for, ${offered}.`
    return { hint: `${hint}${also}`, path }
  }

  /** The words of the body: an error of a challenge is about what that asks for. */
  get #ownWords(): string {
    const { words, response } = this.#situation
    return readChallenge(response)?.text === words ? '' : this.#words
  }

  /** The target finds no credential although the node sends one. */
  #explainUnseen({ words, path }: Credential): Explanation | null {
    if (!missesCredential(this.#words) || ofApache.test(this.#words) || this.#isAsked()) return null
    const usual = describeUsualPlace(this.#situation.response)
    const hint = `The target finds no credential${this.#said}. ${capitalized(words)} sends one, so the target looks for it elsewhere: change the name of its header or parameter, or its scheme, to what the target expects.${usual}`
    return { hint, path: this.#situation.node.auth?.namePath ?? path }
  }

  /** Whether the target asks for the scheme that the node sends: it has found the credential where it looks for one. */
  #isAsked(): boolean {
    const { sent, response } = this.#situation
    const scheme = findScheme(sent)?.toLowerCase()
    const { schemes } = readChallenge(response) ?? { schemes: [] }
    return scheme === 'basic' && schemes.some((offered) => offered.toLowerCase() === scheme)
  }

  /** Digest is sent in answer to a challenge only (RFC 7616, section 3.3). */
  #explainUnasked({ words, path }: Credential): Explanation | null {
    const { sent, response, status } = this.#situation
    if (status !== 401 || findScheme(sent) !== 'Digest' || readChallenge(response) !== null) return null
    return {
      hint: `The target answers 401${this.#said} and asks for no scheme, and ${words} is for Digest. Check in the documentation of the target which type of "auth" it takes${path === connectionPath ? ', which the operator of the service sets in the connection' : ''}.`,
      path,
    }
  }

  /** A token that is in order, and made for something else. */
  #explainUnfit({ words, path }: Credential): Explanation | null {
    const [, what] =
      /\b(audience|issuer|test key|live key|test mode|live mode|sandbox)\b/i.exec(this.#words) ?? []
    if (what === undefined) return null
    const isOfToken = /audience|issuer/i.test(what)
    const cure = isOfToken
      ? 'The token is in order, and made for another API: set the audience or the scope for which it is asked, in "auth" or where it was made.'
      : 'The key belongs to another mode of the target: use the key of this one, or the URL of the other one.'
    return {
      hint: `The target does not accept the credential${this.#said}. ${cure} It comes from ${words}.`,
      path,
    }
  }
}

function isOtherThanUtf8(body: Buffer | null | undefined): boolean {
  return body != null && !Buffer.from(body.toString('utf8')).equals(body)
}

const schemeInWords =
  /\bscheme\b[^;]{0,40}\b(?:use|must be|should be|expected|is) ["'`]?([A-Za-z]\w{1,20}(?:-\w{1,20}){1,3})\b/i

/** Apache's page for 401 names both causes, a wrong credential first. */
const ofApache = /\bsupplied\s+the\s+wrong\s+credentials\b/i

function capitalized(words: string): string {
  return `${words[0]?.toUpperCase()}${words.slice(1)}`
}

/** Explains a success whose body refuses the credential; null if it does not. The hint follows the words of the target. */
export function adviseOnRefusalInBody(situation: Situation): Explanation | null {
  const { words, credential } = situation
  if (credential !== null && lacksScope(spread(words)))
    return {
      hint: `The credential lacks the permission: give it at the target to the credential, which comes from ${credential.words}.`,
      path: credential.path,
    }
  if (!refusesInBody(spread(words))) return null
  const params = credential === null ? findParams(situation) : undefined
  if (params !== undefined)
    return {
      hint: 'The credential of a call by JSON-RPC stands in its "params": check there who calls, the password or key, and the database.',
      path: params.path,
    }
  return credential === null
    ? { hint: 'The node sends no credential: set "auth".', path: placeOfNone }
    : { hint: `Check the credential, which comes from ${credential.words}.`, path: credential.path }
}

/** The `params` of a call by JSON-RPC, where some targets take the credential. */
function findParams({ names }: Situation): NamedValue | undefined {
  const own = names.filter(({ path }) => path.startsWith('/node/body'))
  return own.some(({ name }) => name === 'jsonrpc') ? own.find(({ name }) => name === 'params') : undefined
}
