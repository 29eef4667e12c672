import { minMaskLength } from '../../contract/names.ts'
import { isObject, type JsonObject, maxJsonDepth, parseJson } from '../values/json.ts'
import type { TargetResponse } from '../wire/outcome.ts'

/** What a token endpoint answers (RFC 6749, sections 5.1 and 5.2). */
export type TokenResponse =
  | {
      readonly kind: 'token'
      readonly token: string
      /** Null if the response does not say how long the token is valid. */
      readonly lifetimeMs: number | null
    }
  /** An error of OAuth: the client, or what it asks for, is wrong. */
  | {
      readonly kind: 'refused'
      readonly status: number
      readonly error: string
      /** `error_description`, or nothing. */
      readonly description: string
    }
  /** `problem`: the end of a sentence about the answer. */
  | { readonly kind: 'unusable'; readonly problem: string }

/** The largest answer of a token endpoint, in bytes. */
export const maxTokenResponse = 65_536

/** The longest token, in characters: a header has room for no longer one. */
const maxTokenLength = 8_192 - 'Bearer '.length

/** Reads the answer of a token endpoint. It is JSON in UTF-8, whatever its label says. */
export function readTokenResponse({ status, body, ending }: TargetResponse): TokenResponse {
  const json = ending === 'complete' && body.length <= maxTokenResponse ? readObject(body) : null
  if (ofClient.has(status) && typeof json?.error === 'string')
    return { kind: 'refused', status, error: json.error.slice(0, 60), description: describe(json) }
  if (status >= 300 && status < 400) return unusable(`has status ${status}, and redirects are not followed`)
  if (status < 200 || status > 299) return unusable(`has status ${status}`)
  if (body.length > maxTokenResponse || ending === 'capped')
    return unusable(`is larger than ${maxTokenResponse} bytes`)
  if (ending !== 'complete') return unusable('broke off, or has a content coding that cannot be decoded')
  if (json === null) return unusable(`has status ${status}, but is not a JSON object`)
  return readToken(json)
}

function describe({ error_description: description }: JsonObject): string {
  return typeof description === 'string' ? description : ''
}

/** The statuses with which servers refuse a client; RFC 6749 has the first two. */
const ofClient: ReadonlySet<number> = new Set([400, 401, 403])

function readToken(json: JsonObject): TokenResponse {
  const { access_token: token, token_type: type = null, expires_in: lifetime } = json
  if (typeof token !== 'string' || token === '') return unusable('has no "access_token"')
  // Servers leave the type out, although it is required.
  if (type !== null && (typeof type !== 'string' || type.toLowerCase() !== 'bearer'))
    return unusable('has a "token_type" other than "Bearer"')
  if (token.length > maxTokenLength)
    return unusable(`has an "access_token" of more than ${maxTokenLength} characters, too long for a header`)
  if (!/^[\x21-\x7e]+$/.test(token))
    return unusable('has an "access_token" with a character that is not visible ASCII')
  if (token.length < minMaskLength)
    return unusable(`has an "access_token" of less than ${minMaskLength} characters, too short to be masked`)
  return { kind: 'token', token, lifetimeMs: readLifetime(lifetime) }
}

function unusable(problem: string): TokenResponse {
  return { kind: 'unusable', problem }
}

/** Many servers write the seconds as a text. What is no number of seconds says nothing. */
function readLifetime(seconds: unknown): number | null {
  const given =
    typeof seconds === 'string' && /^\d{1,12}(?:\.\d{1,3})?$/.test(seconds) ? Number(seconds) : seconds
  return typeof given === 'number' && given > 0 && Number.isFinite(given) ? given * 1_000 : null
}

function readObject(body: Buffer): JsonObject | null {
  const parsed = parseJson(new TextDecoder().decode(body), { maxDepth: maxJsonDepth })
  return parsed.ok && isObject(parsed.plain) ? parsed.plain : null
}
