import { isListOrObject, isObject, type JsonObject, parseJson } from '../values/json.ts'
import { LongNumber } from '../values/long-number.ts'
import { findAnyText } from './any-statement.ts'
import { withoutMarkup } from './markup-statement.ts'
import type { FieldPlace, Statement } from './statement.ts'

/**
 * Reads what an API says about an error. APIs agree on no format, but on a few dozen names: RFC 9457, OAuth 2, GraphQL,
 * JSON:API, OData and Google's error model use them, and so do frameworks. JSON that has none of them is looked through for
 * sentences. Null if it has none. The work is bounded whatever the JSON is.
 */
export function readJsonStatement(json: unknown): Statement | null {
  const reader = new StatementReader()
  reader.readRoot(json)
  const { statement } = reader
  if (statement === null || (statement.fields.length === 0 && isBare(statement.text)))
    return readAny(json, statement)
  return statement
}

/** Reads JSON whose members have names that no API is known for. `bare`: the code or phrase that is known already. */
function readAny(json: unknown, bare: Statement | null): Statement | null {
  const found = findAnyText(json)
  if (found === null || (bare !== null && !/\s/.test(found.text))) return bare
  const isTold = bare === null || phrase.test(bare.text) || mentions(found.text, bare.text)
  const text = isTold ? found.text : `${bare.text}: ${found.text}`
  const fields = found.fields.flatMap((name) => lastName(name) ?? [])
  return { text, fields }
}

/** Whether a text is the name of an error or the phrase of a status, and no sentence. */
function isBare(text: string): boolean {
  return !/\s/.test(text) || phrase.test(text)
}

/** Whether JSON of a success says that the call failed, as in `{"ok":false}` or `{"errors":[…]}`. */
export function reportsError(json: unknown): boolean {
  if (!isObject(json)) return false
  if (verdictNames.some((name) => member(json, name) === false)) return true
  const status = member(json, 'status')
  if (typeof status === 'string' && failedStatuses.has(status.toLowerCase())) return true
  if (hasFailedCode(json) || hasVerdict(json)) return true
  return errorNames.some((name) => isFilled(member(json, name))) || findErrorsOfData(json) !== null
}

/** Whether an object has the number of an error beside a message, as in `{"code":40013,"msg":"invalid appid"}`. 0 and 2xx are none. */
function hasFailedCode(json: JsonObject): boolean {
  const isFailed = numberNames.some((name) => {
    const value = member(json, name)
    return typeof value === 'number' && value !== 0 && value !== 1 && (value < 200 || value > 299)
  })
  return isFailed && firstNames(json, maxEntries).some((name) => isMessage(name, json[name]))
}

/** Whether a member has a word for a failure beside a sentence, as in `{"result":"NOK","text":"…"}`. */
function hasVerdict(json: JsonObject): boolean {
  const names = firstNames(json, maxEntries)
  const isWord = (value: unknown) => typeof value === 'string' && ofFailure.test(value)
  const isSentence = (value: unknown) => typeof value === 'string' && /\S\s+\S/.test(value)
  return names.some((name) => isWord(json[name])) && names.some((name) => isSentence(json[name]))
}

const ofFailure =
  /^(?:nok|ko|not[_ ]?ok|error|err|fail|failed|failure|rejected|denied|declined|refused|invalid|fehler|erreur)$/i

function isMessage(name: string, value: unknown): boolean {
  return /msg|message|error/i.test(name) && typeof value === 'string' && /\S\s+\S/.test(value)
}

const numberNames = ['code', 'errcode', 'errCode', 'errorCode', 'error_code', 'retcode', 'ret', 'rc', 'errno']

/**
 * Finds the errors that a mutation of GraphQL has in its own result, as in `{"data":{"customerCreate":{"userErrors":[…]}}}`. Null
 * if there are none.
 */
function findErrorsOfData(json: JsonObject): JsonObject | null {
  const data = member(json, 'data')
  if (!isObject(data)) return null
  let seen = 0
  for (const name in data) {
    if (seen++ >= maxEntries) return null
    const result = data[name]
    if (errorsOfResult.has(name) && isFilledList(result)) return data
    if (isObject(result) && hasErrors(result)) return result
  }
  return null
}

function hasErrors(result: JsonObject): boolean {
  for (const name of errorsOfResult) if (isFilledList(member(result, name))) return true
  return false
}

/** Words of data, such as `errors` of a log, are no complaint, but a list of them beside a result is. */
const errorsOfResult: ReadonlySet<string> = new Set([
  ...['userErrors', 'user_errors', 'mutationErrors', 'customerUserErrors', 'checkoutUserErrors'],
  ...['orderUserErrors', 'mediaUserErrors', 'validationErrors', 'fieldErrors', 'errors'],
])

function isFilledList(value: unknown): boolean {
  return Array.isArray(value) && value.length > 0
}

/**
 * Finds the first part that failed in the answer to a request of many parts, as in `{"results":[{"status":400,"error":"…"}]}`. Null
 * if none did.
 */
export function findFailedPart(json: unknown): JsonObject | null {
  const lists = Array.isArray(json)
    ? [json]
    : isObject(json)
      ? partsNames.map((name) => member(json, name))
      : []
  for (const list of lists) {
    if (!Array.isArray(list)) continue
    const failed = list
      .slice(0, maxParts)
      .find((part) => isObject(part) && (hasFailed(part) || reportsError(part)))
    if (failed !== undefined) return failed
  }
  return findFailedList(json)
}

/** Finds the first part of a list of what failed, as in `{"failed_records":[…]}`. Null without one. */
export function findFailedList(json: unknown): JsonObject | null {
  if (!isObject(json)) return null
  for (const name of failedNames) {
    const list = member(json, name)
    const [first] = Array.isArray(list) ? list : []
    if (isObject(first)) return first
  }
  return null
}

function hasFailed(part: JsonObject): boolean {
  return ['status', 'statusCode', 'status_code', 'code', 'httpStatus'].some((name) => {
    const status = Number(member(part, name))
    return status >= 400 && status < 600
  })
}

const partsNames = ['results', 'responses', 'items', 'data', 'value', 'entries', 'records', 'operations']
/** Lists whose parts have all failed. */
const failedNames = [
  ...[
    'failed_records',
    'failedRecords',
    'failed',
    'failures',
    'failed_items',
    'failedItems',
    'rejected',
    'invalid',
  ],
  ...['not_created', 'notCreated', 'invalid_records', 'invalidRecords'],
]
const maxParts = 1_000

const verdictNames = ['ok', 'success', 'succeeded', 'successful', 'isSuccess']
const failedStatuses: ReadonlySet<string> = new Set(['error', 'fail', 'failed', 'failure', 'rejected'])
const errorNames = [
  'error',
  'errors',
  'Error',
  'Errors',
  'error_description',
  'errorMessage',
  'fault',
  'Fault',
]

function isFilled(value: unknown): boolean {
  if (typeof value === 'string') return value.trim() !== ''
  if (typeof value !== 'object' || value === null) return value === true
  for (const _name in value) return true
  return false
}

/** Members that have the text, the most telling first. */
const textNames = [
  ...[
    'detail',
    'error_description',
    'errorDescription',
    'message',
    'Message',
    'errorMessage',
    'error_message',
  ],
  ...[
    'ErrorMessage',
    'error_msg',
    'errormsg',
    'errmsg',
    'msg',
    'defaultMessage',
    'description',
    'faultstring',
  ],
  ...[
    'userMessage',
    'reason',
    'error_summary',
    'errorSummary',
    'issue',
    'error',
    'Error',
    'errors',
    'err',
    'title',
  ],
  ...['details', 'statusMessage', 'status_message', 'statusText', 'summary'],
  ...['Detail', 'exception', 'developerMessage', 'developer_message', 'debugMessage', 'error_info'],
]

/** How Ruby writes an error with its message. */
const rubyError = /^#<[\w:]{1,100}: (.{1,2000})>$/s

/** Members that have a name of the error, for those who look it up. */
const codeNames = [
  'code',
  'Code',
  'errorCode',
  'error_code',
  'ErrorCode',
  'error',
  '__type',
  'type',
  'status',
]

/** Members with more about the error: objects, lists, and objects from a field to its complaints. */
const partNames = [
  ...['error', 'Error', 'errors', 'Errors', 'fault', 'Fault', 'errorMessages', 'error_messages', '_errors'],
  ...[
    'non_field_errors',
    'base',
    'issues',
    'violations',
    'constraintViolations',
    'fieldViolations',
    'problems',
  ],
  ...[
    'invalid-params',
    'invalidParams',
    'invalid_params',
    'validationErrors',
    'ValidationErrors',
    'Elements',
    'validation_errors',
    'validation',
  ],
  ...['fieldErrors', 'field_errors', 'formErrors', 'details', 'detail', 'messages', 'message', 'causes'],
  ...['innererror', 'innerError', 'errordetails', 'exceptions', 'exception', 'error_data', 'errorData'],
]

/** Members around an error. They may as well have data, so they are read only if nothing else was found. */
const wrapperNames = ['data', 'response', 'result', 'meta', 'body']

/** Members that name the field which a complaint is about. */
const fieldNames = [
  ...['field', 'fields', 'param', 'parameter', 'property', 'propertyName', 'propertyPath', 'path', 'loc'],
  ...['pointer', 'instancePath', 'dataPath', 'attribute', 'api_name', 'apiName', 'target', 'key', 'keys'],
  ...['element', 'fieldName', 'field_name', 'parameterName', 'parameter_name', 'argument', 'memberNames'],
]

const namesSeveral: ReadonlySet<string> = new Set(['fields', 'keys', 'memberNames'])

/** Parts whose entries have the field under `name`. */
const namedByName: ReadonlySet<string> = new Set([
  ...['invalid-params', 'invalidParams', 'invalid_params', 'fieldErrors', 'validationErrors'],
])

/** Parts that may be an object from the name of a field to what is wrong with it. */
const fieldMaps: ReadonlySet<string> = new Set([
  ...[
    'errors',
    'Errors',
    'error',
    'details',
    'detail',
    'validationErrors',
    'validation_errors',
    'fieldErrors',
  ],
  ...['field_errors', 'message', 'messages', 'invalid-params', 'fields'],
])

/** Names in such an object that stand for the whole request. */
const noField: ReadonlySet<string> = new Set([
  ...['', 'base', 'non_field_errors', '_errors', '__all__', '_schema', '_error', '$', 'general', 'global'],
])

const maxDepth = 6
const maxVisits = 200
/** Entries of a list or object that are looked at. */
const maxEntries = 20
/** Texts that are joined. */
const maxTexts = 3
const maxFields = 5
/** Longer names are no fields of a request. */
const maxNameLength = 100

class StatementReader {
  readonly #texts: string[] = []
  readonly #fields: string[] = []
  readonly #paths: string[] = []
  readonly #places = new Map<string, FieldPlace>()
  #visits = 0

  get statement(): Statement | null {
    const [first = '', ...others] = this.#texts
    // Beside the complaints themselves the phrase of the status tells nothing.
    const text = (others.length > 0 && phrase.test(first) ? others : this.#texts).join('; ')
    if (text === '') return null
    return {
      text,
      fields: this.#fields,
      ...(this.#paths.length === 0 ? {} : { paths: this.#paths }),
      ...(this.#places.size === 0 ? {} : { places: this.#places }),
    }
  }

  readRoot(json: unknown): void {
    if (isObject(json) && isFieldMap(json)) this.#readMap(json, 0)
    else this.#read(json, 0, '')
    const errors = this.#texts.length === 0 && isObject(json) ? findErrorsOfData(json) : null
    if (errors !== null) for (const name of errorsOfResult) this.#readPart(member(errors, name), 2, name)
  }

  /** `part`: the member of its parent that has the value. */
  #read(value: unknown, depth: number, part: string): void {
    if (depth > maxDepth || this.#visits++ > maxVisits || this.#texts.length >= maxTexts) return
    if (typeof value === 'string') this.#addText(value)
    else if (Array.isArray(value)) this.#readList(value, depth, part)
    else if (isObject(value)) this.#readObject(value, depth, part)
  }

  #readList(list: readonly unknown[], depth: number, part: string): void {
    for (const item of list.slice(0, maxEntries)) this.#read(item, depth + 1, part)
  }

  #readObject(object: JsonObject, depth: number, part: string): void {
    const before = this.#texts.length
    const field = depth === 0 && part === '' ? null : findField(object, part)
    // OData has the text of a message as `value`, beside its language.
    const value = part === 'message' ? member(object, 'value') : undefined
    const text = typeof value === 'string' ? value : findText(object)
    if (text !== null && !this.#readInner(text, depth))
      this.#addText(withCode(withMore(text, object), object, field))
    if (depth > 0 || part !== '') this.#addFields(object, part)
    else this.#addOwnField(object)
    for (const name of partNames) this.#readPart(member(object, name), depth + 1, name)
    this.#readData(member(object, 'data'), depth, part)
    if (this.#texts.length === before)
      for (const name of wrapperNames) this.#readPart(member(object, name), depth + 1, name)
    // An entry may have a code alone, such as {"field":"title","code":"missing_field"}.
    if (this.#texts.length > before) return
    // Contentful has the name of an error in `sys`, beside the word for its kind.
    const sys = member(object, 'sys')
    const id = isObject(sys) && member(sys, 'type') === 'Error' ? member(sys, 'id') : undefined
    const code = typeof id === 'string' ? id : findCode(object)
    if (code !== null) this.#addText(field === null ? code : `${field}: ${code}`)
  }

  /** WordPress has the complaints about fields in `data.params` of an error, and JSON-RPC its message in `data`. */
  #readData(data: unknown, depth: number, part: string): void {
    if (!isObject(data)) return
    const params = member(data, 'params')
    if (isObject(params)) this.#readPart(withDetails(params, member(data, 'details')), depth + 2, 'fields')
    else if (part === 'error' && typeof member(data, 'message') === 'string')
      this.#read(data, depth + 1, 'data')
  }

  /** A text may end in a list of errors in JSON: `Property values were not valid: [{"message":"…"}]`. */
  #readInner(text: string, depth: number): boolean {
    const at = text.length > maxTextLength ? -1 : text.search(/(?<=: ?)\[\{/)
    const parsed = at === -1 ? null : parseJson(text.slice(at), { maxDepth: maxDepth * 2 })
    if (!parsed?.ok) return false
    const before = this.#texts.length
    this.#read(parsed.plain, depth + 1, 'validationErrors')
    return this.#texts.length > before
  }

  #readPart(value: unknown, depth: number, name: string): void {
    if (typeof value !== 'object' || value === null) return
    if (isObject(value) && firstNames(value, 2).length === 1 && Array.isArray(member(value, 'errors'))) {
      this.#read(member(value, 'errors'), depth + 1, 'errors')
      return
    }
    if (isObject(value) && fieldMaps.has(name) && (isMapIn(value) || isMapOfOne(value, name)))
      this.#readMap(value, depth)
    else this.#read(value, depth, name)
  }

  /** An object from the name of a field to one complaint or several. */
  #readMap(map: JsonObject, depth: number): void {
    let seen = 0
    // A parser names what it cannot read by a path; without that the whole object is missing to ASP.NET.
    const hasPath = firstNames(map, maxEntries).some((name) => name.startsWith('$.'))
    for (const name in map) {
      if (hasPath && !name.startsWith('$')) continue
      if (seen++ >= maxEntries || this.#visits++ > maxVisits) return
      const complaint = firstText(map[name], depth + 1)
      if (complaint === null) {
        if (!this.#readNested([name], map[name], depth + 1)) this.#read(map[name], depth + 1, name)
        continue
      }
      const isField = !noField.has(name)
      if (isField) this.#addField(name)
      this.#addText(isField && !mentions(complaint, name) ? `${name}: ${complaint}` : complaint)
    }
  }

  /**
   * Complaints below the names and indexes that lead to a field, as in `{"embeds":{"0":{"color":{"_errors":[…]}}}}` and
   * `{"items":[{},{"qty":["…"]}]}`.
   */
  #readNested(path: readonly string[], value: unknown, depth: number): boolean {
    if (!isListOrObject(value) || depth > maxDepth + 4 || this.#visits++ > maxVisits) return false
    const own = isObject(value) ? firstText(member(value, '_errors'), 1) : null
    if (own !== null) {
      this.#addComplaint(path, own)
      return true
    }
    let isFound = false
    for (const [name, inner] of firstEntries(value)) {
      const below = [...path, name]
      const complaint = isListOfSentences(inner) && !/^\d+$/.test(name) ? firstText(inner, 1) : null
      if (complaint !== null) this.#addComplaint(below, complaint)
      if (complaint !== null || this.#readNested(below, inner, depth + 1)) isFound = true
    }
    return isFound
  }

  #addComplaint(path: readonly string[], complaint: string): void {
    const field = path.findLast((name) => !/^\d+$/.test(name)) ?? ''
    this.#addField(path.join('/'))
    this.#addText(mentions(complaint, field) ? complaint : `${field}: ${complaint}`)
  }

  #addText(text: string): void {
    const trimmed = withoutMarkup(text.trim().slice(0, maxTextLength))
      .trim()
      .replace(/[.;:,]$/, '')
    if (trimmed === '' || this.#texts.length >= maxTexts) return
    // A summary often repeats the first of the complaints that follow.
    if (this.#texts.some((known) => known.includes(trimmed))) return
    this.#texts.push(trimmed)
  }

  /** At the root `path` is that of the URL, `target` and `key` are anything. */
  #addOwnField(object: JsonObject): void {
    for (const name of ['field', 'fields', 'param', 'parameter']) this.#addAll(member(object, name))
  }

  #addFields(object: JsonObject, part: string): void {
    if (isOfGraphql(object)) return
    for (const name of fieldNames) {
      const value = member(object, name)
      // A list in a member of a plural name has several fields, and another one is a path.
      const isList = Array.isArray(value) && namesSeveral.has(name)
      for (const one of isList ? value.slice(0, maxFields) : [value]) this.#addAll(one)
    }
    const source = member(object, 'source')
    if (isObject(source))
      for (const name of ['pointer', 'parameter', 'keys']) this.#addAll(member(source, name))
    if (namedByName.has(part)) this.#addAll(member(object, 'name'))
    const params = member(object, 'params')
    if (isObject(params)) this.#addAll(member(params, 'additionalProperty'))
  }

  #addAll(value: unknown): void {
    if (typeof value === 'string') this.#addField(value)
    else if (Array.isArray(value)) {
      const parts = value.slice(0, maxEntries)
      const names = parts.filter((name) => typeof name === 'string')
      // A list of names, or a path: the last name is the field in both. A path of FastAPI begins with a part of the request.
      const last = names.at(-1)
      if (last === undefined || (names.length === 1 && partsOfRequest.has(last))) return
      this.#addField(last)
      if (names.length > 1) this.#addPath(parts.filter(isStep).join('/'))
      const place = names.length > 1 ? places.get(names[0] ?? '') : undefined
      if (place !== undefined) this.#places.set(last, place)
    }
  }

  #addField(name: string): void {
    if (name.length > maxNameLength || this.#fields.length >= maxFields) return
    const own = lastName(name)
    if (own !== null && !this.#fields.includes(own)) this.#fields.push(own)
    if (/[/.[]/.test(name)) this.#addPath(name)
  }

  #addPath(path: string): void {
    if (path.length <= maxNameLength && this.#paths.length < maxFields) this.#paths.push(path)
  }
}

/** WordPress says in `details` more than in `params`, whose text may be `Invalid parameter.` alone. */
function withDetails(params: JsonObject, details: unknown): JsonObject {
  if (!isObject(details)) return params
  const told = firstNames(params, maxEntries).map((name) => {
    const detail = member(details, name)
    const text = isObject(detail) ? member(detail, 'message') : undefined
    const isBare = /^invalid parameter\.?$/i.test(String(params[name]))
    return [name, isBare && typeof text === 'string' ? text : params[name]] as const
  })
  return Object.fromEntries(told)
}

const partsOfRequest: ReadonlySet<string> = new Set(['body', 'query', 'path', 'header', 'cookie'])

/** Whether an entry of a path is a name or the place in a list. */
function isStep(part: unknown): boolean {
  return typeof part === 'string' || typeof part === 'number'
}

/** How a path begins that does not lead into the body, as FastAPI writes it in `loc`. */
const places: ReadonlyMap<string, FieldPlace> = new Map([
  ['path', 'url'],
  ['query', 'query'],
  ['header', 'headers'],
])

/** Much more than is quoted: a value that is cut here would not be found and masked. */
const maxTextLength = 4_096

const phrase =
  /^(?:bad request|unprocessable (?:entity|content)|unauthorized|forbidden|not found|conflict|internal (?:server )?error)\.?$/i

/** The last name of a path such as `/data/attributes/email`, `items[0].sku` or `$.email`. */
function lastName(path: string): string | null {
  return (
    path.split(/[/.[\]"'\s]+/).findLast((name) => name !== '' && name !== '$' && !/^\d+$/.test(name)) ?? null
  )
}

/** The first text that says more than the phrase of the status, or that. */
function findText(object: JsonObject): string | null {
  let first: string | null = null
  for (const name of textNames) {
    const value = member(object, name)
    if (typeof value !== 'string' || value.trim() === '') continue
    const text = rubyError.exec(value)?.[1] ?? value
    // The class of an exception alone says less than the phrase.
    if (!phrase.test(text.trim()) && (first === null || /\S\s/.test(text))) return text
    first ??= text
  }
  return first
}

/** A name or number of the error. Long texts, links and phrases are none. */
function findCode(object: JsonObject): string | null {
  const extensions = member(object, 'extensions')
  const values = codeNames.map((name) => member(object, name))
  for (const value of isObject(extensions) ? [member(extensions, 'code'), ...values] : values) {
    const text = typeof value === 'number' || value instanceof LongNumber ? String(value) : value
    if (typeof text === 'string' && code.test(text) && !isStatusCode(text)) return text
  }
  return null
}

const code = /^[\w.#-]{2,60}$/

/** The status of the response says this already; RFC 9457 has it as `status`. */
function isStatusCode(text: string): boolean {
  return /^[1-5]\d\d$/.test(text) || saysNothing.has(text.toLowerCase())
}

const saysNothing: ReadonlySet<string> = new Set([...failedStatuses, 'ok', 'success', 'errors', 'exception'])

function withCode(text: string, object: JsonObject, field: string | null): string {
  const named = field === null || mentions(text, field) ? text : `${field}: ${text}`
  const found = findCode(object)
  // Of a complaint about a field, `type` is a word of the validator.
  const name = field !== null && found === member(object, 'type') ? null : found
  return name === null || mentions(named, name) ? named : `${name}: ${named}`
}

/** Members that say more than the text: what is meant in detail, and what helps. */
const moreNames = ['hint', 'Hint', 'Detail', 'error_user_msg', 'suggestion', 'resolution', 'help_text']

function withMore(text: string, object: JsonObject): string {
  const params = member(object, 'params')
  // Ajv names the member that it does not know here.
  const unknown = isObject(params) ? member(params, 'additionalProperty') : undefined
  const more = typeof unknown === 'string' ? `"${unknown.slice(0, maxNameLength)}"` : findMore(object)
  return more === null || mentions(text, more) ? text : `${text.replace(/[.:]\s*$/, '')}: ${more}`
}

function findMore(object: JsonObject): string | null {
  for (const name of moreNames) {
    const value = member(object, name)
    if (typeof value === 'string' && value.trim() !== '' && value.length <= 500) return value.trim()
  }
  const parts = [object, member(object, 'context'), member(object, 'details')]
  const scope = findCode(object) === 'insufficient_scope' ? member(object, 'scope') : undefined
  if (typeof scope === 'string' && scope !== '' && scope.length <= maxNameLength) return scope
  return (
    parts.map((part) => (isObject(part) ? findWanted(part) : null)).find((wanted) => wanted !== null) ?? null
  )
}

/** Members with what a target wants: the scopes that a credential lacks, or the values that it takes. */
const wantedNames = [
  ...[
    'requiredGranularScopes',
    'requiredScopes',
    'required_scopes',
    'missingScopes',
    'missing_scopes',
    'needed',
  ],
  ...['allowedValues', 'allowed_values', 'validValues', 'valid_values', 'acceptedValues', 'allowed'],
]
const maxWanted = 10

/** Members with the type that a target wants. */
const wantedTypes = ['expected_data_type', 'expectedType', 'expected_type']

function findWanted(object: JsonObject): string | null {
  const type = wantedTypes.map((name) => member(object, name)).find((value) => typeof value === 'string')
  if (typeof type === 'string' && type !== '' && type.length <= maxNameLength) return `expected ${type}`
  for (const name of wantedNames) {
    const value = member(object, name)
    const values: readonly unknown[] = Array.isArray(value) ? value.slice(0, maxWanted) : [value]
    const texts = values.filter((one) => typeof one === 'string' && one !== '' && one.length <= maxNameLength)
    if (texts.length > 0) return texts.join(', ')
  }
  return null
}

function findField(object: JsonObject, part: string): string | null {
  const names = namedByName.has(part) ? [...fieldNames, 'name'] : fieldNames
  if (isOfGraphql(object)) return null
  for (const name of names) {
    const value = member(object, name)
    const last = Array.isArray(value) ? value.findLast((item) => typeof item === 'string') : value
    if (typeof last === 'string' && last.length <= maxNameLength) return lastName(last)
  }
  return null
}

/** An error of GraphQL, whose `path` leads into the response. */
function isOfGraphql(object: JsonObject): boolean {
  if (typeof member(object, 'message') !== 'string' || typeof member(object, 'path') === 'string')
    return false
  let seen = 0
  for (const name in object) if (!graphqlNames.has(name) || seen++ > graphqlNames.size) return false
  return true
}

const graphqlNames: ReadonlySet<string> = new Set(['message', 'locations', 'path', 'extensions'])

function mentions(text: string, name: string): boolean {
  return text.toLowerCase().includes(name.toLowerCase())
}

/** A complaint of a map: a text, the first text of a list, or the text of the first object. */
function firstText(value: unknown, depth: number): string | null {
  if (depth > maxDepth) return null
  if (typeof value === 'string') return value.trim() === '' ? null : value
  if (Array.isArray(value)) return value.length === 0 ? null : firstText(value[0], depth + 1)
  if (!isObject(value)) return null
  const inner = member(value, '_errors')
  return findText(value) ?? (inner === undefined ? null : firstText(inner, depth + 1))
}

/** Whether an object at the root consists of nothing but lists of texts, or of objects that do, as frameworks answer to a form. */
function isFieldMap(object: JsonObject): boolean {
  let seen = 0
  for (const name in object) {
    const value = object[name]
    if (seen++ >= maxEntries || !(isListOfTexts(value) || holdsComplaints(value, 0))) return false
    if (partNames.includes(name) && !noField.has(name)) return false
  }
  return seen > 0
}

/** Whether objects and lists have complaints at their ends, and nothing else: `[{},{"qty":["…"]}]`. */
function holdsComplaints(value: unknown, depth: number): boolean {
  if (!isListOrObject(value) || depth > maxNested) return false
  const inner = firstEntries(value).map(([, entry]) => entry)
  return (
    inner.some((entry) => isListOfSentences(entry) || holdsComplaints(entry, depth + 1)) &&
    inner.every(
      (entry) => isListOfSentences(entry) || holdsComplaints(entry, depth + 1) || isEmptyObject(entry),
    )
  )
}

const maxNested = 3

function isEmptyObject(value: unknown): boolean {
  return isObject(value) && firstNames(value, 1).length === 0
}

/** Whether an object is a map from fields to complaints, and not the error itself. */
function isMapIn(object: JsonObject): boolean {
  let hasMember = false
  for (const name in object) {
    if (/^[.@]/.test(name) || (noMapNames.has(name) && typeof object[name] === 'string')) return false
    if (textNames.includes(name) && typeof object[name] === 'string' && isErrorObject(object)) return false
    const value = object[name]
    if (typeof value !== 'string' && !Array.isArray(value) && !isObject(value)) return false
    if (partNames.includes(name) && !noField.has(name)) return false
    hasMember = true
  }
  return hasMember
}

/** `"errors": {"description": "…"}` complains about a field that is called so: one error is no plural. */
function isMapOfOne(object: JsonObject, name: string): boolean {
  const [only = '', ...others] = firstNames(object, 2)
  return /s$/i.test(name) && others.length === 0 && isOfRecord.test(only)
}

const isOfRecord = /^(?:description|summary|title|reason)$/

/** Members of an object that describes one error; Kubernetes has `kind`, OData `lang`. */
const noMapNames: ReadonlySet<string> = new Set([
  ...['field', 'param', 'parameter', 'property', 'api_name', 'kind', 'lang'],
])

/** An error has a code or several of the usual members; a map may have a field that is called `title` or `name`. */
function isErrorObject(object: JsonObject): boolean {
  const known = [
    'message',
    'Message',
    'detail',
    'description',
    'error_description',
    'reason',
    'msg',
    'lang',
    'value',
  ]
  return known.some((name) => typeof member(object, name) === 'string') || findCode(object) !== null
}

/** The first members of an object, or entries of a list with their places. */
function firstEntries(value: object): readonly (readonly [name: string, value: unknown])[] {
  if (Array.isArray(value)) return value.slice(0, maxEntries).map((entry, index) => [String(index), entry])
  return isObject(value) ? firstNames(value, maxEntries).map((name) => [name, value[name]]) : []
}

function isListOfTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && typeof value[0] === 'string'
}

/** Words of a validator, such as `presence`, are no sentences. */
function isListOfSentences(value: unknown): boolean {
  return isListOfTexts(value) && /\S\s+\S/.test(value[0] ?? '')
}

/** The first names of an object. Listing all of a wide one takes long. */
function firstNames(object: JsonObject, most: number): readonly string[] {
  const names: string[] = []
  for (const name in object) {
    if (names.length >= most) break
    names.push(name)
  }
  return names
}

function member(object: JsonObject, name: string): unknown {
  return Object.hasOwn(object, name) ? object[name] : undefined
}
