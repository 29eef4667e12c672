import { setImmediate as nextTurn } from 'node:timers/promises'
import { array, assert, asyncProperty, constantFrom, nat, oneof, record } from 'fast-check'
import { expect, it } from 'vitest'
import { Admission } from '../../../src/egress/limits/admission.ts'
import { Bulkhead, Permit } from '../../../src/egress/limits/bulkhead.ts'
import { HostLimits } from '../../../src/egress/limits/host-limits.ts'
import { TargetPauses } from '../../../src/egress/limits/target-pauses.ts'
import { TokenBuckets } from '../../../src/egress/limits/token-buckets.ts'
import { rules } from '../../support/egress-client.ts'

const target = { host: 'localhost', port: 443 }

function createAdmission() {
  const now = () => performance.now()
  const queues = { maxPerHost: 3, maxQueuePerHost: 4 }
  const bulkhead = new Bulkhead(queues)
  const [rule] = rules('localhost')
  if (rule === undefined) throw new TypeError('one entry is one rule')
  const ceiling = { rule, limits: { rate: null, concurrent: 4 }, isCeiling: true }
  const admission = new Admission({
    ...queues,
    bulkhead,
    tokens: new TokenBuckets({ now }),
    pauses: new TargetPauses({ now, maxMs: 1_000 }),
    hostLimits: { current: new HostLimits([ceiling]) },
    queueFull: () => ({ code: 'queue_full', detail: '', path: null }),
    now,
  })
  const enter = (tenant: string, connection: string | null) => {
    const crm = connection === null ? null : { name: connection, limits: { rate: null, concurrent: 2 } }
    const limits = admission.find(target, tenant, crm)
    if (limits === null) throw new TypeError('the ceiling holds for all calls')
    return admission.enter({ key: { ...target, lane: tenant }, limits, endsAt: now() + 60_000 })
  }
  return { admission, bulkhead, enter }
}

const steps = array(
  oneof(
    {
      weight: 3,
      arbitrary: record({ tenant: constantFrom('a', 'b', 'c'), connection: constantFrom(null, 'x', 'y') }),
    },
    { weight: 2, arbitrary: record({ leaves: nat(30) }) },
    { weight: 1, arbitrary: record({ turns: constantFrom(1) }) },
  ),
  { maxLength: 80 },
)

it('calls that come and go leave nothing behind, and never exceed their limits', async () => {
  await assert(
    asyncProperty(steps, async (moves) => {
      const { admission, bulkhead, enter } = createAdmission()
      const present: Permit[] = []
      const running = new Set<Permit>()
      const leave = (index: number) => {
        const [permit] = present.splice(index, 1)
        if (permit === undefined) return
        running.delete(permit)
        permit.release()
      }
      for (const move of moves) {
        if ('turns' in move) await nextTurn()
        else if ('leaves' in move) leave(move.leaves % Math.max(1, present.length))
        else {
          const permit = enter(move.tenant, move.connection)
          if (!(permit instanceof Permit)) continue
          present.push(permit)
          const begin = () => present.includes(permit) && running.add(permit)
          if (permit.turn === null) begin()
          else permit.turn.then(begin, () => {})
        }
        expect(running.size).toBeLessThanOrEqual(4)
      }
      while (present.length > 0) {
        await nextTurn()
        expect(running.size).toBeGreaterThan(0)
        const first = present.findIndex((permit) => running.has(permit))
        leave(first)
      }
      await nextTurn()
      expect([admission.waiting, bulkhead.waiting]).toEqual([0, 0])
      const again = ['a', 'a', 'b', 'b'].map((tenant) => enter(tenant, tenant === 'a' ? 'x' : null))
      expect(again.map((permit) => permit instanceof Permit && permit.turn === null)).toEqual(
        Array(4).fill(true),
      )
    }),
    { numRuns: 200 },
  )
})
