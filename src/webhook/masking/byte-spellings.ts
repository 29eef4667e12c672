/** The texts in which bytes are usually written. Base64 is without its padding, which says nothing of the bytes. */
export function listByteSpellings(bytes: Buffer): readonly string[] {
  const hex = bytes.toString('hex')
  const base64 = bytes.toString('base64').replaceAll('=', '')
  return [hex, hex.toUpperCase(), base64, bytes.toString('base64url')]
}
