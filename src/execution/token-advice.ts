import type { Failure } from '../contract/failure.ts'
import { connectionPath, memberPath } from '../webhook/request/member-path.ts'
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
  invalid_client: {
    member: 'clientSecret',
    hint: 'Check "clientId" and "clientSecret" in "auth", and "clientAuth": some servers take the credentials in the body only.',
  },
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

/** Tells what helps against an error of OAuth, and where. Null for an error that may be about anything. */
export function adviseOnRefusal(error: string, authPath: string): Pick<Failure, 'hint' | 'path'> | null {
  if (!Object.hasOwn(advices, error)) return null
  const { hint, member } = advices[error] as Advice
  return { hint, path: authPath === connectionPath ? authPath : memberPath(authPath, member) }
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
