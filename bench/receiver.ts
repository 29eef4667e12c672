import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Credentials } from '../testkit/certificates.ts'
import { onCore } from './cores.ts'

/** The target of the executions: an HTTPS server in a process of its own. */
export interface Receiver extends AsyncDisposable {
  readonly name: string
  readonly port: number
  readonly pid: number
  /** The requests received so far. */
  received(): Promise<Received>
}

export interface Received {
  readonly right: number
  readonly wrong: number
}

/**
 * The receiver on Node.js. It reads requests completely, and can also fail, hang up and be silent. It fills its core
 * before the service does.
 */
export async function startOwnReceiver(
  { key, cert }: Credentials,
  core: number | undefined,
): Promise<Receiver> {
  const main = fileURLToPath(new URL('receiver-main.ts', import.meta.url))
  const [command = '', ...args] = onCore(core, [process.execPath, main])
  const child = spawn(command, args, {
    env: { PATH: process.env.PATH, KEY: key, CERT: cert },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  const [address] = await once(child, 'message')
  return {
    name: 'own, on Node',
    port: address.port,
    pid: child.pid as number, // set, since the process has sent a message
    async received() {
      child.send('received')
      const [received] = await once(child, 'message')
      return received
    },
    async [Symbol.asyncDispose]() {
      child.disconnect()
      await once(child, 'exit')
    },
  }
}
