import type { NamedValue } from '../request/compiled-body.ts'
import { isCredentialName } from '../request/credential-name.ts'
import { nameOwner } from '../request/member-path.ts'
import type { CompiledSigning } from '../request/signing.ts'
import type { ReadableResponse } from '../response/readable-response.ts'
import { type Challenge, parseChallenge } from '../statement/challenge.ts'
import { quoteName } from '../values/text.ts'
import { headerValue } from '../wire/headers.ts'
import type { ExplainedNode, SentRequest } from './explained-node.ts'

/** The credential of a node. */
export interface Credential {
  /** Where it comes from, as in `"auth" of the node`. */
  readonly words: string
  /** JSON Pointer to it. */
  readonly path: string
}

/** Finds the credential that a node sends; null if it sends none. */
export function findCredential(
  node: ExplainedNode,
  { warnings, leftOut, redirectedTo }: SentRequest,
): Credential | null {
  if (node.auth !== null) return node.auth.origin
  const isSent = ({ name, path }: NamedValue) =>
    isCredentialName(name) && !leftOut.some((field) => field.path === path && field.name === name)
  const header = node.headers.find(isSent)
  if (header !== undefined) {
    return { words: `the header ${quoteName(header.name)} of ${nameOwner(header.path)}`, path: header.path }
  }
  const parameter = node.query.find(isSent)
  if (parameter !== undefined)
    return { words: `the parameter ${quoteName(parameter.name)} of the node`, path: parameter.path }
  if (node.signing !== null) return describeSigning(node.signing)
  const isInUrl =
    !redirectedTo && warnings.some(({ code, path }) => code === 'credential_in_url' && path === '/node/url')
  if (isInUrl) return { words: 'the URL of the node', path: '/node/url' }
  const { tls } = node
  if (tls?.secretNames.certificate === undefined) return null
  return { words: `the certificate in "tls" of ${nameOwner(tls.path)}`, path: tls.path }
}

/** The credential that `signing` makes. */
export function describeSigning({ path }: CompiledSigning): Credential {
  return { words: `"signing" of ${nameOwner(path)}`, path }
}

/** The place of a credential that a node lacks. */
export const placeOfNone = '/node/auth'

/** What the target says about the credential in `WWW-Authenticate`; null without that header. */
export function readChallenge({ headers }: ReadableResponse): Challenge | null {
  const header = headerValue(headers, 'www-authenticate')
  return header === undefined ? null : parseChallenge(header)
}

/** The words of names of errors, such as `SignatureDoesNotMatch` and `missing_api_key`, apart. */
export function spread(text: string): string {
  return text
    .slice(0, maxWords)
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .replaceAll('_', ' ')
}

const maxWords = 2_000
