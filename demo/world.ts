import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createAuthority } from '../testkit/certificates.ts'
import { createDnsServer } from '../testkit/dns-server.ts'
import { freePort } from '../testkit/free-port.ts'
import { type Receiver, receiverHost, startReceiver } from './receiver.ts'
import { type Service, startService } from './service.ts'

const loopback = '127.0.0.1'

/** The service and its receiver. Disposing of it ends and removes everything. */
export interface World extends AsyncDisposable {
  /** The one that runs now. */
  readonly service: Service
  /** Kills the service. Its store stays. */
  killService(): Promise<void>
  startService(): Promise<void>
  /** A receiver that is down until it is started. */
  readonly lateTarget: { readonly port: number; start(): Promise<void> }
  readonly receiver: Receiver
  /** The file with the output of the service. */
  readonly logFile: string
}

export interface WorldOptions {
  readonly servicePort: number
  readonly receiverPort: number
  /** Settings in addition to those that the receiver needs. */
  readonly settings?: Readonly<Record<string, string>>
}

/** Rejects with a sentence for people if a port is taken or the service does not start. */
export async function startWorld(options: WorldOptions): Promise<World> {
  const { servicePort, receiverPort } = options
  await demandFree(servicePort, 'Choose another port for the service: PORT=3001 npm run demo.')
  await demandFree(receiverPort, 'The examples use this port, so stop the program that listens there.')

  await using resources = new AsyncDisposableStack()
  const directory = await mkdtemp(join(tmpdir(), 'webhook-node-demo-'))
  resources.defer(() => rm(directory, { recursive: true }))
  const dns = await createDnsServer({ [receiverHost]: { a: [loopback] } })
  resources.defer(() => dns.close())

  const authority = await createAuthority('webhook-node demo')
  const caFile = join(directory, 'ca.pem')
  await writeFile(caFile, authority.pem)
  const credentials = await authority.issue({ names: [receiverHost], addresses: [] })
  const receiver = await startReceiver(credentials, { host: loopback, port: receiverPort })
  resources.defer(() => receiver.close())

  const latePort = await freePort()
  const callbacksFile = join(directory, 'callbacks.json')
  await writeFile(callbacksFile, JSON.stringify({ engine: describeEngine(receiver.port) }))

  const logFile = join(directory, 'service.log')
  const settings = {
    EGRESS_ALLOW: `${receiverHost}:${receiver.port},${receiverHost}:${latePort}`,
    EGRESS_CA_FILE: caFile,
    EGRESS_DNS_SERVERS: dns.address,
    STORE_URL: `sqlite:${join(directory, 'store.db')}`,
    CALLBACKS_FILE: callbacksFile,
    ...options.settings,
  }
  const start = () => startService({ port: servicePort, settings, logFile })
  let service = await start()
  resources.defer(() => service.stop())

  const owned = resources.move() // until here a failing step disposed of them
  return {
    get service() {
      return service
    },
    killService: () => service.kill(),
    async startService() {
      service = await start()
    },
    lateTarget: {
      port: latePort,
      async start() {
        const target = await startReceiver(credentials, { host: loopback, port: latePort })
        owned.defer(() => target.close())
      },
    },
    receiver,
    logFile,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

/** The entry of CALLBACKS_FILE for an engine that goes on when it is told of an end. */
function describeEngine(port: number) {
  const secret = `whsec_${randomBytes(32).toString('base64')}`
  return { url: `https://${receiverHost}:${port}/resume/{{ token }}`, secret }
}

async function demandFree(port: number, advice: string): Promise<void> {
  const probe = createServer().listen(port, loopback)
  try {
    await once(probe, 'listening')
  } catch (cause) {
    throw new Error(`Port ${port} of ${loopback} cannot be used. ${advice}`, { cause })
  }
  probe.close()
  await once(probe, 'close')
}
