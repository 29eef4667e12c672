import { isIP, type Socket } from 'node:net'
import { EgressError } from '../call/egress-error.ts'
import type { PhaseClock } from '../call/phase-clock.ts'
import type { Resolver } from '../dns/resolver.ts'
import { formatTarget, type Target } from '../policy/address-policy.ts'
import type { ForwardProxy, ProxyServer } from '../proxy/forward-proxy.ts'
import { ProxyError } from '../proxy/proxy-error.ts'
import { ConnectAnswer } from './connect-answer.ts'
import type { Link } from './handshake.ts'
import { connectToFirst, type Open, openFirst } from './happy-eyeballs.ts'
import type { TlsClient } from './tls-client.ts'

export interface TunnelClientOptions {
  readonly proxy: ForwardProxy
  readonly resolver: Resolver
  readonly tlsClient: Pick<TlsClient, 'secureProxy'>
}

/** What a connection of a call needs. */
interface TunnelContext {
  /** Called for every TCP connection. */
  readonly onSocket: (socket: Socket) => void
  readonly signal: AbortSignal
  /** Null for a second connection of the same attempt. */
  readonly phases: Pick<PhaseClock, 'enter'> | null
}

/** Opens connections to targets through the forward proxy, with CONNECT (RFC 9110, section 9.3.6). */
export class TunnelClient {
  readonly #options: TunnelClientOptions

  constructor(options: TunnelClientOptions) {
    this.#options = options
  }

  /**
   * Asks the proxy for the places in turn, as `connectToFirst` does, each over a connection of its own. A place is an
   * address, or the name of the target.
   */
  async open(places: readonly string[], port: number, context: TunnelContext): Promise<Link> {
    const proxy = this.#options.proxy.current()
    const { phases, signal } = context
    phases?.enter('proxy')
    const first = await this.#connect(proxy, context)
    phases?.enter('tunnel')
    if (signal.aborted) {
      first.tcp.destroy()
      throw new EgressError('EGRESS_STOPPED')
    }
    let unused: Link | null = first
    const open: Open<Link> = (place, { opened, failed }) => {
      const over = new AbortController()
      const until = AbortSignal.any([signal, over.signal])
      const ready = unused ?? this.#connect(proxy, { ...context, signal: until })
      unused = null
      const tunnel = async () => await openTunnel(await ready, { host: place, port }, proxy, until)
      tunnel().then(
        (link) => (until.aborted ? link.tcp.destroy() : opened(link)),
        (error: Error) => failed(error, !(error instanceof ProxyError && error.isOfAddress)),
      )
      return { destroy: () => over.abort() }
    }
    return await openFirst(places, open, signal)
  }

  /** The proxy is named by the operator, so its addresses are not judged. */
  async #connect({ host, port, isSecure }: ProxyServer, { onSocket, signal }: TunnelContext): Promise<Link> {
    const addresses = isIP(host) ? [host] : (await this.#options.resolver.resolve(host, signal)).addresses
    const tcp = await connectToFirst(addresses, port, onSocket, signal)
    if (!isSecure) return { stream: tcp, tcp }
    const { socket } = await this.#options.tlsClient.secureProxy({ stream: tcp, tcp }, { host, port }, signal)
    return { stream: socket, tcp }
  }
}

/** Rejects with a ProxyError, or with the error of the connection. If it fails, the connection is closed. */
function openTunnel(
  link: Link,
  place: Target,
  { authorization }: Pick<ProxyServer, 'authorization'>,
  signal: AbortSignal,
): Promise<Link> {
  return new Promise((resolve, reject) => {
    const { stream, tcp } = link
    const answer = new ConnectAnswer()
    const askedForAddress = isIP(place.host) !== 0
    const stopListening = () => {
      signal.removeEventListener('abort', giveUp)
      stream.off('readable', read).off('end', close).off('close', close).off('error', fail)
    }
    const fail = (error: Error) => {
      stopListening()
      tcp.destroy()
      reject(error)
    }
    const giveUp = () => fail(new EgressError('EGRESS_STOPPED'))
    const close = () => fail(new ProxyError({ kind: 'closed' }, askedForAddress))
    const read = () => {
      for (let chunk: Buffer | null = stream.read(); chunk !== null; chunk = stream.read()) {
        const end = answer.take(chunk)
        if (end === null) continue
        if (end.kind === 'refused') return fail(new ProxyError(end.refusal, askedForAddress))
        stopListening()
        if (end.rest.length > 0) stream.unshift(end.rest)
        return resolve(link)
      }
    }
    stream.on('readable', read).once('end', close).once('close', close).once('error', fail)
    signal.addEventListener('abort', giveUp, { once: true })
    if (signal.aborted) giveUp()
    else stream.write(composeConnect(formatTarget(place), authorization))
  })
}

function composeConnect(authority: string, authorization: string | null): string {
  const credentials = authorization === null ? '' : `Proxy-Authorization: ${authorization}\r\n`
  return `CONNECT ${authority} HTTP/1.1\r\nHost: ${authority}\r\n${credentials}\r\n`
}
