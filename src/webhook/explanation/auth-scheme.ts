import { quoteTarget } from '../response/quote-target.ts'
import type { ReadableResponse } from '../response/readable-response.ts'
import { headerValue } from '../wire/headers.ts'
import { readChallenge } from './credential.ts'
import type { SentRequest } from './explained-node.ts'

/** The scheme of a header `Authorization` is shown only if it is known: anything else may be a part of the credential. */
const knownSchemes =
  /^(Basic|Bearer|Digest|Negotiate|NTLM|Token|ApiKey|Api-Key|OAuth|DPoP|Hawk|AWS4-HMAC-SHA256) /i

/** The scheme that a request sends, if it is a known one. */
export function findScheme({ request }: SentRequest): string | null {
  const header = request === null ? undefined : headerValue(request.headers, 'authorization')
  return knownSchemes.exec(header ?? '')?.[1] ?? null
}

/** The schemes that the target asks for, as a text. */
export function readOfferedSchemes(response: ReadableResponse): string | null {
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

/** Words in the place of a scheme for a credential that goes into a header, parameter or cookie of its own, as Kong writes them. */
const ofOwnPlace = /^(?:key|header|cookie|session|form|formbased)$/i
const ofKeyOrScheme = /^api_?-?key$/i

/** Whether the target asks for a credential that has a place of its own, and is none of the header Authorization. */
export function asksForOwnPlace(response: ReadableResponse, scheme: string | null): boolean {
  const schemes = readChallenge(response)?.schemes ?? []
  const isOfKey = (name: string) => ofOwnPlace.test(name) || (scheme === null && ofKeyOrScheme.test(name))
  return schemes.length > 0 && schemes.every(isOfKey)
}

/** Where a gateway looks for a key that says no more; empty if it is not known. With a space before it. */
export function describeUsualPlace(response: ReadableResponse): string {
  const isKong = readChallenge(response)?.schemes.some((scheme) => /^key$/i.test(scheme)) ?? false
  return isKong
    ? ' Kong, which asks so, takes it as "apikey" unless its operator has named it otherwise.'
    : ''
}

/** How to send a scheme that the target asks for in place of the credential. */
export function adviseOnScheme(response: ReadableResponse, words: string): string {
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
export function adviseOnOwnScheme(response: ReadableResponse): string {
  const schemes = readChallenge(response)?.schemes ?? []
  const scheme = schemes.find(
    (name) =>
      !ofExchange.has(name.toLowerCase()) &&
      !Object.hasOwn(types, name.toLowerCase()) &&
      !ofOwnPlace.test(name),
  )
  const isKnown = schemes.some((name) => Object.hasOwn(types, name.toLowerCase()))
  const quote = scheme === undefined || isKnown ? null : quoteTarget(response, scheme, 40)
  if (quote === null || !/^"[\w.-]+"$/.test(quote)) return ''
  return ` A header does that: {"name": "Authorization", "value": "${quote.slice(1, -1)} {{ secrets.token }}"}.`
}
