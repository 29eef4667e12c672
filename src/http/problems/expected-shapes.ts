import { failureCodes } from '../../contract/failure.ts'
import { sources } from '../../contract/payload.ts'
import { isObject, type JsonObject } from '../../webhook/values/json.ts'
import { writeMembers, writeValue } from './example-text.ts'
import {
  expectationLike,
  isListOfStatuses,
  isStatusLike,
  statusExpectation,
} from './foreign-words/expectation-like.ts'
import { type Place, withoutForm } from './place.ts'

/**
 * What a value of the wrong type was probably meant to be, at one place. An example takes names from the value, and no
 * text, because any text may be a secret.
 */
interface ExpectedShape {
  /** The shape, where the schema says too little. */
  readonly as?: string
  /** What to write, or null if the value does not tell. */
  readonly write: (value: unknown) => string | null
}

/** Names and entries that an example takes from a value at most, and how long they are at most. */
const maxNames = 2
const maxNameCharacters = 40

const reference = '{{ secrets.NAME }}'
const fields = (member: string): ExpectedShape => ({
  as: 'an array of {"name", "value"}',
  write(value) {
    const list = onlyList(value)
    if (list !== null) return `write the array of ${JSON.stringify(list)} itself`
    return `write ${writeMembers({ [member]: pairs(value) })}`
  },
})

const attributes = (example: JsonObject): ExpectedShape => ({ write: () => `write ${writeValue(example)}` })
const always = (text: string, as?: string): ExpectedShape => ({
  ...(as === undefined ? {} : { as }),
  write: () => text,
})

function quotes(value: unknown): string | null {
  return typeof value === 'number' || typeof value === 'boolean' ? 'write it in quotes' : null
}

/** Members to write. */
function example(members: JsonObject): string {
  return `write ${writeMembers(members)}`
}

/** What to do with a text in the place of a word of the contract, or null. */
export function findHeldWord(place: Place, word: unknown): string | null {
  if (place === 'Node.method' && typeof word === 'string' && word.includes('{'))
    return 'the method is no template: draw a node for each'
  return place === 'Field.source' && typeof word === 'string' && isDotted(word)
    ? 'write what is before the dot as "source", and the rest as "field"'
    : null
}

const wholeJson: ExpectedShape = {
  write: (value) => (typeof value === 'string' ? 'write the JSON itself, not its text in quotes' : null),
}

/** Shapes by place, with the places of foreign-words/. */
const shapes: Readonly<Record<string, ExpectedShape>> = {
  Request: {
    write: (value) => (Array.isArray(value) ? 'send one request for each node' : wholeJson.write(value)),
  },
  Node: {
    write: (value) =>
      wholeJson.write(value) ?? example({ node: { method: 'POST', url: 'https://host/path' } }),
  },
  'Node.url': {
    as: 'a string such as "https://host/path"',
    write: (value) =>
      typeof value === 'object' ? 'write the whole address, and its parameters in "query"' : quotes(value),
  },
  'Body(json).content': { as: 'any JSON value', write: () => 'write "content": { "a": "…" }' },
  'Node.hosts': always(example({ hosts: ['api.crm.example'] })),
  'Node.query': fields('query'),
  'Node.headers': fields('headers'),
  'Body.fields': fields('fields'),
  Field: { write: (value) => `write ${pairs(value).map(writeValue).join(', ')}` },
  'Field.value': {
    write: (value) =>
      typeof value === 'object' ? 'write "literal" in place of "value": it takes any JSON' : null,
  },
  'Field.name': { as: 'the name that the target expects', write: quotes },
  'Field.field': { as: 'the name of an attribute such as "email"', write: quotes },
  'Body(raw).contentType': { as: 'a media type such as "application/xml"', write: () => null },
  'Body(raw).content': {
    write: (value) => (typeof value === 'object' ? 'write "structure": "json" to send JSON' : quotes(value)),
  },
  Auth: { write: authLike },
  'Auth(apiKey).name': { as: 'the name of a header or URL parameter', write: quotes },
  'Auth(apiKey).value': always(example({ value: reference })),
  'Auth.password': always(example({ password: reference })),
  'Auth.token': always(example({ token: reference })),
  Body: {
    write: (value) => (value === '' ? 'leave it out for none' : example({ body: bodyLike(value) })),
  },
  'Node.expect': { write: (value) => example({ expect: expectationLike(value) }) },
  Expectation: { write: (value) => `write ${writeValue(expectationLike(value))}` },
  'Expectation(status).value': { write: statusLike },
  'Expectation(string).value': {
    write: (value) =>
      Array.isArray(value)
        ? 'write one expectation for each text: "expect" takes a list of them'
        : quotes(value),
  },
  'Expectation(condition).value': always('write a condition such as "response.json.ok == true"'),
  'Node.timeoutMs': { write: durationLike },
  'Request.deadlineMs': { write: durationLike },
  'Retry.initialDelayMs': { write: durationLike },
  'Retry.maxDelayMs': { write: durationLike },
  'Retry.totalMs': { write: durationLike },
  'Node.cases': always(example({ cases: [{ branch: 'exists', when: { type: 'status', value: 409 } }] })),
  Case: always(`write ${writeValue({ branch: 'exists', when: { type: 'status', value: 409 } })}`),
  When: { write: (value) => `write ${writeValue(expectationLike(value))}` },
  'Retry.on': always(example({ on: ['connect', 429, '5xx'] })),
  'Retry.delaysMs': always(example({ delaysMs: [1_000, 5_000] })),
  'Retry.resetHeaders': always(
    example({ resetHeaders: [{ name: 'X-RateLimit-Reset', unit: 'epochSeconds' }] }),
  ),
  'Node.onError': always(example({ onError: 'error' })),
  'Node.branches': always(example({ branches: { success: 'yes', error: 'no' } })),
  'Node.capture': always(
    example({ capture: { leadId: '{{ response.json.id }}' } }),
    'an object of name and template',
  ),
  'Node.capture.*': always('write a template such as "{{ response.json.id }}"'),
  'Request.tenant': { as: '1 to 64 characters of A-Z a-z 0-9 . _ -', write: () => null },
  'Request.idempotencyKey': { as: '1 to 255 visible ASCII characters', write: () => null },
  Retry: { write: retryLike },
  Payload: {
    write: (value) => wholeJson.write(value) ?? example({ payload: { profile: { email: '…' } } }),
  },
  'Payload.profile': attributes({ email: '…' }),
  'Payload.event': attributes({ type: '…' }),
  'Payload.instance': attributes({ id: '…' }),
  'Payload.flow': attributes({ name: '…' }),
  'Payload.vars': attributes({ leadId: '…' }),
  Secrets: always(example({ secrets: { NAME: '…' } }), 'an object of name and value'),
  Simulation: { write: simulationLike },
  'Simulation.headers': attributes({ 'x-state': '…' }),
  'Simulation.body': always('write the text of the body, as in "{\\"id\\":1}"'),
}

/** What a value was meant to be. */
export interface MeantShape {
  readonly as: string | null
  readonly write: string | null
}

/** What a value of the wrong type at a place was probably meant to be. */
export function findMeantShape(place: Place, value: unknown): MeantShape {
  const shape = shapes[place] ?? shapes[withoutForm(place)]
  if (shape === undefined) return { as: null, write: null }
  return { as: shape.as ?? null, write: shape.write(value) }
}

/** Whether a list at a place is one mistake as a whole, not one for each entry: statuses without an expectation. */
export function isWrongAsWhole(place: Place, value: unknown): boolean {
  return place === 'Node.expect' && isListOfStatuses(value)
}

/** A header or a parameter in one text: `A: b`, `a=1&b=2`. Nothing that could be a whole credential matches. */
const textOfPair = /(?:^|[&\n?])\s?([A-Za-z][\w-]{0,39})(?:: \S|=[^=&\s])/g

/** The names of an object, or in the text of headers or parameters. */
function namesOf(value: unknown): readonly string[] {
  if (typeof value === 'string')
    return Array.from(value.slice(0, 500).matchAll(textOfPair).take(maxNames), ([, name = '']) => name)
  if (!isObject(value)) return []
  const names: string[] = []
  for (const name in value) {
    if (names.length === maxNames) break
    names.push(name.length > maxNameCharacters ? `${name.slice(0, maxNameCharacters)}…` : name)
  }
  return names
}

/** Fields with the names of an object, unless it is a field itself. */
function pairs(value: unknown) {
  const first = Array.isArray(value) && typeof value[0] === 'string' ? value[0] : value
  const names = isObject(value) && ('name' in value || 'key' in value) ? [] : namesOf(first)
  return names.length === 0 ? [{ name: '…', value: '…' }] : names.map((name) => ({ name, value: '…' }))
}

/** The name of the only member of an object, if that is an array of objects. */
function onlyList(value: unknown): string | null {
  const [name, other] = namesOf(value)
  if (name === undefined || other !== undefined || !isObject(value)) return null
  const list = value[name]
  return Array.isArray(list) && isObject(list[0]) ? name : null
}

function bodyLike(value: unknown): JsonObject {
  const [first] = Array.isArray(value) ? value : []
  if (isObject(first) && ('name' in first || 'key' in first))
    return { structure: 'simple', fields: [{ name: '…', value: '…' }] }
  if (Array.isArray(value)) return { structure: 'json', content: ['…'] }
  if (isObject(value) && 'content' in value) return contentLike(value.content)
  if (isObject(value)) {
    const names = namesOf(value).filter((name) => name !== 'contentType')
    return { structure: 'json', content: Object.fromEntries(names.map((name) => [name, '…'])) }
  }
  if (typeof value === 'string' && /^\{\{\s?(?:payload|profile)\s?\}\}$/.test(value))
    return { structure: 'full' }
  if (typeof value === 'string' && /^\s*</.test(value))
    return { structure: 'raw', contentType: 'application/xml', content: '…' }
  if (typeof value === 'string' && namesOf(value).length > 0 && value.includes('='))
    return { structure: 'simple', contentType: 'application/x-www-form-urlencoded', fields: pairs(value) }
  const isJson = typeof value === 'string' && /^\s*[[{]/.test(value)
  return isJson ? { structure: 'json', content: { a: '…' } } : contentLike(value)
}

function contentLike(content: unknown): JsonObject {
  return typeof content === 'string'
    ? { structure: 'raw', contentType: 'text/plain', content: '…' }
    : { structure: 'json', content: '…' }
}

/** Members that are not missing, because the value of another one holds them: `"source": "profile.email"`. */
export function findHeldMembers(place: Place, value: JsonObject): ReadonlySet<string> {
  const isHeld = withoutForm(place) === 'Field' && typeof value.source === 'string' && isDotted(value.source)
  return new Set(isHeld ? ['field'] : [])
}

function isDotted(source: string): boolean {
  return sources.some((name) => source.startsWith(`${name}.`))
}

function retryLike(value: unknown): string {
  if (value === false) return 'leave it out'
  const attempts = typeof value === 'number' && value >= 1 && value <= 10 ? Math.floor(value) : 3
  return example({ retry: { attempts } })
}

function authLike(value: unknown): string {
  if (value === '' || value === false || (typeof value === 'string' && /^(?:none|no auth)$/i.test(value)))
    return 'leave it out for none'
  return Array.isArray(value)
    ? example({ auth: { type: 'basic', username: '…', password: reference } })
    : example({ auth: { type: 'bearer', token: reference } })
}

function statusLike(value: unknown): string | null {
  const meant = statusExpectation(value)
  if (meant === null)
    return typeof value === 'string' && value.includes('{')
      ? 'write the status itself: it is no template'
      : null
  return meant.type === 'status' ? `write ${writeValue(meant.value)}` : example({ expect: meant })
}

const units: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000 }

/** Shorter times were meant in seconds. */
const leastMs = 100

/** A time in another form: `"10s"`, `"10"`, `"PT10S"`, or one for each phase. */
function durationLike(value: unknown): string | null {
  if (isObject(value))
    return 'one limit covers connecting, sending and the answer: write a number such as 10000'
  const [, digits, unit = ''] =
    (typeof value === 'string' && /^(?:PT)?(\d{1,6})\s?(ms|s|m)?[a-z]{0,10}$/i.exec(value)) || []
  if (digits === undefined) return null
  const known = units[unit.toLowerCase()] ?? (Number(digits) < leastMs ? 1_000 : 1)
  return `write the number of milliseconds without quotes: ${Number(digits) * known}`
}

function simulationLike(value: unknown): string {
  const failure = failureCodes.find((code) => code === value)
  if (failure !== undefined) return example({ simulate: { failure } })
  return example({ simulate: { status: isStatusLike(value) ? Number(value) || 200 : 200 } })
}
