import { writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '../testkit/free-port.ts'
import type { Contender } from './contender.ts'
import { inspect } from './inspector.ts'
import { measure } from './measure.ts'
import { functionName, type Profile, partName, selfTimes, type Times, totalTimes } from './profile.ts'
import type { World } from './world.ts'

const connections = 32
const warmUpSeconds = 30
const samplingIntervalMicroseconds = 500

/** Profiles a contender under full load after warm-up. Writes a file, and returns tables for a terminal. */
export async function takeProfile(world: World, contender: Contender, seconds: number): Promise<string> {
  const port = await freePort()
  await using running = await contender.start(world, { nodeOptions: [`--inspect=127.0.0.1:${port}`] })
  await world.load.run(running.aim, { connections, seconds: warmUpSeconds })

  using inspector = await inspect(port)
  await inspector.run('Profiler.enable')
  await inspector.run('Profiler.setSamplingInterval', { interval: samplingIntervalMicroseconds })
  await inspector.run('Profiler.start')
  const { executions } = await measure(world, running, () =>
    world.load.run(running.aim, { connections, seconds }),
  )
  const { profile } = await inspector.run<{ profile: Profile }>('Profiler.stop')

  const file = join(tmpdir(), `${contender.name.replaceAll(' ', '-')}.cpuprofile`)
  await writeFile(file, JSON.stringify(profile))
  return [`${contender.name}: ${file}`, ...tables(profile, executions)].join('\n\n')
}

const longest = 40

function tables(profile: Profile, executions: number): readonly string[] {
  const ours = totalTimes(profile, functionName).filter(([name]) => name.includes(' src/'))
  return [
    table('parts, by their own time', selfTimes(profile, partName), executions),
    table('functions, by their own time', selfTimes(profile, functionName), executions),
    table('functions of src, with all that they call', ours, executions),
  ]
}

function table(title: string, times: Times, executions: number): string {
  const rows = times
    .slice(0, longest)
    .map(([name, time]) => `${(time / executions).toFixed(1).padStart(9)}  ${name}`)
  return [`us/execution  ${title}`, ...rows].join('\n')
}
