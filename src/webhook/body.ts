import type { Compiler } from './compiler.ts'
import { type Body, defaults } from './config.ts'
import { asJson, asText, asXml, type Encoder } from './encode.ts'
import { compileField, type RenderedField } from './field.ts'
import { headerValueProblem } from './header.ts'
import { isTooDeep, maxJsonDepth, parseJson, writeJson } from './json.ts'
import { compileJson } from './json-template.ts'
import { mask } from './mask.ts'
import { RenderFailure, type Rendering, type Shown } from './rendering.ts'
import { formPairs, type TextPair } from './value-text.ts'

/** A body that is ready to be rendered. Throws `RenderFailure`. */
export interface CompiledBody {
  readonly contentType: string
  render(rendering: Rendering): Shown<string>
}

const path = '/node/body'
const maxBodyBytes = 1_048_576

/** Compiles the body of a node. */
export function compileBody(body: Body, compiler: Compiler): CompiledBody {
  const compiled = compileStructure(body, compiler)
  return { ...compiled, render: (rendering) => bounded(compiled.render(rendering)) }
}

function compileStructure(body: Body, compiler: Compiler): CompiledBody {
  switch (body.structure) {
    case 'simple':
      return compileSimple(body, compiler)
    case 'full':
      return compileFull(body)
    case 'json':
      return compileContent(body, compiler)
    case 'raw':
      return compileRaw(body, compiler)
  }
}

type BodyOf<Structure extends Body['structure']> = Extract<Body, { structure: Structure }>
type EncodedType = NonNullable<BodyOf<'simple'>['contentType']>

function bounded(body: Shown<string>): Shown<string> {
  const bytes = Buffer.byteLength(body.real)
  if (bytes <= maxBodyBytes) return body
  const detail = `The rendered body has ${bytes} bytes; at most ${maxBodyBytes} are sent.`
  throw new RenderFailure({ code: 'request_too_large', detail, path })
}

function compileSimple(
  { fields, contentType = defaults.contentType }: BodyOf<'simple'>,
  compiler: Compiler,
): CompiledBody {
  const compiled = fields.map((field, index) => compileField(field, `${path}/fields/${index}`, compiler))
  return {
    contentType,
    render(rendering) {
      const members = compiled.flatMap((field) => field.render(rendering) ?? [])
      if (contentType === 'application/json') refuseRepeatedNames(members)
      const text = (side: 'real' | 'shown') =>
        writeMembers(
          members.map((member) => [member.name, member[side]]),
          contentType,
        )
      const real = text('real')
      const isMasked = members.some((member) => member.shown !== member.real)
      return { real, shown: isMasked ? withPlainMasks(text('shown'), contentType) : real }
    },
  }
}

function refuseRepeatedNames(members: readonly RenderedField[]): void {
  const names = new Set<string>()
  for (const { name, path: at } of members) {
    if (names.has(name))
      throw invalid(`The name "${name}" is there twice, and a JSON object has each name once.`, at)
    names.add(name)
  }
}

function compileFull({ source, contentType = defaults.contentType }: BodyOf<'full'>): CompiledBody {
  return {
    contentType,
    render(rendering) {
      const { payload } = rendering.input
      const value = source === undefined ? payload : payload[source]
      if (value === undefined)
        rendering.warn('source_missing', `${path}/source`, `The payload has no ${source}.`)
      const text = writeValue(value ?? {}, contentType)
      return { real: text, shown: text }
    },
  }
}

function compileContent(
  { content, contentType = defaults.contentType }: BodyOf<'json'>,
  compiler: Compiler,
): CompiledBody {
  const isObject = typeof content === 'object' && content !== null && !Array.isArray(content)
  if (contentType !== 'application/json' && !isObject)
    compiler.complain(`${path}/content`, 'must be an object to be sent as a form')
  const template = compileJson(content, `${path}/content`, compiler)
  return {
    contentType,
    render(rendering) {
      const { real, shown } = template.render(rendering)
      const text = writeValue(shown, contentType)
      return { real: writeValue(real, contentType), shown: withPlainMasks(text, contentType) }
    },
  }
}

function compileRaw({ content, contentType }: BodyOf<'raw'>, compiler: Compiler): CompiledBody {
  const problem = headerValueProblem(contentType)
  if (problem !== null) compiler.complain(`${path}/contentType`, problem)
  const template = compiler.template(content, `${path}/content`)
  const encoder = encoderFor(contentType)
  return {
    contentType,
    render(rendering) {
      const text = rendering.take(template.text(rendering.scope, encoder), `${path}/content`)
      if (encoder === asJson) refuseBrokenJson(text)
      return { real: text, shown: text }
    },
  }
}

function encoderFor(contentType: string): Encoder {
  const [mediaType = ''] = contentType.toLowerCase().split(';')
  if (/[/+]json\s*$/.test(mediaType)) return asJson
  return /[/+]xml\s*$/.test(mediaType) ? asXml : asText
}

function refuseBrokenJson(text: string): void {
  const parsed = parseJson(text, { maxDepth: maxJsonDepth })
  if (!parsed.ok) throw invalid(`The rendered body is not JSON. ${parsed.detail}`, `${path}/content`)
}

function writeMembers(
  members: readonly (readonly [name: string, value: unknown])[],
  contentType: EncodedType,
): string {
  if (contentType !== 'application/json')
    return writeForm(members.flatMap(([name, value]) => formPairs(name, value)))
  refuseDepth(members.map(([, value]) => value))
  return `{${members.map(([name, value]) => `${writeJson(name)}:${writeJson(value ?? null)}`).join(',')}}`
}

function writeValue(value: unknown, contentType: EncodedType): string {
  if (contentType === 'application/json') {
    refuseDepth(value)
    return writeJson(value)
  }
  return writeMembers(Object.entries(value as object), contentType)
}

function refuseDepth(value: unknown): void {
  if (isTooDeep(value)) throw invalid(`The rendered JSON is nested deeper than ${maxJsonDepth} levels.`, path)
}

/** WHATWG application/x-www-form-urlencoded. */
function writeForm(pairs: readonly TextPair[]): string {
  return new URLSearchParams(pairs.map(([name, text]) => [name, text])).toString()
}

/** A mask stands for a value; written as part of a form it would not be recognised. */
function withPlainMasks(text: string, contentType: EncodedType): string {
  return contentType === 'application/json' ? text : text.replaceAll(encodeURIComponent(mask), mask)
}

function invalid(detail: string, at: string): RenderFailure {
  return new RenderFailure({ code: 'body_invalid', detail, path: at })
}
