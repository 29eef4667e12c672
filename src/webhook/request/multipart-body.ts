import { type Body, nodeLimits, type Part } from '../../contract/node.ts'
import { mask } from '../masking/mask.ts'
import type { Compiler } from '../template/compiler.ts'
import { asText, EncodedText } from '../template/encoders.ts'
import { requestNames } from '../template/known-names.ts'
import type { UndefinedVariable } from '../template/render-result.ts'
import { constantTemplate, type Template } from '../template/template.ts'
import { describeCause } from '../template/undefined-warning.ts'
import { quoteName } from '../values/text.ts'
import {
  beginPart,
  chooseBoundary,
  endParts,
  type MultipartPart,
  partOverhead,
  writePartHead,
} from '../wire/multipart.ts'
import {
  type BodyPiece,
  type CompiledBody,
  type FilePiece,
  type RenderedBody,
  tooLargeHint,
} from './compiled-body.ts'
import { type CompiledField, compileField } from './field.ts'
import { type CompiledFile, compileFile, type DecodedFiles } from './file.ts'
import { headerLimits } from './header-rules.ts'
import { RenderFailure, type RenderSession } from './render-session.ts'
import { utf8 } from './request-charset.ts'
import { formPairs } from './serialize.ts'

const path = '/node/body'
const contentType = 'multipart/form-data'

/** Compiles a form with files. */
export function compileMultipart(
  { parts }: Extract<Body, { structure: 'multipart' }>,
  compiler: Compiler,
): CompiledBody {
  const compiled = parts.map((part, index) => compilePart(part, `${path}/parts/${index}`, compiler))
  return {
    contentType,
    form: 'multipart',
    charset: utf8,
    valuesPath: `${path}/parts`,
    listNames: () => compiled,
    render(session) {
      const writer = new PartWriter(session)
      for (const part of compiled) part.write(writer)
      // Large files must not use up the time of the author's templates.
      return session.input.budget.aside(() => writer.finish())
    },
  }
}

/** A compiled part: it may write any number of parts. */
interface CompiledPart {
  readonly name: string
  readonly path: string
  write(writer: PartWriter): void
}

function compilePart(part: Part, at: string, compiler: Compiler): CompiledPart {
  return 'filename' in part ? compileFilePart(part, at, compiler) : compileFieldPart(part, at, compiler)
}

function compileFieldPart(
  part: Exclude<Part, { filename: string }>,
  at: string,
  compiler: Compiler,
): CompiledPart {
  const field = compileField(part, at, 'partBody', compiler)
  return { name: field.name, path: at, write: (writer) => writer.addField(field) }
}

function compileFilePart(
  part: Extract<Part, { filename: string }>,
  at: string,
  compiler: Compiler,
): CompiledPart {
  const file = compileFile(part, at, `The part ${quoteName(part.name)} has`, compiler)
  compiler.plain(part.name, `${at}/name`, 'Only the file and its name are values.')
  const { filename } = part
  const template = compiler.isTemplate(filename)
    ? compiler.liquid(filename, `${at}/filename`, requestNames)
    : constantTemplate(filename)
  const name = part.name.toWellFormed()
  return { name, path: at, write: (writer) => writer.addFile({ name, path: at, file, filename: template }) }
}

interface NamedFile {
  readonly name: string
  readonly path: string
  readonly file: CompiledFile
  readonly filename: Template
}

/** A part that is written, and how it is shown. */
interface WrittenPart extends MultipartPart {
  readonly display: string | Omit<FilePiece, 'bytes'>
}

/** Collects the parts of one rendering, and ends it as soon as they are too large. */
class PartWriter {
  readonly #session: RenderSession
  readonly #decoded: DecodedFiles = new Map()
  readonly #parts: WrittenPart[] = []
  #size = endParts(chooseBoundary([]), false).length
  #largest = { name: '', path, size: 0 }
  #carriesStored = false

  constructor(session: RenderSession) {
    this.#session = session
  }

  addField(field: CompiledField): void {
    const rendered = field.render(this.#session)
    if (rendered === null) return
    const { name, path: at, wire, display } = rendered
    this.#carriesStored ||= rendered.carriesStored
    for (const [own, value] of formPairs(name, wire)) {
      const text = value instanceof EncodedText ? value.text : value
      const shown = display === mask ? mask : text
      this.#add(
        { head: writePartHead(own, null, null), content: Buffer.from(text), display: shown },
        name,
        at,
      )
    }
  }

  addFile({ name, path: at, file, filename }: NamedFile): void {
    const rendered = file.render(this.#session, this.#decoded)
    if (rendered === null) return
    const head = writePartHead(
      name,
      this.#renderFilename(filename, name, `${at}/filename`),
      rendered.contentType,
    )
    const { bytes: content, ...shown } = rendered
    this.#add({ head, content, display: { ...shown, name: this.#session.standIn(name, name) } }, name, at)
  }

  #renderFilename(template: Template, name: string, at: string): string {
    const rendered = template.text(this.#session.scope, asText)
    const text = this.#session.take(rendered, at)
    if (text === '') throw emptyFilename(name, at, rendered.ok ? rendered.undefinedVariables[0] : undefined)
    if (text.length > nodeLimits.nameCharacters)
      throw new RenderFailure({
        code: 'body_invalid',
        detail: `The filename of the part ${quoteName(name)} has ${text.length} characters. The service sends at most ${nodeLimits.nameCharacters}.`,
        path: at,
        hint: 'Shorten the value, for example with the filter truncate.',
      })
    return text
  }

  #add(part: WrittenPart, name: string, at: string): void {
    const { maxRenderedBytes } = this.#session.input
    const headBytes = Buffer.byteLength(part.head)
    if (headBytes > headerLimits.valueBytes) this.#refuseName(name, at)
    const size = headBytes + part.content.length
    if (size > this.#largest.size) this.#largest = { name, path: at, size }
    this.#size += size + partOverhead
    if (this.#size > maxRenderedBytes) this.#refuseSize(maxRenderedBytes)
    this.#parts.push(part)
  }

  #refuseName(name: string, at: string): never {
    throw new RenderFailure({
      code: 'body_invalid',
      detail: `The headers of a part of ${quoteName(name)} have more than ${headerLimits.valueBytes} bytes, the most that the service sends.`,
      path: at,
      hint: 'Send an object with long names as the text of one field, with the filter json.',
    })
  }

  #refuseSize(limit: number): never {
    const { name, path: at } = this.#largest
    const detail = `The rendered body has more than ${limit} bytes, the most that the service sends. Its largest part is ${quoteName(name)}.`
    const failure = { code: 'request_too_large', detail, path: at, hint: tooLargeHint } as const
    return this.#session.fail(failure, this.#carriesStored)
  }

  finish(): RenderedBody {
    const parts = this.#parts
    const boundary = chooseBoundary(parts)
    const body = Buffer.allocUnsafe(this.#size)
    const pieces: BodyPiece[] = []
    let length = 0
    const addText = (text: string) => {
      length += body.write(text, length)
      pieces.push(text)
    }
    for (const [index, { head, content, display }] of parts.entries()) {
      addText(beginPart(boundary, head, index === 0))
      const start = length
      length += content.copy(body, length)
      // A part of the whole body, so that the decoded file takes no memory while the call runs.
      pieces.push(typeof display === 'string' ? display : { ...display, bytes: body.subarray(start, length) })
    }
    addText(endParts(boundary, parts.length > 0))
    return {
      wire: '',
      display: joinTexts(pieces),
      carriesStored: this.#carriesStored,
      bytes: body.subarray(0, length),
      contentType: `${contentType}; boundary=${boundary}`,
    }
  }
}

function joinTexts(pieces: readonly BodyPiece[]): BodyPiece[] {
  const joined: BodyPiece[] = []
  let texts: string[] = []
  for (const piece of pieces) {
    if (typeof piece === 'string') texts.push(piece)
    else {
      joined.push(texts.join(''), piece)
      texts = []
    }
  }
  return [...joined, texts.join('')]
}

function emptyFilename(name: string, path: string, variable: UndefinedVariable | undefined): RenderFailure {
  const isMistyped = variable !== undefined && variable.meant !== null
  return new RenderFailure({
    code: 'value_missing',
    detail: `The filename of the part ${quoteName(name)} is empty${describeCause(variable)} Many targets then find no file in the part.`,
    path,
    hint: isMistyped
      ? 'Correct the name in the placeholder, or give it a default, as in {{ event.name | default: "file" }}.'
      : 'Give an empty placeholder a default, as in {{ event.name | default: "file" }}.',
  })
}
