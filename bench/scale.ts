import { writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { commandLine, runCommand, tell } from './command.ts'
import type { Running } from './contender.ts'
import { loadFully } from './load.ts'
import { describeMachine } from './machine.ts'
import { markdownTable } from './markdown-table.ts'
import { Postgres, type Work } from './postgres.ts'
import { startService } from './service.ts'
import { createSubmissions, readAccepted, readEnded } from './submissions.ts'
import { findTools } from './tools.ts'
import { createWorld, type World } from './world.ts'

// Measures instances that share a store in PostgreSQL: how many executions one, two and three of them accept and do in a second, and
// what each of these costs the instances and the database. No process is bound to a core.

const args = process.argv.slice(2)

const { values } = parseArgs({
  args,
  options: {
    instances: { type: 'string', default: '3' },
    executions: { type: 'string', default: '3000' },
    seconds: { type: 'string', default: '10' },
    out: { type: 'string', default: 'bench/scale.md' },
  },
})

const executions = Number(values.executions)
const seconds = Number(values.seconds)

/** Of all instances together. */
const connections = 48

/** Time until all that was accepted has ended. */
const waitMs = 120_000

await runCommand(async () => {
  await using world = await createWorld({ cores: null, tools: findTools() })
  await using postgres = await Postgres.start()
  const machine = [
    ...describeMachine(world, commandLine('npm run bench:scale', args)),
    ['PostgreSQL', `${postgres.version}, with fsync, on the same machine`],
  ] as const
  const rows: string[][] = []
  for (let count = 1; count <= Number(values.instances); count++)
    rows.push(...(await measure(world, postgres, count)))
  const report = writeReport([
    markdownTable(['what', 'which'], machine),
    markdownTable(
      [
        'instances',
        'executions',
        'per second',
        'CPU of the instances, µs each',
        'CPU of the database, µs each',
        'commits each',
        'log of the database, bytes each',
      ],
      rows,
    ),
  ])
  await writeFile(resolve(process.env.INIT_CWD ?? process.cwd(), values.out), report)
  console.log(report)
})

async function measure(world: World, postgres: Postgres, count: number): Promise<string[][]> {
  await using started = new AsyncDisposableStack()
  const instances: Running[] = []
  for (let index = 0; index < count; index++)
    instances.push(started.use(await start(world, postgres.url(`bench_${count}`))))
  const node = { method: 'POST', url: `https://localhost:${world.ownReceiver.port}/` }
  const notBefore = new Date(Date.now() + 24 * 3_600_000).toISOString()

  const sum = async (read: (running: Running) => Promise<number>) =>
    (await Promise.all(instances.map(read))).reduce((total, part) => total + part)

  /** How many of the submissions were accepted: a database that is too busy lets some be refused. */
  async function submit(body: object, extent: { seconds?: number; calls?: number }): Promise<number> {
    const before = await sum(readAccepted)
    const requests = createSubmissions(body)
    await Promise.all(
      instances.map(({ aim }) =>
        loadFully({ port: aim.port, requests }, { connections: connections / count, ...extent }),
      ),
    )
    return (await sum(readAccepted)) - before
  }
  async function submitAndWait(calls: number): Promise<number> {
    const before = await sum(readEnded)
    const accepted = await submit({ node }, { calls: Math.ceil(calls / count) })
    const endsAt = performance.now() + waitMs
    while ((await sum(readEnded)) - before < accepted) {
      if (performance.now() > endsAt) throw new Error('What was accepted does not end.')
      await wait(100)
    }
    return accepted
  }

  tell(`${count}: first calls, which are not measured`)
  await submitAndWait(200)
  tell(`${count}: doing`)
  const done = await watch(postgres, instances, () => submitAndWait(executions))
  tell(`${count}: accepting`)
  const accepted = await watch(postgres, instances, () => submit({ node, notBefore }, { seconds }))
  return [
    describe(count, 'accepted, sent to a target that answers at once, and their results stored', done),
    describe(count, 'accepted, for later', accepted),
  ]
}

function start(world: World, url: string): Promise<Running> {
  const settings = {
    STORE_URL: url,
    STORE_KEYS: `k1:${Buffer.alloc(32, 1).toString('base64')}`,
    MAX_BACKLOG: '10000000',
  }
  return startService(world, { settings })
}

/** What a number of executions took. */
interface Cost extends Work {
  readonly executions: number
  readonly seconds: number
  readonly ownCpuSeconds: number
}

async function watch(
  postgres: Postgres,
  instances: readonly Running[],
  work: () => Promise<number>,
): Promise<Cost> {
  const ownCpu = () =>
    instances.map(({ program }) => program.usage().cpuSeconds).reduce((sum, cpu) => sum + cpu)
  const [before, ownBefore, began] = [await postgres.work(), ownCpu(), performance.now()]
  const executions = await work()
  const elapsed = (performance.now() - began) / 1_000
  const after = await postgres.work()
  return {
    executions,
    seconds: elapsed,
    ownCpuSeconds: ownCpu() - ownBefore,
    cpuSeconds: after.cpuSeconds - before.cpuSeconds,
    commits: after.commits - before.commits,
    walBytes: after.walBytes - before.walBytes,
  }
}

function describe(count: number, what: string, { executions, seconds, ...cost }: Cost): string[] {
  const each = (amount: number, digits = 0) => (amount / executions).toFixed(digits)
  return [
    String(count),
    what,
    Math.round(executions / seconds).toString(),
    each(cost.ownCpuSeconds * 1e6),
    each(cost.cpuSeconds * 1e6),
    each(cost.commits, 1),
    each(cost.walBytes),
  ]
}

function writeReport(tables: readonly string[]): string {
  return `# Instances with one store, measured

Written by \`npm run bench:scale\`. Instances, database, target and load share the cores of one machine: where these are busy, a further
instance adds no rate. What an execution costs is what to reckon with;
where other work keeps the machine busy (see the load before the run), it costs more than on a machine for itself.

${tables.join('\n\n')}
`
}
