/**
 * How much work a passphrase is in PKCS #8 (RFC 5958, RFC 8018): iterations of PBKDF2 or of the older schemes, or N·r·p of
 * scrypt (RFC 7914). Null if the DER is of another form.
 */
export type DerivationWork =
  | { readonly kind: 'iterations'; readonly count: number }
  | { readonly kind: 'scrypt'; readonly count: number }

/** The most work that the service does for a passphrase, on its only thread: some 50 ms. OpenSSL writes 2,048 iterations. */
export const maxWork: Readonly<Record<DerivationWork['kind'], number>> = {
  iterations: 200_000,
  scrypt: 262_144,
}

/** Reads the work of an EncryptedPrivateKeyInfo: its algorithm has its numbers behind the salt. */
export function readDerivationWork(der: Buffer): DerivationWork | null {
  const info = readElement(der, 0)
  const algorithm = info?.tag === sequence ? readElement(info.content, 0) : null
  if (algorithm?.tag !== sequence) return null
  const numbers = readFirstNumbers(algorithm.content, 0)
  if (numbers === null) return null
  const [count = 0, r = 1, p = 1] = numbers.values
  return numbers.oid === scryptOid ? { kind: 'scrypt', count: count * r * p } : { kind: 'iterations', count }
}

/** 1.3.6.1.4.1.11591.4.11, in the form of DER. */
const scryptOid = '2b06010401da47040b'

const integer = 0x02
const octets = 0x04
const objectId = 0x06
const sequence = 0x30

interface Element {
  readonly tag: number
  readonly content: Buffer
  /** Where the next element begins. */
  readonly end: number
}

/** The numbers of the first list that begins with a salt, and the object identifier before it. */
interface SaltedNumbers {
  readonly oid: string
  readonly values: readonly number[]
}

const maxDepth = 6

/** Goes down the first sequence behind an object identifier: scheme, then derivation, then its parameters. */
function readFirstNumbers(content: Buffer, depth: number): SaltedNumbers | null {
  let oid = ''
  let at = 0
  for (let element = readElement(content, at); element !== null; element = readElement(content, at)) {
    at = element.end
    if (element.tag === objectId) oid = element.content.toString('hex')
    if (element.tag !== sequence) continue
    const values = readSalted(element.content)
    if (values !== null) return { oid, values }
    return depth === maxDepth ? null : readFirstNumbers(element.content, depth + 1)
  }
  return null
}

function readSalted(content: Buffer): readonly number[] | null {
  const salt = readElement(content, 0)
  if (salt?.tag !== octets) return null
  const values: number[] = []
  for (let element = readElement(content, salt.end); element?.tag === integer; ) {
    if (element.content.length === 0) return null
    values.push(toNumber(element.content))
    element = readElement(content, element.end)
  }
  return values.length === 0 ? null : values
}

function toNumber(bytes: Buffer): number {
  return bytes.length > 6 ? Number.POSITIVE_INFINITY : bytes.readUIntBE(0, bytes.length)
}

/** Null behind the end, and for a length that does not fit. */
function readElement(bytes: Buffer, at: number): Element | null {
  const [tag, first] = [bytes[at], bytes[at + 1]]
  if (tag === undefined || first === undefined) return null
  const lengthBytes = first < 0x80 ? 0 : first - 0x80
  const start = at + 2 + lengthBytes
  if (lengthBytes > 4 || start > bytes.length) return null
  const length = lengthBytes === 0 ? first : bytes.readUIntBE(at + 2, lengthBytes)
  const end = start + length
  return end > bytes.length ? null : { tag, content: bytes.subarray(start, end), end }
}
