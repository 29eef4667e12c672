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
export function connectToFirst(
  addresses: readonly string[],
  port: number,
  onSocket: (socket: Socket) => void,
  signal: AbortSignal,
): Promise<Socket> {
  const open: Open<Socket> = (address, listener) => openSocket({ address, port }, onSocket, listener)
  return openFirst(addresses, open, signal)
}

/** Opens one connection to an address. Calls its listener later, and once. */
export type Open<Opened> = (address: string, listener: OpenListener<Opened>) => Opening

interface OpenListener<Opened> {
  opened(connection: Opened): void
  /** `isFinal`: no other address need be tried. */
  failed(error: Error, isFinal?: boolean): void
}

/** A connection that is being opened. */
interface Opening {
  /** Closes it, unless it is opened and handed over. */
  destroy(): void
}

/** Opens connections to several addresses in turn and keeps the first one. Rejects like `connectToFirst`. */
export async function openFirst<Opened>(
  addresses: readonly string[],
  open: Open<Opened>,
  signal: AbortSignal,
): Promise<Opened> {
  const race = new Race(alternatingFamilies(addresses).slice(0, maxTries), open)
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

function openSocket(
  { address, port }: { readonly address: string; readonly port: number },
  onSocket: (socket: Socket) => void,
  { opened, failed }: OpenListener<Socket>,
): Opening {
  const socket = connect({ host: address, port, noDelay: true, ...keepAlive })
  onSocket(socket)
  return socket
    .once('connect', () => {
      if (isConnectedTo(socket, address)) opened(socket)
      else socket.destroy(new AddressDenied('other_peer'))
    })
    .on('error', (error) => failed(error))
}

class Race<Opened> {
  readonly #addresses: readonly string[]
  readonly #waiting: string[]
  readonly #open: Open<Opened>
  readonly #running = new Set<Opening>()
  readonly #errors: Error[] = []
  readonly #result = Promise.withResolvers<Opened>()
  #nextStart: NodeJS.Timeout | undefined
  #isOver = false

  constructor(addresses: readonly string[], open: Open<Opened>) {
    this.#addresses = addresses
    this.#waiting = [...addresses]
    this.#open = open
  }

  get winner(): Promise<Opened> {
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
    const opening: Opening = this.#open(address, {
      opened: (connection) => {
        this.#result.resolve(connection)
        this.#end(opening)
      },
      failed: (error, isFinal = false) => {
        this.#running.delete(opening)
        this.#errors.push(error)
        if (this.#isOver) return
        if (!isFinal) return this.startNext()
        this.#result.reject(error)
        this.#end(null)
      },
    })
    this.#running.add(opening)
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

  #end(winner: Opening | null): void {
    this.#isOver = true
    clearTimeout(this.#nextStart)
    for (const opening of this.#running) if (opening !== winner) opening.destroy()
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
