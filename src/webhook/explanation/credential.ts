import type { NamedValue } from '../request/compiled-body.ts'
import { isCredentialName } from '../request/credential-name.ts'
import { connectionPath } from '../request/member-path.ts'
import { quoteTarget } from '../response/quote-target.ts'
import type { ReadableResponse } from '../response/readable-response.ts'
import { type Challenge, parseChallenge } from '../statement/challenge.ts'
import { isHtmlPage } from '../statement/read-statement.ts'
import { quoteName } from '../values/text.ts'
import { headerValue } from '../wire/headers.ts'
import type { ExplainedNode, Explanation, SentRequest } from './explained-node.ts'
import { explainLeftOut } from './left-out.ts'

/** The credential of a node. */
export interface Credential {
  /** Where it comes from, as in `"auth" of the node`. */
  readonly words: string
  /** JSON Pointer to it. */
  readonly path: string
}

/** Finds the credential that a node sends; null if it sends none. */
export function findCredential(node: ExplainedNode, { warnings, leftOut }: SentRequest): Credential | null {
  if (node.auth !== null) return node.auth.origin
  const isSent = ({ name, path }: NamedValue) =>
    isCredentialName(name) && !leftOut.some((field) => field.path === path && field.name === name)
  const header = node.headers.find(isSent)
  if (header !== undefined) {
    const owner = header.path === connectionPath ? 'the connection' : 'the node'
    return { words: `the header ${quoteName(header.name)} of ${owner}`, path: header.path }
  }
  const parameter = node.query.find(isSent)
  if (parameter !== undefined)
    return { words: `the parameter ${quoteName(parameter.name)} of the node`, path: parameter.path }
  if (node.signing !== null) return signature
  const isInUrl = warnings.some(({ code, path }) => code === 'credential_in_url' && path === '/node/url')
  if (isInUrl) return { words: 'the URL of the node', path: '/node/url' }
  const hasCertificate = node.tls?.secretNames.certificate !== undefined
  return hasCertificate ? { words: 'the certificate in "tls" of the node', path: '/node/tls' } : null
}

const signature: Credential = { words: '"signing" of the node', path: '/node/signing' }

/** The place of a credential that a node lacks. */
export const placeOfNone = '/node/auth'

/** What the target says about the credential in `WWW-Authenticate`; null without that header. */
export function readChallenge({ headers }: ReadableResponse): Challenge | null {
  const header = headerValue(headers, 'www-authenticate')
  return header === undefined ? null : parseChallenge(header)
}

/** Explains 401 and 403. `words`: those of the target, as it wrote them; `quote`: the same between quotation marks, or null. */
export function explainCredential(
  node: ExplainedNode,
  response: ReadableResponse,
  sent: SentRequest,
  { words, quote }: { readonly words: string; readonly quote: string | null },
): Explanation {
  return new Refusal(node, response, sent, spread(words), quote === null ? '' : `: ${quote}`).explain()
}

class Refusal {
  readonly #node: ExplainedNode
  readonly #response: ReadableResponse
  readonly #sent: SentRequest
  readonly #words: string
  /** The quotation behind a colon, or nothing. */
  readonly #said: string

  constructor(
    node: ExplainedNode,
    response: ReadableResponse,
    sent: SentRequest,
    words: string,
    said: string,
  ) {
    this.#node = node
    this.#response = response
    this.#sent = sent
    this.#words = words
    this.#said = said
  }

  explain(): Explanation {
    const isOfSignature = this.#node.signing !== null && /\bsignature\b/i.test(this.#words)
    const credential = isOfSignature ? signature : findCredential(this.#node, this.#sent)
    if (credential === null) return this.#explainNone()
    return (
      this.#explainRepeatedScheme(credential) ??
      (this.#response.status === 403 ? this.#explainForbidden(credential) : null) ??
      this.#explainScheme(credential) ??
      this.#explainUnseen(credential) ?? {
        hint: `The target does not accept the credential${this.#said}. It comes from ${credential.words}: check the token or secret there.`,
        path: credential.path,
      }
    )
  }

  #explainNone(): Explanation {
    const omitted = explainLeftOut(this.#sent).find(({ name }) => isCredentialName(name))
    const { status } = this.#response
    if (omitted !== undefined)
      return { hint: `${omitted.message} The target answers ${status}${this.#said}.`, path: omitted.path }
    if (status === 403 && showsFirewall(this.#response, this.#words))
      return {
        hint: `${this.#turnedAway} Ask the operator of the target to admit the service. The node sends no credential: if it is admitted and the target wants one, set "auth".`,
        path: '/node/url',
      }
    const offered = readOfferedSchemes(this.#response)
    const own = adviseOnOwnScheme(this.#response)
    const asked = offered === null ? '' : ` The target asks for ${offered}.${own}`
    const refused = `The node sends no credential, and the target answers ${status}${this.#said}.`
    const cure =
      status === 401
        ? 'Set "auth", or the header that the target expects.'
        : 'If the target wants one, set "auth" or the header that it expects.'
    return own === ''
      ? { hint: `${refused}${asked} ${cure}`, path: placeOfNone }
      : { hint: `${refused}${asked}`, path: '/node/headers' }
  }

  get #turnedAway(): string {
    return `Something in front of the target, such as a firewall, turns the call away${this.#said}.`
  }

  /** What 403 says apart from a refused credential; null if it says that as well. */
  #explainForbidden({ words, path }: Credential): Explanation | null {
    if (isTurnedAway(this.#response, this.#words))
      return {
        hint: `${this.#turnedAway} Ask the operator of the target to admit the service; if it is admitted, look at the permission of the credential, which comes from ${words}.`,
        path: '/node/url',
      }
    if (/^missing authentication token$/i.test(this.#words.trim()))
      return {
        hint: `The target answers 403${this.#said}. A gateway of AWS says so of a path or a method that it does not have, and of a call without a signature. Check the URL and the method first; the credential comes from ${words}.`,
        path: '/node/url',
      }
    if (refusesCredential(this.#words) || missesCredential(this.#words)) return null
    if (isNotEnabled(this.#words))
      return {
        hint: `The API is not enabled for the account of the credential${this.#said}. Enable it at the target: the credential, which comes from ${words}, can stay.`,
        path,
      }
    return {
      hint: `The credential lacks the permission${this.#said}. It comes from ${words}: give it the permission at the target, or use another one.`,
      path,
    }
  }

  #explainRepeatedScheme({ words, path }: Credential): Explanation | null {
    if (!repeatsScheme(this.#sent, this.#response)) return null
    const hint = `The header Authorization names its scheme twice: leave the word out of the token in ${words}.`
    return { hint, path }
  }

  #explainScheme({ words, path }: Credential): Explanation | null {
    const scheme = findScheme(this.#sent)
    const { schemes } = readChallenge(this.#response) ?? { schemes: [] }
    const isOffered = schemes.some((offered) => offered.toLowerCase() === scheme?.toLowerCase())
    if (scheme === null || schemes.length === 0 || isOffered) return null
    const offered = readOfferedSchemes(this.#response)
    const asks = `The target asks for ${offered ?? `another scheme than ${scheme}`}`
    const sends = offered === null ? '' : `, and ${words} sends ${scheme}`
    return { hint: `${asks}${sends}${this.#said}. ${adviseOnScheme(this.#response, words)}`, path }
  }

  /** The target finds no credential although the node sends one. */
  #explainUnseen({ words, path }: Credential): Explanation | null {
    if (!missesCredential(this.#words) || ofApache.test(this.#words)) return null
    const hint = `The target finds no credential${this.#said}. ${capitalized(words)} sends one, so the target looks for it elsewhere: change the name of its header or parameter, or its scheme, to what the target expects.`
    return { hint, path: this.#node.auth?.namePath ?? path }
  }
}

/** Apache's page for 401 names both causes, a wrong credential first. */
const ofApache = /\bsupplied\s+the\s+wrong\s+credentials\b/i

function capitalized(words: string): string {
  return `${words[0]?.toUpperCase()}${words.slice(1)}`
}

/** The words of names of errors, such as `SignatureDoesNotMatch` and `missing_api_key`, apart. */
export function spread(text: string): string {
  return text
    .slice(0, maxWords)
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .replaceAll('_', ' ')
}

const maxWords = 2_000

/** Whether a 403 is about where the call comes from: a page is that of a firewall or a proxy, and not of an API. */
function isTurnedAway(response: ReadableResponse, words: string): boolean {
  return (
    isHtmlPage(response) ||
    /\b(?:IP|IPs|firewall|blocked|captcha|country|region)\b/i.test(words) ||
    showsFirewall(response, words)
  )
}

/** Whether a response is one of a firewall, by the names and words of the well-known ones. */
function showsFirewall(response: ReadableResponse, words: string): boolean {
  const { headers } = response
  if (
    ['cf-mitigated', 'x-amzn-waf-action', 'x-iinfo', 'x-sucuri-block'].some(
      (name) => headerValue(headers, name) !== undefined,
    )
  )
    return true
  if (!isHtmlPage(response)) return /\b(?:firewall|WAF|captcha|cloudflare)\b/i.test(words)
  return ofFirewall.test(words) || ofFirewall.test(response.text.slice(0, maxPage))
}

const maxPage = 16_384

const ofFirewall =
  /\bfirewall\b|\bWAF\b|\bcloudflare\b|\bakamai|edgesuite|\bincapsula\b|\bimperva\b|\bsucuri\b|\bdatadome\b|\bperimeterx\b|\bmod_?security\b|\bcaptcha\b|attention required|just a moment|access denied|access to this page has been denied|(?:request|you have been|IP address|has been) blocked|request could not be satisfied|reference #|support ID is|administrative rules|pardon our interruption|are you a (?:human|robot)/i

/** Whether a target answers 403 to a credential that it does not know, as some do. */
function refusesCredential(words: string): boolean {
  return (
    /\b(?:invalid|expired|incorrect|wrong|unknown|revoked|malformed|bad|mis-?match|(?:does|do|did) not match|not recogni[sz]ed)\b/i.test(
      words,
    ) && credentialWord.test(words)
  )
}

const credentialWord = /\b(?:keys?|tokens?|credentials?|password|signature|secret)\b/i

/** Whether a target says that a call has no credential. */
function missesCredential(words: string): boolean {
  const sought = /\b(?:api ?keys?|keys?|tokens?|credentials?|authentication|authori[sz]ation|auth)\b/i
  return sought.test(words) && saysNone.test(words)
}

const saysNone =
  /\b(?:missing|absent|required|no (?:valid )?(?:api|auth\w*|access|bearer|keys?|tokens?|credentials?|security|subscription)|not (?:found|provided|supplied|present|specified|included|sent|given|set)|without|(?:did not|didn't|must|should|please) (?:provide|send|include|supply|specify|pass|be (?:provided|sent|included|supplied|specified|passed)))\b/i

/** Whether a target says that the account has not switched on the API. */
function isNotEnabled(words: string): boolean {
  return ofApi.test(words) && notEnabled.test(words)
}

const ofApi = /\b(?:APIs?|service|project|access not configured)\b/i
const notEnabled =
  /\bhas not been used in project\b|\b(?:is|has been|service) disabled\b|\b(?:not|hasn't been|isn't) enabled\b|\baccess not configured\b/i

/** The scheme of a header `Authorization` is shown only if it is known: anything else may be a part of the credential. */
const knownSchemes =
  /^(Basic|Bearer|Digest|Negotiate|NTLM|Token|ApiKey|Api-Key|OAuth|DPoP|Hawk|AWS4-HMAC-SHA256) /i

function findScheme({ request }: SentRequest): string | null {
  const header = request === null ? undefined : headerValue(request.headers, 'authorization')
  return knownSchemes.exec(header ?? '')?.[1] ?? null
}

/** Not asked of a secret of the service, of which no part may be told. */
function repeatsScheme({ request }: SentRequest, { maskers }: ReadableResponse): boolean {
  const header =
    request === null || maskers.stored !== null ? undefined : headerValue(request.headers, 'authorization')
  return /^(?:Basic|Bearer|Token) +(?:Basic|Bearer|Token) /i.test(header ?? '')
}

function readOfferedSchemes(response: ReadableResponse): string | null {
  const schemes = readChallenge(response)?.schemes ?? []
  const quote = schemes.length === 0 ? null : quoteTarget(response, schemes.join(' or '), 60)
  return quote === null || quote.endsWith('…') ? null : quote.slice(1, -1)
}

/** The schemes that `auth` of a node can send. */
const types: Readonly<Record<string, string>> = {
  basic: 'basic',
  bearer: 'bearer',
  digest: 'digest',
  'aws4-hmac-sha256': 'awsSigV4',
}

/** Schemes that need an answer of the target, or a computation, before the credential can be sent. */
const ofExchange: ReadonlySet<string> = new Set([
  ...['negotiate', 'ntlm', 'kerberos', 'hoba', 'mutual', 'vapid', 'gnap'],
  ...['scram-sha-1', 'scram-sha-256', 'dpop', 'hawk', 'oauth', 'signature'],
])

function adviseOnScheme(response: ReadableResponse, words: string): string {
  const schemes = readChallenge(response)?.schemes ?? []
  const type = schemes.map((scheme) => types[scheme.toLowerCase()]).find((known) => known !== undefined)
  if (type !== undefined) return `Set the type of "auth" to "${type}".`
  const own = adviseOnOwnScheme(response)
  if (own !== '') return `${own.trimStart()} Write it in place of ${words}.`
  return schemes.every((scheme) => ofExchange.has(scheme.toLowerCase()))
    ? 'The node cannot send that: ask the operator of the target for a token or an API key.'
    : 'Set a header Authorization with the scheme and the token that the documentation of the target shows.'
}

/** A scheme with a token behind it can be sent as a header. Empty if the target asks for another kind of scheme. */
function adviseOnOwnScheme(response: ReadableResponse): string {
  const schemes = readChallenge(response)?.schemes ?? []
  const scheme = schemes.find(
    (name) => !ofExchange.has(name.toLowerCase()) && !Object.hasOwn(types, name.toLowerCase()),
  )
  const isKnown = schemes.some((name) => Object.hasOwn(types, name.toLowerCase()))
  const quote = scheme === undefined || isKnown ? null : quoteTarget(response, scheme, 40)
  if (quote === null || !/^"[\w.-]+"$/.test(quote)) return ''
  return ` A header does that: {"name": "Authorization", "value": "${quote.slice(1, -1)} {{ secrets.token }}"}.`
}

/** Words of a target that answers a success and refuses the credential in its body, as names of errors and in sentences. */
const refusedInBody =
  /\b(?:invalid (?:auth|authentication|api ?key|token|access token|credentials?|grant|client)|not authed|un-?authenticated|un-?authori[sz]ed|not authori[sz]ed|account inactive|token (?:is )?(?:expired|revoked|invalid)|expired token|(?:authentication|login) (?:is )?(?:required|failed)|no (?:auth|token))\b/i

/** Explains a success whose body refuses the credential; null if it does not. */
export function adviseOnRefusalInBody(
  node: ExplainedNode,
  sent: SentRequest,
  words: string,
): { readonly advice: string; readonly path: string } | null {
  if (!refusedInBody.test(spread(words))) return null
  const credential = findCredential(node, sent)
  return credential === null
    ? { advice: 'The node sends no credential: set "auth".', path: placeOfNone }
    : { advice: `Check the credential, which comes from ${credential.words}.`, path: credential.path }
}
