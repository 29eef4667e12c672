import { connect, isIPv6, type Socket } from 'node:net'
import { EgressError } from '../call/egress-error.ts'
import { AddressDenied } from '../policy/address-denied.ts'
import { sameAddress } from '../policy/ip-address.ts'
import { isForLackOfIpv6 } from './missing-ipv6.ts'

/** RFC 8305, section 5: the delay before the next address is tried as well. */
export const attemptDelayMs = 250

/** A name with a hundred addresses must not cause a hundred connections. Four cover two addresses of each family. */
export const maxTries = 4

/**
 * Connects to several addresses in turn and keeps the first connection that is accepted. Calls `onSocket` for every
 * socket. Rejects with the error of the only address, or with an AggregateError of all addresses that were tried.
 */
export async function connectToFirst(
  addresses: readonly string[],
  port: number,
  onSocket: (socket: Socket) => void,
  signal: AbortSignal,
): Promise<Socket> {
  const race = new Race(alternatingFamilies(addresses).slice(0, maxTries), port, onSocket)
  const giveUp = () => race.giveUp()
  signal.addEventListener('abort', giveUp, { once: true })
  try {
    if (signal.aborted) race.giveUp()
    else race.startNext()
    return await race.winner
  } finally {
    signal.removeEventListener('abort', giveUp)
  }
}

/** Firewalls and NATs drop a connection that is silent while the target works, many after a few minutes. */
const keepAlive = { keepAlive: true, keepAliveInitialDelay: 60_000 } as const

class Race {
  readonly #addresses: readonly string[]
  readonly #waiting: string[]
  readonly #port: number
  readonly #onSocket: (socket: Socket) => void
  readonly #running = new Set<Socket>()
  readonly #errors: Error[] = []
  readonly #result = Promise.withResolvers<Socket>()
  #nextStart: NodeJS.Timeout | undefined
  #isOver = false

  constructor(addresses: readonly string[], port: number, onSocket: (socket: Socket) => void) {
    this.#addresses = addresses
    this.#waiting = [...addresses]
    this.#port = port
    this.#onSocket = onSocket
  }

  get winner(): Promise<Socket> {
    return this.#result.promise
  }

  giveUp(): void {
    this.#result.reject(new EgressError('EGRESS_STOPPED'))
    this.#end(null)
  }

  startNext(): void {
    clearTimeout(this.#nextStart)
    const address = this.#waiting.shift()
    if (address !== undefined) this.#startOn(address)
    else if (this.#running.size === 0) this.#lose()
    if (this.#waiting.length > 0) this.#nextStart = setTimeout(() => this.startNext(), attemptDelayMs)
  }

  #startOn(address: string): void {
    const socket = connect({ host: address, port: this.#port, noDelay: true, ...keepAlive })
    this.#onSocket(socket)
    this.#running.add(socket)
    socket
      .once('connect', () => {
        if (isConnectedTo(socket, address)) this.#win(socket)
        else socket.destroy(new AddressDenied('other_peer'))
      })
      .on('error', (error) => {
        this.#running.delete(socket)
        this.#errors.push(error)
        if (!this.#isOver) this.startNext()
      })
  }

  #win(socket: Socket): void {
    this.#result.resolve(socket)
    this.#end(socket)
  }

  #lose(): void {
    this.#result.reject(this.#whyItWasLost())
    this.#end(null)
  }

  #whyItWasLost(): Error | undefined {
    const [first, ...others] = this.#errors
    if (isForLackOfIpv6(this.#addresses, this.#errors)) return new EgressError('EGRESS_NO_IPV6', first)
    return others.length === 0 ? first : new AggregateError(this.#errors)
  }

  #end(winner: Socket | null): void {
    this.#isOver = true
    clearTimeout(this.#nextStart)
    for (const socket of this.#running) if (socket !== winner) socket.destroy()
  }
}

/** RFC 8305, section 4: IPv6 first, then alternating, so that a broken family costs one try. */
function alternatingFamilies(addresses: readonly string[]): readonly string[] {
  const ipv6 = addresses.filter((address) => isIPv6(address))
  const ipv4 = addresses.filter((address) => !isIPv6(address))
  const turns = Array.from({ length: addresses.length }, (_, turn) => [ipv6[turn], ipv4[turn]])
  return turns.flat().filter((address) => address !== undefined)
}

/** The peer must have the address that was judged. A socket that is already closed has no peer address. */
function isConnectedTo({ remoteAddress }: Socket, address: string): boolean {
  return remoteAddress === undefined || sameAddress(remoteAddress, address)
}
