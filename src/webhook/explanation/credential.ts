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
  return isInUrl ? { words: 'the URL of the node', path: '/node/url' } : null
}

const signature: Credential = { words: '"signing" of the node', path: '/node/signing' }

/** The place of a credential that a node lacks. */
export const placeOfNone = '/node/auth'

/** What the target says about the credential in `WWW-Authenticate`; null without that header. */
export function readChallenge({ headers }: ReadableResponse): Challenge | null {
  const header = headerValue(headers, 'www-authenticate')
  return header === undefined ? null : parseChallenge(header)
}

/** Explains 401 and 403. `quote`: the words of the target between quotation marks, or null. */
export function explainCredential(
  node: ExplainedNode,
  response: ReadableResponse,
  sent: SentRequest,
  quote: string | null,
): Explanation {
  const isOfSignature = node.signing !== null && /\bsignature\b/i.test(quote ?? '')
  const credential = isOfSignature ? signature : findCredential(node, sent)
  const path = credential?.path ?? placeOfNone
  const said = quote === null ? '' : `: ${quote}`
  const { status } = response
  const scheme = findScheme(sent)
  const offered = readOfferedSchemes(response)
  if (credential === null) {
    const asked = offered === null ? '' : ` The target asks for ${offered}.`
    const refused = `The node sends no credential, and the target answers ${status}${said}.`
    const cure =
      status === 401
        ? 'Set "auth", or the header that the target expects.'
        : 'If the target wants one, set "auth" or the header that it expects.'
    return { hint: `${refused}${asked} ${cure}`, path }
  }
  if (status === 403 && isTurnedAway(response, quote ?? ''))
    return {
      hint: `Something in front of the target, such as a firewall, turns the call away${said}. Ask the operator of the target to admit the service; if it is admitted, look at the permission of the credential, which comes from ${credential.words}.`,
      path: '/node/url',
    }
  if (repeatsScheme(sent, response))
    return {
      hint: `The header Authorization names its scheme twice: leave the word out of the token in ${credential.words}.`,
      path,
    }
  if (status === 403 && !refusesCredential(quote ?? ''))
    return {
      hint: `The credential lacks the permission${said}. It comes from ${credential.words}: give it the permission at the target, or use another one.`,
      path,
    }
  if (offered !== null && scheme !== null && !offers(response, scheme))
    return {
      hint: `The target asks for ${offered}, and ${credential.words} sends ${scheme}${said}. ${adviseOnScheme(response)}`,
      path,
    }
  const refused = `The target does not accept the credential${said}. It comes from ${credential.words}`
  return { hint: `${refused}: check the token or secret there.`, path }
}

/** Whether a 403 is about where the call comes from: a page is that of a firewall or a proxy, and not of an API. */
function isTurnedAway(response: ReadableResponse, quote: string): boolean {
  return isHtmlPage(response) || /\b(?:IP|IPs|firewall|blocked|captcha|country|region)\b/i.test(quote)
}

/** Whether a target answers 403 to a credential that it does not know, as some do. */
function refusesCredential(quote: string): boolean {
  return (
    /\b(?:invalid|expired|incorrect|wrong|unknown|revoked|malformed|bad)\b/i.test(quote) &&
    credentialWord.test(quote)
  )
}

const credentialWord = /\b(?:key|token|credentials?|password|signature|secret)\b/i

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

function offers(response: ReadableResponse, scheme: string): boolean {
  const schemes = readChallenge(response)?.schemes ?? []
  return schemes.some((offered) => offered.toLowerCase() === scheme.toLowerCase())
}

/** The schemes that `auth` of a node can send. */
const types: Readonly<Record<string, string>> = { basic: 'basic', bearer: 'bearer' }

function adviseOnScheme(response: ReadableResponse): string {
  const schemes = readChallenge(response)?.schemes ?? []
  const type = schemes.map((scheme) => types[scheme.toLowerCase()]).find((known) => known !== undefined)
  return type === undefined
    ? 'The node cannot send that: ask the operator of the target for a token or an API key.'
    : `Set the type of "auth" to "${type}".`
}
