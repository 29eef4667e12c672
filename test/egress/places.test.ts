import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Place, Places } from '../../src/egress/limits/bulkhead.ts'

describe('the places of a lane', () => {
  it('are given away at once while there are any', () => {
    const places = new Places({ maxPerHost: 2, maxQueuePerHost: 0 })
    expect([places.take('a')?.turn, places.take('a')?.turn]).toEqual([null, null])
    expect(places.take('a')).toBeNull()
    expect(places.take('b')?.turn).toBeNull()
  })

  it('are waited for by so many, in the order in which they came', async () => {
    const places = new Places({ maxPerHost: 1, maxQueuePerHost: 2 })
    const [running, first, second] = take(places, 3)
    const begun: string[] = []
    void first?.turn?.then(() => begun.push('first'))
    void second?.turn?.then(() => begun.push('second'))
    expect(places.take('a')).toBeNull()
    expect(places.waiting).toBe(2)

    running?.letGo()
    await first?.turn
    expect(begun).toEqual(['first'])
    expect(places.waiting).toBe(1)
    first?.letGo()
    await second?.turn
    expect(begun).toEqual(['first', 'second'])
  })

  it('are kept for those who wait: nobody slips in between', () => {
    const places = new Places({ maxPerHost: 1, maxQueuePerHost: 1 })
    const [running] = take(places, 2)
    running?.letGo()
    expect(places.take('a')?.turn).toBeInstanceOf(Promise)
  })

  it('are given on when the last one who holds them lets go', () => {
    const places = new Places({ maxPerHost: 1, maxQueuePerHost: 0 })
    const place = places.take('a')
    place?.hold()
    place?.letGo()
    expect(places.take('a')).toBeNull()
    place?.letGo()
    expect(places.take('a')).not.toBeNull()
  })

  it('are no longer waited for by those who let go', async () => {
    const places = new Places({ maxPerHost: 1, maxQueuePerHost: 2 })
    const [running, impatient, patient] = take(places, 3)
    impatient?.letGo()
    await expect(impatient?.turn).rejects.toMatchObject({ code: 'EGRESS_STOPPED' })
    expect(places.waiting).toBe(1)
    running?.letGo()
    await patient?.turn
    expect(places.waiting).toBe(0)
  })
})

/** A lane of the model: who has a place, and who waits for one, in order. */
interface Model {
  taken: Place[]
  queue: Place[]
}

it('never gives away more places than there are, forgets none, and serves in order', async () => {
  const limits = {
    maxPerHost: fc.integer({ min: 1, max: 3 }),
    maxQueuePerHost: fc.integer({ min: 0, max: 3 }),
  }
  const steps = fc.array(
    fc.record({ lane: fc.constantFrom('a', 'b'), isTaking: fc.boolean(), which: fc.nat({ max: 5 }) }),
    { maxLength: 60 },
  )
  await fc.assert(
    fc.asyncProperty(fc.record(limits), steps, async ({ maxPerHost, maxQueuePerHost }, actions) => {
      const places = new Places({ maxPerHost, maxQueuePerHost })
      const lanes: Record<string, Model> = { a: { taken: [], queue: [] }, b: { taken: [], queue: [] } }
      const begun: Place[] = []
      const due: Place[] = []

      for (const { lane, isTaking, which } of actions) {
        const { taken, queue } = lanes[lane] ?? { taken: [], queue: [] }
        if (isTaking) {
          const place = places.take(lane)
          if (taken.length < maxPerHost) expect(place?.turn).toBeNull()
          else expect(place === null).toBe(queue.length === maxQueuePerHost)
          if (place === null) continue
          place.turn?.then(
            () => begun.push(place),
            () => {},
          )
          ;(place.turn === null ? taken : queue).push(place)
        } else {
          const place = [...taken, ...queue][which]
          if (place === undefined) continue
          const hadPlace = taken.includes(place)
          remove(hadPlace ? taken : queue, place)
          place.letGo()
          const next = hadPlace ? queue.shift() : undefined
          if (next !== undefined) {
            taken.push(next)
            due.push(next)
          }
        }
        await Promise.resolve()
        expect(places.waiting).toBe((lanes.a?.queue.length ?? 0) + (lanes.b?.queue.length ?? 0))
        expect(begun).toEqual(due)
      }
    }),
  )
})

function take(places: Places, count: number): readonly (Place | null)[] {
  return Array.from({ length: count }, () => places.take('a'))
}

function remove(list: Place[], place: Place): void {
  list.splice(list.indexOf(place), 1)
}
