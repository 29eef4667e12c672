import { pointer } from '../contract/config-error.ts'
import { type SecretPlace, secretPlaces } from '../webhook/template/secret-lookup.ts'
import { isObject, type JsonObject } from '../webhook/values/json.ts'
import { suggest } from '../webhook/values/suggest.ts'
import { parseBoundPath } from './bound-path.ts'
import {
  parseBoundHost,
  type Secret,
  tenantProblem,
  unboundSecret,
  usualPlaces,
  valueProblem,
} from './secret.ts'
import type { SecretFiles } from './secrets-directory.ts'

export interface EntryContext {
  /** The files of SECRETS_DIR. Null if it is not set. */
  readonly files: SecretFiles | null
  /** Takes a problem of an entry: its JSON Pointer, and the end of a sentence. It never shows a value. */
  readonly complain: (path: string, problem: string) => void
}

/** An entry of SECRETS_FILE. */
export interface ReadEntry {
  readonly secret: Secret
  /** The file of SECRETS_DIR that the entry binds, or null. */
  readonly file: string | null
}

/** The members of an entry that is an object. */
export const entryMembers = ['value', 'file', 'in', 'hosts', 'ports', 'paths', 'tenants', 'hidden']

type Parse<T> = (entry: unknown) => { readonly value: T } | { readonly problem: string }

/** Reads an entry of SECRETS_FILE: a value, or an object with a value or a file, and a binding. */
export function readEntry(entry: unknown, path: string, context: EntryContext): ReadEntry {
  if (!isObject(entry)) return { secret: unboundSecret(valueAt(path, entry, context)), file: null }
  for (const name of Object.keys(entry).filter((member) => !entryMembers.includes(member)))
    context.complain(pointer(path, name), unknown(name, entryMembers))
  const list = <T>(name: string, parse: Parse<T>) => listAt(pointer(path, name), entry[name], parse, context)
  const file = typeof entry.file === 'string' ? entry.file : null
  const value = readValue(entry, path, context)
  const places = list('in', parsePlace)
  const hosts = list('hosts', parseHost)
  const ports = list('ports', parsePort)
  const paths = list('paths', parsePath)
  const tenants = list('tenants', parseTenant)
  return {
    file,
    secret: {
      value,
      places: places === null ? usualPlaces : new Set(places),
      arePlacesNamed: places !== null,
      hosts,
      ports: ports && new Set(ports),
      paths,
      tenants: tenants && new Set(tenants),
      isHidden: isHiddenAt(pointer(path, 'hidden'), entry.hidden, context),
    },
  }
}

function readValue({ value, file }: JsonObject, path: string, context: EntryContext): string {
  if (value !== undefined && file !== undefined)
    context.complain(path, 'must not have both "value" and "file"')
  else if (file !== undefined) return valueOfFile(pointer(path, 'file'), file, context)
  else if (value !== undefined) return valueAt(pointer(path, 'value'), value, context)
  else context.complain(path, 'must have "value" or "file"')
  return ''
}

function valueAt(path: string, value: unknown, { complain }: EntryContext): string {
  const problem = typeof value === 'string' ? valueProblem(value) : notText
  if (problem !== null) complain(path, problem)
  return typeof value === 'string' ? value : ''
}

/**
 * Problems of an existing file are reported with SECRETS_DIR. A text that is not a file name may be a misplaced
 * value, so it is not shown.
 */
function valueOfFile(path: string, name: unknown, { files, complain }: EntryContext): string {
  if (typeof name !== 'string') complain(path, notText)
  else if (files === null) complain(path, 'names a file of SECRETS_DIR, which is not set')
  else if (!files.has(name)) complain(path, `is not a file of SECRETS_DIR${didYouMean(name, files.keys())}`)
  else {
    const file = files.get(name)
    if (file?.ok) return file.text
  }
  return ''
}

function isHiddenAt(path: string, hidden: unknown, { complain }: EntryContext): boolean {
  if (hidden !== undefined && typeof hidden !== 'boolean') complain(path, 'must be true or false')
  return hidden !== false
}

/** An empty list is refused: the secret could not be used at all. */
function listAt<T>(
  path: string,
  value: unknown,
  parse: Parse<T>,
  { complain }: EntryContext,
): readonly T[] | null {
  if (value === undefined) return null
  if (!Array.isArray(value)) complain(path, 'must be a list')
  else if (value.length === 0) complain(path, 'must have at least one entry')
  else
    return value.flatMap((entry: unknown, index) => {
      const parsed = parse(entry)
      if ('value' in parsed) return [parsed.value]
      complain(pointer(path, index), parsed.problem)
      return []
    })
  return null
}

const notText = 'must be a string'

const parsePlace: Parse<SecretPlace> = (entry) => {
  if (typeof entry !== 'string') return { problem: notText }
  const value = secretPlaces.find((place) => place === entry)
  return value === undefined ? { problem: unknown(entry, secretPlaces) } : { value }
}

const parseHost: Parse<NonNullable<Secret['hosts']>[number]> = (entry) => {
  if (typeof entry !== 'string') return { problem: notText }
  const parsed = parseBoundHost(entry)
  return parsed.ok ? { value: parsed.rule } : parsed
}

const parsePort: Parse<number> = (entry) =>
  typeof entry === 'number' && Number.isInteger(entry) && entry >= 1 && entry <= 65_535
    ? { value: entry }
    : { problem: 'must be an integer from 1 to 65535' }

const parsePath: Parse<string> = (entry) => {
  if (typeof entry !== 'string') return { problem: notText }
  const parsed = parseBoundPath(entry)
  return parsed.ok ? { value: parsed.prefix } : parsed
}

const parseTenant: Parse<string> = (entry) => {
  if (typeof entry !== 'string') return { problem: notText }
  const problem = tenantProblem(entry)
  return problem === null ? { value: entry } : { problem }
}

function unknown(word: string, known: readonly string[]): string {
  return `is unknown${didYouMean(word, known) || `; the known words are ${known.join(', ')}`}`
}

function didYouMean(word: string, known: Iterable<string>): string {
  const meant = suggest(word, known)
  return meant === null ? '' : `; did you mean "${meant}"?`
}
