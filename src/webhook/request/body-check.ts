import { maxJsonDepth, parseJson } from '../values/json.ts'
import { describeExpected, describePlace } from '../values/json-syntax.ts'
import { allowsBlankLines, findBodyForm, type MediaType } from '../wire/media-type.ts'

/** A problem in a text. */
export interface BodyProblem {
  /** The problem in one sentence, without any part of the text. */
  readonly subject: string
  readonly detail: string
  /** Index into the text; null if the problem has no single place. */
  readonly at: number | null
  readonly hint?: string
  /** A mistake of the author's text and not of a value, if it stands where the text can be shown. */
  readonly own?: OwnMistake | null
}

interface OwnMistake {
  /** What is wrong, without its place. */
  readonly what: string
  readonly hint: string
  /** The character, and whether it stands before the place. */
  readonly mark: string
  readonly isBefore: boolean
}

/** Finds the first violation of a text against its media type; null if there is none. */
export function findBodyProblem(text: string, mediaType: MediaType): BodyProblem | null {
  switch (findBodyForm(mediaType)) {
    case 'json':
      return jsonProblem('The rendered body is not JSON.', text, 0, text)
    case 'lines':
      return linesProblem(text, allowsBlankLines(mediaType))
    case 'sequence':
      return sequenceProblem(text)
    case 'xml':
      return xmlProblem(text)
    default:
      return null
  }
}

/** `text` is the whole body. `part` is a JSON text that begins at `start` of it. */
function jsonProblem(
  subject: string,
  part: string,
  start: number,
  text: string,
  hint = jsonHint,
): BodyProblem | null {
  const parsed = parseJson(part, { maxDepth: maxJsonDepth })
  if (parsed.ok) return null
  if (parsed.error === null) return { subject, detail: `${subject} ${parsed.detail}`, at: null }
  const at = start + parsed.error.at
  const detail = `${subject.replace(/\.$/, '')}: ${describeExpected({ ...parsed.error, at }, text)}`
  return { subject, detail, at, hint, own: describeOwnMistake(part, parsed.error.at) }
}

const wholeBody = 'A preview of the same payload shows the whole body.'

/** A comma before a closing bracket, or quotes that JSON does not have. */
function describeOwnMistake(text: string, at: number): OwnMistake | null {
  const mark = text[at] ?? ''
  if (mark === "'" || mark === '`' || /[\u2018-\u201f]/.test(mark))
    return {
      what: `the quote ${mark} stands`,
      hint: `Write texts and names between double quotes, as in "name". ${wholeBody}`,
      mark,
      isBefore: false,
    }
  let before = at - 1
  while (before >= 0 && ' \t\r\n'.includes(text[before] ?? '')) before--
  if (text[before] !== ',' || (mark !== '}' && mark !== ']')) return null
  return {
    what: `a comma stands before "${mark}"`,
    hint: `Remove that comma; in a loop let {% unless forloop.last %} write it. ${wholeBody}`,
    mark: ',',
    isBefore: true,
  }
}

const jsonHint =
  'Write a placeholder for text between quotes, or as {{ profile.name | json }}. The filter writes any value as JSON, and a missing one as null; without it a missing value leaves nothing. A preview of the same payload shows the whole body.'

const linesHint = `${jsonHint} Each JSON text must be one line, so use json without an argument: json: 2 writes several lines.`

function linesProblem(text: string, mayBeBlank: boolean): BodyProblem | null {
  let number = 1
  for (let start = 0; start < text.length; number++) {
    const end = text.indexOf('\n', start)
    const line = text.slice(start, end === -1 ? text.length : end)
    const isBlank = /^[ \t\r]*$/.test(line)
    if (isBlank && !mayBeBlank) {
      const detail = `Line ${number} of the rendered body is blank. Each line must be JSON.`
      return { subject: detail, detail, at: start }
    }
    const subject = `Line ${number} of the rendered body is not JSON.`
    const problem = isBlank ? null : jsonProblem(subject, line, start, text, linesHint)
    if (problem !== null) return problem
    start += line.length + 1
  }
  return null
}

const noSequence =
  'The rendered body is not a JSON text sequence: each JSON text must begin with a record separator (U+001E).'
const recordSeparator = '\x1e'

/** RFC 7464: a record separator precedes each JSON text. */
function sequenceProblem(text: string): BodyProblem | null {
  const [before = '', ...records] = text.split(recordSeparator)
  if (before.trim() !== '') return { subject: noSequence, detail: noSequence, at: 0 }
  let start = before.length
  for (const [index, record] of records.entries()) {
    start += recordSeparator.length
    const subject = `Record ${index + 1} of the rendered body is not JSON.`
    const problem = record.trim() === '' ? null : jsonProblem(subject, record, start, text)
    if (problem !== null) return problem
    start += record.length
  }
  return null
}

/** Characters that XML 1.0 cannot contain, not even as a reference (section 2.2). */
const notInXml = /[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/

function xmlProblem(text: string): BodyProblem | null {
  const at = text.search(notInXml)
  if (at === -1) return null
  const code = text.charCodeAt(at).toString(16).toUpperCase().padStart(4, '0')
  return {
    subject: 'The rendered body is not XML: it has a character that XML forbids.',
    detail: `The rendered body is not XML: it has the character U+${code} at ${describePlace(text, at)}, which XML forbids.`,
    at,
    hint: 'Remove the character from the value in the payload, or with a filter such as remove.',
  }
}
