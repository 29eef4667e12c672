import { unescapeBytes } from '../masking/unescape.ts'
import type { SecretPlace } from './secret-lookup.ts'

/**
 * The place of a text in the request. `url`: path or query, depending on the text so far. `…Body`: a value in JSON or in a
 * form that the service writes, `partBody` in a part of its own. `raw…`: a body in which the author writes the delimiters.
 */
export type TextPlace =
  | SecretPlace
  | 'url'
  | 'jsonBody'
  | 'formBody'
  | 'partBody'
  | 'raw'
  | 'rawJson'
  | 'rawXml'
  | 'rawForm'

/** The place of a secret after a text. In a URL only the author's text can end the path: values are encoded. */
export function secretPlaceBehind(place: TextPlace, text: string): SecretPlace {
  switch (place) {
    case 'url':
      return /[?#]/.test(text) ? 'query' : 'path'
    case 'jsonBody':
    case 'formBody':
    case 'partBody':
    case 'raw':
    case 'rawJson':
    case 'rawXml':
    case 'rawForm':
      return 'body'
    default:
      return place
  }
}

/** The author's text around a secret. */
export interface Surroundings {
  /** The text right before the secret: empty at the beginning of the template, null after a placeholder or tag. */
  readonly before: string | null
  /** The text right after the secret: empty at the end of the template, null before a placeholder or tag. */
  readonly behind: string | null
  /** Whether the author's text before the secret ends the path. */
  readonly isBehindPath: boolean
}

/**
 * Whether the author's text delimits a secret, so that no value can be joined to it. A secret must not continue an escape,
 * nor begin one. In a path it must be a whole segment, or the end of one that begins literally. In a body it must be a whole
 * value.
 */
export function isDelimited(place: TextPlace, { before, behind, isBehindPath }: Surroundings): boolean {
  if (before === null || behind === null || endsWithinEscape(before) || mayEndEscape.test(behind))
    return false
  switch (place) {
    case 'url':
      return isBehindPath || (before.includes('/') && /^(?:[/?#]|$)/.test(behind))
    case 'body':
    case 'jsonBody':
    case 'formBody':
    case 'partBody':
      return before === '' && behind === ''
    case 'raw':
    case 'rawJson':
    case 'rawXml':
    case 'rawForm':
      return (before === '' && behind === '') || delimit[place](before, behind)
    default:
      return true
  }
}

/** A text that could complete an escape that the end of a secret begins. */
const mayEndEscape = /^[\w#{]/

const longestEscape = 32
const begunEscape = /(?:%u?[\da-f]{0,3}|\\(?:[ux]\{?[\da-f]{0,5})?|&#?\w{0,18})$/i
/** An open escape at the end of a text, with or without its backslash, which unescaping drops. */
const begunBareEscape = /(?:%u?[\da-f]{0,3}|\\|[ux]\{?[\da-f]{0,5}|&#?\w{0,18})$/i

function endsWithinEscape(before: string): boolean {
  const tail = before.slice(-longestEscape)
  if (begunEscape.test(tail)) return true
  const bare = unescapeBytes(Buffer.from(tail)).bytes.toString('latin1')
  return bare !== tail && begunBareEscape.test(bare)
}

type Delimit = (before: string, behind: string) => boolean

const delimit: Readonly<Record<'raw' | 'rawJson' | 'rawXml' | 'rawForm', Delimit>> = {
  raw: (before, behind) => before.at(-2) !== '\\' && (closing[before.at(-1) ?? '']?.test(behind) ?? false),
  rawJson: (before, behind) => before.endsWith('"') && before.at(-2) !== '\\' && behind.startsWith('"'),
  rawXml: (before, behind) => isInElement(before, behind) || isInAttribute(before, behind),
  rawForm: (before, behind) => isParameter(before) && /^(?:&|$)/.test(behind),
}

const closing: Readonly<Record<string, RegExp>> = { '>': /^</, '"': /^"/, "'": /^'/, '=': /^(?:&|$)/ }

/** Whether a secret is the content of an XML element: the `>` before it ends a tag. */
function isInElement(before: string, behind: string): boolean {
  const tag = before.slice(before.lastIndexOf('<'))
  return tag.indexOf('>') === tag.length - 1 && tag.startsWith('<') && behind.startsWith('<')
}

function isInAttribute(before: string, behind: string): boolean {
  const quote = before.at(-1)
  if (quote !== '"' && quote !== "'") return false
  const isWithinTag = before.lastIndexOf('<') > before.lastIndexOf('>')
  return isWithinTag && /=\s{0,20}["']$/.test(before.slice(-22)) && behind.startsWith(quote)
}

function isParameter(before: string): boolean {
  const parameter = before.slice(before.lastIndexOf('&') + 1)
  return parameter.indexOf('=') === parameter.length - 1 && parameter.endsWith('=')
}
