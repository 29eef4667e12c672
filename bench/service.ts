import { join } from 'node:path'
import manifest from '../package.json' with { type: 'json' }
import { freePort } from '../testkit/free-port.ts'
import { type Contender, key, type Running, type StartOptions, startContender } from './contender.ts'
import { hostSuffix, type World } from './world.ts'

const { start } = manifest.scripts

/** Those of `npm start`, which are those of the image. */
const usualFlags = start.match(/--\S+/g) ?? []
/** Words like `NAME=${NAME:-value}`. */
const usualEnv = Object.fromEntries(
  start
    .split(' ')
    .filter((word) => word.includes(':-'))
    .map((word) => [word.slice(0, word.indexOf('=')), word.slice(word.indexOf(':-') + 2, -1)]),
)

export interface ServiceOptions extends StartOptions {
  /** The checkout that it runs from. Default: this one. */
  readonly directory?: string
  /** Settings in addition to those of the benchmark. */
  readonly settings?: Readonly<Record<string, string>>
}

/**
 * The service as in production: with the flags of `npm start`, keys, egress policy, verified certificates, a log at `info` to a file, and
 * metrics.
 */
export const service: Contender = { name: 'webhook-node', start: startService }

/** The service of another checkout, in the same world. */
export function serviceAt(directory: string): Contender {
  return {
    name: 'the other webhook-node',
    start: (world, options) => startService(world, { ...options, directory }),
  }
}

export async function startService(
  world: World,
  { nodeOptions = [], example, directory, settings = {} }: ServiceOptions = {},
): Promise<Running> {
  const port = await freePort()
  const ports = new Set([world.receiver.port, world.ownReceiver.port])
  const env = {
    ...usualEnv,
    HOST: '127.0.0.1',
    PORT: String(port),
    LOG_LEVEL: 'info',
    API_KEYS: `bench:${key}`,
    EGRESS_ALLOW: [...Array.from(ports, (port) => `localhost:${port}`), `*.${hostSuffix}`].join(','),
    EGRESS_CA_FILE: world.caFile,
    EGRESS_DNS_SERVERS: world.dns,
    // Compiled code is cached, as with npm start and in the image.
    NODE_COMPILE_CACHE: join(world.directory, 'compile-cache'),
    ...settings,
  }
  const command = { args: [...usualFlags, ...nodeOptions, 'src/main.ts'], directory, env, port, isReady }
  return await startContender(world, command, example)
}

async function isReady(port: number): Promise<boolean> {
  try {
    return (await fetch(`http://127.0.0.1:${port}/readyz`, { headers: { connection: 'close' } })).ok
  } catch {
    return false // nothing listens yet
  }
}
