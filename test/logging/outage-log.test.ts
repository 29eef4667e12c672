import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { OutageLog } from '../../src/logging/outage-log.ts'

function start() {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
  onTestFinished(() => void vi.useRealTimers())
  const lines: unknown[] = []
  const note = (level: string) => (facts: object, text: string) => void lines.push([level, text, facts])
  const log = { error: note('error'), info: note('info') } as unknown as ConstructorParameters<
    typeof OutageLog
  >[0]['log']
  const outages = new OutageLog({ log, failing: 'it fails', over: 'it works' })
  /** Twice a second. */
  const fail = (reason: string, seconds: number) => {
    for (let count = 0; count < seconds * 2; count += 1) {
      outages.failed(reason)
      vi.advanceTimersByTime(500)
    }
  }
  return { lines, fail }
}

describe('an outage', () => {
  it('is logged at once, once a minute while it lasts, and when it is over', () => {
    const { lines, fail } = start()

    fail('disk full', 150)
    vi.advanceTimersByTime(600_000)
    fail('disk full', 1)

    expect(lines).toEqual([
      ['error', 'it fails', { reason: 'disk full', failures: 1 }],
      ['error', 'it fails', { reason: 'disk full', failures: 121 }],
      ['error', 'it fails', { reason: 'disk full', failures: 241 }],
      ['info', 'it works', { failures: 300 }],
      ['error', 'it fails', { reason: 'disk full', failures: 1 }],
    ])
  })

  it('has a line for each reason, and however many there are, not more than twenty in a minute', () => {
    const { lines, fail } = start()

    fail('disk full', 1)
    fail('no connection', 1)
    expect(lines).toHaveLength(2)
    for (let count = 0; count < 100; count += 1) fail(`reason ${count}`, 0.5)

    expect(lines).toHaveLength(20)
  })
})
