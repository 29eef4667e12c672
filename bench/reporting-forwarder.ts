import { freePort } from '../testkit/free-port.ts'
import { type Contender, startContender } from './contender.ts'

/**
 * The bare forwarder, which also checks the key and the body, and replies, logs and counts what the service does. It has no
 * templates, limits, masks, judged addresses or branches: what it costs more than the bare forwarder is the price
 * of the contract with the libraries as they are.
 */
export const reportingForwarder: Contender = {
  name: 'reporting forwarder',
  async start(world, { nodeOptions = [], example } = {}) {
    const port = await freePort()
    const env = { PORT: String(port), NODE_EXTRA_CA_CERTS: world.caFile }
    const args = [...nodeOptions, 'bench/reporting-forwarder-main.ts']
    return await startContender(world, { args, env, port }, example)
  },
}
