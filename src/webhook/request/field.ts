import { defaults, type Field } from '../../contract/node.ts'
import { type Source, sources } from '../../contract/payload.ts'
import type { Compiler } from '../template/compiler.ts'
import { asText } from '../template/encoders.ts'
import { carriesSecret, carriesStored, type RenderResult, rendered } from '../template/render-result.ts'
import type { TextPlace } from '../template/secret-shape.ts'
import type { Template } from '../template/template.ts'
import { curesOfSource, describeCause } from '../template/undefined-warning.ts'
import { attribute, isEmpty, nearestAttribute } from '../values/lookup.ts'
import { didYouMean } from '../values/suggest.ts'
import { quoteName } from '../values/text.ts'
import { trimHeader } from '../wire/headers.ts'
import { findOrigin } from './content-names.ts'
import { findPlaceholder } from './find-placeholder.ts'
import { headerNameProblem, headerValueProblem, quoteHeaderName } from './header-rules.ts'
import { memberPath } from './member-path.ts'
import { warnOfReferences } from './reference-warning.ts'
import { type Displayable, type Omission, RenderFailure, type RenderSession } from './render-session.ts'
import { headerText } from './serialize.ts'

/** A compiled field. */
export interface CompiledField {
  readonly name: string
  /** JSON Pointer to the field. */
  readonly path: string
  /** The one attribute that the value is taken from. None for a secret or for what is hidden. */
  readonly origin?: string
  /** Renders the field; null if it is left out. Throws `RenderFailure`. */
  render(session: RenderSession): RenderedField | null
}

/** A field that is sent. */
export interface RenderedField extends Displayable<unknown> {
  readonly name: string
  readonly path: string
  readonly carriesSecret: boolean
  readonly carriesStored: boolean
  readonly source: ValueSource
}

/** The source of a value: an attribute, a template or a literal. */
interface ValueSource {
  /** The member of the field that has the value. */
  readonly member: 'field' | 'value' | 'literal'
  value(session: RenderSession): RenderResult<unknown>
  /** What wrote a place of the value as a text, for messages. Null if it cannot be told. */
  describeOrigin(session: RenderSession, at: number): string | null
  /** The warning about an empty value. */
  emptiness(
    session: RenderSession,
    result: RenderResult<unknown>,
  ): {
    readonly code: 'value_empty' | 'source_missing'
    readonly message: string
    /** Whether the name is probably misspelt. */
    readonly isMisspelt?: boolean
    /** The attribute that is probably meant. */
    readonly meant?: string | null
    /** Whether the payload lacks the attribute, which may be misspelt. */
    readonly isMissing?: boolean
  }
}

/** The part of the request that a field belongs to. */
export type FieldPlace = Extract<TextPlace, 'query' | 'headers' | 'jsonBody' | 'formBody' | 'partBody'>

/** Compiles a field of a query, of headers or of a body. */
export function compileField(
  field: Field,
  path: string,
  place: FieldPlace,
  compiler: Compiler,
): CompiledField {
  const known = compiler.references.length
  const source = compileSource(field, path, place, compiler)
  const isHidden = field.sensitive ?? false
  const references = compiler.references.splice(known).map((found) => ({ ...found, pointer: path, isHidden }))
  const when = field.when === undefined ? null : compiler.condition(field.when, `${path}/when`)
  refusePlaceholders(field, path, compiler)
  const { sensitive = false, ifEmpty } = field
  const name = field.name.toWellFormed()
  return {
    name,
    path,
    ...(sensitive ? {} : originOf(field)),
    render(session) {
      if (when !== null) {
        const held = when.holds(session.scope)
        if (!session.take(held, memberPath(path, 'when')))
          return session.leaveOut({ name, path, describe: () => describeUnwanted(held, path) })
      }
      const result = source.value(session)
      const value = session.take(result, path, source.member)
      if (isEmptyFor(value, ifEmpty) && !isSentEmpty(source, result, ifEmpty, session, path))
        return session.leaveOut({
          name,
          path,
          describe: () => describeOmission(source, result, session, path),
        })
      if (references.length > 0) warnOfReferences(references, session)
      const wire = sensitive ? session.standIn(value, name) : value
      const display = session.display(wire, sensitive, result)
      return {
        name,
        path,
        source,
        carriesSecret: carriesSecret(result),
        carriesStored: carriesStored(result),
        wire,
        display,
      }
    },
  }
}

function originOf(field: Field): Pick<CompiledField, 'origin'> {
  if ('source' in field) return { origin: `${field.source}.${field.field}` }
  return 'value' in field ? findOrigin(field.value) : {}
}

function refusePlaceholders(field: Field, path: string, compiler: Compiler): void {
  compiler.plain(field.name, `${path}/name`, 'Only the value of the field is a template.')
  if ('source' in field)
    compiler.plain(
      field.field,
      `${path}/field`,
      'Name the attribute alone, such as email, or give a template as "value".',
    )
}

/** Compiles a header. Checks its name, and its value if that is constant. */
export function compileHeaderField(field: Field, path: string, compiler: Compiler): CompiledField {
  const problem = headerNameProblem(field.name)
  if (problem !== null && !compiler.isTemplate(field.name))
    compiler.complain(`${path}/name`, `${quoteHeaderName(field.name)} ${problem}`)
  const [member, constant] = readConstant(field, compiler)
  const valueProblem = member === null ? null : headerValueProblem(trimHeader(headerText(constant)))
  if (valueProblem !== null) compiler.complain(`${path}/${member}`, valueProblem + cureFor(valueProblem))
  return compileField(field, path, 'headers', compiler)
}

function describeUnwanted(held: RenderResult<boolean>, path: string): Omission {
  const [undefinedVariable] = held.ok ? held.undefinedVariables : []
  return {
    path: memberPath(path, 'when'),
    cause: `because its "when" is not true${describeCause(undefinedVariable)}`,
    isMistake: undefinedVariable !== undefined,
  }
}

function describeOmission(
  source: ValueSource,
  result: RenderResult<unknown>,
  session: RenderSession,
  path: string,
): Omission {
  const { message, isMisspelt = false, isMissing = isMisspelt } = source.emptiness(session, result)
  return {
    path: isMisspelt ? memberPath(path, source.member) : path,
    cause: `because of its "ifEmpty". ${message}`,
    isMistake: isMissing,
  }
}

/** What to do about a constant value with a line break: most often it has several headers. */
function cureFor(problem: string): string {
  return problem === 'contains a line break'
    ? '; write one entry for each header, and remove the line break'
    : ''
}

/** For `omit` and `fail` an empty list counts as empty. For `send` it does not: it is sent as a list. */
function isEmptyFor(value: unknown, ifEmpty: Field['ifEmpty']): boolean {
  if (isEmpty(value)) return true
  return Array.isArray(value) && value.length === 0 && (ifEmpty === 'omit' || ifEmpty === 'fail')
}

function isSentEmpty(
  source: ValueSource,
  result: RenderResult<unknown>,
  ifEmpty: Field['ifEmpty'],
  session: RenderSession,
  path: string,
): boolean {
  if (ifEmpty === undefined) {
    const { code, message, isMissing } = source.emptiness(session, result)
    session.warn(code, path, message, isMissing)
  }
  if (ifEmpty === 'fail') {
    const { message: detail, isMisspelt = false, meant = null } = source.emptiness(session, result)
    const at = isMisspelt ? memberPath(path, source.member) : path
    const hint =
      meant === null
        ? {}
        : {
            hint: `Write ${quoteName(meant)} as the "field" if that is meant. If not, send the attribute in the payload, or let the field be sent empty with ifEmpty.`,
          }
    throw new RenderFailure({ code: 'value_missing', detail, path: at, ...hint })
  }
  return (ifEmpty ?? defaults.ifEmpty) === 'send'
}

function compileSource(field: Field, path: string, place: FieldPlace, compiler: Compiler): ValueSource {
  if ('source' in field) return attributeSource(field.source, field.field)
  if ('literal' in field) {
    compiler.literal(field.literal, `${path}/literal`, place)
    return constantSource(field.literal, field.name, 'literal')
  }
  if (typeof field.value !== 'string') return constantSource(field.value, field.name, 'value')
  return templateSource(compiler.template(field.value, `${path}/value`, place), field.name)
}

function attributeSource(source: Source, name: string): ValueSource {
  return {
    member: 'field',
    value: ({ input }) => rendered(attribute(input.payload[source], name)),
    describeOrigin: () => `${source}.${name}`,
    emptiness: (session) => missingAttribute(session, source, name),
  }
}

function missingAttribute(
  session: RenderSession,
  source: Source,
  name: string,
): ReturnType<ValueSource['emptiness']> {
  const { payload } = session.input
  const attributes = payload[source]
  if (attributes === undefined)
    return {
      code: 'source_missing',
      message: `The payload has no ${source}, so ${source}.${name} is empty. ${describeOtherSource(payload, source, name) ?? curesOfSource[source]}`,
    }
  if (attribute(attributes, name) !== undefined)
    return { code: 'value_empty', message: `The attribute ${source}.${name} is empty.` }
  const meant = session.suggest(() => nearestAttribute(attributes, name, source))
  const other = meant === null ? describeOtherSource(payload, source, name) : null
  return {
    code: 'value_empty',
    message: `The ${source} has no attribute ${quoteName(name)}.${didYouMean(meant)}${other === null ? '' : ` ${other}`}`,
    isMisspelt: meant !== null,
    isMissing: true,
    meant,
  }
}

/** What to do where another source has the attribute. Null if none has it. */
function describeOtherSource(
  payload: RenderSession['input']['payload'],
  source: Source,
  name: string,
): string | null {
  const other = sources.find((one) => {
    const attributes = one === source ? undefined : payload[one]
    return attributes !== undefined && !isEmpty(attribute(attributes, name))
  })
  return other === undefined
    ? null
    : `But ${other} has ${quoteName(name)}: write "source": "${other}" if that is meant.`
}

function templateSource(template: Template, name: string): ValueSource {
  return {
    member: 'value',
    value: ({ scope }) => template.value(scope),
    describeOrigin: ({ scope }, at) => findPlaceholder(template, scope, asText, at)?.name ?? null,
    emptiness: (_session, result) => emptyTemplate(name, result),
  }
}

function emptyTemplate(name: string, result: RenderResult<unknown>): ReturnType<ValueSource['emptiness']> {
  const [undefinedVariable] = result.ok ? result.undefinedVariables : []
  return {
    code: 'value_empty',
    message: `The value of ${quoteName(name)} is empty${describeCause(undefinedVariable)}`,
    isMisspelt: undefinedVariable !== undefined,
  }
}

function constantSource(value: unknown, name: string, member: 'literal' | 'value'): ValueSource {
  const constant = rendered(value)
  return {
    member,
    value: () => constant,
    describeOrigin: () => null,
    emptiness: () => ({ code: 'value_empty', message: `The value of ${quoteName(name)} is empty.` }),
  }
}

/** The member that has a constant value, and the value; null if the value depends on the payload. */
function readConstant(field: Field, compiler: Compiler): readonly [member: string | null, value: unknown] {
  if ('literal' in field) return ['literal', field.literal]
  if (!('value' in field)) return [null, null]
  const depends = typeof field.value === 'string' && compiler.isTemplate(field.value)
  return [depends ? null : 'value', field.value]
}

/** Renders fields in order, without those that are left out. Throws `RenderFailure`. */
export function renderFields(fields: readonly CompiledField[], session: RenderSession): RenderedField[] {
  const sent: RenderedField[] = []
  for (const field of fields) {
    const one = field.render(session)
    if (one !== null) sent.push(one)
  }
  return sent
}
