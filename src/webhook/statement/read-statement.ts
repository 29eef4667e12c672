import type { ReadableResponse } from '../response/readable-response.ts'
import { isObject, maxJsonDepth, parseJson } from '../values/json.ts'
import { headerValue } from '../wire/headers.ts'
import { parseMediaType } from '../wire/media-type.ts'
import { findAnyText } from './any-statement.ts'
import { readHeaderStatement } from './header-statement.ts'
import { findFailedList, findFailedPart, readJsonStatement, reportsError } from './json-statement.ts'
import {
  isGeneric,
  isHtml,
  readHtmlStatement,
  readTexts,
  readXmlStatement,
  withoutMarkup,
} from './markup-statement.ts'
import type { Statement } from './statement.ts'

/** Whether a response is a page of HTML, by its label or its beginning. */
export function isHtmlPage(response: ReadableResponse): boolean {
  if (!response.isText || response.body.length === 0) return false
  const { essence } = parseMediaType(headerValue(response.headers, 'content-type') ?? '')
  return essence === 'text/html' || essence === 'application/xhtml+xml' || isHtml(response.text)
}

/**
 * Reads what a response says about an error, from the text that the reply shows: masked, and without what may not be shown.
 * Null if the reply may show nothing of the response, or if it says nothing. The body of a success is data, unless it
 * reports an error. Headers speak where the body has no more than the phrase of the status.
 */
export function readStatement(response: ReadableResponse): Statement | null {
  const own = readBody(response)
  if (response.status < 400 || (own !== null && !isGeneric(own.text))) return own
  const ofHeaders = readHeaderStatement(response)
  // The name of an error tells no more than the phrase.
  return own === null || (ofHeaders !== null && /\s/.test(ofHeaders.text)) ? ofHeaders : own
}

function readBody(response: ReadableResponse): Statement | null {
  const { mayBeQuoted, body, status } = response
  if (!mayBeQuoted || body.length === 0 || !isReadable(response)) return null
  const text = response.quotedText
  const isSuccess = status >= 200 && status < 300
  const json = response.shownJson
  if (json !== undefined) return isSuccess && !reportsError(json) ? readPart(status, json) : readJson(json)
  // A short text is often labelled as a page, because that is what a framework does by default.
  if (isHtmlPage(response))
    return text.includes('<') ? readHtmlStatement(text, status >= 500) : isSuccess ? null : readText(text)
  if (isXml(text) && isSuccess) return /\bFault\b/.test(text.slice(0, 4_096)) ? readXmlStatement(text) : null
  if (isXml(text))
    return readXmlStatement(text) ?? readOwnXml(text) ?? readText(withoutMarkup(text.slice(0, maxText)))
  if (isSuccess) return failedText.test(text) ? readText(text) : null
  return (isForm(response) ? readForm(text) : null) ?? readText(text)
}

/** How a text of a success begins that reports a failure. */
const failedText =
  /^\s*(?:nok|ko|error|failed|failure|rejected|denied|declined|invalid|fehler|erreur)\b[ :;,|-]/i

/** The longest text that is looked through for JSON. */
const maxText = 65_536

/** A 207 has a status for each part of the request (RFC 4918, section 13). */
function readPart(status: number, json: unknown): Statement | null {
  const failed = status === 207 ? findFailedPart(json) : findFailedList(json)
  return failed === null ? null : readJsonStatement(failed)
}

function readJson(json: unknown): Statement | null {
  if (typeof json === 'string') return readText(json)
  return Array.isArray(json) || isObject(json) ? readJsonStatement(json) : null
}

/** A text says what it has as JSON: events, parts and scripts have it within. */
function readText(text: string): Statement | null {
  const [start, end] = [text.indexOf('{'), text.lastIndexOf('}')]
  if (start !== -1 && end > start && end - start < maxText) {
    const parsed = parseJson(text.slice(start, end + 1), { maxDepth: maxJsonDepth })
    const said = parsed.ok ? readJsonStatement(parsed.plain) : null
    if (said !== null) return said
  }
  return text.trim() === '' ? null : { text, fields: [] }
}

function isForm({ headers }: ReadableResponse): boolean {
  return (
    parseMediaType(headerValue(headers, 'content-type') ?? '').essence === 'application/x-www-form-urlencoded'
  )
}

/** OAuth errors as a form. */
function readForm(text: string): Statement | null {
  return readJsonStatement(Object.fromEntries(new URLSearchParams(text.slice(0, maxText))))
}

/** Whether the body is text, perhaps with invalid bytes. Base64 tells a reader nothing. */
function isReadable({ isText, damagedCharset }: ReadableResponse): boolean {
  return isText || damagedCharset !== null
}

/** XML whose elements have names of their own. */
function readOwnXml(text: string): Statement | null {
  return findAnyText(Object.fromEntries(readTexts(text)))
}

function isXml(text: string): boolean {
  return /^\s*<[?!A-Za-z]/.test(text.slice(0, 1_024))
}
