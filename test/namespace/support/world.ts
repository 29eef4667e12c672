import { createLogger } from '../../../src/logging/logger.ts'
import { startServer } from '../../../src/service.ts'
import { readSettings } from '../../../src/settings/settings.ts'
import { createDnsServer, type Zones } from '../../../testkit/dns-server.ts'
import { authority } from '../../support/servers.ts'
import { assertNothingLeaves } from './network.ts'

/** A reply of the service, whatever became of the call. */
interface Answer {
  readonly status: number
  readonly body: unknown
}

/** Members of the node, and secrets of the request. */
interface CallMembers {
  readonly method?: string
  readonly auth?: object
  readonly body?: object
  readonly tls?: object
  readonly followRedirects?: number
  readonly secrets?: Readonly<Record<string, string>>
}

/** The running service, with nothing opened unless the environment does, and the only name server that it asks. */
export interface World {
  readonly servicePort: number
  readonly dnsPort: number
  /** Every question to the name server, as `A name`. */
  readonly questions: readonly string[]
  get(url: string, timeoutMs?: number, more?: CallMembers): Promise<Answer>
  close(): Promise<void>
}

/** One world does for a file of tests: to start the service anew for each of them would take most of the time. */
export async function startWorld(zones: Zones, environment: NodeJS.ProcessEnv = {}): Promise<World> {
  assertNothingLeaves()
  const dns = await createDnsServer(zones)
  const settings = readSettings({ PORT: '0', EGRESS_DNS_SERVERS: dns.address, ...environment })
  const egress = { ...settings.egress, ca: authority.pem }
  const app = await startServer({ ...settings, egress }, createLogger('silent'))
  const origin = app.listeningOrigin

  return {
    servicePort: readPort(origin),
    dnsPort: readPort(`udp://${dns.address}`),
    questions: dns.questions,
    async get(url, timeoutMs = 2_000, { secrets, ...members } = {}) {
      const reply = await fetch(`${origin}/v1/execute`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ node: { method: 'GET', url, timeoutMs, ...members }, secrets }),
      })
      return { status: reply.status, body: await reply.json() }
    },
    async close() {
      await app.close()
      await dns.close()
    },
  }
}

function readPort(url: string): number {
  return Number(new URL(url).port)
}
