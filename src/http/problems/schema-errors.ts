import { type ConfigError, pointer } from '../../contract/config-error.ts'
import { isObject, type JsonObject } from '../../webhook/values/json.ts'
import { suggest } from '../../webhook/values/suggest.ts'
import {
  findHeldMembers,
  findMeantShape,
  findMeantTag,
  findMissingShape,
  findSiblingWord,
  isWrongAsWhole,
} from './expected-shapes.ts'
import { writeValue } from './foreign-words/example-text.ts'
import { admitsType, follows, type JsonSchema } from './json-schema.ts'
import { type Advice, adviseMember, adviseWord, fold, groupMembers } from './member-advice.ts'
import { noPlace, type Place } from './place.ts'
import {
  missing,
  missingWord,
  scalarMismatch,
  tooMany,
  unknownMember,
  unknownName,
  wrongType,
} from './schema-error-text.ts'

/** Unknown members of an object that are compared with what the contract has. A reply lists no more errors. */
const maxAdvised = 100
/** Members of an object that are compared with the forms of a union. All of these forms are closed, and have fewer. */
const maxCompared = 1_000

/**
 * Finds the schema errors of a value, one per cause. `schema` has no references. A validator has already refused the
 * body: this explains why. Of a union it reports only the branch that was meant, where Ajv reports all.
 * It is a generator, so a hostile body costs no more than the errors that are listed.
 *
 * `place` names the schema for the advice on foreign words and shapes.
 */
export function* findSchemaErrors(
  schema: JsonSchema,
  value: unknown,
  path = '',
  place = schema.$id ?? noPlace,
): Generator<ConfigError> {
  if (isWrongAsWhole(place, value))
    yield { path, message: wrongType(schema, value, findMeantShape(place, value)) }
  else if (schema.anyOf !== undefined) yield* inUnion(schema, schema.anyOf, value, path, place)
  else if (!admitsType(schema, value))
    yield { path, message: wrongType(schema, value, findMeantShape(place, value)) }
  else if (Array.isArray(value)) yield* inArray(schema, value, path, place)
  else if (isObject(value)) yield* inObject(schema, value, path, place)
  else yield* inScalar(schema, value, path, place)
}

/** Schemas that differ from others in their limits only: the advice is the same. */
const sameAs: Readonly<Record<string, Place>> = { DurableNode: 'Node', DurableRetry: 'Retry' }

/** The place of a member or entry: the name of its schema, else a part of the place around it. */
export function placeWithin({ $id }: JsonSchema, place: Place, name: string): string {
  if ($id === undefined) return `${place}.${name}`
  return sameAs[$id] ?? $id
}

function* inScalar(schema: JsonSchema, value: unknown, path: string, place: Place): Generator<ConfigError> {
  const message = scalarMismatch(schema, value, place)
  if (message !== null) yield { path, message }
}

function* inArray(
  schema: JsonSchema,
  value: readonly unknown[],
  path: string,
  place: Place,
): Generator<ConfigError> {
  const { items, minItems = 0, maxItems = Number.POSITIVE_INFINITY } = schema
  if (value.length < minItems) yield { path, message: `must have at least ${minItems} of them` }
  if (value.length > maxItems) return yield { path, message: tooMany(maxItems, value.length) }
  if (items === undefined) return
  for (const [index, item] of value.entries())
    yield* findSchemaErrors(items, item, pointer(path, index), placeOfItem(items, place))
}

/** The place of an item. That of a field has the list in parentheses: `Field(query)`. */
export function placeOfItem({ $id }: JsonSchema, list: Place): Place {
  return $id === 'Field' ? `${$id}(${list.slice(list.lastIndexOf('.') + 1)})` : ($id ?? list)
}

function* inObject(
  schema: JsonSchema,
  value: JsonObject,
  path: string,
  place: Place,
): Generator<ConfigError> {
  const count = Object.keys(value).length
  const { maxProperties = Number.POSITIVE_INFINITY, required = [] } = schema
  if (count > maxProperties) return yield { path, message: tooMany(maxProperties, count) }
  const advised = adviseUnknown(schema, value, place)
  const held = findHeldMembers(place, value)
  const isCovered = (name: string) =>
    held.has(name) || advised.values().some(({ covers }) => covers === 'all' || covers.has(name))
  for (const name of missingNames(schema, value))
    if (!isCovered(name)) yield inMissing(schema, name, path, place, value)
  if (!restrictsMembers(schema)) return
  let isFirst = true
  for (const name of Object.keys(value)) {
    const at = pointer(path, name)
    const member = memberSchema(schema, name)
    const sibling = member === null ? null : findSiblingWord(place, name, value)
    if (sibling !== null) yield { path: at, message: sibling }
    else if (member !== null)
      yield* inMember(
        member,
        value[name],
        at,
        placeWithin(member, place, isNamed(schema, name) ? name : '*'),
        required.includes(name),
      )
    else if (schema.additionalProperties === false) {
      const advice = advised.get(name) ?? null
      yield* inUnknown(schema, { value: value[name], at, place, advice, listsKnown: isFirst })
      if (advice?.text == null) isFirst = false
    }
  }
}

function inMissing(
  { properties }: JsonSchema,
  name: string,
  path: string,
  place: Place,
  around: JsonObject,
): ConfigError {
  const member = properties?.[name] ?? {}
  const meant =
    findMissingShape(place, name, around) ?? findMeantShape(placeWithin(member, place, name), undefined)
  return { path: pointer(path, name), message: missing(member, meant, name) }
}

/** A member that may be left out is not given as null, and one that is no text not as an empty one. */
function* inMember(
  schema: JsonSchema,
  value: unknown,
  path: string,
  place: Place,
  isRequired: boolean,
): Generator<ConfigError> {
  const isNone = value === null || value === ''
  if (!isNone || isRequired || admitsType(schema, value))
    return yield* findSchemaErrors(schema, value, path, place)
  const { as } = findMeantShape(place, value)
  yield { path, message: wrongType(schema, value, { as, write: 'leave it out instead' }) }
}

/** The advice on the unknown members of a closed object. */
export function adviseUnknown(
  schema: JsonSchema,
  value: JsonObject,
  place: Place,
): ReadonlyMap<string, Advice> {
  const advised = new Map<string, Advice>()
  if (place === noPlace || schema.additionalProperties !== false) return advised
  if (schema.patternProperties !== undefined) return advised
  const known = Object.keys(schema.properties ?? {})
  for (const name in value) {
    if (isNamed(schema, name)) continue
    if (advised.size === maxAdvised) break
    advised.set(name, withMembers(adviseMember({ place, name, around: value, known }), value[name]))
  }
  return sayOnce(withOneBody(advised))
}

/** Two members that are the same one here, or get the same long advice, are told so instead of the same twice. */
function sayOnce(advised: ReadonlyMap<string, Advice>): ReadonlyMap<string, Advice> {
  const members = new Map<string, string>()
  const texts = new Map<string, string>()
  return new Map(
    Array.from(advised, ([name, advice]) => {
      const first = advice.is === null ? undefined : members.get(advice.is)
      const same = advice.text === null ? undefined : texts.get(advice.text)
      if (advice.is !== null && first === undefined) members.set(advice.is, name)
      if (advice.text !== null && same === undefined) texts.set(advice.text, name)
      if (first !== undefined)
        return [
          name,
          {
            ...advice,
            is: null,
            text: `it is the same as ${JSON.stringify(first)}; leave one of the two out`,
          },
        ]
      return same === undefined || (advice.text ?? '').length < longAdvice
        ? [name, advice]
        : [name, { ...advice, text: `the same holds as for ${JSON.stringify(same)}` }]
    }),
  )
}

/** Shorter advice may be given twice. */
const longAdvice = 60

/** Several members of a body, such as its type and its content, tell to write it once. */
function withOneBody(advised: ReadonlyMap<string, Advice>): ReadonlyMap<string, Advice> {
  const bodies = [...advised.values()].filter(({ withoutBody }) => withoutBody !== null)
  if (bodies.length < 2) return advised
  const best = bodies.find(({ knowsBody }) => knowsBody) ?? bodies[0]
  const [shownFor] = [...advised].find(([, advice]) => advice === best) ?? []
  return new Map(
    Array.from(advised, ([name, advice]) => {
      const isOther = advice.withoutBody !== null && advice !== best
      const text = `${advice.withoutBody}, as shown for ${JSON.stringify(shownFor)}`
      return [name, isOther ? { ...advice, text } : advice]
    }),
  )
}

/** Members of a member that is to be dissolved are not missing. */
function withMembers(advice: Advice, value: unknown): Advice {
  return advice.unwraps && isObject(value) ? { ...advice, covers: 'all' } : advice
}

/** An object with the required members of a schema, as it stands in a request; null if it needs none. */
function showRequired({ properties = {}, required = [] }: JsonSchema): string | null {
  if (required.length === 0) return null
  return writeValue(showValue({ type: 'object', properties, required }))
}

export function showValue({
  enum: words,
  examples,
  type,
  anyOf,
  properties = {},
  required = [],
}: JsonSchema): unknown {
  const [word] = words ?? []
  const [example] = examples ?? []
  if (word !== undefined || example !== undefined) return word ?? example
  if (type === 'array') return []
  if (type === 'object')
    return Object.fromEntries(required.map((name) => [name, showValue(properties[name] ?? {})]))
  return anyOf === undefined ? '…' : showValue(anyOf[0] ?? {})
}

interface UnknownMember {
  readonly value: unknown
  readonly at: string
  readonly place: Place
  readonly advice: Advice | null
  /** Whether the message lists the known members, if it has no advice. */
  readonly listsKnown: boolean
}

/** An unknown member, and what is wrong with its value where it is a known member under another name. */
function* inUnknown(schema: JsonSchema, unknown: UnknownMember): Generator<ConfigError> {
  const { value, at, place, advice, listsKnown } = unknown
  const [form] = Object.keys(schema.patternProperties ?? {})
  if (form !== undefined) return yield { path: at, message: unknownName(form) }
  const known = listsKnown ? groupMembers(place, Object.keys(schema.properties ?? {})) : ''
  const message = unknownMember(advice?.text ?? null, known, place === 'Node' ? null : showRequired(schema))
  if (advice?.unwraps === true && isObject(value)) {
    yield { path: at, message }
    return yield* inObject({ ...schema, required: [] }, value, at, place)
  }
  const meant = advice?.is == null ? undefined : schema.properties?.[advice.is]
  if (advice?.is == null || meant === undefined) return yield { path: at, message }
  const inner = findSchemaErrors(meant, value, at, placeWithin(meant, place, advice.is))
  const first = inner.next()
  if (first.done === true) yield { path: at, message }
  else if (first.value.path === at)
    yield { path: at, message: `${unknownMember(advice.name, '', null)}, and ${first.value.message}` }
  else {
    yield { path: at, message }
    yield first.value
  }
  yield* inner
}

function* inUnion(
  union: JsonSchema,
  branches: readonly JsonSchema[],
  given: unknown,
  path: string,
  place: Place,
): Generator<ConfigError> {
  const value = isObject(given) ? takeMembers(given) : given
  const candidates = branches.filter((branch) => admitsType(branch, value))
  const [only] = candidates
  if (only === undefined) yield { path, message: wrongType(union, value, findMeantShape(place, value)) }
  else if (isObject(value) && union.discriminator !== undefined)
    yield* inTaggedUnion(branches, union.discriminator.propertyName, value, path, place)
  else if (isObject(value) && candidates.length > 1) yield* inClosest(union, candidates, value, path, place)
  else if (isObject(value) || Array.isArray(value) || (candidates.length === 1 && only.enum !== undefined))
    yield* findSchemaErrors(only, value, path, only.$id ?? place)
  else if (!candidates.some((branch) => fits(branch, value)))
    yield { path, message: wrongType(union, value, findMeantShape(place, value)) }
}

/** The first members of an object: each form of a union looks at all of them. */
function takeMembers(value: JsonObject): JsonObject {
  const names = Object.keys(value)
  if (names.length <= maxCompared) return value
  return Object.fromEntries(names.slice(0, maxCompared).map((name) => [name, value[name]]))
}

/** The errors of the branch that the tag names, or of the tag itself. */
function* inTaggedUnion(
  branches: readonly JsonSchema[],
  tag: string,
  value: JsonObject,
  path: string,
  place: Place,
): Generator<ConfigError> {
  const words = branches.flatMap((branch) => branch.properties?.[tag]?.enum ?? [])
  const findBranch = (word: unknown) =>
    branches.find((branch) => branch.properties?.[tag]?.enum?.includes(word))
  const inBranch = function* (word: unknown, members: JsonObject) {
    const branch = findBranch(word)
    if (branch !== undefined) yield* inObject(branch, members, path, `${place}(${word})`)
  }
  const better = findMeantTag(place, value)
  if (better !== null) {
    yield { path: pointer(path, tag), message: better.message }
    return yield* inBranch(better.word, { ...value, [tag]: better.word })
  }
  if (Object.hasOwn(value, tag)) {
    if (findBranch(value[tag]) !== undefined) return yield* inBranch(value[tag], value)
    yield* findSchemaErrors(
      { type: 'string', enum: words },
      value[tag],
      pointer(path, tag),
      `${place}.${tag}`,
    )
    const meant = meantForm(branches, tag, { given: value[tag], value, place })
    return yield* inBranch(meant, { ...value, [tag]: meant })
  }
  yield* withoutTag(branches, tag, value, path, place)
}

/** The errors of an object without its tag: of the member that stands for it, or of the branch that its members tell. */
function* withoutTag(
  branches: readonly JsonSchema[],
  tag: string,
  value: JsonObject,
  path: string,
  place: Place,
): Generator<ConfigError> {
  const anyTag: JsonSchema = {
    type: 'string',
    enum: branches.flatMap((branch) => branch.properties?.[tag]?.enum ?? []),
  }
  const all: JsonSchema = {
    type: 'object',
    properties: { ...Object.assign({}, ...branches.map(({ properties }) => properties)), [tag]: anyTag },
    additionalProperties: false,
  }
  const advised = adviseUnknown(all, value, place)
  const inBranch = function* (word: unknown, members: JsonObject) {
    const branch = branches.find(({ properties }) => properties?.[tag]?.enum?.includes(word))
    if (branch !== undefined) yield* inObject(branch, { ...members, [tag]: word }, path, `${place}(${word})`)
  }
  const covering = [...advised].filter(([, { covers }]) => covers !== 'all' && covers.has(tag))
  const renamed = covering.find(([, { is }]) => is === tag)
  const standIns = renamed === undefined ? covering : [renamed]
  for (const [name, advice] of standIns)
    yield* inUnknown(all, { value: value[name], at: pointer(path, name), place, advice, listsKnown: false })
  const [standIn] = standIns
  if (standIn !== undefined) {
    const [name, { is }] = standIn
    const { [name]: given, ...members } = value
    if (is === tag) yield* inBranch(meantForm(branches, tag, { given, value: members, place }), members)
    return
  }
  const word = tellWord(branches, tag, namesAsMeant(branches, value, place))
  const meant = findMeantShape(place, value)
  const message =
    word === undefined ? missing(anyTag, { as: null, write: meant.write }, tag) : missingWord(anyTag, word)
  yield { path: pointer(path, tag), message }
  yield* inBranch(word, value)
}

/** The tag that a word of an object means; if it means none, the one that the other members tell. */
export function meantForm(
  branches: readonly JsonSchema[],
  tag: string,
  { given, value, place }: { readonly given: unknown; readonly value: JsonObject; readonly place: Place },
): unknown {
  const words = branches.flatMap((branch) => branch.properties?.[tag]?.enum ?? [])
  const meant = meantWord(`${place}.${tag}`, given, words)
  if (meant != null) return meant
  return tellWord(branches, tag, namesAsMeant(branches, value, place))
}

/** The tag of the only branch that has all of the members that some branches have and others have not. */
export function tellWord(branches: readonly JsonSchema[], tag: string, names: readonly string[]): unknown {
  const telling = names.filter((name) => {
    const count = branches.filter((branch) => isNamed(branch, name)).length
    return count > 0 && count < branches.length
  })
  if (telling.length === 0) return undefined
  const [only, other] = branches.filter((branch) => telling.every((name) => isNamed(branch, name)))
  return other === undefined ? only?.properties?.[tag]?.enum?.[0] : undefined
}

function meantWord(place: Place, given: unknown, words: readonly unknown[]): unknown {
  if (words.includes(given)) return given
  const foreign = adviseWord(place, given)
  const folded = typeof given === 'string' && given.length < 100 ? fold(given) : ''
  return (
    words.find((word) => folded !== '' && fold(String(word)) === folded) ??
    (foreign === null && typeof given === 'string' ? suggest(given, words.map(String)) : foreign?.is)
  )
}

/** The errors of the branch whose members match best, unless the value mixes several branches. */
function* inClosest(
  union: JsonSchema,
  candidates: readonly JsonSchema[],
  value: JsonObject,
  path: string,
  place: Place,
): Generator<ConfigError> {
  if (candidates.some((branch) => fits(branch, value))) return
  const closest = findClosest(candidates, value, place)
  if (closest === null) yield { path, message: wrongType(union, value, findMeantShape(place, value)) }
  else yield* findSchemaErrors(closest, value, path, place)
}

/** The branch whose members match best; null if the value mixes several branches. */
export function findClosest(
  candidates: readonly JsonSchema[],
  value: JsonObject,
  place: Place,
): JsonSchema | null {
  const names = namesAsMeant(candidates, value, place)
  const strangers = (branch: JsonSchema) => names.filter((name) => memberSchema(branch, name) === null)
  const absent = ({ required = [] }: JsonSchema) => required.filter((name) => !names.includes(name))
  const distance = (branch: JsonSchema) => strangers(branch).length + absent(branch).length
  const [closest, next] = candidates
    .map((branch) => ({ branch, distance: distance(branch) }))
    .toSorted((a, b) => a.distance - b.distance)
  const isMixed = (branch: JsonSchema) =>
    strangers(branch).some((name) => candidates.some((other) => memberSchema(other, name) !== null))
  if (closest === undefined || closest.distance === next?.distance || isMixed(closest.branch)) return null
  return closest.branch
}

/** The names of a value, foreign ones and misspelt ones as the candidates call them. */
export function namesAsMeant(
  candidates: readonly JsonSchema[],
  value: JsonObject,
  place: Place,
): readonly string[] {
  const properties: Record<string, JsonSchema> = Object.assign(
    {},
    ...candidates.map((branch) => branch.properties),
  )
  const advised = adviseUnknown({ properties, additionalProperties: false }, value, place)
  return Object.keys(value).flatMap((name) => {
    const advice = advised.get(name)
    if (advice === undefined || advice.covers === 'all') return name
    return advice.is ?? (advice.covers.size === 0 ? name : [...advice.covers])
  })
}

export function fits(schema: JsonSchema, value: unknown): boolean {
  return findSchemaErrors(schema, value, '', noPlace).next().done === true
}

function restrictsMembers({ properties, patternProperties, additionalProperties }: JsonSchema): boolean {
  return properties !== undefined || patternProperties !== undefined || additionalProperties !== undefined
}

function missingNames({ required = [] }: JsonSchema, value: JsonObject): readonly string[] {
  return required.filter((name) => !Object.hasOwn(value, name))
}

export function isNamed({ properties = {} }: JsonSchema, name: string): boolean {
  return Object.hasOwn(properties, name)
}

/** The schema of a member, or null for an unknown name. */
export function memberSchema(schema: JsonSchema, name: string): JsonSchema | null {
  const { properties = {}, patternProperties = {}, additionalProperties } = schema
  if (Object.hasOwn(properties, name)) return properties[name] ?? null
  for (const [pattern, member] of Object.entries(patternProperties)) if (follows(pattern, name)) return member
  return typeof additionalProperties === 'object' ? additionalProperties : null
}
