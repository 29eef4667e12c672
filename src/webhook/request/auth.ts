import type { Failure } from '../../contract/failure.ts'
import type { Auth } from '../../contract/node.ts'
import { mask } from '../masking/mask.ts'
import type { CompiledExpectation } from '../response/expectation.ts'
import type { Compiler } from '../template/compiler.ts'
import { asQueryValue, EncodedText } from '../template/encoders.ts'
import { carriesSecret, carriesStored } from '../template/render-result.ts'
import type { Template } from '../template/template.ts'
import { trimHeader } from '../wire/headers.ts'
import { compileAwsKeys } from './aws-keys.ts'
import {
  type AuthHeader,
  type AuthMember,
  type AuthOrigin,
  authorization,
  credential,
  emptyFailure,
  locateMember,
  type NamedCredential,
} from './credential.ts'
import { compileDigest } from './digest.ts'
import { headerNameProblem, headerValueProblem, quoteHeaderName } from './header-rules.ts'
import { memberPath } from './member-path.ts'
import { compileOAuth2 } from './oauth2.ts'
import type { Displayable, RenderSession } from './render-session.ts'

/** Rendered credentials, as they are sent and as they may be shown. */
export type RenderedAuth = AuthHeader | AuthParameter

/** A key that is sent as a URL parameter, encoded like the others. */
interface AuthParameter extends NamedCredential, Displayable<string | EncodedText> {
  readonly in: 'query'
}

/** Compiled credentials. Rendering throws `RenderFailure`. */
export interface CompiledAuth {
  readonly origin: AuthOrigin
  /** Whether the credential is a part of the URL. */
  readonly isInUrl: boolean
  /** Whether the scheme is Bearer. */
  readonly isBearer: boolean
  /** Whether requests are signed for AWS. */
  readonly isAws?: boolean
  /** Which responses refuse the token, beside status 401. */
  readonly refusedWhen?: CompiledExpectation
  /** JSON Pointer to the name of its header or parameter, where the author chooses that. */
  readonly namePath?: string
  render(session: RenderSession): RenderedAuth
}

/** The credentials of a node itself. */
const ofNode: AuthOrigin = { path: '/node/auth', words: '"auth" of the node' }

/** Compiles credentials. */
export function compileAuth(auth: Auth, compiler: Compiler, origin: AuthOrigin = ofNode): CompiledAuth {
  switch (auth.type) {
    case 'bearer':
      return compileBearer(auth, compiler, origin)
    case 'basic':
      return compileBasic(auth, compiler, origin)
    case 'apiKey':
      return compileApiKey(auth, compiler, origin)
    case 'oauth2':
      return compileOAuth2(auth, compiler, origin)
    case 'awsSigV4':
      return compileAwsKeys(auth, compiler, origin)
    case 'digest':
      return compileDigest(auth, compiler, origin)
  }
}

type AuthWith<Type extends Auth['type']> = Extract<Auth, { type: Type }>

function compileBearer({ token }: AuthWith<'bearer'>, compiler: Compiler, origin: AuthOrigin): CompiledAuth {
  const at = locateMember(origin, 'token')
  const template = compileHeaderValue(token, at.path, compiler)
  return {
    origin,
    isInUrl: false,
    isBearer: true,
    render(session) {
      const token = credential(template, at, session, { isTrimmed: true })
      return authorization(
        { ...token, wire: `Bearer ${token.wire}`, display: `Bearer ${token.display}` },
        null,
        origin,
        session,
        at.path,
      )
    },
  }
}

function compileBasic(
  { username, password }: AuthWith<'basic'>,
  compiler: Compiler,
  origin: AuthOrigin,
): CompiledAuth {
  const [atUser, atPassword] = [locateMember(origin, 'username'), locateMember(origin, 'password')]
  const user = compiler.template(username, atUser.path, 'auth')
  const pass = compiler.template(password, atPassword.path, 'auth')
  if (user.isConstant && username.includes(':')) compiler.complain(atUser.path, colonProblem)
  // A user name may be any word, and need not be a secret. Without a password it is the credential.
  const isPublic = password !== ''
  return {
    origin,
    isInUrl: false,
    isBearer: false,
    render(session) {
      const name = credential(user, atUser, session, { mayBeEmpty: true, isPublic })
      const word = credential(pass, atPassword, session, { mayBeEmpty: true })
      if (name.wire.includes(':')) session.fail({ ...colonFailure, path: atUser.path }, name.carriesStored)
      const digits = Buffer.from(`${name.wire}:${word.wire}`, 'utf8').toString('base64')
      const carried = { carriesStored: name.carriesStored || word.carriesStored }
      session.hide(digits, carried.carriesStored)
      return authorization(
        { ...carried, wire: `Basic ${digits}`, display: `Basic ${mask}` },
        `${name.display}:${word.display}`,
        origin,
        session,
      )
    },
  }
}

const colonProblem = 'must not contain a colon, which ends the user name of Basic (RFC 7617)'
const colonFailure: Omit<Failure, 'path'> = {
  code: 'header_invalid',
  detail: `The user name ${colonProblem}.`,
  hint: 'Choose another user name for auth, or send the credential as a header.',
}

function compileApiKey(
  { in: place, name, value }: AuthWith<'apiKey'>,
  compiler: Compiler,
  origin: AuthOrigin,
): CompiledAuth {
  const isInUrl = place === 'query'
  const { path } = origin
  const at = locateMember(origin, 'value')
  const template = isInUrl
    ? compiler.template(value, at.path, 'auth')
    : compileHeaderValue(value, at.path, compiler)
  compiler.plain(name, `${path}/name`, 'Only the value of the key is a template.')
  const problem = isInUrl || compiler.isTemplate(name) ? null : headerNameProblem(name)
  if (problem !== null) compiler.complain(`${path}/name`, `${quoteHeaderName(name)} ${problem}`)
  const own = { name: name.toWellFormed(), user: null, path, valuePath: at.path }
  return {
    origin,
    isInUrl,
    isBearer: false,
    namePath: memberPath(path, 'name'),
    render: (session) =>
      isInUrl
        ? { in: 'query', ...own, ...parameter(template, at, session) }
        : { in: 'header', ...own, ...credential(template, at, session, { isTrimmed: true }) },
  }
}

function compileHeaderValue(text: string, at: string, compiler: Compiler): Template {
  const template = compiler.template(text, at, 'auth')
  const problem = template.isConstant ? headerValueProblem(trimHeader(template.staticText)) : null
  if (problem !== null) compiler.complain(at, problem)
  return template
}

/** A template that encodes its value itself is not encoded again. */
function parameter(
  template: Template,
  at: AuthMember,
  session: RenderSession,
): Pick<AuthParameter, 'wire' | 'display' | 'carriesStored'> {
  const result = template.text(session.scope, asQueryValue)
  const text = session.take(result, at.path)
  const isStored = carriesStored(result) || session.isInConnection
  if (text === '') session.fail(emptyFailure(at, result), isStored)
  const isLiteral = !carriesSecret(result)
  if (isLiteral) session.protect(text)
  // A constant text has no filter that could have encoded it.
  const written = template.isConstant ? text : new EncodedText(text)
  const wire = isLiteral ? session.standIn(written, 'auth_value') : written
  return { wire, display: session.display(wire, isLiteral, result), carriesStored: isStored }
}
