import type { BodyForm } from '../wire/media-type.ts'
import type { Displayable, RenderSession } from './render-session.ts'
import type { RequestCharset } from './request-charset.ts'

/** A compiled body. Rendering throws `RenderFailure`. */
export interface CompiledBody {
  readonly contentType: string
  /** The syntax of the body. A header of the node does not change it. */
  readonly form: BodyForm
  readonly charset: RequestCharset
  render(session: RenderSession): RenderedBody
}

/** A rendered body. */
export interface RenderedBody extends Displayable<string> {
  readonly carriesStored: boolean
  /** The encoded text, if its charset is not UTF-8. */
  readonly bytes?: Buffer
}
