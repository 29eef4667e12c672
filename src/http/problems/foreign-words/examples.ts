import { isObject, type JsonObject } from '../../../webhook/values/json.ts'
import { bodyLike, bodyOfWord } from './body-like.ts'
import { expectationLike, isWordOfSuccess } from './expectation-like.ts'
import { listNames, listNamesWithin } from './list-names.ts'

// What messages tell to write. `…` stands for what the author knows.

const anyBody = { body: { structure: 'json', content: { a: '…' } } }
export const exampleBody = (value: unknown, around: JsonObject = {}) =>
  value == null || value === '' ? anyBody : { body: withType(bodyLike(value), typeAround(around)) }

const jsonType = 'application/json'
const formType = 'application/x-www-form-urlencoded'

/** The content type that a member beside a body names: JSON or a form. */
function typeAround(around: JsonObject): string | null {
  const name = Object.keys(around)
    .slice(0, 30)
    .find((each) => /^(?:(?:raw|body|request)?_?(?:content|mime|media|payload|data|body)_?type)$/i.test(each))
  const given = name === undefined ? '' : around[name]
  const word = typeof given === 'string' ? given.slice(0, 60) : ''
  if (/json/i.test(word)) return jsonType
  return /form(?!-?data)|urlencoded/i.test(word) ? formType : null
}

/** A body in the content type that is named beside it. */
function withType(body: JsonObject, contentType: string | null): JsonObject {
  const { structure, content, fields } = body
  if (contentType === null || (structure !== 'json' && structure !== 'simple' && structure !== 'raw'))
    return body
  if (structure === 'simple') return { structure, contentType, fields }
  if (structure === 'raw') return contentType === jsonType ? { structure, contentType, content } : body
  return contentType === formType && isObject(content)
    ? { structure: 'simple', contentType, fields: Object.keys(content).map((name) => ({ name, value: '…' })) }
    : { structure, contentType: jsonType, content }
}
export const simpleBody = {
  body: { structure: 'simple', fields: [{ name: 'email', source: 'profile', field: 'email' }] },
}
export const formBody = {
  body: {
    structure: 'simple',
    contentType: 'application/x-www-form-urlencoded',
    fields: [{ name: 'email', value: '{{ profile.email }}' }],
  },
}
/** A form with the names of a value. */
export const formOf = (value: unknown): JsonObject => {
  const within = listNamesWithin(value)
  const names = within.length === 0 ? listNames(value) : within
  const fields = names.map((name) => ({ name, value: '…' }))
  return fields.length === 0 ? formBody.body : { ...formBody.body, fields }
}
export const filesBody = {
  structure: 'multipart',
  parts: [{ name: 'file', filename: 'photo.png', source: 'event', field: 'photo' }],
}
export const fileBody = { structure: 'binary', source: 'event', field: 'photo' }
const structuresWithType = ['simple', 'full', 'json', 'raw']
/** The body of a node with the content type that a value names: the body that is there, or that of the type. */
export const typedBody = (value: unknown, { body }: Readonly<Record<string, unknown>>) => {
  const ofType = bodyOfWord(value)
  const plain = { structure: 'simple', contentType: 'application/json', fields: [] }
  const meant = ofType === null || ofType.structure === 'json' ? plain : ofType
  const own =
    isObject(body) && typeof body.structure === 'string' && structuresWithType.includes(body.structure)
      ? body.structure
      : null
  const type = isForm(meant) ? meant.contentType : 'application/json'
  if (own === 'raw') return { body: { structure: own, contentType: meant.contentType ?? type, content: '…' } }
  if (own === 'full') return { body: { structure: own, contentType: type } }
  if (own === 'json') return { body: { structure: own, contentType: type, content: { a: '…' } } }
  return { body: own === 'simple' ? { structure: own, contentType: type, fields: [] } : meant }
}
const isForm = ({ contentType }: Readonly<Record<string, unknown>>) =>
  contentType === 'application/x-www-form-urlencoded'

export const bearer = { type: 'bearer', token: '{{ secrets.NAME }}' }
export const basic = { type: 'basic', username: '…', password: '{{ secrets.NAME }}' }
export const digest = { type: 'digest', username: '…', password: '{{ secrets.NAME }}' }
export const awsSigV4 = {
  type: 'awsSigV4',
  region: 'eu-central-1',
  service: 'execute-api',
  accessKeyId: '…',
  secretAccessKey: '{{ secrets.NAME }}',
}
export const signing = {
  scheme: 'hmac',
  over: '{{ timestamp }}.{{ body }}',
  header: 'X-Signature',
  value: 't={{ timestamp }},v1={{ hex }}',
  secret: '{{ secrets.NAME }}',
}
export const apiKey = { type: 'apiKey', in: 'header', name: 'X-Api-Key', value: '{{ secrets.NAME }}' }
export const oauth2 = {
  type: 'oauth2',
  tokenUrl: 'https://login.example/token',
  clientId: '…',
  clientSecret: '{{ secrets.NAME }}',
}
export const identity = {
  tls: { certificate: '{{ secrets.crm_cert }}', key: '{{ secrets.crm_key }}' },
}
export const status = (value: unknown) => expectationLike(value, { type: 'status', value: '2xx' })
export const expected = (value: unknown) => (isWordOfSuccess(value) ? text : status(value))
export const text = { type: 'string', value: '…' }
export const condition = { type: 'condition', value: 'response.json.ok == true' }
/** Secrets with the names of an object. */
export const asSecrets = (value: unknown) => ({
  secrets: Object.fromEntries(
    (isObject(value) && listNames(value).length > 0 ? listNames(value) : ['NAME']).map((name) => [name, '…']),
  ),
})
export const captured = { capture: { leadId: '{{ response.json.id }}' } }
/** A branch of its own for a failure, which is no success. */
export const caseOfFailure = (branch = 'later', code = 'response_timeout') => ({
  branch,
  succeeded: false,
  when: { type: 'failure', value: code },
})
