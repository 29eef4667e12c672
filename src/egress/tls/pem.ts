/** One block of a PEM text (RFC 7468). */
export interface PemBlock {
  /** The words behind BEGIN, such as `CERTIFICATE`. */
  readonly label: string
  /** The block from BEGIN to END. */
  readonly text: string
}

const begin = '-----BEGIN '
const dashes = '-----'

/** The blocks of a PEM text, in order. Text between blocks is left out, as RFC 7468, section 2, says. */
export function readPem(text: string): readonly PemBlock[] {
  const blocks: PemBlock[] = []
  for (let at = text.indexOf(begin); at !== -1; at = text.indexOf(begin, at)) {
    const labelEnd = text.indexOf(dashes, at + begin.length)
    if (labelEnd === -1) break
    const label = text.slice(at + begin.length, labelEnd)
    const end = `-----END ${label}-----`
    // A label has no line break, so a text without END is not searched again for each of its beginnings.
    const endAt = label.length > maxLabelLength ? -1 : text.indexOf(end, labelEnd)
    if (endAt === -1) break
    blocks.push({ label, text: text.slice(at, endAt + end.length) })
    at = endAt + end.length
  }
  return blocks
}

const maxLabelLength = 64

/** The bytes of a block without headers. */
export function decodePem({ text }: PemBlock): Buffer {
  return Buffer.from(text.slice(text.indexOf('\n'), text.lastIndexOf('-----END')), 'base64')
}

/** Why a text has no block that is looked for, as far as its form tells: the end of a sentence. Empty if it does not. */
export function explainNoPem(text: string, blocks: readonly PemBlock[]): string {
  const known = blocks.find(({ label }) => otherContents.has(label))
  if (known !== undefined) return `: it has ${otherContents.get(known.label)}`
  if (!text.includes(begin)) return ': it is not PEM, which begins with "-----BEGIN"'
  if (hasWrittenBreaks(text)) return writtenBreaks
  return blocks.length === 0 ? ': its "-----END" line is missing, or does not match "-----BEGIN"' : ''
}

const writtenBreaks = ': its line breaks are written as \\n'

/** Whether a text has the two characters of an escape where a line break belongs. */
export function hasWrittenBreaks(text: string): boolean {
  return text.includes(String.raw`\n`)
}

/** Why the content of a block cannot be read, as far as its form tells: the end of a sentence. Empty if it does not. */
export function explainUnreadable({ text }: PemBlock): string {
  if (hasWrittenBreaks(text)) return writtenBreaks
  return text.includes('\n') ? '' : ': its line breaks are missing'
}

/** Labels that belong elsewhere, so that they may be named. Any other label may be a part of a secret. */
const otherContents: ReadonlyMap<string, string> = new Map([
  ['CERTIFICATE', 'a certificate'],
  ['PRIVATE KEY', 'a private key'],
  ['RSA PRIVATE KEY', 'a private key'],
  ['EC PRIVATE KEY', 'a private key'],
  ['ENCRYPTED PRIVATE KEY', 'a private key'],
  ['OPENSSH PRIVATE KEY', 'a key in the format of OpenSSH, which "ssh-keygen -p -m PEM" converts'],
  ['PUBLIC KEY', 'a public key'],
  ['CERTIFICATE REQUEST', 'a certificate request, which an authority still has to sign'],
  ['PKCS7', 'PKCS #7, which "openssl pkcs7 -print_certs" converts'],
])
