import type { BodyForm } from '../wire/media-type.ts'
import type { Displayable, RenderSession } from './render-session.ts'
import type { RequestCharset } from './request-charset.ts'

/** A compiled body. Rendering throws `RenderFailure`. */
export interface CompiledBody {
  readonly contentType: string
  /** The syntax of the body. A header of the node does not change it. */
  readonly form: BodyForm
  readonly charset: RequestCharset
  /** JSON Pointer to the member of the node that has the values. */
  readonly valuesPath: string
  /** The names that the author gives to values, each with its JSON Pointer; null if they come with the payload or in a text. */
  listNames(): readonly NamedValue[] | null
  render(session: RenderSession): RenderedBody
}

/** A name that the author gives to a value. */
export interface NamedValue {
  readonly name: string
  /** JSON Pointer. */
  readonly path: string
  /** Whether it went out empty, where only the request tells. */
  readonly isEmpty?: boolean
}

/** A rendered body. */
export interface RenderedBody extends Displayable<string> {
  readonly carriesStored: boolean
  /** The encoded text, if its charset is not UTF-8. */
  readonly bytes?: Buffer
}
