import type { Running } from './contender.ts'
import type { Load } from './load.ts'
import type { World } from './world.ts'

/** What a load has shown. Only what arrived at the receiver, right in every part, counts. */
export interface Measurement {
  readonly executions: number
  readonly perSecond: number
  /** Of the service, all threads. */
  readonly cpuMicroseconds: number
  /** Share of one core that the service was busy. */
  readonly busy: number
  readonly p50Ms: number
  readonly p99Ms: number
  readonly rssBytes: number
}

/** Puts a load on a contender. Rejects where callers and receiver do not agree, or any call failed. */
export async function measure(
  { receiver }: World,
  { program }: Running,
  load: () => Promise<Load>,
): Promise<Measurement> {
  const receivedBefore = await receiver.received()
  const before = program.usage()
  const { succeeded, failed, seconds, latency } = await load()
  const after = program.usage()
  const executions = (await receiver.received()) - receivedBefore
  if (failed > 0 || executions !== succeeded)
    throw new Error(`${executions} right requests came, ${succeeded} callers had a 200, ${failed} had none.`)

  const cpuSeconds = after.cpuSeconds - before.cpuSeconds
  return {
    executions,
    perSecond: executions / seconds,
    cpuMicroseconds: (cpuSeconds / executions) * 1e6,
    busy: cpuSeconds / seconds,
    p50Ms: latency.percentile(50) / 1e6,
    p99Ms: latency.percentile(99) / 1e6,
    rssBytes: after.rssBytes,
  }
}
