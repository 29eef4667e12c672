import { sources } from '../../contract/payload.ts'
import { didYouMean, suggest } from '../values/suggest.ts'
import { listWords } from '../values/text.ts'
import type { VariablePath } from './expression-syntax.ts'

/**
 * The kind of value of a name: anything, a text, a number, headers under lower-case names, or an object with these members, which
 * may be missing where it stands in a list.
 */
type Shape = 'anything' | 'text' | 'number' | 'headers' | Members | readonly [Members]
type Members = { readonly [member: string]: Shape }

/** The variables of a template, with the kinds of their values. */
export type KnownNames = Readonly<Record<string, Shape>>

const attributes: KnownNames = Object.fromEntries(sources.map((source) => [source, 'anything']))

/** The variables of templates in the request. */
export const requestNames: KnownNames = {
  ...attributes,
  node: { id: 'text' },
  execution: { id: 'text', idempotencyKey: 'text', correlationId: 'text', tenant: 'text' },
}

/** The variables of captures and of conditions on a response. */
export const responseNames: KnownNames = {
  ...requestNames,
  response: { status: 'number', headers: 'headers', body: 'text', json: 'anything' },
}

/** The names of members in other tools. */
const namesElsewhere: Readonly<Record<string, string>> = {
  code: 'status',
  ok: 'status',
  statuscode: 'status',
  data: 'json',
  payload: 'json',
  content: 'body',
  text: 'body',
  header: 'headers',
  executionid: 'id',
  nodeid: 'id',
  count: 'length',
  size: 'length',
  total: 'length',
  counter: 'index',
  isfirst: 'first',
  islast: 'last',
}

/** The names of sources in other tools. */
const sourcesElsewhere: Readonly<Record<string, string>> = {
  form: 'event',
  submission: 'event',
  process: 'flow',
  campaign: 'flow',
  scenario: 'flow',
  variable: 'vars',
  member: 'profile',
  contact: 'profile',
  customer: 'profile',
  lead: 'profile',
  person: 'profile',
  recipient: 'profile',
  subscriber: 'profile',
  user: 'profile',
  trigger: 'event',
  workflow: 'flow',
  variables: 'vars',
}

/** The part of the payload that a name of another tool means, or null. */
export function findSourceElsewhere(name: string): string | null {
  return Object.hasOwn(sourcesElsewhere, name) ? (sourcesElsewhere[name] ?? null) : null
}

/** The names of the response in other tools. */
const responsesElsewhere: ReadonlySet<string> = new Set([
  'res',
  'resp',
  'reply',
  'answer',
  'result',
  'http',
  'r',
])

/** What other tools have around the values of a workflow. */
const wrappers: ReadonlySet<string> = new Set([
  ...[
    'payload',
    'msg',
    'message',
    'bundle',
    'inputdata',
    'this',
    'item',
    '_',
    'data',
    'body',
    'json',
    'input',
  ],
  ...['inputs', 'context', 'ctx', 'request', 'record', 'fields', 'attributes', 'properties'],
])

/** What some of them are called in their tools. */
const wrappersElsewhere: Readonly<Record<string, string>> = {
  msg: 'the message of Node-RED',
  bundle: 'the bundle of Zapier',
  _: 'the environment of Insomnia',
}

/** What other tools have around the results of earlier steps. */
const earlierSteps: ReadonlySet<string> = new Set([
  'steps',
  'step',
  'nodes',
  'outputs',
  'output',
  'results',
  'previous',
])

const ofSecret =
  'Write a secret as {{ secrets.NAME }}, in auth, url, query, headers or body, and its value into "secrets" of the request or into the service.'

/** The names of constants and other roots in other languages, and advice. */
const constantsElsewhere: Readonly<Record<string, string>> = {
  env: ofSecret,
  environment: ofSecret,
  process: ofSecret,
  secret: ofSecret,
  credential: ofSecret,
  credentials: ofSecret,
  vault: ofSecret,
  loop: 'Within {% for %} it is called forloop, as in forloop.index.',
  emptystring: 'Write "" for the empty text.',
  true: 'Write true.',
  false: 'Write false.',
  yes: 'Write true.',
  no: 'Write false.',
  nil: 'Write nil.',
  null: 'Write nil.',
  none: 'Write nil.',
  undefined: 'Write nil.',
  now: 'The time is "now" | date: "%Y-%m-%d".',
  today: 'The date is "today" | date: "%Y-%m-%d".',
}

/** Names that are a mistake by their form, and advice. */
const oddNames: readonly (readonly [form: RegExp, advice: string])[] = [
  [/\?/, 'Liquid has no operator "?.": write profile.email instead of profile?.email.'],
  [/[\u2018-\u201f\u00ab\u00bb]/, 'The name contains curly quotes: write straight quotes.'],
  [/[\p{C}\p{Z}]/u, 'The name contains an invisible character: type it again.'],
]

/** The variables of loops, with their tags. */
const loopVariables: Readonly<Record<string, string>> = { forloop: 'for', tablerowloop: 'tablerow' }

const forloop: KnownNames = {
  index: 'number',
  index0: 'number',
  rindex: 'number',
  rindex0: 'number',
  first: 'anything',
  last: 'anything',
  length: 'number',
  name: 'text',
}

/** The members of the variables of loops. */
const loopNames: KnownNames = {
  forloop,
  tablerowloop: {
    ...forloop,
    col: 'number',
    col0: 'number',
    col_first: 'anything',
    col_last: 'anything',
    row: 'number',
  },
}

/**
 * The problem with a variable that can never have a value; null if it may have one, or if its name is computed. `made` are
 * the names that tags of the same template define.
 */
export function findUnknownName(
  variable: VariablePath,
  known: KnownNames,
  made: ReadonlySet<string>,
): string | null {
  const { unknown, shape } = follow(variable, known, made)
  const { root, members } = variable
  if (members.length === 0 && root !== null && made.has(root) && Object.hasOwn(loopNames, root))
    return `"${root}" alone is not a value. Use one of its members: ${listed(shape as object)}.`
  if (unknown === null) return describeUselessCondition(variable, shape)
  return unknown.index === -1 ? describeRoot(variable, known, made) : describeMember(variable, unknown)
}

/** The first unknown name of a variable: its root (index -1) or a member. */
interface UnknownName {
  readonly index: number
  readonly within: Shape
}

/** The kind of value that a variable leads to. */
interface Followed {
  readonly unknown: UnknownName | null
  readonly shape: Shape
}

const somewhere: Followed = { unknown: null, shape: 'anything' }

function follow({ root, members }: VariablePath, known: KnownNames, made: ReadonlySet<string>): Followed {
  if (root === null) return somewhere
  if (made.has(root))
    return Object.hasOwn(loopNames, root) ? followMembers(loopNames[root] ?? {}, members) : somewhere
  if (!Object.hasOwn(known, root)) return { ...somewhere, unknown: { index: -1, within: known } }
  return followMembers(known[root] ?? 'anything', members)
}

function followMembers(start: Shape, members: VariablePath['members']): Followed {
  let shape = start
  for (let index = 0; index < members.length; index++) {
    const member = members[index] ?? null
    if (shape === 'anything' || member === null) return somewhere
    const within = isOptional(shape) ? shape[0] : shape
    const next = findMember(within, member)
    if (next === null) return { ...somewhere, unknown: { index, within } }
    shape = next
  }
  return { unknown: null, shape }
}

/** The problem with a condition that has the same result for every value; null if it has none. */
function describeUselessCondition(variable: VariablePath, shape: Shape): string | null {
  const { compared, isJudged, quoted } = variable
  if (compared === undefined && !isJudged) return null
  const name = quoted.size === 0 ? `"${write(variable)}"` : 'The variable'
  if (isJudged) return alwaysTrue(name, shape)
  if (compared === undefined) return null
  const isEquality = compared.operator === '==' || compared.operator === '!='
  if (shape === 'number' && compared.operator === 'contains')
    return `${name} is a number, and contains does not apply to numbers. Compare it with ==, < or >.`
  if (shape === 'number' && compared.kind === 'string' && isEquality)
    return `${name} is a number, which never equals a text. Write the number without quotes${ofClass}.`
  if (shape === 'text' && compared.kind === 'number' && isEquality)
    return `${name} is a text, which never equals a number. Write the number in quotes.`
  return null
}

const ofClass = ', and a class such as 2xx as a >= 200 and a <= 299'

/** The problem with a condition on a value that is always true. Zero is true in Liquid, too. */
function alwaysTrue(name: string, shape: Shape): string | null {
  if (shape === 'number') return `${name} is a number, which is always true. Compare it with ==, < or >.`
  if (isOptional(shape) || (typeof shape !== 'object' && shape !== 'headers')) return null
  const has = shape === 'headers' ? 'its headers' : `its members: ${listed(shape)}`
  return `${name} always exists, so the condition is always true. Use one of ${has}.`
}

/** The kind of value of a member; null if there is no such member. */
function findMember(shape: Exclude<Shape, 'anything' | readonly [Members]>, member: string): Shape | null {
  if (shape === 'number') return null
  if (shape === 'text') return member === 'size' || member === 'length' ? 'number' : findCharacter(member)
  if (shape === 'headers') return member === member.toLowerCase() ? shapeHeader(member) : null
  return Object.hasOwn(shape, member) ? (shape[member] ?? null) : null
}

function isOptional(shape: Shape): shape is readonly [Members] {
  return Array.isArray(shape)
}

function findCharacter(member: string): Shape | null {
  return /^-?\d+$/.test(member) ? 'text' : null
}

/** The kind of value of a header name. `size`, `first` and `last` are also properties of Liquid. */
function shapeHeader(member: string): Shape {
  return member === 'size' || member === 'first' || member === 'last' ? 'anything' : 'text'
}

function describeRoot(variable: VariablePath, known: KnownNames, made: ReadonlySet<string>): string {
  const root = variable.root ?? ''
  if (!Object.hasOwn(known, 'response') && suggest(root, ['response']) !== null)
    return 'There is no response yet: "response" is available only in "capture" and in the conditions of "expect". A value of the response of an earlier node is {{ vars.NAME }}, if that node has it in "capture".'
  const tag = Object.hasOwn(loopVariables, root) ? loopVariables[root] : undefined
  if (tag !== undefined) return `"${root}" is available only in a template with {% ${tag} %}.`
  const name = nameRoot(variable)
  const advice = variable.quoted.has(root) ? null : describeOddRoot(root)
  if (advice !== null) return `${name ?? 'The name'} is not a variable. ${advice}`
  const meant = meantByRoot(variable, known, made).find((candidate) =>
    isUsable(follow(candidate, known, made), candidate),
  )
  const question = didYouMean(meant === undefined ? null : write(meant))
  const begin = `Variables begin with ${listed(known)}.`
  if (variable.isOfItem)
    return `The condition of a filter uses a name that is not a variable.${question} ${ofItem} ${begin}`
  if (variable.isCompared && name !== null && meant?.root === 'response')
    return `${name} is not a variable. A text needs quotes. ${begin}`
  const isGuess = meant === undefined || meant.root === 'profile'
  const text = isGuess && variable.members.length === 0 && name !== null ? ' A text needs quotes.' : ''
  return `${name ?? 'The name'} is not a variable${describeElsewhere(variable)}.${question}${text} ${begin}`
}

function describeElsewhere({ root, quoted }: VariablePath): string {
  const key = root === null || quoted.has(root) ? '' : root.toLowerCase()
  return Object.hasOwn(wrappersElsewhere, key) ? `; elsewhere it is ${wrappersElsewhere[key]}` : ''
}

/** Whether a suggestion leads to a value, and not to an object that is none by itself. */
function isUsable({ unknown, shape }: Followed, { members }: VariablePath): boolean {
  return unknown === null && (members.length > 0 || typeof shape !== 'object')
}

const ofItem = 'In the condition, an item has the name that the filter gives as its first argument.'

function describeOddRoot(root: string): string | null {
  if (/^\d+$/.test(root))
    return 'There are no lists in an expression: compare with each value, as in a == 200 or a == 201.'
  const key = root.toLowerCase()
  if (Object.hasOwn(constantsElsewhere, key)) return constantsElsewhere[key] ?? null
  return oddNames.find(([form]) => form.test(root))?.[1] ?? null
}

/** Suggestions for a variable with an unknown first name, the likeliest first. */
function meantByRoot(
  { root, members, quoted }: VariablePath,
  known: KnownNames,
  made: ReadonlySet<string>,
): VariablePath[] {
  const name = root ?? ''
  const near = suggest(name, [...Object.keys(known), ...made])
  const inner = members.length === 0 && !quoted.has(name) ? findJoined(name, known) : null
  const answered = responsesElsewhere.has(name.toLowerCase())
    ? nearestMember(known.response ?? {}, members[0] ?? '')
    : null
  const source = findSourceElsewhere(name)
  const nearest = nearestMember(known.response ?? {}, name)
  // `data` with members is more often a member of the response than the response.
  const member = name === 'data' && members.length > 0 ? null : nearest
  const inJson = /^(?:body|json)$/i.test(name) ? members : [name, ...members]
  const unwrapped = unwrap([name, ...members])
  return [
    ...(inner === null ? [] : [inner]),
    ...(answered === null ? [] : [['response', answered, ...members.slice(1)]]),
    ...(near === null ? [] : [[near, ...members]]),
    ...(source === null || members.length === 0 ? [] : [[source, ...members]]),
    // Other tools have an object around what the workflow knows.
    ...members.slice(0, maxWrappers).map((_, index) => members.slice(index)),
    ...(member === null ? [] : [['response', member, ...members]]),
    ...(earlierSteps.has(name) && members.length > 0 ? [['vars', members.at(-1) ?? null]] : []),
    ...(quoted.has(name) || !Object.hasOwn(known, 'response') ? [] : [['response', 'json', ...inJson]]),
    ...(unwrapped.length === 0 ? [] : [['profile', ...unwrapped]]),
    ...(quoted.has(name) ? [] : [['profile', name, ...members]]),
  ].flatMap(([first, ...rest]) => (first === undefined ? [] : { root: first, members: rest, quoted }))
}

/** The path of a name such as `execution_id`, `executionId` or `idempotencyKey`, which joins a source and its member or is a member. */
function findJoined(name: string, known: KnownNames): readonly string[] | null {
  const [, root = '', joint = '', rest = ''] = /^([a-z]{1,20})(_|(?=[A-Z]))(\w{1,60})$/.exec(name) ?? []
  if (rest !== '' && Object.hasOwn(known, root)) {
    const member = joint === '_' ? rest : rest.charAt(0).toLowerCase() + rest.slice(1)
    const shape = known[root] ?? 'anything'
    if (shape === 'anything') return [root, member]
    const own = nearestMember(shape, member)
    if (own !== null) return [root, own]
  }
  const member = nearestMember(known.execution ?? {}, name)
  return member === null || member === 'id' ? null : ['execution', member]
}

/** Wrappers around a value at most. */
const maxWrappers = 4

/** The names behind those that other tools have around a value; empty if there are none, or nothing is behind them. */
function unwrap(names: readonly (string | null)[]): readonly (string | null)[] {
  const start = names.findIndex((name) => name === null || !wrappers.has(name.toLowerCase()))
  return start < 1 ? [] : names.slice(start)
}

function describeMember(variable: VariablePath, { index, within: shape }: UnknownName): string {
  const { root, members } = variable
  const before = [root, ...members.slice(0, index)].join('.')
  if (members[index] === 'parentloop') return noParentLoop
  if (members[index]?.endsWith('?') && !variable.quoted.has(members[index])) return describeChaining(variable)
  const meant = didYouMean(meantByMember({ ...variable, root: before, members: members.slice(index) }, shape))
  const has = typeof shape === 'object' ? ` It has ${listed(shape)}.` : (notes[shape] ?? '')
  const name = nameRoot({ ...variable, root: members[index] ?? null }) ?? 'member of that name'
  return `"${before}" has no ${name}.${meant}${has}`
}

/** Explains `response.json?.id`: in Liquid the question mark is a part of the name. */
function describeChaining(variable: VariablePath): string {
  const members = variable.members.map((name) => name?.replace(/\?$/, '') ?? null)
  return `Liquid has no operator "?.": write ${write({ ...variable, members })}, which is empty where a part is missing.`
}

const noParentLoop =
  'A loop cannot read the loop around it. Assign the value in the outer loop: {% assign outer = forloop.index %}.'

const notes: Readonly<Record<string, string>> = { headers: ' The names of headers are in lower case.' }

/** The suggestion for an unknown member. */
function meantByMember({ root: before, members, quoted }: VariablePath, shape: Shape): string | null {
  const [member, ...rest] = members
  if (before === 'response.body') return write({ root: 'response.json', members, quoted })
  if (quoted.has(member ?? '') && shape === 'headers' && !commonHeaders.has((member ?? '').toLowerCase()))
    return null
  if (quoted.has(member ?? '') && shape === 'headers')
    return write({ root: before, members: [(member ?? '').toLowerCase(), ...rest], quoted: new Set() })
  const near = shape === 'headers' ? nameHeader(member ?? '') : nearestMember(shape, member ?? '')
  return near === null ? null : write({ root: before, members: [near, ...rest], quoted })
}

/** Header names that messages may quote although they stand between quotes: they are not credentials. */
const commonHeaders: ReadonlySet<string> = new Set([
  ...['location', 'content-type', 'content-length', 'content-encoding', 'content-language', 'date', 'etag'],
  ...[
    'last-modified',
    'link',
    'retry-after',
    'server',
    'cache-control',
    'expires',
    'set-cookie',
    'vary',
    'via',
  ],
  ...['www-authenticate', 'x-request-id', 'x-correlation-id', 'x-ratelimit-remaining', 'x-ratelimit-reset'],
])

/** A header in lower case, of `contentType` with its dashes. */
function nameHeader(member: string): string {
  return member.replaceAll(/([a-z\d])([A-Z])/g, '$1-$2').toLowerCase()
}

function nearestMember(shape: Shape, name: string): string | null {
  if (typeof shape !== 'object') return null
  const names = Object.keys(shape)
  const key = name.toLowerCase().replaceAll('_', '')
  const elsewhere = Object.hasOwn(namesElsewhere, key) ? namesElsewhere[key] : undefined
  return elsewhere !== undefined && names.includes(elsewhere) ? elsewhere : suggest(name, names)
}

const plainName = /^[\w-]{1,40}$/

function nameRoot({ root, quoted }: Pick<VariablePath, 'root' | 'quoted'>): string | null {
  return root !== null && plainName.test(root) && !quoted.has(root) ? `"${root}"` : null
}

/** Writes a variable as in a template, up to the first name that is computed or between quotes. */
function write({ root, members, quoted }: VariablePath): string {
  const end = members.findIndex((name) => name === null || !plainName.test(name) || quoted.has(name))
  return [root, ...(end === -1 ? members : members.slice(0, end))].join('.')
}

function listed(names: object): string {
  return listWords(Object.keys(names), 'and')
}
