import type { BodyForm } from '../wire/media-type.ts'
import type { Displayable, RenderSession } from './render-session.ts'
import type { RequestCharset } from './request-charset.ts'

/** A compiled body. Rendering throws `RenderFailure`. */
export interface CompiledBody {
  /** Without what only a rendering can tell, such as a boundary. */
  readonly contentType: string
  /** The syntax of the body. A header of the node does not change it. */
  readonly form: BodyForm
  readonly charset: RequestCharset
  /** JSON Pointer to the member of the node that has the values. */
  readonly valuesPath: string
  /** The names that the author gives to values, each with its JSON Pointer; null if they come with the payload or in a text. */
  listNames(): readonly NamedValue[] | null
  /** The one attribute that a value comes from, for names that come with the payload or in a text. `names`: those that lead to it. */
  originOf?(names: readonly string[]): string | undefined
  render(session: RenderSession): RenderedBody
}

/** A name that the author gives to a value. */
export interface NamedValue {
  readonly name: string
  /** JSON Pointer. */
  readonly path: string
  /** JSON Pointer within the body, where `path` is that of a whole text. */
  readonly within?: string
  /** Whether it went out empty, where only the request tells. */
  readonly isEmpty?: boolean
  /** The one attribute that the value is taken from, as in `profile.email`. None for a secret or for what is hidden. */
  readonly origin?: string
}

/** What to do about a body that is larger than the setting allows. */
export const tooLargeHint =
  'Send fewer fields, or send a link to the data instead of the data. The operator of the service can raise MAX_RENDERED_BYTES.'

/** A rendered body. */
export interface RenderedBody extends Displayable<string, ShownBody> {
  readonly carriesStored: boolean
  /** The bytes that are sent, if they are not `wire` in UTF-8: text in another charset, or files. Then `wire` may be empty. */
  readonly bytes?: Buffer
  /** The content type that is sent, if it is not that of the compiled body. */
  readonly contentType?: string
}

/** A body as it may be shown: a text, or the pieces of one with files. */
export type ShownBody = string | readonly BodyPiece[]

/** A text, or a file whose content is not shown. */
export type BodyPiece = string | FilePiece

/** A file within a body. */
export interface FilePiece {
  /** The name of its part, or what stands for it in a curl command. */
  readonly name: string
  readonly contentType: string
  readonly bytes: Buffer
  /** Whether nothing of its content may be shown. */
  readonly isHidden: boolean
}
