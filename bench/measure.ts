import { setTimeout as sleep } from 'node:timers/promises'
import type { Running } from './contender.ts'
import { countInstructions } from './instructions.ts'
import type { Load, TimedLoad } from './load.ts'
import type { Received, Receiver } from './receiver.ts'
import type { Shares } from './shares.ts'
import { coreBusySeconds, loadCpuSeconds, readUsage } from './usage.ts'
import type { World } from './world.ts'

/**
 * The result of a load. A request counts only if it reached the receiver and was right in every part that the
 * receiver checks.
 */
export interface Measurement {
  readonly executions: number
  readonly perSecond: number
  /** Processor time of the contender per execution: user and system, all threads. */
  readonly cpuMicroseconds: number
  /** Instructions of the contender per execution, in user space. Null if not counted. */
  readonly instructions: number | null
  readonly shares: Shares
  readonly rssBytes: number
}

export interface TimedMeasurement extends Measurement {
  readonly p50Ms: number
  readonly p99Ms: number
}

/** Puts a load on a contender. Rejects if the load generator and the receiver disagree, or a call failed. */
export async function measure(
  world: World,
  running: Running,
  runLoad: () => Promise<Load>,
): Promise<Measurement> {
  return (await measureLoad(world, running, runLoad)).measurement
}

/** Like `measure`, with the latency of each call. */
export async function measureTimes(
  world: World,
  running: Running,
  runLoad: () => Promise<TimedLoad>,
): Promise<TimedMeasurement> {
  const { measurement, load } = await measureLoad(world, running, runLoad)
  const { latency } = load
  return { ...measurement, p50Ms: latency.percentile(50) / 1e6, p99Ms: latency.percentile(99) / 1e6 }
}

async function measureLoad<L extends Load>(world: World, { program }: Running, runLoad: () => Promise<L>) {
  const { receiver, tools } = world
  const receivedBefore = await settle(receiver)
  const counting = tools.instructions === 'counted' ? await countInstructions(program.pid) : null
  const before = useOfCpu(world, program.pid)
  const load = await runLoad()
  const received = await settle(receiver)
  const after = useOfCpu(world, program.pid)
  const instructions = await counting?.stop()

  const executions = received.right - receivedBefore.right
  refuseDisagreement(load, executions, received.wrong - receivedBefore.wrong)
  const measurement: Measurement = {
    executions,
    perSecond: load.succeeded / load.seconds,
    cpuMicroseconds: ((after.contender - before.contender) / executions) * 1e6,
    instructions: instructions == null ? null : instructions / executions,
    shares: computeShares(world, before, after, load.seconds),
    rssBytes: program.usage().rssBytes,
  }
  return { measurement, load }
}

/** Calls that the load cut off at its end may still be on their way. */
async function settle(receiver: Receiver): Promise<Received> {
  let received = await receiver.received()
  for (let look = 0; look < mostLooks; look += 1) {
    await sleep(betweenLooksMs)
    const before = received
    received = await receiver.received()
    if (received.right === before.right && received.wrong === before.wrong) break
  }
  return received
}

const mostLooks = 50
const betweenLooksMs = 50

function refuseDisagreement({ succeeded, failed, cutOff }: Load, right: number, wrong: number): void {
  if (failed === 0 && wrong === 0 && right > 0 && right >= succeeded && right <= succeeded + cutOff) return
  throw new Error(
    `${right} right and ${wrong} wrong requests reached the receiver; ${succeeded} calls got a 200, ${failed} did not.`,
  )
}

/** Processor time so far, in seconds. */
interface UseOfCpu {
  readonly contender: number
  readonly receiver: number
  readonly load: number
  /**
   * All processor time on the core of the contender and on that of the load. Null if processes are not bound to
   * cores.
   */
  readonly contenderCore: number | null
  readonly loadCore: number | null
}

function useOfCpu({ cores, receiver }: World, pid: number): UseOfCpu {
  return {
    contender: readUsage(pid).cpuSeconds,
    receiver: readUsage(receiver.pid).cpuSeconds,
    load: loadCpuSeconds(),
    contenderCore: cores && coreBusySeconds(cores.service),
    loadCore: cores && coreBusySeconds(cores.load),
  }
}

function computeShares({ cores }: World, before: UseOfCpu, after: UseOfCpu, seconds: number): Shares {
  const share = (side: keyof UseOfCpu) => ((after[side] ?? 0) - (before[side] ?? 0)) / seconds
  const [contender, receiver, load] = [share('contender'), share('receiver'), share('load')]
  const onLoadCore = load + (cores?.receiver === cores?.load ? receiver : 0)
  return {
    contender,
    receiver,
    load,
    besideContender: cores && Math.max(0, share('contenderCore') - contender),
    besideLoad: cores && Math.max(0, share('loadCore') - onLoadCore),
    sharedCore: cores === null || cores.receiver === cores.load,
  }
}
