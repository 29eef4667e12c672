import type { SecretMarkers } from '../webhook/curl.ts'
import type { SendableRequest } from '../webhook/render.ts'
import type { AwsKeys } from '../webhook/request/credential.ts'
import type { ShownParts } from '../webhook/shown-parts.ts'
import { canonicalTarget, hashContent } from './aws-signature.ts'

const hashName = 'X-Amz-Content-Sha256'

/** The parts for a curl command that signs: with the hash of the body, unless a secret or a mask in the body makes it another one. */
export function withContentHash(
  parts: ShownParts,
  { request, display }: SendableRequest,
  { pattern }: SecretMarkers,
): ShownParts {
  const texts = listTexts(parts)
  const isKnown = texts.join('\0') === listTexts(display).join('\0') && texts.join('').search(pattern) === -1
  const headers = parts.headers.filter(([name]) => isKnown || name !== hashName)
  const hash = isKnown ? hashContent(request.body) : ''
  return { ...parts, headers: headers.map(([name, value]) => [name, name === hashName ? hash : value]) }
}

function listTexts({ body }: ShownParts): readonly string[] {
  if (typeof body === 'string') return [body]
  return body?.filter((piece) => typeof piece === 'string') ?? []
}

/** Why a curl command that signs sends another request than the service, and where AWS would refuse it. */
export function describeSigning(
  parts: ShownParts,
  { target, keys }: { target: string; keys: AwsKeys },
): string {
  const canonical = canonicalTarget(target, keys.service)
  const lacksHash = !parts.headers.some(([name]) => name === hashName)
  return [
    'curl signs the request itself, at the time when it is run',
    ...(canonical === target
      ? []
      : [
          `older versions such as 7.88 sign path and query as they stand, and AWS refuses that, because here they must be signed as ${canonical}`,
        ]),
    ...(lacksHash && keys.service === 's3'
      ? [`they do not send ${hashName}, which S3 demands, and whose value depends on a secret in the body`]
      : []),
  ].join('; ')
}
