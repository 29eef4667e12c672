import { promises as dns, type RecordWithTtl } from 'node:dns'
import { setTimeout as delay } from 'node:timers/promises'
import { EgressError } from '../call/egress-error.ts'
import { leadsAstray } from './cname-diagnosis.ts'
import { type Finding, Inquiry, type Reply, type Trouble } from './inquiry.ts'
import { LookupFailed } from './lookup-failed.ts'
import { NameServers } from './name-servers.ts'

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
 * and where two hanging lookups hold up all others. For the same reason each lookup has channels of its own.
 * Rejects with an EgressError of the kind `EGRESS_DNS_…`.
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
    throw await explainFailure(findings, name)
  } finally {
    clearTimeout(budget)
    signal.removeEventListener('abort', giveUp)
    giveUp()
  }
}

/** How long the slower family may keep back the addresses of the faster one (RFC 8305, section 3). */
export const resolutionDelayMs = 50

/** Each address costs a judgement, and all of them are judged: beyond this an answer is not usable. */
export const maxAddresses = 100

/**
 * `alias` is an answer without an error and without an address: a CNAME that leads to none. `empty` says that the name has no
 * address of a family; c-ares also takes for this what a server says that is not in charge of the name, or that it does not
 * know what to say (RFC 6895, section 2.3). `unknown` says that there is no such name.
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
  if (records.length > maxAddresses) throw new LookupFailed(['too many addresses'])
  return {
    addresses: records.map(({ address }) => address),
    ttlSeconds: answers.length === 2 ? Math.min(...records.map(({ ttl }) => ttl)) : 0,
  }
}

/** A name that one family does not know and the other could not ask for is one that could not be resolved. */
async function explainFailure(findings: readonly Finding<Answer>[], name: string): Promise<EgressError> {
  const troubles = findings.flatMap((finding) => (finding.kind === 'troubles' ? finding.troubles : []))
  if (troubles.length > 0) return new LookupFailed(troubles)
  const [channel] = findings.flatMap((finding) =>
    finding.kind === 'answer' && finding.answer.kind === 'alias' ? finding.answer.channel : [],
  )
  const isAstray = channel !== undefined && (await leadsAstray(channel, name))
  if (isAstray) return new LookupFailed(['an alias that leads to no address'])
  return new EgressError(findings.every(isEmpty) ? 'EGRESS_DNS_NO_ADDRESS' : 'EGRESS_DNS_NOT_FOUND')
}
