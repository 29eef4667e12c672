import { isCredentialName } from './credential-name.ts'

/** Path and query of a URL, the two parts of the request target. */
export interface UrlTail {
  readonly path: string
  /** The query without `?`; null if there is none. */
  readonly query: string | null
  /** Path and query with secrets masked. */
  readonly display: { readonly path: string; readonly query: string | null }
  /** Names of parameters that look like credentials. */
  readonly credentialNames: readonly string[]
  /** Whether the URL has a fragment. HTTP clients do not send it. */
  readonly hasFragment: boolean
}

/** Splits the part of a URL after the authority. */
export function splitTail(text: string): UrlTail {
  const [beforeFragment = '', fragment = ''] = text.split('#', 2)
  const question = beforeFragment.indexOf('?')
  const path = question === -1 ? beforeFragment : beforeFragment.slice(0, question)
  const query = question === -1 ? null : toAscii(beforeFragment.slice(question + 1))
  const parts = { path: toAscii(path === '' ? '/' : path), query }
  return {
    ...parts,
    display: parts,
    credentialNames: parameterNames(query).filter(isCredentialName),
    hasFragment: fragment !== '',
  }
}

/** Names of the parameters that have a value. */
function parameterNames(query: string | null): string[] {
  return (query ?? '').split('&').flatMap((pair) => /^([^=]+)=./.exec(pair)?.[1] ?? [])
}

/** Keeps NUL, which a rendered URL cannot have: it marks a secret while its binding is checked. */
function toAscii(text: string): string {
  return text.replace(/[^\0\x21-\x7e]+/g, encodeURIComponent)
}
