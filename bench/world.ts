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

/** All that a contender is surrounded by. Disposing of it leaves nothing behind. */
export interface World extends AsyncDisposable {
  readonly cores: Cores | null
  readonly tools: Tools
  /** Where the executions go: nginx, or our own. */
  readonly receiver: Receiver
  /** Our own: for what needs a target that reads bodies, or one that misbehaves. */
  readonly ownReceiver: Receiver
  readonly load: FullLoad
  /** For further targets beside the receiver. */
  readonly credentials: Credentials
  /** PEM of the authority that the receivers' certificate comes from. */
  readonly caFile: string
  /** `127.0.0.1:<port>`; knows all names below `bench.test`. */
  readonly dns: string
  /** For what is there during the run only. */
  readonly directory: string
}

/** Names of the receivers, as many as one likes. */
export const hostSuffix = 'bench.test'

export interface Surroundings {
  readonly cores: Cores | null
  readonly tools: Tools
}

/** With all that this machine has, unless told otherwise. This process is bound to the core of the load. */
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

  const owned = resources.move() // so far they were disposed of where a later step failed
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
  process.on('exit', remove) // where a signal ends the run, nothing is disposed of
  resources.defer(remove)
  return directory
}
