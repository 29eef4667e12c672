import { promises as dns } from 'node:dns'
import { setTimeout as delay } from 'node:timers/promises'
import { EgressError } from './egress-error.ts'

/** Turns names into addresses, which nobody has judged yet. */
export interface Resolver {
  /** At least one address. Rejects with an EgressError of the kind `EGRESS_DNS_…`. */
  resolve(name: string, signal: AbortSignal): Promise<readonly string[]>
}

export interface ResolverOptions {
  /** `address:port`; empty for the system's. */
  readonly servers: readonly string[]
  /** A lookup may take that long, however much time the call has left. */
  readonly budgetMs?: number
}

/**
 * Asks DNS itself rather than the system's resolver, which would try the search domains and the hosts file,
 * and where two hanging lookups hold up all others. For the same reason each lookup has a channel of its own.
 */
export function createResolver({ servers, budgetMs = 5_000 }: ResolverOptions): Resolver {
  return {
    async resolve(name, signal) {
      if (isLocalhost(name)) return loopback
      const channel = new dns.Resolver({ timeout: 1_000, tries: 4 })
      if (servers.length > 0) channel.setServers(servers)
      const giveUp = () => channel.cancel()
      const budget = setTimeout(giveUp, budgetMs)
      signal.addEventListener('abort', giveUp, { once: true })
      try {
        return addressesOf(await askForBothFamilies(channel, name))
      } finally {
        clearTimeout(budget)
        signal.removeEventListener('abort', giveUp)
        channel.cancel()
      }
    },
  }
}

const loopback: readonly string[] = ['::1', '127.0.0.1']

/** RFC 6761, section 6.3: such names are answered without asking anybody. */
function isLocalhost(name: string): boolean {
  return name === 'localhost' || name.endsWith('.localhost')
}

/** How long the slower family may keep back the addresses of the faster one (RFC 8305, section 3). */
const resolutionDelayMs = 50

type Answer =
  | { readonly kind: 'addresses'; readonly addresses: readonly string[] }
  | { readonly kind: 'none'; readonly error: EgressError }

async function askForBothFamilies(channel: dns.Resolver, name: string): Promise<readonly Answer[]> {
  const settled: Answer[] = []
  const queries = [channel.resolve6(name), channel.resolve4(name)].map(async (query) => {
    settled.push(await answerOf(query))
  })
  const both = Promise.all(queries)
  await Promise.race(queries)
  const canGoOn = settled.some(({ kind }) => kind === 'addresses')
  await (canGoOn ? Promise.race([both, delay(resolutionDelayMs, null, { ref: false })]) : both)
  return settled
}

async function answerOf(query: Promise<readonly string[]>): Promise<Answer> {
  try {
    const addresses = await query
    if (addresses.length > 0) return { kind: 'addresses', addresses }
    // No error, but nothing in the answer either: an alias that leads nowhere.
    return { kind: 'none', error: new EgressError('EGRESS_DNS_NOT_FOUND') }
  } catch (error) {
    return { kind: 'none', error: new EgressError(egressCodeOf(error), error) }
  }
}

function egressCodeOf(error: unknown) {
  if (!(error instanceof Error && 'code' in error)) throw error
  switch (error.code) {
    case dns.NOTFOUND:
    case dns.NODATA:
    case dns.BADNAME:
      return 'EGRESS_DNS_NOT_FOUND'
    case dns.TIMEOUT:
    case dns.CANCELLED:
      return 'EGRESS_DNS_TIMEOUT'
    default:
      return 'EGRESS_DNS_FAILED'
  }
}

/** A name that one family does not know and the other could not ask for is one that could not be resolved. */
const tellingFirst = ['EGRESS_DNS_FAILED', 'EGRESS_DNS_TIMEOUT', 'EGRESS_DNS_NOT_FOUND'] as const

function addressesOf(answers: readonly Answer[]): readonly string[] {
  const addresses = answers.flatMap((answer) => (answer.kind === 'addresses' ? answer.addresses : []))
  if (addresses.length > 0) return addresses
  const errors = answers.flatMap((answer) => (answer.kind === 'none' ? [answer.error] : []))
  throw tellingFirst.map((code) => errors.find((error) => error.code === code)).find(Boolean)
}
