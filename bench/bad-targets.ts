import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Credentials } from '../testkit/certificates.ts'

/** Nine targets that are bad in nine ways, in a process of their own. */
export interface BadTargets extends AsyncDisposable {
  readonly urls: readonly string[]
  /** `127.0.0.1:<port>`: knows all names of the benchmark, save one for which it has no answer. */
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
