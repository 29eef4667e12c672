/**
 * Names that no public webhook has, and who says so. `*.` also stands for the name without it. They are defence
 * in depth: what counts is the address behind them. `docs/security.md` has the same table.
 */
export const specialNames: readonly (readonly [pattern: string, source: string])[] = [
  ['*.localhost', 'RFC 6761'],
  ['*.invalid', 'RFC 6761'],
  ['*.local', 'RFC 6762; also Kubernetes, as `cluster.local`'],
  ['*.home.arpa', 'RFC 8375'],
  ['*.onion', 'RFC 7686'],
  ['*.internal', 'ICANN, for private use; also Google, as `metadata.google.internal`'],
  ['*.lan', 'home routers'],
  ['*.svc', 'Kubernetes'],
  ['instance-data.*', 'AWS metadata'],
  ['metadata.goog', 'Google metadata'],
  ['metadata.tencentyun.com', 'Tencent metadata'],
]

/** Expects lower case and no final dot. A name without a dot is one of the machine's own network. */
export function isSpecialName(host: string): boolean {
  return !host.includes('.') || specialNames.some(([pattern]) => matches(host, pattern))
}

function matches(host: string, pattern: string): boolean {
  if (pattern.startsWith('*.')) return host === pattern.slice(2) || host.endsWith(pattern.slice(1))
  return pattern.endsWith('.*') ? host.startsWith(pattern.slice(0, -1)) : host === pattern
}
