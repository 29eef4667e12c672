import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { layOutWaterfall } from '../../src/console/waterfall.js'
import { noPhases } from '../../src/execution/no-phases.ts'

const at = (seconds: number) => new Date(Date.UTC(2026, 10, 21) + seconds * 1_000).toISOString()

const ms = fc.option(
  fc.oneof(fc.double({ min: -10, max: 1e9 }), fc.constantFrom(0, Number.NaN, Number.POSITIVE_INFINITY)),
)
const attempt = fc.record({
  startedAt: fc.oneof(
    fc.date({ min: new Date(0), max: new Date(4e12), noInvalidDate: true }).map((date) => date.toISOString()),
    fc.string(),
  ),
  durationMs: fc.oneof(fc.double({ min: 0, max: 1e9, noNaN: true }), fc.constantFrom(Number.NaN, -1)),
  timings: fc.record({ queueMs: ms, dnsMs: ms, connectMs: ms, tlsMs: ms, firstByteMs: ms, downloadMs: ms }),
})

describe('a waterfall', () => {
  it('has every bar and every part within its span, in order, whatever the times say', () => {
    fc.assert(
      fc.property(
        fc.array(attempt),
        fc.option(fc.oneof(fc.string(), fc.constant(at(0)))),
        (attempts, since) => {
          const { spanMs, bars, ticks } = layOutWaterfall(attempts, since)

          expect(Number.isFinite(spanMs) && spanMs > 0).toBe(true)
          expect(bars).toHaveLength(attempts.length)
          for (const { from, to, parts, pause } of bars) {
            const places = [0, from, ...parts.flatMap((part) => [part.from, part.to]), to, 1]
            expect(places).toEqual(places.toSorted((one, other) => one - other))
            if (pause !== null)
              expect(0 <= pause.from && pause.from < pause.to && pause.to <= from).toBe(true)
          }
          for (const tick of ticks) expect(tick.at >= 0 && tick.at <= 1).toBe(true)
          expect(ticks.length).toBeLessThanOrEqual(6)
        },
      ),
    )
  })

  it('shows the phases of an attempt one behind the other', () => {
    const timings = { ...noPhases, dnsMs: 10, tlsMs: 20, firstByteMs: 60 }
    const { spanMs, bars } = layOutWaterfall([{ startedAt: at(0), durationMs: 100, timings }])

    expect(spanMs).toBe(100)
    expect(bars[0]?.restMs).toBe(10)
    expect(bars[0]?.parts.map(({ label, from, to }) => [label, from, to])).toEqual([
      ['DNS', 0, 0.1],
      ['TLS', 0.1, 0.3],
      ['first byte', 0.3, 0.9],
    ])
  })

  it('shows attempts over hours, with the pauses between them and the wait before the first', () => {
    const attempts = [3_600, 7_200, 14_400].map((seconds) => ({
      startedAt: at(seconds),
      durationMs: 1_000,
      timings: noPhases,
    }))
    const { bars, ticks } = layOutWaterfall(attempts, at(0))

    expect(bars.map(({ pause }) => pause && Math.round(pause.ms / 1_000))).toEqual([3_600, 3_599, 7_199])
    expect(ticks.map((tick) => tick.ms / 3_600_000)).toEqual([0, 1, 2, 3, 4])
  })

  it('has no pause where one attempt follows the other at once', () => {
    const attempts = [0, 1.005].map((seconds) => ({
      startedAt: at(seconds),
      durationMs: 1_000,
      timings: noPhases,
    }))

    expect(layOutWaterfall(attempts).bars.map(({ pause }) => pause)).toEqual([null, null])
  })
})
