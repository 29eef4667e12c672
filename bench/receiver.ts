import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Credentials } from '../testkit/certificates.ts'
import { onCore } from './cores.ts'

/** An HTTPS server in a process of its own, where the executions go. */
export interface Receiver extends AsyncDisposable {
  readonly name: string
  readonly port: number
  readonly pid: number
  /** How many requests have come so far. */
  received(): Promise<Received>
}

export interface Received {
  readonly right: number
  readonly wrong: number
}

/** The one that reads requests to the end, and can also fail, hang up and be silent. It costs a core before the service does. */
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
    pid: child.pid as number, // it has sent a message
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
