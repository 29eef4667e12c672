import { writeSync } from 'node:fs'
import type { Leased } from '../../../../src/durability/store/execution-store.ts'
import { anyRoom, bytes, durable, ended, failed, synchronous } from '../../support/submissions.ts'
import { openSqlite } from './open-sqlite.ts'

/**
 * Does all that a service does with the store of the first argument, until it is killed. A line to the standard output says what has
 * happened, before anything else does: `accepted`, `sent` (the first byte of an attempt), `ended`, `called`. With a second argument it
 * accepts nothing new and ends when nothing is left.
 */
const [, , path = '', task = ''] = process.argv
const store = await openSqlite(path)
const tell = (...words: readonly (string | number)[]) => writeSync(1, `${words.join(' ')}\n`)
tell('open')

let isIdle = false
const choose = <T>(...values: readonly T[]): T => values[Math.floor(Math.random() * values.length)] as T
const lane = (host: string) => ({ client: 'engine', tenant: null, host, port: 443 })
const callback = { lane: lane('engine'), dueAt: 0 }

async function acceptSome(): Promise<void> {
  const submissions = Array.from({ length: choose(1, 3) }, () => {
    const repeatable = Math.random() < 0.5
    const key = Math.random() < 0.5 ? null : `k${Math.random()}`
    return durable({ repeatable, key, lane: lane(choose('a', 'b')), callsBack: true })
  })
  const acceptance = await store.accept(submissions)
  if (acceptance !== 'unavailable' && acceptance.outcome === 'stored')
    for (const { executionId, repeatable } of submissions)
      tell('accepted', executionId, repeatable ? 'repeatable' : 'once')
}

/** The same few keys in each life of the process. */
async function executeSynchronously(): Promise<void> {
  const key = `s${choose(1, 2, 3)}`
  const acceptance = await store.accept([synchronous({ key })])
  if (acceptance === 'unavailable' || acceptance.outcome !== 'stored') return
  const [answer] = acceptance.executions
  if (answer?.outcome !== 'accepted' || answer.lease === null) return
  if (answer.begun === null) {
    if ((await store.begin(answer.lease, answer.attempts + 1)) !== 'written') return
    tell('sent', `${answer.executionId}`, answer.attempts + 1, 'once')
  }
  const interrupted = failed({ code: 'interrupted', repeat: 'if_idempotent' })
  const outcome = answer.begun === null ? ended() : interrupted
  await store.settle(answer.lease, { ...outcome, attempts: answer.attempts + 1 })
}

async function goOn(leased: Leased): Promise<void> {
  const { lease, execution } = leased
  if (leased.purpose === 'callback') {
    tell('called', execution.id)
    await store.settleCallback(lease, { wasSent: true, outcome: 'delivered' })
    return
  }
  const attempts = execution.attempts + 1
  if (leased.mustEnd !== null) {
    const outcome = failed({ code: leased.mustEnd, repeat: 'if_idempotent', attempts, callback })
    if ((await store.settle(lease, outcome)) === 'written') tell('ended', execution.id, leased.mustEnd)
    return
  }
  if (!execution.repeatable && (await store.begin(lease, attempts)) !== 'written') return
  const refused = Math.random() < 0.3
  // What must not be repeated is tried again only where nothing was sent.
  if (execution.repeatable || !refused)
    tell('sent', execution.id, attempts, execution.repeatable ? 'repeatable' : 'once')
  const again = { outcome: 'again', attempts, dueAt: Date.now() + 5, progress: bytes('p') } as const
  const outcome = refused ? again : ended({ attempts, callback })
  if ((await store.settle(lease, outcome)) === 'written' && !refused) tell('ended', execution.id, 'result')
}

for (;;) {
  if (task === '') void Promise.all([acceptSome(), acceptSome(), executeSynchronously()])
  const leased = await store.claim(anyRoom, 20)
  if (leased === 'unavailable') break
  await Promise.all(leased.map(goOn))
  const backlog = await store.backlog()
  if (backlog === 'unavailable') break
  isIdle = backlog.waiting + backlog.running + backlog.callbacks === 0
  if (task !== '' && isIdle) break
}
await store.close()
