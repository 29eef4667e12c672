import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Credentials } from '../test/support/certificates.ts'
import { onCore } from './cores.ts'

/** The HTTPS receiver, in a process of its own. */
export interface Receiver extends AsyncDisposable {
  readonly port: number
  /** How many right requests have come so far. */
  received(): Promise<number>
}

export async function startReceiver({ key, cert }: Credentials, core: number | undefined): Promise<Receiver> {
  const main = fileURLToPath(new URL('receiver-main.ts', import.meta.url))
  const [command = '', ...args] = onCore(core, [process.execPath, main])
  const child = spawn(command, args, {
    env: { PATH: process.env.PATH, KEY: key, CERT: cert },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  const [address] = await once(child, 'message')
  return {
    port: address.port,
    async received() {
      child.send('received')
      const [count] = await once(child, 'message')
      return count
    },
    async [Symbol.asyncDispose]() {
      child.disconnect()
      await once(child, 'exit')
    },
  }
}
