import type { Deadline } from '../call/deadline.ts'
import type { DebugLog } from '../call/debug-log.ts'
import type { Target } from '../policy/address-policy.ts'
import { TlsContexts } from '../tls/tls-contexts.ts'
import { type Link, limitHandshake, type SecuredSocket, secure } from './handshake.ts'
import { ShortHelloTargets } from './short-hello-targets.ts'
import type { SocketRegistry } from './socket-registry.ts'

export interface TlsClientOptions {
  /** PEM of certificates to trust in addition to Node.js's own authorities. */
  readonly ca: string | null
  /**
   * Key exchange groups in the format of Node's `ecdhCurve`. Null: Node's default, with a shorter list for the second
   * try.
   */
  readonly tlsGroups: string | null
  readonly sockets: SocketRegistry
  readonly log: DebugLog
}

/** The target of a connection, and what a second connection to it needs. */
export interface Way {
  readonly target: Target
  readonly deadline: Pick<Deadline, 'remainingMs'>
  readonly connect: (until: AbortSignal) => Promise<Link>
  /** Those of the node. Null: those of the service. */
  readonly contexts: TlsContexts | null
  /** Aborted when the call no longer needs the connection. */
  readonly signal: AbortSignal
}

/** Longest silence before the second try. Targets far away answer within a second. */
export const maxPatienceMs = 3_000
const shareOfTime = 1 / 3

/** A handshake under way. */
interface Handshake {
  readonly link: Link
  /** Bytes that the connection had received before. */
  readonly bytesBefore: number
  readonly secured: Promise<SecuredSocket>
}

/**
 * Opens TLS connections. If a target sends no byte in response to the usual ClientHello, a second connection sends a
 * short one. The first stays open, because the target may only be slow, and the first response counts.
 */
export class TlsClient {
  readonly #options: TlsClientOptions
  /** For targets of nodes that say nothing about TLS, and for a proxy. */
  readonly #contexts: TlsContexts
  readonly #shortTargets = new ShortHelloTargets(() => performance.now())

  constructor(options: TlsClientOptions) {
    this.#options = options
    this.#contexts = new TlsContexts(options)
  }

  /**
   * Rejects with the error of the handshake. If there were two and neither got a response, with the error of the
   * first.
   */
  async secure(link: Link, way: Way): Promise<SecuredSocket> {
    if (this.#shortTargets.has(way.target)) return await this.#secureShort(link, way)
    const first = this.#begin(link, 'usual', way, way.signal)
    if (this.#options.tlsGroups !== null || (await this.#isHeard(first, way))) return await first.secured
    return await this.#trySecond(first, way)
  }

  /** Opens TLS to a proxy. A proxy is of the operator's own network, so it gets the usual ClientHello only. It gets no identity of a node. */
  async secureProxy(link: Link, target: Target, signal: AbortSignal): Promise<SecuredSocket> {
    return await this.#begin(link, 'usual', { target, contexts: null }, signal).secured
  }

  /** A target that no longer answers the short ClientHello gets the usual one next time. */
  async #secureShort(link: Link, way: Way): Promise<SecuredSocket> {
    const handshake = this.#begin(link, 'short', way, way.signal)
    try {
      return await handshake.secured
    } catch (error) {
      // A timeout after the first byte of the target does not show that the short ClientHello failed.
      if (!way.signal.aborted || isSilent(handshake)) this.#shortTargets.delete(way.target)
      throw error
    }
  }

  async #trySecond(first: Handshake, way: Way): Promise<SecuredSocket> {
    const { target, connect, signal } = way
    const over = new AbortController()
    const until = AbortSignal.any([signal, over.signal])
    this.#options.log({ ...target }, 'no answer to the ClientHello, so a short one is tried')
    const second = connect(until).then((link) => this.#begin(link, 'short', way, until))
    try {
      const answered = await Promise.any([heard(first), heard(second)]).catch(() => first)
      const securedSocket = await answered.secured
      if (isSilent(first)) this.#shortTargets.add(target)
      if (answered !== first) first.link.tcp.destroy()
      return securedSocket
    } finally {
      over.abort()
    }
  }

  #begin(
    link: Link,
    hello: 'usual' | 'short',
    { target, contexts }: Pick<Way, 'target' | 'contexts'>,
    signal: AbortSignal,
  ): Handshake {
    const { tcp, stream } = link
    const { bytesRead: bytesBefore } = stream
    const own = contexts ?? this.#contexts
    const { minVersion } = own
    const secured = secure(link, { host: target.host, secureContext: own[hello], minVersion }, signal)
    this.#options.sockets.check(tcp, () => limitHandshake(tcp))
    return { link, bytesBefore, secured }
  }

  /**
   * Resolves with false when the handshake ends without a byte from the target, or when the target stays silent too
   * long.
   */
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
}

/** Rejects if the handshake ends without a byte from the target. */
async function heard(begun: Handshake | Promise<Handshake>): Promise<Handshake> {
  const handshake = await begun
  try {
    await handshake.secured
  } catch (error) {
    if (isSilent(handshake)) throw error
  }
  return handshake
}

function isSilent({ link, bytesBefore }: Handshake): boolean {
  return link.stream.bytesRead === bytesBefore
}
