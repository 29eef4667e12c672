import { rmSync } from 'node:fs'
import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Credentials, createAuthority } from '../testkit/certificates.ts'
import { createDnsServer } from '../testkit/dns-server.ts'
import { type Cores, chooseCores, stayOnCore } from './cores.ts'
import { type FullLoad, ownFullLoad, wrkFullLoad } from './full-load.ts'
import { startNginx } from './nginx.ts'
import { type Receiver, startOwnReceiver } from './receiver.ts'
import { findTools, type Tools } from './tools.ts'

/** The environment of a contender. Disposing of it removes everything. */
export interface World extends AsyncDisposable {
  readonly cores: Cores | null
  readonly tools: Tools
  /** The target of the executions: nginx, or the receiver on Node.js. */
  readonly receiver: Receiver
  /** The receiver on Node.js, for measurements that need a target that reads bodies or misbehaves. */
  readonly ownReceiver: Receiver
  readonly load: FullLoad
  /** For targets in addition to the receiver. */
  readonly credentials: Credentials
  /** PEM of the authority that issued the receivers' certificate. */
  readonly caFile: string
  /** `127.0.0.1:<port>` of a DNS server that resolves all names below `bench.test`. */
  readonly dns: string
  /** For temporary files of the run. */
  readonly directory: string
}

/** The receivers have all names below this one. */
export const hostSuffix = 'bench.test'

export interface Surroundings {
  readonly cores: Cores | null
  readonly tools: Tools
}

/** Uses all tools and cores of this machine by default. Binds this process to the core of the load. */
export async function createWorld(
  { cores, tools }: Surroundings = { cores: chooseCores(), tools: findTools() },
): Promise<World> {
  await using resources = new AsyncDisposableStack()
  const directory = await createDirectory(resources)
  const dns = await createDnsServer((name) =>
    name.endsWith(`.${hostSuffix}`) ? { a: ['127.0.0.1'], ttl: 30 } : undefined,
  )
  resources.defer(() => dns.close())

  const authority = await createAuthority('webhook-node bench')
  const caFile = join(directory, 'ca.pem')
  await writeFile(caFile, authority.pem)
  if (cores !== null) stayOnCore(cores.load)
  const credentials = await authority.issue({ names: ['localhost', `*.${hostSuffix}`] })
  const ownReceiver = resources.use(await startOwnReceiver(credentials, cores?.receiver))
  const nginx =
    tools.nginx &&
    (await startNginx(tools.nginx, {
      credentials,
      core: cores?.receiver,
      directory: join(directory, 'nginx'),
    }))
  if (nginx !== null) resources.use(nginx)

  const owned = resources.move() // until here a failing step disposed of them
  return {
    ...{ cores, tools, ownReceiver, receiver: nginx ?? ownReceiver },
    load: tools.wrk ? wrkFullLoad(tools.wrk, directory) : ownFullLoad,
    ...{ credentials, caFile, dns: dns.address, directory },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

async function createDirectory(resources: AsyncDisposableStack): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'webhook-node-bench-'))
  const remove = () => rmSync(directory, { recursive: true, force: true, maxRetries: 5, retryDelay: 20 })
  process.on('exit', remove) // nothing is disposed of when a signal ends the run
  resources.defer(remove)
  return directory
}
