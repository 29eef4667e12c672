import { join } from 'node:path'
import { type Contender, key, type Running, startContender } from './contender.ts'
import { freePort } from './program.ts'
import { hostSuffix, type World } from './world.ts'

export interface ServiceOptions {
  /** Options of Node. */
  readonly nodeOptions?: readonly string[]
  /** Settings of the service beside those that it needs here. */
  readonly settings?: Readonly<Record<string, string>>
}

/** The service as it runs in production: keys, guard, checked certificates, log at `info` to a file, metrics. */
export const service: Contender = {
  name: 'webhook-node',
  start: (world, nodeOptions = []) => startService(world, { nodeOptions }),
}

export async function startService(
  { receiver, caFile, dns, ...world }: World,
  { nodeOptions = [], settings = {} }: ServiceOptions = {},
): Promise<Running> {
  const port = await freePort()
  const env = {
    HOST: '127.0.0.1',
    PORT: String(port),
    LOG_LEVEL: 'info',
    API_KEYS: `bench:${key}`,
    EGRESS_ALLOW: `localhost:${receiver.port},*.${hostSuffix}`,
    EGRESS_CA_FILE: caFile,
    EGRESS_DNS_SERVERS: dns,
    // As with npm start and in the image, what was compiled once is kept.
    NODE_COMPILE_CACHE: join(world.directory, 'compile-cache'),
    ...settings,
  }
  const command = { args: [...nodeOptions, 'src/main.ts'], env, port, isReady }
  return await startContender({ receiver, caFile, dns, ...world }, command)
}

async function isReady(port: number): Promise<boolean> {
  try {
    return (await fetch(`http://127.0.0.1:${port}/readyz`)).ok
  } catch {
    return false // nothing listens yet
  }
}
