import { createHmac, randomBytes } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import type { Failure } from '../../contract/failure.ts'
import type { TlsMember, TlsSettings } from '../../webhook/wire/tls-settings.ts'
import {
  type ClientIdentity,
  type Read,
  readAuthorities,
  readIdentity,
  type TlsProblem,
  type Validity,
} from './client-identity.ts'
import { type TlsContextOptions, TlsContexts } from './tls-contexts.ts'

/** What the connections of a node show, trust and demand. */
export interface TlsProfile {
  /** Equal for the same settings, and for no others. It tells nothing of them, and is another one in every process. */
  readonly digest: string
  readonly contexts: TlsContexts
  /** When the client certificate ends. Null without one. */
  readonly identityEnd: Date | null
}

/** A profile, or the failure of a call with these settings. */
export type OpenedTls =
  | { readonly ok: true; readonly profile: TlsProfile }
  | { readonly ok: false; readonly failure: Failure }

/** Profiles that are kept. The least recently used one makes room. One takes up to 100 KB. */
export const maxProfiles = 128

interface Checked {
  readonly profile: TlsProfile
  readonly identity: Validity | null
  readonly authorities: Validity | null
}

/** Checks what nodes say about TLS, and keeps the contexts that come of it, since making one takes up to milliseconds. */
export class TlsProfiles {
  readonly #options: Pick<TlsContextOptions, 'ca' | 'tlsGroups'>
  readonly #now: () => number
  /** A digest without a key would let a memory dump be searched for a guess. */
  readonly #key = randomBytes(32)
  readonly #kept = new LRUCache<string, Read<Checked>>({ max: maxProfiles })

  /** `ca` and `tlsGroups` are those of the service. `now`: milliseconds since 1970. */
  constructor(options: Pick<TlsContextOptions, 'ca' | 'tlsGroups'>, now: () => number = Date.now) {
    this.#options = options
    this.#now = now
  }

  /** What is wrong is kept, too: a wrong passphrase costs as much as a right one. */
  open(settings: TlsSettings): OpenedTls {
    const digest = this.#digest(settings)
    let checked = this.#kept.get(digest)
    if (checked === undefined) {
      checked = this.#check(settings, digest)
      this.#kept.set(digest, checked)
    }
    if (!checked.ok) return { ok: false, failure: toFailure(checked.problem) }
    const { profile, identity, authorities } = checked.value
    const problem = this.#findAge('certificate', identity) ?? this.#findAge('ca', authorities)
    return problem === null ? { ok: true, profile } : { ok: false, failure: toFailure(problem) }
  }

  /** Lengths stand between the members, so that no two settings are one text. */
  #digest({ certificate, key, passphrase, ca, minVersion }: TlsSettings): string {
    const hmac = createHmac('sha256', this.#key)
    for (const member of [certificate, key, passphrase, ca, minVersion])
      hmac.update(`${member?.length ?? 'none'}:`).update(member ?? '')
    return hmac.digest('base64url')
  }

  #check({ certificate, ca, minVersion, ...secret }: TlsSettings, digest: string): Read<Checked> {
    const identity = certificate === null ? none : readIdentity(certificate, secret)
    if (!identity.ok) return identity
    const authorities = ca === null ? none : readAuthorities(ca)
    if (!authorities.ok) return authorities
    const contexts = createContexts({
      ...(authorities.value === null
        ? { ca: this.#options.ca }
        : { ca: authorities.value.ca, trustsOnlyThese: true }),
      tlsGroups: this.#options.tlsGroups,
      minVersion,
      identity: identity.value,
    })
    if (!contexts.ok) return contexts
    const identityEnd = identity.value === null ? null : new Date(identity.value.notAfter)
    const profile = { digest, contexts: contexts.value, identityEnd }
    return {
      ok: true,
      value: { profile, identity: validity(identity.value), authorities: validity(authorities.value) },
    }
  }

  /** Looked at for every call: a context may be kept for longer than its certificate is valid. */
  #findAge(member: 'certificate' | 'ca', valid: Validity | null): TlsProblem | null {
    if (valid === null) return null
    const now = this.#now()
    const what = member === 'ca' ? 'has no certificate that is still valid: the last one ' : ''
    if (now > valid.notAfter)
      return { member, detail: `"tls.${member}" ${what}expired on ${toText(valid.notAfter)}.` }
    if (now >= valid.notBefore) return null
    return { member, detail: `"tls.${member}" is valid only from ${toText(valid.notBefore)} on.` }
  }
}

const none = { ok: true, value: null } as const

function validity(read: Validity | ClientIdentity | null): Validity | null {
  return read === null ? null : { notBefore: read.notBefore, notAfter: read.notAfter }
}

function toText(ms: number): string {
  return new Date(ms).toISOString().replace('.000Z', 'Z')
}

/** OpenSSL refuses here what it finds too weak. */
function createContexts(options: TlsContextOptions): Read<TlsContexts> {
  try {
    return { ok: true, value: new TlsContexts(options) }
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error) || options.identity == null) throw error
    const isWeak = /TOO_(?:SMALL|WEAK)$/.test(String(error.code))
    const why = isWeak ? 'has a key or a signature that is too weak for TLS' : 'is not accepted by OpenSSL'
    return { ok: false, problem: { member: 'certificate', detail: `"tls.certificate" ${why}.` } }
  }
}

function toFailure({ member, detail, hint = hints[member] }: TlsProblem): Failure {
  return { code: 'tls_client_cert_invalid', detail, hint, path: `/node/tls/${member}` }
}

/** What helps against a mistake in a member. */
const hints: Readonly<Record<TlsMember, string>> = {
  certificate:
    'Correct the secret that `certificate` in `tls` refers to: the certificate of the client as PEM, followed by its intermediates. An authority that the target accepts issues a new one.',
  key: 'Correct the secret that `key` in `tls` refers to: the private key of the certificate, as PEM.',
  passphrase:
    'Correct the secret that `passphrase` in `tls` refers to: the one with which the key was encrypted.',
  ca: 'Correct the secret that `ca` in `tls` refers to: as PEM, the certificates of the authorities to trust for the target. Without `ca` those of the service count.',
}
