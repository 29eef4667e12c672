import { promises as dns, type RecordWithTtl } from 'node:dns'
import { setTimeout as delay } from 'node:timers/promises'
import { EgressError } from '../call/egress-error.ts'
import { codeOfDeadAlias } from './cname-diagnosis.ts'

/** What the name servers say about a name. */
export interface Lookup {
  /** At least one. */
  readonly addresses: readonly string[]
  /** How long the answer may be used again. 0 where a family is missing: it has not been judged. */
  readonly ttlSeconds: number
}

export interface LookupOptions {
  /** `address:port`; empty for the system's. */
  readonly servers: readonly string[]
  readonly budgetMs: number
  readonly signal: AbortSignal
}

/**
 * Asks DNS itself rather than the system's resolver, which would try the search domains and the hosts file,
 * and where two hanging lookups hold up all others. For the same reason each lookup has a channel of its own.
 * Rejects with an EgressError of the kind `EGRESS_DNS_…`.
 */
export async function lookUp(name: string, { servers, budgetMs, signal }: LookupOptions): Promise<Lookup> {
  const channel = new dns.Resolver({ timeout: 1_000, tries: 4 })
  if (servers.length > 0) channel.setServers(servers)
  const giveUp = () => channel.cancel()
  const budget = setTimeout(giveUp, budgetMs)
  signal.addEventListener('abort', giveUp, { once: true })
  try {
    if (signal.aborted) throw new EgressError('EGRESS_STOPPED')
    const answers = await askForBothFamilies(channel, name)
    if (answers.some(({ kind }) => kind === 'addresses')) return joined(answers)
    throw await failureOf(answers, channel, name)
  } finally {
    clearTimeout(budget)
    signal.removeEventListener('abort', giveUp)
    channel.cancel()
  }
}

/** How long the slower family may keep back the addresses of the faster one (RFC 8305, section 3). */
export const resolutionDelayMs = 50

/** Each address costs a judgement, and all of them are judged: beyond this an answer is not usable. */
export const maxAddresses = 100

/** `alias` is an answer without an error and without an address: a CNAME that leads to none. */
type Answer =
  | { readonly kind: 'addresses'; readonly records: readonly RecordWithTtl[] }
  | { readonly kind: 'alias' }
  | { readonly kind: 'none'; readonly code: DnsErrorCode; readonly cause: unknown }

type DnsErrorCode = 'EGRESS_DNS_NOT_FOUND' | 'EGRESS_DNS_FAILED' | 'EGRESS_DNS_TIMEOUT'

async function askForBothFamilies(channel: dns.Resolver, name: string): Promise<readonly Answer[]> {
  const settled: Answer[] = []
  const ttl = { ttl: true } as const
  const queries = [channel.resolve6(name, ttl), channel.resolve4(name, ttl)].map(async (query) => {
    settled.push(await answerOf(query))
  })
  const both = Promise.all(queries)
  await Promise.race(queries)
  const canGoOn = settled.some(({ kind }) => kind === 'addresses')
  await (canGoOn ? Promise.race([both, delay(resolutionDelayMs, null, { ref: false })]) : both)
  return settled
}

async function answerOf(query: Promise<readonly RecordWithTtl[]>): Promise<Answer> {
  try {
    const records = await query
    return records.length > 0 ? { kind: 'addresses', records } : { kind: 'alias' }
  } catch (error) {
    return { kind: 'none', code: egressCodeOf(error), cause: error }
  }
}

function egressCodeOf(error: unknown): DnsErrorCode {
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

function joined(answers: readonly Answer[]): Lookup {
  const records = answers.flatMap((answer) => (answer.kind === 'addresses' ? answer.records : []))
  if (records.length > maxAddresses) throw new EgressError('EGRESS_DNS_FAILED')
  const isWhole = answers.length === 2 && !answers.some(isUnknown)
  return {
    addresses: records.map(({ address }) => address),
    ttlSeconds: isWhole ? Math.min(...records.map(({ ttl }) => ttl)) : 0,
  }
}

/** Whether the family may have addresses that nobody has seen. */
function isUnknown(answer: Answer): boolean {
  return answer.kind === 'none' && answer.code !== 'EGRESS_DNS_NOT_FOUND'
}

/** A name that one family does not know and the other could not ask for is one that could not be resolved. */
async function failureOf(
  answers: readonly Answer[],
  channel: dns.Resolver,
  name: string,
): Promise<EgressError> {
  const none = answers.filter((answer) => answer.kind === 'none')
  const unknown = none.find(({ code }) => code === 'EGRESS_DNS_FAILED') ?? none.find(isUnknown)
  if (unknown) return new EgressError(unknown.code, unknown.cause)
  const isAlias = answers.some(({ kind }) => kind === 'alias')
  return new EgressError(
    isAlias ? await codeOfDeadAlias(channel, name) : 'EGRESS_DNS_NOT_FOUND',
    none[0]?.cause,
  )
}
