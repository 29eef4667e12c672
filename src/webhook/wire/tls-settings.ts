import type { Tls } from '../../contract/node.ts'

/** A version of TLS that the service speaks. */
export type TlsVersion = NonNullable<Tls['minVersion']>

/** What a node says about TLS, with the values of its secrets, all as they were stored or sent. */
export interface TlsSettings {
  /** PEM of the client certificate, and of its intermediates. Null if and only if there is no key. */
  readonly certificate: string | null
  /** PEM of the private key. */
  readonly key: string | null
  /** The passphrase of an encrypted key. */
  readonly passphrase: string | null
  /** PEM of the only authorities to trust. Null: those of the service. */
  readonly ca: string | null
  readonly minVersion: TlsVersion
}

/** The members of these settings that come from secrets. */
export type TlsMember = Exclude<keyof TlsSettings, 'minVersion'>
