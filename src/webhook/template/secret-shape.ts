import { unescapeBytes } from '../masking/unescape.ts'
import type { SecretPlace } from './secret-lookup.ts'

/**
 * Where a text lands. `url` is path or query, as the text goes; `…Body` a value of which JSON or a form is made; `raw…` are
 * bodies whose author writes the delimiters.
 */
export type TextPlace =
  | SecretPlace
  | 'url'
  | 'jsonBody'
  | 'formBody'
  | 'raw'
  | 'rawJson'
  | 'rawXml'
  | 'rawForm'

/** The place of a secret behind a text. In a URL, no value becomes the mark that ends its path. */
export function secretPlaceBehind(place: TextPlace, text: string): SecretPlace {
  switch (place) {
    case 'url':
      return /[?#]/.test(text) ? 'query' : 'path'
    case 'jsonBody':
    case 'formBody':
    case 'raw':
    case 'rawJson':
    case 'rawXml':
    case 'rawForm':
      return 'body'
    default:
      return place
  }
}

/** What an author wrote around a secret. */
export interface Surroundings {
  /** Right before it: empty at the beginning of the template, null where a placeholder or a tag stands. */
  readonly before: string | null
  /** Right behind it, likewise. */
  readonly behind: string | null
  /** Whether the author's text ended a path before. */
  readonly isBehindPath: boolean
}

/**
 * Whether the author's own text delimits a secret, so that no target can be made to join it with something else. Nowhere may
 * it continue an escape, or be continued as one. In a path it is a whole segment, or the end of one that begins literally;
 * in a body it is a whole value.
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

/** A secret may end with what begins an escape. */
const mayEndEscape = /^[\w#{]/

const longestEscape = 32
const begunEscape = /(?:%u?[\da-f]{0,3}|\\(?:[ux]\{?[\da-f]{0,5})?|&#?\w{0,18})$/i
/** Without escapes, the letter of one that has begun has lost its backslash. */
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

/** The mark before it ends a tag, and is not a part of a text. */
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
