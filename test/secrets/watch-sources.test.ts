import { renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { type WatcherOptions, watchSources } from '../../src/secrets/watch-sources.ts'
import { testFiles } from '../support/files.ts'

describe('the watch of sources', () => {
  it('does not rely on the times of a file that has just changed: a further change may leave the same', async () => {
    const { path } = await testFiles({ a: 's3cr3t-1' })
    let calls = 0
    watch({ directory: path, file: null }, { onChange: () => calls++ })

    await vi.waitUntil(() => calls > 2)
  })

  it('reports files once that have been unchanged for long', async () => {
    const places = { directory: null, file: process.execPath }
    let calls = 0
    watch(places, { onChange: () => calls++ })
    const { path } = await testFiles({ a: 's3cr3t-1' })
    let otherCalls = 0
    watch({ directory: path, file: null }, { onChange: () => otherCalls++ })

    await vi.waitUntil(() => calls > 0 && otherCalls > 5)

    expect(calls).toBe(1)
  })

  it('reports nothing that was read while it changed', async () => {
    const { path } = await testFiles({ a: 's3cr3t-1' })
    const replacement = join(path, '.new')
    let reads = 0
    const handed: number[] = []

    watch(
      { directory: null, file: join(path, 'a') },
      {
        read: () => {
          if (++reads > 1) return reads
          writeFileSync(replacement, 's3cr3t-2')
          renameSync(replacement, join(path, 'a'))
          return reads
        },
        onChange: (read) => handed.push(read),
      },
    )
    await vi.waitUntil(() => handed.length > 1)

    expect(handed.slice(0, 2)).toEqual([2, 3])
  })
})

/** Looks all the time, until the test ends. */
function watch(
  places: Parameters<typeof watchSources>[0],
  { read = () => 0, onChange }: Partial<WatcherOptions<number>> & Pick<WatcherOptions<number>, 'onChange'>,
): void {
  const watcher = watchSources(places, { intervalMs: 1, read, onChange })
  onTestFinished(() => watcher.close())
}
