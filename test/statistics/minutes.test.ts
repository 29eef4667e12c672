import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Minutes } from '../../src/statistics/minutes.ts'
import { start } from './support/executions.ts'

const minute = 60_000
const hour = 60 * minute

describe('the last hour', () => {
  it('has sixty minutes, the current one last, and zeros where it was quiet', () => {
    const minutes = new Minutes()
    minutes.add(start, true)
    minutes.add(start + 2 * minute, false)

    const hour = minutes.until(start + 3 * minute + 1)

    expect(hour).toHaveLength(60)
    expect(hour[0]?.minute).toBe('2026-03-01T11:04:00.000Z')
    expect(hour.slice(-4)).toEqual([
      { minute: '2026-03-01T12:00:00.000Z', passedThrough: 1, failed: 0 },
      { minute: '2026-03-01T12:01:00.000Z', passedThrough: 0, failed: 0 },
      { minute: '2026-03-01T12:02:00.000Z', passedThrough: 1, failed: 1 },
      { minute: '2026-03-01T12:03:00.000Z', passedThrough: 0, failed: 0 },
    ])
  })

  it.each([
    ['its first millisecond', 0, true],
    ['its last millisecond', minute - 1, true],
    ['the millisecond before', -1, false],
    ['the millisecond after', minute, false],
  ])('counts for a minute what comes in %s: %d', (_when, offset, counts) => {
    const minutes = new Minutes()
    minutes.add(start + offset, true)

    const [last] = minutes.until(start).slice(-1)

    expect(last?.passedThrough).toBe(counts ? 1 : 0)
  })

  it('forgets a minute when an hour has passed', () => {
    const minutes = new Minutes()
    minutes.add(start, false)

    expect(failedIn(minutes, start + hour - 1)).toBe(1)
    expect(failedIn(minutes, start + hour)).toBe(0)
    expect(failedIn(minutes, start + 7 * hour)).toBe(0)
  })

  it.each([
    ['a minute', minute],
    ['an hour', hour],
    ['a year', 365 * 24 * hour],
  ])('counts on when the clock is set back by %s', (_step, step) => {
    const minutes = new Minutes()
    minutes.add(start, false)
    minutes.add(start - step, true)
    minutes.add(start - step, true)

    const [last] = minutes.until(start - step).slice(-1)

    expect(last).toMatchObject({ passedThrough: 2, failed: 0 })
  })

  it('is what was counted in it, as long as the clock only goes ahead', () => {
    const steps = fc.array(fc.tuple(fc.nat(5 * minute), fc.boolean()))
    fc.assert(
      fc.property(steps, fc.nat(2 * hour), (calls, silence) => {
        const minutes = new Minutes()
        let now = start
        const events = calls.map(([step, succeeded]) => {
          now += step
          minutes.add(now, succeeded)
          return { at: now, succeeded }
        })
        now += silence

        const begin = Math.floor(now / minute) * minute - 59 * minute
        const recent = events.filter(({ at }) => at >= begin)
        expect(sum(minutes.until(now).map(({ passedThrough }) => passedThrough))).toBe(recent.length)
        expect(failedIn(minutes, now)).toBe(recent.filter(({ succeeded }) => !succeeded).length)
      }),
    )
  })
})

describe('the minutes of two histories', () => {
  it('are added up, without what is more than an hour older', () => {
    const [one, other] = [new Minutes(), new Minutes()]
    one.add(start, true)
    one.add(start + minute, false)
    other.add(start + minute, false)
    other.add(start + hour, true)
    const both = new Minutes()

    both.addAll(other)
    both.addAll(one)

    expect(both.until(start + hour).slice(0, 1)).toEqual([
      { minute: '2026-03-01T12:01:00.000Z', passedThrough: 2, failed: 2 },
    ])
    expect(sum(both.until(start + hour).map(({ passedThrough }) => passedThrough))).toBe(3)
    expect(sum(both.until(start).map(({ passedThrough }) => passedThrough))).toBe(0)
  })
})

function failedIn(minutes: Minutes, now: number): number {
  return sum(minutes.until(now).map(({ failed }) => failed))
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
