import { failures } from '../../contract/failure.ts'
import { connectionPath, memberPath, nameOwner } from '../request/member-path.ts'
import type { CompiledTls } from '../request/tls.ts'
import type { ReadableResponse } from '../response/readable-response.ts'
import type { ExplainedNode, Explanation } from './explained-node.ts'

/**
 * Explains a response that asks for a client certificate. Null for any other. nginx finishes the handshake without one, and
 * then refuses every request with one of two pages. In its own terms these are 495, for one that it does not accept, and 496,
 * for none, which some servers send.
 */
export function explainCertificate(
  { tls }: Pick<ExplainedNode, 'tls'>,
  { status, body, mayBeQuoted }: Pick<ReadableResponse, 'status' | 'body' | 'mayBeQuoted'>,
): Explanation | null {
  const page =
    status === 400 && mayBeQuoted ? certificatePage.exec(body.toString('latin1', 0, pageHeadBytes)) : null
  if (page === null && status !== 495 && status !== 496) return null
  const gotNone = status === 496 || page?.[1] === 'No required SSL certificate was sent'
  if (tls?.secretNames.certificate !== undefined) return gotNone ? explainUnasked(tls) : explainRefused(tls)
  return status === 495 ? unknownSender : missing
}

const missing: Explanation = {
  hint: `The target asks for a client certificate that it accepts. ${failures.tls_client_cert_required.hint}`,
  path: '/node/tls',
}

const unknownSender: Explanation = {
  hint: 'The target does not accept the client certificate, and the node has none in its `tls`. Ask the operator of the target which one to set there.',
  path: '/node/tls',
}

function explainRefused({ path }: CompiledTls): Explanation {
  return {
    hint: `The target does not accept the client certificate in \`tls\` of ${nameOwner(path)}. Ask its operator which authority it accepts. Intermediates follow the certificate in the same secret.`,
    path: memberPath(path, 'certificate'),
  }
}

/** The certificate was not asked for in the handshake, or a proxy has ended TLS. */
function explainUnasked({ path }: CompiledTls): Explanation {
  return {
    hint: `The target says that no client certificate came, although \`tls\` of ${nameOwner(path)} has one: this host or port did not ask for it. Check both in the URL. If they are right, ask the operator of the target where clients with a certificate call.`,
    path: path === connectionPath ? path : '/node/url',
  }
}

const certificatePage = /<title>400 (No required SSL certificate was sent|The SSL certificate error)<\/title>/

/** The title of the page of nginx ends within its first 70 bytes; the rest is a margin. */
const pageHeadBytes = 256
