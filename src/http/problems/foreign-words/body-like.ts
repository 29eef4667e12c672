import { isObject, type JsonObject } from '../../../webhook/values/json.ts'
import { listNames, pairs } from './list-names.ts'

/** The body that a value was meant to be. It has names of the value, and no texts: any may be a secret. */
export function bodyLike(value: unknown): JsonObject {
  const [first] = Array.isArray(value) ? value : []
  if (isObject(first) && ('name' in first || 'key' in first))
    return { structure: 'simple', fields: [{ name: '…', value: '…' }] }
  if (Array.isArray(value)) return { structure: 'json', content: ['…'] }
  if (isObject(value) && 'content' in value) return contentLike(value.content)
  if (isObject(value)) {
    const names = listNames(value).filter((name) => name !== 'contentType')
    return { structure: 'json', content: Object.fromEntries(names.map((name) => [name, '…'])) }
  }
  if (typeof value === 'string' && /^\{\{\s?(?:payload|profile)\s?\}\}$/.test(value))
    return { structure: 'full' }
  if (typeof value === 'string' && /^\s*</.test(value))
    return { structure: 'raw', contentType: 'application/xml', content: '…' }
  if (typeof value === 'string' && listNames(value).length > 0 && value.includes('='))
    return { structure: 'simple', contentType: 'application/x-www-form-urlencoded', fields: pairs(value) }
  const isJson = typeof value === 'string' && /^\s*[[{]/.test(value)
  return isJson ? { structure: 'json', content: { a: '…' } } : contentLike(value)
}

function contentLike(content: unknown): JsonObject {
  return typeof content === 'string'
    ? { structure: 'raw', contentType: 'text/plain', content: '…' }
    : { structure: 'json', content: '…' }
}
