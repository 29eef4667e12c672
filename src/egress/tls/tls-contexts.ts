import { constants } from 'node:crypto'
import { createSecureContext, type SecureContext } from 'node:tls'
import type { TlsVersion } from '../../webhook/wire/tls-settings.ts'

/** What connections trust, and how they show who they are. */
export interface TlsContextOptions {
  /** PEM of authorities to trust. Null: Node.js's own only. */
  readonly ca: string | null
  /** Whether these are the only ones. If not, they stand beside Node.js's own. */
  readonly trustsOnlyThese?: boolean
  /** Key exchange groups in the format of Node's `ecdhCurve`. Null: Node's default. */
  readonly tlsGroups: string | null
  /** The oldest version to speak. */
  readonly minVersion?: TlsVersion
  /** PEM of the certificate and the key to show. */
  readonly identity?: { readonly cert: string; readonly key: string } | null
}

/**
 * OpenSSL's default groups in their order, without the post-quantum one: its key share makes the ClientHello longer
 * than one TCP segment, and some middleboxes drop or reset such a connection. `*` marks the key share that is sent.
 */
const shortGroups = '*X25519:P-256:X448:P-384:P-521:ffdhe2048:ffdhe3072'

/** The secure contexts of connections that trust, show and demand the same. */
export class TlsContexts {
  readonly #options: TlsContextOptions
  readonly usual: SecureContext
  /** Created on first use. */
  #short: SecureContext | null = null

  /** Throws the error of OpenSSL for an identity that it does not accept. */
  constructor(options: TlsContextOptions) {
    this.#options = options
    this.usual = createContext(options, options.tlsGroups)
  }

  get minVersion(): TlsVersion {
    return this.#options.minVersion ?? 'TLSv1.2'
  }

  /** For a short ClientHello. */
  get short(): SecureContext {
    this.#short ??= createContext(this.#options, shortGroups)
    return this.#short
  }
}

function createContext(options: TlsContextOptions, ecdhCurve: string | null): SecureContext {
  const { ca, trustsOnlyThese = false, minVersion = 'TLSv1.2', identity = null } = options
  const context = createSecureContext({
    minVersion,
    // A target could ask for handshakes without end. `disableRenegotiation()` works on servers only.
    secureOptions: constants.SSL_OP_NO_RENEGOTIATION,
    ...(ecdhCurve !== null && { ecdhCurve }),
    ...(identity !== null && { cert: identity.cert, key: identity.key }),
    // Node's own authorities are all roots, so only a certificate of `ca` can end a chain earlier.
    ...(ca !== null && { allowPartialTrustChain: true }),
    ...(ca !== null && trustsOnlyThese && { ca }),
  })
  // The option `ca` replaces Node's own authorities. Listing those beside it would parse each of them again: 14 ms.
  if (ca !== null && !trustsOnlyThese) context.context.addCACert(Buffer.from(ca))
  return context
}
