import { freePort } from '../testkit/free-port.ts'
import { type Contender, startContender } from './contender.ts'

/** `baseline.ts`: the cost of forwarding alone, without everything else that the service does. */
export const bareForwarder: Contender = {
  name: 'bare forwarder',
  async start(world, { nodeOptions = [], example } = {}) {
    const port = await freePort()
    const env = { PORT: String(port), NODE_EXTRA_CA_CERTS: world.caFile }
    return await startContender(world, { args: [...nodeOptions, 'bench/baseline.ts'], env, port }, example)
  },
}
