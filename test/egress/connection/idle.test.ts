import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { Connection } from '../../../src/egress/connection/connection.ts'
import { IdleConnections } from '../../../src/egress/connection/idle.ts'

const step = fc.record({
  what: fc.constantFrom('put', 'put', 'takeLatest', 'takeOldest', 'remove'),
  key: fc.constantFrom('a', 'b', 'c'),
  index: fc.nat({ max: 20 }),
})

it('idle connections give the latest of a key and the oldest of all, as a plain list would', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
      const idle = new IdleConnections()
      const list: { readonly key: string; readonly connection: Connection }[] = []
      const takeFromList = (at: number) => (at < 0 ? undefined : list.splice(at, 1)[0]?.connection)

      for (const { what, key, index } of steps) {
        if (what === 'put') {
          const connection = someConnection()
          idle.put(key, connection)
          list.push({ key, connection })
        } else if (what === 'takeLatest') {
          expect(idle.takeLatest(key)).toBe(takeFromList(list.findLastIndex((entry) => entry.key === key)))
        } else if (what === 'takeOldest') {
          expect(idle.takeOldest()).toBe(takeFromList(0))
        } else {
          const { key: own = key, connection = someConnection() } = list.splice(index, 1)[0] ?? {}
          idle.remove(own, connection)
        }
        expect(idle.size).toBe(list.length)
      }
    }),
  )
})

/** Only which one it is matters. */
function someConnection(): Connection {
  return {} as Connection
}
