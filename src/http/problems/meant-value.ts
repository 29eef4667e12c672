import { pointer } from '../../contract/config-error.ts'
import { isObject, type JsonObject } from '../../webhook/values/json.ts'
import { findMeantTag, isWrongAsWhole } from './expected-shapes.ts'
import { admitsType, type JsonSchema } from './json-schema.ts'
import type { Place } from './place.ts'
import {
  adviseUnknown,
  findClosest,
  fits,
  isNamed,
  meantForm,
  memberSchema,
  namesAsMeant,
  placeOfItem,
  placeWithin,
  showValue,
  tellWord,
} from './schema-errors.ts'

/** A value that follows its schema in place of one that does not. */
export interface MeantValue {
  readonly value: unknown
  /** JSON Pointers of members that are no longer as they were given: left out, or an example in their place. */
  readonly replaced: ReadonlySet<string>
  /** The path in the given value. */
  readonly findGiven: (path: string) => string
}

/**
 * Finds what a value would be if all its schema errors were mended: members are called as they are here, what is wrong is an
 * example, what is unknown is left out. So the parts that are right can be checked on. Null if that is not known.
 */
export function findMeantValue(schema: JsonSchema, value: unknown, place: Place): MeantValue | null {
  const reading = new Reading()
  const meant = reading.read(schema, value, { place, at: '', given: '' })
  if (meant === undefined) return null
  return { value: meant, replaced: reading.replaced, findGiven: (path) => reading.findGiven(path) }
}

interface Spot {
  readonly place: Place
  /** The path in the meant value. */
  readonly at: string
  /** The path in the given one. */
  readonly given: string
}

class Reading {
  readonly replaced = new Set<string>()
  readonly #moved = new Map<string, string>()

  /** `undefined` if the value tells nothing. */
  read(schema: JsonSchema, value: unknown, spot: Spot): unknown {
    if (spot.at !== spot.given) this.#moved.set(spot.at, spot.given)
    if (fits(schema, value)) return value
    if (isWrongAsWhole(spot.place, value)) return undefined
    const form =
      schema.anyOf === undefined ? { schema, place: spot.place } : findForm(schema, value, spot.place)
    if (form === null || !admitsType(form.schema, value)) return undefined
    const own = { ...spot, place: form.place }
    const meant = Array.isArray(value)
      ? this.#readList(form.schema, value, own)
      : isObject(value)
        ? this.#readObject(form.schema, value, own)
        : undefined
    return fits(schema, meant) ? meant : undefined
  }

  findGiven(path: string): string {
    for (let end = path.length; end > 0; end = path.lastIndexOf('/', end - 1)) {
      const moved = this.#moved.get(path.slice(0, end))
      if (moved !== undefined) return moved + path.slice(end)
    }
    return path
  }

  #readList({ items, maxItems = maxParts }: JsonSchema, value: readonly unknown[], spot: Spot): unknown {
    const { place, at, given } = spot
    if (items === undefined || value.length > maxItems) return undefined
    return value.map((item, index) => {
      const own = {
        place: items.$id === undefined ? place : placeOfItem(items, place),
        at: pointer(at, index),
        given: pointer(given, index),
      }
      return this.read(items, item, own) ?? this.#replace(items, own.at)
    })
  }

  #readObject(schema: JsonSchema, value: JsonObject, spot: Spot): unknown {
    if (Object.keys(value).length > maxParts) return undefined
    const members: Record<string, unknown> = {}
    this.#readMembers(schema, value, spot, members)
    const missing = (schema.required ?? []).filter((name) => !Object.hasOwn(members, name))
    for (const name of missing)
      this.#fill(schema.properties?.[name] ?? {}, pointer(spot.at, name), name, members)
    return members
  }

  #readMembers(schema: JsonSchema, value: JsonObject, spot: Spot, members: Record<string, unknown>): void {
    const { place, at, given } = spot
    const advised = adviseUnknown(schema, value, place)
    const within = (name: string, member: JsonSchema, from: string): Spot => ({
      place: placeWithin(member, place, isNamed(schema, name) ? name : '*'),
      at: pointer(at, name),
      given: pointer(given, from),
    })
    for (const [name, inner] of Object.entries(value)) {
      const member = memberSchema(schema, name)
      const advice = advised.get(name)
      if (member !== null) this.#take(member, inner, within(name, member, name), name, members)
      else if (advice?.unwraps === true && isObject(inner))
        this.#readMembers(schema, inner, { ...spot, given: pointer(given, name) }, members)
      else {
        const isBody = advice?.knowsBody === true && advice.withoutBody !== null
        const is = advice?.is ?? (isBody ? 'body' : null)
        const meant = is === null ? null : memberSchema(schema, is)
        if (is !== null && meant !== null && !Object.hasOwn(value, is))
          this.#take(meant, inner, within(is, meant, name), is, members)
      }
    }
  }

  #take(
    schema: JsonSchema,
    value: unknown,
    spot: Spot,
    name: string,
    members: Record<string, unknown>,
  ): void {
    if (Object.hasOwn(members, name)) return
    const meant = this.read(schema, value, spot)
    if (meant !== undefined) members[name] = meant
    else if (isNone(value) || isBesideNode(spot)) this.replaced.add(spot.at)
    else this.#fill(schema, spot.at, name, members)
  }

  /** Puts an example in the place of a member. Without one it is left out. */
  #fill(schema: JsonSchema, at: string, name: string, members: Record<string, unknown>): void {
    const example = this.#replace(schema, at)
    if (fits(schema, example)) members[name] = example
  }

  #replace(schema: JsonSchema, at: string): unknown {
    this.replaced.add(at)
    if (schema.type === 'integer' || schema.type === 'number') return schema.minimum ?? 0
    if (schema.type === 'boolean') return false
    return harmless[schema.$id ?? at] ?? showValue(schema)
  }
}

function isNone(value: unknown): boolean {
  return value === null || value === '' || value === false
}

/** Whether a member stands beside the node, where all but the node may be left out. */
function isBesideNode({ at }: Spot): boolean {
  return at.lastIndexOf('/') === 0 && at !== '/node'
}

/** Members of an object, and items of a list without a bound of its own, that are read. */
const maxParts = 1_000

/** Values that add no mistake of their own, by the schema or the path. */
const harmless: Readonly<Record<string, unknown>> = {
  // A GET has no body.
  '/node/method': 'POST',
  Body: { structure: 'full' },
  Field: { name: 'x', literal: null },
  Part: { name: 'x', literal: null },
}

/** The form of a union that a value has, and its place; null if it is not known. */
function findForm(
  union: JsonSchema,
  value: unknown,
  place: Place,
): { readonly schema: JsonSchema; readonly place: Place } | null {
  const forms = (union.anyOf ?? []).filter((form) => admitsType(form, value))
  const [only, other] = forms
  if (union.discriminator !== undefined && isObject(value))
    return findTagged(forms, union.discriminator.propertyName, value, place)
  if (only !== undefined && other === undefined) return { schema: only, place: only.$id ?? place }
  const schema = isObject(value) ? findClosest(forms, value, place) : null
  return schema === null ? null : { schema, place }
}

function findTagged(forms: readonly JsonSchema[], tag: string, value: JsonObject, place: Place) {
  const word =
    findMeantTag(place, value)?.word ??
    (Object.hasOwn(value, tag)
      ? meantForm(forms, tag, { given: value[tag], value, place })
      : meantWithoutTag(forms, tag, value, place))
  const schema = forms.find((form) => form.properties?.[tag]?.enum?.includes(word))
  return schema === undefined ? null : { schema: withTag(schema, tag, word), place: `${place}(${word})` }
}

function meantWithoutTag(
  forms: readonly JsonSchema[],
  tag: string,
  value: JsonObject,
  place: Place,
): unknown {
  const properties = {
    ...Object.assign({}, ...forms.map((form) => form.properties)),
    [tag]: { type: 'string' },
  }
  const advised = adviseUnknown({ properties, additionalProperties: false }, value, place)
  const [name] = [...advised].find(([, { is }]) => is === tag) ?? []
  return name === undefined
    ? tellWord(forms, tag, namesAsMeant(forms, value, place))
    : meantForm(forms, tag, { given: value[name], value, place })
}

/** The form, whose tag is its word whatever was given. */
function withTag(schema: JsonSchema, tag: string, word: unknown): JsonSchema {
  const { [tag]: own, ...properties } = schema.properties ?? {}
  return { ...schema, properties: { ...properties, [tag]: { ...own, enum: [word] } } }
}
