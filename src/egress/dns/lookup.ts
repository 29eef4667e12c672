import { promises as dns, type RecordWithTtl } from 'node:dns'
import { setTimeout as delay } from 'node:timers/promises'
import { EgressError } from '../call/egress-error.ts'
import { leadsAstray } from './cname-diagnosis.ts'
import { type Finding, Inquiry, type Reply, type Trouble } from './inquiry.ts'
import { LookupFailed, NameUnusable } from './lookup-failed.ts'
import { NameServers } from './name-servers.ts'

/** The result of a lookup. */
export interface Lookup {
  /** At least one. */
  readonly addresses: readonly string[]
  /**
   * How long the answer may be cached. 0 if one address family is missing, because its addresses have not been
   * judged.
   */
  readonly ttlSeconds: number
}

export interface LookupOptions {
  /** `address:port`. Empty: the name servers of the system. */
  readonly servers: readonly string[]
  readonly budgetMs: number
  readonly signal: AbortSignal
}

/**
 * Asks name servers directly. The system's resolver would apply search domains and the hosts file, and two hanging
 * lookups would block all others. For the same reason each lookup has its own channels. Rejects with an EgressError
 * whose code is `EGRESS_DNS_…`.
 */
export async function lookUp(name: string, { servers, budgetMs, signal }: LookupOptions): Promise<Lookup> {
  if (signal.aborted) throw new EgressError('EGRESS_STOPPED')
  const nameServers = new NameServers(servers, budgetMs)
  let inquiries: readonly Inquiry<Answer>[] = []
  const inquireFrom = (first: number) => {
    inquiries = ([6, 4] as const).map(
      (family) =>
        new Inquiry(nameServers.count - first, (server) =>
          ask(nameServers.channel(first + server), name, family),
        ),
    )
    return collectFindings(inquiries)
  }
  const giveUp = () => {
    for (const inquiry of inquiries) inquiry.stop()
    nameServers.cancel()
  }
  const budget = setTimeout(giveUp, budgetMs)
  signal.addEventListener('abort', giveUp, { once: true })
  try {
    const findings = await inquireFrom(0)
    if (findings.some(hasAddresses)) return joined(findings)
    if (findings.every(isEmpty) && nameServers.count > 1) {
      const others = await inquireFrom(1)
      if (others.some(hasAddresses)) return joined(others)
    }
    throw await explainFailure(findings, name, budgetMs)
  } finally {
    clearTimeout(budget)
    signal.removeEventListener('abort', giveUp)
    giveUp()
  }
}

/** How long the addresses of one family wait for those of the other (RFC 8305, section 3). */
export const resolutionDelayMs = 50

/** All addresses of an answer are judged, so their number is bounded. No real target has as many. */
export const maxAddresses = 100

/**
 * `alias` is an answer without error and without address: a CNAME that leads to none. `empty`: the name has no
 * address of the family. c-ares also reports this if a server is not responsible for the name, or answers without
 * data (RFC 6895, section 2.3). `unknown`: the name does not exist.
 */
type Answer =
  | { readonly kind: 'addresses'; readonly records: readonly RecordWithTtl[] }
  | { readonly kind: 'alias'; readonly channel: dns.Resolver }
  | { readonly kind: 'empty' | 'unknown' }

async function collectFindings(inquiries: readonly Inquiry<Answer>[]): Promise<readonly Finding<Answer>[]> {
  const settled: Finding<Answer>[] = []
  const searches = inquiries.map(async ({ finding }) => void settled.push(await finding))
  const both = Promise.all(searches)
  await Promise.race(searches)
  const canGoOn = settled.some(hasAddresses)
  await (canGoOn ? Promise.race([both, delay(resolutionDelayMs, null, { ref: false })]) : both)
  return settled
}

async function ask(channel: dns.Resolver, name: string, family: 4 | 6): Promise<Reply<Answer>> {
  const ttl = { ttl: true } as const
  try {
    const records = await (family === 6 ? channel.resolve6(name, ttl) : channel.resolve4(name, ttl))
    return found(records.length > 0 ? { kind: 'addresses', records } : { kind: 'alias', channel })
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error
    if (error.code === dns.NODATA) return found({ kind: 'empty' })
    return error.code === dns.NOTFOUND || error.code === dns.BADNAME
      ? found({ kind: 'unknown' })
      : { kind: 'trouble', trouble: toTrouble(error.code) }
  }
}

function found(answer: Answer): Reply<Answer> {
  return { kind: 'answer', answer }
}

function toTrouble(code: unknown): Trouble {
  switch (code) {
    case dns.SERVFAIL:
      return 'SERVFAIL'
    case dns.REFUSED:
      return 'REFUSED'
    case dns.NOTIMP:
      return 'NOTIMP'
    case dns.FORMERR:
      return 'FORMERR'
    case dns.BADRESP:
      return 'a malformed answer'
    case dns.CONNREFUSED:
      return 'a refused connection'
    case dns.TIMEOUT:
      return 'no answer'
    default:
      return 'no usable answer'
  }
}

function hasAddresses(finding: Finding<Answer>): boolean {
  return finding.kind === 'answer' && finding.answer.kind === 'addresses'
}

function isEmpty(finding: Finding<Answer>): boolean {
  return finding.kind === 'answer' && finding.answer.kind === 'empty'
}

function joined(findings: readonly Finding<Answer>[]): Lookup {
  const answers = findings.flatMap((finding) => (finding.kind === 'answer' ? finding.answer : []))
  const records = answers.flatMap((answer) => (answer.kind === 'addresses' ? answer.records : []))
  if (records.length > maxAddresses) throw new NameUnusable('too_many_addresses')
  return {
    addresses: records.map(({ address }) => address),
    ttlSeconds: answers.length === 2 ? Math.min(...records.map(({ ttl }) => ttl)) : 0,
  }
}

/**
 * If one family has no address and the lookup of the other failed, the name counts as not resolved, not as unknown.
 */
async function explainFailure(
  findings: readonly Finding<Answer>[],
  name: string,
  budgetMs: number,
): Promise<EgressError> {
  const [troubles, ofOther] = findings.flatMap((finding) =>
    finding.kind === 'troubles' ? [finding.troubles] : [],
  )
  if (troubles !== undefined) return new LookupFailed(mergeTroubles(troubles, ofOther), budgetMs)
  const [channel] = findings.flatMap((finding) =>
    finding.kind === 'answer' && finding.answer.kind === 'alias' ? finding.answer.channel : [],
  )
  const isAstray = channel !== undefined && (await leadsAstray(channel, name))
  if (isAstray) return new NameUnusable('endless_alias')
  return new EgressError(findings.every(isEmpty) ? 'EGRESS_DNS_NO_ADDRESS' : 'EGRESS_DNS_NOT_FOUND')
}

/** One trouble for each server: silence about one address family says less than an answer about the other. */
function mergeTroubles(
  troubles: readonly Trouble[],
  ofOther: readonly Trouble[] = troubles,
): readonly Trouble[] {
  return troubles.map((trouble, server) => (trouble === 'no answer' ? (ofOther[server] ?? trouble) : trouble))
}
