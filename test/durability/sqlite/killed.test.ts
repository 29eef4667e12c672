import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { describe, expect, it, onTestFinished } from 'vitest'
import { available } from '../support/store-world.ts'
import { openSqlite } from './support/open-sqlite.ts'
import { makeFolder } from './support/sqlite-world.ts'

const program = join(import.meta.dirname, 'support/killed-process.ts')
const kills = 24

/** What the lives of the process have written, in order. */
class Journal {
  readonly lines: string[] = []

  /** Runs the process until it ends, or for some time after it has opened the store. */
  async run(path: string, task: string | null): Promise<void> {
    const child = spawn(process.execPath, [program, path, ...(task === null ? [] : [task])], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    onTestFinished(() => void child.kill('SIGKILL'))
    const lines = createInterface({ input: child.stdout })
    const closed = once(lines, 'close')
    lines.on('line', (line) => {
      this.lines.push(line)
      if (line === 'open' && task === null) setTimeout(() => child.kill('SIGKILL'), Math.random() * 120)
    })
    await closed
  }

  /** The second words of the lines that begin with the first, and what follows. */
  read(first: string): (readonly [id: string, rest: string])[] {
    return this.lines
      .map((line) => line.split(' '))
      .filter(([word]) => word === first)
      .map(([, id = '', ...rest]) => [id, rest.join(' ')] as const)
  }
}

describe('a process that is killed', () => {
  it(`${kills} times keeps what it has promised`, { timeout: 120_000 }, async () => {
    const path = join(await makeFolder(), 'store.db')
    const journal = new Journal()
    for (let kill = 0; kill < kills; kill += 1) await journal.run(path, null)
    await journal.run(path, 'to the end')

    const accepted = journal.read('accepted')
    const sent = journal.read('sent')
    const ended = journal.read('ended')
    expect(accepted.length).toBeGreaterThan(kills)
    expect(sent.length).toBeGreaterThan(kills)

    const store = await openSqlite(path)
    onTestFinished(() => store.close())
    const called = new Set(journal.read('called').map(([id]) => id))
    const isSent = new Set(sent.map(([id]) => id))
    for (const [id] of accepted) {
      const found = available(await store.find({ id }))
      expect(found, `${id} was accepted`).toMatchObject({ callback: { state: 'delivered' } })
      expect(['succeeded', 'failed'], id).toContain(found?.state)
      expect(called.has(id), `${id} called back`).toBe(true)
      // What has a result was sent, and what was not sent and has one was interrupted.
      if (found?.state === 'succeeded') expect(isSent.has(id), `${id} was sent`).toBe(true)
      else expect(found?.code).toBe('interrupted')
    }
    for (const [id, how] of ended) {
      const state = how === 'result' ? 'succeeded' : 'failed'
      expect(available(await store.find({ id })), `${id} had ended`).toMatchObject({ state })
    }
    const once = sent.filter(([, rest]) => rest.endsWith('once')).map(([id]) => id)
    expect(once.length).toBe(new Set(once).size)
    const repeated = sent.filter(([, rest]) => rest.endsWith('repeatable')).map((words) => words.join(' '))
    // Attempts count on over all lives.
    expect(available(await store.backlog())).toMatchObject({ waiting: 0, running: 0, callbacks: 0 })
    expect(repeated.length).toBeGreaterThan(0)
  })
})
