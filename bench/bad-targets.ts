import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Credentials } from '../testkit/certificates.ts'

/** Nine targets, each with a different fault, in a process of their own. */
export interface BadTargets extends AsyncDisposable {
  readonly urls: readonly string[]
  /**
   * `127.0.0.1:<port>` of the DNS server. It resolves all names of the benchmark except one, which it does not
   * answer.
   */
  readonly dns: string
}

export async function startBadTargets(
  { key, cert }: Credentials,
  core: number | undefined,
): Promise<BadTargets> {
  const child = fork(fileURLToPath(new URL('bad-targets-main.ts', import.meta.url)), {
    env: { PATH: process.env.PATH, KEY: key, CERT: cert, ...(core !== undefined && { CORE: String(core) }) },
  })
  const [{ urls, dns }] = await once(child, 'message')
  return {
    urls,
    dns,
    async [Symbol.asyncDispose]() {
      child.disconnect()
      await once(child, 'exit')
    },
  }
}
