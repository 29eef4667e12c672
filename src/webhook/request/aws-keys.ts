import type { Failure } from '../../contract/failure.ts'
import type { Auth } from '../../contract/node.ts'
import { mask } from '../masking/mask.ts'
import type { Compiler } from '../template/compiler.ts'
import { asText } from '../template/encoders.ts'
import { carriesSecret, carriesStored } from '../template/render-result.ts'
import type { Template } from '../template/template.ts'
import type { OutboundRequest } from '../wire/outbound-request.ts'
import type { HeaderPair } from '../wire/outcome.ts'
import {
  type AuthHeader,
  type AuthMember,
  type AuthOrigin,
  authorization,
  credential,
  locateMember,
} from './credential.ts'
import { headerValueProblem } from './header-rules.ts'
import type { RenderSession } from './render-session.ts'

/** Stands in a rendered request until it is signed. None of them is ever sent. */
const standIns = {
  authorization: `AWS4-HMAC-SHA256 ${'0'.repeat(64)}`,
  date: '00000000T000000Z',
  contentHash: '0'.repeat(64),
} as const

/** Compiles keys for Signature Version 4. */
export function compileAwsKeys(
  auth: Extract<Auth, { type: 'awsSigV4' }>,
  compiler: Compiler,
  origin: AuthOrigin,
) {
  const compile = (name: Exclude<keyof typeof auth, 'type'>) => {
    const at = locateMember(origin, name)
    return { at, template: compiler.template(auth[name] ?? '', at.path, 'auth') }
  }
  const region = compile('region')
  const service = compile('service')
  for (const { at, template } of [region, service])
    if (template.isConstant && !scopeName.test(template.staticText)) compiler.complain(at.path, scopeProblem)
  const id = compile('accessKeyId')
  const secret = compile('secretAccessKey')
  const token = auth.sessionToken === undefined ? null : compile('sessionToken')
  return {
    origin,
    isInUrl: false,
    isBearer: false,
    isAws: true,
    render(session: RenderSession): AuthHeader {
      const [ofRegion, ofService] = [region, service].map(({ at, template }) =>
        renderName(template, at, session),
      )
      const key = credential(id.template, id.at, session, { isTrimmed: true, isPublic: true })
      const word = credential(secret.template, secret.at, session, { isTrimmed: true })
      const pass = token === null ? null : credential(token.template, token.at, session, { isTrimmed: true })
      const carried = {
        carriesStored: key.carriesStored || word.carriesStored || (pass?.carriesStored ?? false),
      }
      if (headerValueProblem(key.wire) !== null) session.fail(invalid(id.at, 'a key id'), key.carriesStored)
      const header = authorization(
        { ...carried, wire: standIns.authorization, display: standIns.authorization },
        `${key.display}:${word.display}`,
        origin,
        session,
      )
      const own = (name: string, wire: string, display = session.hasStandIns ? wire : mask) => ({
        name,
        wire,
        display,
      })
      return {
        ...header,
        scheme: { name: 'aws-sigv4', provider: `aws:amz:${ofRegion}:${ofService}` },
        more: [
          own('X-Amz-Date', standIns.date),
          own('X-Amz-Content-Sha256', standIns.contentHash),
          ...(pass === null ? [] : [own('X-Amz-Security-Token', pass.wire)]),
        ],
        awsKeys: {
          region: ofRegion ?? '',
          service: ofService ?? '',
          accessKeyId: key.wire,
          secretAccessKey: word.wire,
        },
      }
    },
  }
}

const scopeName = /^[\w.*-]{1,64}$/
const scopeProblem = 'must be a name of AWS, such as "eu-central-1" or "execute-api"'

function renderName(template: Template, at: AuthMember, session: RenderSession): string {
  const result = template.text(session.scope, asText)
  const text = session.take(result, at.path)
  // A preview does not know secrets.
  const isInvalid = carriesSecret(result) ? headerValueProblem(text) !== null : !scopeName.test(text)
  if (isInvalid) session.fail(invalid(at, 'a name of AWS'), carriesStored(result) || session.isInConnection)
  session.display(text, false, result)
  return text
}

function invalid({ name, path }: AuthMember, what: string): Failure {
  return {
    code: 'header_invalid',
    detail: `"${name}" of auth is not ${what}.`,
    path,
    hint: 'Check the secret or the value that auth refers to: names and key ids of AWS are letters, digits and "-".',
  }
}

/** What is put in the place of the stand-ins. */
export interface AwsSignature {
  readonly authorization: string
  readonly date: string
  readonly contentHash: string
}

/** The request with date and hash in the place of their stand-ins, and without the signature for null. */
export function withAwsHeaders(
  request: OutboundRequest,
  {
    authorization,
    date,
    contentHash,
  }: Omit<AwsSignature, 'authorization'> & { readonly authorization: string | null },
): OutboundRequest {
  const headers = request.headers.flatMap((header): readonly HeaderPair[] => {
    const [name, value] = header
    if (name === 'X-Amz-Date' && value === standIns.date) return [[name, date]]
    if (name === 'X-Amz-Content-Sha256' && value === standIns.contentHash) return [[name, contentHash]]
    if (name !== 'Authorization' || value !== standIns.authorization) return [header]
    return [[name, authorization ?? value]]
  })
  return { ...request, headers }
}
