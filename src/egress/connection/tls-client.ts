import { constants } from 'node:crypto'
import type { Socket } from 'node:net'
import { createSecureContext, getCACertificates, type SecureContext } from 'node:tls'
import type { Deadline } from '../call/deadline.ts'
import type { DebugLog } from '../call/debug-log.ts'
import type { Target } from '../policy/address-policy.ts'
import { limitHandshake, type SecuredSocket, secure } from './handshake.ts'
import { ShortHelloTargets } from './short-hello-targets.ts'
import type { SocketRegistry } from './socket-registry.ts'

/** What all connections have in common. */
export interface TlsClientOptions {
  /** PEM of certificates that are trusted beside the authorities of Node. */
  readonly ca: string | null
  /** Groups for the key exchange, as `ecdhCurve` of Node; null for Node's own, and a shorter list as a second try. */
  readonly tlsGroups: string | null
  readonly sockets: SocketRegistry
  readonly log: DebugLog
}

/** Where a connection leads, and what it takes to make another one. */
export interface Way {
  readonly target: Target
  readonly deadline: Pick<Deadline, 'remainingMs'>
  readonly connect: (until: AbortSignal) => Promise<Socket>
  /** Aborted where the connection is no longer wanted. */
  readonly signal: AbortSignal
}

/**
 * OpenSSL's own groups in their order, without the one that is safe from quantum computers: its key share makes the
 * ClientHello longer than one segment of TCP, which some middleboxes drop or reset. `*` is the share that is sent.
 */
const shortGroups = '*X25519:P-256:X448:P-384:P-521:ffdhe2048:ffdhe3072'

/** How long a target may be silent until it is tried once more. */
export const maxPatienceMs = 3_000
const shareOfTime = 1 / 3

/** A handshake that was begun. */
interface Handshake {
  readonly tcp: Socket
  readonly secured: Promise<SecuredSocket>
}

/**
 * Makes TLS connections. A target from which no byte comes in answer to the usual ClientHello is sent a short one, on a
 * connection of its own. The first one stays, and what answers first counts: the target may only be slow.
 */
export class TlsClient {
  readonly #options: TlsClientOptions
  readonly #usual: SecureContext
  /** Made when it is needed for the first time: with authorities it takes milliseconds. */
  #short: SecureContext | null = null
  readonly #shortTargets = new ShortHelloTargets(() => performance.now())

  constructor(options: TlsClientOptions) {
    this.#options = options
    this.#usual = createContext(options, options.tlsGroups ?? undefined)
  }

  /** Rejects with the error of the handshake, of the first one where there were two and neither was answered. */
  async secure(tcp: Socket, way: Way): Promise<SecuredSocket> {
    if (this.#shortTargets.has(way.target)) return await this.#secureShort(tcp, way)
    const first = this.#begin(tcp, this.#usual, way, way.signal)
    if (this.#options.tlsGroups !== null || (await this.#isHeard(first, way))) return await first.secured
    return await this.#trySecond(first, way)
  }

  /** What has helped and no longer does is no longer tried. */
  async #secureShort(tcp: Socket, way: Way): Promise<SecuredSocket> {
    const handshake = this.#begin(tcp, this.#shortContext, way, way.signal)
    try {
      return await handshake.secured
    } catch (error) {
      // A call that ends while the target is at work says nothing of the hello.
      if (!way.signal.aborted || isSilent(handshake)) this.#shortTargets.delete(way.target)
      throw error
    }
  }

  async #trySecond(first: Handshake, way: Way): Promise<SecuredSocket> {
    const { target, connect, signal } = way
    const over = new AbortController()
    const until = AbortSignal.any([signal, over.signal])
    this.#options.log({ ...target }, 'no answer to the ClientHello, so a short one is tried')
    const second = connect(until).then((tcp) => this.#begin(tcp, this.#shortContext, way, until))
    try {
      const answered = await Promise.any([heard(first), heard(second)]).catch(() => first)
      const securedSocket = await answered.secured
      if (isSilent(first)) this.#shortTargets.add(target)
      if (answered !== first) first.tcp.destroy()
      return securedSocket
    } finally {
      over.abort()
    }
  }

  #begin(tcp: Socket, context: SecureContext, { target }: Way, signal: AbortSignal): Handshake {
    const secured = secure(tcp, target.host, context, signal)
    this.#options.sockets.check(tcp, () => limitHandshake(tcp))
    return { tcp, secured }
  }

  /** False as soon as it has ended without a byte of the target, or none has come for too long. */
  #isHeard(handshake: Handshake, { deadline, signal }: Way): Promise<boolean> {
    return new Promise((resolve) => {
      const look = () => {
        clearTimeout(timer)
        resolve(signal.aborted || !isSilent(handshake))
      }
      const patienceMs = Math.min(maxPatienceMs, deadline.remainingMs * shareOfTime)
      const timer = setTimeout(look, Math.max(0, patienceMs))
      handshake.secured.then(look, look)
    })
  }

  get #shortContext(): SecureContext {
    this.#short ??= createContext(this.#options, shortGroups)
    return this.#short
  }
}

/** Rejects where it ends without a byte of the target. */
async function heard(begun: Handshake | Promise<Handshake>): Promise<Handshake> {
  const handshake = await begun
  try {
    await handshake.secured
  } catch (error) {
    if (isSilent(handshake)) throw error
  }
  return handshake
}

function isSilent({ tcp }: Handshake): boolean {
  return tcp.bytesRead === 0
}

function createContext({ ca }: TlsClientOptions, ecdhCurve: string | undefined): SecureContext {
  return createSecureContext({
    minVersion: 'TLSv1.2',
    // A target could ask for one handshake after the other. `disableRenegotiation()` holds for servers only.
    secureOptions: constants.SSL_OP_NO_RENEGOTIATION,
    ...(ecdhCurve !== undefined && { ecdhCurve }),
    ...(ca !== null && trustAlso(ca)),
  })
}

/**
 * Node's own certificates are all roots, so that only those of the file can end a chain earlier. A list replaces
 * Node's own, so both are joined; without one the ready-made store is far cheaper.
 */
function trustAlso(ca: string) {
  return { ca: [...getCACertificates('default'), ca], allowPartialTrustChain: true }
}
