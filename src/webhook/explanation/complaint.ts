import { quoteName } from '../values/text.ts'
import { spread } from './credential.ts'
import { describePause } from './describe-pause.ts'
import type { Explanation } from './explained-node.ts'
import type { Situation } from './situation.ts'
import { namesPath } from './special-status.ts'

/** A complaint whose words tell the cause better than the status does. */
interface Complaint {
  readonly statuses: ReadonlySet<number>
  /** The words have something of each. */
  readonly patterns: readonly RegExp[]
  /** Words that stand for another complaint. */
  readonly unless?: RegExp
  explain(situation: Situation): Explanation | null
}

const refusals: ReadonlySet<number> = new Set([400, 403, 404, 409, 422])
const conflicts: ReadonlySet<number> = new Set([400, 409, 412, 422, 423])

const complaints: readonly Complaint[] = [
  {
    statuses: new Set([400, 401, 403, 410]),
    patterns: [
      /\b(?:request|url|link|signature|policy|timestamp|time|clock)\b/i,
      /\b(?:expired|too old|too far|too skewed|skew|out of range|in the future|outside)\b/i,
    ],
    explain: explainTime,
  },
  {
    statuses: new Set([400, 403, 404]),
    patterns: [/\b(?:test|live|sandbox|production) mode\b/i, /\bkey\b|\bexists? in\b/i],
    explain: explainMode,
  },
  {
    statuses: conflicts,
    patterns: [/\bidempoten(?:cy|t)\b/i],
    explain: explainIdempotency,
  },
  {
    statuses: conflicts,
    patterns: [
      /\bdeadlock\b|\block(?:ed)?[ _](?:row|record|timeout|wait|by another|by a)|\bunable to lock\b|\bexclusive access\b|\bconcurrent (?:update|modification|request|write)|\b(?:serialization|transaction) (?:failure|conflict|aborted)|\bplease (?:retry|try again)\b|\b(?:being processed|in progress|still running|still processing)\b/i,
    ],
    explain: explainBusy,
  },
  {
    statuses: new Set([400, 409]),
    patterns: [
      /\bstale (?:object|record|data|version|state)\b|\banother user has (?:already )?(?:changed|modified|updated)\b|\b(?:changed|modified|updated) (?:by|since) (?:another|someone|you)\b/i,
    ],
    explain: explainVersion,
  },
  {
    statuses: new Set([409]),
    patterns: [
      /\b(?:version|revision|etag|stale|modified|out of date)\b/i,
      /\b(?:mis-?match|conflict|stale|outdated|changed|does not match|not the (?:latest|current)|old|modified (?:by|since)|out of date)\b/i,
    ],
    explain: explainVersion,
  },
  {
    statuses: new Set([400, 404, 409, 422]),
    patterns: [
      /\bnot found\b|\b(?:does not|doesn't|do not) exist\b|\bno such\b|\bunknown\b|\bcould ?n[o']t (?:be found|find)\b|\bcannot find\b/i,
    ],
    unless: /\balready\b/i,
    explain: explainThing,
  },
  {
    statuses: new Set([400, 403, 404, 410]),
    patterns: [
      /\b(?:version|endpoint|api|method|operation)\b/i,
      /\b(?:deprecated|no longer (?:available|supported)|sunset|retired|removed|discontinued)\b/i,
    ],
    explain: explainWithdrawn,
  },
]

/** Explains a complaint that tells more than the status of the response; null if the status says it as well. */
export function explainComplaint(situation: Situation): Explanation | null {
  const { status, words } = situation
  if (words === '' || !(refusals.has(status) || conflicts.has(status) || status === 401 || status === 410))
    return null
  const text = spread(words)
  for (const { statuses, patterns, unless, explain } of complaints) {
    if (!statuses.has(status) || unless?.test(text)) continue
    if (!patterns.every((pattern) => pattern.test(text))) continue
    const explained = explain(situation)
    if (explained !== null) return explained
  }
  return null
}

/** A complaint about the Idempotency-Key has the name of a header that the node sends, and is no complaint about its value. */
export function explainKeyInUse(situation: Situation): Explanation | null {
  const text = spread(situation.words)
  const isSo = conflicts.has(situation.status) && ofRunning.test(text) && /\bidempoten(?:cy|t)\b/i.test(text)
  return isSo ? explainIdempotency(situation) : null
}

/** Words about an earlier call that has not ended. */
const ofRunning = /\bin[- ]progress\b|\bin use\b|\bstill (?:going|running|processing)\b/i

/** A signed URL holds for a time, and a signed message for some minutes. */
function explainTime(situation: Situation): Explanation | null {
  const { node, said, credential, words } = situation
  if (/\b(?:token|session|key|password)\b/i.test(words)) return null
  if (node.signing !== null && /\b(?:signature|timestamp|time)\b/i.test(words))
    return {
      hint: `The target finds the time of the signature too old or too new${said}. Compare the form of the time in "signing" with its documentation, seconds or milliseconds; if they agree, the clock of the service or of the target is wrong.`,
      path: '/node/signing',
    }
  if (/\bURL\b/.test(credential?.words ?? '') || /\b(?:url|link|policy)\b/i.test(words))
    return {
      hint: `The URL holds for a time only, and that is over${said}. Fetch a new one in a node before this one, and use it at once: no other credential helps.`,
      path: '/node/url',
    }
  if (/\bsignature\b|\bskew|\btimestamp\b/i.test(words))
    return {
      hint: `The target finds the time of the signature too old or too new${said}. The signature has to be made for each call, and not be kept; if it is, compare the clocks of the signer and of the target.`,
      path: credential?.path ?? '/node/headers',
    }
  return null
}

/** Test data and live data have keys of their own. */
function explainMode({ said, credential, words }: Situation): Explanation | null {
  if (credential === null) return null
  const [, mode = ''] = /\bexists? in (test|live|sandbox|production) mode\b/i.exec(words) ?? []
  const key = mode === '' ? 'the mode that it names' : `${mode.toLowerCase()} mode`
  return {
    hint: `The key and what the request refers to belong to different modes of the target${said}. Use a key of ${key}, or an id of the mode of this key. It comes from ${credential.words}.`,
    path: credential.path,
  }
}

function explainIdempotency(situation: Situation): Explanation {
  const { said, status, missed, words } = situation
  const text = spread(words)
  const isRunning = ofRunning.test(text)
  if (
    !isRunning &&
    /\b(?:same|different|other) (?:param|request|body|payload|argument)|\bmismatch|\breused?\b|\balready been used\b/i.test(
      text,
    )
  )
    return {
      hint: `The target has had this Idempotency-Key with another request${said}. A changed request needs a key of its own: "idempotencyKey" beside the node, or the header where the node sets one.`,
      path: situation.node.headers.find(({ name }) => /^idempotency-key$/i.test(name))?.path ?? missed.path,
    }
  if (!isRunning && /\b(?:required|missing|must)\b/i.test(text))
    return {
      hint: `The target wants an Idempotency-Key${said}. Set "idempotent": true in the node, and the service sends one.`,
      path: '/node/idempotent',
    }
  return {
    hint: `The target is still at work on an earlier call with the same Idempotency-Key${said}. Look at the target what came of that call: "repeat" is never, because a ${status} does not say how it ended.`,
    path: missed.path,
  }
}

function explainBusy({ said, status, missed }: Situation): Explanation {
  const { pauseMs } = missed
  const when = pauseMs ? `After ${describePause(pauseMs)}` : 'After a pause'
  return {
    hint: `Another call held the same record at that moment${said}. Nothing in the node is wrong. ${when} the call can be made anew, by hand or by a rule of the flow: "repeat" is never, because a ${status} does not promise that the target did nothing.`,
    path: missed.path,
  }
}

function explainVersion({ said, node, pathOfValues }: Situation): Explanation {
  return {
    hint: `The record has changed since it was read${said}. Fetch it in a node before this one, and send its current version.`,
    path: node.headers.find(({ name }) => /^if-/i.test(name))?.path ?? pathOfValues,
  }
}

/** The version stands in a header or in the URL. */
function explainWithdrawn({ node, said }: Situation): Explanation {
  const header = node.headers.find(({ name }) => /version/i.test(name))
  const words = header === undefined ? 'the path of the URL' : `the header ${quoteName(header.name)}`
  return {
    hint: `The target has withdrawn this version or endpoint${said}. Change ${words} to what its documentation names now.`,
    path: header?.path ?? '/node/url',
  }
}

/** The thing that a target does not find, by the value in its words, or by the field that is called like it. */
function explainThing(situation: Situation): Explanation | null {
  const { status, said, words } = situation
  const ofValue = situation.fieldOfValue
  if (situation.suspects.likely !== null) return null
  if (status === 404 && namesPath(words) && ofValue === null) return null
  const field = ofValue ?? situation.fieldOfReference
  if (field !== null && field.path !== '/node/url')
    return {
      hint: `The target does not find what ${quoteName(field.name)} refers to${said}. Correct the value of ${quoteName(field.name)}, or check whether it belongs to this account or environment.${situation.describeSent(field)}`,
      path: field.path,
    }
  if (status !== 409) return null
  return {
    hint: `The target does not find what the request refers to${said}. Check the ids and names in its values, and whether they belong to this account or environment.`,
    path: situation.pathOfValues,
  }
}
