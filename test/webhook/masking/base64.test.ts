import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { nextRun } from '../../../src/webhook/masking/base64.ts'

/** All runs that are long enough, found by a pattern. */
function runsIn(text: string, shortest: number): number[][] {
  return Array.from(text.matchAll(/[A-Za-z0-9+/_-]+/g), (run) => [
    run.index,
    run.index + run[0].length,
  ]).filter(([start = 0, end = 0]) => end - start >= shortest)
}

function runsFound(bytes: Uint8Array, length: number, shortest: number): (readonly number[])[] {
  const runs: (readonly number[])[] = []
  for (
    let run = nextRun(bytes, length, 0, shortest);
    run !== null;
    run = nextRun(bytes, length, run[1], shortest)
  )
    runs.push(run)
  return runs
}

describe('runs of base64 digits', () => {
  it('are all found, in order, and end where the text does', () => {
    const texts = fc.string({ unit: fc.constantFrom(...'aZ0+/-_=. '), maxLength: 80 })
    fc.assert(
      fc.property(texts, fc.integer({ min: 1, max: 12 }), fc.nat(), (text, shortest, cut) => {
        const length = cut % (text.length + 1)

        expect(runsFound(Buffer.from(text), length, shortest)).toEqual(
          runsIn(text.slice(0, length), shortest),
        )
      }),
      { numRuns: 500 },
    )
  })
})
