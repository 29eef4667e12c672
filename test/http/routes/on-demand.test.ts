import { expect, it } from 'vitest'
import { onDemand } from '../../../src/http/routes/on-demand.ts'

it('loads once for all who ask at the same time, and again only after a failure', async () => {
  let loads = 0
  const load = onDemand(async () => {
    loads += 1
    if (loads === 1) throw Object.assign(new Error('too many open files'), { code: 'EMFILE' })
    return loads
  })

  const first = await Promise.allSettled([load(), load()])
  expect(first.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  expect(await Promise.all([load(), load()])).toEqual([2, 2])
  expect(await load()).toBe(2)
})
