import { quoteName } from '../values/text.ts'

/** Where a request goes. */
export interface UrlPlace {
  /** Lower-case name without final dot, or an IP literal without brackets. */
  readonly host: string
  readonly port: number
  /** Host and port as they stand in the URL and in the Host header: without the default port. */
  readonly authority: string
}

/** The authority of a URL, or what is wrong with it as the end of a sentence. */
export type ParsedAuthority =
  | { readonly ok: true; readonly place: UrlPlace }
  | { readonly ok: false; readonly problem: string }

/** What no part of a URL has. */
export const forbiddenInUrl = /[\s\p{Cc}\\]/u
/** Says so. */
export const forbiddenComplaint =
  'must not contain white space, control characters or a backslash; write a space as %20'

/** Reads an authority. It is read by the WHATWG parser and by nobody else afterwards. */
export function parseAuthority(authority: string): ParsedAuthority {
  const problem = findProblem(authority)
  if (problem !== null) return { ok: false, problem }
  const { hostname, port } = new URL(`https://${authority}/`)
  const host = hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '')
  return {
    ok: true,
    place: {
      host,
      port: port === '' ? 443 : Number(port),
      authority: `${host.includes(':') ? hostname : host}${port === '' ? '' : `:${port}`}`,
    },
  }
}

function findProblem(authority: string): string | null {
  if (forbiddenInUrl.test(authority)) return forbiddenComplaint
  if (authority.includes('@')) return 'must not contain user info; put credentials into "auth"'
  if (authority === '') return 'has no host'
  if (!URL.canParse(`https://${authority}/`)) return 'has a host or port that is not valid'
  const { hostname, port } = new URL(`https://${authority}/`)
  if (port === '0') return 'has the port 0, which nothing can listen on'
  if (hostname.startsWith('[')) return null
  return isHostName(hostname) ? problemOfLabels(hostname) : 'has a host name that is not valid'
}

/** The URL parser takes a host that is all ASCII as it stands, although nobody can have registered such a label. */
function problemOfLabels(hostname: string): string | null {
  const label = hostname.split('.').find((each) => each.startsWith('xn--') && !isPunycode(each))
  if (label === undefined) return null
  return `has a host name that is not valid: ${quoteName(label)} begins like the ASCII form of an international name (punycode), and is the form of none`
}

/** Beside a label that is not in ASCII the parser decodes and checks all others, too (UTS #46, section 4). */
function isPunycode(label: string): boolean {
  return URL.canParse(`https://${label}.ü/`)
}

/** RFC 1035: labels of 1 to 63 octets, 253 in all, a final dot aside. */
function isHostName(hostname: string): boolean {
  const name = hostname.replace(/\.$/, '')
  return name.length <= 253 && name.split('.').every((label) => label.length >= 1 && label.length <= 63)
}
