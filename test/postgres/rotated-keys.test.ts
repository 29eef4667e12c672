import { describe, expect, it, onTestFinished, vi } from 'vitest'
import type { StoredExecution } from '../../src/durability/store/execution-store.ts'
import {
  acceptOne,
  answerOf,
  available,
  claimCallbacks,
  claimExecutions,
  claimOne,
  findOne,
} from '../durability/support/store-world.ts'
import { anyRoom, durable, ended, failed, synchronous } from '../durability/support/submissions.ts'
import { makeAddress, openPostgres, run, storeKey } from './support/postgres-world.ts'

const newKey = { id: 'k2', bytes: Buffer.alloc(32, 8) }

/** One instance that has the new key, and one that has not been restarted with it. */
async function openBoth() {
  const address = makeAddress()
  const reasons: string[] = []
  const old = await openPostgres(address, { onUnavailable: (reason) => reasons.push(reason) })
  const rotated = await openPostgres(address, { keys: [newKey, storeKey] })
  for (const store of [old, rotated]) onTestFinished(() => store.close())
  return { address, old, rotated, reasons }
}

/** The callback goes to the lane of the execution. */
function withCallback({ lane, acceptedAt }: StoredExecution) {
  return { lane, dueAt: acceptedAt }
}

describe('an instance that lacks a key', () => {
  it('leaves executions to those that have it, says so, and asks for them no more for a while', async () => {
    const { old, rotated, reasons } = await openBoth()
    const { executionId } = await acceptOne(rotated, durable())
    const own = await acceptOne(old, durable())

    const claimed = available(await old.claim(anyRoom, 100))

    expect(claimed.map(({ execution }) => execution.id)).toEqual([own.executionId])
    expect(reasons).toEqual([expect.stringContaining('"k2"')])
    expect(await findOne(old, executionId)).toMatchObject({ state: 'waiting', attempts: 0, begun: null })
    expect(await claimExecutions(old)).toEqual([])
    await vi.waitFor(
      async () => {
        const [taken] = await claimExecutions(rotated)
        expect(taken).toMatchObject({ execution: { id: executionId }, mustEnd: null })
        expect(taken?.documents).not.toBeNull()
      },
      { timeout: 10_000, interval: 100 },
    )
  })

  it('ends none that must end, either', async () => {
    const { address, old, rotated } = await openBoth()
    const { executionId } = await acceptOne(rotated, durable({ expiresAt: 1 }))

    expect(await claimExecutions(old)).toEqual([])
    expect(await claimExecutions(old)).toEqual([])

    await run(address, 'UPDATE tickets SET ends_at = 1')
    expect(await claimOne(rotated)).toMatchObject({
      execution: { id: executionId },
      mustEnd: 'expired',
      documents: { secrets: null },
    })
  })

  it('leaves callbacks to those that have it', async () => {
    const { address, old, rotated } = await openBoth()
    const { executionId } = await acceptOne(old, durable({ callsBack: true }))
    const leased = await claimOne(rotated)
    await rotated.settle(leased.lease, ended({ callback: withCallback(leased.execution) }))

    expect(await claimCallbacks(old)).toEqual([])
    expect(await findOne(rotated, executionId)).toMatchObject({ callback: { state: 'waiting', attempts: 0 } })

    await run(address, 'UPDATE tickets SET due_at = 1; UPDATE lanes SET wakes_at = 1')
    const [callback] = await claimCallbacks(rotated)
    expect(callback?.execution.reply).not.toBeNull()
    expect(callback?.rest).not.toBeNull()
  })

  it('is unavailable to who wants what the key has sealed, and goes on with all else', async () => {
    const { old, rotated, reasons } = await openBoth()
    const { executionId, lease } = await acceptOne(rotated, synchronous({ key: 'k' }))
    if (lease === null) throw new TypeError('no lease')
    await rotated.settle(lease, ended())
    const waiting = await acceptOne(rotated, durable({ lane: { ...durable().lane, host: 'other' } }))

    expect(await old.find({ id: executionId })).toBe('unavailable')
    expect(await old.accept([synchronous({ key: 'k' })])).toBe('unavailable')
    expect(await old.cancel(waiting.executionId)).toBe('unavailable')
    expect(await findOne(old, waiting.executionId)).toMatchObject({ state: 'waiting', cancelled: false })
    expect(new Set(reasons)).toEqual(new Set([expect.stringMatching(/"k2".*STORE_KEYS/)]))
    expect(answerOf(await rotated.accept([synchronous({ key: 'k' })]))).toMatchObject({ outcome: 'replayed' })
  })

  it.each([
    ['', 20],
    [', as if another key had sealed it', 2],
  ])('still ends what is really damaged%s', async (_, place) => {
    const { address, old } = await openBoth()
    const { executionId } = await acceptOne(old, durable())
    await run(address, `UPDATE documents SET node = overlay(node PLACING '\\x00' FROM ${place})`)

    const leased = await claimOne(old)

    expect(leased).toMatchObject({ mustEnd: 'unreadable', documents: null })
    await old.settle(leased.lease, failed())
    expect(await findOne(old, executionId)).toMatchObject({ state: 'failed' })
  })
})
