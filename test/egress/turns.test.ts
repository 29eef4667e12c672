import { expect, it } from 'vitest'
import { Turns } from '../../src/egress/turns.ts'

it('lets so many tasks run at a time, in the order in which they came', async () => {
  const turns = new Turns(2)
  const begun: number[] = []
  const ends = Array.from({ length: 5 }, () => Promise.withResolvers<void>())
  const tasks = ends.map(({ promise }, number) =>
    turns.take(async () => {
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

it('goes on after a task that failed', async () => {
  const turns = new Turns(1)
  const failing = turns.take(() => Promise.reject(new Error('failed')))
  const following = turns.take(async () => 'done')

  await expect(failing).rejects.toThrow('failed')
  expect(await following).toBe('done')
})

/** Lets what is resolved take its course. */
async function settle(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve))
}
