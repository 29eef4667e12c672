import { rmSync } from 'node:fs'
import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Credentials, createAuthority } from '../test/support/certificates.ts'
import { createDnsServer } from '../test/support/dns-server.ts'
import { type Cores, chooseCores, stayOnCore } from './cores.ts'
import { type Receiver, startReceiver } from './receiver.ts'

/** All that a contender is surrounded by. Disposing of it leaves nothing behind. */
export interface World extends AsyncDisposable {
  readonly cores: Cores | null
  readonly receiver: Receiver
  /** For further targets beside the receiver. */
  readonly credentials: Credentials
  /** PEM of the authority that the receiver's certificate comes from. */
  readonly caFile: string
  /** `127.0.0.1:<port>`; knows all names below `bench.test`. */
  readonly dns: string
  /** For what is there during the run only. */
  readonly directory: string
}

/** Names of the receiver, as many as one likes. */
export const hostSuffix = 'bench.test'

export async function createWorld(): Promise<World> {
  await using resources = new AsyncDisposableStack()
  const directory = await mkdtemp(join(tmpdir(), 'webhook-node-bench-'))
  const remove = () => rmSync(directory, { recursive: true, force: true })
  process.on('exit', remove) // where a signal ends the run, nothing is disposed of
  resources.defer(remove)
  const dns = await createDnsServer((name) =>
    name.endsWith(`.${hostSuffix}`) ? { a: ['127.0.0.1'], ttl: 30 } : undefined,
  )
  resources.defer(() => dns.close())

  const authority = await createAuthority('webhook-node bench')
  const caFile = join(directory, 'ca.pem')
  await writeFile(caFile, authority.pem)
  const cores = chooseCores()
  if (cores !== null) stayOnCore(cores.load)
  const credentials = await authority.issue({ names: ['localhost', `*.${hostSuffix}`] })
  const receiver = resources.use(await startReceiver(credentials, cores?.receiver))

  const owned = resources.move() // so far they were disposed of where a later step failed
  const surroundings = { cores, receiver, credentials, caFile, dns: dns.address, directory }
  return { ...surroundings, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}
