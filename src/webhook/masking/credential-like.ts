import { mask } from './mask.ts'
import { looksIssued } from './shortened.ts'

/**
 * Masks the parts of a text that look like credentials: the user of a URL, what follows the name of an authentication scheme or of
 * a header that carries a credential, parameters that are named after one, keys as well-known services issue them, and words in
 * which letters and digits alternate as at random. It looks at no value, so it confirms no guess. The time is linear in the text.
 */
export function hideCredentialLike(text: string): string {
  return text
    .replace(wordOfUrl, hideUser)
    .replace(behindScheme, `$1${mask}`)
    .replace(headerLine, `$1${mask}`)
    .replace(namedParameter, `$1${mask}`)
    .replace(words, (word) => (isCredentialLike(word) ? mask : word))
}

const wordOfUrl = /[^\s"'/,]+/g

/** The word without the user before its last `@`: behind `//`, or with a password. */
function hideUser(word: string, at: number, text: string): string {
  const end = word.lastIndexOf('@')
  const isUser = end > 0 && (text.startsWith('//', at - 2) || word.slice(0, end).includes(':'))
  return isUser ? mask + word.slice(end) : word
}

const behindScheme = /(\b(?:bearer|basic|digest|token|apikey)\s)(?=[\w.~+/=-]{0,200}\d)[\w.~+/=-]{8,}/gi
const headerLine =
  /(["'/](?:authorization|cookie|[A-Za-z]\w{0,40}(?:-\w{1,40}){1,6}):)\s?(?![\s"'{•…/])[^"'\n]+/gi
const namedParameter =
  /([?&;](?:[\w-]{0,40}[_-])?(?:api_?key|key|token|secret|password|passwd|pwd|sig|signature|auth)=)(?![{•…])[^&#\s"']+/gi

/** A run of what tokens consist of; dots and slashes part them. */
const words = /[\w+=~-]{8,}/g

const shortestRandom = 20
/** The share of changes between small letters, capitals and digits in a word that is random. */
const randomShare = 1 / 5
const uuid = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i

function isCredentialLike(word: string): boolean {
  if (looksIssued(word)) return true
  if (word.length < shortestRandom || !/\d/.test(word) || !/[a-z]/i.test(word) || uuid.test(word))
    return false
  return countChanges(word) > word.length * randomShare
}

/** How often a digit stands beside a letter, and a capital behind a small letter. */
function countChanges(word: string): number {
  let changes = 0
  let before = ''
  for (const character of word) {
    const kind = /\d/.test(character)
      ? 'digit'
      : /[a-z]/.test(character)
        ? 'small'
        : /[A-Z]/.test(character)
          ? 'capital'
          : ''
    if (before !== '' && kind !== '' && kind !== before && !(before === 'capital' && kind === 'small'))
      changes++
    before = kind
  }
  return changes
}
