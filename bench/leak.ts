import { setTimeout as sleep } from 'node:timers/promises'
import type { ExecuteRequest } from '../src/contract/execution.ts'
import { freePort } from '../testkit/free-port.ts'
import { connections } from './comparison.ts'
import { Connection } from './connection.ts'
import { createRequests } from './contender.ts'
import { lead } from './examples.ts'
import { type Inspector, inspect } from './inspector.ts'
import { type Aim, loadFully } from './load.ts'
import type { Program } from './program.ts'
import { type Series, serialNumber } from './requests.ts'
import { startService } from './service.ts'
import { hostSuffix, type World } from './world.ts'

/** The resources of the service after a number of calls, with none under way. */
export interface Remains {
  readonly calls: number
  /** The calls among these whose client hung up early. */
  readonly cancelled: number
  readonly descriptors: number
  /** Timers, sockets and other resources that keep the process alive. */
  readonly resources: number
  /** After a garbage collection. */
  readonly heapBytes: number
  readonly rssBytes: number
}

export interface LeakOptions {
  readonly calls: number
  /** Number of measurements. */
  readonly looks: number
  readonly tell: (progress: string) => void
}

/** Longer than idle connections are kept on either side. */
const settlingMs = 8_000

/** Makes calls of every kind, and measures what they leave behind. */
export async function lookForLeaks(
  world: World,
  { calls, looks, tell }: LeakOptions,
): Promise<readonly Remains[]> {
  const port = await freePort()
  await using running = await startService(world, { nodeOptions: [`--inspect=127.0.0.1:${port}`] })
  const aim = { ...running.aim, requests: await everyKind(world.ownReceiver.port) }
  const all: Remains[] = []
  let cancelled = 0
  for (let look = 1; look <= looks; look += 1) {
    cancelled += await callAndCancel(aim, Math.round(calls / looks))
    await sleep(settlingMs)
    using inspector = await inspect(port)
    all.push({
      calls: (calls / looks) * look + cancelled,
      cancelled,
      ...(await lookAt(running.program, inspector)),
    })
    tell(`${look} of ${looks} parts of ${calls} calls`)
  }
  return all
}

/** Resolves with the number of cancelled calls, which are made in addition. */
async function callAndCancel(aim: Aim, calls: number): Promise<number> {
  let isOver = false
  const load = loadFully(aim, { connections, calls }).finally(() => {
    isOver = true
  })
  let cancelled = 0
  for (; !isOver; cancelled += 1) await hangUp(aim)
  await load
  return cancelled
}

/** Hangs up after a moment: in some calls before anything has begun, in others while the target works. */
async function hangUp({ port, requests }: Aim): Promise<void> {
  const connection = await Connection.open(port)
  void connection.send(requests.next())
  await sleep(Math.random() * 5)
  connection.close()
}

async function lookAt(program: Program, inspector: Inspector) {
  await inspector.run('HeapProfiler.enable')
  await inspector.run('HeapProfiler.collectGarbage')
  const { usedSize } = await inspector.run<{ usedSize: number }>('Runtime.getHeapUsage')
  const expression = 'process.getActiveResourcesInfo().length'
  const { result } = await inspector.run<{ result: { value: number } }>('Runtime.evaluate', { expression })
  const { descriptors, rssBytes } = program.usage()
  return { heapBytes: usedSize, resources: result.value, descriptors, rssBytes }
}

/** The kinds of calls, and the number of each in a hundred calls. */
async function everyKind(port: number): Promise<Series> {
  const ordinary = lead({ port })
  const to = (url: string): ExecuteRequest => ({ ...ordinary, node: { ...ordinary.node, url } })
  const own = { ...ordinary.node, id: `node-${serialNumber}` }
  const closedPort = await freePort()
  return new Mixture([
    [60, createRequests(ordinary)],
    [15, createRequests({ ...ordinary, node: own, tenant: 'acme' }, 1_000_000)],
    [5, createRequests(lead({ port, host: `h${serialNumber}.${hostSuffix}` }), 2_000)],
    [5, createRequests(to(`https://localhost:${port}/v1/leads?source=flow&status=500`))],
    [3, createRequests(to(`https://localhost:${port}/hang-up`))],
    [3, createRequests(to(`https://closed.${hostSuffix}:${closedPort}/`))],
    [3, createRequests(to(`https://h${serialNumber}.nowhere.test/`), 1_000_000)],
    [2, createRequests({ ...ordinary, secrets: {} })],
    [2, createRequests(to('https://127.0.0.9/'))],
    [1, createRequests(to('http://insecure.test/'))],
    [
      1,
      createRequests({
        ...ordinary,
        node: { ...to(`https://localhost:${port}/silent`).node, timeoutMs: 100 },
      }),
    ],
  ])
}

/** Mixes the kinds, so that calls of one kind are spread out. */
class Mixture implements Series {
  readonly #order: readonly Series[]
  #sent = 0

  constructor(kinds: readonly (readonly [share: number, series: Series])[]) {
    const sorted = kinds.flatMap(([share, series]) => Array.from({ length: share }, () => series))
    this.#order = sorted.map((series, at) => sorted[(at * stride) % sorted.length] ?? series)
  }

  next(): Buffer {
    const series = this.#order[this.#sent++ % this.#order.length]
    if (series === undefined) throw new Error('A mixture needs at least one series.')
    return series.next()
  }
}

/** Coprime to 100. */
const stride = 37
