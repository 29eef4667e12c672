import type { BodyForm } from '../wire/media-type.ts'
import type { Displayable, RenderSession } from './render-session.ts'
import type { RequestCharset } from './request-charset.ts'

/** A body that is ready to be rendered. Throws `RenderFailure`. */
export interface CompiledBody {
  readonly contentType: string
  /** How it is written, whatever a header says of it. */
  readonly form: BodyForm
  readonly charset: RequestCharset
  render(session: RenderSession): RenderedBody
}

/** A body, how it may be shown, and whether a secret of the service is part of it. */
export interface RenderedBody extends Displayable<string> {
  readonly carriesStored: boolean
  /** Those that are sent, where the text is not sent in UTF-8. */
  readonly bytes?: Buffer
}
