/** The media type of a `Content-Type` (RFC 9110, section 8.3). */
export interface MediaType {
  /** Type and subtype in lower case. */
  readonly essence: string
  /** The parameter `charset` as written, without quotes; null if there is none. */
  readonly charset: string | null
}

/** Parses the value of a `Content-Type`. If it has several charsets, the first one counts. */
export function parseMediaType(text: string): MediaType {
  const [essence = '', ...parameters] = splitParameters(text)
  const charset = parameters.map((parameter) => charsetParameter.exec(parameter)?.[1]).find(Boolean)
  return { essence: essence.trim().toLowerCase(), charset: charset === undefined ? null : unquote(charset) }
}

/** The problem of a text as a media type (RFC 9110, section 8.3.1), or null if it is valid. */
export function mediaTypeProblem(text: string): string | null {
  if (wellFormed.test(text)) return null
  return text.trim().startsWith(';') || !/^[^;,]*\//.test(text) ? noType : notWellFormed
}

const noType =
  'must be a media type such as application/json: type and subtype with a slash between them, and without white space around it'
const notWellFormed =
  'is not a well-formed media type; write type/subtype, followed by any number of "; name=value", as in text/xml; charset=ISO-8859-1'

/** Empty parameters are allowed. */
const wellFormed =
  /^[\w!#$%&'*+.^`|~-]+\/[\w!#$%&'*+.^`|~-]+(?:[ \t]*;(?:[ \t]*[\w!#$%&'*+.^`|~-]+=(?:[\w!#$%&'*+.^`|~-]+|"(?:[^"\\]|\\.)*"))?)*[ \t]*$/

const charsetParameter = /^\s*charset\s*=(.*)$/is

/** Splits at each semicolon outside of quotes. */
function splitParameters(text: string): string[] {
  const parts: string[] = []
  let start = 0
  let isQuoted = false
  for (let at = 0; at < text.length; at++) {
    const character = text[at]
    if (character === '"') isQuoted = !isQuoted
    else if (character === '\\' && isQuoted) at++
    else if (character === ';' && !isQuoted) {
      parts.push(text.slice(start, at))
      start = at + 1
    }
  }
  return [...parts, text.slice(start)]
}

/** Single quotes are not quotes in HTTP, but senders use them as such. */
function unquote(text: string): string {
  const trimmed = text.trim()
  const quote = trimmed[0]
  const isQuoted = (quote === '"' || quote === "'") && trimmed.length > 1 && trimmed.endsWith(quote)
  return isQuoted ? trimmed.slice(1, -1).replace(/\\(.)/g, '$1').trim() : trimmed
}

/** The syntax of a body. `lines` and `sequence` are several JSON texts in a row, `bytes` are those of a file. */
export type BodyForm = TextForm | 'bytes'

/** The syntax of a text, by its media type. */
export type TextForm = 'json' | 'lines' | 'sequence' | 'xml' | 'form' | 'multipart' | 'text'

/** The form of a media type. `text` is the form of any other media type. */
export function findBodyForm({ essence }: MediaType): TextForm {
  return patterns.find(([pattern]) => pattern.test(essence))?.[1] ?? 'text'
}

const patterns: readonly (readonly [RegExp, TextForm])[] = [
  [/[/+]json-seq$/, 'sequence'],
  [/^(?:application|text)\/(?:x-)?(?:nd-?json|ld-?json|jsonl|json-?lines|json-?stream)(?:\+json)?$/, 'lines'],
  [/\+(?:nd-?json|ldjson|jsonl|json-?lines)$|^application\/(?:x-)?stream\+json$/, 'lines'],
  [/[/+]json$|^application\/x-amz-json-[\d.]+$/, 'json'],
  [/[/+]xml$|\/xml-(?:dtd|external-parsed-entity)$/, 'xml'],
  [/^application\/x-www-form-urlencoded$/, 'form'],
  [/^multipart\//, 'multipart'],
]

/** Whether a format of JSON lines ignores blank lines. If not, only its last line may be empty. */
export function allowsBlankLines({ essence }: MediaType): boolean {
  return /nd-?json|ld-?json/.test(essence)
}
