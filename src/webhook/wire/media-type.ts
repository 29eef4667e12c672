/** A media type as a `Content-Type` has it (RFC 9110, section 8.3). */
export interface MediaType {
  /** Type and subtype in lower case. */
  readonly essence: string
  /** The parameter `charset` as it is written, without quotes; null where there is none. */
  readonly charset: string | null
}

/** Reads the value of a `Content-Type`. Of several charsets the first one counts. */
export function parseMediaType(text: string): MediaType {
  const [essence = '', ...parameters] = splitParameters(text)
  const charset = parameters.map((parameter) => charsetParameter.exec(parameter)?.[1]).find(Boolean)
  return { essence: essence.trim().toLowerCase(), charset: charset === undefined ? null : unquote(charset) }
}

/** What is wrong with a text that is to be a media type (RFC 9110, section 8.3.1); null where nothing is. */
export function mediaTypeProblem(text: string): string | null {
  if (wellFormed.test(text)) return null
  return text.trim().startsWith(';') || !/^[^;,]*\//.test(text) ? noType : notWellFormed
}

const noType =
  'must be a media type such as application/json: type and subtype with a slash between them, and without white space around it'
const notWellFormed =
  'is not a well-formed media type; right is type/subtype, and behind it any number of "; name=value", as in text/xml; charset=ISO-8859-1'

/** Parameters that are empty do no harm. */
const wellFormed =
  /^[\w!#$%&'*+.^`|~-]+\/[\w!#$%&'*+.^`|~-]+(?:[ \t]*;(?:[ \t]*[\w!#$%&'*+.^`|~-]+=(?:[\w!#$%&'*+.^`|~-]+|"(?:[^"\\]|\\.)*"))?)*[ \t]*$/

const charsetParameter = /^\s*charset\s*=(.*)$/is

/** At each semicolon outside of quotes. */
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

/** Single quotes are no quotes of HTTP, but that is what was meant. */
function unquote(text: string): string {
  const trimmed = text.trim()
  const quote = trimmed[0]
  const isQuoted = (quote === '"' || quote === "'") && trimmed.length > 1 && trimmed.endsWith(quote)
  return isQuoted ? trimmed.slice(1, -1).replace(/\\(.)/g, '$1').trim() : trimmed
}

/** How a body is written, as its media type says. `lines` and `sequence` are JSON texts one behind the other. */
export type BodyForm = 'json' | 'lines' | 'sequence' | 'xml' | 'form' | 'multipart' | 'text'

/** The form of a media type; `text` is any that asks for none. */
export function findBodyForm({ essence }: MediaType): BodyForm {
  return patterns.find(([pattern]) => pattern.test(essence))?.[1] ?? 'text'
}

const patterns: readonly (readonly [RegExp, BodyForm])[] = [
  [/[/+]json-seq$/, 'sequence'],
  [/^(?:application|text)\/(?:x-)?(?:nd-?json|ld-?json|jsonl|json-?lines|json-?stream)(?:\+json)?$/, 'lines'],
  [/\+(?:nd-?json|ldjson|jsonl|json-?lines)$|^application\/(?:x-)?stream\+json$/, 'lines'],
  [/[/+]json$|^application\/x-amz-json-[\d.]+$/, 'json'],
  [/[/+]xml$|\/xml-(?:dtd|external-parsed-entity)$/, 'xml'],
  [/^application\/x-www-form-urlencoded$/, 'form'],
  [/^multipart\//, 'multipart'],
]

/** Whether a format of JSON lines takes a blank line for nothing; where not, only its last line may be empty. */
export function allowsBlankLines({ essence }: MediaType): boolean {
  return /nd-?json|ld-?json/.test(essence)
}
