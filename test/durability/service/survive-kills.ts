import { writeFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { expect, onTestFinished, vi } from 'vitest'
import type { ExecutionStatus, Submitted } from '../../../src/contract/durable.ts'
import type { ExecuteReply } from '../../../src/contract/execution.ts'
import { startProcessAmongServers } from '../../support/process.ts'
import type { Answer } from '../../support/receiver.ts'
import { receiver } from '../../support/servers.ts'
import { KillJournal, type Phase, phases } from './kill-journal.ts'

/** A few in the suites. `npm run bench:kill` has a thousand. */
export const readKills = (usual: number): number => Number(process.env.KILLS ?? usual)
export const killSeed = Number(process.env.KILL_SEED ?? Math.floor(Math.random() * 2 ** 32))
/** No kill comes later. */
const killingMs = Number(process.env.KILL_MINUTES ?? Number.POSITIVE_INFINITY) * 60_000
/** Where a run writes what came of it, and that it tells of each kill. */
const results = process.env.KILL_RESULTS
export const killTimeout = (kills: number): number => 120_000 + kills * 15_000

export interface KillOptions {
  readonly kills: number
  /** The settings of the store, for all lives. The directory is gone at the end. */
  readonly store: (directory: string) => Readonly<Record<string, string>>
  readonly instances: number
  /** For how long the first of the instances is stopped, again and again, while the others are killed, in milliseconds; 0: it is killed as well. */
  readonly stoppedMs: number
}

/** After this time a client gives up on an instance that may be stopped, and sends again. */
const patienceMs = 2_000

/** Calls that are submitted at any time. */
const clients = 6

/** No client submits another one while so many have not ended. */
const mostUnderWay = 40

/** A kill comes after so many events at most: submissions, replies, arrivals at the target and at the engine. */
const mostEvents = 40

/** And so much later at most, in milliseconds, since most of what happens is no event. */
const latestMs = 10

/** How long an instance that was stopped goes on before it is stopped again, in milliseconds. */
const continuedMs = 3_000

/** Mulberry32. */
function createRandom(start: number): () => number {
  let state = start
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** How a call is made, and whether it may be sent twice. */
const kinds = {
  post: { route: '/v1/executions', node: { method: 'POST' }, mayRepeat: false },
  put: {
    route: '/v1/executions',
    node: { method: 'PUT', retry: { attempts: 50, initialDelayMs: 5, maxDelayMs: 50 } },
    mayRepeat: true,
  },
  sync: { route: '/v1/execute', node: { method: 'POST' }, mayRepeat: false },
} as const

type Kind = keyof typeof kinds

interface Call {
  readonly key: string
  readonly kind: Kind
  /** Of the first 202. */
  executionId: string | null
  /** Of a synchronous call. */
  reply: ExecuteReply | null
}

/** Every call that was accepted ends as it should, whatever moment an instance of the service is killed at. */
export async function surviveKills({ kills, store, instances, stoppedMs }: KillOptions): Promise<void> {
  const random = createRandom(killSeed)
  const journal = new KillJournal()
  const arrivals = new Map<string, number>()
  const answers: readonly Answer[] = [
    (_request, response) => void response.writeHead(200).end(),
    (_request, response) => void response.writeHead(500).end(),
    (_request, _response, incoming) => void incoming.socket.destroy(),
  ]
  const target = await receiver(async (request, response, incoming) => {
    const key = new URL(request.target, 'https://target').searchParams.get('key') ?? ''
    arrivals.set(key, (arrivals.get(key) ?? 0) + 1)
    journal.enter(key, 'sending')
    if (random() < 0.7) await wait(30 * random())
    const answer = Math.floor(random() * answers.length)
    answers[answer]?.(request, response, incoming)
    journal.enter(key, answer === 0 || !mayRepeat(key) ? 'settling' : 'waiting')
  })
  const calledBack = new Set<string>()
  const engine = await receiver(async (request, response) => {
    const key = request.target.slice(1)
    calledBack.add(key)
    journal.enter(key, 'calling back')
    await wait(10 * random())
    response.writeHead(204).end()
    journal.end(key)
  })
  const directory = await mkdtemp(join(tmpdir(), 'webhook-node-killed-'))
  onTestFinished(() => rm(directory, { recursive: true }))
  const secret = `whsec_${Buffer.alloc(32, 5).toString('base64')}`
  await writeFile(
    join(directory, 'callbacks.json'),
    JSON.stringify({ engine: { url: `${engine.url}/{{ token }}`, secret } }),
  )
  const settings = {
    ...store(directory),
    CALLBACKS_FILE: join(directory, 'callbacks.json'),
  }

  const calls: Call[] = []
  const urls: string[] = []
  const chooseUrl = () => urls[Math.floor(random() * urls.length)] ?? ''
  let isOver = false
  let sent = 0

  async function send(call: Call): Promise<boolean> {
    const { route, node } = kinds[call.kind]
    const callback = { to: 'engine', token: call.key }
    const body = {
      node: { ...node, url: `${target.url}/?key=${call.key}` },
      idempotencyKey: call.key,
      ...(route === '/v1/executions' && { callback }),
    }
    const init = {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
      // All clients would wait for the instance that is stopped.
      signal: stoppedMs > 0 ? AbortSignal.timeout(patienceMs) : null,
    }
    sent += 1
    if (call.executionId === null) journal.enter(call.key, journal.phaseOf(call.key) ?? 'accepting')
    const reply = await fetch(chooseUrl() + route, init)
      .then(async (response) => ({ status: response.status, body: await response.json() }))
      .catch(() => null)
    if (reply?.status === 202) {
      const { executionId } = reply.body as Submitted
      // A key stands for one execution, whatever became of the reply.
      expect(call.executionId ?? executionId).toBe(executionId)
      call.executionId = executionId
      if (journal.phaseOf(call.key) === 'accepting') journal.enter(call.key, 'waiting')
      return true
    }
    if (reply?.status !== 200) return false
    call.reply = reply.body as ExecuteReply
    journal.end(call.key)
    return true
  }

  async function sendUntilAnswered(call: Call): Promise<void> {
    while (!(await send(call))) await wait(20)
  }

  async function client(name: number): Promise<void> {
    const names = Object.keys(kinds) as Kind[]
    for (let count = 0; !isOver; count++) {
      const kind = names[Math.floor(random() * names.length)] ?? 'post'
      const call: Call = { key: `${kind}-${name}-${count}`, kind, executionId: null, reply: null }
      calls.push(call)
      await sendUntilAnswered(call)
      // At times a client has not seen the reply, and sends again.
      if (random() < 0.1) await sendUntilAnswered(call)
      do await wait(10 * random())
      while (journal.size >= mostUnderWay && !isOver)
    }
  }

  const running = await Promise.all(
    Array.from({ length: instances }, () => startProcessAmongServers(settings)),
  )
  for (const [index, { url }] of running.entries()) urls[index] = url
  const load = Array.from({ length: clients }, (_, name) => client(name))
  const until = performance.now() + killingMs
  const goesOn = () => killed < kills && performance.now() < until
  const met = new Map<Phase, number>()
  let killed = 0
  let stopped = 0
  async function killAgainAndAgain(index: number): Promise<void> {
    while (goesOn()) {
      killed += 1
      const events = 1 + Math.floor(random() * mostEvents)
      await journal.events(events)
      await wait(latestMs * random())
      while (journal.size === 0) await journal.events(1)
      running[index]?.child.kill('SIGKILL')
      const counts = journal.count()
      for (const phase of counts.keys()) met.set(phase, (met.get(phase) ?? 0) + 1)
      if (results !== undefined) console.log(describeKill(killed, events, counts))
      await running[index]?.ended
      running[index] = await startProcessAmongServers(settings)
      urls[index] = running[index].url
    }
  }
  async function stopAgainAndAgain(): Promise<void> {
    do {
      stopped += 1
      running[0]?.child.kill('SIGSTOP')
      await wait(stoppedMs)
      running[0]?.child.kill('SIGCONT')
      await wait(continuedMs)
    } while (goesOn())
  }
  await Promise.all([
    stoppedMs > 0 ? stopAgainAndAgain() : killAgainAndAgain(0),
    ...running.slice(1).map((_, index) => killAgainAndAgain(index + 1)),
  ])
  isOver = true
  await Promise.all(load)

  const durable = calls.filter(({ executionId }) => executionId !== null)
  const ends = new Map<string, ExecuteReply>()
  for (const { key, executionId } of durable) {
    const init = { headers: { prefer: 'wait=30' } }
    const { result, state } = (await (
      await fetch(`${chooseUrl()}/v1/executions/${executionId}`, init)
    ).json()) as ExecutionStatus
    if (result === null) throw new Error(`${key} is still ${state}`)
    ends.set(key, result)
  }
  for (const { key, reply } of calls) if (reply !== null) ends.set(key, reply)
  await vi.waitUntil(() => durable.every(({ key }) => calledBack.has(key)), {
    timeout: 30_000,
    interval: 100,
  })

  const interrupted = [...ends.values()].filter(({ reason }) => reason.code === 'interrupted').length
  for (const { key, kind } of calls) {
    const end = ends.get(key)
    const arrived = arrivals.get(key) ?? 0
    expect(end, `${key} has an end`).toBeDefined()
    if (!kinds[kind].mayRepeat) expect(arrived, `${kind} ${key} was sent`).toBeLessThanOrEqual(1)
    if (end?.delivered === 'no') expect(arrived, `${kind} ${key} was delivered`).toBe(0)
    if (end?.delivered === 'yes') expect(arrived, `${kind} ${key} was not delivered`).toBeGreaterThan(0)
  }
  const summary = {
    kills: killed,
    seed: killSeed,
    instances,
    stopped,
    met: Object.fromEntries(phases.map((phase) => [phase, met.get(phase) ?? 0])),
    calls: calls.length,
    durable: durable.length,
    sent,
    interrupted,
  }
  console.log(JSON.stringify(summary))
  if (results !== undefined)
    writeFileSync(results, `${JSON.stringify({ at: new Date().toISOString(), ...summary }, null, 2)}\n`)
}

function mayRepeat(key: string): boolean {
  return kinds[key.slice(0, key.indexOf('-')) as Kind].mayRepeat
}

/** As in "kill 17, after 23 events, met 2 waiting, 1 sending". */
function describeKill(number: number, events: number, counts: ReadonlyMap<Phase, number>): string {
  const under = phases.flatMap((phase) => (counts.has(phase) ? [`${counts.get(phase)} ${phase}`] : []))
  return `kill ${number}, after ${events} events, met ${under.join(', ')}`
}
