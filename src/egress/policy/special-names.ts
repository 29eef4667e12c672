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
  if (!host.includes('.')) return true
  const dotted = `.${host}`
  return (
    names.has(host) ||
    suffixes.some((suffix) => dotted.endsWith(suffix)) ||
    prefixes.some((prefix) => host.startsWith(prefix))
  )
}

const patterns = specialNames.map(([pattern]) => pattern)
const suffixes = patterns.filter((pattern) => pattern.startsWith('*.')).map((pattern) => pattern.slice(1))
const prefixes = patterns.filter((pattern) => pattern.endsWith('.*')).map((pattern) => pattern.slice(0, -1))
const names: ReadonlySet<string> = new Set(patterns.filter((pattern) => !pattern.includes('*')))
