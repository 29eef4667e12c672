import { type Body, defaults } from '../../contract/node.ts'
import { mask } from '../masking/mask.ts'
import type { Compiler } from '../template/compiler.ts'
import { formEncode } from '../template/encoders.ts'
import { refuseLength, TextTooLong } from '../template/render-budget.ts'
import { isObject, isTooDeep, maxJsonDepth, measureJson, writeJson } from '../values/json.ts'
import { quoteName } from '../values/text.ts'
import { compileBinary } from './binary-body.ts'
import { type CompiledBody, type RenderedBody, tooLargeHint } from './compiled-body.ts'
import { listContentNames } from './content-names.ts'
import { compileField, type RenderedField, renderFields } from './field.ts'
import { compileJson } from './json-template.ts'
import { compileMultipart } from './multipart-body.ts'
import { compileRaw } from './raw-body.ts'
import { type Displayable, RenderFailure, type RenderSession } from './render-session.ts'
import { utf8 } from './request-charset.ts'
import { formPairs } from './serialize.ts'

const path = '/node/body'
/** What is shown of a body needs no limit beside that of the body. */
const unlimited = Number.POSITIVE_INFINITY

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
    case 'multipart':
      return compileMultipart(body, compiler)
    case 'binary':
      return compileBinary(body, compiler)
  }
}

type BodyWith<Structure extends Body['structure']> = Extract<Body, { structure: Structure }>
type EncodedType = NonNullable<BodyWith<'simple'>['contentType']>

function isJsonType(contentType: EncodedType): boolean {
  return contentType === 'application/json'
}

function compileLabel(contentType: EncodedType): Pick<CompiledBody, 'contentType' | 'form' | 'charset'> {
  return { contentType, form: isJsonType(contentType) ? 'json' : 'form', charset: utf8 }
}

/** The bytes of the body; null if it is empty. Throws `RenderFailure`. */
export function encodeBody(body: RenderedBody | null, session: RenderSession): Buffer | null {
  if (body === null || (body.wire === '' && body.bytes === undefined)) return null
  const bytes = body.bytes ?? Buffer.from(body.wire, 'utf8')
  const { maxRenderedBytes } = session.input
  if (bytes.length <= maxRenderedBytes) return bytes.length === 0 ? null : bytes
  const detail = `The rendered body has ${bytes.length} bytes. The service sends at most ${maxRenderedBytes}.`
  return session.fail({ code: 'request_too_large', detail, path, hint: tooLargeHint }, body.carriesStored)
}

function compileSimple(
  { fields, contentType = defaults.contentType }: BodyWith<'simple'>,
  compiler: Compiler,
): CompiledBody {
  const isJson = isJsonType(contentType)
  const place = isJson ? 'jsonBody' : 'formBody'
  const compiled = fields.map((field, index) =>
    compileField(field, `${path}/fields/${index}`, place, compiler),
  )
  const keys = new Map(compiled.map(({ name }) => [name, `${writeJson(name)}:`]))
  const mayRepeat = isJson && keys.size < compiled.length
  const write = (members: readonly RenderedField[], side: Side, limit: number) =>
    isJson ? writeObject(members, side, keys, limit) : writeFields(members, side, limit)
  return {
    ...compileLabel(contentType),
    valuesPath: `${path}/fields`,
    listNames: () => compiled,
    render(session) {
      const members = renderFields(compiled, session)
      if (mayRepeat) refuseRepeatedNames(members)
      const isStored = members.some((member) => member.carriesStored)
      const wire = withinLimit(
        (limit) => write(members, 'wire', limit),
        isStored,
        session,
        (limit) => findLargest(members, limit),
      )
      const isMasked = members.some((member) => member.display !== member.wire)
      const display = isMasked ? withPlainMasks(write(members, 'display', unlimited), contentType) : wire
      return { wire, display, carriesStored: isStored }
    },
  }
}

function refuseRepeatedNames(members: readonly RenderedField[]): void {
  const names = new Set<string>()
  for (const { name, path: at } of members) {
    if (names.has(name))
      throw new RenderFailure({
        code: 'body_invalid',
        detail: `The name ${quoteName(name)} is there twice. A JSON object may have each name only once.`,
        path: `${at}/name`,
        hint: 'Rename or remove one of the two fields of the body, or let "when" choose between them.',
      })
    names.add(name)
  }
}

function compileFull({ source, contentType = defaults.contentType }: BodyWith<'full'>): CompiledBody {
  return {
    ...compileLabel(contentType),
    valuesPath: source === undefined ? path : `${path}/source`,
    listNames: () => null,
    originOf: (names) => (source === undefined ? names : [source, ...names]).join('.'),
    render(session) {
      const { payload } = session.input
      const value = source === undefined ? payload : payload[source]
      if (value === undefined)
        session.warn('source_missing', `${path}/source`, `The payload has no ${source}.`)
      const text = withinLimit(
        (limit) =>
          writeValue(value ?? {}, contentType, source === undefined ? path : `${path}/source`, limit),
        false,
        session,
        (limit) => findLargestMember(value, source ?? null, limit),
      )
      return { wire: text, display: text, carriesStored: false }
    },
  }
}

function compileContent(
  { content, contentType = defaults.contentType }: BodyWith<'json'>,
  compiler: Compiler,
): CompiledBody {
  if (!isJsonType(contentType) && !isObject(content))
    compiler.complain(`${path}/content`, 'must be an object, because the body is sent as a form')
  const template = compileJson(
    content,
    `${path}/content`,
    isJsonType(contentType) ? 'jsonBody' : 'formBody',
    compiler,
  )
  return {
    ...compileLabel(contentType),
    valuesPath: `${path}/content`,
    listNames: () => listContentNames(content, `${path}/content`),
    render(session) {
      const { wire, display, carriesStored: isStored } = template.render(session)
      const at = `${path}/content`
      const text = withinLimit(
        (limit) => writeValue(wire, contentType, at, limit),
        isStored,
        session,
        () => ({
          path: at,
          what: '',
        }),
      )
      return {
        wire: text,
        display: withPlainMasks(writeValue(display, contentType, at, unlimited), contentType),
        carriesStored: isStored,
      }
    },
  }
}

/** Writes a body. Ends the rendering as soon as the body becomes too large, before the text takes memory. */
function withinLimit(
  write: (limit: number) => string,
  isStored: boolean,
  session: RenderSession,
  findPart: (limit: number) => LargePart,
): string {
  const { maxRenderedBytes } = session.input
  try {
    return write(maxRenderedBytes)
  } catch (error) {
    if (!(error instanceof TextTooLong)) throw error
    const { path: at, what } = findPart(maxRenderedBytes)
    const detail = `The rendered body has more than ${error.limit} bytes, the most that the service sends.${what}`
    return session.fail({ code: 'request_too_large', detail, path: at, hint: tooLargeHint }, isStored)
  }
}

/** The largest part of a body that is too large, and a sentence about it with a leading space. */
interface LargePart {
  readonly path: string
  readonly what: string
}

function findLargest(members: readonly RenderedField[], limit: number): LargePart {
  const largest = findMax(members, ({ wire }) => wire, limit)
  return largest === undefined
    ? { path, what: '' }
    : { path: largest.path, what: ` Its largest field is ${quoteName(largest.name)}.` }
}

function findLargestMember(value: unknown, source: string | null, limit: number): LargePart {
  const largest = findMax(Object.entries(value ?? {}), ([, member]) => member, limit)
  const name = largest === undefined ? null : source === null ? largest[0] : `${source}.${largest[0]}`
  return {
    path: source === null ? path : `${path}/source`,
    what: name === null ? '' : ` The largest part of it is ${quoteName(name)}.`,
  }
}

function findMax<Item>(
  items: readonly Item[],
  readValue: (item: Item) => unknown,
  limit: number,
): Item | undefined {
  let largest: { readonly item: Item; readonly size: number } | undefined
  for (const item of items) {
    const size = measureJson(readValue(item) ?? null, limit)
    if (largest === undefined || size > largest.size) largest = { item, size }
  }
  return largest?.item
}

/** The side of a displayable value that a text is written from. */
type Side = keyof Displayable<unknown>

/** Keeps the author's order, which an object would not (integer names come first). `keys` has the names as JSON. */
function writeObject(
  members: readonly RenderedField[],
  side: Side,
  keys: ReadonlyMap<string, string>,
  limit: number,
): string {
  let length = 0
  const pieces = ['{']
  for (const member of members) {
    const value = member[side] ?? null
    length = refuseSize(value, length + member.name.length, limit)
    refuseDepth(value, maxJsonDepth - 1, member.path)
    if (pieces.length > 1) pieces.push(',')
    pieces.push(keys.get(member.name) ?? '', writeJson(value))
  }
  pieces.push('}')
  // One piece: as a part of the reply it is written faster then.
  return pieces.join('')
}

function writeFields(members: readonly RenderedField[], side: Side, limit: number): string {
  return writeForm(
    members.map((member) => [member.name, member[side]]),
    limit,
  )
}

/** `at`: the part of the node that the value comes from. */
function writeValue(value: unknown, contentType: EncodedType, at: string, limit: number): string {
  if (!isJsonType(contentType)) return writeForm(Object.entries(value as object), limit)
  refuseSize(value, 0, limit)
  refuseDepth(value, maxJsonDepth, at)
  return writeJson(value)
}

/** Adds up lengths before anything is written, because many fields can take the same large value. Returns the sum. */
function refuseSize(value: unknown, before: number, limit: number): number {
  const length = before + measureJson(value, limit)
  refuseLength('text', length, limit)
  return length
}

function refuseDepth(value: unknown, levels: number, at: string): void {
  if (!isTooDeep(value, levels)) return
  throw new RenderFailure({
    code: 'body_invalid',
    detail: `The rendered JSON is nested deeper than ${maxJsonDepth} levels.`,
    path: at,
    hint: 'Send a part of the value in the body, or the value as a text, with the filter json.',
  })
}

/** WHATWG application/x-www-form-urlencoded. */
function writeForm(members: readonly (readonly [name: string, value: unknown])[], limit: number): string {
  const pairs: string[] = []
  let length = 0
  for (const [name, value] of members)
    for (const [own, text] of formPairs(name, value)) {
      const encoded = `${formEncode(own)}=${formEncode(text)}`
      length += encoded.length + 1
      refuseLength('text', length - 1, limit)
      pairs.push(encoded)
    }
  return pairs.join('&')
}

/** Masks stay readable in a form: percent-encoded they would not be recognised. */
function withPlainMasks(text: string, contentType: EncodedType): string {
  return isJsonType(contentType) ? text : text.replaceAll(encodeURIComponent(mask), mask)
}
