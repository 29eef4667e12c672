import type { Statement } from './statement.ts'

/** The longest part of a document that is looked at. Titles and faults stand at its beginning. */
const maxLength = 65_536
const maxElements = 500

/** Whether a text is a page of HTML, by its beginning. */
export function isHtml(text: string): boolean {
  return /^\s*<(?:!doctype\s+html|html|head|body)\b/i.test(text.slice(0, 1_024))
}

/** Reads the most telling of title, first heading and first paragraph of a page of HTML; for a failure, with the sentence that tells more. */
export function readHtmlStatement(page: string, isOfFailure = false): Statement | null {
  const texts = readTexts(page)
  const title = texts.get('title') ?? ''
  const heading = texts.get('h1') ?? texts.get('h2') ?? ''
  // Express and others put the message into <pre>, under the title "Error"; Django and Apache into <p>, under that of the status.
  const message = texts.get('pre') || texts.get('p') || ''
  // A page of Django for its developers has the class of the exception as its title.
  const isOfClass = ofClass.test(title)
  // The title is often the name of the site.
  const named = saysTrouble.test(heading) && !saysTrouble.test(title) ? [heading, title] : [title, heading]
  const telling = [isOfClass ? (texts.get('pre') ?? '') : '', ...named, message].find(
    (part) => part !== '' && !isGeneric(part),
  )
  const found = [telling ?? readDeeper(page), title, heading, message].find((part) => part !== '')
  // One word is a headline.
  const isHeadline =
    found === title && !/\s/.test(title) && /\S\s+\S+\s+\S/.test(message) && !isGeneric(message)
  const text = isHeadline && title !== '' ? `${title}: ${message}` : found
  if (text === undefined) return null
  const more = isOfFailure && (found ?? '').length < longestHeadline ? readSentence(page, found ?? '') : ''
  return { text: more === '' ? text : `${found?.replace(/[.:!]$/, '')}: ${more}`, fields: [] }
}

/** The first text of several words that says more than the status, below the elements that have it as a rule. */
function readDeeper(page: string): string {
  let seen = 0
  for (const [, name = '', own = ''] of page.slice(0, maxLength).matchAll(element)) {
    if (seen++ > maxElements) break
    const text = own.trim().slice(0, maxDeeper)
    if (ofText.test(name) && /\S\s+\S/.test(text) && !isGeneric(text)) return decodeEntities(text)
  }
  return ''
}

const maxDeeper = 500
const longestHeadline = 80

/** The first sentence of a page that has a time or a number or, without one, that is no courtesy. Empty if there is none. */
function readSentence(page: string, told: string): string {
  const start = page.slice(0, maxLength).replace(inlineTag, '')
  const sentences: string[] = []
  let seen = 0
  for (const [, name = '', own = ''] of start.matchAll(element)) {
    if (seen++ > maxElements) break
    const text = decodeEntities(own.slice(0, maxDeeper)).replace(/\s+/g, ' ').trim()
    const isSentence =
      ofSentence.test(name) && text.length < longestSentence && text.split(' ', 4).length === 4
    if (isSentence && !isGeneric(text) && !told.includes(text)) sentences.push(text)
  }
  return sentences.find((text) => ofTime.test(text)) ?? sentences.find((text) => !ofCourtesy.test(text)) ?? ''
}

const longestSentence = 250
const inlineTag = /<\/?(?:a|b|strong|em|i|u|span|time|small|code|br)(?:\s[^<>]{0,500})?\/?>/gi
const ofSentence = /^(?:p|h[1-6]|body|main|article|section|div|center|font|td|li|dd)$/i
const ofTime =
  /\b\d{1,2}[:.]\d\d\b|\b\d{1,4} ?(?:h|hours?|min|minutes?|seconds?|am|pm|uhr)\b|\b(?:until|till|bis) (?:about |ca\. |the )?\d/i
const ofCourtesy =
  /\b(?:sorry|apologi[sz]e|inconvenience|thank|patience|contact|copyright|all rights reserved|try again|refresh|reload)\b/i
const ofText =
  /^(?:body|main|article|section|div|span|center|font|t[dh]|li|dd|b|strong|em|i|h[3-6]|code|label|legend)$/i

const saysTrouble =
  /\b(?:error|invalid|missing|required|denied|expired|failed|failure|wrong|incorrect|unknown|not|cannot|could ?n.t|must|already|ung[uü]ltig\w*|fehl\w*|inv[aá]lid[oae]s?)\b/i

const ofClass = /^\w{1,60}(?:Error|Exception)\s+at \//

/** Whether a text, such as a title or a heading, says no more than the status. */
export function isGeneric(text: string): boolean {
  return text.length < 60 && generic.test(text.replace(/[\d\W_]+/g, ' ').trim())
}

const generic =
  /^(?:http )?(?:status )?(?:error)?(?:bad request|unauthorized|forbidden|access forbidden|not found|method not allowed|internal server error|server error|bad gateway|service unavailable|service temporarily unavailable|gateway time ?out|unprocessable entity|unprocessable content|conflict|oops|whoops|nginx)?$/i

/** Whether a page of HTML asks for a password or says in its title that one signs in there. */
export function isLoginPage(page: string): boolean {
  const start = page.slice(0, maxLength)
  if (/type\s?=\s?["']?password/i.test(start)) return true
  return loginWords.test(readTexts(start).get('title') ?? '')
}

const loginWords = /\b(?:log[ -]?in|sign[ -]?in|log[ -]?on|anmelden|anmeldung|connexion|single sign-on)\b/i

/** Elements of XML that have the text of an error: SOAP 1.1 and 1.2, AWS, and others. */
const xmlNames = [
  'faultstring',
  'text',
  'message',
  'errormessage',
  'msg',
  'error_description',
  'description',
  'detail',
  'reason',
  'error',
  'title',
]
const xmlCodes = ['code', 'errorcode']

/** Reads the fault of SOAP or the error of another document in XML. */
export function readXmlStatement(document: string): Statement | null {
  const texts = readTexts(document)
  const told = xmlNames.map((name) => texts.get(name) ?? '').find((part) => part !== '')
  const detail = texts.has('fault') ? readDetail(document.slice(0, maxLength)) : { texts: [], fields: [] }
  const text = joinFault(told, detail.texts)
  const { fields } = detail
  const code = xmlCodes.map((name) => texts.get(name) ?? '').find((part) => /^[\w.-]{2,60}$/.test(part))
  if (text === undefined) return code === undefined ? null : { text: code, fields }
  const isTold = code === undefined || /^\d{3}$/.test(code) || text.includes(code)
  return { text: isTold ? text : `${code}: ${text}`, fields }
}

/** The text of a fault of SOAP is often a headline, and what is wrong stands in its detail. */
function joinFault(told: string | undefined, details: readonly string[]): string | undefined {
  const more = details.filter((text) => !told?.includes(text)).join('; ')
  if (told === undefined || more === '') return told ?? (more || undefined)
  return `${told.replace(/[.:]$/, '')}: ${more}`
}

/**
 * Reads the detail of a fault (SOAP 1.1, section 4.4; 1.2, section 5.4.5): its texts of several words, without traces of the program,
 * and the fields that elements of it name. Null without one.
 */
function readDetail(document: string): {
  readonly texts: readonly string[]
  readonly fields: readonly string[]
} {
  const found = /<(?:[\w.-]{1,60}:)?detail(?=[\s>])/i.exec(document)
  const [texts, fields] = [new Set<string>(), new Set<string>()]
  if (found === null) return { texts: [], fields: [] }
  const end = document.indexOf(`</${found[0].slice(1)}`, found.index)
  const detail = document.slice(found.index, end === -1 ? undefined : end)
  for (const { 1: name = '', 2: own = '', index, 0: whole } of detail.matchAll(element)) {
    if (texts.size === maxDetails) break
    const inner = own.trim() === '' ? readCdata(detail, index + whole.length) : own
    const text = decodeEntities(inner).trim().slice(0, maxDeeper)
    if (/\S\s+\S/.test(text) && !ofProgram.test(name)) texts.add(text)
    else if (ofField.test(name) && /^[\w.@-]{2,60}$/.test(text)) fields.add(text)
  }
  return { texts: [...texts], fields: [...fields].slice(0, maxDetails) }
}

const maxDetails = 3
const ofField = /(?:field|element|param|parameter|property|attribute|path)(?:name)?$/i

/** Elements about the program that failed. */
const ofProgram = /stack|trace|class|type$|host|time|date|link|url|ref$|version|server|node$|^at$/i

/**
 * Reads the code of a fault of SOAP without its prefix: `Client` (1.1), `Sender` (1.2) or one of WS-Security. Null for a document
 * without a fault.
 */
export function readFaultCode(document: string): string | null {
  const texts = readTexts(document)
  if (!texts.has('fault')) return null
  const code = texts.get('faultcode') || (texts.has('code') ? texts.get('value') : undefined)
  return code?.slice(code.lastIndexOf(':') + 1) ?? null
}

/** The first text of each element of XML or HTML, by its local name in lower case. */
export function readTexts(markup: string): ReadonlyMap<string, string> {
  const start = markup.slice(0, maxLength)
  const texts = new Map<string, string>()
  let seen = 0
  for (const { 1: name = '', 2: own = '', index, 0: whole } of start.matchAll(element)) {
    if (seen++ > maxElements) break
    const key = name.toLowerCase()
    if (texts.get(key)) continue
    const text = own.trim() === '' ? readCdata(start, index + whole.length) : own
    texts.set(key, decodeEntities(text).trim())
  }
  return texts
}

const element = /<(?:[\w.-]+:)?([A-Za-z_][\w.-]*)(?:\s[^<>]*)?>([^<]*)/g

const cdata = '<![CDATA['

function readCdata(markup: string, at: number): string {
  if (!markup.startsWith(cdata, at)) return ''
  const from = at + cdata.length
  // The end is near, or the text is longer than what is quoted.
  const part = markup.slice(from, from + 4_096)
  const end = part.indexOf(']]>')
  return end === -1 ? part : part.slice(0, end)
}

/** A text without the tags that only form it, such as `<b>` and `<br/>`, and with the characters that entities stand for. */
export function withoutMarkup(text: string): string {
  if (!/[&<]/.test(text)) return text
  return decodeEntities(text.replace(formingTag, (tag) => (/^<\/?(?:p|br|li|div|h)/i.test(tag) ? ' ' : '')))
}

const formingTag =
  /<\/?(?:a|b|br|code|div|em|font|h[1-6]|hr|i|li|ol|p|pre|small|span|strong|u|ul)(?:\s[^<>]{0,500})?\/?>/gi

function decodeEntities(text: string): string {
  return text.replace(/&(?:#(\d{1,7})|#x([\da-f]{1,6})|([a-z]{2,6}));/gi, (entity, decimal, hex, name) => {
    if (name !== undefined) return named[name.toLowerCase()] ?? entity
    const point = decimal === undefined ? Number.parseInt(hex, 16) : Number(decimal)
    return point <= 0x10ffff ? String.fromCodePoint(point) : entity
  })
}

const named: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: ' ',
  rsquo: '\u2019',
  lsquo: '\u2018',
  ndash: '\u2013',
  mdash: '\u2014',
  hellip: '\u2026',
}
