import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { onTestFinished, vi } from 'vitest'
import { isListening } from './is-listening.ts'

/** Runs nginx, in the foreground, until the test ends. Resolves once it listens. */
export async function runNginx(args: readonly string[], port: number): Promise<void> {
  const master = spawn('nginx', [...args, '-g', 'daemon off;'], { stdio: 'ignore' })
  await once(master, 'spawn')
  const ended = once(master, 'exit')
  onTestFinished(async () => {
    master.kill('SIGTERM')
    await ended
  })
  await vi.waitUntil(() => isListening(port))
}
