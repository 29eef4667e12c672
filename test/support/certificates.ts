import 'reflect-metadata'
import { randomBytes, webcrypto } from 'node:crypto'
import * as x509 from '@peculiar/x509'

/** What a TLS server needs, as PEM. */
export interface Credentials {
  readonly key: string
  readonly cert: string
}

/** What the certificate of a server says; by default it is sound, for `localhost` and 127.0.0.1. */
export interface CertificateOptions {
  readonly names?: readonly string[]
  readonly addresses?: readonly string[]
  readonly notBefore?: Date
  readonly notAfter?: Date
  /** The subject. Without `names` and `addresses` it is the only place where the host is named. */
  readonly commonName?: string
  readonly purpose?: 'server' | 'client'
}

/** A certificate authority of our own. */
export interface Authority {
  /** Its certificate, for EGRESS_CA_FILE. */
  readonly pem: string
  issue(options?: CertificateOptions): Promise<Credentials>
}

const dayMs = 86_400_000
const ecdsa = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const
const { serverAuth, clientAuth } = x509.ExtendedKeyUsage

export async function createAuthority(name = 'Test authority'): Promise<Authority> {
  const keys = await createKeys()
  const root = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: randomSerial(),
    name: `CN=${name}`,
    notBefore: new Date(Date.now() - dayMs),
    notAfter: new Date(Date.now() + 365 * dayMs),
    signingAlgorithm: ecdsa,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
    ],
  })
  return { pem: root.toString('pem'), issue: (options = {}) => issue(root, keys.privateKey, options) }
}

async function issue(
  issuer: x509.X509Certificate,
  signingKey: CryptoKey,
  { names = ['localhost'], addresses = ['127.0.0.1'], purpose = 'server', ...options }: CertificateOptions,
): Promise<Credentials> {
  const keys = await createKeys()
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: randomSerial(),
    subject: `CN=${options.commonName ?? names[0] ?? addresses[0] ?? 'nobody'}`,
    issuer: issuer.subject,
    notBefore: options.notBefore ?? new Date(Date.now() - dayMs),
    notAfter: options.notAfter ?? new Date(Date.now() + 30 * dayMs),
    signingAlgorithm: ecdsa,
    publicKey: keys.publicKey,
    signingKey,
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

function createKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(ecdsa, true, ['sign', 'verify'])
}

async function privateKeyPem(key: CryptoKey): Promise<string> {
  return x509.PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', key), 'PRIVATE KEY')
}

/** Positive and of full length: TLS libraries refuse a second certificate with a serial number they know. */
function randomSerial(): string {
  return `40${randomBytes(15).toString('hex')}`
}
