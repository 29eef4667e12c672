import { writeFile } from 'node:fs/promises'
import { bareForwarder } from './bare-forwarder.ts'
import { commandLine, runCommand, tell } from './command.ts'
import { compare } from './comparison.ts'
import { takeFootprint } from './footprint.ts'
import { measureGrowth } from './growth.ts'
import { lookForLeaks } from './leak.ts'
import { describeMachine } from './machine.ts'
import { installNodeRed } from './node-red.ts'
import { type Options, type Part, readOptions, usage } from './options.ts'
import { type Results, writeResults } from './results.ts'
import { service } from './service.ts'
import { takeProfile } from './take-profile.ts'
import { createWorld, type World } from './world.ts'

const args = process.argv.slice(2)
const file = new URL('results.md', import.meta.url)

await runCommand(async () => {
  const options = readOptions(args)
  if (options === null) console.log(usage)
  else await bench(options)
})

async function bench(options: Options): Promise<void> {
  await using world = await createWorld()
  if (options.takesProfile) {
    const seconds = options.isQuick ? 3 : 10
    for (const contender of [service, bareForwarder])
      console.log(await takeProfile(world, contender, seconds))
    return
  }
  const text = writeResults(await measureParts(world, options))
  console.log(text)
  if (isWhole(options)) await writeFile(file, text)
}

async function measureParts(world: World, options: Options): Promise<Results> {
  const { isQuick, leakCalls } = options
  const seconds = isQuick ? 1 : 4
  const warmUpSeconds = isQuick ? 1 : 20
  const when = <Result>(part: Part, measure: () => Promise<Result>) =>
    options.parts.includes(part) ? measure() : null
  return {
    machine: describeMachine(world, commandLine('npm run bench', args)),
    comparison: await when('comparison', async () => {
      const peer = options.hasPeer ? await installNodeRed(world) : null
      const rounds = await compare(world, {
        rounds: isQuick ? 2 : 3,
        seconds,
        warmUpSeconds,
        peer,
        tell,
      })
      return { rounds, peer: peer?.name ?? null }
    }),
    footprint: await when('footprint', () => {
      const executions = isQuick ? [5_000, 10_000] : [50_000, 300_000]
      return takeFootprint(world, { starts: isQuick ? 2 : 5, executions, tell })
    }),
    growth: await when('growth', () =>
      measureGrowth(world, { seconds: seconds / 2, warmUpSeconds, isQuick, tell }),
    ),
    leak: await when('leak', () => lookForLeaks(world, { calls: leakCalls, looks: 5, tell })),
  }
}

function isWhole({ isQuick, parts }: Options): boolean {
  const needed: readonly Part[] = ['comparison', 'footprint', 'growth']
  return !isQuick && needed.every((part) => parts.includes(part))
}
