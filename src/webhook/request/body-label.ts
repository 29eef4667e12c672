import { mask } from '../masking/mask.ts'
import { findXmlEncoding } from '../values/xml-declaration.ts'
import { isNamed } from '../wire/headers.ts'
import {
  type BodyForm,
  findBodyForm,
  type MediaType,
  mediaTypeProblem,
  parseMediaType,
} from '../wire/media-type.ts'
import type { CompiledBody, RenderedBody } from './compiled-body.ts'
import type { RenderedField } from './field.ts'
import type { RenderSession } from './render-session.ts'
import { findCharset } from './request-charset.ts'
import { headerText } from './serialize.ts'

const code = 'content_type_mismatch'
const advice = 'A header of the node changes the label, not the body.'

/** A body as it is sent, and its compiled form. */
interface SentBody {
  readonly compiled: CompiledBody
  readonly text: string
  readonly bytes: Buffer
  /** The parameter of its content type without which no reader finds its parts; null for a body without parts. */
  readonly boundary: string | null
}

/** Warns if the header `Content-Type` of the node contradicts the body. */
export function warnOfLabel(
  compiled: CompiledBody,
  { wire: text, contentType }: RenderedBody,
  bytes: Buffer,
  headers: readonly RenderedField[],
  session: RenderSession,
): void {
  if (compiled.form === 'bytes') return
  for (const header of headers) {
    if (!isNamed(header.name, 'content-type')) continue
    const boundary = /boundary=.*/.exec(contentType ?? '')?.[0] ?? null
    warnOfHeader({ compiled, text, bytes, boundary }, header, session)
  }
}

function warnOfHeader(body: SentBody, header: RenderedField, session: RenderSession): void {
  const { form, charset } = body.compiled
  const text = headerText(header.wire).trim()
  const label = parseMediaType(text)
  const isHidden = header.display === mask
  if (saysNothing(text, form)) {
    warn(header, `is not a media type, but the body is written as ${names[form]}`, session)
  } else if (contradicts(findBodyForm(label), body)) {
    const said = isHidden ? 'another media type' : label.essence
    const written = findBodyForm(label) === 'lines' && form === 'json' ? 'JSON in several lines' : names[form]
    warn(header, `says ${said}, but the body is written as ${written}`, session)
  } else if (body.boundary !== null && !text.includes(body.boundary)) {
    warn(header, 'has no boundary of the body, so that the target finds no parts', session)
  } else if (contradictsCharset(label, body)) {
    const { charset: own } = label
    const said = own === null ? 'names no charset, which most readers take for UTF-8' : `says charset=${own}`
    warn(
      header,
      `${isHidden ? 'says another charset' : said}, but the body is sent in ${charset.name}`,
      session,
    )
  }
}

function warn({ path }: RenderedField, said: string, session: RenderSession): void {
  session.warn(code, path, `The header ${said}. ${advice}`)
}

/** Whether a label says nothing about the form of a body. */
function saysNothing(label: string, form: BodyForm): boolean {
  return form !== 'text' && label !== '' && mediaTypeProblem(label) !== null
}

const names: Readonly<Record<BodyForm, string>> = {
  json: 'JSON',
  lines: 'JSON in lines',
  sequence: 'a sequence of JSON',
  xml: 'XML',
  form: 'a URL-encoded form',
  multipart: 'multipart',
  bytes: 'a file',
  text: 'text that is not escaped',
}

/** JSON without line breaks is also valid as JSON lines. */
function contradicts(label: BodyForm, { compiled: { form }, text }: SentBody): boolean {
  if (label === 'lines' && form === 'json') return text.trim().includes('\n')
  return label !== 'text' && label !== form
}

function contradictsCharset(label: MediaType, body: SentBody): boolean {
  const { form, charset } = body.compiled
  if (label.charset === null && saysItself(body)) return false
  const said = label.charset === null ? 'UTF-8' : (findCharset(label.charset)?.name ?? label.charset)
  if (said === charset.name) return false
  if (said.startsWith('UTF-16') || charset.name.startsWith('UTF-16')) return true
  return form === 'form'
    ? /%[89a-f]/i.test(body.bytes.toString('latin1'))
    : body.bytes.some((byte) => byte > 0x7f)
}

/** Whether XML names its own encoding, by a declaration or a byte order mark. Another warning compares the declaration. */
function saysItself({ compiled: { form, charset }, text }: SentBody): boolean {
  return form === 'xml' && (charset.name === 'UTF-16' || findXmlEncoding(text) !== null)
}
