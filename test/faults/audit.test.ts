import fc from 'fast-check'
import { expect, it, onTestFinished, vi } from 'vitest'
import type { ExecuteReply } from '../../src/contract/execution.ts'
import { credentials } from '../support/servers.ts'
import { startSharedService } from './support/shared-service.ts'
import { allWhims, createUnrulyReceiver, polite, type Visit } from './support/unruly-receiver.ts'

const calls = 1_200
const atOnce = 32

/** Set AUDIT_SEED to play a run again. */
const seed = Number(process.env.AUDIT_SEED ?? Date.now() % 2 ** 31)

const whim = fc.oneof(
  { weight: 2, arbitrary: fc.constantFrom(...polite) },
  { weight: 3, arbitrary: fc.constantFrom(...allWhims) },
)

const call = fc.record({
  whim,
  tenant: fc.constantFrom('a', 'b', undefined),
  method: fc.constantFrom('GET', 'POST'),
  timeoutMs: fc.constantFrom(150, 250),
})

it(`the replies to ${calls} calls agree with the notes of an unruly receiver`, async () => {
  console.info(`AUDIT_SEED=${seed}`)
  const script = fc.sample(call, { seed, numRuns: calls })
  const timersBefore = countTimers()
  const receiver = await createUnrulyReceiver(credentials, (id) => script[Number(id)]?.whim ?? 'answer')
  onTestFinished(() => receiver.close())
  const service = await startSharedService()

  const replies = await inParallel(script, async ({ tenant, method, timeoutMs }, id) => {
    const node = { method, url: `https://127.0.0.1:${receiver.port}/${id}`, timeoutMs }
    return await service.execute({ node, tenant })
  })
  await service.close()

  const visits = Map.groupBy(receiver.journal, ({ id }) => id)
  const contradictions = replies.flatMap((reply, id) =>
    contradictionsIn(reply, visits.get(String(id)) ?? [], script[id]?.method).map((what) => ({
      id,
      whim: script[id]?.whim,
      what,
      attempts: reply.attempts,
    })),
  )
  expect(contradictions, `AUDIT_SEED=${seed}`).toEqual([])
  await vi.waitUntil(() => receiver.open() === 0)
  await vi.waitUntil(() => countTimers() <= timersBefore)
})

/** What a reply says that cannot be true. */
function contradictionsIn(
  reply: ExecuteReply,
  visits: readonly Visit[],
  method: string | undefined,
): readonly string[] {
  const { attempts, response, delivered } = reply
  const certainties = attempts.map((attempt) => attempt.delivered)
  const mayHaveArrived = certainties.filter((certainty) => certainty !== 'no').length
  const shownId = response?.headers?.find(([name]) => name === 'x-id')?.[1]
  // Of a head that breaks a rule nothing is shown but its status, and only where the status line was read.
  const told = response ?? { status: attempts.at(-1)?.status ?? null }
  const answered = visits.filter(
    ({ id, status }) => (response === null || id === shownId) && status !== null && status === told.status,
  )
  const checks = {
    'a request on the wire is not in the list': visits.length > mayHaveArrived,
    'a request that must not come twice was sent twice': method === 'POST' && mayHaveArrived > 1,
    'the list says less than the reply': delivered !== findSurest(certainties),
    'yes without an answer': delivered === 'yes' && answered.length === 0,
    'a status that was not sent': told.status !== null && answered.length === 0,
    'an answer without yes': response !== null && delivered !== 'yes',
    'the last attempt has another status': attempts.at(-1)?.status !== told.status,
    'numbers do not count': attempts.some(({ number }, index) => number !== index + 1),
  }
  return Object.entries(checks).flatMap(([what, isSo]) => (isSo ? [what] : []))
}

function findSurest(certainties: readonly string[]): string | undefined {
  return ['yes', 'maybe', 'no'].find((certainty) => certainties.includes(certainty))
}

async function inParallel<Item, Result>(
  items: readonly Item[],
  work: (item: Item, index: number) => Promise<Result>,
): Promise<readonly Result[]> {
  const results: Result[] = []
  const waiting = items.entries()
  const worker = async () => {
    for (const [index, item] of waiting) results[index] = await work(item, index)
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
  return results
}

function countTimers(): number {
  return process.getActiveResourcesInfo().filter((resource) => resource === 'Timeout').length
}
