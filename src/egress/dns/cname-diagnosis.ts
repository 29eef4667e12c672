import type { promises as dns } from 'node:dns'
import { setTimeout as delay } from 'node:timers/promises'

/** Longest chain of aliases. Name servers give up after about as many. */
const maxLinks = 16

/** The diagnosis only improves the text of the failure, so it must not delay it much. */
const diagnosisMs = 500

/**
 * Whether the aliases of a name form a loop or an endless chain, which is a fault of the zone. False: the alias leads
 * to a name that does not exist, or the diagnosis takes too long.
 */
export async function leadsAstray(channel: dns.Resolver, name: string): Promise<boolean> {
  const undecided = delay(diagnosisMs, false, { ref: false })
  return await Promise.race([followLinks(channel, name), undecided])
}

async function followLinks(channel: dns.Resolver, name: string): Promise<boolean> {
  const seen = new Set<string>()
  let link: string | undefined = name
  while (link !== undefined) {
    if (seen.has(link) || seen.size > maxLinks) return true
    seen.add(link)
    link = await nextLink(channel, link)
  }
  return false
}

async function nextLink(channel: dns.Resolver, name: string): Promise<string | undefined> {
  const targets = await channel.resolveCname(name).catch(() => []) // the end of the chain has no alias
  return targets[0]?.toLowerCase()
}
