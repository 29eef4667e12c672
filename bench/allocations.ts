import { freePort } from '../testkit/free-port.ts'
import { bareForwarder } from './bare-forwarder.ts'
import { runCommand, tell } from './command.ts'
import { InvalidOptions, readCommandLine } from './command-line.ts'
import { connections } from './comparison.ts'
import type { Contender } from './contender.ts'
import { type Example, examples } from './examples.ts'
import { inspect } from './inspector.ts'
import { loadFully } from './load.ts'
import {
  functionName,
  type HeapProfile,
  partName,
  readHeapProfile,
  selfTimes,
  totalTimes,
} from './profile.ts'
import { service } from './service.ts'
import { createWorld, type World } from './world.ts'

// Prints how many bytes an execution allocates on V8's heap, by part and by function. Other load on the machine does not
// change them.

/** Optimized code allocates less, so it has to be compiled before. */
const warmUpCalls = 40_000
const calls = 4_000
/** In bytes. */
const samplingInterval = 512
const longest = 60

const options = {
  request: { type: 'string', default: 'lead-two-credentials' },
  bare: { type: 'boolean', default: false },
} as const

await runCommand(async () => {
  const { request, bare } = readCommandLine(process.argv.slice(2), options, 'bench:short')
  const example = examples.find(({ name }) => name === request)
  if (example === undefined) throw new InvalidOptions(`--request "${request}" is not known.`, 'bench:short')
  await using world = await createWorld()
  console.log(await profileHeap(world, bare ? bareForwarder : service, example))
})

async function profileHeap(world: World, contender: Contender, example: Example): Promise<string> {
  const port = await freePort()
  await using running = await contender.start(world, {
    nodeOptions: [`--inspect=127.0.0.1:${port}`],
    example,
  })
  tell(`${warmUpCalls} executions to warm up`)
  await loadFully(running.aim, { connections, calls: warmUpCalls })

  using inspector = await inspect(port)
  await inspector.run('HeapProfiler.enable')
  await inspector.run('HeapProfiler.startSampling', {
    samplingInterval,
    includeObjectsCollectedByMajorGC: true,
    includeObjectsCollectedByMinorGC: true,
  })
  tell(`${calls} executions to measure`)
  const { succeeded } = await loadFully(running.aim, { connections, calls })
  const { profile } = await inspector.run<{ profile: HeapProfile }>('HeapProfiler.stopSampling')
  const sizes = readHeapProfile(profile)
  const total = sizes.timeDeltas.reduce((sum, size) => sum + size, 0)
  return [
    `${contender.name}: ${Math.round(total / succeeded)} bytes per execution of ${example.name}`,
    table('parts', selfTimes(sizes, partName), succeeded),
    table('functions', selfTimes(sizes, functionName), succeeded),
    table('functions, with all that they call', totalTimes(sizes, functionName), succeeded),
  ].join('\n\n')
}

function table(
  title: string,
  sizes: readonly (readonly [name: string, bytes: number])[],
  executions: number,
): string {
  const rows = sizes.slice(0, longest).map(
    ([name, bytes]) =>
      `${Math.round(bytes / executions)
        .toString()
        .padStart(9)}  ${name}`,
  )
  return [`    bytes  ${title}`, ...rows].join('\n')
}
