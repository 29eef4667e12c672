import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto'
import type { TlsMember, TlsSettings } from '../../webhook/wire/tls-settings.ts'
import { maxWork, readDerivationWork } from './key-derivation.ts'
import {
  decodePem,
  explainNoPem,
  explainUnreadable,
  hasWrittenBreaks,
  type PemBlock,
  readPem,
} from './pem.ts'

/** A certificate with its chain and its key, ready for a secure context, and the time in which it is valid. */
export interface ClientIdentity extends Validity {
  readonly cert: string
  readonly key: string
}

/** Milliseconds since 1970. */
export interface Validity {
  readonly notBefore: number
  readonly notAfter: number
}

/** What is wrong with a member of `tls`: a sentence that says nothing of its content but dates, kinds and sizes. */
export interface TlsProblem {
  readonly member: TlsMember
  readonly detail: string
  /** What helps, where it is something else than what helps against most mistakes of the member. */
  readonly hint?: string
}

/** A value, or what is wrong with the text that it was read from. */
export type Read<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problem: TlsProblem }

/** Certificates in a client's chain. Servers accept ten at most (OpenSSL's depth is 100). */
const maxChain = 20
/** Certificates to trust. */
const maxAuthorities = 200
/** A signature with a longer RSA key stops the service for more than 100 ms. */
const maxRsaBits = 8_192

/** Reads a certificate and its private key, and checks that they belong together. */
export function readIdentity(
  certificate: string,
  { key, passphrase }: Pick<TlsSettings, 'key' | 'passphrase'>,
): Read<ClientIdentity> {
  const chain = readCertificates('certificate', certificate, maxChain)
  if (!chain.ok) return chain
  const opened = readKey(key ?? '', passphrase)
  if (!opened.ok) return opened
  const [own] = chain.value
  const refusal = own === undefined ? null : refusePair(chain.value, opened.value)
  if (own === undefined || refusal !== null) return failed('certificate', refusal ?? '', pairHint)
  return {
    ok: true,
    value: {
      cert: joinPem(chain.value),
      key: opened.value.export({ type: 'pkcs8', format: 'pem' }).toString(),
      ...readValidity(own),
    },
  }
}

const pairHint =
  'Store the certificate and the private key that were made for one another in the secrets that `certificate` and `key` in `tls` refer to.'

/** Reads authorities to trust. They are valid as long as one of them is. */
export function readAuthorities(ca: string): Read<Validity & { readonly ca: string }> {
  const read = readCertificates('ca', ca, maxAuthorities)
  if (!read.ok) return read
  const all = read.value.map(readValidity)
  return {
    ok: true,
    value: {
      ca: joinPem(read.value),
      notBefore: Math.min(...all.map(({ notBefore }) => notBefore)),
      notAfter: Math.max(...all.map(({ notAfter }) => notAfter)),
    },
  }
}

/** The end of the first certificate of a text, in milliseconds since 1970. Null for a text without one. */
export function findCertificateEnd(text: string): number | null {
  const block = readPem(text).find(isCertificate)
  const certificate = block === undefined ? null : parseCertificate(block)
  return certificate === null ? null : readValidity(certificate).notAfter
}

function readCertificates(
  member: 'certificate' | 'ca',
  text: string,
  most: number,
): Read<readonly X509Certificate[]> {
  const blocks = readPem(text)
  const own = blocks.filter(isCertificate)
  if (own.length === 0) return unreadable(member, `has no certificate${explainNoPem(text, blocks)}.`, text)
  if (own.length > most)
    return failed(member, `has ${own.length} certificates. The service takes ${most} at most.`)
  const certificates: X509Certificate[] = []
  for (const [index, block] of own.entries()) {
    const certificate = parseCertificate(block)
    if (certificate === null)
      return unreadable(
        member,
        `has a certificate that cannot be read, ${place(index, own.length)}${explainUnreadable(block)}.`,
        block.text,
      )
    certificates.push(certificate)
  }
  return { ok: true, value: certificates }
}

/** Which of several certificates. */
function place(index: number, count: number): string {
  return `number ${index + 1} of ${count}`
}

function isCertificate({ label }: PemBlock): boolean {
  return label === 'CERTIFICATE' || label === 'X509 CERTIFICATE' || label === 'TRUSTED CERTIFICATE'
}

function parseCertificate({ text }: PemBlock): X509Certificate | null {
  try {
    return new X509Certificate(text)
  } catch {
    return null
  }
}

const keyLabels: ReadonlySet<string> = new Set([
  'PRIVATE KEY',
  'RSA PRIVATE KEY',
  'EC PRIVATE KEY',
  'ENCRYPTED PRIVATE KEY',
])

function readKey(text: string, passphrase: string | null): Read<KeyObject> {
  const blocks = readPem(text)
  const block = blocks.find(({ label }) => keyLabels.has(label))
  if (block === undefined) return unreadable('key', `has no private key${explainNoPem(text, blocks)}.`, text)
  const isEncrypted = block.label === 'ENCRYPTED PRIVATE KEY' || block.text.includes('Proc-Type: 4,ENCRYPTED')
  if (isEncrypted && passphrase === null)
    return failed('key', 'is encrypted, and the node has no "passphrase" for it.', passphraseHint)
  const refusal = block.label === 'ENCRYPTED PRIVATE KEY' ? refuseWork(block) : null
  if (refusal !== null) return failed('key', refusal)
  const key = parseKey(block, passphrase)
  if (key === null)
    return isEncrypted
      ? failed('passphrase', 'does not open the key, or the key cannot be read.')
      : unreadable('key', `has a private key that cannot be read${explainUnreadable(block)}.`, block.text)
  const unfit = refuseKey(key)
  return unfit === null ? { ok: true, value: key } : failed('key', unfit)
}

/** A passphrase may be as much work as its file says: it is bounded before the work begins. */
function refuseWork(block: PemBlock): string | null {
  const work = readDerivationWork(decodePem(block))
  if (work === null) return 'has an encrypted private key that cannot be read.'
  const most = maxWork[work.kind]
  if (work.count <= most) return null
  return `takes too long to decrypt: ${amounts[work.kind]} must be ${most} at most. Encrypt it again, as "openssl pkcs8 -topk8" does.`
}

const amounts = { iterations: 'its iterations', scrypt: 'N·r·p of scrypt' } as const

const passphraseHint =
  'Add "passphrase" to `tls`, with a reference to a secret, or store the key without encryption.'

function parseKey({ text }: PemBlock, passphrase: string | null): KeyObject | null {
  try {
    return createPrivateKey(passphrase === null ? text : { key: text, passphrase })
  } catch {
    return null
  }
}

/** Curves that stand in a key as numbers, and not by name, are not of TLS, and may be any amount of work. */
function refuseKey({ asymmetricKeyType: type, asymmetricKeyDetails: details = {} }: KeyObject) {
  if (type === undefined || !keyTypes.has(type))
    return 'is of a kind that TLS does not use: RSA, EC and Ed25519 are usable.'
  const { modulusLength: bits = 0, namedCurve } = details
  if (bits > maxRsaBits) return `has ${bits} bits. The service takes ${maxRsaBits} at most.`
  return type === 'ec' && namedCurve === undefined ? 'is on a curve that TLS does not use.' : null
}

const keyTypes: ReadonlySet<string> = new Set(['rsa', 'rsa-pss', 'ec', 'ed25519', 'ed448'])

function refusePair(chain: readonly X509Certificate[], key: KeyObject): string | null {
  const at = chain.findIndex((certificate) => certificate.checkPrivateKey(key))
  if (at === 0) return null
  return at === -1
    ? 'does not belong to the key: its public key is another one.'
    : `has the certificate of the key as number ${at + 1} of ${chain.length}. It must be the first, and those of its issuers follow.`
}

function joinPem(certificates: readonly X509Certificate[]): string {
  return certificates.map(String).join('')
}

function readValidity({ validFromDate, validToDate }: X509Certificate): Validity {
  return { notBefore: validFromDate.getTime(), notAfter: validToDate.getTime() }
}

/** The sentence begins with the name of the member. */
function failed(
  member: TlsMember,
  rest: string,
  hint: string | null = null,
): { readonly ok: false; readonly problem: TlsProblem } {
  const problem = { member, detail: `"tls.${member}" ${rest}` }
  return { ok: false, problem: hint === null ? problem : { ...problem, hint } }
}

/** The same of a PEM text that cannot be read. */
function unreadable(member: TlsMember, rest: string, text: string): ReturnType<typeof failed> {
  return failed(member, rest, hasWrittenBreaks(text) ? breaksHint : null)
}

const breaksHint =
  'Put line breaks into the secret in place of the two characters \\n: a text in JSON has "\\n" for a line break, and "\\\\n" for the two characters.'
