import { describe, expect, it } from 'vitest'
import { Cancellation } from '../../src/egress/call/cancellation.ts'

describe('a cancellation', () => {
  it('is seen at once', () => {
    const cancellation = new Cancellation()
    expect(cancellation.isCancelled).toBe(false)
    cancellation.cancel()
    expect(cancellation.isCancelled).toBe(true)
  })

  it('is told once to those who listen, however often it happens', () => {
    const cancellation = new Cancellation()
    const told: boolean[] = []
    cancellation.signal.addEventListener('abort', () => told.push(cancellation.isCancelled))
    cancellation.cancel()
    cancellation.cancel()
    expect(told).toEqual([true])
  })

  it('shows in a signal that is asked for later', () => {
    const cancellation = new Cancellation()
    cancellation.cancel()
    expect(cancellation.signal.aborted).toBe(true)
  })

  it('has one signal for all', () => {
    const cancellation = new Cancellation()
    expect(cancellation.signal).toBe(cancellation.signal)
  })
})
