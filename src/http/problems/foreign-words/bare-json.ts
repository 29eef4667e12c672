import { isObject, type JsonObject } from '../../../webhook/values/json.ts'
import { bodyLike, bodyOfWord } from './body-like.ts'
import { writeMembers } from './example-text.ts'
import { asAttributes } from './list-names.ts'

/** Members that only a body has, here or elsewhere. */
const ofBody =
  /^(?:(?:body_?)?structure|body_?type|specify_?body|(?:body_?)?content(?:_?type)?|mime_?type|media_?type|(?:body_?)?fields|parts|(?:raw|json)(?:_?body)?|form_?(?:data|fields|urlencoded)?|url_?encoded|multipart|graphql|binary(?:_?data)?)$/i
/** Words for members of a body that are names of data as well. */
const ofBoth =
  /^(?:type|mode|kind|format|source|sources|from|field|data|value|payload|object|text|string|template|xml|html|file|files|attachments|parameters|params|items|attributes|members|url|uri|href|link|options|disabled|encoding|charset)$/i
const kinds: readonly string[] = ['structure', 'type', 'mode', 'kind', 'bodyType', 'format']

/** Members that are looked at. */
const maxMembers = 20

/** Whether a body is the JSON itself, some of whose names have a meaning in a body by chance. */
function isBareJson(value: JsonObject): boolean {
  const names = Object.keys(value).slice(0, maxMembers)
  return (
    names.some((name) => ofBoth.test(name)) &&
    names.some((name) => !ofBoth.test(name)) &&
    !names.some((name) => ofBody.test(name)) &&
    !kinds.some((kind) => bodyOfWord(value[kind]) !== null)
  )
}

function isGraphql(value: JsonObject): boolean {
  return kinds.some((kind) => typeof value[kind] === 'string' && /^graphql$/i.test(value[kind]))
}

/** The content of a body of GraphQL: its members stand in the body or in a member of it. */
function contentOfGraphql(value: JsonObject): JsonObject {
  const within = [value.graphql, value.content, value].find(isObject) ?? value
  return {
    query: '…',
    ...(Object.hasOwn(within, 'variables') ? { variables: asAttributes(within.variables, 'id') } : {}),
    ...(Object.hasOwn(within, 'operationName') ? { operationName: '…' } : {}),
  }
}

/** Whether a body is to be written anew as JSON. */
export function isOtherJson(value: unknown): boolean {
  return isObject(value) && (isGraphql(value) || isBareJson(value))
}

/** What to write for a body that is to be written anew as JSON; null for any other. */
export function describeOtherJson(value: unknown): string | null {
  if (!isObject(value)) return null
  if (isGraphql(value))
    return `GraphQL is JSON: write ${writeMembers({ body: { structure: 'json', content: contentOfGraphql(value) } })}`
  return isBareJson(value)
    ? `what is here is the JSON itself, and all of it is "content": write ${writeMembers({ body: bodyLike(value) })}`
    : null
}
