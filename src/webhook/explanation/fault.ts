import type { Blame, RetrySafety } from '../../contract/failure.ts'
import type { Warning } from '../../contract/warning.ts'
import type { BodyFault } from '../response/body-fault.ts'
import type { ReadableResponse } from '../response/readable-response.ts'
import { readFaultCode } from '../statement/markup-statement.ts'
import { isHtmlPage, readStatement } from '../statement/read-statement.ts'
import { headerValue } from '../wire/headers.ts'
import { isOfBody, isUnreadBody } from './likely-warning.ts'
import { isFaultOfService, isFaultOfTarget } from './status-advice.ts'

/** Who has to act after a response that missed an expectation. */
export interface Fault {
  readonly blame: Blame
  /** The retry safety, if it is not that of the status. */
  readonly repeat?: RetrySafety
}

/** Finds who has to act. `bodyFault`: what is wrong with the body, if that is the cause. `warnings`: those of rendering. */
export function findFault(
  response: ReadableResponse,
  bodyFault: BodyFault | null,
  warnings: readonly Warning[],
): Fault {
  if (bodyFault !== null) return bodyFault
  if (findSenderFault(response) !== null || isOfLabel(response, warnings))
    return { blame: 'node', repeat: 'never' }
  if (isUsedUp(response)) return { blame: 'node', repeat: 'never' }
  if (isRateLimited(response)) return { blame: 'target' }
  if (isFaultOfService(response.status)) return { blame: 'service' }
  return { blame: isFaultOfTarget(response.status) ? 'target' : 'node' }
}

/** Whether a target fails because a header of the node labels the body wrongly. */
function isOfLabel(response: ReadableResponse, warnings: readonly Warning[]): boolean {
  if (response.status < 500 || !warnings.some(isOfBody)) return false
  return isUnreadBody(response.status, readStatement(response)?.text ?? '', warnings)
}

/**
 * Whether a refusal is about the number of calls, as the 403 of GitHub, Google and AWS and the 400 of AWS and others are. The retry
 * safety stays that of the status: a target that forbids a call does not promise that it has done nothing.
 */
export function isRateLimited(response: ReadableResponse): boolean {
  const { status, headers } = response
  if (status !== 403 && status !== 400) return false
  if (status === 403) {
    const isUsed = remaining.some((name) => headerValue(headers, name)?.trim() === '0')
    if (isUsed || headerValue(headers, 'retry-after') !== undefined) return true
  }
  return response.isText && saysRateLimited(response.text)
}

/** Whether words are about the number of calls. */
export function saysRateLimited(words: string): boolean {
  return ofRate.test(words.slice(0, maxRead))
}

const remaining = ['x-ratelimit-remaining', 'ratelimit-remaining', 'x-rate-limit-remaining']
const maxRead = 4_096
const ofRate =
  /(?:\b|user|_)rate[ _-]?limit|quota[ _-]?exceeded|exceeded (?:your|the|its) (?:current )?quota|(?:daily|request|api) ?_?limit ?_?exceeded|too[ _-]?many[ _-]?(?:requests|calls)|\bthrottl(?:ed|ing)\b|Throttling(?:Exception|Error)?\b|throughput[ \w]{1,40}exceeded/i

/**
 * Whether a refusal is about the plan or the bill of the account, and not about the number of calls in a time: the same request is
 * refused until somebody pays. A page has such words in its menus.
 */
export function isUsedUp(response: ReadableResponse): boolean {
  if (!ofAccount.has(response.status) || !response.isText || isHtmlPage(response)) return false
  const text = response.text
    .slice(0, maxRead)
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .replaceAll('_', ' ')
  return ofPlan.test(text)
}

const ofAccount: ReadonlySet<number> = new Set([403, 429, 503])

const ofPlan =
  /\binsufficient (?:quota|credits?|funds|balance)|check your plan|\bbilling\b|\bout of credits?\b|\bcredit balance\b|\b(?:upgrade|exceeded) your (?:current )?(?:plan|subscription)\b|\b(?:payment|subscription) required\b|\b(?:licen[sc]e|subscription|trial)(?: period)? (?:has |is )?(?:expired|ended|over|inactive|cancell?ed|suspended)\b/i

/** What of a request a fault of SOAP is about. */
export type SenderFault = 'values' | 'version' | 'header' | 'security' | 'action'

/**
 * Finds a fault of SOAP that the request has caused. SOAP 1.1 sends it with status 500 as well, and says that the same message
 * should not be sent again without a change (section 4.4.1).
 */
export function findSenderFault(response: ReadableResponse): SenderFault | null {
  if (response.status !== 500 || !response.body.subarray(0, maxLength).includes('Fault')) return null
  const code = readFaultCode(response.text)
  if (code === null) return null
  if (/^(?:Client|Sender)(?:\.|$)/.test(code)) {
    if (ofAction.test(response.text.slice(0, maxLength))) return 'action'
    return /authent/i.test(code) ? 'security' : 'values'
  }
  return senderFaults[code] ?? null
}

/** Words of servers that find no operation for the action of a message. */
const ofAction =
  /\bSOAPAction\b|ContractFilter\b|ActionNotSupported|\bno (?:such )?(?:operation|action)\b|(?:operation|action) (?:is )?not (?:found|supported|recognized)/i

/** A fault stands at the beginning of a document, or alone in it. */
const maxLength = 65_536

/** Other codes of SOAP (1.1, section 4.4.1; 1.2, section 5.4.6), and those of WS-Security 1.1, section 12. */
const senderFaults: Readonly<Record<string, SenderFault>> = {
  VersionMismatch: 'version',
  MustUnderstand: 'header',
  DataEncodingUnknown: 'values',
  UnsupportedSecurityToken: 'security',
  UnsupportedAlgorithm: 'security',
  InvalidSecurity: 'security',
  InvalidSecurityToken: 'security',
  FailedAuthentication: 'security',
  FailedCheck: 'security',
  SecurityTokenUnavailable: 'security',
  MessageExpired: 'security',
  ActionNotSupported: 'action',
  ActionMismatch: 'action',
}
