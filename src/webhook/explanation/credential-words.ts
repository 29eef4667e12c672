/** Whether a target answers 403 to a credential that it does not know, as some do. */
export function refusesCredential(words: string): boolean {
  // Both stand in one clause.
  const clauses = words.replace(ofRights, '').split(/[.;]/)
  return clauses.some((clause) => saysWrong.test(clause) && credentialWord.test(clause))
}

const saysWrong =
  /\b(?:invalid|expired|incorrect|wrong|unknown|revoked|malformed|bad|mis-?match|no(?:t| longer) valid|(?:does|do|did) not match|not recogni[sz]ed)\b/i
const credentialWord = /\b(?:keys?|tokens?|credentials?|password|signature|secret)\b/i

/** Whether a target says that the time of the credential is over, or that it was taken back: it knows it, and needs another one. */
export function saysEnded(words: string): boolean {
  return words.split(/[.;]/).some((clause) => hasEnded.test(clause) && ofHolder.test(clause))
}

/** Whether a target says of the credential itself that it is no good, and not of the way in which it was sent. */
export function saysNoGood(words: string): boolean {
  const clauses = words.replace(ofRights, '').split(/[.;]/)
  return clauses.some((clause) => isNoGood.test(clause) && ofHolder.test(clause) && !ofWay.test(clause))
}

const hasEnded = /\b(?:expired|revoked|no longer valid)\b/i
const isNoGood =
  /\b(?:invalid|invalidated|incorrect|wrong|unknown|deactivated|disabled|deleted|not (?:valid|recogni[sz]ed|found))\b/i
const ofHolder = /\b(?:tokens?|jwt|keys?|session|credentials?|secret|password|login)\b/i
/** What stands around a credential on its way. */
const ofWay = /\b(?:schemes?|types?|formats?|headers?|methods?|malformed)\b/i

/** Whether a target says that a call has no credential. */
export function missesCredential(words: string): boolean {
  const sought = /\b(?:api ?keys?|keys?|tokens?|credentials?|authentication|authori[sz]ation|auth)\b/i
  const text = words.replace(ofRights, '')
  return sought.test(text) && saysNone.test(text)
}

/** What a token lacks is no token. */
const ofRights =
  /\b(?:required|missing|necessary|sufficient) (?:\w+ )?(?:permissions?|scopes?|roles?|privileges?|access(?! (?:tokens?|keys?)\b)|rights?|entitlements?)\b|\b(?:permissions?|scopes?|roles?|privileges?)(?: \w+)? (?:is|are)? ?(?:required|missing)\b/gi

/** A credential that is "not found" is one that the target looked up, and does not know. */
const saysNone =
  /\b(?:missing|absent|required|no (?:valid )?(?:api|auth\w*|access|bearer|keys?|tokens?|credentials?|security|subscription)|not (?:provided|supplied|present|specified|included|sent|given|set)|without|(?:did not|didn't|must|should|please) (?:provide|send|include|supply|specify|pass|be (?:provided|sent|included|supplied|specified|passed)))\b/i

/** Whether a target says that the account has not switched on the API. */
export function isNotEnabled(words: string): boolean {
  return ofApi.test(words) && notEnabled.test(words)
}

const ofApi = /\b(?:APIs?|service|project|access not configured)\b/i
const notEnabled =
  /\bhas not been used in project\b|\b(?:is|has been|service) disabled\b|\b(?:not|hasn't been|isn't) enabled\b|\baccess not configured\b/i

/** Whether a target that knows the credential says that it may not do this. */
export function lacksPermission(words: string): boolean {
  return /\b(?:(?:not|n't) (?:allowed|permitted|authori[sz]ed) to|permissions?|insufficient scope|scope mis\w{1,8}|privileges?|forbidden)\b/i.test(
    words,
  )
}

/** Words of a target that answers a success and refuses the credential in its body, as names of errors and in sentences. */
const refusedInBody =
  /\b(?:invalid (?:auth|authentication|api ?key|token|access token|credentials?|grant|client)|not authed|un-?authenticated|un-?authori[sz]ed|not authori[sz]ed|account inactive|token (?:is )?(?:expired|revoked|invalid)|expired token|(?:authentication|login) (?:is )?(?:required|failed)|no (?:auth|token)|access ?denied)\b/i

/** Whether a body refuses the credential although the status is a success. */
export function refusesInBody(words: string): boolean {
  return refusedInBody.test(words)
}

/** Whether a body says that the credential is known and has too few rights, although the status is a success. */
export function lacksScope(words: string): boolean {
  return /\b(?:missing|insufficient|invalid|required) (?:scopes?|permissions?|privileges?)\b|\bno permission\b|\bpermission denied\b|\b(?:not|n't) (?:allowed|permitted) token\b/i.test(
    words,
  )
}
