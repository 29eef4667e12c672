import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { onTestFinished } from 'vitest'
import { listen } from '../../../testkit/listen.ts'
import { runNginx } from '../../support/nginx.ts'

/** A line of the access log, as scale/nginx.conf writes it. */
interface ProxiedCall {
  readonly request: string
  readonly status: number
  readonly requestId: string
  /** The instances that were asked, in order, with ", " in between. */
  readonly upstream: string
}

/** A real nginx with scale/nginx.conf. It is gone when the test ends. */
export interface Proxy {
  readonly url: string
  calls(): Promise<readonly ProxiedCall[]>
}

/** Starts nginx in front of two instances. */
export async function startProxy(instances: readonly [string, string]): Promise<Proxy> {
  const directory = await mkdtemp(join(tmpdir(), 'webhook-node-proxy-'))
  onTestFinished(() => rm(directory, { recursive: true }))
  const { port, close } = await listen(createServer())
  await close()
  await writeFile(join(directory, 'nginx.conf'), await configure(directory, port, instances))
  const args = ['-e', 'stderr', '-c', join(directory, 'nginx.conf')]
  await promisify(execFile)('nginx', [...args, '-t'])
  await runNginx(args, port)
  return {
    url: `http://127.0.0.1:${port}`,
    async calls() {
      const text = await readFile(join(directory, 'access.log'), 'utf8')
      return text
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line))
    },
  }
}

/** The file of the repository, with the places of this machine. */
async function configure(
  directory: string,
  port: number,
  [one, other]: readonly [string, string],
): Promise<string> {
  const file = new URL('../../../scale/nginx.conf', import.meta.url)
  const places: readonly (readonly [string, string])[] = [
    // First: the others lead there, too.
    [' /tmp/', ` ${directory}/`],
    ['webhook-node-1:3000', new URL(one).host],
    ['webhook-node-2:3000', new URL(other).host],
    ['listen 8080;', `listen 127.0.0.1:${port};`],
    ['/dev/stdout', `${directory}/access.log`],
    ['/dev/stderr', `${directory}/error.log`],
  ]
  let text = await readFile(file, 'utf8')
  for (const [name, place] of places) {
    if (!text.includes(name)) throw new Error(`scale/nginx.conf has no ${name}`)
    text = text.replaceAll(name, place)
  }
  return text
}
