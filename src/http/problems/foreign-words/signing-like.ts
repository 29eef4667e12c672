import { isObject, type JsonObject } from '../../../webhook/values/json.ts'
import { signing } from './examples.ts'

const ofBodyAlone: JsonObject = {
  ...signing,
  over: '{{ body }}',
  header: 'X-Hub-Signature-256',
  value: 'sha256={{ hex }}',
}

/** The signature that a value was meant to be: by the name of its header, or of the service that takes it. */
export function signingLike(value: unknown): JsonObject {
  const words = (isObject(value) ? Object.values(value).slice(0, 10) : [value]).filter(
    (word) => typeof word === 'string' && word.length <= 60,
  )
  const text = words.join(' ')
  if (/x-hub-signature|^github$|\bgithub\b|^(?:meta|facebook)$/i.test(text)) return ofBodyAlone
  if (/shopify/i.test(text)) return { ...ofBodyAlone, header: 'X-Shopify-Hmac-Sha256', value: '{{ base64 }}' }
  const [, header = null] = /(?:^|\s)(X-[A-Za-z0-9-]{1,40})(?:$|\s)/i.exec(text) ?? []
  if (header === null) return signing
  return /time|stripe/i.test(text) ? { ...signing, header } : { ...ofBodyAlone, header, value: '{{ hex }}' }
}
