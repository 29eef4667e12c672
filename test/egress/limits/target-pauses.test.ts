import fc from 'fast-check'
import { expect, it } from 'vitest'
import { TargetPauses } from '../../../src/egress/limits/target-pauses.ts'

const maxMs = 1_000

it('is empty exactly when no lane has a pause, and a pause is never shortened', () => {
  const moves = fc.array(
    fc.record({ lane: fc.constantFrom('a', 'b', 'c'), ms: fc.nat(2_000), later: fc.nat(600) }),
    {
      maxLength: 40,
    },
  )
  fc.assert(
    fc.property(moves, (all) => {
      let time = 0
      const pauses = new TargetPauses({ now: () => time, maxMs })
      const ends = new Map<string, number>()
      for (const { lane, ms, later } of all) {
        const before = ends.get(lane) ?? 0
        const end = Math.max(before, time + Math.min(ms, maxMs))
        ends.set(lane, end)
        const begins = before <= time && end > time
        expect(pauses.pause(lane, time + ms)).toBe(begins ? end - time : null)
        time += later
        expect(pauses.isEmpty).toBe([...ends.values()].every((at) => at <= time))
        for (const [name, at] of ends) expect(pauses.until(name)).toBe(at > time ? at : 0)
      }
    }),
  )
})
