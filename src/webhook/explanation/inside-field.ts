import type { Statement } from '../statement/statement.ts'
import { isObject, parseJson } from '../values/json.ts'
import { listWords, quoteName } from '../values/text.ts'
import type { Explanation } from './explained-node.ts'
import { isIndex, listEnds, splitPath } from './field-path.ts'
import { areNear, isOtherSpelling, splitWords, withoutMarks } from './name-likeness.ts'
import { saysMissing } from './named-field-words.ts'
import type { Situation } from './situation.ts'

/** A value that the node sends, and what the target misses inside it. */
interface Container {
  /** The names and indexes that lead to it. */
  readonly parts: readonly string[]
  readonly value: unknown
  readonly missing: string[]
}

const maxText = 2_000
const maxPaths = 40
const maxPart = 60
const maxContainers = 2
const maxShown = 4
/** A larger body is not parsed again. */
const maxParsed = 65_536

/**
 * Explains a target that misses a member inside a value which the node sends, and names it by its path: `body.properties.Email.email should
 * be defined`, `contact[email] is required`. Null if no path leads to such a value.
 */
export function explainInside(situation: Situation): Explanation | null {
  const { statement, words, sent, node } = situation
  if (statement === null || situation.quote === null || !situation.isOfValues) return null
  if (!saysMissing.test(words) || !node.body || (sent.request?.body?.length ?? 0) > maxParsed) return null
  const parsed = parseJson(sent.request?.body?.toString('utf8') ?? '', { maxDepth: 20 })
  if (!parsed.ok) return null
  const containers = findContainers(parsed.plain, statement)
  const [first] = containers
  if (first === undefined) return null
  const isChoice = ofChoice.test(words)
  const advice = containers.map((container) => advise(situation, container, isChoice))
  if (advice.includes(null)) return null
  return { hint: `${situation.answer} ${advice.join(' ')}`, path: locate(situation, first) }
}

/** Words of a target that misses one of several members. */
const ofChoice = /\b(?:fix one|(?:at least |exactly )?one of|any ?of|either)\b/i

function findContainers(body: unknown, statement: Statement): readonly Container[] {
  const found: Container[] = []
  for (const path of listPaths(statement)) {
    const followed = follow(body, path)
    if (followed === null) continue
    const [name, value, parts] = followed
    if (isObject(value) && Object.keys(value).some((own) => isLike(own, name))) return []
    const known = found.find((one) => one.value === value && one.parts.join('/') === parts.join('/'))
    if (known === undefined) found.push({ value, parts, missing: [name] })
    else if (!known.missing.includes(name)) known.missing.push(name)
  }
  return found.slice(0, maxContainers)
}

function isLike(own: string, name: string): boolean {
  return isOtherSpelling(own, name) || areNear(splitWords(own), splitWords(name))
}

/** The paths that the target gives, each split into its names and indexes. */
function listPaths({ text, paths = [] }: Statement): readonly (readonly string[])[] {
  const whole = text.slice(0, maxText)
  const required = Array.from(whole.matchAll(ofMember).take(maxPaths), ([, one, other]) => one ?? other ?? '')
  const below = paths.flatMap((path) => required.map((name) => `${path}/${name}`))
  const inText = whole.split(/(?<=[.;!]) |, |\n/).flatMap((clause) => {
    if (!saysMissing.test(clause)) return []
    const own = clause.split(/[\s"`\u201c\u201d]+/).filter((word) => ofPath.test(word) && joint.test(word))
    const [member] = Array.from(clause.matchAll(ofMember).take(1), ([, one, other]) => one ?? other ?? '')
    return member === undefined ? own : own.map((path) => `${path}/${member}`)
  })
  return [...paths, ...below, ...inText]
    .slice(0, maxPaths)
    .map((path) => splitPath(path).map((part) => part.slice(0, maxPart)))
}

/** A word of two names or more: `contact.email`, `contact[email]`, `/contact/email`, `$.items[0].sku`. */
const ofPath = /^['($#/.]{0,3}[A-Za-z_][\w$[\]'./:),;-]{2,120}$/
const joint = /\w[./[]'?\w/

/** `must have required property 'email'`, `'email' is a required property`. */
const ofMember =
  /\brequired propert(?:y|ies) ["'`]([A-Za-z_][\w-]{0,59})|["'`]([A-Za-z_][\w-]{0,59})["'`] is a required property/g

/** Follows a path from its root. The name that is missing, the value that lacks it, and what leads there; null if all is there or nothing. */
function follow(
  body: unknown,
  path: readonly string[],
): readonly [string, unknown, readonly string[]] | null {
  for (const end of listEnds(path)) {
    const parts: string[] = []
    let value = body
    for (const part of end) {
      const list = Array.isArray(value) && !isIndex(part) ? value[0] : value
      if (list !== value) parts.push('0')
      value = list
      const own = findMember(value, part)
      if (own === undefined && parts.length > 0) return [part, value, parts]
      if (own === undefined) break
      value = (value as Readonly<Record<string, unknown>>)[own]
      parts.push(own)
    }
    if (parts.length > 0) return null
  }
  return null
}

const maxMembers = 200

/** The member of a name, or of the same in another spelling. */
function findMember(value: unknown, name: string): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  if (Object.hasOwn(value, name)) return name
  if (!isObject(value)) return undefined
  let left = maxMembers
  for (const own in value) {
    if (left-- === 0) return undefined
    if (own.length <= 2 * maxPart && withoutMarks(own) === withoutMarks(name)) return own
  }
  return undefined
}

function advise(
  situation: Situation,
  { parts, value, missing }: Container,
  isChoice: boolean,
): string | null {
  const own = parts.findLast((part) => !/^\d+$/.test(part)) ?? ''
  const same = missing.find((name) => withoutMarks(name) === withoutMarks(own))
  const sorted = same === undefined ? missing : [same, ...missing.filter((name) => name !== same)]
  const shown = sorted.slice(0, maxShown).map((name) => situation.quoted(name, maxPart) ?? '')
  if (shown.some((name) => !/^"[\w$-]+"$/.test(name))) return null
  const isOne = isChoice && missing.length > 1
  const all = missing.length > shown.length ? [...shown, 'others'] : shown
  const names = listWords(all, isOne ? 'or' : 'and')
  const form = `${quoteName(own)}: {${(isOne ? shown.slice(0, 1) : shown).map((name) => `${name}: …`).join(', ')}}`
  const isSure = !isOne || same !== undefined
  const forms = isSure
    ? `as in ${form}`
    : `such as {${shown
        .slice(0, 2)
        .map((name) => `${name}: …`)
        .join('} or {')}}`
  if (isObject(value))
    return `What lacks is inside ${quoteName(own)}: the node sends no ${names} there. Add ${isOne ? `one of them, ${forms}` : missing.length > 1 ? 'them' : 'it'}${isOne ? '' : ' there'}.`
  return `What lacks is inside ${quoteName(own)}: the node sends ${nameKind(value)}, and the target looks there for ${names}. Send an object, ${forms}.`
}

function nameKind(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'an empty list'
  return typeof value === 'string' ? 'a text' : typeof value === 'number' ? 'a number' : 'true or false'
}

/** The place of a value in the node. */
function locate({ names, node: { body } }: Situation, { parts }: Container): string {
  const root = body?.valuesPath ?? '/node/body'
  for (let count = parts.length; count > 0; count--) {
    const pointer = parts.slice(0, count).map((part) => part.replaceAll('~', '~0').replaceAll('/', '~1'))
    const found = names.find(({ path }) => path === `${root}/${pointer.join('/')}`)
    if (found !== undefined) return found.path
  }
  const [first] = parts
  return names.find(({ name, path }) => name === first && path.startsWith(root))?.path ?? root
}
