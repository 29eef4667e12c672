// @ts-check
import { asText, isObject } from './json.js'

/** Names of headers, parameters and members whose value lets in who has it. */
const secretName =
  /^(?:.*[-_.~])?(?:api[-_.]?key|apikey|key|token|access[-_.]?token|accesstoken|secret|client[-_.]?secret|clientsecret|password|passwd|pwd|passphrase|passcode|pin|otp|totp|sig|signature|auth|authorization|cookie|credentials?|jwt|session|sessionid|sid)$/i

/** The same in names such as `crmPassword`. */
const secretHump =
  /[a-z0-9](?:Token|Secret|Password|Passwd|Pwd|Passphrase|Passcode|Pin|Otp|Totp|ApiKey|Credentials?|Jwt|Signature)$/

const authScheme = /^(?:bearer|basic|digest|token|apikey|aws4-hmac-sha256)\s/i

/** Members of a node that exist for the sake of credentials. */
const credentials = ['auth', 'tls', 'signing']

/**
 * A node without what must not stand in a link.
 * @param {Record<string, unknown>} node
 * @param {{ secrets: readonly string[], warned: readonly string[] }} known Values that are secrets, and pointers to what the
 *   warnings `credential_in_url` name, such as `/node/query/0`.
 * @returns {{ node: Record<string, unknown>, omitted: string[] }} `omitted`: pointers to what was left out.
 */
export function withoutSecrets(node, { secrets, warned }) {
  /** @type {string[]} */
  const omitted = []
  const values = secrets.filter((secret) => secret !== '')
  const names = new Set(warned.map((path) => path.replace(/^\/node/, '')))

  /** @param {string} path */
  const leaveOut = (path) => {
    omitted.push(path)
    return ''
  }
  /** @param {unknown} value @param {string} path @returns {unknown} */
  const clean = (value, path) => {
    if (Array.isArray(value)) return value.map((item, at) => clean(item, `${path}/${at}`))
    if (!isObject(value))
      return values.some((secret) => asText(value).includes(secret)) ? leaveOut(path) : value
    const isSecret = isSecretField(value) || names.has(path)
    return mapMembers(value, (member, name) => {
      const at = `${path}/${escapePointer(name)}`
      if (isSecret && (name === 'value' || name === 'literal')) return leaveOut(at)
      if (isSecretMember(name, member)) return leaveOut(at)
      return clean(member, at)
    })
  }
  const kept = Object.fromEntries(Object.entries(node).filter(([name]) => !credentials.includes(name)))
  for (const name of credentials) if (Object.hasOwn(node, name)) omitted.push(`/${name}`)
  const url = typeof kept.url === 'string' ? cleanUrl(kept.url, names.has('/url')) : kept.url
  if (url !== kept.url) omitted.push('/url')
  const rest = /** @type {Record<string, unknown>} */ (
    clean({ ...kept, ...(url === undefined ? {} : { url }) }, '')
  )
  return { node: rest, omitted }
}

/**
 * A field whose value is written in the node. What a field takes from the payload is none of the node.
 * @param {Record<string, unknown>} field
 */
function isSecretField({ name, value, literal, sensitive }) {
  if (typeof name !== 'string' || (value === undefined && literal === undefined)) return false
  return (
    sensitive === true ||
    secretName.test(name.trim()) ||
    secretHump.test(name.trim()) ||
    authScheme.test(asText(value).trim())
  )
}

/**
 * Members that are called like a credential, wherever they stand, also where the service knows none. A placeholder stands for a
 * value that is elsewhere.
 * @param {string} name @param {unknown} member
 */
function isSecretMember(name, member) {
  if (!secretName.test(name) && !secretHump.test(name)) return false
  return !isObject(member) && !Array.isArray(member) && !/^\s*\{\{[^{}]*\}\}\s*$/.test(asText(member))
}

/**
 * The URL without its user and without the values of parameters that are called like a credential; with `isWarned`, if there are
 * none of these, without all values.
 * @param {string} url @param {boolean} isWarned
 */
function cleanUrl(url, isWarned) {
  const clean = cleanParameters(url.replace(/^([a-z]+:\/\/)[^/?#]*@/i, '$1'), isSecretName)
  return isWarned && clean === url ? cleanParameters(url, () => true) : clean
}

/**
 * A placeholder may have blanks, so it is read as a whole.
 * @param {string} url @param {(name: string) => boolean} isLeftOut
 */
function cleanParameters(url, isLeftOut) {
  return url.replace(/([?&;#])([^?&;#=\s]+)=((?:\{\{[^{}]*\}\}|[^&;#\s])+)/g, (whole, mark, name) =>
    isLeftOut(name) ? `${mark}${name}=` : whole,
  )
}

/** @param {string} name As it stands in the URL. */
function isSecretName(name) {
  try {
    return secretName.test(decodeURIComponent(name))
  } catch {
    return secretName.test(name)
  }
}

/** @param {string} name */
function escapePointer(name) {
  return name.replaceAll('~', '~0').replaceAll('/', '~1')
}

/**
 * @param {Record<string, unknown>} object
 * @param {(value: unknown, name: string) => unknown} change
 */
function mapMembers(object, change) {
  return Object.fromEntries(Object.entries(object).map(([name, value]) => [name, change(value, name)]))
}
