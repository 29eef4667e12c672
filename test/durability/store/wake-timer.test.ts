import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { WakeTimer } from '../../../src/durability/store/wake-timer.ts'

describe('a wake timer', () => {
  beforeEach(() => void vi.useFakeTimers({ now: 1_000 }))
  afterEach(() => void vi.useRealTimers())

  function start() {
    const timer = new WakeTimer(Date.now)
    const wake = vi.fn()
    return { timer, wake, stop: timer.onWake(wake) }
  }

  it('wakes at the time that was set last, and once', () => {
    const { timer, wake } = start()
    timer.set(1_100)
    timer.set(1_200)

    vi.advanceTimersByTime(199)
    expect(wake).not.toHaveBeenCalled()
    vi.advanceTimersByTime(1_000)
    expect(wake).toHaveBeenCalledTimes(1)
  })

  it('wakes soon for a time that has passed, and not too soon for one far away', () => {
    const { timer, wake } = start()
    timer.set(0)
    vi.advanceTimersByTime(1)
    expect(wake).toHaveBeenCalledTimes(1)

    timer.set(Number.MAX_SAFE_INTEGER)
    vi.advanceTimersByTime(86_400_000)
    expect(wake).toHaveBeenCalledTimes(1)
  })

  it('wakes within seconds where the clock has jumped', () => {
    const { timer, wake } = start()
    timer.set(3_601_000)
    vi.advanceTimersByTime(1_000)
    vi.setSystemTime(7_200_000)

    vi.advanceTimersByTime(5_000)

    expect(wake).toHaveBeenCalledTimes(1)
  })

  it('forgets no time that has come and was replaced before its timer ran', () => {
    const { timer, wake } = start()
    timer.set(1_100)
    vi.setSystemTime(1_100)
    timer.set(null)
    expect(wake).toHaveBeenCalledTimes(1)

    timer.set(null)
    vi.advanceTimersByTime(1_000)
    expect(wake).toHaveBeenCalledTimes(1)
  })

  it('wakes those who want it, until it is closed', () => {
    const { timer, wake, stop } = start()
    const other = vi.fn()
    timer.onWake(other)
    stop()
    timer.wake()
    timer.set(1_100)
    timer.close()
    timer.set(1_100)
    timer.wake()
    vi.advanceTimersByTime(1_000)

    expect(wake).not.toHaveBeenCalled()
    expect(other).toHaveBeenCalledTimes(1)
  })
})
