import type { Decision } from './decide.ts'
import { connectionPath } from './request/member-path.ts'
import { minAttemptMs } from './retry.ts'

/** Why a call with Digest ended with status 401. */
export type DigestEnd =
  /** The target asks for no Digest. */
  | { readonly kind: 'none' }
  /** `problem` follows "the challenge". */
  | { readonly kind: 'unusable'; readonly problem: string; readonly isTooLong?: true }
  /** The nonce was refused, and the request must not, or could not, be sent again. `again`: it was, and the next one, too. */
  | { readonly kind: 'not_repeatable' | 'no_time'; readonly cause: NonceCause }
  | { readonly kind: 'again' }

/**
 * Why a nonce was refused. `expired`: it had run out. `realm`: it is of another realm than the path. `shared`: other requests had it
 * too, and the order of arrival may have been another one; or the credential is wrong.
 */
export type NonceCause = 'expired' | 'realm' | 'shared'

/** Adds to a decision on status 401 what Digest has to do with it. */
export function explainRefusedDigest(decision: Decision, end: DigestEnd): Decision {
  const { reason } = decision
  if (decision.succeeded || reason.code === 'case_met') return decision
  const hint = explain(end)
  // No credential was sent that could be wrong.
  if (end.kind === 'unusable')
    return {
      ...decision,
      reason: {
        ...reason,
        hint: `${hint} Ask the operator of the target for ${end.isTooLong ? 'a shorter challenge' : 'one of these'}, or use a type of "auth" that it takes besides. ${ownerNote(reason.path)}`.trimEnd(),
      },
    }
  // The credential is not what was refused.
  const isOfNonce = 'cause' in end && end.cause !== 'shared'
  return {
    ...decision,
    reason: { ...reason, hint: reason.hint === null || isOfNonce ? hint : `${hint} ${reason.hint}` },
  }
}

function ownerNote(path: string | null): string {
  return path === connectionPath ? 'The operator of the service sets the type in the connection.' : ''
}

function explain(end: DigestEnd): string {
  switch (end.kind) {
    case 'none':
      return 'The answer is no challenge of Digest, so that the service did not send the credential.'
    case 'unusable':
      if (end.isTooLong)
        return `The service cannot answer the target, whose challenge of Digest ${end.problem}: its realm, nonce and opaque stand in the answer, with the user name and the URL, and one of them is too long.`
      return `The service cannot answer the target, whose challenge of Digest ${end.problem}: it knows MD5 and SHA-256, also with -sess, and the qop "auth".`
    case 'not_repeatable':
      return `${causes[end.cause]}; the next call uses a new one. This call was not sent again, because that could write twice: only GET, PUT, DELETE, a request without a body and a node with "idempotent": true are.`
    case 'no_time':
      return `${causes[end.cause]}; the next call uses a new one. With less than ${minAttemptMs} ms left this call was not sent again.`
    case 'again':
      return 'The target refused two nonces in a row that it had given itself.'
  }
}

const causes: Readonly<Record<NonceCause, string>> = {
  expired: 'The nonce of the target had run out',
  realm: 'The path belongs to another realm of the target than the nonce',
  shared: 'The target refused a nonce that several requests had at once',
}
