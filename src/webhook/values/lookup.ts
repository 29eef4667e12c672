import { maxCandidates, suggest } from './suggest.ts'

/**
 * The attribute with exactly that name, else the value at the name as a dotted path (`address.city`, `items.0.sku`). Only
 * own properties count; `undefined` if there is none.
 */
export function attribute(source: unknown, name: string): unknown {
  if (isContainer(source) && has(source, name)) return member(source, name)
  return valueAt(source, name.split('.'))
}

/**
 * The existing attribute nearest to a misspelt name or dotted path, or null. The name may begin with the name of the source,
 * as in templates.
 */
export function nearestAttribute(source: object, name: string, sourceName: string): string | null {
  if (name.startsWith(`${sourceName}.`)) {
    const rest = name.slice(sourceName.length + 1)
    return attribute(source, rest) === undefined ? nearestAttribute(source, rest, '') : rest
  }
  return suggest(name, namesIn(source)) ?? nearestPath(source, name.split('.'))
}

/** The existing path nearest to one that leads to nothing: with another spelling, else in another of `roots`. Null without one. */
export function nearestOf(root: unknown, names: readonly string[], roots: readonly string[]): string | null {
  const [start = '', ...rest] = names
  const near = nearestPath(root, names)
  if (near !== null || rest.length === 0 || !roots.includes(start)) return near
  const other = roots.find((one) => one !== start && valueAt(root, [one, ...rest]) !== undefined)
  return other === undefined ? null : [other, ...rest].join('.')
}

/** The existing path nearest to a misspelt one, or null. */
export function nearestPath(root: unknown, names: readonly string[]): string | null {
  let container = root
  for (const [index, name] of names.entries()) {
    if (!isContainer(container)) return null
    const next = memberAt(container, name)
    if (next === undefined) {
      const meant = Array.isArray(container) ? null : suggest(name, namesIn(container))
      return meant === null ? null : names.with(index, meant).join('.')
    }
    container = next
  }
  return null
}

const namesByContainer = new WeakMap<object, readonly string[]>()

/** The candidates for a misspelt name. They are cached, because listing the names of a large object takes long. */
export function namesIn(container: object): readonly string[] {
  const known = namesByContainer.get(container)
  if (known !== undefined) return known
  const names = Object.keys(container).slice(0, maxCandidates)
  namesByContainer.set(container, names)
  return names
}

/** The path to a nested value: names, and indexes of arrays. */
export type Path = readonly (string | number)[]

/** The value at a path. Only own properties count; `undefined` if there is none. */
export function valueAt(root: unknown, path: Path): unknown {
  let value = root
  for (const key of path) value = member(value, key)
  return value
}

/** A property by the rules of Liquid: a member, an item by a negative index or as `first` or `last`, or a size. */
export function memberAt(container: unknown, name: string): unknown {
  const isList = Array.isArray(container)
  if (name === 'size' && (isList || typeof container === 'string')) return container.length
  if (isList && Object.hasOwn(ends, name)) return container.at(ends[name] ?? 0)
  if (isList && behind.test(name)) return container.at(Number(name))
  return member(container, name)
}

/** The names of Liquid for the items at the ends of a list. */
const ends: Readonly<Record<string, number>> = { first: 0, last: -1 }

const behind = /^-\d+$/

function member(value: unknown, key: string | number): unknown {
  return isContainer(value) && has(value, key) ? value[key] : undefined
}

type Container = Readonly<Record<string | number, unknown>>

function isContainer(value: unknown): value is Container {
  return typeof value === 'object' && value !== null
}

const arrayIndex = /^(0|[1-9]\d*)$/

function has(container: Container, key: string | number): boolean {
  if (Array.isArray(container) && !arrayIndex.test(String(key))) return false
  return Object.hasOwn(container, key)
}

/** Whether a value is empty in the sense of `ifEmpty`: missing, null or the empty string. */
export function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || value === ''
}
