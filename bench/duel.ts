import { connections } from './comparison.ts'
import type { Contender, Running } from './contender.ts'
import type { Example } from './examples.ts'
import { loadFully } from './load.ts'
import { type Measurement, measure, measureTimes, type TimedMeasurement } from './measure.ts'
import type { World } from './world.ts'

/** A value for each of two contenders. */
export interface Pair<T> {
  readonly one: T
  readonly other: T
}

interface DuelTurn {
  /** Full load. */
  readonly full: Measurement
  /** One call after the other. */
  readonly single: TimedMeasurement
}

/** The turns of both, one right after the other, so that other load on the machine affects both. */
export type Bout = Pair<DuelTurn>

export interface DuelOptions {
  readonly example: Example
  /** In each round both get a new process, because two processes of one program are not equally fast. */
  readonly rounds: number
  readonly boutsPerRound: number
  /** 0: the first bout is the warm-up. */
  readonly warmUpSeconds: number
  readonly fullSeconds: number
  readonly singleSeconds: number
  /** Whether another bout may begin. */
  readonly hasTime: () => boolean
  readonly tell: (progress: string) => void
}

/**
 * Measures two contenders in turn on one core. The waiting one uses no processor time. Rejects if there was no time
 * for a single bout.
 */
export async function fight(
  world: World,
  contenders: Pair<Contender>,
  options: DuelOptions,
): Promise<readonly Bout[]> {
  const bouts: Bout[] = []
  for (let round = 1; round <= options.rounds && options.hasTime(); round += 1)
    bouts.push(...(await fightRound(world, contenders, options)))
  if (bouts.length === 0) throw new Error('There was no time for a measurement: the machine is too busy.')
  return bouts
}

async function fightRound(
  world: World,
  contenders: Pair<Contender>,
  { example, boutsPerRound, warmUpSeconds, fullSeconds, singleSeconds, hasTime, tell }: DuelOptions,
): Promise<readonly Bout[]> {
  await using one = await contenders.one.start(world, { example })
  await using other = await contenders.other.start(world, { example })
  if (warmUpSeconds > 0)
    for (const { aim } of [one, other]) await world.load.run(aim, { connections, seconds: warmUpSeconds })
  const take = async (running: Running) => {
    const { aim } = running
    const runFully = () => world.load.run(aim, { connections, seconds: fullSeconds })
    const runSingly = () => loadFully(aim, { connections: 1, seconds: singleSeconds })
    return {
      full: await measure(world, running, runFully),
      single: await measureTimes(world, running, runSingly),
    }
  }
  const bouts: Bout[] = []
  for (let number = 1; number <= boutsPerRound && hasTime(); number += 1) {
    const bout = { one: await take(one), other: await take(other) }
    bouts.push(bout)
    tell(`${describe(bout.one.full)} against ${describe(bout.other.full)} per execution`)
  }
  return bouts
}

function describe({ cpuMicroseconds }: Measurement): string {
  return `${cpuMicroseconds.toFixed(0)} µs`
}
