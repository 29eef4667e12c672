import { headerValue } from '../wire/headers.ts'
import { readChallenge } from './credential.ts'
import type { Explanation } from './explained-node.ts'
import type { Situation } from './situation.ts'

const maxShown = 120

/** Whether `WWW-Authenticate` says that the token is in order and lacks a scope (RFC 6750, section 3.1). */
export function lacksScopeByHeader({ response }: Situation): boolean {
  return /\berror="?insufficient_scope\b/i.test(headerValue(response.headers, 'www-authenticate') ?? '')
}

/** What a call needs by the headers of its answer, as a sentence with a space before it; empty if they tell nothing. */
export function describeNeeds(situation: Situation): string {
  const { response } = situation
  const scope = readChallenge(response)?.scope ?? null
  const quote = scope === null ? null : situation.quoted(scope, maxShown)
  if (quote !== null) return ` It needs the scope ${quote}.`
  const permissions = headerValue(response.headers, 'x-accepted-github-permissions')?.trim() ?? ''
  const needed = permissions === '' ? null : situation.quoted(permissions, maxShown)
  if (needed !== null) return ` It needs the permission ${needed}.`
  return describeScopes(situation) ?? ''
}

/** Scopes that the call needs one of, and those that the token has, as GitHub and others send them. Null if the token has one, or if none is needed. */
function describeScopes(situation: Situation): string | null {
  const { headers } = situation.response
  const [accepted, own] = ['x-accepted-oauth-scopes', 'x-oauth-scopes'].map((name) =>
    headerValue(headers, name),
  )
  const wanted = listScopes(accepted)
  const has = listScopes(own)
  if (wanted.length === 0 || wanted.some((scope) => has.includes(scope))) return null
  const quote = situation.quoted(wanted.join(', '), maxShown)
  const known = has.length === 0 ? null : situation.quoted(has.join(', '), maxShown)
  if (quote === null) return null
  const only = own === undefined ? '' : known === null ? ', and has none' : `, and has ${known} only`
  return ` It needs the scope ${quote}${wanted.length > 1 ? ', or one of these' : ''}${only}.`
}

function listScopes(header = ''): readonly string[] {
  return header
    .slice(0, 1_000)
    .split(/[\s,]+/)
    .filter((scope) => scope !== '')
}

/** A target may answer 404 to a token without the scope that it needs. Null if the headers do not say so. */
export function explainHiddenByScope(situation: Situation): Explanation | null {
  const { status, credential, said } = situation
  if (status !== 404 || credential === null) return null
  const needs = describeScopes(situation)
  if (needs === null) return null
  return {
    hint: `The target answers 404${said}, and its headers say that the credential lacks a scope.${needs} It comes from ${credential.words}: give it the scope at the target, or use another one. If it has the scope, check the URL.`,
    path: credential.path,
  }
}
