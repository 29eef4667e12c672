import { get } from 'node:http'
import { readListening } from './settings/settings.ts'

// The HEALTHCHECK of the image, which has no curl. Exits with 0 if the service on this machine is up.

const { host, port } = readListening(process.env)
const timeoutMs = 2_000

/** A service that listens on all interfaces is asked on loopback. */
const everywhere: Readonly<Record<string, string>> = { '0.0.0.0': '127.0.0.1', '::': '::1' }

get({ host: everywhere[host] ?? host, port, path: '/livez', timeout: timeoutMs })
  .once('response', ({ statusCode }) => process.exit(statusCode === 200 ? 0 : 1))
  .once('timeout', () => process.exit(1))
  .once('error', () => process.exit(1))
