import { endOfString } from '../../webhook/values/json-string.ts'
import { describePlace, type JsonSyntaxError } from '../../webhook/values/json-syntax.ts'
import { isCurlCommand, nodeOfCurl } from './foreign-words/curl-command.ts'
import { writeValue } from './foreign-words/example-text.ts'

/** A mistake in a text that was meant to be JSON. */
interface Mistake {
  /** The index of the character to change. */
  readonly at: number
  /** What is there, and what to write instead. */
  readonly what: string
}

/**
 * Describes why a text is not JSON: line, column, what is there, and what to write instead. Quotes names and marks, and
 * no values, because any may be a secret.
 */
export function describeJsonMistake(text: string, error: JsonSyntaxError): string {
  const whole = describeOtherFormat(text)
  if (whole !== null) return `The request body is ${whole}.`
  const { at, what } = findMistake(text, error)
  return `The request body is not valid JSON at ${describePlace(text, at)}: ${what}.`
}

/** Formats that are told by how they begin. Each pattern sees the beginning only. */
const otherFormats: readonly (readonly [form: RegExp, what: string])[] = [
  [/^\[object \w+\]/, 'the text of an object, not JSON: let the client write it with JSON.stringify'],
  [/^<[?!\w]/, 'XML or HTML, not JSON: send { "node": { … } }'],
  [
    /^'\s{0,9}[{[]/,
    'in single quotes: leave them out. A Windows shell hands them on; send a file there: curl --json @node.json',
  ],
  [/^%7[Bb]/, 'percent-encoded: send the JSON itself, as it is'],
  [/^(?:---|node:)\s/, 'YAML, not JSON: send { "node": { … } }'],
  [/^--\S+\r?\n/, 'multipart, not JSON: send { "node": { … } }'],
  [/^[\w.[\]%+-]{1,100}=/, 'a form, not JSON: send { "node": { … } }, with curl as --json or -d'],
]

const beginning = 200

function describeOtherFormat(text: string): string | null {
  const start = text.slice(0, beginning).trimStart()
  if (isCurlCommand(start)) return describeCommand(text)
  return otherFormats.find(([form]) => form.test(start))?.[1] ?? null
}

/** A command that calls this service has the request; one that calls a target is to be a node. */
function describeCommand(text: string): string {
  return /\/v1\/(?:execut|preview)/.test(text.slice(0, 2_000))
    ? 'a curl command, not JSON: send what stands behind its -d'
    : `a curl command, not JSON: send ${writeValue({ node: nodeOfCurl(text) })}`
}

function findMistake(text: string, { at, expected }: JsonSyntaxError): Mistake {
  const before = lastBefore(text, at)
  const found = text[at] ?? ''
  if (found === '') return describeEnd(text)
  if (text[before] === ',' && (found === '}' || found === ']'))
    return { at: before, what: `a comma stands before "${found}"; remove the comma` }
  if (found === '"' && !expected.startsWith('"') && expected !== 'nothing more') return findInString(text, at)
  const what =
    describeQuote(found) ??
    describeInvisible(found) ??
    describeComment(text.slice(at, at + 2)) ??
    (before === -1 ? noJson : null) ??
    describePlaceholder(text, at) ??
    describeElsewhere(found) ??
    describeByExpectation(text, at, expected)
  return { at, what }
}

/** The index of the last character before an index that is no white space; -1 if there is none. */
function lastBefore(text: string, at: number): number {
  let index = at - 1
  while (index >= 0 && ' \t\r\n'.includes(text[index] ?? '')) index -= 1
  return index
}

function describeQuote(found: string): string | null {
  if (found === "'" || found === '`')
    return `texts and names have double quotes in JSON; write " for ${found}`
  return /[\u2018-\u201f\u00ab\u00bb]/.test(found)
    ? `the quote ${found} is a typographic one; write the straight double quote "`
    : null
}

/** White space that JSON does not know, and characters that cannot be seen. */
function describeInvisible(found: string): string | null {
  if (!/[\p{C}\p{Z}]/u.test(found)) return null
  const code = found.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')
  const name = found === '\ufeff' ? ', a byte order mark' : ''
  return `an invisible character stands there, U+${code}${name}; remove it`
}

function describeComment(found: string): string | null {
  return /^(?:\/[/*]|#(?!\{)|--)/.test(found) ? 'JSON has no comments; remove it' : null
}

function describePlaceholder(text: string, at: number): string | null {
  return /^(?:\{[{%]|.?[=$@#]\{)/.test(text.slice(Math.max(0, at - 1), at + 2))
    ? 'a placeholder stands outside of quotes; write it in quotes, as in "{{ profile.score }}": alone there it keeps the type of its value. Only texts are templates: a number such as that of "timeoutMs" is written itself'
    : null
}

const noJson = 'it does not begin with "{"; send { "node": { … } } and nothing before it'

/** Marks that are nowhere in JSON outside of texts. */
function describeElsewhere(found: string): string | null {
  if (found === '\\')
    return 'a backslash stands outside of a text; write " for \\": the JSON was escaped once too often'
  return found === '…' ? ellipsis : null
}

const ellipsis = 'an ellipsis stands there; write what it stands for'

function describeByExpectation(text: string, at: number, expected: JsonSyntaxError['expected']): string {
  const found = text[at] ?? ''
  switch (expected) {
    case 'nothing more':
      return describeRest(found)
    case 'a name':
    case 'a name or "}"':
      return describeNoName(text, at)
    case '":"':
      if (found === '=') return 'a name is followed by "=" there; write ":"'
      return 'a name without a value stands before it; write ":" and the value'
    case '"," or "]"':
    case '"," or "}"':
      return describeNoEnd(text, at, expected)
    default:
      return describeNoValue(text, at)
  }
}

function describeRest(found: string): string {
  if (found === '{' || found === '[')
    return 'a second JSON text begins there; send one request for each, and nothing behind it'
  if (found === '}' || found === ']') return `there is one "${found}" too many; remove it`
  return 'the JSON has ended before it; remove what stands behind it'
}

/** Names up to a length that a person reads. A name is no secret: paths of errors quote it, too. */
const unquotedName = /([A-Za-z_$][\w$-]{0,63})\s{0,20}[:=]/y

function describeNoName(text: string, at: number): string {
  unquotedName.lastIndex = at
  const name = unquotedName.exec(text)?.[1]
  if (name !== undefined) return `a name stands there without quotes; write "${name}"`
  if (/\d,$/.test(text.slice(Math.max(0, at - 2), at)) && /\d/.test(text[at] ?? ''))
    return 'a comma stands within a number; write a point before fractions and nothing between thousands, as in 10000.5'
  if (text[at] === ',') return 'a comma stands there without a member before it; remove it'
  if (text.startsWith('...', at)) return ellipsis
  return 'a name in double quotes is missing, as in "node"'
}

function describeNoEnd(text: string, at: number, expected: '"," or "]"' | '"," or "}"'): string {
  const found = text[at] ?? ''
  const close = expected.at(-2)
  if (found === '}' || found === ']')
    return `"${found}" stands there, but the bracket that is open needs "${close}"`
  if (found === ':')
    return expected.endsWith('"]"')
      ? 'a list has no names; write an object, in { and }'
      : 'a second ":" stands there; write the value of a member in quotes'
  if (found === ';') return 'members are parted by ","; write it for ";"'
  const isBehindText = text[lastBefore(text, at)] === '"'
  if (/\d/.test(text[at - 1] ?? '') && !/["{[]/.test(found)) return badNumber
  return isBehindText && found !== '"' && !/[{[]/.test(found)
    ? 'the text before it has ended; write \\" for a quote within a text, or a comma if the next member begins there'
    : `a comma is missing before it, or "${close}"`
}

const badNumber = 'that is not a number of JSON; write digits, as in 10 or 0.5, or a text in double quotes'

/** Words of other languages, in lower case, and what JSON has for them; empty for what it has nothing for. */
const wordsElsewhere: Readonly<Record<string, string>> = {
  true: 'true',
  false: 'false',
  yes: 'true',
  no: 'false',
  null: 'null',
  none: '',
  nil: '',
  undefined: '',
  nan: '',
  infinity: '',
}

function describeNoValue(text: string, at: number): string {
  const found = text[at] ?? ''
  const word = /^[+-]?([A-Za-z]+)(?![\w-])/.exec(text.slice(at, at + 20))?.[1]
  const known = word?.toLowerCase() ?? ''
  const right = Object.hasOwn(wordsElsewhere, known) ? wordsElsewhere[known] : undefined
  if (right !== undefined)
    return `JSON has no ${word}; ${right === '' ? 'leave the member out, or write a value' : `write ${right}`}`
  if (text.startsWith('...', at)) return ellipsis
  if (/[\d.+-]/.test(found)) return badNumber
  if (/[\p{L}_$@]/u.test(found)) return 'a text stands there without quotes; write it in double quotes'
  if (found === ',' || found === '}' || found === ']')
    return `a value is missing before "${found}"; write one, or null`
  return 'a value is missing there: a text in double quotes, a number, true, false, null, an object or an array'
}

/** What is wrong with a text in double quotes that begins at an index. */
function findInString(text: string, start: number): Mistake {
  const end = endOfString(text, start)
  for (let at = start + 1; at < end; at++) {
    const code = text.charCodeAt(at)
    if (code === backslash) {
      const what = describeEscape(text.slice(at + 1, at + 6))
      if (what !== null) return { at, what }
      at += 1
    } else if (code < firstVisible) return { at, what: describeControl(text[at] ?? '') }
  }
  return describeEnd(text)
}

const backslash = 0x5c
const firstVisible = 0x20

function describeEscape(behind: string): string | null {
  if (/^(?:["\\/bfnrt]|u[\da-fA-F]{4})/.test(behind)) return null
  if (behind.startsWith('u')) return 'four hexadecimal digits must follow \\u, as in \\u00e9'
  if (behind.startsWith("'")) return "\\' is no escape of JSON; write ' alone"
  return 'a backslash stands alone within a text; write \\\\'
}

const controls: Readonly<Record<string, string>> = {
  '\n': 'a line break stands within a text; write \\n, or close the quotes before it',
  '\r': 'a line break stands within a text; write \\r\\n, or close the quotes before it',
  '\t': 'a tab stands within a text; write \\t',
}

function describeControl(found: string): string {
  const code = found.charCodeAt(0).toString(16).padStart(4, '0')
  return controls[found] ?? `a control character stands within a text; write \\u${code}`
}

/** Closing brackets that a message shows at most. */
const maxBrackets = 10

/** The text ends too early. */
function describeEnd(text: string): Mistake {
  const { brackets, isInString } = findOpen(text)
  const quote = isInString ? 'a text in quotes is not closed' : null
  const closing = brackets.toReversed().join('')
  const open =
    brackets.length === 0
      ? null
      : brackets.length > maxBrackets
        ? `${brackets.length} brackets are open`
        : `${JSON.stringify(closing)} is missing`
  const what = [quote, open].filter((part) => part !== null).join(', and ')
  return {
    at: text.length,
    what: `it ends there${what === '' ? '' : `, but ${what}`}; send all of it (was it cut, or is Content-Length too small?)`,
  }
}

/** The brackets that would close what is open at the end of a text. */
function findOpen(text: string): { readonly brackets: readonly string[]; readonly isInString: boolean } {
  const brackets: string[] = []
  for (let at = 0; at < text.length; at++) {
    const character = text[at]
    if (character === '"') {
      at = endOfString(text, at)
      if (at >= text.length) return { brackets, isInString: true }
    } else if (character === '{') brackets.push('}')
    else if (character === '[') brackets.push(']')
    else if (character === '}' || character === ']') brackets.pop()
  }
  return { brackets, isInString: false }
}
