import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Duplex, Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { tied } from './cores.ts'

/** `perf` at work on a process. */
export interface Counting {
  /** Resolves with the count, or null if `perf` could not count. */
  stop(): Promise<number | null>
}

const answerLimitMs = 5_000

/**
 * Counts an event in all threads of a process, by default instructions in user space. Resolves when counting has
 * begun.
 */
export async function countInstructions(pid: number, event = 'instructions:u'): Promise<Counting> {
  // `perf` reads commands from descriptor 3 and acknowledges them on 4, so that it counts exactly the time between.
  const args = ['stat', '-x', ',', '-e', event, '-p', String(pid), '--delay', '-1', '--control', 'fd:3,4']
  const [command = '', ...rest] = tied(['perf', ...args])
  const child = spawn(command, rest, { stdio: ['ignore', 'ignore', 'pipe', 'pipe', 'pipe'] })
  const limit = setTimeout(() => child.kill('SIGKILL'), answerLimitMs)
  const ended = once(child, 'close')
  const report = text(child.stderr as Readable)
  const [, , , control, acknowledgements] = child.stdio as unknown as readonly Duplex[]
  for (const end of [control, acknowledgements]) end?.on('error', () => {}) // `perf` has ended, and 'close' follows
  const tell = async (word: string) => {
    control?.write(`${word}\n`)
    if (acknowledgements !== undefined) await Promise.race([once(acknowledgements, 'data'), ended])
  }
  await tell('enable')
  clearTimeout(limit)
  return {
    async stop() {
      const limit = setTimeout(() => child.kill('SIGKILL'), answerLimitMs)
      await tell('disable')
      child.kill('SIGINT')
      await ended
      clearTimeout(limit)
      return readInstructions(await report)
    },
  }
}

/** The count in the output of `perf stat -x ,`, or null. */
export function readInstructions(report: string): number | null {
  const [, count] = /^(\d+)(?:\.\d+)?,/m.exec(report) ?? []
  return count === undefined || count === '0' ? null : Number(count)
}
