import { connectionPath } from '../request/member-path.ts'
import type { ReadableResponse } from '../response/readable-response.ts'
import { headerValue } from '../wire/headers.ts'
import type { ExplainedNode, Explanation } from './explained-node.ts'

const ofClock =
  'AWS finds the date of the signature too far from its own time. The clock of the service is wrong: tell its operator.'

/** What the errors of AWS about a signature mean. The clock comes first: such an error has the name of any other, too. */
const causes: readonly (readonly [words: RegExp, hint: string])[] = [
  [/RequestTimeTooSkewed|Signature expired|Signature not yet current|RequestExpired/, ofClock],
  [
    /ExpiredToken|security token included in the request is expired/,
    'The temporary credentials have expired: accessKeyId, secretAccessKey and sessionToken need new ones, all three together.',
  ],
  [
    /Credential should be scoped|AuthorizationHeaderMalformed|[Tt]he region '[^']{0,40}' is wrong/,
    'The signature is for another region or service than that of the target. Set region and service of auth to those of the target: where AWS names the one that it expects, the body of the response has it.',
  ],
  [
    /SignatureDoesNotMatch|InvalidSignatureException|IncompleteSignature|The request signature we calculated does not match/,
    'AWS computes another signature. Check region, service and secretAccessKey of auth: the name of the service is the one for signing, such as "execute-api" or "s3".',
  ],
  [
    /<Code>InvalidToken<|The provided token is malformed or otherwise invalid/,
    'AWS does not accept sessionToken of auth. It belongs to one pair of accessKeyId and secretAccessKey: set all three together, or none with keys that do not expire.',
  ],
  [
    /UnrecognizedClient|InvalidClientTokenId|InvalidAccessKeyId|security token included in the request is invalid/,
    'AWS does not know the key. Check accessKeyId of auth; temporary credentials also need sessionToken.',
  ],
]

const maxCharacters = 4_096

/** Explains an error of AWS about the signature of a node; null if the response is none. */
export function explainAwsRefusal({ auth }: ExplainedNode, response: ReadableResponse): Explanation | null {
  if (!auth?.isAws || (response.status !== 400 && response.status !== 401 && response.status !== 403))
    return null
  // API Gateway has the name of the error in a header only.
  const name = headerValue(response.headers, 'x-amzn-errortype') ?? ''
  const text = `${name.slice(0, maxCharacters)} ${response.text.slice(0, maxCharacters)}`
  const hint = causes.find(([words]) => words.test(text))?.[1]
  if (hint === undefined) return null
  const { path } = auth.origin
  if (hint === ofClock) return { hint, path, blame: 'service' }
  const whose =
    path === connectionPath
      ? ` It comes from ${auth.origin.words}: the operator of the service has to correct it there.`
      : ''
  return { hint: `${hint}${whose}`, path }
}
