import { isObject, type JsonObject } from '../../../webhook/values/json.ts'
import { apiKey, awsSigV4, basic, bearer, digest, oauth2 } from './examples.ts'
import { readShownName } from './list-names.ts'

/** A user and a password as curl and Zapier write them, which is no address and no header. */
const userAndPassword = /^[^\s:|{}[\]"]{1,100}[:|](?![\s/])[^\n]{0,200}$|^\{\{[^{}]{1,100}\}\}:/

/** The credential that a text holds, or the word for its kind: `user:password`, `Basic dXNl…`, `httpHeaderAuth`. Null for others. */
export function authOfText(text: string): JsonObject | null {
  const [, scheme] = /^(Basic|Digest|Bearer)\s/i.exec(text) ?? []
  if (scheme !== undefined) return authOfWord(scheme)
  const [, header] = /^([A-Za-z][\w-]{0,40}):\s/.exec(text) ?? []
  if (header !== undefined && !/^(?:proxy-)?authorization$/i.test(header)) return { ...apiKey, name: header }
  return userAndPassword.test(text) ? basic : authOfWord(text)
}

/** The credential that the word for its kind means, or null: `httpHeaderAuth`, `OAuth2`, `Basic`. */
export function authOfWord(given: unknown): JsonObject | null {
  const word =
    typeof given === 'string' && given.length <= 60 ? given.toLowerCase().replaceAll(/[^a-z0-9]/g, '') : ''
  if (/query/.test(word)) return { ...apiKey, in: 'query' }
  if (/^(?:http)?(?:header|custom|api-?(?:key|token))/.test(word)) return apiKey
  if (/^(?:http)?basic/.test(word)) return basic
  if (/^(?:http)?digest/.test(word)) return digest
  if (/oauth2?|clientcredentials|openid|oidc|azuread|entra/.test(word) && !/oauth1/.test(word)) return oauth2
  if (/^(?:aws|sigv4|iam)/.test(word)) return awsSigV4
  return /bearer|^jwt|^token/.test(word) ? bearer : null
}

/** The credential that an entry of an engine's own credentials stands for: `{ "httpHeaderAuth": { "id": … } }`. */
export function authOfEntry(value: unknown): JsonObject {
  const [name] = isObject(value) ? Object.keys(value).slice(0, 1) : []
  return authOfWord(name) ?? bearer
}

/** The credential of an object with its place and the name of its secret, as `{ "location": …, "key": …, "secret_name": … }`. */
export function authOfPlace(value: unknown): JsonObject {
  if (!isObject(value)) return bearer
  const {
    type,
    location,
    in: place = location,
    key,
    name = key,
    secret_name,
    secretName = secret_name,
  } = value
  const secret = readShownName(secretName)?.replaceAll(/[-.]/g, '_') ?? 'NAME'
  if (place === undefined) return authOfWord(type) ?? bearer
  return {
    type: 'apiKey',
    in: typeof place === 'string' && /^(?:query|url|param)/i.test(place) ? 'query' : 'header',
    name: readKeyHeader(name) ?? apiKey.name,
    value: `{{ secrets.${secret} }}`,
  }
}

/** A value that is the name of a header for a key. Under `key` others have the key itself. */
function readKeyHeader(value: unknown): string | null {
  const name = readShownName(value)
  return name !== null && /^x-|key|token|auth/i.test(name) ? name : null
}
