import type { Compiler } from './compiler.ts'
import { type Body, defaults } from './config.ts'
import { asJson, asText, asXml, type Encoder } from './encode.ts'
import { compileField, type RenderedField, renderFields } from './field.ts'
import { headerValueProblem } from './header.ts'
import { isTooDeep, maxJsonDepth, measureJson, parseJson, writeJson } from './json.ts'
import { compileJson } from './json-template.ts'
import { mask } from './masking/mask.ts'
import { quoteName } from './plain-text.ts'
import { maxTextLengths, refuseLength, TextTooLong } from './render-budget.ts'
import { carriesStored, replaceSecrets } from './rendered.ts'
import { RenderFailure, type Rendering, type Shown } from './rendering.ts'
import type { TextPlace } from './secret-shape.ts'
import { formPairs } from './value-text.ts'

/** A body that is ready to be rendered. Throws `RenderFailure`. */
export interface CompiledBody {
  readonly contentType: string
  render(rendering: Rendering): RenderedBody
}

/** A body, how it may be shown, and whether a secret of the service is part of it. */
export interface RenderedBody extends Shown<string> {
  readonly carriesStored: boolean
}

const path = '/node/body'
const maxBodyBytes = maxTextLengths.text

/** Compiles the body of a node. */
export function compileBody(body: Body, compiler: Compiler): CompiledBody {
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

/** The bytes that are sent; null where there are none. Throws `RenderFailure`. */
export function bytesOf(body: RenderedBody | null, rendering: Rendering): Buffer | null {
  if (body === null || body.real === '') return null
  const bytes = Buffer.from(body.real, 'utf8')
  if (bytes.length <= maxBodyBytes) return bytes
  const detail = `The rendered body has ${bytes.length} bytes; at most ${maxBodyBytes} are sent.`
  return rendering.fail({ code: 'request_too_large', detail, path }, body.carriesStored)
}

function compileSimple(
  { fields, contentType = defaults.contentType }: BodyOf<'simple'>,
  compiler: Compiler,
): CompiledBody {
  const compiled = fields.map((field, index) =>
    compileField(field, `${path}/fields/${index}`, 'body', compiler),
  )
  const isJson = contentType === 'application/json'
  const keys = new Map(compiled.map(({ name }) => [name, `${writeJson(name)}:`]))
  const mayRepeat = isJson && keys.size < compiled.length
  const write = (members: readonly RenderedField[], side: Side) =>
    isJson ? writeObject(members, side, keys) : writeFields(members, side)
  return {
    contentType,
    render(rendering) {
      const members = renderFields(compiled, rendering)
      if (mayRepeat) refuseRepeatedNames(members)
      const isStored = members.some((member) => member.carriesStored)
      const real = withinLimit(() => write(members, 'real'), isStored, rendering)
      const isMasked = members.some((member) => member.shown !== member.real)
      const shown = isMasked ? withPlainMasks(write(members, 'shown'), contentType) : real
      return { real, shown, carriesStored: isStored }
    },
  }
}

function refuseRepeatedNames(members: readonly RenderedField[]): void {
  const names = new Set<string>()
  for (const { name, path: at } of members) {
    if (names.has(name))
      throw invalid(`The name ${quoteName(name)} is there twice, and a JSON object has each name once.`, at)
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
      const text = withinLimit(() => writeValue(value ?? {}, contentType), false, rendering)
      return { real: text, shown: text, carriesStored: false }
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
      const { real, shown, carriesStored: isStored } = template.render(rendering)
      const text = withinLimit(() => writeValue(real, contentType), isStored, rendering)
      return {
        real: text,
        shown: withPlainMasks(writeValue(shown, contentType), contentType),
        carriesStored: isStored,
      }
    },
  }
}

function compileRaw({ content, contentType }: BodyOf<'raw'>, compiler: Compiler): CompiledBody {
  compiler.plain(contentType, `${path}/contentType`, 'Write the media type as it is to be sent.')
  const problem = headerValueProblem(contentType)
  if (problem !== null) compiler.complain(`${path}/contentType`, problem)
  const encoder = encoderFor(contentType)
  const template = compiler.template(content, `${path}/content`, rawPlaceFor(contentType, encoder))
  return {
    contentType,
    render(rendering) {
      const result = template.text(rendering.scope, encoder)
      const real = rendering.take(result, `${path}/content`)
      const isStored = carriesStored(result)
      if (encoder === asJson) refuseBrokenJson(real, isStored, rendering)
      const secrets = result.ok ? result.secrets.filter((secret) => rendering.masks(secret)) : []
      return { real, shown: replaceSecrets(real, secrets, mask), carriesStored: isStored }
    },
  }
}

function rawPlaceFor(contentType: string, encoder: Encoder): TextPlace {
  if (encoder === asJson) return 'rawJson'
  if (encoder === asXml) return 'rawXml'
  return /^application\/x-www-form-urlencoded\b/i.test(contentType) ? 'rawForm' : 'raw'
}

function encoderFor(contentType: string): Encoder {
  const [mediaType = ''] = contentType.toLowerCase().split(';')
  if (/[/+]json\s*$/.test(mediaType)) return asJson
  return /[/+]xml\s*$/.test(mediaType) ? asXml : asText
}

function refuseBrokenJson(text: string, isStored: boolean, rendering: Rendering): void {
  const parsed = parseJson(text, { maxDepth: maxJsonDepth })
  if (parsed.ok) return
  const detail = `The rendered body is not JSON. ${parsed.detail}`
  rendering.fail({ code: 'body_invalid', detail, path: `${path}/content` }, isStored)
}

/** Writes a body; one that becomes too large ends the rendering before it takes memory. */
function withinLimit(write: () => string, isStored: boolean, rendering: Rendering): string {
  try {
    return write()
  } catch (error) {
    if (!(error instanceof TextTooLong)) throw error
    const detail = `The rendered body has more than ${error.limit} bytes; at most so many are sent.`
    return rendering.fail({ code: 'request_too_large', detail, path }, isStored)
  }
}

/** Which of both a text is made of. */
type Side = keyof Shown<unknown>

/** Members in the order of the author, which an object would not keep. `keys` has their names as JSON. */
function writeObject(
  members: readonly RenderedField[],
  side: Side,
  keys: ReadonlyMap<string, string>,
): string {
  let length = 0
  const written = members.map((member) => {
    const value = member[side] ?? null
    length = refuseSize(value, length + member.name.length)
    refuseDepth(value, maxJsonDepth - 1)
    return keys.get(member.name) + writeJson(value)
  })
  return `{${written.join(',')}}`
}

function writeFields(members: readonly RenderedField[], side: Side): string {
  return writeForm(members.map((member) => [member.name, member[side]]))
}

function writeValue(value: unknown, contentType: EncodedType): string {
  if (contentType !== 'application/json') return writeForm(Object.entries(value as object))
  refuseSize(value, 0)
  refuseDepth(value, maxJsonDepth)
  return writeJson(value)
}

/** A value may refer to the same large part any number of times. Gives the length so far. */
function refuseSize(value: unknown, before: number): number {
  const length = before + measureJson(value, maxTextLengths.text)
  refuseLength('text', length)
  return length
}

function refuseDepth(value: unknown, levels: number): void {
  if (isTooDeep(value, levels))
    throw invalid(`The rendered JSON is nested deeper than ${maxJsonDepth} levels.`, path)
}

/** WHATWG application/x-www-form-urlencoded. */
function writeForm(members: readonly (readonly [name: string, value: unknown])[]): string {
  const form = new URLSearchParams()
  let length = 0
  for (const [name, value] of members)
    for (const [own, text] of formPairs(name, value)) {
      length += own.length + text.length
      refuseLength('text', length)
      form.append(own, text)
    }
  return form.toString()
}

/** A mask stands for a value; written as part of a form it would not be recognised. */
function withPlainMasks(text: string, contentType: EncodedType): string {
  return contentType === 'application/json' ? text : text.replaceAll(encodeURIComponent(mask), mask)
}

function invalid(detail: string, at: string): RenderFailure {
  return new RenderFailure({ code: 'body_invalid', detail, path: at })
}
