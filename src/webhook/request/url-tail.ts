import { isCredentialName } from './credential-name.ts'

/** What stands behind the authority of a URL, in the two parts that are sent. */
export interface UrlTail {
  readonly path: string
  /** Without `?`; null where there is none. */
  readonly query: string | null
  /** Path and query with secrets masked. */
  readonly display: { readonly path: string; readonly query: string | null }
  /** Names in the query that are most likely those of credentials. */
  readonly credentialNames: readonly string[]
  /** Whether the URL goes on behind a `#`, which no client sends. */
  readonly hasFragment: boolean
}

/** Takes apart what stands behind the authority. */
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

/** No rendered URL has NUL: it stands for a secret whose binding is judged. */
function toAscii(text: string): string {
  return text.replace(/[^\0\x21-\x7e]+/g, encodeURIComponent)
}
