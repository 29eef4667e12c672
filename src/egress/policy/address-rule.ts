import { domainToASCII } from 'node:url'
import { findLabelProblem } from '../../webhook/request/authority.ts'
import { type IpRange, parseIp, parseIpRange, toRange } from './ip-address.ts'

/**
 * One entry of EGRESS_ALLOW, EGRESS_DENY or EGRESS_ONLY. `port` is null if the entry names none. A `suffix` begins
 * with its dot and stands for all names below it, not for the name itself.
 */
export type AddressRule =
  | { readonly kind: 'range'; readonly range: IpRange; readonly port: number | null }
  | { readonly kind: 'host'; readonly host: string; readonly port: number | null }
  | { readonly kind: 'suffix'; readonly suffix: string; readonly port: number | null }

/** A rule, or a sentence for the operator that names the entry and its fault. */
export type ParsedRule =
  | { readonly ok: true; readonly rule: AddressRule }
  | { readonly ok: false; readonly problem: string }

/**
 * Reads one entry of EGRESS_ALLOW or EGRESS_DENY: an address range (`10.0.0.0/8`, `[fd00::]/8:443`), an
 * address, a host name, or `*.suffix`, each with or without `:port`. An IPv6 address needs brackets only
 * before a port.
 */
export function parseAddressRule(entry: string): ParsedRule {
  const whole = describeWholeUrl(entry)
  if (whole !== null) return wrong(entry, whole)
  const { place, port } = splitPort(entry)
  if (port !== null && (port < 1 || port > 65_535)) return wrong(entry, 'the port is not between 1 and 65535')
  if (place.includes('/')) return parseRangeRule(entry, place, port)
  const address = parseIp(place)
  if (address) return right({ kind: 'range', range: toRange(address), port })
  return parseNameRule(entry, place, port)
}

/** Reads one entry of EGRESS_ONLY: a host name, `*.suffix` or a single address, but no range. */
export function parseOnlyRule(entry: string): ParsedRule {
  const whole = describeWholeUrl(entry)
  if (whole !== null) return wrong(entry, whole)
  if (entry.includes('/')) return wrong(entry, 'only hosts can be listed here, no address ranges')
  return parseAddressRule(entry)
}

/** Why an entry that is a URL, or has a path, is none; null for any other entry. */
function describeWholeUrl(entry: string): string | null {
  const [, rest] = /^[a-z][a-z0-9+.-]*:\/\/(.*)$/is.exec(entry) ?? []
  if (rest === undefined) return null
  const [host = ''] = rest.slice(rest.lastIndexOf('@') + 1).split(/[/?#]/, 1)
  return `write the host alone, without scheme and path${/^[\w.:[\]-]{1,80}$/.test(host) ? `: ${host}` : ''}`
}

interface Split {
  readonly place: string
  readonly port: number | null
}

function splitPort(entry: string): Split {
  if (parseIp(entry) || parseIpRange(entry)) return { place: entry, port: null }
  const [, place = entry, port] = /^(.*?)(?::(\d{1,5}))?$/.exec(entry) ?? []
  return { place: withoutBrackets(place), port: port === undefined ? null : Number(port) }
}

function withoutBrackets(place: string): string {
  return place.replace(/^\[([^\]]*)\]/, '$1')
}

function parseRangeRule(entry: string, place: string, port: number | null): ParsedRule {
  const range = parseIpRange(place)
  if (range) return right({ kind: 'range', range, port })
  return wrong(
    entry,
    'it is not an address range such as 10.0.0.0/8 or [fd00::]/8 with zeros after the prefix',
  )
}

function parseNameRule(entry: string, place: string, port: number | null): ParsedRule {
  const isSuffix = place.startsWith('*.')
  const written = isSuffix ? place.slice(2) : place
  const problem = findLabelProblem(written.toLowerCase())
  if (problem !== null) return wrong(entry, problem)
  const name = normalizeHost(written)
  if (name === null || parseIp(name))
    return wrong(entry, `it is neither an address nor a host name${adviseOn(written)}`)
  if (isSuffix) return right({ kind: 'suffix', suffix: `.${name}`, port })
  return right({ kind: 'host', host: name, port })
}

/** What to write for an entry that other tools take. */
function adviseOn(entry: string): string {
  if (/^[\d.]+-[\d.]+$/.test(entry)) return '; write a range with its prefix, such as 10.0.0.0/24'
  if (/^\d+(?:\.\d+){0,2}(?:\.\*)+$/.test(entry))
    return '; write a range with its prefix, such as 10.0.0.0/24'
  if (/^(?:\*|any|all)$/i.test(entry))
    return '; name what is meant, such as *.internal.example or 10.0.0.0/8: public addresses are open anyway'
  if (/^\./.test(entry)) return '; for all names below a domain write *.example.com'
  return /[${}<>]/.test(entry) ? '; a variable in it was not filled in' : ''
}

/**
 * Normalizes a name like the URL parser: lower case and punycode, and without the final dot. Null if the text is not
 * a name.
 */
function normalizeHost(name: string): string | null {
  const ascii = domainToASCII(name).replace(/\.$/, '')
  return /^[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*$/.test(ascii) && ascii.length <= 253 ? ascii : null
}

function right(rule: AddressRule): ParsedRule {
  return { ok: true, rule }
}

function wrong(entry: string, reason: string): ParsedRule {
  return { ok: false, problem: `"${entry}" is not usable: ${reason}.` }
}
