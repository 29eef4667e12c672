import { parseAuthority, type UrlPlace } from './authority.ts'

/** An entry of `hosts`: one host, or all names below a suffix, on one port. */
export interface AllowedHost {
  readonly kind: 'host' | 'suffix'
  /** The host as in a URL. A suffix begins with its dot. */
  readonly text: string
  readonly port: number
}

/** An entry of `hosts`, or the problem with it as the end of a sentence. */
export type ParsedAllowedHost =
  | { readonly ok: true; readonly allowed: AllowedHost }
  | { readonly ok: false; readonly problem: string }

/** Reads an entry of `hosts`: a name, an address, or `*.suffix`, each with or without a port. */
export function parseAllowedHost(entry: string): ParsedAllowedHost {
  const complaint = complaintAbout(entry)
  if (complaint !== null) return { ok: false, problem: complaint }
  const isSuffix = entry.startsWith('*.')
  const written = isSuffix ? entry.slice(2) : entry
  // A suffix alone is not an authority, so a name below it is parsed in its place.
  const parsed = parseAuthority(isSuffix ? `a.${written}` : written)
  if (!parsed.ok) return { ok: false, problem: notAHost }
  const { host, port } = parsed.place
  if (!isAsWritten(host, written) || (isSuffix && !host.startsWith('a.')))
    return { ok: false, problem: notAHost }
  const kind = isSuffix ? 'suffix' : 'host'
  return { ok: true, allowed: { kind, text: isSuffix ? host.slice(1) : host, port } }
}

/** Whether an entry allows the host and port of a URL. */
export function isAllowed({ host, port }: UrlPlace, allowed: readonly AllowedHost[]): boolean {
  return allowed.some((one) => one.port === port && namesHost(one, host))
}

function namesHost({ kind, text }: AllowedHost, host: string): boolean {
  return kind === 'host' ? host === text : host.length > text.length && host.endsWith(text)
}

const notAHost =
  'must be the name of a host, an address or *.suffix, with a port if it is not 443: api.example.com, *.example.com, api.example.com:8443, [2001:db8::1]'

function complaintAbout(entry: string): string | null {
  if (entry.includes('{{') || entry.includes('{%'))
    return 'must not be a template: the author names the hosts'
  if (entry.includes('://')) return `must not have a scheme; ${notAHost}`
  if (/[/?#]/.test(entry)) return `must not have a path; ${notAHost}`
  if (/[\s\p{Cc}\\@%]/u.test(entry)) return notAHost
  if (entry.lastIndexOf('*') > 0 || entry === '*')
    return `must use * only as its whole first label; ${notAHost}`
  return null
}

/** The URL parser reads `127.1` as 127.0.0.1. Such shortened addresses are refused. */
function isAsWritten(host: string, written: string): boolean {
  if (host.includes(':')) return true
  const isName = /^[a-z\d_-]+(?:\.[a-z\d_-]+)*$/.test(host)
  const isIpv4 = /^\d+(?:\.\d+){3}$/.test(host)
  return isName && (!isIpv4 || written.replace(/:\d+$/, '').replace(/\.$/, '') === host)
}
