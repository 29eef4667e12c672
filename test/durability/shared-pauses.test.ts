import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { SharedPauses } from '../../src/durability/shared-pauses.ts'
import type { ConnectionPause } from '../../src/durability/store/pause-store.ts'
import { TargetPauses } from '../../src/egress/limits/target-pauses.ts'

/** The clock of the store is that much ahead. */
const ahead = 500_000

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }))
afterEach(() => void vi.useRealTimers())

/** A store whose answers the test gives. */
function make() {
  const now = () => performance.now()
  const saved: { pauses: readonly ConnectionPause[]; answer: (answer: 'written' | 'unavailable') => void }[] =
    []
  const learned: object[] = []
  let tell: (pause: ConnectionPause) => void = () => {}
  const pauses = new SharedPauses({
    store: {
      save(given) {
        const { promise, resolve } = Promise.withResolvers<'written' | 'unavailable'>()
        saved.push({ pauses: given, answer: resolve })
        return promise
      },
      onPause(listener) {
        tell = listener
      },
    },
    storeNow: () => now() + ahead,
    own: new TargetPauses({ now, maxMs: 10_000 }),
    now,
    onLearn: (pause) => learned.push(pause),
  })
  return { pauses, saved, learned, now, tell: (pause: ConnectionPause) => tell(pause) }
}

const settled = (ms: number) => vi.advanceTimersByTimeAsync(ms)

it('holds at once, and is written by the time of the store, as it is bounded here', async () => {
  const { pauses, saved, now } = make()

  expect(pauses.isEmpty).toBe(true)
  expect(pauses.pause('crm', now() + 60_000)).toBe(10_000)

  expect(pauses.isEmpty).toBe(false)
  expect(pauses.until('crm')).toBe(now() + 10_000)
  expect(saved.map(({ pauses: given }) => given)).toEqual([
    [{ connection: 'crm', until: now() + 10_000 + ahead }],
  ])
})

it('is one write for all that comes while the store is asked, and shortly after', async () => {
  const { pauses, saved, now } = make()
  pauses.pause('crm', now() + 1_000)
  for (let count = 1; count <= 50; count += 1) pauses.pause('crm', now() + 1_000 + count)
  pauses.pause('mail', now() + 2_000)
  expect(saved).toHaveLength(1)

  saved[0]?.answer('written')
  await settled(50)
  expect(saved).toHaveLength(1)
  await settled(100)

  const until = (ms: number) => Math.ceil(now() - 150 + ms + ahead)
  expect(saved[1]?.pauses).toEqual([
    { connection: 'crm', until: until(1_050) },
    { connection: 'mail', until: until(2_000) },
  ])
  saved[1]?.answer('written')
  await settled(1_000)
  expect(saved).toHaveLength(2)
})

it('is not written where it changes nothing, where it was learned, and where it is over too soon', async () => {
  const { pauses, saved, learned, now, tell } = make()
  pauses.pause('crm', now() + 1_000)
  saved[0]?.answer('written')
  await settled(200)

  pauses.pause('crm', now() + 1)
  pauses.pause('short', now() + 20)
  tell({ connection: 'mail', until: now() + 2_000 + ahead })
  await settled(200)

  expect(saved).toHaveLength(1)
  expect(pauses.until('mail')).toBe(now() - 200 + 2_000)
  expect(learned).toEqual([{ connection: 'mail', pauseMs: 2_000 }])
})

it('is bounded here, whoever was asked for it, and told once', () => {
  const { pauses, learned, now, tell } = make()

  tell({ connection: 'crm', until: Number.MAX_SAFE_INTEGER })
  tell({ connection: 'crm', until: now() + 10_000 + ahead })

  expect(pauses.until('crm')).toBe(now() + 10_000)
  expect(learned).toEqual([{ connection: 'crm', pauseMs: 10_000 }])
})

it('holds here while the store cannot be asked, which is asked again until the pause is over', async () => {
  const { pauses, saved, now } = make()
  const end = now() + 3_500
  pauses.pause('crm', end)

  for (const count of [1, 2, 3]) {
    expect(saved).toHaveLength(count)
    saved.at(-1)?.answer('unavailable')
    await settled(1_000)
    expect(pauses.until('crm')).toBe(end)
  }
  expect(saved).toHaveLength(4)
  expect(new Set(saved.map(({ pauses: [one] }) => one?.until))).toEqual(new Set([Math.ceil(end + ahead)]))
  saved.at(-1)?.answer('unavailable')
  await settled(10_000)

  expect(saved).toHaveLength(4)
  expect(pauses.isEmpty).toBe(true)
})
