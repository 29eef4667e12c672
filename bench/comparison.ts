import { bareForwarder } from './bare-forwarder.ts'
import type { Contender } from './contender.ts'
import { loadFully } from './load.ts'
import { type Measurement, measure, measureTimes, type TimedMeasurement } from './measure.ts'
import { service } from './service.ts'
import type { World } from './world.ts'

export const connections = 32

/** What one contender did in one round. */
export interface Turn {
  /** Full load. */
  readonly full: Measurement
  /** One call after the other. */
  readonly single: TimedMeasurement
  /** Full load by the generator that takes the time of each call. */
  readonly timed: TimedMeasurement
}

export interface Round {
  readonly service: Turn
  readonly bare: Turn
  readonly peer: Turn | null
}

export interface ComparisonOptions {
  readonly rounds: number
  /** Duration of each load. */
  readonly seconds: number
  /** Duration of the load before measuring, in which a new process compiles its code. */
  readonly warmUpSeconds: number
  readonly peer: Contender | null
  readonly tell: (progress: string) => void
}

/** Gives the same work to all contenders in turn, each time in a new process. */
export async function compare(world: World, options: ComparisonOptions): Promise<readonly Round[]> {
  const { rounds: count, peer, tell } = options
  const rounds: Round[] = []
  for (let number = 1; number <= count; number += 1) {
    const ours = await takeTurn(world, service, options)
    const bare = await takeTurn(world, bareForwarder, options)
    const theirs = peer && (await takeTurn(world, peer, options))
    rounds.push({ service: ours, bare, peer: theirs })
    const rates = [ours, bare, theirs].flatMap((turn) => turn?.full.perSecond.toFixed(0) ?? [])
    tell(`round ${number} of ${count}: ${rates.join(', ')} executions per second`)
  }
  return rounds
}

async function takeTurn(
  world: World,
  contender: Contender,
  { seconds, warmUpSeconds }: ComparisonOptions,
): Promise<Turn> {
  await using running = await contender.start(world)
  const { aim } = running
  await world.load.run(aim, { connections, seconds: warmUpSeconds })
  const full = await measure(world, running, () => world.load.run(aim, { connections, seconds }))
  const single = await measureTimes(world, running, () => loadFully(aim, { connections: 1, seconds }))
  const timed = await measureTimes(world, running, () => loadFully(aim, { connections, seconds }))
  return { full, single, timed }
}
