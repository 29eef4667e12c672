import type { Failure } from '../../contract/failure.ts'
import type { Auth } from '../../contract/node.ts'
import type { Compiler } from '../template/compiler.ts'
import type { OutboundRequest } from '../wire/outbound-request.ts'
import type { HeaderPair } from '../wire/outcome.ts'
import { type AuthHeader, type AuthOrigin, authorization, credential, locateMember } from './credential.ts'
import type { RenderSession } from './render-session.ts'

/** Stands in the header of a rendered request until a challenge is answered. It is never sent. */
const standIn = 'Digest ANSWER'

/** Compiles user name and password for Digest (RFC 7616). */
export function compileDigest(
  { username, password }: Extract<Auth, { type: 'digest' }>,
  compiler: Compiler,
  origin: AuthOrigin,
) {
  const [atUser, atPassword] = [locateMember(origin, 'username'), locateMember(origin, 'password')]
  const user = compiler.template(username, atUser.path, 'auth')
  const pass = compiler.template(password, atPassword.path, 'auth')
  const fixed = user.isConstant ? findProblem(username) : null
  if (fixed !== null) compiler.complain(atUser.path, fixed)
  const isPublic = password !== ''
  return {
    origin,
    isInUrl: false,
    isBearer: false,
    render(session: RenderSession): AuthHeader {
      const name = credential(user, atUser, session, { mayBeEmpty: true, isPublic })
      const word = credential(pass, atPassword, session, { mayBeEmpty: true })
      const problem = findProblem(name.wire)
      if (problem !== null) session.fail(invalidName(problem, atUser.path), name.carriesStored)
      const header = authorization(
        { wire: standIn, display: standIn, carriesStored: name.carriesStored || word.carriesStored },
        `${name.display}:${word.display}`,
        origin,
        session,
      )
      return { ...header, scheme: { name: 'digest' }, digest: { username: name.wire, password: word.wire } }
    },
  }
}

function findProblem(username: string): string | null {
  if (username.includes(':')) return 'must not contain a colon, which ends the user name of Digest'
  return controls.test(username) ? 'must not contain a control character' : null
}

/** A tab may stand in a quoted string. */
const controls = /[\x00-\x08\x0a-\x1f\x7f]/

function invalidName(problem: string, path: string): Failure {
  return {
    code: 'header_invalid',
    detail: `The user name ${problem}.`,
    path,
    hint: 'Choose another user name for auth, or send the credential as a header.',
  }
}

/** The request with an answer to a challenge in the place of the stand-in; without the header for null. */
export function withAnswer(request: OutboundRequest, answer: string | null): OutboundRequest {
  const headers = request.headers.flatMap((header) => {
    if (!isStandIn(header)) return [header]
    return answer === null ? [] : [[header[0], answer] as const]
  })
  return { ...request, headers }
}

function isStandIn([name, value]: HeaderPair): boolean {
  return name === 'Authorization' && value === standIn
}

/**
 * The request that only asks for a challenge: without a body, without what describes one, and without the key by which the
 * target would know the call itself.
 */
export function asQuestion(request: OutboundRequest): OutboundRequest {
  const { headers, ...rest } = withAnswer(request, null)
  return {
    ...rest,
    headers: headers
      .filter(([name]) => !ofCall.has(name.toLowerCase()))
      .map((header) => (header[0] === 'content-length' ? ([header[0], '0'] as const) : header)),
    body: null,
    isIdempotent: true,
  }
}

const ofCall: ReadonlySet<string> = new Set([
  'content-digest',
  'content-encoding',
  'content-md5',
  'digest',
  'idempotency-key',
  'repr-digest',
])
