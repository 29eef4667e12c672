import { isObject, type JsonObject } from '../../../webhook/values/json.ts'
import { listNames, listNamesWithin, pairs } from './list-names.ts'

/** The body that a value was meant to be. It has names of the value, and no texts: any may be a secret. */
export function bodyLike(given: unknown): JsonObject {
  // FEEL and n8n have a sign before an expression.
  const value = typeof given === 'string' ? given.replace(/^=(?=\s?[[{](?!\{))/, '') : given
  const [first] = Array.isArray(value) ? value : []
  if (isObject(first) && ('name' in first || 'key' in first))
    return { structure: 'simple', fields: namedFields(value) }
  if (Array.isArray(value)) return { structure: 'json', content: ['…'] }
  if (isObject(value) && 'content' in value) return contentLike(value.content)
  if (isObject(value)) {
    const names = listNames(value).filter((name) => name !== 'contentType')
    return { structure: 'json', content: Object.fromEntries(names.map((name) => [name, '…'])) }
  }
  if (typeof value === 'string' && /^\{\{\s?(?:payload|profile)\s?\}\}$/.test(value))
    return { structure: 'full' }
  if (
    typeof value === 'string' &&
    /^=?\s?\{\{\s?(?:JSON\.stringify\()?(?:\$json|payload|profile)(?:\.body)?(?:,[^()]{0,20})?\)?\s?\}\}$/.test(
      value,
    )
  )
    return { structure: 'full' }
  if (typeof value === 'string' && /^\s*</.test(value))
    return { structure: 'raw', contentType: 'application/xml', content: '…' }
  if (typeof value === 'string' && listNames(value).length > 0 && value.includes('='))
    return { structure: 'simple', contentType: 'application/x-www-form-urlencoded', fields: pairs(value) }
  const word = bodyOfWord(value)
  if (word !== null) return word
  const isJson = typeof value === 'string' && /^\s*[[{]/.test(value)
  return isJson ? { structure: 'json', content: contentOfText(value) } : contentLike(value)
}

function namedFields(value: unknown): readonly JsonObject[] {
  const names = listNamesWithin(value)
  return (names.length === 0 ? ['…'] : names).map((name) => ({ name, value: '…' }))
}

/** The content of JSON in a text, with its first names. */
function contentOfText(text: string): unknown {
  if (/^\s*\[/.test(text)) return ['…']
  const names = Array.from(
    text
      .slice(0, maxStart)
      .matchAll(/(?:^\s*\{|,)\s{0,20}"([A-Za-z_][\w-]{0,39})"\s{0,5}:/g)
      .take(2),
    ([, name = '']) => name,
  )
  return Object.fromEntries((names.length === 0 ? ['a'] : names).map((name) => [name, '…']))
}

/** Characters of a text that are read for names. */
const maxStart = 500

const oneField = [{ name: 'email', source: 'profile', field: 'email' }]
const ofText: JsonObject = { structure: 'raw', contentType: 'text/plain', content: '…' }

/** The body that the word for its structure or its media type means, or null. */
export function bodyOfWord(text: unknown): JsonObject | null {
  if (typeof text !== 'string' || text.length > 60) return null
  const word = text
    .replace(/;.*$/s, '')
    .toLowerCase()
    .replaceAll(/[^a-z]/g, '')
  if (/^(?:simple|fields|keypairs?|keyvalue|custom|selected|formfields)$/.test(word))
    return { structure: 'simple', fields: oneField }
  if (/^(?:full|all|everything|complete|entire|payload)$/.test(word)) return { structure: 'full' }
  if (/^(?:application)?json(?:body)?$/.test(word)) return { structure: 'json', content: { a: '…' } }
  if (/^(?:application|text)?xml$/.test(word))
    return { structure: 'raw', contentType: 'application/xml', content: '…' }
  if (/^(?:raw|text|plain|textplain|string|html)$/.test(word)) return ofText
  if (/^(?:application)?(?:x?www)?form(?:urlencoded)?$|^urlencoded$/.test(word))
    return { structure: 'simple', contentType: 'application/x-www-form-urlencoded', fields: oneField }
  if (/^(?:multipart(?:formdata)?|formdata|files)$/.test(word))
    return {
      structure: 'multipart',
      parts: [{ name: 'file', filename: 'photo.png', source: 'event', field: 'photo' }],
    }
  return /^(?:binary|binarydata|file|(?:application)?octetstream)$/.test(word)
    ? { structure: 'binary', source: 'event', field: 'photo' }
    : null
}

function contentLike(content: unknown): JsonObject {
  return typeof content === 'string' ? ofText : { structure: 'json', content: '…' }
}
