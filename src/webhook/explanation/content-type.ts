import { maxJsonDepth, parseJson } from '../values/json.ts'
import { quoteName } from '../values/text.ts'
import { headerValue, isNamed } from '../wire/headers.ts'
import { parseMediaType } from '../wire/media-type.ts'
import type { Explanation } from './explained-node.ts'
import { isOfPath, readComplaints } from './field-advice.ts'
import { ofType, saysMissing } from './named-field-words.ts'
import type { Situation } from './situation.ts'

const nameLength = 60

/** Explains 415. */
export function explainContentType(situation: Situation): Explanation {
  const { node, said } = situation
  const { body, headers: fields } = node
  const header = fields.find(({ name }) => isNamed(name, 'content-type'))
  const taken = readTakenTypes(situation)
  if (body === null && header === undefined) {
    const as = taken === null ? '' : `, in one of the forms that it takes: ${taken}`
    return {
      hint: `The target wants a body with a content type${said}, and the node sends none. Add "body" to the node${as}.`,
      path: '/node/body',
    }
  }
  const isJson = taken === null && header === undefined && body?.form === 'text' && hasJson(situation)
  const usual =
    body?.form === 'form' && header === undefined ? ' to application/json, which most APIs take' : ''
  const same = isJson ? ' to application/json, which is what it has' : usual
  const to = taken === null ? same : `, to one of those that the target takes: ${taken}`
  if (header === undefined && body?.valuesPath.endsWith('/parts')) return explainPart(situation, to)
  const sends = header === undefined && body !== null ? ` than ${body.contentType.slice(0, nameLength)}` : ''
  const cure = header === undefined ? 'contentType of the body' : `the header ${quoteName(header.name)}`
  return {
    hint: `The target expects another content type${sends}${said}. Change ${cure}${to}.`,
    path: header?.path ?? '/node/body/contentType',
  }
}

/** Whether a body that is labelled as another text is JSON. */
function hasJson({ sent }: Situation): boolean {
  const text = sent.request?.body?.subarray(0, 65_536).toString('utf8') ?? ''
  return /^\s*[[{]/.test(text) && parseJson(text, { maxDepth: maxJsonDepth }).ok
}

/** The label of a multipart body is its structure. Each file has a type of its own. */
function explainPart({ said, words }: Situation, to: string): Explanation {
  return /\bmultipart\b/i.test(words)
    ? {
        hint: `The target does not take multipart/form-data${said}. Set "structure" of the body to another one${to}.`,
        path: '/node/body/structure',
      }
    : {
        hint: `The target does not take the type of a file in the body, or not multipart/form-data at all${said}. Set "contentType" of the part that has the file${to}.`,
        path: '/node/body/parts',
      }
}

/** The media types that the target accepts (RFC 9110, section 15.5.16; RFC 5789, section 3.1; Linked Data Platform, Accept-Post). */
function readTakenTypes(situation: Situation): string | null {
  const { headers } = situation.response
  const named = ['accept-post', 'accept-patch', 'accept'].map((name) => headerValue(headers, name))
  return situation.quoted(named.find((value) => value !== undefined) ?? '')
}

/** Explains a target that refuses values because it reads the body in another form than it was sent in. */
export function explainForm(situation: Situation): Explanation | null {
  const { node, words, said } = situation
  const { body } = node
  if (body === null || !(situation.isOfValues || (situation.status === 500 && ofUnreadBody.test(words))))
    return null
  const type = body.contentType.slice(0, nameLength)
  const wanted = findWantedType(words, body.contentType)
  if (wanted !== null)
    return {
      hint: `The target wants ${wanted}${said}, and the node sends ${type}. ${adviseOnType(wanted)}`,
      path: '/node/body/contentType',
    }
  if (!mistakenForJson.has(body.form) || !(isOfJson(words) || ofUnreadBody.test(words))) return null
  return body.form === 'multipart'
    ? {
        hint: `The target reads the body as JSON${said}, and the node sends ${type}. Set "structure" of the body to "simple" or "json".`,
        path: '/node/body/structure',
      }
    : {
        hint: `The target reads the body as JSON${said}, and the node sends ${type}. Set contentType of the body to application/json.`,
        path: '/node/body/contentType',
      }
}

/** The values of a body in the wanted type. */
function adviseOnType(wanted: string): string {
  if (wanted === 'multipart/form-data') return 'Set "structure" of the body to "multipart".'
  const isOfFields = wanted === 'application/json' || wanted === 'application/x-www-form-urlencoded'
  return isOfFields
    ? `Set contentType of the body to ${wanted}.`
    : `Set "structure" of the body to "raw", with "contentType": "${wanted}".`
}

const wantedTypes =
  /\b(application\/(?:json|x-www-form-urlencoded|xml)|multipart\/form-data|text\/(?:xml|plain|csv))\b/gi
const ofWish =
  /\bcontent[- ]?type(?: header)? (?:is|to)\b|\b(?:must be|should be|expected|expects?|requires?|required|only|use|supported|accepts?|needs?)\b/i

/** The one media type that the words ask for, and that the node does not send. */
function findWantedType(words: string, own: string): string | null {
  const text = words.slice(0, 500)
  if (!ofWish.test(text)) return null
  const named = new Set(Array.from(text.matchAll(wantedTypes), ([type]) => type.toLowerCase()))
  named.delete(parseMediaType(own).essence)
  const [only, ...others] = named
  return only === undefined || others.length > 0 ? null : only
}

const mistakenForJson: ReadonlySet<string> = new Set(['form', 'multipart', 'text', 'xml'])

/** Words of servers whose program finds no object in the place of the body. */
const ofUnreadBody =
  /\bvalid dictionary or object\b|\breq(?:uest)?\.body\b[^.;]{0,40}\bundefined\b|\bof '?req(?:uest)?\.body'? as it is undefined\b/i

/** Words of a parser of JSON. */
function isOfJson(words: string): boolean {
  return (
    /\bJSON\b/i.test(words) &&
    /\b(?:unexpected|pars(?:e|er|ing)|malformed|decode|expecting|syntax|not valid|invalid)\b/i.test(words)
  )
}

/** Explains a body that is a text of JSON with an object in it, as `"content": "{\"a\":1}"` is. */
export function explainTextOfJson({ node, sent, status, said }: Situation): Explanation | null {
  const { body } = node
  if (body?.form !== 'json' || !ofRefusal.has(status)) return null
  const text = sent.request?.body?.subarray(0, 65_536).toString('utf8').trimStart() ?? ''
  if (!/^"\s*(?:\{|\[)/.test(text)) return null
  return {
    hint: `The body is a text that has JSON in it, and not the JSON itself: in "content" write the object without quotation marks around it, as in {"email": "…"}. The target answers ${status}${said}.`,
    path: body.valuesPath,
    blame: 'node',
  }
}

const ofRefusal: ReadonlySet<number> = new Set([400, 415, 422, 500])

/** The two ways of an author to send an object, each with the other one. */
const otherTypes: Readonly<Partial<Record<string, string>>> = {
  json: 'application/x-www-form-urlencoded',
  form: 'application/json',
}

/** A field of the top of a body. */
const ofTop = /^\/node\/body\/(?:content\/[^/.]+|fields\/\d+)$/

/** Explains a target that misses fields which the node sends with a value: it reads the body in another form. */
export function explainUnreadForm(situation: Situation): Explanation | null {
  const { node, words, fields, said, suspects } = situation
  const { body } = node
  const other = body === null ? undefined : otherTypes[body.form]
  if (body === null || other === undefined || !situation.isOfValues || situation.status === 409) return null
  if (!saysMissing.test(words) || ofType.test(words) || suspects.likely !== null || suspects.named.length > 0)
    return null
  const own = fields.map(({ sent, isSame }) => (isSame ? sent : null))
  if (
    own.length === 0 ||
    !own.every((sent) => sent !== null && !sent.isEmpty && !sent.name.includes('.') && ofTop.test(sent.path))
  )
    return null
  if (!saysMissing.test(readComplaints(situation, fields))) return null
  const name = quoteName(own[0]?.name ?? '')
  if (ofEmptyThing.test(words))
    return {
      hint: `The target finds nothing in what it sends on${said}, and the node sends ${name}: it reads that from a field of another name, which its documentation shows.`,
      path: own[0]?.path ?? body.valuesPath,
    }
  const around = wordBefore(own[0]?.name ?? '', words)
  if (isOfPath(situation, around))
    return {
      hint: `The target misses ${name}${said}, and the node sends it at the top of the body. The path of the URL is about a ${quoteName(around)}: put the fields of the body into an object of that name, as in {${quoteName(around)}: {…}}.`,
      path: body.valuesPath,
    }
  const type = body.contentType.slice(0, nameLength)
  if (body.form === 'json' && !readsForms(situation)) {
    const cure = body.valuesPath.endsWith('/content')
      ? 'write "content" in the same way'
      : 'write the body in the same way, with "structure": "json" and "content"'
    return {
      hint: `The target misses ${name}${said}, and the node sends it at the top of the JSON, so the target looks for it elsewhere. See in the example of its documentation which object is around ${name}, as in {"data": {…}}, and ${cure}.`,
      path: body.valuesPath,
    }
  }
  return {
    hint: `The target misses ${name}${said}, and the node sends it, as ${type}. Most likely the target reads another content type: if its documentation shows no other place for ${name}, set contentType of the body to ${other}.`,
    path: '/node/body/contentType',
  }
}

/** Words about the thing that is made of the fields, and not about the field of that name. */
const ofEmptyThing = /\b(?:send|post|create|deliver|publish) (?:an? )?(?:empty|blank) \w+/i

/** Whether a target shows that it reads forms: it calls fields parameters, or is known for it. */
function readsForms({ words, response }: Situation): boolean {
  return (
    /\bparam(?:eter)?s?\b/i.test(words) ||
    /^php\b/i.test(headerValue(response.headers, 'x-powered-by') ?? '') ||
    response.quotedText.slice(0, 2_000).includes('www.twilio.com/')
  )
}

/** The word before a name: `contact` in `The contact email is required`. */
function wordBefore(name: string, words: string): string {
  const parts = words.slice(0, 500).toLowerCase().split(/\W+/)
  return parts[parts.indexOf(name.toLowerCase()) - 1] ?? ''
}

/** Explains a request without a body that a target misses. Null if its words are about something else. */
export function explainNoBody(situation: Situation): Explanation | null {
  const { words, answer, status } = situation
  if (!situation.isOfValues || status === 409 || !situation.lacksBody) return null
  if (!missesBody(words)) return null
  return {
    hint: `${answer} The node sends no body: add "body" to it, with the fields that the target wants.`,
    path: '/node/body',
  }
}

function missesBody(words: string): boolean {
  const text = words.slice(0, 500)
  return (
    /\b(?:body|payload|content|input|data)\b[^.;]{0,40}\b(?:empty|missing|required|null|undefined|expected|must not be)\b/i.test(
      text,
    ) ||
    /\b(?:empty|missing|no|non-empty|required|unexpected end of)\b[^.;]{0,20}\b(?:body|payload|content|input|data|JSON)\b/i.test(
      text,
    ) ||
    isOfJson(text)
  )
}
