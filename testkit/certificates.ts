import 'reflect-metadata'
import { randomBytes, webcrypto } from 'node:crypto'
import * as x509 from '@peculiar/x509'

/** Certificates and key of a TLS server, as PEM. */
export interface Credentials {
  readonly key: string
  readonly cert: string
}

/** The content of a server's certificate. Default: valid, for `localhost` and 127.0.0.1. */
export interface CertificateOptions {
  readonly names?: readonly string[]
  readonly addresses?: readonly string[]
  readonly notBefore?: Date
  readonly notAfter?: Date
  /** The subject. Without `names` and `addresses` only the subject names the host. */
  readonly commonName?: string
  readonly purpose?: 'server' | 'client'
  /** RSA with this many bits instead of ECDSA. */
  readonly rsaBits?: number
  /** Whether the certificate is self-signed. */
  readonly isSelfSigned?: boolean
  /** The digest of the signature. */
  readonly digest?: 'SHA-256' | 'SHA-1'
}

/** A certificate authority for tests. */
export interface Authority {
  /** The certificate of the authority, for EGRESS_CA_FILE. */
  readonly pem: string
  issue(options?: CertificateOptions): Promise<Credentials>
  /** Creates an authority whose certificate this one issues. */
  createIntermediate(): Promise<Authority>
}

const dayMs = 86_400_000
const ecdsa = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const
const { serverAuth, clientAuth } = x509.ExtendedKeyUsage

const authorityExtensions: readonly x509.Extension[] = [
  new x509.BasicConstraintsExtension(true, undefined, true),
  new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
]

export async function createAuthority(name = 'Test authority'): Promise<Authority> {
  const keys = await createKeys()
  const root = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: randomSerial(),
    name: `CN=${name}`,
    notBefore: new Date(Date.now() - dayMs),
    notAfter: new Date(Date.now() + 365 * dayMs),
    signingAlgorithm: ecdsa,
    keys,
    extensions: [...authorityExtensions],
  })
  return toAuthority(root, keys.privateKey)
}

function toAuthority(certificate: x509.X509Certificate, key: CryptoKey): Authority {
  return {
    pem: certificate.toString('pem'),
    issue: (options = {}) => issue(certificate, key, options),
    createIntermediate: () => createIntermediate(certificate, key),
  }
}

async function createIntermediate(issuer: x509.X509Certificate, signingKey: CryptoKey): Promise<Authority> {
  const keys = await createKeys()
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: randomSerial(),
    subject: 'CN=Test intermediate',
    issuer: issuer.subject,
    notBefore: new Date(Date.now() - dayMs),
    notAfter: new Date(Date.now() + 365 * dayMs),
    signingAlgorithm: ecdsa,
    publicKey: keys.publicKey,
    signingKey,
    extensions: [...authorityExtensions],
  })
  return toAuthority(certificate, keys.privateKey)
}

async function issue(
  issuer: x509.X509Certificate,
  signingKey: CryptoKey,
  { names = ['localhost'], addresses = ['127.0.0.1'], purpose = 'server', ...options }: CertificateOptions,
): Promise<Credentials> {
  const keys = await createKeys(options.rsaBits)
  const subject = `CN=${options.commonName ?? names[0] ?? addresses[0] ?? 'nobody'}`
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: randomSerial(),
    subject,
    issuer: options.isSelfSigned ? subject : issuer.subject,
    notBefore: options.notBefore ?? new Date(Date.now() - dayMs),
    notAfter: options.notAfter ?? new Date(Date.now() + 30 * dayMs),
    signingAlgorithm: { ...ecdsa, hash: options.digest ?? ecdsa.hash },
    publicKey: keys.publicKey,
    signingKey: options.isSelfSigned ? keys.privateKey : signingKey,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.ExtendedKeyUsageExtension([purpose === 'server' ? serverAuth : clientAuth]),
      ...subjectAlternativeNames(names, addresses),
    ],
  })
  return { key: await privateKeyPem(keys.privateKey), cert: certificate.toString('pem') }
}

function subjectAlternativeNames(names: readonly string[], addresses: readonly string[]): x509.Extension[] {
  const all = [
    ...names.map((value) => ({ type: 'dns', value }) as const),
    ...addresses.map((value) => ({ type: 'ip', value }) as const),
  ]
  return all.length === 0 ? [] : [new x509.SubjectAlternativeNameExtension(all)]
}

function createKeys(rsaBits?: number): Promise<webcrypto.CryptoKeyPair> {
  const rsa = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256', publicExponent: new Uint8Array([1, 0, 1]) }
  const algorithm = rsaBits === undefined ? ecdsa : { ...rsa, modulusLength: rsaBits }
  return webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
}

async function privateKeyPem(key: CryptoKey): Promise<string> {
  return x509.PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', key), 'PRIVATE KEY')
}

/** Positive and of full length: TLS libraries refuse a second certificate with a known serial number. */
function randomSerial(): string {
  return `40${randomBytes(15).toString('hex')}`
}
