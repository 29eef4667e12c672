import { expect, it } from 'vitest'
import { FairLimiter } from '../../../src/egress/limits/fair-limiter.ts'

it('the limiter runs a limited number of tasks at a time, in order of arrival', async () => {
  const limiter = new FairLimiter(2)
  const begun: number[] = []
  const ends = Array.from({ length: 5 }, () => Promise.withResolvers<void>())
  const tasks = ends.map(({ promise }, number) =>
    limiter.run('key', async () => {
      begun.push(number)
      await promise
      return number
    }),
  )

  await settle()
  expect(begun).toEqual([0, 1])
  ends[1]?.resolve()
  await settle()
  expect(begun).toEqual([0, 1, 2])
  for (const { resolve } of ends) resolve()
  expect(await Promise.all(tasks)).toEqual([0, 1, 2, 3, 4])
})

it('the limiter serves keys round robin, however many tasks wait under one of them', async () => {
  const limiter = new FairLimiter(1)
  const begun: string[] = []
  const task = (name: string) => async () => void begun.push(name)

  await Promise.all([
    ...['a1', 'a2', 'a3', 'a4'].map((name) => limiter.run('a', task(name))),
    ...['b1', 'b2'].map((name) => limiter.run('b', task(name))),
    limiter.run('c', task('c1')),
  ])

  expect(begun).toEqual(['a1', 'a2', 'b1', 'c1', 'a3', 'b2', 'a4'])
})

it('the limiter goes on after a task that failed', async () => {
  const limiter = new FairLimiter(1)
  const failing = limiter.run('key', () => Promise.reject(new Error('failed')))
  const following = limiter.run('key', async () => 'done')

  await expect(failing).rejects.toThrow('failed')
  expect(await following).toBe('done')
})

/** Lets what is resolved take its course. */
async function settle(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve))
}
