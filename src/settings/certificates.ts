import { X509Certificate } from 'node:crypto'

/** Parses the certificates of a PEM text. Throws if one is invalid. */
export function parseCertificates(pem: string): readonly X509Certificate[] {
  const begun = pem.split('-----BEGIN ').slice(1)
  return begun
    .filter((part) => /^CERTIFICATE-----[^-]+-----END CERTIFICATE-----/.test(part))
    .map((part) => new X509Certificate(`-----BEGIN ${part}`))
}

/** Warnings for the operator about expired certificates, or those not yet valid. */
export function describeInvalidCertificates(pem: string, now = new Date()): readonly string[] {
  const unusable = parseCertificates(pem).filter(
    ({ validFromDate, validToDate }) => now < validFromDate || validToDate < now,
  )
  if (unusable.length === 0) return []
  return [`certificates of EGRESS_CA_FILE that are not valid today: ${unusable.map(describe).join('; ')}`]
}

function describe({ subject, serialNumber, validFromDate, validToDate }: X509Certificate): string {
  const [from, to] = [validFromDate, validToDate].map((date) => date.toISOString().slice(0, 10))
  // Node leaves out an empty subject, contrary to its types.
  const name = subject || `serial number ${serialNumber}`
  return `${name.replaceAll('\n', ', ')} (${from} to ${to})`
}
