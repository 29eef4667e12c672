import { defaults, type Field } from '../../contract/node.ts'
import type { Source } from '../../contract/payload.ts'
import type { Compiler } from '../template/compiler.ts'
import { isEmpty } from '../values/lookup.ts'
import { mediaTypeProblem } from '../wire/media-type.ts'
import { type DecodedFile, decodeFile } from './decode-file.ts'
import { compileField } from './field.ts'
import { headerValueProblem } from './header-rules.ts'
import type { RenderSession } from './render-session.ts'

/** A file as a node describes it. */
interface FileSketch {
  readonly name: string
  readonly source: Source
  readonly field: string
  readonly contentType?: string
  readonly ifEmpty?: NonNullable<Field['ifEmpty']>
  readonly when?: string
  readonly sensitive?: boolean
}

/** The files of one rendering that are already decoded, so that several parts with the same file decode it once. */
export type DecodedFiles = Map<string, DecodedFile>

/** A compiled file. */
export interface CompiledFile {
  /** Renders the file; null if it is left out. Throws `RenderFailure`. */
  render(session: RenderSession, decoded: DecodedFiles): RenderedFile | null
}

/** A file that is sent. */
interface RenderedFile {
  readonly bytes: Buffer
  readonly contentType: string
  readonly isHidden: boolean
}

/** Compiles a file. `subject` begins the sentence that says why there is none. */
export function compileFile(
  file: FileSketch,
  path: string,
  subject: string,
  compiler: Compiler,
): CompiledFile {
  const { name, source, field, contentType, ifEmpty = defaults.ifFileEmpty, when, sensitive = false } = file
  if (contentType !== undefined) checkType(contentType, `${path}/contentType`, compiler)
  const given = { name, source, field, ifEmpty, ...(when === undefined ? {} : { when }) }
  const attribute = compileField(given, path, 'partBody', compiler)
  const key = `${source}.${field}`
  return {
    render(session, decoded) {
      const rendered = attribute.render(session)
      if (rendered === null) return null
      const value = isEmpty(rendered.wire) ? '' : rendered.wire
      const read = decoded.get(key) ?? session.input.budget.aside(() => decodeFile(value))
      decoded.set(key, read)
      if (!read.ok) {
        const { says, hint } = read.problem
        const detail = `${subject} no file: ${key} ${says}.`
        return session.fail({ code: 'body_invalid', detail, path: `${path}/field`, hint }, false)
      }
      const { bytes, mediaType } = read
      if (sensitive) hide(value, bytes, session)
      return { bytes, contentType: contentType ?? mediaType ?? defaults.fileType, isHidden: sensitive }
    },
  }
}

function checkType(contentType: string, at: string, compiler: Compiler): void {
  const problem = headerValueProblem(contentType) ?? mediaTypeProblem(contentType)
  if (compiler.isTemplate(contentType))
    compiler.plain(contentType, at, 'The media type is sent as it is written.')
  else if (problem !== null) compiler.complain(at, problem)
}

/** The largest file that is searched for in a response, in bytes. With more to search for, all texts would be masked whole. */
const maxHiddenBytes = 16_384

/** A target may return a file as a text or as base64. */
function hide(value: unknown, bytes: Buffer, session: RenderSession): void {
  session.guard()
  if (session.hasStandIns || bytes.length > maxHiddenBytes) return
  session.hide(value, false)
  session.hide(bytes.toString('utf8'), false)
}
