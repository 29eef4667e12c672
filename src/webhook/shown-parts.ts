import type { ShownBody } from './request/compiled-body.ts'
import type { UserScheme } from './request/credential.ts'
import type { BodyForm } from './wire/media-type.ts'
import type { HeaderPair } from './wire/outcome.ts'

/** A request as the reply shows it. A value that is sensitive or carries a secret is masked as a whole. */
export interface ShownParts {
  readonly url: string
  readonly headers: readonly HeaderPair[]
  readonly body: ShownBody | null
  /** The syntax of the body. */
  readonly form?: BodyForm | undefined
  /** The charset of the body, if it is not UTF-8. */
  readonly charset?: string | undefined
  /** Whether the size of the body would reveal the length of a secret of the service. */
  readonly hasSecretSize: boolean
  /** `user:password` of Basic, for tools that take it in this form, such as curl. */
  readonly user: string | null
  /** How such a tool is told to use `user`, if not for Basic. */
  readonly scheme?: UserScheme
}

/** The parts with more headers behind their own. */
export function withHeaders(parts: ShownParts, added: readonly HeaderPair[]): ShownParts {
  return { ...parts, headers: [...parts.headers, ...added] }
}
