/**
 * Names that no public webhook has, and their sources. `*.` also matches the name without it. They are defence in
 * depth: the address behind a name decides. `docs/security.md` has the same table.
 */
export const specialNames: readonly SpecialNameRow[] = [
  ['metadata.google.internal', 'Google metadata', 'metadata_service'],
  ['metadata.goog', 'Google metadata', 'metadata_service'],
  ['metadata.tencentyun.com', 'Tencent metadata', 'metadata_service'],
  ['instance-data.*', 'AWS metadata', 'metadata_service'],
  ['*.localhost', 'RFC 6761', 'own_machine'],
  ['*.invalid', 'RFC 6761', 'nowhere'],
  ['*.local', 'RFC 6762; also Kubernetes, as `cluster.local`', 'local'],
  ['*.home.arpa', 'RFC 8375', 'private'],
  ['*.onion', 'RFC 7686', 'nowhere'],
  ['*.internal', 'ICANN, for private use', 'private'],
  ['*.lan', 'home routers', 'private'],
  ['*.svc', 'Kubernetes', 'private'],
]

/** Kinds of such names. `bare`: a name without a dot, from the machine's own network. */
export type SpecialName = 'bare' | 'own_machine' | 'local' | 'private' | 'nowhere' | 'metadata_service'

/** The first row that matches decides. */
export type SpecialNameRow = readonly [pattern: string, source: string, kind: SpecialName]

/** Null for an ordinary name. Expects lower case and no final dot. */
export function findSpecialName(host: string): SpecialName | null {
  const row = specialNames.find(([pattern]) => matches(host, pattern))
  return row?.[2] ?? (host.includes('.') ? null : 'bare')
}

function matches(host: string, pattern: string): boolean {
  if (pattern.startsWith('*.')) return `.${host}`.endsWith(pattern.slice(1))
  return pattern.endsWith('.*') ? host.startsWith(pattern.slice(0, -1)) : host === pattern
}
