import { connect, isIPv6, type Socket } from 'node:net'
import { EgressError } from './egress-error.ts'
import { sameAddress } from './ip-address.ts'

/** RFC 8305, section 5: how long one address may hold up the next. */
const attemptDelayMs = 250

/** A name with a hundred addresses must not turn one call into a hundred connections. */
const maxTries = 4

/**
 * Connects to the first of several addresses that accepts. Rejects with the error of the only one, or with an
 * AggregateError of all that were tried.
 */
export function connectToFirst(
  addresses: readonly string[],
  port: number,
  signal: AbortSignal,
): Promise<Socket> {
  const { promise, resolve, reject } = Promise.withResolvers<Socket>()
  const waiting = alternatingFamilies(addresses).slice(0, maxTries)
  const trying = new Set<Socket>()
  const errors: Error[] = []
  let nextTry: NodeJS.Timeout | undefined
  let isSettled = false

  function tryNext(): void {
    clearTimeout(nextTry)
    const address = waiting.shift()
    if (address === undefined) {
      if (trying.size === 0)
        settle(() => reject(errors.length === 1 ? errors[0] : new AggregateError(errors)))
      return
    }
    const socket = connect({ host: address, port, noDelay: true })
    trying.add(socket)
    socket
      .once('connect', () => {
        if (!isConnectedTo(socket, address)) socket.destroy(new EgressError('EGRESS_ADDRESS_DENIED'))
        else settle(() => resolve(socket), socket)
      })
      .on('error', (error) => {
        if (isSettled) return
        trying.delete(socket)
        errors.push(error)
        tryNext()
      })
    if (waiting.length > 0) nextTry = setTimeout(tryNext, attemptDelayMs)
  }

  function settle(done: () => void, winner?: Socket): void {
    isSettled = true
    clearTimeout(nextTry)
    signal.removeEventListener('abort', giveUp)
    for (const socket of trying) if (socket !== winner) socket.destroy()
    done()
  }

  function giveUp(): void {
    settle(() => reject(new EgressError('EGRESS_STOPPED')))
  }

  signal.addEventListener('abort', giveUp, { once: true })
  if (signal.aborted) giveUp()
  else tryNext()
  return promise
}

/** RFC 8305, section 4: IPv6 first, then one of each, so that a broken family costs one try. */
function alternatingFamilies(addresses: readonly string[]): string[] {
  const ipv6 = addresses.filter((address) => isIPv6(address))
  const ipv4 = addresses.filter((address) => !isIPv6(address))
  const turns = Array.from({ length: Math.max(ipv6.length, ipv4.length) }, (_, turn) => [
    ipv6[turn],
    ipv4[turn],
  ])
  return turns.flat().filter((address) => address !== undefined)
}

/** What was judged is what was dialled, whatever stood in between. A peer that is gone already is none. */
function isConnectedTo({ remoteAddress }: Socket, address: string): boolean {
  return remoteAddress === undefined || sameAddress(remoteAddress, address)
}
