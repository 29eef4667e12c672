import type { Body } from '../../contract/node.ts'
import { mask } from '../masking/mask.ts'
import type { Compiler } from '../template/compiler.ts'
import {
  asAsciiForm,
  asForm,
  asJson,
  asJsonLines,
  asText,
  asXml,
  type Encoder,
  formBytes,
} from '../template/encoders.ts'
import { carriesStored, replaceSecrets } from '../template/render-result.ts'
import type { TextPlace } from '../template/secret-shape.ts'
import { findXmlEncoding } from '../values/xml-declaration.ts'
import {
  findBodyForm,
  type MediaType,
  mediaTypeProblem,
  parseMediaType,
  type TextForm,
} from '../wire/media-type.ts'
import { findBodyProblem } from './body-check.ts'
import { type BrokenBody, failBody, failCharset } from './body-failure.ts'
import type { CompiledBody, RenderedBody } from './compiled-body.ts'
import { findOriginInText } from './content-names.ts'
import { findPlaceholder } from './find-placeholder.ts'
import { headerValueProblem } from './header-rules.ts'
import type { RenderSession } from './render-session.ts'
import { charsetNames, findCharset, type RequestCharset, utf8 } from './request-charset.ts'

const path = '/node/body'

interface Writing {
  readonly place: TextPlace
  readonly encoder: Encoder
}

const writings: Readonly<Record<TextForm, Writing>> = {
  json: { place: 'rawJson', encoder: asJson },
  lines: { place: 'rawJson', encoder: asJsonLines },
  sequence: { place: 'rawJson', encoder: asJson },
  xml: { place: 'rawXml', encoder: asXml },
  form: { place: 'rawForm', encoder: asForm },
  multipart: { place: 'raw', encoder: asText },
  text: { place: 'raw', encoder: asText },
}

/** Compiles a body whose text the author wrote. */
export function compileRaw(
  { content, contentType }: Extract<Body, { structure: 'raw' }>,
  compiler: Compiler,
): CompiledBody {
  const mediaType = parseMediaType(contentType)
  const form = findBodyForm(mediaType)
  const charset = resolveCharset(contentType, mediaType, compiler)
  const writing = writings[form]
  // Escapes of a form are those of its charset, so characters outside ASCII are percent-encoded after rendering.
  const isFormInCharset = form === 'form' && charset !== utf8
  const encoder = isFormInCharset ? asAsciiForm : writing.encoder
  const template = compiler.template(content, `${path}/content`, writing.place)
  return {
    contentType,
    form,
    charset,
    valuesPath: `${path}/content`,
    listNames: () => null,
    originOf: (names) => findOriginInText(content, names.at(-1) ?? ''),
    render(session) {
      const result = template.text(session.scope, encoder)
      const wire = session.take(result, `${path}/content`)
      const secrets = result.ok ? result.secrets.filter((secret) => session.masks(secret)) : []
      const text = { wire, secrets, carriesStored: carriesStored(result) }
      const problem = findBodyProblem(wire, mediaType)
      if (problem !== null)
        failBody(text, problem, session, (at) => findPlaceholder(template, session.scope, encoder, at))
      const display = replaceSecrets(wire, secrets, mask)
      if (form === 'xml') warnOfDeclaration(display, charset, session)
      const body = { wire, display, carriesStored: text.carriesStored }
      if (charset === utf8) return body
      const encoded = charset.encode(wire)
      if (!encoded.ok)
        return failCharset(text, encoded.at, charset.name, session, (at) =>
          findPlaceholder(template, session.scope, encoder, at),
        )
      return isFormInCharset ? percentEncoded(text, charset) : { ...body, bytes: encoded.bytes }
    },
  }
}

/** The charset of a content type. The compiler gets at most one complaint about it. */
function resolveCharset(contentType: string, mediaType: MediaType, compiler: Compiler): RequestCharset {
  const at = `${path}/contentType`
  const charset = mediaType.charset === null ? utf8 : findCharset(mediaType.charset)
  const problem = headerValueProblem(contentType) ?? mediaTypeProblem(contentType)
  if (compiler.isTemplate(contentType))
    compiler.plain(contentType, at, 'The media type is sent as it is written.')
  else if (problem !== null) compiler.complain(at, problem)
  else if (charset === null)
    compiler.complain(at, `has a charset that the service cannot send; it can send ${charsetNames}`)
  else if (findBodyForm(mediaType) === 'form' && charset.name.startsWith('UTF-16'))
    compiler.complain(at, formComplaint)
  return charset ?? utf8
}

const formComplaint =
  'has a charset in which a form cannot be sent, because its names, "=" and "&" must be ASCII; use UTF-8 or, for example, ISO-8859-1'

/** Writes a form with percent escapes of the charset. */
function percentEncoded(
  { wire, secrets, carriesStored: isStored }: BrokenBody,
  charset: RequestCharset,
): RenderedBody {
  const encoded = percentEncode(wire, charset)
  const display =
    secrets.length === 0
      ? encoded
      : percentEncode(replaceSecrets(wire, secrets, '\0'), charset).replaceAll('\0', mask)
  return { wire: encoded, display, carriesStored: isStored }
}

const beyondAscii = /[^\0-\x7f]+/g

/** Encodes all characters outside ASCII in one call, because each call of the encoder has a cost of its own. */
function percentEncode(text: string, charset: RequestCharset): string {
  const encoded = charset.encode((text.match(beyondAscii) ?? []).join(separator))
  const pieces = encoded.ok ? splitPieces(encoded.bytes) : []
  let next = 0
  return text.replace(beyondAscii, () => pieces[next++] ?? '')
}

/** Separates pieces in the encoded bytes. Its byte is not a part of another character in any charset of a form. */
const separator = '\n'

function splitPieces(bytes: Buffer): readonly string[] {
  const pieces: string[] = ['']
  for (const byte of bytes) {
    if (byte === separator.charCodeAt(0)) pieces.push('')
    else pieces[pieces.length - 1] += formBytes[byte] ?? ''
  }
  return pieces
}

function warnOfDeclaration(text: string, charset: RequestCharset, session: RenderSession): void {
  const declared = findXmlEncoding(text)
  if (declared === null) return
  const name = findCharset(declared)?.name ?? declared
  if (name.replace(/[LB]E$/, '') === charset.name.replace(/[LB]E$/, '')) return
  session.warn(
    'xml_encoding_mismatch',
    `${path}/content`,
    `The XML declaration says encoding "${declared}", but the body is sent in ${charset.name}. Name the charset in contentType, or change the declaration.`,
  )
}
