import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { onTestFinished, vi } from 'vitest'
import { testFiles } from '../../../test/support/files.ts'
import { freePort } from '../../../testkit/free-port.ts'

const program = join(import.meta.dirname, '../../node_modules/node-red/red.js')

interface NodeRedOptions {
  readonly env?: Readonly<Record<string, string>>
  readonly port?: number
  /** Files of a certificate: then it listens with TLS. */
  readonly https?: { readonly cert: string; readonly key: string }
}

/** Node-RED as a process of its own, with these flows deployed. It is gone when the test ends. */
export async function nodeRed(
  flows: readonly object[],
  { env = {}, port, https }: NodeRedOptions = {},
): Promise<{ readonly url: string; output(): string }> {
  const uiPort = port ?? (await freePort())
  const { path } = await testFiles({
    'settings.js': settings(uiPort, https),
    'flows.json': JSON.stringify(flows),
  })
  const child = spawn(process.execPath, [program, '--userDir', path], {
    env: { PATH: process.env.PATH, HOME: path, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const ended = new Promise((resolve) => child.on('close', resolve))
  onTestFinished(async () => {
    child.kill('SIGKILL')
    await ended
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk))
  await vi.waitUntil(() => output.includes('Started flows') || child.exitCode !== null, { timeout: 40_000 })
  if (child.exitCode !== null) throw new Error(`Node-RED does not start: ${output}`)
  return { url: `http://127.0.0.1:${uiPort}`, output: () => output }
}

/** Without an editor. */
function settings(uiPort: number, https: NodeRedOptions['https']): string {
  const fixed = {
    uiHost: '127.0.0.1',
    uiPort,
    disableEditor: true,
    flowFile: 'flows.json',
    telemetry: { enabled: false, updateNotification: false },
  }
  const tls =
    https === undefined
      ? ''
      : `https: { cert: require('fs').readFileSync('${https.cert}'), key: require('fs').readFileSync('${https.key}') },`
  return `module.exports = { ${tls} ...${JSON.stringify(fixed)} }`
}
