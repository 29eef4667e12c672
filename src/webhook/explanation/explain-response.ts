import type { Warning } from '../../contract/warning.ts'
import type { Clue } from '../response/expectation.ts'
import { quoteTarget } from '../response/quote-target.ts'
import type { ReadableResponse } from '../response/readable-response.ts'
import { findWait } from '../statement/any-statement.ts'
import { isObject } from '../values/json.ts'
import { quoteName } from '../values/text.ts'
import { headerValue, isNamed } from '../wire/headers.ts'
import { explainAwsRefusal } from './aws-refusal.ts'
import { explainCertificate } from './client-certificate.ts'
import { explainComplaint, explainKeyInUse } from './complaint.ts'
import { explainForm, explainNoBody, explainTextOfJson, explainUnreadForm } from './content-type.ts'
import { spread } from './credential.ts'
import { explainDefaulted } from './defaulted.ts'
import { describeCall, ofCall } from './describe-call.ts'
import { describePause } from './describe-pause.ts'
import { explainErrorOfSuccess } from './error-of-success.ts'
import { saysExisting } from './existing.ts'
import {
  type ExplainedNode,
  type Explanation,
  type SentRequest,
  withoutLeftBehind,
} from './explained-node.ts'
import { adviseOnFields, blameWarning, explainFields, explainNamed } from './field-advice.ts'
import { explainInside } from './inside-field.ts'
import { findHeaderName } from './key-header.ts'
import { warningsOfSent } from './left-out.ts'
import { isMistake, isOfValue } from './likely-warning.ts'
import { adviseOnAnonymous, explainAccount, explainLimit } from './limit.ts'
import { explainMethodInWords } from './method-advice.ts'
import { explainMisspelt } from './misspelt-name.ts'
import { saysMissing } from './named-field-words.ts'
import { explainPage } from './page.ts'
import { explainPathPart } from './path-part.ts'
import { explainHiddenByScope } from './permission.ts'
import { explainPlusInQuery } from './plus-in-query.ts'
import { explainRedirectToLogin } from './redirect.ts'
import { adviseOnRefusalInBody, explainKeyNamed, explainRefusal, explainRefusalOfValues } from './refusal.ts'
import { explainPath } from './request-signs.ts'
import { type Missed, Situation } from './situation.ts'
import { explainSpecial } from './special-status.ts'
import { adviseOn, isSuccess, type Place } from './status-advice.ts'
import { adviseOnType } from './value-type.ts'

/**
 * Explains a response that missed an expectation: the cause first, then the words of the target, then what helps. `path` is
 * the part of the node to change. Called only after a miss, because it reads and masks the body.
 */
export function explainResponse(
  node: ExplainedNode,
  response: ReadableResponse,
  missed: Missed,
  sent: SentRequest,
): Explanation {
  const situation = new Situation(withoutLeftBehind(node, sent), response, missed, sent)
  const isOfBody = missed.isStatusAccepted || isSuccess(response.status)
  return withPause(isOfBody ? explainBody(situation) : explainStatus(situation), missed)
}

/** A pause stands in the reply, so the hint says whose it is. */
function withPause(explanation: Explanation, { pauseMs }: Missed): Explanation {
  if (pauseMs === null || pauseMs === 0) return explanation
  const pause = describePause(pauseMs)
  if (explanation.hint.includes(pause)) return explanation
  return { ...explanation, hint: `${explanation.hint} The target asks for a pause of ${pause}.` }
}

/** The status is accepted: the body is the cause, or what was asked for. */
function explainBody(situation: Situation): Explanation {
  const { path, clue } = situation.missed
  const page = explainPage(situation)
  if (page !== null) return page
  const { named, likely } = situation.suspects
  const why = clue?.text ?? 'Compare the response with the expectation.'
  const isShown = situation.quote !== null && why.includes(situation.quote)
  const said = situation.quote === null || isShown ? '' : `The target says: ${situation.quote}. `
  const isDamaged = clue?.fault !== undefined
  const cause = isDamaged ? null : (named[0] ?? (foundNothing(clue, likely) ? likely : null))
  if (cause !== null) return blameWarning(situation, cause, `${said}${why}`)
  const refusal =
    situation.quote === null ? null : (adviseOnRefusalInBody(situation) ?? explainErrorOfSuccess(situation))
  if (refusal !== null) {
    const { hint, ...rest } = refusal
    return { hint: `${said}${isOfStatusAlone(clue) ? '' : `${why} `}${hint}`, ...rest }
  }
  const doubt = likely === null || clue?.isCertain ? '' : ` ${likely.message}`
  return { hint: `${said}${why}${doubt}`, path }
}

/** A status of success that is not the expected one tells nothing beside what the target says. */
function isOfStatusAlone(clue: Clue | null): boolean {
  return clue?.isOfList === true
}

/** A search whose parameter went out empty finds nothing. An empty value elsewhere does not explain that. */
function foundNothing(clue: Clue | null, warning: Warning | null): boolean {
  if (!clue?.isNothing || warning === null || !isMistake(warning)) return false
  return /^\/node\/(?:url|query)(?:\/|$)/.test(warning.path ?? '')
}

/** The status is the cause, or a sign of it. The order is that of the evidence: what the target says outranks what its status means. */
const bySign: readonly ((situation: Situation) => Explanation | null)[] = [
  ({ node, response }) => explainCertificate(node, response),
  ({ node, response }) => explainAwsRefusal(node, response),
  explainSlash,
  explainRedirectToLogin,
  explainLimit,
  explainAccount,
  explainToken,
  explainForm,
  explainTextOfJson,
  explainNoBody,
  explainMethodInWords,
  explainNotSent,
  explainHiddenByScope,
  explainKeyInUse,
  explainUnreadForm,
  explainKeyNamed,
  explainPlusInQuery,
  explainNamed,
  explainDefaulted,
  explainComplaint,
  explainLikely,
  explainPath,
  (situation) => (situation.status === 401 || situation.status === 403 ? explainRefusal(situation) : null),
  explainRefusalOfValues,
  (situation) => explainFields(situation, situation.fields),
  explainPathPart,
  explainFailure,
  (situation) =>
    situation.status === 404 || situation.senderFault === 'values' ? explainValue(situation) : null,
  explainSpecial,
  explainExisting,
  explainValue,
]

function explainStatus(situation: Situation): Explanation {
  for (const explain of bySign) {
    const explained = explain(situation)
    if (explained !== null) return explained
  }
  return advise(situation)
}

/** The target names no field, and has the value of one in its words. */
function explainValue(situation: Situation): Explanation | null {
  const field =
    (situation.isOfValues && situation.status !== 409) ||
    situation.status === 404 ||
    situation.senderFault === 'values'
      ? situation.fieldOfValue
      : null
  if (field === null || field.path === '/node/url') return null
  const type = adviseOnType(situation, field)
  const check = type ?? `These words have the value of ${quoteName(field.name)}: check it.`
  return { hint: `${situation.answer} ${check}${situation.describeSent(field)}`, path: field.path }
}

/** A warning that may have led to the response. */
function explainLikely(situation: Situation): Explanation | null {
  const { likely } = situation.suspects
  if (likely === null) return null
  const lacking = situation.fields.filter((field) => field.sent === null)
  const more = lacking.length === 0 ? '' : ` ${adviseOnFields(situation, lacking)}`
  const [other] = warningsOfSent(situation.sent).filter(
    (warning) => isOfValue(warning) && isMistake(warning) && warning.path !== likely.path,
  )
  const also = other === undefined ? '' : ` ${other.message}`
  return blameWarning(situation, likely, `${situation.answer}${more}${also}`.trimStart())
}

/** Django says so with a status 500 while it is debugged, and others with a 404. */
function explainSlash({ status, words, said, sent }: Situation): Explanation | null {
  if (status < 400 || !/\b(?:trailing slash|end in a slash|ending slash)\b/i.test(words)) return null
  const [path = ''] = sent.request?.target.split('?', 1) ?? []
  if (path === '' || path.endsWith('/')) return null
  return {
    hint: `The target wants a slash at the end of the path: add it to the URL, before a "?". It answers ${status}${said}.`,
    path: '/node/url',
    blame: 'node',
  }
}

/** A route of a web interface wants a token of its own pages. */
function explainToken({ status, words, said, response }: Situation): Explanation | null {
  if (status === 403 && /^required$/i.test(headerValue(response.headers, 'x-csrf-token') ?? ''))
    return {
      hint: `The target wants a token that it gives itself (CSRF)${said}. Fetch it in a node before this one, with GET and the header X-CSRF-Token: Fetch; then send here the header X-CSRF-Token with that token, and the header Cookie with the cookies that came with it.`,
      path: '/node/headers',
    }
  const isWanted = status === 419 || (ofToken.has(status) && csrf.test(spread(words)))
  if (!isWanted) return null
  return {
    hint: `The target wants a token of its own pages against forged requests (CSRF)${said}. The URL is probably that of a web interface: use the one of the API, or send that token as its documentation says.`,
    path: '/node/url',
  }
}

const csrf = /\b[cx]srf\b|\banti-?forgery\b|\b(?:invalid )?authenticity token\b|\bpage expired\b/i
const ofToken: ReadonlySet<number> = new Set([400, 403, 422])

/** What the target misses or refuses, unless a warning explains it. */
function explainNotSent(situation: Situation): Explanation | null {
  const { named, likely } = situation.suspects
  if (named.length > 0 || likely !== null) return null
  return (
    explainGrant(situation) ??
    explainInside(situation) ??
    explainHeaderNamed(situation) ??
    explainMisspelt(situation)
  )
}

/** The target misses a header, and says its name. */
function explainHeaderNamed(situation: Situation): Explanation | null {
  const { words, node, answer } = situation
  if (!situation.isOfValues || !saysMissing.test(words)) return null
  const name = findHeaderName(words)
  const quote = name === null ? null : situation.quoted(name, 60)
  if (name === null || quote === null) return null
  if (node.headers.some((own) => isNamed(own.name, name.toLowerCase()))) return null
  return {
    hint: `${answer} The node sends no header ${quote}: add it to "headers".`,
    path: '/node/headers',
  }
}

/** OAuth 2 (RFC 6749, section 5.2). */
function explainGrant(situation: Situation): Explanation | null {
  if (!situation.isOfValues || !/\binvalid_?grant\b/i.test(situation.words)) return null
  const grant = situation.names.find(({ name }) => ofGrant.test(name))
  return {
    hint: `The target does not accept the grant${situation.said}. A code or refresh token that was used, was revoked or has expired stays refused: put a new one into the fields, or into the secret that they refer to.`,
    path: grant?.path ?? situation.pathOfValues,
  }
}

const ofGrant = /^(?:refresh_token|code|assertion|password|device_code)$/i

/** Some targets answer so where others answer 409. */
function explainExisting(situation: Situation): Explanation | null {
  if (!situation.isOfValues || situation.status === 409 || !saysExisting(situation.words)) return null
  return {
    hint: `The target has this record already${situation.said}. Use the method and the URL that it has for changing one.`,
    path: '/node/method',
  }
}

/** What a status means as a rule. */
function advise(situation: Situation): Explanation {
  const { status, node, said, sent, statement, missed } = situation
  const { meaning, cure, place } = adviseOn(status, node.body !== null)
  const { pauseMs, resetMs, clue, path } = missed
  const wait = pauseMs || (status === 429 ? resetMs : null)
  const pause = wait ? ` in ${describePause(wait)}` : ''
  const toWarnings = sent.warnings.some(isOfValue) ? ', and look for empty values in the warnings' : ''
  const plain = cure.replace('{pause}', pause).replace('{warnings}', toWarnings)
  const known =
    status === 409 && namesRecord(situation) ? plain.replace(/\.$/, ', or update that record.') : plain
  const helps = status === 429 ? `${known}${adviseOnAnonymous(situation)}` : known
  // Without words of the target the expectation may tell more.
  const more = statement === null && clue !== null && !clue.isOfStatus ? ` ${clue.text}` : ''
  const lacks = place === 'values' && situation.pathOfValues === '/node/body' && node.body === null
  // Without a body there are no values to compare.
  const cureOfNone = `The node sends no body, which the ${status} is probably about: add "body" to it, with the fields that the target wants.`
  return {
    hint: `${meaning}${said}. ${lacks ? cureOfNone : helps}${more}${ofCall.has(status) && !lacks ? describeCall(situation) : ''}${wait ? '' : describeWait(situation)}`,
    path: locate(situation, place) ?? (status === 429 ? '/node/retry' : path),
  }
}

/** Whether a conflict names the record that is there already. */
function namesRecord({ words, response }: Situation): boolean {
  if (/\bid\b[^.;]{0,12}[:= ] ?["'`]?[\w-]*\d/i.test(words)) return true
  const json = response.mayBeQuoted ? response.shownJson : null
  return (
    isObject(json) &&
    Object.keys(json).some((name) => /^(?:existing|duplicate|conflicting)_?\w{0,10}id$/i.test(name))
  )
}

/** The wait that the body of a 429 or 503 names, in a unit that only its documentation tells. */
function describeWait({ status, response }: Situation): string {
  if ((status !== 429 && status !== 503) || !response.mayBeQuoted) return ''
  const found = findWait(response.shownJson)
  const name = found === null ? null : quoteTarget(response, found[0], 60)
  return found === null || name === null ? '' : ` The answer has ${name} = ${found[1]}.`
}

/** A mistake in the values makes some targets fail in place of refusing it, and so do values that they do not accept. */
function explainFailure(situation: Situation): Explanation | null {
  const { status, quote, said, words } = situation
  if (status !== 500 || situation.senderFault !== null) return null
  const warnings = [...situation.listOmitted(), ...warningsOfSent(situation.sent)]
  const mistake = warnings.find((warning) => isOfValue(warning) && isMistake(warning))
  if (mistake !== undefined)
    return {
      hint: `${mistake.message} The target fails with status 500${said}, and that probably led to it. Correct it first; if the 500 stays, its operator finds the cause in its log.`,
      path: mistake.path ?? situation.missed.path,
      blame: 'node',
    }
  const field =
    quote !== null && ofValidation.test(words) ? (situation.namedField ?? situation.fieldOfValue) : null
  if (field === null) return null
  return {
    hint: `The target fails with status 500 on a value of the node${said}. Check the value of ${quoteName(field.name)}; if it is right, its operator finds the cause in its log.${situation.describeSent(field)}`,
    path: field.path,
    blame: 'node',
  }
}

/** Words of a target that throws an error where others answer 400. */
const ofValidation =
  /\bvalidation|\b(?:is|are) (?:not valid|invalid|required|missing)\b|\binvalid\b|\b(?:ung[uü]ltig\w*|ongeldige?|invalide|inv[aá]lid[oa]|non valid[eoa])\b|\bmust (?:be|have)\b|\bcannot be (?:null|blank|empty)\b|\bnot[- ]null\b/i

/** JSON Pointer to a place of the node. Null if the expectation is that place. */
function locate(situation: Situation, place: Place): string | null {
  switch (place) {
    case 'url':
    case 'method':
    case 'headers':
      return `/node/${place}`
    case 'credential':
      return situation.credential?.path ?? '/node/url'
    case 'values':
      return situation.pathOfValues
    case 'body':
      return '/node/body'
    case 'contentType':
      return '/node/body/contentType'
    case 'accept':
      return pathOfHeader(situation, /^accept$/i)
    case 'precondition':
      return pathOfHeader(situation, /^if-/i)
    case 'expect':
      return null
  }
}

function pathOfHeader({ node }: Situation, pattern: RegExp): string {
  return node.headers.find(({ name }) => pattern.test(name))?.path ?? '/node/headers'
}
