import { loadavg } from 'node:os'
import { bareForwarder } from './bare-forwarder.ts'
import { commandLine, runCommand, tell } from './command.ts'
import { fight } from './duel.ts'
import { describeCommit, describeMachine } from './machine.ts'
import { reportingForwarder } from './reporting-forwarder.ts'
import { service, serviceAt } from './service.ts'
import { readShortOptions, type ShortOptions, shortUsage } from './short-options.ts'
import { writeDuel } from './short-report.ts'
import { createWorld } from './world.ts'

const args = process.argv.slice(2)

/** No bout begins later. The last bout and the end take less than the rest of the two minutes. */
const lastBoutMs = 102_000
const limitMs = 120_000

/** About a hundred seconds in all. A process of the service reaches its full speed after some 35,000 executions. */
const extent = { rounds: 2, boutsPerRound: 4, warmUpSeconds: 9, fullSeconds: 3, singleSeconds: 1 }

await runCommand(async () => {
  // npm runs scripts in the directory of the package. INIT_CWD is the directory in which npm was called.
  const options = readShortOptions(args, process.env.INIT_CWD ?? process.cwd())
  if (options === null) console.log(shortUsage)
  else await benchShortly(options)
})

async function benchShortly({ example, against, isReporting }: ShortOptions): Promise<void> {
  const limit = setTimeout(endLate, limitMs)
  await using world = await createWorld()
  const machine = describeMachine(world, commandLine('npm run bench:short', args))
  const contenders = {
    one: isReporting ? reportingForwarder : service,
    other: against === null ? bareForwarder : serviceAt(against),
  }
  const bouts = await fight(world, contenders, { ...extent, example, hasTime, tell })
  const rows = [
    ...machine,
    ...(against === null ? [] : [['other commit', describeCommit(against)]]),
    ['request', `${example.name}: ${example.what}`],
    ['busy after', `${(loadavg()[0] ?? 0).toFixed(2)} processes, this benchmark among them`],
  ]
  console.log(writeDuel(rows, { one: contenders.one.name, other: contenders.other.name }, bouts))
  clearTimeout(limit)
}

function hasTime(): boolean {
  return performance.now() < lastBoutMs
}

function endLate(): void {
  console.error('The run did not end within two minutes: the machine is too busy.')
  process.exit(1)
}
