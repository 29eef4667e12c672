import { quoteName } from '../values/text.ts'

/** The host and port that a URL leads to. */
export interface UrlPlace {
  /** A lower-case name without its final dot, or an IP address without brackets. */
  readonly host: string
  readonly port: number
  /** Host and port as in the URL and the Host header. The default port is left out. */
  readonly authority: string
}

/** The authority of a URL, or the problem with it as the end of a sentence. */
export type ParsedAuthority =
  | { readonly ok: true; readonly place: UrlPlace }
  | { readonly ok: false; readonly problem: string }

/** Characters that no part of a URL may have. */
export const forbiddenInUrl = /[\s\p{Cc}\\]/u
/** The complaint about such a character, as the end of a sentence. */
export const forbiddenComplaint =
  'must not contain white space, control characters or a backslash; write a space as %20'

/** The complaint about user info, as the end of a sentence. */
export const userInfoComplaint = 'must not contain user info; put credentials into "auth"'

const noOtherTags = 'has a tag with <% and %>; write {{ profile.email }}'

/** The complaint about a character that no part of a URL may have. */
export function complainAbout(url: string): string {
  return /<%/.test(url) ? noOtherTags : forbiddenComplaint
}

/** Parses an authority with the WHATWG parser. It is the only parser, so that no other one can read another host. */
export function parseAuthority(authority: string): ParsedAuthority {
  const unfit = findProblemInText(authority)
  if (unfit !== null) return { ok: false, problem: unfit }
  const url = URL.parse(`https://${authority}/`)
  if (url === null) return { ok: false, problem: describeInvalid(authority) }
  const { hostname, port } = url
  const problem = findProblem(hostname, port)
  return problem === null ? { ok: true, place: toPlace(hostname, port) } : { ok: false, problem }
}

function toPlace(hostname: string, port: string): UrlPlace {
  const host = hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '')
  return {
    host,
    port: port === '' ? 443 : Number(port),
    // Joined, it is one piece, so that JSON with it is written faster.
    authority: [host.includes(':') ? hostname : host, ...(port === '' ? [] : [port])].join(':'),
  }
}

function findProblemInText(authority: string): string | null {
  if (/<%|%>/.test(authority)) return noOtherTags
  if (forbiddenInUrl.test(authority)) return forbiddenComplaint
  if (authority.includes('@')) return userInfoComplaint
  return authority === '' ? 'has no host' : null
}

function findProblem(hostname: string, port: string): string | null {
  if (port === '0') return 'has the port 0, on which no server can listen'
  if (hostname.startsWith('[')) return null
  return isHostName(hostname)
    ? problemOfLabels(hostname)
    : `has a host name that is not valid: ${findReason(hostname)}`
}

/** What the URL parser refuses: the port, or else the host. */
function describeInvalid(authority: string): string {
  const [, host = '', port] = /^(.*?)(?::([^:\]]*))?$/.exec(authority) ?? []
  return port !== undefined && URL.canParse(`https://${host}/`)
    ? 'has a port that is not valid: a port is a number from 1 to 65535'
    : `has a host that is not valid${reasonOfHost(host)}`
}

function findReason(hostname: string): string {
  const name = hostname.replace(/\.$/, '')
  if (name.split('.').includes('')) return 'a part between two dots is empty'
  return name.length > 253
    ? 'it has more than 253 characters'
    : 'a part between two dots has more than 63 characters'
}

/** What is wrong with a host that the URL parser refuses, as far as one look tells. */
function reasonOfHost(host: string): string {
  if (/^\[.*%/.test(host)) return ': an IPv6 address stands without its zone, which begins with %'
  if (/^[^[]*:.*:/.test(host)) return ': an IPv6 address needs brackets, as in [2001:db8::1]'
  if (host.startsWith('[')) return ': what is in brackets is no IPv6 address'
  if (/%(?![\da-f]{2})/i.test(host)) return ': it has a "%" alone'
  if (/^[\d.]+$/.test(host)) return ': it is no IPv4 address, whose four numbers are at most 255'
  const [character] = /[<>^|%#?{}$!*'"(),;&=+~`]/.exec(host) ?? []
  return character === undefined ? '' : `: a name cannot have ${character}`
}

function problemOfLabels(hostname: string): string | null {
  const problem = findLabelProblem(hostname)
  return problem === null ? null : `has a host name that is not valid: ${problem}`
}

/**
 * The label of an ASCII host that begins with `xn--` and is not valid, as a sentence without its period; null if there is none.
 * The URL parser does not check these labels, although such a name cannot be registered.
 */
export function findLabelProblem(hostname: string): string | null {
  const label = hostname.split('.').find((each) => each.startsWith('xn--') && !isPunycode(each))
  return label === undefined ? null : `${quoteName(label)} begins with "xn--" and is not valid punycode`
}

/** Next to a label outside ASCII the parser decodes and checks all other labels, too (UTS #46, section 4). */
function isPunycode(label: string): boolean {
  return URL.canParse(`https://${label}.ü/`)
}

/** RFC 1035: labels of 1 to 63 octets, 253 in all, a final dot aside. */
function isHostName(hostname: string): boolean {
  const name = hostname.replace(/\.$/, '')
  return name.length <= 253 && name.split('.').every((label) => label.length >= 1 && label.length <= 63)
}
