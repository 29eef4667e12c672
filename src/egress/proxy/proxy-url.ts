import { secretNamePattern } from '../../contract/names.ts'
import { parseIp } from '../policy/ip-address.ts'

/** A part of the credentials of a proxy: a text, or the name of a stored secret. */
export type Credential =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'secret'; readonly name: string }

/** The URL of a forward proxy, as the operator writes it. */
export interface ProxyUrl {
  readonly isSecure: boolean
  /** A name, or an address without brackets. */
  readonly host: string
  readonly port: number
  /** Null: the proxy asks for no credentials. */
  readonly user: Credential | null
  /** Null: the URL has none. */
  readonly password: Credential | null
}

/** The URL, or what it must be: the end of a sentence that begins with the name of the setting. It shows no value. */
export type ParsedProxyUrl =
  | { readonly ok: true; readonly value: ProxyUrl }
  | { readonly ok: false; readonly problem: string }

/** Reads `http://user:password@host:port`. User and password may each be a reference to a stored secret. */
export function parseProxyUrl(text: string): ParsedProxyUrl {
  const [, scheme, userInfo, authority] =
    /^(https?):\/\/(?:([^@/?#\\]*)@)?([^@/?#\\\s]+)\/?$/.exec(text) ?? []
  if (scheme === undefined || authority === undefined) return wrong(form + describeOther(text))
  const url = URL.parse(`${scheme}://${authority}`)
  if (url === null || url.hostname === '' || url.port === '0') return wrong(form)
  const [userText, passwordText, ...others] = (userInfo ?? '').split(':')
  const user = parseCredential(userText)
  const password = parseCredential(passwordText)
  if (others.length > 0 || user === undefined || password === undefined) return wrong(badCredentials)
  if (userInfo !== undefined && user === null) return wrong(badCredentials)
  // RFC 7617, section 2: a colon ends the user.
  if (user?.kind === 'text' && user.text.includes(':')) return wrong('must have a user without a colon')
  return {
    ok: true,
    value: {
      isSecure: scheme === 'https',
      host: readHost(url.hostname),
      port: Number(url.port || (scheme === 'https' ? 443 : 80)),
      user,
      password,
    },
  }
}

const form =
  'must be the URL of a proxy, http://host:port or https://host:port, with a user, a colon, a password and @ before the host if the proxy asks for them'

/** What a text is that looks like the address of a proxy. */
function describeOther(text: string): string {
  if (/^socks/i.test(text)) return '; the service does not speak SOCKS: use the HTTP port of the proxy'
  if (/^pac\+/i.test(text)) return '; the service reads no PAC file'
  if (/^https?:\/\/[^/]+\/./i.test(text)) return '; leave out the path behind the port'
  return /^[a-z][a-z0-9+.-]{0,20}:\/\//i.test(text) ? '' : '; write http:// before the host'
}

const badCredentials =
  'must have user and password in the form user:password@, with special characters percent-encoded, or as references to stored secrets'

const reference = new RegExp(`^\\{\\{\\s*secrets\\.(${secretNamePattern})\\s*\\}\\}$`)

/** Null for none, undefined for a malformed one. */
function parseCredential(text: string | undefined): Credential | null | undefined {
  if (text === undefined || text === '') return null
  const [, name] = reference.exec(text) ?? []
  if (name !== undefined) return { kind: 'secret', name }
  const decoded = decode(text)
  return decoded === null || /[{}\s]/.test(text) || hasControls(decoded)
    ? undefined
    : { kind: 'text', text: decoded }
}

/** RFC 7617, section 2: neither user nor password has control characters. */
export function hasControls(text: string): boolean {
  return /\p{Cc}/u.test(text)
}

function decode(text: string): string | null {
  try {
    return decodeURIComponent(text)
  } catch {
    return null
  }
}

function readHost(hostname: string): string {
  const host = hostname.replace(/^\[|\]$/g, '')
  return parseIp(host) === null ? host.replace(/\.$/, '') : host
}

function wrong(problem: string): ParsedProxyUrl {
  return { ok: false, problem }
}
