import { defaults, maxTotalMs } from '../../contract/node.ts'
import { sources } from '../../contract/payload.ts'
import { isObject, type JsonObject } from '../../webhook/values/json.ts'
import { describeOtherMap, isOtherMap } from './branches-like.ts'
import { authOfText } from './foreign-words/auth-like.ts'
import { describeOtherJson, isOtherJson } from './foreign-words/bare-json.ts'
import { bodyLike } from './foreign-words/body-like.ts'
import { isCurlCommand, nodeOfCurl } from './foreign-words/curl-command.ts'
import { leastMs, readDuration } from './foreign-words/duration-like.ts'
import { writeMembers, writeValue } from './foreign-words/example-text.ts'
import { basic, caseOfFailure, filesBody } from './foreign-words/examples.ts'
import {
  expectationLike,
  isHeaderExpectation,
  isListOfStatuses,
  isStatusLike,
  isWordOfSuccess,
  statusExpectation,
} from './foreign-words/expectation-like.ts'
import { describeFile, isForeignFile } from './foreign-words/file-like.ts'
import { asAttributes, listNames, pairs, readAttribute } from './foreign-words/list-names.ts'
import { describeMoment } from './foreign-words/moment-like.ts'
import { describeNested, isNestedTemplate, onlyJson } from './foreign-words/nested-value.ts'
import { isBranchName } from './foreign-words/on-error.ts'
import { countRedirects } from './foreign-words/redirects.ts'
import { describeRegex, isRegex } from './foreign-words/regex-like.ts'
import { anyFailure, statusIsNoFailure } from './foreign-words/request.ts'
import { retriedAlone, retryOf } from './foreign-words/retry-like.ts'
import { describeRow } from './foreign-words/row-like.ts'
import { describeSeveral, hasSeveralConditions } from './foreign-words/several-conditions.ts'
import { signingLike } from './foreign-words/signing-like.ts'
import { simulationOf } from './foreign-words/simulation-like.ts'
import { describeMissingSource, describeWholeSource, findMeantSource } from './foreign-words/source-like.ts'
import { describeWrongCharacter } from './foreign-words/wrong-character.ts'
import { findFailure } from './member-advice.ts'
import { likeRequest, noPlace, type Place, withoutForm } from './place.ts'

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

const reference = '{{ secrets.NAME }}'
const fields = (member: string): ExpectedShape => ({
  as: 'an array of {"name", "value"}',
  write(value) {
    const list = onlyList(value)
    if (list !== null) return `write the array of ${JSON.stringify(list)} itself`
    if (member === 'fields' && value === 'all')
      return 'all of the payload is "structure": "full", without "fields"'
    if (member === 'fields' && isObject(value) && Object.values(value).some(isNestedTemplate))
      return `${onlyJson}: ${example({ structure: 'json', content: asAttributes(value) })}`
    return `write ${writeMembers({ [member]: pairs(value) })}`
  },
})

const aMoment = 'a date and time with its zone, such as "2026-11-21T21:54:09Z"'
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

/** A word of a tagged object that its other members tell better than the word that is given. */
export function findMeantTag(
  place: Place,
  value: JsonObject,
): { readonly word: string; readonly message: string } | null {
  if (place !== 'Auth' || typeof value.type !== 'string' || !/oauth/i.test(value.type.slice(0, 40)))
    return null
  const names = Object.keys(value).slice(0, 20)
  const hasToken = names.some((name) => /^(?:token|access_?token|bearer_?token|jwt)$/i.test(name))
  if (!hasToken || names.some((name) => /client|url|endpoint|grant|refresh/i.test(name))) return null
  return {
    word: 'bearer',
    message:
      'must be "bearer" for a token that you have: write "type": "bearer"; with "oauth2" the service fetches one itself, from "tokenUrl" with "clientId" and "clientSecret"',
  }
}

/** What to do with a word that its siblings explain, or null. */
export function findSiblingWord(place: Place, name: string, around: JsonObject): string | null {
  if (name === 'source') return sourceLike(place, around)
  return place === 'Node' && name === 'onError' ? nameOfBranch(around) : null
}

const oneOfSources = 'must be "profile", "event", "instance", "flow" or "vars"'

function sourceLike(place: Place, around: JsonObject): string | null {
  const meant =
    place === 'Body(full)' ? describeWholeSource(around.source) : (findMeantSource(around)?.text ?? null)
  return meant === null ? null : `${oneOfSources}; ${meant}`
}

/** The name of an output in the place of its branch. */
function nameOfBranch({ onError: value, branches }: JsonObject): string | null {
  if (typeof value !== 'string' || !isObject(branches)) return null
  const meant = ['success', 'error', 'exit'].find((branch) => branches[branch] === value)
  return meant === undefined || meant === value
    ? null
    : `must be "success", "error" or "exit"; with these "branches" that name is ${JSON.stringify(meant)}: write ${writeMembers({ onError: meant })}`
}

/** What to do with a text in the place of a word of the contract, or null. */
export function findHeldWord(place: Place, word: unknown): string | null {
  if (place === 'Node.method' && typeof word === 'string' && word.includes('{'))
    return 'the method is no template: draw a node for each'
  if (place === 'FailureCode' && typeof word === 'string' && /^[*%.]{1,3}$/.test(word)) return anyFailure
  if (place === 'FailureCode' && isStatusLike(word)) return statusIsNoFailure
  return place === 'When.type' || place === 'Expectation.type' ? typeOfFailure(place, word) : null
}

/** A failure in the place of the type of an expectation. */
function typeOfFailure(place: Place, word: unknown): string | null {
  const code = findFailure(word)
  const isKind = typeof word === 'string' && /^(?:failure|error|fault|exception)s?$/i.test(word)
  if (place === 'When.type' && isNoCondition(word)) return noDefaultCase
  if (code === null && !isKind) return null
  const when = writeValue({ type: 'failure', value: code ?? 'response_timeout' })
  if (place === 'When.type') return isKind ? null : `write ${when}`
  return `a failure is no response to expect: a branch for it is ${writeMembers({ cases: [caseOfFailure('later', code ?? undefined)] })}`
}

const aCase = [{ branch: 'exists', when: { type: 'status', value: 409 } }]

const idempotencyKey: ExpectedShape = {
  as: '1 to 255 visible ASCII characters',
  write: (value) => quotes(value) ?? describeWrongCharacter(value, /[!-~]/, 255),
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
      typeof value === 'string' && isCurlCommand(value)
        ? example({ node: nodeOfCurl(value) })
        : (wholeJson.write(value) ?? example({ node: { method: 'POST', url: 'https://host/path' } })),
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
  'Connection.headers': fields('headers'),
  'Connection.query': fields('query'),
  'Connection.tenants': always(example({ tenants: ['acme'] }), 'an array of the names of tenants'),
  Callback: always(
    example({ engine: { url: 'https://engine.example/webhook-node', secret: '{{ secrets.CALLBACK }}' } }),
  ),
  Connection: always(example({ crm: { baseUrl: 'https://api.crm.example' } })),
  Field: {
    write: (value) =>
      manyValues(value) ??
      describeRow(value) ??
      nameAlone(value) ??
      `write ${fieldsLike(value).map(writeValue).join(', ')}`,
  },
  Part: { write: partLike },
  'Field(fields).value': { write: (value) => describeNested(value, 'fields') },
  'Field(headers).value': { write: (value) => describeNested(value, 'headers') },
  'Field(query).value': { write: (value) => describeNested(value, 'query') },
  'Part.value': { write: (value) => describeNested(value, 'parts') },
  'Field.name': { as: 'the name that the target expects', write: quotes },
  'Field.field': {
    as: 'the name of an attribute such as "email"',
    write: (value) => (Array.isArray(value) ? 'write one field for each of them' : quotes(value)),
  },
  'Body(multipart).parts': {
    as: 'an array of fields and files',
    write: (value) => example(isObject(value) ? { parts: pairs(value) } : { parts: filesBody.parts }),
  },
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
    write: (value) =>
      value === ''
        ? 'leave it out for none'
        : (describeOtherJson(value) ?? example({ body: bodyLike(value) })),
  },
  'Node.expect': {
    write: (value) =>
      hasSeveralConditions(value)
        ? describeSeveral(value)
        : example({ expect: expectationLike(value) }) + orText(value),
  },
  Expectation: {
    write: (value) =>
      isRegex(value) ? describeRegex(value) : `write ${writeValue(expectationLike(value))}${orText(value)}`,
  },
  'Expectation(status).value': { write: statusLike },
  'Expectation(string).value': {
    write: (value) =>
      Array.isArray(value)
        ? 'write one expectation for each text: "expect" takes a list of them'
        : quotes(value),
  },
  'Expectation(condition).value': always('write a condition such as "response.json.ok == true"'),
  'Node.followRedirects': { write: (value) => example(countRedirects(value)) },
  'Node.timeoutMs': { write: (value) => durationLike(value, 'Node.timeoutMs') },
  'Request.deadlineMs': { write: (value) => durationLike(value, 'Request.deadlineMs') },
  'Retry.initialDelayMs': { write: (value) => durationLike(value, 'Retry.initialDelayMs') },
  'Retry.maxDelayMs': { write: (value) => durationLike(value, 'Retry.maxDelayMs') },
  'Retry.totalMs': { write: (value) => durationLike(value, 'Retry.totalMs') },
  'Node.cases': { write: casesLike },
  Case: always(`write ${writeValue({ branch: 'exists', when: { type: 'status', value: 409 } })}`),
  FailureCode: {
    as: 'a failure code such as "response_timeout"',
    write: (value) => {
      if (isStatusLike(value)) return statusIsNoFailure
      if (Array.isArray(value)) return 'write one of them'
      return value === null ? 'leave it out instead, or write a code' : null
    },
  },
  'Body(full).source': {
    write: (value) =>
      Array.isArray(value)
        ? 'leave "source" out for the whole payload, or write "structure": "simple" for single fields'
        : null,
  },
  'Auth(oauth2).scope': {
    as: 'names separated by spaces, in one string',
    write: () => 'write "scope": "read write"',
  },
  'Simulation.status': {
    write: (value) =>
      typeof value === 'string' && !/^\d{3}$/.test(value)
        ? `write one status, such as ${/^[1-5]xx$/i.test(value) ? value[0] : 2}04`
        : null,
  },
  When: {
    write: (value) =>
      isRegex(value)
        ? describeRegex(value)
        : (whenLike(value) ?? `write ${writeValue(expectationLike(value))}${orText(value)}`),
  },
  'Retry.on': {
    write: (value) => example({ on: retriedAlone(value) ?? ['connect', 'timeout', 429, '5xx'] }),
  },
  'Retry.delaysMs': always(example({ delaysMs: [1_000, 5_000] })),
  'Retry.resetHeaders': always(
    example({ resetHeaders: [{ name: 'X-RateLimit-Reset', unit: 'epochSeconds' }] }),
  ),
  'Node.onError': always(example({ onError: 'error' })),
  'Node.branches': {
    as: 'an object from "success", "error" and "exit" to the names that the engine has for them',
    write: (value) =>
      isOtherMap(value)
        ? describeOtherMap(value)
        : Array.isArray(value) && isObject(value[0])
          ? `outputs by status are cases: ${example({ cases: aCase })}`
          : example({ branches: { success: 'yes', error: 'no' } }),
  },
  'Node.capture': always(
    example({ capture: { leadId: '{{ response.json.id }}' } }),
    'an object of name and template',
  ),
  'Node.capture.*': always('write a template such as "{{ response.json.id }}"'),
  'Request.tenant': {
    as: '1 to 64 characters of A-Z a-z 0-9 . _ -',
    write: (value) => quotes(value) ?? describeWrongCharacter(value, /[\w.-]/, 64),
  },
  'Request.idempotencyKey': idempotencyKey,
  'Item.idempotencyKey': idempotencyKey,
  'Submission.callback': always(
    `${example({ callback: { to: 'engine' } })}, the name of an entry of CALLBACKS_FILE`,
  ),
  'Submission.notBefore': { as: aMoment, write: describeMoment },
  'Submission.expiresAt': { as: aMoment, write: describeMoment },
  'Submission.items': always(example({ items: [{ payload: { profile: { email: '…' } } }] })),
  Item: always(`write ${writeValue({ payload: { profile: { email: '…' } } })}`),
  'Redrive.filter': always(example({ filter: { code: 'connect_refused' } })),
  'Redrive.filter.since': { as: aMoment, write: describeMoment },
  'Redrive.filter.until': { as: aMoment, write: describeMoment },
  'Redrive.filter.ids': always(example({ filter: { ids: ['…'] } })),
  Retry: { write: retryLike },
  Signing: { write: (value) => example({ signing: signingLike(value) }) },
  Tls: always(example({ tls: { certificate: '{{ secrets.CERTIFICATE }}', key: '{{ secrets.KEY }}' } })),
  Payload: {
    write: (value) => wholeJson.write(value) ?? example({ payload: { profile: { email: '…' } } }),
  },
  'Payload.profile': attributes({ email: '…' }),
  'Payload.event': attributes({ type: '…' }),
  'Payload.instance': attributes({ id: '…' }),
  'Payload.flow': attributes({ name: '…' }),
  'Payload.vars': attributes({ leadId: '…' }),
  Secrets: always(example({ secrets: { NAME: '…' } }), 'an object of name and value'),
  'Secrets.*': {
    as: 'a string of at least 4 characters',
    write: (value) =>
      typeof value === 'object' && value !== null
        ? 'write one name for each value, as in "crm_token": "…"'
        : quotes(value),
  },
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
  const shape = shapes[place] ?? shapes[withoutForm(place)] ?? shapes[likeRequest(place)]
  if (shape === undefined) return { as: null, write: null }
  return { as: shape.as ?? null, write: shape.write(value) }
}

/** What a missing member was probably meant to be where the others tell it: a signature by the name of its header. */
export function findMissingShape(place: Place, name: string, around: JsonObject): MeantShape | null {
  if (name === 'source' && withoutForm(place) === 'Field') {
    const write = describeMissingSource(around.field)
    return write === null ? null : { as: null, write }
  }
  const meant = place === 'Signing(hmac)' ? signingLike(around)[name] : undefined
  return meant === undefined ? null : { as: null, write: example({ [name]: meant }) }
}

/** A word such as `OK` is a status to some, and a text of the body to others. */
function orText(value: unknown): string {
  return isWordOfSuccess(value)
    ? ` for any such status, or ${writeValue({ type: 'string', value: '…' })} for a text in the body`
    : ''
}

/** Whether a value at a place is one mistake as a whole, not one for each entry: statuses without an expectation. */
export function isWrongAsWhole(place: Place, value: unknown): boolean {
  return wholes[place]?.(value) === true
}

const wholes: Readonly<Record<string, (value: unknown) => boolean>> = {
  Body: isOtherJson,
  'Node.branches': isOtherMap,
  'Node.expect': (value) => isListOfStatuses(value) || hasSeveralConditions(value),
  Expectation: (value) => isHeaderExpectation(value) || isRegex(value),
  When: (value) => isHeaderExpectation(value) || isRegex(value),
  Part: isForeignFile,
}

/** A field with several values. */
function manyValues(value: unknown): string | null {
  if (!isObject(value)) return null
  const given = ['source', 'value', 'literal'].filter((name) => Object.hasOwn(value, name))
  const [first, second, third] = given
  const isNoSource = first === 'source' && !(sources as readonly unknown[]).includes(value.source)
  if (isNoSource && second !== undefined && third === undefined)
    return `its "source" is no part of the payload; write ${JSON.stringify(second)} without it`
  return given.length < 2
    ? null
    : `it has ${given.map((name) => JSON.stringify(name)).join(' and ')}; leave out all but one of them`
}

/** A name in the place of a field. It is shown if it is that of an attribute: it may be a value. */
function nameAlone(value: unknown): string | null {
  if (typeof value !== 'string' || !/^[\w.]{1,60}$/.test(value)) return null
  const name = readAttribute(value) ?? 'email'
  const source = value.startsWith('event.') ? 'event' : 'profile'
  return `for an attribute write ${writeValue({ name, source, field: name })}`
}

/** Fields with the names of an object, unless they are those of a field. */
function fieldsLike(value: unknown): readonly JsonObject[] {
  return isObject(value) && Object.keys(value).slice(0, 10).some(isNameOfField) ? pairs([]) : pairs(value)
}

/** A member that only a field has, under its name here or elsewhere. */
function isNameOfField(name: string): boolean {
  return (
    name.length < 40 &&
    /^(?:field|source|value|literal|if_?empty|(?:header|param|query|profile|event|form)\w*)$/i.test(name)
  )
}

function partLike(value: unknown): string {
  if (isForeignFile(value) || (isObject(value) && ('filename' in value || 'contentType' in value)))
    return describeFile(value)
  return `write ${fieldsLike(value).map(writeValue).join(', ')}`
}

/** The name of the only member of an object, if that is an array of objects. */
function onlyList(value: unknown): string | null {
  const [name, other] = listNames(value)
  if (name === undefined || other !== undefined || !isObject(value)) return null
  const list = value[name]
  return Array.isArray(list) && isObject(list[0]) ? name : null
}

/** Members that are not missing, because the value of another one holds them: `"source": "profile.email"`. */
export function findHeldMembers(place: Place, value: JsonObject): ReadonlySet<string> {
  const isHeld = place !== noPlace && findMeantSource(value)?.hasField === true
  return new Set(isHeld ? ['field'] : [])
}

/** A list of conditions, or a mark for all other responses, in the place of one condition of a case. */
function whenLike(value: unknown): string | null {
  if (Array.isArray(value))
    return value.length === 1
      ? 'write what is in the list without [ and ]'
      : 'write one case for each of the list, or one condition that joins them with "and" or "or"'
  return isNoCondition(value) ? noDefaultCase : null
}

const noDefault =
  'there is no default case: without a case that holds the branch is "success", or that of "onError"'
const noDefaultCase = `${noDefault}; leave out this case`

/** Whether a word stands for all other responses. */
function isNoCondition(word: unknown): boolean {
  return typeof word === 'string' && /^(?:default|else|otherwise|any|all|always|\*)$/i.test(word)
}

/** The cases of a map from statuses to branches, which may have a mark for all other responses. */
function casesLike(value: unknown): string {
  const entries = isObject(value) ? Object.entries(value).slice(0, maxCases) : []
  const cases = entries.flatMap(([key, branch]) =>
    isStatusLike(key) && isBranchName(branch)
      ? [{ branch, when: { type: 'status', value: /x/i.test(key) ? key : Number(key) } }]
      : [],
  )
  const written = example({ cases: cases.length === 0 ? aCase : cases })
  const other = entries.find(([key]) => isNoCondition(key))?.[0]
  return other === undefined ? written : `${written}; leave out ${JSON.stringify(other)}: ${noDefault}`
}

/** Cases that an example shows. */
const maxCases = 10

function retryLike(value: unknown): string {
  if (value === false) return 'leave it out'
  return example({ retry: retryOf(value, 0) })
}

function authLike(value: unknown): string {
  if (value === '' || value === false || (typeof value === 'string' && /^(?:none|no auth)$/i.test(value)))
    return 'leave it out for none'
  if (isObject(value) && ['username', 'user', 'password'].some((name) => Object.hasOwn(value, name)))
    return example({ auth: basic })
  if (Array.isArray(value) && isObject(value[0]))
    return `write the object itself, without [ and ]: ${authLike(value[0].type)}`
  if (Array.isArray(value)) return example({ auth: { type: 'basic', username: '…', password: reference } })
  if (typeof value === 'string' && /sign|hmac/i.test(value.slice(0, 60)))
    return `a signature is "signing" of the node: ${example({ signing: signingLike(value) })}`
  return example({
    auth: (typeof value === 'string' ? authOfText(value) : null) ?? { type: 'bearer', token: reference },
  })
}

function statusLike(value: unknown): string | null {
  const meant = statusExpectation(value)
  if (meant === null)
    return typeof value === 'string' && value.includes('{')
      ? 'write the status itself: it is no template'
      : null
  return meant.type === 'status' ? `write ${writeValue(meant.value)}` : example({ expect: meant })
}

/** The time to write where another one was meant, in milliseconds: what the member takes. That of a node is a setting. */
export function writeTime(meantMs: number, place: Place): string {
  if (place === 'Node.timeoutMs' && meantMs > defaults.timeoutMs)
    return `at most ${defaults.timeoutMs}, unless the operator of the service has raised MAX_TIMEOUT_MS`
  if (meantMs > maxTotalMs) return `at most ${maxTotalMs}`
  return meantMs < leastMs && (place === 'Node.timeoutMs' || place === 'Retry.totalMs')
    ? `at least ${leastMs}`
    : String(meantMs)
}

/** A time in another form: `"10s"`, `"10"`, `"PT10S"`, or one for each phase. */
function durationLike(value: unknown, place: Place): string | null {
  if (isObject(value) || Array.isArray(value))
    return 'one limit covers connecting, sending and the answer: write a number such as 10000'
  if (typeof value === 'string' && /^\d{4}-\d\d/.test(value))
    return 'it is a time to wait, not a point in time: write the number of milliseconds, such as 10000'
  const meantMs = typeof value === 'string' ? readDuration(value) : null
  return meantMs === null
    ? null
    : `write the number of milliseconds without quotes: ${writeTime(meantMs, place)}`
}

function simulationLike(value: unknown): string {
  if (isObject(value) && 'failure' in value) return 'leave out either "failure" or what belongs to a response'
  const failure = findFailure(value)
  if (failure !== null) return example({ simulate: { failure } })
  return example({ simulate: simulationOf(value) })
}
