import { type Source, sources } from '../../../contract/payload.ts'
import { isObject, type JsonObject } from '../../../webhook/values/json.ts'
import { writeMembers } from './example-text.ts'
import { sourceWords } from './source-words.ts'

/** What to write in place of a source in the words of another tool. */
export interface MeantSource {
  readonly text: string
  /** Whether the text tells the field, too. */
  readonly hasField: boolean
}

/**
 * Reads the source and the field of an object as one path, as in `"source": "payload", "field": "profile.email"` and
 * `"source": "payload.profile"`. Null if they are right, or if a word alone tells the source.
 */
export function findMeantSource({ source, field }: JsonObject): MeantSource | null {
  const given = readPath(source)
  if (given === null || isSource(source)) return null
  const path = [...given, ...(readPath(field) ?? [])]
  const ofTemplate = inTemplate(path)
  if (ofTemplate !== null) return { text: ofTemplate, hasField: true }
  const read = readSource(path)
  if (read === null) return isWrapper(path[0] ?? '') ? oneOfThem(field) : null
  if (
    given.length === 1 &&
    (field === undefined || read.names.join('.') === field) &&
    !isWrapper(given[0] ?? '')
  )
    return null
  return { text: write(read), hasField: read.names.length > 0 }
}

/** What to write for a field without a source, whose path begins with one; null for any other. */
export function describeMissingSource(field: unknown): string | null {
  const read = readReference(field)
  return read === null ? null : write({ source: read.source, names: read.field.split('.') })
}

/** What to write in place of the source of a body that sends a whole part of the payload; null if a word alone tells it. */
export function describeWholeSource(source: unknown): string | null {
  const path = isSource(source) ? null : readPath(source)
  const read = path === null || path.length < 2 ? null : readSource(path)
  if (read === null || read.names.length === 0) return read === null ? null : write(read)
  const content = `{{ ${[read.source, ...read.names].join('.')} }}`
  return `a value within a part is JSON of its own: write ${writeMembers({ structure: 'json', content })}`
}

/** The source and the field that an object has, or that a text such as `{{ event.photo }}` is; null if it is none. */
export function readReference(value: unknown): { readonly source: Source; readonly field: string } | null {
  const path = isObject(value)
    ? [...(readPath(value.source) ?? []), ...(readPath(value.field) ?? [])]
    : (readPath(value) ?? [])
  const [root] = path
  const read = isWrapper(root ?? '') || sources.some((source) => source === root) ? readSource(path) : null
  return read === null || read.names.length === 0
    ? null
    : { source: read.source, field: read.names.join('.') }
}

/** A path into the payload. */
interface SourcePath {
  readonly source: Source
  readonly names: readonly string[]
}

function isSource(word: unknown): word is Source {
  return (sources as readonly unknown[]).includes(word)
}

function write({ source, names }: SourcePath): string {
  return `write ${writeMembers(names.length === 0 ? { source } : { source, field: names.join('.') })}`
}

const maxCharacters = 100

/** The names of a path, as in `$.payload.profile` and `{{ profile.email }}`; null for any other text. */
function readPath(text: unknown): readonly string[] | null {
  if (typeof text !== 'string' || text.length > maxCharacters) return null
  const [, own = ''] = /^=?\s?(?:\{\{-?\s?)?(?:\$\.?)?([\w./]+)\s?(?:-?\}\})?$/.exec(text) ?? []
  const names = own.split(/[./]/)
  return names.includes('') ? null : names
}

/** What other tools have around all values of a workflow. */
const wrappers: ReadonlySet<string> = new Set(
  'payload data body json context ctx input inputs all request message msg bundle item root values'.split(
    ' ',
  ),
)

function isWrapper(word: string): boolean {
  return wrappers.has(word.toLowerCase())
}

/** A path from its part of the payload on; null if it has none. */
function readSource(path: readonly string[]): SourcePath | null {
  const start = path.findIndex((name) => !isWrapper(name))
  const word = path[start]
  const source = word === undefined ? null : findSource(word, start > 0)
  if (word === undefined || source === null) return null
  const names = path.slice(start + 1)
  return { source, names: names.length > 1 && names[0] === word ? names.slice(1) : names }
}

/** The part of the payload of a name. Behind a wrapper only its own name tells it: any other is that of an attribute. */
function findSource(word: string, isBehindWrapper: boolean): Source | null {
  const folded = word.toLowerCase()
  const own = sources.find((source) => source === folded)
  if (own !== undefined || isBehindWrapper) return own ?? null
  const row = sourceWords.find(({ words }) => words.toLowerCase().split(' ').includes(folded))
  return sources.find((source) => source === row?.is) ?? null
}

/** What templates know beside the payload. */
const ofTemplates: ReadonlyMap<string, readonly string[]> = new Map([
  ['node', ['id']],
  ['execution', ['id', 'idempotencyKey', 'correlationId', 'tenant']],
])

function inTemplate([root = '', name = '', ...others]: readonly string[]): string | null {
  const known = ofTemplates.get(root.toLowerCase()) ?? []
  if (others.length > 0 || !known.includes(name)) return null
  const value = `{{ ${root.toLowerCase()}.${name} }}`
  return `only templates know it: write ${writeMembers({ value })} in place of "source" and "field"`
}

/** The payload has several parts, and nothing tells which of them has the attribute. */
function oneOfThem(field: unknown): MeantSource {
  const own = readPath(field)
  const example =
    own === null || isWrapper(own[0] ?? '')
      ? ''
      : `, as in ${writeMembers({ source: 'profile', field: own.join('.') })}`
  return {
    text: `these are the parts of the payload: write the one that has the attribute${example}`,
    hasField: false,
  }
}
