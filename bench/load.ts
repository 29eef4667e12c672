import { createHistogram, type RecordableHistogram } from 'node:perf_hooks'
import { Connection } from './connection.ts'
import type { Message } from './message-reader.ts'
import type { Series } from './requests.ts'

/** Port and requests. */
export interface Aim {
  readonly port: number
  readonly requests: Series
}

/** The replies as seen by the load generator. */
export interface Load {
  readonly seconds: number
  /** Replies with status 200. */
  readonly succeeded: number
  /** Any other reply, or none. */
  readonly failed: number
  /** Upper limit for calls under way at the end. They count as neither. */
  readonly cutOff: number
}

/** A load with latencies. */
export interface TimedLoad extends Load {
  /** Latencies of all calls, in nanoseconds. */
  readonly latency: RecordableHistogram
}

/** The load ends at whichever is reached first. */
export interface Extent {
  readonly connections: number
  readonly seconds?: number
  readonly calls?: number
}

/** Full load: each connection sends its next request as soon as it has a reply. */
export async function loadFully({ port, requests }: Aim, extent: Extent): Promise<TimedLoad> {
  const { connections, seconds = Number.POSITIVE_INFINITY, calls = Number.POSITIVE_INFINITY } = extent
  const tally = new Tally()
  let left = calls
  const endsAt = tally.startedAt + seconds * 1_000

  async function callOneByOne(): Promise<void> {
    let connection = await Connection.open(port)
    while (left-- > 0 && performance.now() < endsAt) {
      const startedAt = performance.now()
      const reply = await connection.send(requests.next())
      tally.count(reply, startedAt)
      if (reply === null) connection = await Connection.open(port)
    }
    connection.close()
  }

  await Promise.all(Array.from({ length: connections }, callOneByOne))
  return tally.load()
}

export interface Pace {
  readonly connections: number
  readonly seconds: number
  /** Calls per second. */
  readonly rate: number
}

/**
 * Calls arrive at a constant rate, whether or not replies come. A call waits if all connections are busy, and its
 * latency counts from its arrival: a slow reply cannot hide the calls that it delayed.
 */
export async function loadSteadily({ port, requests }: Aim, pace: Pace): Promise<TimedLoad> {
  const { connections, seconds, rate } = pace
  const tally = new Tally()
  const idle = await Promise.all(Array.from({ length: connections }, () => Connection.open(port)))
  const waiting: number[] = []
  const all = Promise.withResolvers<void>()
  const calls = Math.floor(rate * seconds)
  let arrived = 0

  async function work(connection: Connection): Promise<void> {
    for (let arrivedAt = waiting.shift(); arrivedAt !== undefined; arrivedAt = waiting.shift()) {
      tally.count(await connection.send(requests.next()), arrivedAt)
      if (tally.total === calls) all.resolve()
    }
    idle.push(connection)
  }

  function arrive(): void {
    const now = performance.now()
    const due = Math.min(calls, Math.floor(((now - tally.startedAt) * rate) / 1_000))
    for (; arrived < due; arrived += 1) waiting.push(now)
    while (waiting.length > 0 && idle.length > 0) void work(idle.pop() as Connection) // idle is not empty
  }

  const clock = setInterval(arrive, 1)
  await all.promise
  clearInterval(clock)
  for (const connection of idle) connection.close()
  return tally.load()
}

class Tally {
  readonly startedAt = performance.now()
  readonly #latency = createHistogram()
  #succeeded = 0
  #failed = 0

  get total(): number {
    return this.#succeeded + this.#failed
  }

  count(reply: Message | null, startedAt: number): void {
    this.#latency.record(Math.max(1, Math.round((performance.now() - startedAt) * 1e6)))
    if (reply?.head.startsWith('HTTP/1.1 200')) this.#succeeded += 1
    else this.#failed += 1
  }

  load(): TimedLoad {
    const seconds = (performance.now() - this.startedAt) / 1_000
    return { seconds, succeeded: this.#succeeded, failed: this.#failed, cutOff: 0, latency: this.#latency }
  }
}
