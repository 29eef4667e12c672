import { forbiddenInUrl, parseAuthority, type UrlPlace } from './authority.ts'
import { maxUrlLength } from './url.ts'

/** Where a redirect leads, or why the service does not go there, as the end of a sentence. */
export type ReadLocation =
  | {
      readonly ok: true
      readonly place: UrlPlace
      /** The authority as it stands there. Null for a relative reference. */
      readonly written: string | null
      readonly path: string
      readonly target: string
      /** The reference as it stands there. */
      readonly text: string
    }
  | { readonly ok: false; readonly problem: string }

/** The URL that answered, which a relative reference belongs to. */
export interface LocationBase {
  readonly place: UrlPlace
  readonly target: string
}

/**
 * Reads the value of a `Location` header (RFC 9110, section 10.2.2). What a URL parser would repair is refused, because two
 * parsers may repair it to two hosts. The fragment is dropped.
 */
export function readLocation(text: string, base: LocationBase): ReadLocation {
  const problem = findProblem(text)
  if (problem !== null) return refused(problem)
  const [, network, authority = ''] = /^((?:https:)?\/\/)([^/?#]*)/i.exec(text) ?? []
  if (network === undefined && hasScheme(text)) return refused('has no host behind https:')
  if (authority.includes('@'))
    return refused('has a user or a password before its host, which the service does not send')
  const parsed = network === undefined ? null : parseAuthority(authority)
  if (parsed?.ok === false) return refused(parsed.problem)
  const place = parsed?.place ?? base.place
  const rest = network === undefined ? text : text.slice(network.length + authority.length)
  // The authority is read already. The parser is left with what stands behind it.
  const reference = network !== undefined && !rest.startsWith('/') ? `/${rest}` : rest
  const origin = `https://${place.authority}`
  const url = resolve(reference, `${origin}${network === undefined ? base.target : '/'}`, origin)
  if (url === null) return refused('is not a valid reference')
  const target = `${url.pathname}${url.search}`
  if (target.length > maxUrlLength) return refused(tooLong)
  return {
    ok: true,
    place,
    written: network === undefined ? null : authority,
    path: url.pathname,
    target,
    text,
  }
}

/** A reference that begins with two slashes would name a host: here it is a path. */
function resolve(reference: string, base: string, origin: string): URL | null {
  return URL.parse(reference.startsWith('//') ? `${origin}${reference}` : reference, base)
}

const tooLong = `is longer than ${maxUrlLength} characters`

function findProblem(text: string): string | null {
  if (text === '') return 'is empty'
  if (text.length > maxUrlLength) return tooLong
  if (forbiddenInUrl.test(text)) return 'has white space, a control character or a backslash'
  if (/[^!-~]/.test(text)) return 'has a character outside of ASCII'
  if (/^http:/i.test(text)) return 'begins with http:, and the service sends https only'
  return hasScheme(text) && !/^https:/i.test(text) ? 'has another scheme than https' : null
}

function hasScheme(text: string): boolean {
  return /^[a-z][a-z\d+.-]*:/i.test(text)
}

function refused(problem: string): ReadLocation {
  return { ok: false, problem }
}
