import { readFileSync } from 'node:fs'
import { isIP } from 'node:net'
import { createSecureContext } from 'node:tls'
import { tenantPattern } from '../contract/names.ts'
import { parseStoreUrl, type StoreUrl } from '../durability/open-store.ts'
import { parseStoreKeys, type StoreKey } from '../durability/store/store-keys.ts'
import {
  type AddressRule,
  type ParsedRule,
  parseAddressRule,
  parseOnlyRule,
} from '../egress/policy/address-rule.ts'
import { type IpRange, parseNat64Prefix } from '../egress/policy/ip-address.ts'
import { type ProxyUrl, parseProxyUrl } from '../egress/proxy/proxy-url.ts'
import { hashKey } from '../http/clients/api-keys.ts'
import { type Client, clientNamePattern, minKeyLength, rights } from '../http/clients/client.ts'
import { headerValueProblem } from '../webhook/request/header-rules.ts'
import { listWords } from '../webhook/values/text.ts'
import { parseCertificates } from './certificates.ts'
import { describeList, findMeantWord, readMeantNumber } from './meant-value.ts'

/** The value of a variable, or what it must be: the end of a sentence that begins with the variable's name. */
export type Parsed<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problem: string }

/** Reads the text of a variable. */
export type Parse<T> = (text: string) => Parsed<T>

/** Decimal digits without a sign. The bounds are inclusive. */
export function integer(min: number, max: number): Parse<number> {
  const isWithin = (value: number) => value >= min && value <= max
  return (text) => {
    if (/^\d+$/.test(text) && isWithin(Number(text))) return right(Number(text))
    const meant = readMeantNumber(text)
    const advice = meant !== null && isWithin(meant) ? `; write ${meant}` : ''
    return wrong(`must be an integer from ${min} to ${max}${advice}`)
  }
}

/** One of the words, case-sensitive. */
export function parseWord<const T extends string>(words: readonly T[]): Parse<T> {
  return (text) => {
    const word = words.find((candidate) => candidate === text)
    if (word !== undefined) return right(word)
    const meant = findMeantWord(text, words)
    return wrong(`must be one of ${words.join(', ')}${meant === null ? '' : `; write ${meant}`}`)
  }
}

/** `on` or `off`. */
export const onOrOff: Parse<boolean> = (text) => {
  const parsed = parseWord(['on', 'off'])(text)
  return parsed.ok ? right(parsed.value === 'on') : parsed
}

/** An address, or a name that is resolved when the service starts to listen. */
export function hostToListenOn(text: string): Parsed<string> {
  // For `localhost` Fastify opens a server per address, and the limits would apply to only one of them.
  if (text === 'localhost') return right('127.0.0.1')
  return isIP(text) !== 0 || /^[\w.-]+$/.test(text) ? right(text) : wrong('must be an address or a host name')
}

/** An optional value: null for an empty text. */
export function unset<T>(parse: Parse<T>): Parse<T | null> {
  return (text) => (text === '' ? right(null) : parse(text))
}

/** Any text, such as the path of a file. Reading the file shows whether it is valid. */
export function anyText(text: string): Parsed<string> {
  return right(text)
}

/** An absolute URL of HTTP or HTTPS. */
export function httpUrl(text: string): Parsed<string> {
  return /^https?:\/\//.test(text) && URL.canParse(text)
    ? right(text)
    : wrong('must be a URL that begins with http:// or https://')
}

/** An absolute URL of HTTP or HTTPS to which a path can be appended. The result has no slash at its end. */
export function baseUrl(text: string): Parsed<string> {
  if (text === '') return right('')
  const url = /^https?:\/\/[^\s?#\\/@]+(?:\/[^\s?#\\]*)?$/.test(text) ? URL.parse(text) : null
  return url === null || url.pathname.includes('//')
    ? wrong(
        'must be a URL that begins with http:// or https://, without user, query, fragment and empty segments',
      )
    : right(url.href.replace(/\/$/, ''))
}

/** STORE_URL */
export function storeUrl(text: string): Parsed<StoreUrl> {
  const parsed = parseStoreUrl(text)
  return typeof parsed === 'string' ? wrong(parsed) : right(parsed)
}

/** STORE_KEYS. An empty text has no keys. */
export function storeKeys(text: string): Parsed<readonly StoreKey[]> {
  const parsed = text === '' ? [] : parseStoreKeys(text)
  return typeof parsed === 'string' ? wrong(parsed) : right(parsed)
}

/** A name of this instance, as it may stand in a log, a label or a URL. */
export function instanceName(text: string): Parsed<string> {
  return /^[\w.:-]{1,128}$/.test(text) ? right(text) : wrong('must have 1 to 128 of A-Z a-z 0-9 . _ : -')
}

/** Entries of EGRESS_ALLOW and EGRESS_DENY. */
export const addressRules: Parse<readonly AddressRule[]> = parseList((entry) =>
  toRule(parseAddressRule(entry)),
)

/** Entries of EGRESS_ONLY. */
export const onlyRules: Parse<readonly AddressRule[]> = parseList((entry) => toRule(parseOnlyRule(entry)))

/** Entries of EGRESS_NAT64. */
export const nat64Prefixes: Parse<readonly IpRange[]> = parseList((entry) => {
  const range = parseNat64Prefix(entry)
  return range === null
    ? wrong(`"${entry}" must be an IPv6 prefix of 32, 40, 48, 56, 64 or 96 bits, such as 2001:db8:64::/96`)
    : right(range)
})

/** The URL of a forward proxy. Problems show no part of it. */
export const proxyUrl: Parse<ProxyUrl> = parseProxyUrl

/** Addresses with ports, in the form of `node:dns`. */
export const nameServers: Parse<readonly string[]> = parseList((entry) => {
  const [, bracketed, plain, port = '53'] = /^(?:\[(.+)\]|([\d.]+))(?::(\d{1,5}))?$/.exec(entry) ?? []
  const address = bracketed ?? plain ?? entry
  const family = isIP(address)
  if (family === 0 || Number(port) < 1 || Number(port) > 65_535)
    return wrong(`"${entry}" must be an address and a port, such as 10.0.0.53:53 or [fd00::53]:53`)
  return right(family === 6 ? `[${address}]:${port}` : `${address}:${port}`)
})

/** Headers as `name=value`, the value percent-encoded. Problems do not show a value. */
export function headerList(text: string): Parsed<Readonly<Record<string, string>>> {
  const pairs = parseList(headerPair)(text)
  return pairs.ok ? right(Object.fromEntries(pairs.value)) : pairs
}

/** Entries `name:key` or `name:key@tenant1|tenant2`. Problems do not show a key. */
export function apiKeyList(text: string): Parsed<readonly Client[]> {
  const clients = parseList(clientOfKey)(text)
  if (!clients.ok) return wrong(`${clients.problem}${locateEntry(text)}`)
  const name = findTwin(clients.value.map((client) => client.name))
  if (name !== -1)
    return wrong(`every key must have a different name; entry ${name + 1} has one of an entry before`)
  const key = findTwin(clients.value.flatMap(({ keyHashes }) => keyHashes))
  if (key !== -1)
    return wrong(`no two names may have the same key; entry ${key + 1} has one of an entry before`)
  return clients
}

/** The text of a file with valid certificates. Null without a path. */
export function certificateFile(path: string): Parsed<string | null> {
  if (path === '') return right(null)
  try {
    const text = readFileSync(path, 'utf8')
    const certificates = parseCertificates(text)
    // Serialized again: OpenSSL ignores a block that does not begin on its own line.
    if (certificates.length > 0 && certificates.length === countBlocks(text))
      return right(certificates.map(String).join(''))
    return wrong('must be a file with certificates in PEM format, and nothing else in that format')
  } catch (error) {
    if (path.includes('-BEGIN ')) return wrong('must be the path of a file with certificates, not their text')
    const cause = error instanceof Error && 'code' in error ? error.code : error
    return wrong(`must be a file with certificates in PEM format, and reading it failed (${cause})`)
  }
}

/** Counts the blocks of PEM, including damaged ones. */
function countBlocks(text: string): number {
  return text.match(/-BEGIN [A-Z]/g)?.length ?? 0
}

/** A list of groups in the form of Node's `ecdhCurve`. OpenSSL must know at least one of them. */
export function tlsGroups(text: string): Parsed<string> {
  const groups = text
    .split(/[:/]/)
    .filter((group) => !group.startsWith('-'))
    .map((group) => group.replace(/^[?*]+/, ''))
  return isListOfGroups(text) && groups.some(isListOfGroups)
    ? right(text)
    : wrong('must be names of groups that OpenSSL knows, separated by colons, such as *X25519:P-256')
}

function isListOfGroups(ecdhCurve: string): boolean {
  try {
    createSecureContext({ ecdhCurve })
    return ecdhCurve !== ''
  } catch {
    return false
  }
}

function parseList<T>(parseEntry: Parse<T>): Parse<readonly T[]> {
  return (text) => {
    const results = splitEntries(text).map(parseEntry)
    // A list without entries is a mistake, and could leave a target open that it was meant to close.
    if (text !== '' && results.length === 0) return wrong('must have at least one entry')
    const problems = results.flatMap((result) => (result.ok ? [] : [result.problem]))
    if (problems.length > 0) {
      const list = describeList(text)
      return wrong([...new Set(problems), ...(list === null ? [] : [list])].join('; '))
    }
    return right(results.flatMap((result) => (result.ok ? [result.value] : [])))
  }
}

function splitEntries(text: string): readonly string[] {
  return text
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '')
}

function toRule(parsed: ParsedRule): Parsed<AddressRule> {
  return parsed.ok ? right(parsed.rule) : wrong(parsed.problem.replace(/\.$/, ''))
}

/** A key has the form of a bearer token (RFC 6750, section 2.1), which cannot contain `@` or `|`. */
const clientEntry = new RegExp(
  `^(?<name>${clientNamePattern}):(?<key>[\\w.~+/-]{${minKeyLength},}=*)(?:@(?<tenants>.*))?$`,
)

function clientOfKey(entry: string): Parsed<Client> {
  const { name, key, tenants } = clientEntry.exec(entry)?.groups ?? {}
  if (name === undefined || key === undefined)
    return wrong(
      `every entry must be name:key, behind which @tenant1|tenant2 may stand, and a key must have at least ${minKeyLength} of A-Z a-z 0-9 - . _ ~ + /, with = only at its end${adviseOnEntry(entry)}`,
    )
  const names = tenants?.split('|') ?? null
  if (names?.every((tenant) => tenantName.test(tenant)) === false)
    return wrong(
      'every tenant after a key must have 1 to 64 of A-Z a-z 0-9 . _ -, and tenants are separated by |',
    )
  return right({
    name,
    keyHashes: [hashKey(key)],
    tenants: names && new Set(names),
    rights: new Set(rights),
    maxInFlight: null,
  })
}

/** What is wrong with an entry, without a part of it: any part may be a key. */
function adviseOnEntry(entry: string): string {
  if (/^[[{"']/.test(entry)) return '' // said of the list
  if (/^(?:\/|\.\/|[A-Z]:\\)/.test(entry)) return '; the path of a file belongs into API_KEYS_FILE'
  if (/^sha256:/.test(entry)) return '; a hash of a key belongs into API_KEYS_FILE'
  if (/^[\w.-]+:\s/.test(entry)) return '; write no blank behind the colon'
  const [, key] = /^[\w.-]+:([\w.~+/-]+=*)$/.exec(entry) ?? []
  if (key !== undefined && key.length < minKeyLength) return `; this key has ${key.length}`
  if (/^[\w.-]{1,64}=[^=]/.test(entry)) return '; write a colon between name and key'
  return entry.includes(':') ? '' : '; an entry has no name: write one and a colon before the key'
}

const tenantName = new RegExp(`^${tenantPattern}$`)

function headerPair(entry: string): Parsed<readonly [name: string, value: string]> {
  const [, name, encoded] = /^([!#$%&'*+.^_`|~\w-]+)=([\x21-\x7e]+)$/.exec(entry) ?? []
  const value = encoded === undefined ? null : decoded(encoded)
  if (name !== undefined && value !== null && headerValueProblem(value) === null) return right([name, value])
  return wrong('every entry must be name=value of a header, with the value percent-encoded')
}

/** Null if the percent-encoding is malformed. */
function decoded(encoded: string): string | null {
  try {
    return decodeURIComponent(encoded)
  } catch {
    return null
  }
}

/** The index of the first word that stands before it, too; -1 if there is none. */
function findTwin(words: readonly string[]): number {
  const seen = new Set<string>()
  return words.findIndex((word) => seen.size === seen.add(word).size)
}

/** Which entries of API_KEYS are wrong, by their number: each may be a key. */
function locateEntry(text: string): string {
  const entries = splitEntries(text)
  const numbers = entries.flatMap((entry, index) => (clientOfKey(entry).ok ? [] : [index + 1]))
  if (numbers.length === 0 || entries.length === 1) return ''
  return numbers.length === 1
    ? `; entry ${numbers[0]} of ${entries.length} is not`
    : `; entries ${listWords(numbers.map(String), 'and')} of ${entries.length} are not`
}

function right<T>(value: T): Parsed<T> {
  return { ok: true, value }
}

function wrong<T>(problem: string): Parsed<T> {
  return { ok: false, problem }
}
