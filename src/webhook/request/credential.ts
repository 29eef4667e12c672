import type { Failure } from '../../contract/failure.ts'
import { mask } from '../masking/mask.ts'
import { asText } from '../template/encoders.ts'
import { carriesSecret, carriesStored, type RenderResult } from '../template/render-result.ts'
import type { Template } from '../template/template.ts'
import { describeCause } from '../template/undefined-warning.ts'
import { trimHeader } from '../wire/headers.ts'
import { memberPath } from './member-path.ts'
import type { Displayable, RenderSession } from './render-session.ts'
import type { TokenGrant } from './token-grant.ts'

/** User name and password for the challenges of a target. */
export interface DigestCredentials {
  readonly username: string
  readonly password: string
}

/** What the requests to a service of AWS are signed with. */
export interface AwsKeys {
  readonly region: string
  readonly service: string
  readonly accessKeyId: string
  readonly secretAccessKey: string
}

/** Credentials that are sent in a header. */
export interface AuthHeader extends NamedCredential, Displayable<string> {
  readonly in: 'header'
  /** How to get the token that belongs into the header, if the node does not have it. */
  readonly grant?: TokenGrant
  /** For the challenge that the header answers. */
  readonly digest?: DigestCredentials
  /** For the signature that the header carries. */
  readonly awsKeys?: AwsKeys
  /** Headers that belong to it. */
  readonly more?: readonly NamedHeader[]
}

/** A header that credentials need beside their own. */
interface NamedHeader extends Displayable<string> {
  readonly name: string
}

/** What is done with `user` if it is not sent as it is. */
export type UserScheme =
  | { readonly name: 'digest' }
  /** `provider`: the value of the option of curl. */
  | { readonly name: 'aws-sigv4'; readonly provider: string }

/** What a credential has wherever it is sent. */
export interface NamedCredential {
  readonly name: string
  /** `user:password` of Basic as it may be shown, for tools that take it in this form. */
  readonly user: string | null
  /** How such a tool is told to use `user`, if not for Basic. */
  readonly scheme?: UserScheme
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

/** The header `Authorization`. It is masked as a whole where it is shown. */
export function authorization(
  credential: Credential,
  user: string | null,
  { path }: AuthOrigin,
  session: RenderSession,
  valuePath = path,
): AuthHeader {
  const display = session.hasStandIns ? credential.display : mask
  return { ...credential, in: 'header', name: 'Authorization', display, user, path, valuePath }
}

/** A credential as it is sent, and as it may be shown. */
type Credential = Pick<AuthHeader, 'wire' | 'display' | 'carriesStored'>

/** A member of the credentials. */
export interface AuthMember {
  readonly name: string
  readonly path: string
}

/** A member of credentials from an origin. */
export function locateMember({ path }: AuthOrigin, name: string): AuthMember {
  return { name, path: memberPath(path, name) }
}

/** Renders a credential, and hides it. Throws `RenderFailure`. */
export function credential(
  template: Template,
  at: AuthMember,
  session: RenderSession,
  { mayBeEmpty = false, isTrimmed = false, isPublic = false } = {},
): Credential {
  const result = template.text(session.scope, asText)
  const whole = session.take(result, at.path)
  const text = isTrimmed ? trimHeader(whole) : whole
  const isStored = carriesStored(result) || session.isInConnection
  // Trimming leaves a line break, which the header cannot have: that failure says it.
  if (text !== whole && !isStored && !/[\r\n]/.test(text))
    session.warn('header_trimmed', at.path, 'White space around the credential was removed.')
  if (text === '' && !mayBeEmpty) session.fail(emptyFailure(at, result), isStored)
  const isLiteral = !carriesSecret(result)
  if (isLiteral && !isPublic) session.protect(text)
  const wire = isLiteral && text !== '' ? session.standIn(text, `auth_${at.name}`) : text
  return { wire, display: session.display(wire, isLiteral, result), carriesStored: isStored }
}

/** The failure of a credential that is empty. */
export function emptyFailure({ name, path }: AuthMember, result: RenderResult<string>): Failure {
  const [variable] = result.ok ? result.undefinedVariables : []
  return {
    code: 'value_missing',
    detail: `The credential "${name}" of auth is empty${describeCause(variable)}`,
    path,
    hint: 'Send the secret or the attribute of the payload that the credential refers to.',
  }
}
