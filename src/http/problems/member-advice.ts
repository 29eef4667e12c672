import { readId } from '../../contract/builders.ts'
import { failureCodes } from '../../contract/failure.ts'
import { sources } from '../../contract/payload.ts'
import { namedSchemas } from '../../contract/schemas.ts'
import type { JsonObject } from '../../webhook/values/json.ts'
import { maxCandidates, suggest } from '../../webhook/values/suggest.ts'
import { listWords } from '../../webhook/values/text.ts'
import { writeMembers } from './foreign-words/example-text.ts'
import type { ForeignMember, ForeignWord } from './foreign-words/foreign-word.ts'
import { isNo } from './foreign-words/on-error.ts'
import { isPayloadLike } from './foreign-words/payload-like.ts'
import { leaveOut, offWithoutIt } from './foreign-words/sentences.ts'
import { foreignMembers, foreignParts, foreignWords } from './foreign-words/tables.ts'
import { type JsonSchema, nameType } from './json-schema.ts'
import { likeExpectation, likeRequest, type Place, withoutForm } from './place.ts'

/** What a member was probably meant to be that its place does not know. */
export interface Advice {
  /** The member of the same object that it is, under another name. */
  readonly is: string | null
  /** What to do, or null if that is unknown. */
  readonly text: string | null
  /** The beginning of the text, if the value is wrong for the member that it is. */
  readonly name: string | null
  /** Members that are not missing if the advice is followed. */
  readonly covers: ReadonlySet<string> | 'all'
  /** The text without the body that it tells to write; null if it tells to write none. */
  readonly withoutBody: string | null
  /** Whether the body that it tells to write has names of the value. */
  readonly knowsBody: boolean
  /** Whether the members of its value belong to the object around it. */
  readonly unwraps: boolean
}

/** Longer names stand for nothing. It bounds the work for a name. */
const maxNameCharacters = 64

const nothing: ReadonlySet<string> = new Set()
const noAdvice: Advice = {
  is: null,
  text: null,
  name: null,
  covers: nothing,
  withoutBody: null,
  knowsBody: false,
  unwraps: false,
}

/** A member that its place does not know. */
interface UnknownMember {
  readonly place: Place
  readonly name: string
  /** The object that has it. */
  readonly around: JsonObject
  /** The members that the place knows. */
  readonly known: readonly string[]
}

/** What to write in place of an unknown member. */
export function adviseMember({ place, name, around, known }: UnknownMember): Advice {
  if (name.length > maxNameCharacters) return noAdvice
  if (hasHeaderValue(name)) return adviseHeader(name.slice(0, name.indexOf(':')))
  const same =
    known.find((candidate) => fold(candidate) === fold(name)) ??
    (place === 'Connection' && addresses.has(fold(name)) ? 'baseUrl' : undefined)
  if (same !== undefined && Object.hasOwn(around, same)) return { ...noAdvice, text: describeTwice(same) }
  if (same !== undefined) return { ...guess(same), is: same, name: describeRename(same) }
  const foreign = findForeign(place, place === 'Node' ? nameOfFlag(name) : name)
  if (foreign !== undefined)
    return adviseForeign(place, foreign, around, name, known) ?? adviseHome(place, foreign.is ?? name)
  const home = adviseHome(place, name)
  if (home !== noAdvice) return home
  const near = suggest(name, known)
  if (near !== null) return { ...guess(near), is: near, name: `probably ${JSON.stringify(near)}` }
  if (place === 'Node' && /^x-/i.test(name) && isHeaderName(name)) return adviseHeader(name)
  const word = suggestForeign(place, name)
  const row = (word === null ? undefined : findForeign(place, word)) ?? findPart(place, name)
  if (row !== undefined) return adviseForeign(place, row, around, name, known) ?? noAdvice
  if (place === 'Node' && isHeaderName(name)) return adviseHeader(name)
  if (place === 'Item')
    return {
      ...noAdvice,
      text: `it belongs into "payload"; write ${writeMembers({ payload: { profile: { [name]: '…' } } })}`,
    }
  return place === 'Payload' ? { ...noAdvice, text: describeAttribute(name) } : noAdvice
}

/** Places with names that mean something else in a request with a node. */
const placesWithoutHome: ReadonlySet<string> = new Set([
  'Redrive',
  'Redrive.filter',
  'Submission.callback',
  'Item',
])

/** Words for the address of a connection. */
const addresses: ReadonlySet<string> = new Set([
  'url',
  'uri',
  'base',
  'endpoint',
  'address',
  'host',
  'hosturl',
  'root',
  'rooturl',
  'server',
])

/** Options of curl, with words of the tables. */
/** The name of an option of curl, also without its dash. An x alone is a coordinate, or a misspelt `-X`. */
function nameOfFlag(name: string): string {
  return curlFlags.get(name) ?? (name === 'x' ? undefined : curlFlags.get(`-${name}`)) ?? name
}

const curlFlags: ReadonlyMap<string, string> = new Map([
  ['-A', 'userAgent'],
  ['-F', 'multipart'],
  ['-G', 'get'],
  ['-H', 'header'],
  ['-L', 'followLocation'],
  ['-X', 'verb'],
  ['-b', 'cookie'],
  ['-d', 'data'],
  ['-k', 'insecure'],
  ['-m', 'timeout'],
  ['-s', 'silent'],
  ['-u', 'basicAuth'],
  ['-x', 'proxy'],
])

/** Whether a member has the name of a header, with a dash as most of them. */
function isHeaderName(name: string): boolean {
  return /^[A-Za-z][A-Za-z0-9]*-[A-Za-z0-9-]+$/.test(name)
}

function adviseHeader(name: string): Advice {
  return { ...noAdvice, text: `it is a header; write ${writeMembers({ headers: [{ name, value: '…' }] })}` }
}

/** A header line in the place of a name. Its value may be a credential. */
function hasHeaderValue(name: string): boolean {
  return /^[A-Za-z][\w-]{0,40}:\s*\S/.test(name)
}

/** The foreign word nearest to a misspelt one; it begins with the same letter. */
function suggestForeign(place: Place, name: string): string | null {
  const word = fold(name)
  if (word.length < shortestMisspelt) return null
  const words = listWordsFrom(place, word[0] ?? '') ?? listWordsFrom(withoutForm(place), word[0] ?? '')
  const near = words === undefined ? null : suggest(word, words)
  return near !== null && isMostlySame(word, fold(near)) ? near : null
}

/** Whether two words have most of their beginning and end in common: another word for another thing is no misspelling. */
function isMostlySame(one: string, other: string): boolean {
  const longest = Math.max(one.length, other.length)
  const shortest = Math.min(one.length, other.length)
  let begin = 0
  while (begin < shortest && one[begin] === other[begin]) begin++
  let end = 0
  while (end < shortest - begin && one.at(-1 - end) === other.at(-1 - end)) end++
  return longest - begin - end <= Math.max(2, Math.floor(longest / 5))
}

const foreignByLetter = new Map<string, readonly string[]>()

/** The foreign words of a place that begin with a letter and are long enough; undefined if the place has no table. */
function listWordsFrom(place: Place, letter: string): readonly string[] | undefined {
  const rows = foreignMembers[place]
  const key = `${place} ${letter}`
  if (rows === undefined || foreignByLetter.has(key)) return foreignByLetter.get(key)
  const words = rows
    .flatMap((row) => row.words.split(' '))
    .filter((word) => fold(word).startsWith(letter) && word.length >= shortestMisspelt)
    .slice(0, maxCandidates)
  foreignByLetter.set(key, words)
  return words
}

/** Shorter words are near to too many others. */
const shortestMisspelt = 6

function describeAttribute(name: string): string {
  const parts = sources.map((source) => JSON.stringify(source)).join(', ')
  return `it belongs into one of ${parts}; write ${writeMembers({ profile: { [name]: '…' } })}`
}

/** Whether a node, rather than the request around it, knows a member. */
export function isMemberOfNode(name: string, value: unknown): boolean {
  if (name.length > maxNameCharacters) return false
  const word = fold(name)
  if (homes().get('Node')?.has(word) === true) return true
  const inRequest = findForeign('Request', name)
  const isElsewhere =
    homes().get('Payload')?.has(word) === true ||
    (inRequest !== undefined && (inRequest.is !== 'payload' || isPayloadLike(value)))
  return !isElsewhere && findForeign('Node', name) !== undefined
}

/** What to write in place of an unknown word: the word of the contract, or what to do. */
export function adviseWord(place: Place, word: unknown): Pick<ForeignWord, 'is' | 'says'> | null {
  if (typeof word !== 'string' || word.length > maxNameCharacters) return null
  const words = index(foreignWords)
  const base = withoutForm(place)
  const own = words.get(place)?.get(fold(word))
  if (own !== undefined) return own
  return words.get(base)?.get(fold(word)) ?? words.get(likeExpectation(base))?.get(fold(word)) ?? null
}

/** The failure code that a word means, or null. */
export function findFailure(word: unknown): string | null {
  return failureCodes.find((code) => code === word) ?? adviseWord('FailureCode', word)?.is ?? null
}

function describeTwice(is: string): string {
  return `it is called ${JSON.stringify(is)} here, which is there already; leave one of the two out`
}

function describeRename(is: string): string {
  return `it is called ${JSON.stringify(is)} here`
}

function guess(meant: string): Advice {
  return { ...noAdvice, text: `did you mean ${JSON.stringify(meant)}?`, covers: new Set([meant]) }
}

/** Null if the place does not know the member that it is. */
function adviseForeign(
  place: Place,
  row: ForeignMember,
  around: JsonObject,
  name: string,
  known: readonly string[],
): Advice | null {
  const { is: first, isAlso, of, says, example, covers = [], unwrap = false } = ofValue(row, around, name)
  const is =
    first !== undefined && isAlso !== undefined && isThere(place, around, first, name) ? isAlso : first
  if (is !== undefined && !known.includes(is)) return null
  if (is !== undefined && isAlso === undefined && Object.hasOwn(around, is))
    return { ...noAdvice, text: row.twice ?? describeTwice(is) }
  const renamed = is === undefined ? null : [describeRename(is), of].filter((part) => part != null).join(', ')
  const members = typeof example === 'function' ? example(around[name], around) : example
  const advised = [renamed, says].filter((part) => part != null).join(', ')
  const written = members === undefined ? [] : [`write ${writeMembers(members)}`]
  return {
    is: is ?? null,
    text: [...(advised === '' ? [] : [advised]), ...written].join('; '),
    name: renamed,
    covers: new Set(is === undefined ? covers : [is, ...covers]),
    withoutBody: members !== undefined && Object.hasOwn(members, 'body') && advised !== '' ? advised : null,
    knowsBody: typeof example === 'function' && row.isOnlyKind !== true,
    unwraps: unwrap,
  }
}

/** Whether an object has a member, under its name here or another one that means it. */
function isThere(place: Place, around: JsonObject, member: string, besides: string): boolean {
  if (Object.hasOwn(around, member)) return true
  return Object.keys(around)
    .slice(0, maxSiblings)
    .some((name) => {
      const row = name === besides || name.length > maxNameCharacters ? undefined : findForeign(place, name)
      return (
        row !== undefined && row.is === member && row.isAlso === undefined && typeof around[name] === 'string'
      )
    })
}

const maxSiblings = 20

/** A row for some value: of a type, or for which it is something else. */
function ofValue(row: ForeignMember, around: JsonObject, name: string): Omit<ForeignMember, 'words'> {
  const value = around[name]
  if (row.isOptIn === true && isNo(value)) return { says: offWithoutIt }
  const exceptions = row.unless === undefined ? [] : [row.unless].flat()
  const exception = exceptions.find(({ fits }) => fits(value, around))
  if (exception !== undefined) return exception
  const type = nameType(value)
  return type === 'null' ? row : (row.byType?.[type as keyof NonNullable<ForeignMember['byType']>] ?? row)
}

function findForeign(at: Place, name: string): ForeignMember | undefined {
  const place = likeExpectation(at)
  const members = index(foreignMembers)
  const word = fold(name)
  return [at, place, withoutForm(place), likeRequest(place)]
    .map((each) => members.get(each)?.get(word))
    .find((row) => row !== undefined)
}

/** The row for a word within a name: of `timeout` for `startToCloseTimeout`. */
function findPart(place: Place, name: string): ForeignMember | undefined {
  const rows = foreignParts[place] ?? foreignParts[withoutForm(place)]
  if (rows === undefined) return undefined
  const parts = new Set(name.split(/(?<=[a-z0-9])(?=[A-Z])|[^A-Za-z]+/).map(fold))
  return rows.find(({ words }) => words.split(' ').some((word) => parts.has(word)))
}

/** What a member at the top is to a node: a member, an object around its members, or nothing that it needs. */
export function readRoleInNode(name: string): 'member' | 'wrapper' | 'other' {
  if (homes().get('Node')?.has(fold(name)) === true) return 'member'
  const row = findForeign('Node', name)
  if (row?.unwrap === true) return 'wrapper'
  return row?.is === undefined && row?.example === undefined ? 'other' : 'member'
}

/** The members of a node by what they are for. */
const membersOfNode: readonly (readonly [what: string, names: readonly string[]])[] = [
  ['for what is sent', ['method', 'url', 'query', 'headers', 'body']],
  ['for whom and as whom', ['connection', 'hosts', 'auth', 'tls', 'signing']],
  [
    'for what becomes of the response',
    ['expect', 'capture', 'onError', 'cases', 'branches', 'followRedirects'],
  ],
  ['for time and repeating', ['timeoutMs', 'retry', 'idempotent', 'keepAlive']],
  ['for the node itself', ['id', 'name', 'notes', 'templates', 'propagateTrace']],
]

/** The known members of a place in the order in which a message lists them, with what they are for. */
export function groupMembers(place: Place, known: readonly string[]): string {
  const quote = (names: readonly string[]) => names.map((name) => JSON.stringify(name)).join(', ')
  if (place !== 'Node')
    return listWords(
      known.map((name) => JSON.stringify(name)),
      'and',
    )
  const grouped = membersOfNode.flatMap(([, names]) => names)
  const others = known.filter((name) => !grouped.includes(name))
  return [
    ...membersOfNode.map(([what, names]) => `${what} ${quote(names.filter((name) => known.includes(name)))}`),
    ...(others.length === 0 ? [] : [quote(others)]),
  ].join('; ')
}

/** Where the contract has a member of this name. */
function adviseHome(place: Place, name: string): Advice {
  const word = fold(name)
  const base = likeRequest(withoutForm(place))
  if (placesWithoutHome.has(base)) return noAdvice
  const forms = homes().get(base)?.get(word)
  if (forms !== undefined && forms !== '')
    return {
      ...noAdvice,
      text: `only ${forms} has ${JSON.stringify(name)}; leave it out, or write that`,
      covers: 'all',
    }
  if (forms !== undefined) return { ...noAdvice, text: `only ${onlyRoute[word]} has ${JSON.stringify(name)}` }
  if (generic.has(word)) return noAdvice
  if (base === 'Request' && isMemberOfNode(name, undefined))
    return { ...noAdvice, text: describeInNode(name) }
  // A credential has words of its own, such as a tenant.
  const home = Object.keys(homeTexts).find(
    (schema) => homes().get(schema)?.has(word) && !(base === 'Auth' && schema === 'Request'),
  )
  const text = home === undefined ? undefined : homeTexts[home]
  if (text === undefined) return noAdvice
  return {
    ...noAdvice,
    text: home === 'Payload' ? `${text}; write ${writeMembers({ payload: { [name]: {} } })}` : text,
  }
}

/** A member of the node that stands beside it. */
function describeInNode(name: string): string {
  const foreign = findForeign('Node', name)
  const inNode = 'it belongs into "node"'
  if (foreign === undefined) return inNode
  const { is, ...own } = foreign
  const text = adviseForeign('Node', own, {}, name, [])?.text ?? ''
  if (is === undefined && own.example === undefined && text.endsWith(leaveOut)) return text
  return (
    (is === undefined ? inNode : `${inNode}, as ${JSON.stringify(is)}`) + (text === '' ? '' : `; ${text}`)
  )
}

/** The members of a request that only one of the routes has. */
const onlyRoute: Readonly<Record<string, string>> = {
  simulate: 'POST /v1/preview',
  deadlinems: 'POST /v1/execute',
  diagnostics: 'POST /v1/execute',
}

/** Where to put a member, by the schema that has it. The first that has it counts. */
const homeTexts: Readonly<Record<string, string>> = {
  Request: 'it belongs beside "node", at the top',
  Node: 'it belongs into "node" itself',
  Payload: 'it belongs into "payload", beside "node"',
  Body: 'it belongs into "body" of the node',
  Auth: 'it belongs into "auth" of the node',
  Retry: 'it belongs into "retry" of the node',
  Expectation: 'it belongs into "expect" of the node',
  Field: 'it belongs into a field of "query", "headers" or "body"',
}

/** Names with several homes, or with a plain meaning elsewhere. */
const generic = new Set([
  'name',
  'value',
  'type',
  'in',
  'id',
  'source',
  'content',
  'match',
  'status',
  'notes',
])

const requestSchemas = ['ExecuteRequest', 'PreviewRequest']

let knownHomes: ReadonlyMap<string, ReadonlyMap<string, string>> | null = null

/** The members of the contract: of each schema the names, each with the forms of a union that have it, or ''. */
function homes(): ReadonlyMap<string, ReadonlyMap<string, string>> {
  if (knownHomes !== null) return knownHomes
  const found = new Map<string, Map<string, string>>()
  for (const schema of namedSchemas) {
    const id = readId(schema)
    const place = requestSchemas.includes(id) ? 'Request' : id
    if (place !== 'Request' && !(place in homeTexts)) continue
    // TypeBox's types do not declare the keywords of JSON Schema that its schemas have.
    const names = found.get(place) ?? new Map<string, string>()
    for (const [name, forms] of listMembers(schema as JsonSchema)) names.set(fold(name), forms)
    found.set(place, names)
  }
  knownHomes = found
  return found
}

function listMembers({ properties, anyOf = [], discriminator }: JsonSchema): Map<string, string> {
  const names = new Map(Object.keys(properties ?? {}).map((name) => [name, '']))
  for (const branch of anyOf)
    for (const name of Object.keys(branch.properties ?? {})) {
      const tag = discriminator?.propertyName ?? ''
      const [word] = branch.properties?.[tag]?.enum ?? []
      const form = word === undefined ? '' : `${JSON.stringify(tag)}: ${JSON.stringify(word)}`
      const others = names.get(name)
      names.set(name, others ? `${others} or ${form}` : form)
    }
  return names
}

const indexes = new WeakMap<object, ReadonlyMap<string, ReadonlyMap<string, unknown>>>()

/** The rows of a table by place and folded word. */
function index<T extends { readonly words: string }>(
  table: Readonly<Record<string, readonly T[]>>,
): ReadonlyMap<string, ReadonlyMap<string, T>> {
  const known = indexes.get(table)
  // It was made of this table.
  if (known !== undefined) return known as ReadonlyMap<string, ReadonlyMap<string, T>>
  const made = new Map(
    Object.entries(table).map(([place, rows]) => [
      place,
      new Map(rows.flatMap((row) => row.words.split(' ').map((word) => [fold(word), row] as const))),
    ]),
  )
  indexes.set(table, made)
  return made
}

/** A word without what differs between `timeout_ms`, `Timeout-Ms` and `timeoutMs`. */
export function fold(word: string): string {
  return word.toLowerCase().replaceAll(/[^a-z0-9]/g, '')
}
