import { spread } from './credential.ts'
import { describePause } from './describe-pause.ts'
import type { Explanation } from './explained-node.ts'
import { isRateLimited, isUsedUp } from './fault.ts'
import type { Situation } from './situation.ts'

/** Explains a target that counts calls under another status than 429, or an account whose plan is used up. */
export function explainLimit(situation: Situation): Explanation | null {
  const { status, response, said, missed, credential } = situation
  if (isUsedUp(response))
    return {
      hint: `The account at the target has used up what its plan allows, or its plan has ended${said}. Check its plan and billing: before that the same request is refused each time.`,
      path: credential?.path ?? '/node/url',
    }
  if (!isRateLimited(response)) return null
  const wait = missed.pauseMs || missed.resetMs
  const when = wait ? `After ${describePause(wait)}` : 'Once the limit is reset'
  return {
    hint: `The target gets too many calls, and answers ${status}${said}. Slow the flow down. ${when} the call can be made anew, by hand or by a rule of the flow: "repeat" is never, because a ${status} does not promise that the target did nothing.${adviseOnAnonymous(situation)}`,
    path: '/node/retry',
  }
}

/** A target that counts fewer calls of those whom it knows, and says so to one that it does not; with a space before it. */
export function adviseOnAnonymous({ credential, words }: Situation): string {
  return credential === null && ofKnown.test(words)
    ? ' The node sends no credential, and the target allows more calls with one: set "auth".'
    : ''
}

const ofKnown =
  /\bauthenticated (?:requests|calls|users|clients)\b|\b(?:authenticate|log in|sign in|api key|token)\b[^.]{0,40}\b(?:higher|more|increase|larger)\b|\b(?:unauthenticated|anonymous) (?:requests|calls|users|access|clients)\b/i

/** Explains an account that must not do this, whatever its credential is: suspended, or of a plan without it. */
export function explainAccount({ status, words, said, credential }: Situation): Explanation | null {
  if ((status !== 401 && status !== 403) || !isOfAccount(spread(words))) return null
  const whose =
    credential === null ? '' : ` It is the account of the credential, which comes from ${credential.words}.`
  return {
    hint: `The target refuses this account, not the request${said}. Have the account reactivated or its plan changed at the target: the node can stay.${whose}`,
    path: credential?.path ?? '/node/url',
  }
}

function isOfAccount(words: string): boolean {
  return /\b(?:account|user|organi[sz]ation|workspace|tenant|company)\b[^.]{0,40}\b(?:suspended|inactive|disabled|deactivated|locked|closed|banned|blocked|frozen)\b|\b(?:your|current|this|free|basic) (?:plan|subscription|tier)\b|\bupgrade (?:to|your)\b|\b(?:plan|licen[sc]e|subscription) does not include\b/i.test(
    words,
  )
}
