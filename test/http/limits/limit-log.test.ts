import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { createLimitLog } from '../../../src/http/limits/limit-log.ts'
import type { ReachedLimit } from '../../../src/http/limits/reached-limit.ts'

/** A log of limits whose clock stands still unless it is told to go on. */
function limitLog() {
  vi.useFakeTimers({ toFake: ['performance'] })
  onTestFinished(() => void vi.useRealTimers())
  const lines: unknown[] = []
  const log = createLimitLog({ info: (details: unknown) => void lines.push(details) } as never)
  const reach = (part: Partial<ReachedLimit> = {}) =>
    log({ limit: 'tenant', requestId: 'r', client: 'engine', tenant: 'acme', ...part })
  return { lines, reach }
}

const line = { requestId: 'r', limit: 'tenant', keyName: 'engine', tenant: 'acme' }

describe('the log of limits', () => {
  it('has one line a second for each client and limit, with how many there were', () => {
    const { lines, reach } = limitLog()

    for (let count = 0; count < 50; count++) reach()
    vi.advanceTimersByTime(1_000)
    reach()
    reach({ client: 'other' })
    reach({ limit: 'client', tenant: null })

    expect(lines).toEqual([
      { ...line, count: 1 },
      { ...line, count: 50 },
      { ...line, keyName: 'other', count: 1 },
      { ...line, limit: 'client', tenant: null, count: 1 },
    ])
  })
})
