import { expect, it } from 'vitest'
import { SharedTokens } from '../../src/durability/shared-tokens.ts'
import { TokenBuckets } from '../../src/egress/limits/token-buckets.ts'

const rate = { perSecond: 100, burst: 100 }

/** A store whose answers the test gives. */
function make() {
  let time = 1_000
  const asked: { wanted: number; answer: (granted: number | null, moreAt?: number) => Promise<void> }[] = []
  const now = () => time
  const store = {
    now: () => time + 500_000,
    reserve: (_bucket: string, _rate: unknown, wanted: number) => {
      const { promise, resolve } = Promise.withResolvers<
        { granted: number; moreAt: number } | 'unavailable'
      >()
      asked.push({
        wanted,
        async answer(granted, moreAt = 0) {
          resolve(granted === null ? 'unavailable' : { granted, moreAt: moreAt + 500_000 })
          await promise
          await Promise.resolve()
        },
      })
      return promise
    },
  }
  const tokens = new SharedTokens({ store, now, own: new TokenBuckets({ now }) })
  const advance = (ms: number) => {
    time += ms
  }
  return { tokens, asked, advance, now }
}

it('asks once for all that wait, and tells when there is an answer', async () => {
  const { tokens, asked, now } = make()

  expect(tokens.availableAt('a', rate, 1)).toBe(now())
  for (let count = 0; count < 5; count += 1) expect(tokens.reserve('a', rate, 1).granted).toBe(0)
  expect(asked.map(({ wanted }) => wanted)).toEqual([1])
  expect(tokens.availableAt('a', rate, 1)).toBeGreaterThan(now())

  await asked[0]?.answer(1)
  expect(tokens.reserve('a', rate, 1).granted).toBe(1)
  expect(tokens.reserve('b', rate, 1).granted).toBe(0)
})

it('takes no more in advance than was used in 100 ms, and never more than a block', async () => {
  const { tokens, asked, advance } = make()
  const wanted: number[] = []
  for (let count = 0; count < 200; count += 1) {
    if (tokens.reserve('a', rate, 1).granted === 0) {
      const question = asked.at(-1)
      wanted.push(question?.wanted ?? 0)
      await question?.answer(question.wanted)
    }
    advance(1)
  }
  expect(Math.max(...wanted)).toBe(10)
})

it('does not ask before the store has more', async () => {
  const { tokens, asked, advance, now } = make()
  tokens.reserve('a', rate, 1)
  await asked[0]?.answer(0, now() + 300)

  expect(tokens.reserve('a', rate, 1)).toEqual({ granted: 0, moreAt: now() + 300 })
  expect(tokens.availableAt('a', rate, 1)).toBe(now() + 300)
  expect(asked).toHaveLength(1)
  advance(300)
  tokens.reserve('a', rate, 1)
  expect(asked).toHaveLength(2)
})

it('counts for itself while the store cannot be asked', async () => {
  const { tokens, asked, advance } = make()
  tokens.reserve('a', rate, 1)
  await asked[0]?.answer(null)

  expect(tokens.reserve('a', rate, 200).granted).toBe(100)
  expect(tokens.reserve('a', rate, 1).granted).toBe(0)
  expect(asked).toHaveLength(1)
  advance(1_000)
  expect(tokens.reserve('a', rate, 1).granted).toBe(0)
  expect(asked).toHaveLength(2)
})
