import type { Failure } from '../contract/failure.ts'
import { connectionPath, memberPath } from '../webhook/request/member-path.ts'
import type { TokenGrant } from '../webhook/request/token-grant.ts'
import { retryAfterMs } from '../webhook/retry-after.ts'
import { headerValue } from '../webhook/wire/headers.ts'
import type { TargetResponse } from '../webhook/wire/outcome.ts'

/** What helps, and the member of `auth` to look at. */
interface Advice {
  readonly member: string
  readonly hint: string
}

/** The errors of OAuth that each have a cure of their own (RFC 6749, section 5.2; RFC 8707, section 2). */
const advices: Readonly<Record<string, Advice>> = {
  invalid_scope: {
    member: 'scope',
    hint: 'Correct "scope" in "auth": the server knows no such scope, or the client may not have it.',
  },
  unauthorized_client: {
    member: 'clientId',
    hint: 'The client may not use the grant client_credentials: allow it where the client is registered, or set "clientId" of another client.',
  },
  unsupported_grant_type: {
    member: 'tokenUrl',
    hint: 'The server does not have the grant client_credentials, the only one of the service, under this address: check "tokenUrl". If it is right, ask the operator of the server for that grant, or for a token that does not expire.',
  },
  invalid_target: {
    member: 'audience',
    hint: 'Correct "audience" in "auth": the server knows no such API.',
  },
  access_denied: {
    member: 'clientId',
    hint: 'The server denies this client a token: have its operator enable the client and the API for it.',
  },
}

/** A refusal of a client, as its token endpoint writes it. */
interface Refusal {
  readonly error: string
  /** `error_description`, or nothing. */
  readonly description: string
}

/** Tells what helps against an error of OAuth, and where. Null for an error that may be about anything. */
export function adviseOnRefusal(
  { error, description }: Refusal,
  { path, request }: Pick<TokenGrant, 'path' | 'request'>,
): Pick<Failure, 'hint' | 'path'> | null {
  const named = findMember(`${error.replaceAll('_', ' ')}. ${description}`)
  const isOfClient = ofClient.test(error) || (named !== null && ofClientAtSome.has(error))
  if (!isOfClient && !Object.hasOwn(advices, error)) return null
  const isInBody = headerValue(request.headers, 'authorization') === undefined
  const { hint, member } = isOfClient ? adviseOnClient(named, isInBody) : (advices[error] as Advice)
  return { hint, path: path === connectionPath ? path : memberPath(path, member) }
}

const ofClient = /^invalid_client(?:_\w{1,20})?$/

/** Other errors that some servers answer to a client that they do not know. */
const ofClientAtSome: ReadonlySet<string> = new Set([
  'unauthorized_client',
  'invalid_request',
  'invalid_grant',
])

type Member = 'clientId' | 'clientSecret' | 'clientAuth'

function adviseOnClient(named: Member | null, isInBody: boolean): Advice {
  if (named !== null) return { member: named, hint: ofMember[named](isInBody) }
  const more = isInBody ? '.' : ', and "clientAuth": some servers take the credentials in the body only.'
  return { member: 'clientSecret', hint: `Check "clientId" and "clientSecret" in "auth"${more}` }
}

const ofMember: Readonly<Record<Member, (isInBody: boolean) => string>> = {
  clientId: () =>
    'Correct "clientId" in "auth": the server knows no such client. If the id is right, tokenUrl is that of another tenant or environment.',
  clientSecret: () =>
    'Correct "clientSecret" in "auth": put the secret there that the server has for this client now, and neither its id nor an old one.',
  clientAuth: (isInBody) =>
    isInBody
      ? 'The credentials go out in the body: set "clientAuth" in "auth" to "basic".'
      : 'The credentials go out in the header Authorization: set "clientAuth" in "auth" to "body".',
}

/** The member of `auth` that words are about; null if they name none, or several. */
function findMember(words: string): Member | null {
  const text = words.slice(0, maxDescription)
  if (ofMethod.test(text)) return 'clientAuth'
  // What follows is advice.
  const told = text.split('. ').find((sentence) => ofSecret.test(sentence) || isOfId(sentence)) ?? ''
  const isOfSecret = ofSecret.test(told)
  if (isOfSecret === isOfId(told) || isMissing.test(told)) return null
  return isOfSecret ? 'clientSecret' : 'clientId'
}

/** What the server does not find may stand where it does not look. */
const isMissing = /\b(?:required|missing|must contain|not (?:provided|supplied|present))\b/i
const maxDescription = 500
const ofMethod =
  /\b(?:client )?auth(?:entication|orization)? method\b|\btoken_endpoint_auth_method\b|\bclient_secret_(?:basic|post)\b/i
const ofSecret = /\b(?:client[ _]?)?secrets?\b/i
const idWords = /\bclient[ _]?id(?:entifier)?\b|\b(?:unknown|no such) (?:client|application)\b/i
const client = /\b(?:application|client|app)\b/i
const isUnknown = /\b(?:not found|unknown|does not exist|not exist|not registered|disabled)\b/i

/** Whether a sentence is about the id of the client. */
function isOfId(sentence: string): boolean {
  return idWords.test(sentence) || (client.test(sentence) && isUnknown.test(sentence))
}

/** Tells what helps against an answer that is no token and no error of OAuth. Null if its status tells nothing. */
export function adviseOnAnswer(
  { status, headers }: Pick<TargetResponse, 'status' | 'headers'>,
  now: Date,
): Pick<Failure, 'hint'> | null {
  if (status >= 300 && status < 400)
    return {
      hint: 'Write the address that it leads to into tokenUrl of "auth". The call can be sent again then: the target was not called.',
    }
  if (status === 404 || status === 405)
    return {
      hint: 'Check the path of tokenUrl in "auth": the server takes no requests for tokens there. The call can be sent again then: the target was not called.',
    }
  if (status === 429) {
    const pause = retryAfterMs(headerValue(headers, 'retry-after'), now)
    const when = pause === null ? '' : ` in ${Math.ceil(pause / 1_000)} s`
    return {
      hint: `The token endpoint gets too many requests. The call can be sent again${when}: the target was not called. If it comes often, ask the operator of the token endpoint for a higher limit.`,
    }
  }
  if (status >= 500)
    return {
      hint: 'The token endpoint itself failed: the operator of tokenUrl finds the cause in its log. The call can be sent again: the target was not called.',
    }
  return null
}
