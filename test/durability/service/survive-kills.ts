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

/** A few in the suites. `npm run bench:kill` has a thousand. */
export const readKills = (usual: number): number => Number(process.env.KILLS ?? usual)
export const killSeed = Number(process.env.KILL_SEED ?? Math.floor(Math.random() * 2 ** 32))
export const killTimeout = (kills: number): number => 120_000 + kills * 15_000

export interface KillOptions {
  readonly kills: number
  /** The settings of the store, for all lives. The directory is gone at the end. */
  readonly store: (directory: string) => Readonly<Record<string, string>>
  readonly instances: number
  /** How long the first of the instances is stopped while the others are killed, in milliseconds; 0: it is killed as well. */
  readonly stoppedMs: number
}

/** After this time a client gives up on an instance that may be stopped, and sends again. */
const patienceMs = 2_000

/** Calls under way at any time. */
const clients = 6

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
  const arrivals = new Map<string, number>()
  const answers: readonly Answer[] = [
    (_request, response) => void response.writeHead(200).end(),
    (_request, response) => void setTimeout(() => response.writeHead(200).end(), 30 * random()),
    (_request, response) => void setTimeout(() => response.writeHead(500).end(), 30 * random()),
    (_request, _response, incoming) => void incoming.socket.destroy(),
  ]
  const target = await receiver((request, response, incoming) => {
    const key = new URL(request.target, 'https://target').searchParams.get('key') ?? ''
    arrivals.set(key, (arrivals.get(key) ?? 0) + 1)
    answers[Math.floor(random() * answers.length)]?.(request, response, incoming)
  })
  const calledBack = new Set<string>()
  const engine = await receiver((request, response) => {
    calledBack.add(request.target.slice(1))
    response.writeHead(204).end()
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
    const response = await fetch(chooseUrl() + route, init)
    if (response.status === 202) {
      const { executionId } = (await response.json()) as Submitted
      // A key stands for one execution, whatever became of the reply.
      expect(call.executionId ?? executionId).toBe(executionId)
      call.executionId = executionId
      return true
    }
    if (response.status === 200) call.reply = (await response.json()) as ExecuteReply
    return response.status === 200
  }

  async function sendUntilAnswered(call: Call): Promise<void> {
    while (!(await send(call).catch(() => false))) await wait(20)
  }

  async function client(name: number): Promise<void> {
    const names = Object.keys(kinds) as Kind[]
    for (let count = 0; !isOver; count++) {
      const kind = names[Math.floor(random() * names.length)] ?? 'post'
      const call: Call = { key: `${name}-${count}`, kind, executionId: null, reply: null }
      calls.push(call)
      await sendUntilAnswered(call)
      // At times a client has not seen the reply, and sends again.
      if (random() < 0.1) await sendUntilAnswered(call)
      await wait(10 * random())
    }
  }

  const running = await Promise.all(
    Array.from({ length: instances }, () => startProcessAmongServers(settings)),
  )
  for (const [index, { url }] of running.entries()) urls[index] = url
  const load = Array.from({ length: clients }, (_, name) => client(name))
  let killed = 0
  async function killAgainAndAgain(index: number): Promise<void> {
    while (killed < kills) {
      killed += 1
      await wait(500 * random())
      running[index]?.child.kill('SIGKILL')
      await running[index]?.ended
      running[index] = await startProcessAmongServers(settings)
      urls[index] = running[index].url
    }
  }
  async function stopAndContinue(): Promise<void> {
    running[0]?.child.kill('SIGSTOP')
    await wait(stoppedMs)
    running[0]?.child.kill('SIGCONT')
  }
  await Promise.all([
    stoppedMs > 0 ? stopAndContinue().then(() => wait(500)) : killAgainAndAgain(0),
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
    kills,
    seed: killSeed,
    instances,
    calls: calls.length,
    durable: durable.length,
    sent,
    interrupted,
  }
  console.log(JSON.stringify(summary))
  if (process.env.KILL_RESULTS !== undefined)
    writeFileSync(
      process.env.KILL_RESULTS,
      `${JSON.stringify({ at: new Date().toISOString(), ...summary }, null, 2)}\n`,
    )
}
