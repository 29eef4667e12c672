import { createBadTargets } from '../testkit/bad-targets.ts'
import { createDnsServer } from '../testkit/dns-server.ts'
import { stayOnCore } from './cores.ts'
import { hostSuffix } from './world.ts'

// Runs in a process of its own: nine bad targets, and a DNS server with the names of all targets.

const { KEY: key = '', CERT: cert = '', CORE } = process.env
if (CORE !== undefined) stayOnCore(Number(CORE))

const { ports } = await createBadTargets({ key, cert })
const dead = `dead.${hostSuffix}`
const dns = await createDnsServer((name) => {
  if (name === dead) return { silent: ['A', 'AAAA'] }
  return name.endsWith(`.${hostSuffix}`) ? { a: ['127.0.0.1'], ttl: 30 } : undefined
})

process.on('disconnect', () => process.exit())
process.send?.({
  urls: [`https://${dead}/`, ...ports.map((port) => `https://localhost.${hostSuffix}:${port}/`)],
  dns: dns.address,
})
