import type { BrokenCall } from './broken-calls.ts'
import { type CallRow, callOf } from './call-row.ts'

const bearer = { auth: { type: 'bearer', token: 'a-wrong-token' } }
const asks = (challenge: string) => ({ 'www-authenticate': challenge })
const renew = 'It comes from "auth" of the node: get a new one at the target, and put it there.'

const ofCredentials: readonly CallRow[] = [
  [
    'a session that has expired, with a challenge of another scheme',
    bearer,
    [401, [{ message: 'Session expired or invalid', errorCode: 'INVALID_SESSION_ID' }], asks('Token')],
    '/node/auth',
    `The target does not accept the credential: "INVALID_SESSION_ID: Session expired or invalid". ${renew}`,
  ],
  [
    'a token that was revoked, with a challenge of another scheme',
    bearer,
    [401, { error: 'The access token has been revoked' }, asks('Basic realm="x"')],
    '/node/auth',
    `The target does not accept the credential: "The access token has been revoked". ${renew}`,
  ],
  [
    'a key that is invalid, with a challenge of another scheme',
    bearer,
    [401, { error: { message: 'Invalid API Key provided' } }, asks('Basic realm="x"')],
    '/node/auth',
    'The target does not accept the credential: "Invalid API Key provided". It comes from "auth" of the node: check the token or secret there. If it is right, send it by the scheme that the target asks for, Basic.',
  ],
  [
    'a credential of which the target says nothing, with a challenge of another scheme',
    bearer,
    [401, { error: 'Unauthorized' }, asks('Basic realm="x"')],
    '/node/auth',
    'The target asks for Basic, and "auth" of the node sends Bearer: "Unauthorized". Set the type of "auth" to "basic".',
  ],
  [
    'a token in the wrong form, with a challenge of another scheme',
    bearer,
    [401, { error: 'Invalid token type' }, asks('Basic realm="x"')],
    '/node/auth',
    'The target asks for Basic, and "auth" of the node sends Bearer: "Invalid token type". Set the type of "auth" to "basic".',
  ],
]

/** Calls of which several places tell something, and one of them the cause. */
export const weighedCalls: readonly BrokenCall[] = [...ofCredentials].map((row) => ({
  ...callOf(row),
  payload: { profile: { email: 'ada@example.com' }, event: { vat: 'DE12' } },
}))
