import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { writeIsoTime } from '../../src/execution/iso-time.ts'

describe('writeIsoTime', () => {
  it('writes every time as toISOString does, in any order', () => {
    const near = fc.integer({ min: -3_000, max: 3_000 })
    const any = fc.date({ noInvalidDate: true })

    fc.assert(
      fc.property(any, fc.array(near, { maxLength: 20 }), (start, steps) => {
        for (const step of steps) {
          const time = new Date(start.getTime() + step)
          if (!Number.isNaN(time.getTime())) expect(writeIsoTime(time)).toBe(time.toISOString())
        }
      }),
    )
  })

  it('throws for a date that is none, like toISOString', () => {
    expect(() => writeIsoTime(new Date(Number.NaN))).toThrow(RangeError)
    expect(writeIsoTime(new Date(0))).toBe('1970-01-01T00:00:00.000Z')
  })
})
