import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { watchSources } from '../../src/secrets/watch-sources.ts'
import { testFiles } from './files.ts'

describe('looking for changes', () => {
  it('does not rely on the marks of a file that has just changed: a further change may leave the same', async () => {
    const { path } = await testFiles({ a: 's3cr3t-1' })
    let calls = 0
    const watcher = watchSources({ directory: path, file: null }, 5, () => calls++)
    onTestFinished(() => watcher.close())

    await vi.waitUntil(() => calls > 2)
  })

  it('calls once for files that have been as they are for long', async () => {
    const places = { directory: null, file: process.execPath }
    let calls = 0
    const watcher = watchSources(places, 1, () => calls++)
    onTestFinished(() => watcher.close())
    const { path } = await testFiles({ a: 's3cr3t-1' })
    let otherCalls = 0
    const other = watchSources({ directory: path, file: null }, 1, () => otherCalls++)
    onTestFinished(() => other.close())

    await vi.waitUntil(() => calls > 0 && otherCalls > 5)

    expect(calls).toBe(1)
  })
})
