import type { Failure } from '../../contract/failure.ts'
import type { Auth } from '../../contract/node.ts'
import { mask } from '../masking/mask.ts'
import type { Compiler } from '../template/compiler.ts'
import { asQueryValue, asText, EncodedText } from '../template/encoders.ts'
import { carriesSecret, carriesStored, type RenderResult } from '../template/render-result.ts'
import type { Template } from '../template/template.ts'
import { describeCause } from '../template/undefined-warning.ts'
import { trimHeader } from '../wire/headers.ts'
import { headerNameProblem, headerValueProblem } from './header-rules.ts'
import { memberPath } from './member-path.ts'
import type { Displayable, RenderSession } from './render-session.ts'

/** Rendered credentials, as they are sent and as they may be shown. */
export type RenderedAuth = AuthHeader | AuthParameter

/** Credentials that are sent in a header. */
export interface AuthHeader extends Named, Displayable<string> {
  readonly in: 'header'
}

/** A key that is sent as a URL parameter, encoded like the others. */
interface AuthParameter extends Named, Displayable<string | EncodedText> {
  readonly in: 'query'
}

interface Named {
  readonly name: string
  /** `user:password` of Basic as it may be shown, for tools that take it in this form. */
  readonly user: string | null
  readonly path: string
  /** JSON Pointer to the member that has the value, if there is one alone. */
  readonly valuePath?: string
  /** Whether the value contains a secret of the service. */
  readonly carriesStored: boolean
}

/** Where credentials come from. */
export interface AuthOrigin {
  /** JSON Pointer to them. */
  readonly path: string
  /** In a message, as in `"auth" of the node`. */
  readonly words: string
}

/** Compiled credentials. Rendering throws `RenderFailure`. */
export interface CompiledAuth {
  readonly origin: AuthOrigin
  /** Whether the credential is a part of the URL. */
  readonly isInUrl: boolean
  /** Whether the scheme is Bearer. */
  readonly isBearer: boolean
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
  }
}

type AuthWith<Type extends Auth['type']> = Extract<Auth, { type: Type }>

function compileBearer({ token }: AuthWith<'bearer'>, compiler: Compiler, origin: AuthOrigin): CompiledAuth {
  const at = memberOf(origin, 'token')
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
  const [atUser, atPassword] = [memberOf(origin, 'username'), memberOf(origin, 'password')]
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
  const at = memberOf(origin, 'value')
  const template = isInUrl
    ? compiler.template(value, at.path, 'auth')
    : compileHeaderValue(value, at.path, compiler)
  compiler.plain(name, `${path}/name`, 'Only the value of the key is a template.')
  const problem = isInUrl || compiler.isTemplate(name) ? null : headerNameProblem(name)
  if (problem !== null) compiler.complain(`${path}/name`, `"${name}" ${problem}`)
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

function authorization(
  credential: Credential,
  user: string | null,
  { path }: AuthOrigin,
  session: RenderSession,
  valuePath = path,
): AuthHeader {
  const display = session.hasStandIns ? credential.display : mask
  return { ...credential, in: 'header', name: 'Authorization', display, user, path, valuePath }
}

type Credential = Pick<AuthHeader, 'wire' | 'display' | 'carriesStored'>

/** A member of the credentials. */
interface AuthMember {
  readonly name: 'token' | 'username' | 'password' | 'value'
  readonly path: string
}

function memberOf({ path }: AuthOrigin, name: AuthMember['name']): AuthMember {
  return { name, path: memberPath(path, name) }
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

function credential(
  template: Template,
  at: AuthMember,
  session: RenderSession,
  { mayBeEmpty = false, isTrimmed = false, isPublic = false } = {},
): Credential {
  const result = template.text(session.scope, asText)
  const whole = session.take(result, at.path)
  const text = isTrimmed ? trimHeader(whole) : whole
  const isStored = carriesStored(result) || session.isInConnection
  if (text !== whole && !isStored)
    session.warn('header_trimmed', at.path, 'White space around the credential was removed.')
  if (text === '' && !mayBeEmpty) session.fail(emptyFailure(at, result), isStored)
  const isLiteral = !carriesSecret(result)
  if (isLiteral && !isPublic) session.protect(text)
  const wire = isLiteral && text !== '' ? session.standIn(text, `auth_${at.name}`) : text
  return { wire, display: session.display(wire, isLiteral, result), carriesStored: isStored }
}

function emptyFailure({ name, path }: AuthMember, result: RenderResult<string>): Failure {
  const [variable] = result.ok ? result.undefinedVariables : []
  return {
    code: 'value_missing',
    detail: `The credential "${name}" of auth is empty${describeCause(variable)}`,
    path,
    hint: 'Send the secret or the attribute of the payload that the credential refers to.',
  }
}
