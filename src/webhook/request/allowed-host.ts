import { parseAuthority, type UrlPlace } from './authority.ts'

/** A host that the URL of a value may lead to, or all names below one, on one port. */
export interface AllowedHost {
  readonly kind: 'host' | 'suffix'
  /** As in the URL; that of a suffix begins with its dot. */
  readonly text: string
  readonly port: number
}

/** An entry of `hosts`, or what is wrong with it as the end of a sentence. */
export type ParsedAllowedHost =
  | { readonly ok: true; readonly allowed: AllowedHost }
  | { readonly ok: false; readonly problem: string }

/** Reads an entry of `hosts`: a name, an address, or `*.suffix`, each with or without a port. */
export function parseAllowedHost(entry: string): ParsedAllowedHost {
  const complaint = complaintAbout(entry)
  if (complaint !== null) return { ok: false, problem: complaint }
  const isSuffix = entry.startsWith('*.')
  const written = isSuffix ? entry.slice(2) : entry
  // Below a suffix stand names, so that it is judged by one of them.
  const parsed = parseAuthority(isSuffix ? `a.${written}` : written)
  if (!parsed.ok) return { ok: false, problem: notAHost }
  const { host, port } = parsed.place
  if (!isAsWritten(host, written) || (isSuffix && !host.startsWith('a.')))
    return { ok: false, problem: notAHost }
  const kind = isSuffix ? 'suffix' : 'host'
  return { ok: true, allowed: { kind, text: isSuffix ? host.slice(1) : host, port } }
}

/** Whether one of the entries names where a URL leads. */
export function isAllowed({ host, port }: UrlPlace, allowed: readonly AllowedHost[]): boolean {
  return allowed.some((one) => one.port === port && namesHost(one, host))
}

function namesHost({ kind, text }: AllowedHost, host: string): boolean {
  return kind === 'host' ? host === text : host.length > text.length && host.endsWith(text)
}

const notAHost =
  'must be the name of a host, an address or *.suffix, each with a port where that is not 443: api.example.com, *.example.com, api.example.com:8443, [2001:db8::1]'

function complaintAbout(entry: string): string | null {
  if (entry.includes('{{') || entry.includes('{%'))
    return 'must be no template: hosts are named by the author'
  if (entry.includes('://')) return `must have no scheme; ${notAHost}`
  if (/[/?#]/.test(entry)) return `must have no path; ${notAHost}`
  if (/[\s\p{Cc}\\@%]/u.test(entry)) return notAHost
  if (entry.lastIndexOf('*') > 0 || entry === '*')
    return `must have a * as its whole first label only; ${notAHost}`
  return null
}

/** Only what is meant to be an address is one: `127.1` would be another one than it looks. */
function isAsWritten(host: string, written: string): boolean {
  if (host.includes(':')) return true
  const isName = /^[a-z\d_-]+(?:\.[a-z\d_-]+)*$/.test(host)
  const isIpv4 = /^\d+(?:\.\d+){3}$/.test(host)
  return isName && (!isIpv4 || written.replace(/:\d+$/, '').replace(/\.$/, '') === host)
}
