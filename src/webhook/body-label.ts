import type { CompiledBody } from './compiled-body.ts'
import type { RenderedField } from './field.ts'
import { mask } from './masking/mask.ts'
import { type BodyForm, findBodyForm, type MediaType, parseMediaType } from './media-type.ts'
import type { Rendering } from './rendering.ts'
import { findCharset } from './request-charset.ts'
import { headerText } from './value-text.ts'

const code = 'content_type_mismatch'
const advice = 'A header field changes the label that is sent, not the encoding.'

/** Warns of a header field `Content-Type` that says something else than the body is. */
export function warnOfLabel(
  body: CompiledBody,
  bytes: Buffer,
  headers: readonly RenderedField[],
  rendering: Rendering,
): void {
  for (const header of headers)
    if (header.name.length === 12 && header.name.toLowerCase() === 'content-type')
      warnOfHeader(body, bytes, header, rendering)
}

function warnOfHeader(body: CompiledBody, bytes: Buffer, header: RenderedField, rendering: Rendering): void {
  const label = parseMediaType(headerText(header.real))
  const isHidden = header.shown === mask
  if (contradicts(findBodyForm(label), body.form)) {
    const said = isHidden ? 'another media type' : label.essence
    rendering.warn(
      code,
      header.path,
      `The header says ${said}, and the body is written as ${names[body.form]}. ${advice}`,
    )
  } else if (contradictsCharset(label, body, bytes)) {
    const said = isHidden ? 'another charset' : `charset=${label.charset ?? 'UTF-8'}`
    rendering.warn(
      code,
      header.path,
      `The header says ${said}, and the body is sent in ${body.charset.name}. ${advice}`,
    )
  }
}

const names: Readonly<Record<BodyForm, string>> = {
  json: 'JSON',
  lines: 'JSON in lines',
  sequence: 'a sequence of JSON',
  xml: 'XML',
  form: 'a URL-encoded form',
  multipart: 'multipart',
  text: 'text that is not escaped',
}

/** JSON without line breaks is JSON in one line. */
function contradicts(label: BodyForm, body: BodyForm): boolean {
  return label !== 'text' && label !== body && !(label === 'lines' && body === 'json')
}

function contradictsCharset(label: MediaType, { form, charset }: CompiledBody, bytes: Buffer): boolean {
  // XML says itself in which charset it is.
  if (label.charset === null && form === 'xml') return false
  const said = label.charset === null ? 'UTF-8' : (findCharset(label.charset)?.name ?? label.charset)
  if (said === charset.name) return false
  if (said.startsWith('UTF-16') || charset.name.startsWith('UTF-16')) return true
  return form === 'form' ? /%[89a-f]/i.test(bytes.toString('latin1')) : bytes.some((byte) => byte > 0x7f)
}
