import type { Blame, RetrySafety } from '../../contract/failure.ts'
import type { BodyFault } from '../response/body-fault.ts'
import type { ReadableResponse } from '../response/readable-response.ts'
import { readFaultCode } from '../statement/markup-statement.ts'
import { isFaultOfService, isFaultOfTarget } from './status-advice.ts'

/** Who has to act after a response that missed an expectation. */
export interface Fault {
  readonly blame: Blame
  /** The retry safety, if it is not that of the status. */
  readonly repeat?: RetrySafety
}

/** Finds who has to act. `bodyFault`: what is wrong with the body, if that is the cause. */
export function findFault(response: ReadableResponse, bodyFault: BodyFault | null): Fault {
  if (bodyFault !== null) return bodyFault
  if (findSenderFault(response) !== null) return { blame: 'node', repeat: 'never' }
  if (isFaultOfService(response.status)) return { blame: 'service' }
  return { blame: isFaultOfTarget(response.status) ? 'target' : 'node' }
}

/** What of a request a fault of SOAP is about. */
export type SenderFault = 'values' | 'version' | 'header' | 'security'

/**
 * Finds a fault of SOAP that the request has caused. SOAP 1.1 sends it with status 500 as well, and says that the same message
 * should not be sent again without a change (section 4.4.1).
 */
export function findSenderFault(response: ReadableResponse): SenderFault | null {
  if (response.status !== 500 || !response.body.subarray(0, maxLength).includes('Fault')) return null
  const code = readFaultCode(response.text)
  if (code === null) return null
  if (/^(?:Client|Sender)(?:\.|$)/.test(code)) return /authent/i.test(code) ? 'security' : 'values'
  return senderFaults[code] ?? null
}

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
}
