import { isNamed } from '../wire/headers.ts'
import type { Explanation } from './explained-node.ts'
import type { SenderFault } from './fault.ts'
import type { Situation } from './situation.ts'

/** Explains a fault of SOAP that the request has caused. */
export function explainSenderFault(situation: Situation, fault: SenderFault): Explanation {
  if (fault === 'action') return explainAction(situation)
  const { credential, pathOfValues, said } = situation
  const path = fault === 'security' ? (credential?.path ?? pathOfValues) : pathOfValues
  return { hint: `${senderFaults[fault].meaning}${said}. ${senderFaults[fault].cure}`, path }
}

/** SOAP 1.1 has the action in a header, SOAP 1.2 in the media type (RFC 3902). */
function explainAction({ node: { headers, body }, said }: Situation): Explanation {
  const beginning = `The target knows no operation for the action of the SOAP message${said}.`
  const header = headers.find(({ name }) => isNamed(name, 'soapaction'))
  if (header !== undefined)
    return {
      hint: `${beginning} Correct the header "SOAPAction": the WSDL of the target names the action of each operation.`,
      path: header.path,
    }
  if (/^application\/soap\+xml\b/i.test(body?.contentType ?? ''))
    return {
      hint: `${beginning} Write the action that the WSDL names into contentType of the body: application/soap+xml; action="…".`,
      path: '/node/body/contentType',
    }
  return {
    hint: `${beginning} The node sends no header "SOAPAction": add it, with the action that the WSDL of the target names.`,
    path: '/node/headers',
  }
}

/** What a fault of SOAP means that the request has caused. */
const senderFaults: Readonly<
  Record<Exclude<SenderFault, 'action'>, { readonly meaning: string; readonly cure: string }>
> = {
  values: {
    meaning: 'The target answers with a fault of SOAP that the request has caused',
    cure: 'Change the elements of the message that the fault names, or their values.',
  },
  version: {
    meaning: 'The target speaks another version of SOAP than the message has',
    cure: 'Change the namespace of the Envelope, and contentType of the body with it.',
  },
  header: {
    meaning: 'The target does not understand a header of the SOAP message that it must understand',
    cure: 'Remove that header from the message, or its attribute mustUnderstand.',
  },
  security: {
    meaning: 'The target does not accept the credential of the SOAP message',
    cure: 'Check the security header of the message, or "auth" of the node.',
  },
}
