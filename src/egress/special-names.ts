/** Names that no public webhook has. They are defence in depth: what counts is the address behind them. */
const specialNames = new Set(['metadata.goog', 'metadata.tencentyun.com'])

const specialSuffixes: readonly string[] = [
  '.localhost', // RFC 6761
  '.invalid', //   RFC 6761
  '.local', //     RFC 6762, and cluster.local of Kubernetes
  '.home.arpa', // RFC 8375
  '.onion', //     RFC 7686
  '.internal', //  reserved by ICANN for private use, metadata.google.internal included
  '.lan',
  '.svc', //       services of Kubernetes
]

/** Expects lower case and no final dot. */
export function isSpecialName(host: string): boolean {
  return (
    !host.includes('.') ||
    specialNames.has(host) ||
    host.startsWith('instance-data.') || // metadata of AWS
    specialSuffixes.some((suffix) => host.endsWith(suffix) || host === suffix.slice(1))
  )
}
