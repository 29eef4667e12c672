import type { promises as dns } from 'node:dns'
import { setTimeout as delay } from 'node:timers/promises'

/** More links than this no name server follows. */
const maxLinks = 16

/** It only makes the failure clearer, so it must not make it late. */
const diagnosisMs = 500

/**
 * Why an alias has no address: whether it leads in circles or on and on, which is a fault of its zone, or else to a name
 * that does not exist.
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
  const targets = await channel.resolveCname(name).catch(() => []) // where the chain ends, there is no alias
  return targets[0]?.toLowerCase()
}
