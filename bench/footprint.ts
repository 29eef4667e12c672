import { setTimeout as sleep } from 'node:timers/promises'
import { connections } from './comparison.ts'
import { loadFully } from './load.ts'
import { measure } from './measure.ts'
import { median } from './median.ts'
import { service } from './service.ts'
import type { World } from './world.ts'

/** The memory of the service before and after work. */
export interface Footprint {
  readonly startMs: number
  readonly idleBytes: number
  /** Resident memory by number of executions. */
  readonly growth: readonly { readonly executions: number; readonly rssBytes: number }[]
}

export interface FootprintOptions {
  readonly starts: number
  /** Numbers of executions at which memory is measured. */
  readonly executions: readonly number[]
  readonly tell: (progress: string) => void
}

const settlingMs = 2_000

export async function takeFootprint(world: World, options: FootprintOptions): Promise<Footprint> {
  const { startMs, idleBytes } = await startRepeatedly(world, options)
  options.tell('started')
  return { startMs, idleBytes, growth: await watchMemory(world, options) }
}

async function startRepeatedly(world: World, { starts }: FootprintOptions) {
  const times: number[] = []
  const sizes: number[] = []
  while (times.length < starts) {
    await using running = await service.start(world)
    times.push(running.program.readyMs)
    await sleep(settlingMs)
    sizes.push(running.program.usage().rssBytes)
  }
  return { startMs: median(times), idleBytes: median(sizes) }
}

async function watchMemory(world: World, { executions, tell }: FootprintOptions) {
  await using running = await service.start(world)
  const growth: Footprint['growth'][number][] = []
  for (const [at, total] of executions.entries()) {
    const calls = total - (executions[at - 1] ?? 0)
    const { rssBytes } = await measure(world, running, () => loadFully(running.aim, { connections, calls }))
    growth.push({ executions: total, rssBytes })
    tell(`${total} executions`)
  }
  return growth
}
