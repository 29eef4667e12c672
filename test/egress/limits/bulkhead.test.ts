import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Bulkhead, type Permit } from '../../../src/egress/limits/bulkhead.ts'

describe('the permits of a key', () => {
  it('are granted at once while there are any', () => {
    const bulkhead = new Bulkhead({ maxPerHost: 2, maxQueuePerHost: 0 })
    expect([bulkhead.acquire('a')?.turn, bulkhead.acquire('a')?.turn]).toEqual([null, null])
    expect(bulkhead.acquire('a')).toBeNull()
    expect(bulkhead.acquire('b')?.turn).toBeNull()
  })

  it('have a queue of limited length, in order of arrival', async () => {
    const bulkhead = new Bulkhead({ maxPerHost: 1, maxQueuePerHost: 2 })
    const [running, first, second] = take(bulkhead, 3)
    const begun: string[] = []
    void first?.turn?.then(() => begun.push('first'))
    void second?.turn?.then(() => begun.push('second'))
    expect(bulkhead.acquire('a')).toBeNull()
    expect(bulkhead.waiting).toBe(2)

    running?.release()
    await first?.turn
    expect(begun).toEqual(['first'])
    expect(bulkhead.waiting).toBe(1)
    first?.release()
    await second?.turn
    expect(begun).toEqual(['first', 'second'])
  })

  it('are kept for the queue: a new call does not overtake it', () => {
    const bulkhead = new Bulkhead({ maxPerHost: 1, maxQueuePerHost: 1 })
    const [running] = take(bulkhead, 2)
    running?.release()
    expect(bulkhead.acquire('a')?.turn).toBeInstanceOf(Promise)
  })

  it('are free again when the last holder has released them', () => {
    const bulkhead = new Bulkhead({ maxPerHost: 1, maxQueuePerHost: 0 })
    const permit = bulkhead.acquire('a')
    permit?.hold()
    permit?.release()
    expect(bulkhead.acquire('a')).toBeNull()
    permit?.release()
    expect(bulkhead.acquire('a')).not.toBeNull()
  })

  it('are no longer waited for after a release', async () => {
    const bulkhead = new Bulkhead({ maxPerHost: 1, maxQueuePerHost: 2 })
    const [running, impatient, patient] = take(bulkhead, 3)
    impatient?.release()
    await expect(impatient?.turn).rejects.toMatchObject({ code: 'EGRESS_STOPPED' })
    expect(bulkhead.waiting).toBe(1)
    running?.release()
    await patient?.turn
    expect(bulkhead.waiting).toBe(0)
  })
})

/** A key of the model: the permits that are granted, and those that wait, in order. */
interface Model {
  taken: Permit[]
  queue: Permit[]
}

it('a bulkhead never grants more permits than there are, loses none, and serves in order', async () => {
  const limits = {
    maxPerHost: fc.integer({ min: 1, max: 3 }),
    maxQueuePerHost: fc.integer({ min: 0, max: 3 }),
  }
  const steps = fc.array(
    fc.record({ key: fc.constantFrom('a', 'b'), isTaking: fc.boolean(), which: fc.nat({ max: 5 }) }),
    { maxLength: 60 },
  )
  await fc.assert(
    fc.asyncProperty(fc.record(limits), steps, async ({ maxPerHost, maxQueuePerHost }, actions) => {
      const bulkhead = new Bulkhead({ maxPerHost, maxQueuePerHost })
      const models: Record<string, Model> = { a: { taken: [], queue: [] }, b: { taken: [], queue: [] } }
      const begun: Permit[] = []
      const due: Permit[] = []

      for (const { key, isTaking, which } of actions) {
        const { taken, queue } = models[key] ?? { taken: [], queue: [] }
        if (isTaking) {
          const permit = bulkhead.acquire(key)
          if (taken.length < maxPerHost) expect(permit?.turn).toBeNull()
          else expect(permit === null).toBe(queue.length === maxQueuePerHost)
          if (permit === null) continue
          permit.turn?.then(
            () => begun.push(permit),
            () => {},
          )
          ;(permit.turn === null ? taken : queue).push(permit)
        } else {
          const permit = [...taken, ...queue][which]
          if (permit === undefined) continue
          const hadPlace = taken.includes(permit)
          remove(hadPlace ? taken : queue, permit)
          permit.release()
          const next = hadPlace ? queue.shift() : undefined
          if (next !== undefined) {
            taken.push(next)
            due.push(next)
          }
        }
        await Promise.resolve()
        expect(bulkhead.waiting).toBe((models.a?.queue.length ?? 0) + (models.b?.queue.length ?? 0))
        expect(begun).toEqual(due)
      }
    }),
  )
})

function take(bulkhead: Bulkhead, count: number): readonly (Permit | null)[] {
  return Array.from({ length: count }, () => bulkhead.acquire('a'))
}

function remove(list: Permit[], permit: Permit): void {
  list.splice(list.indexOf(permit), 1)
}
