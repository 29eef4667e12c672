import { statSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join, resolve } from 'node:path'
import { createHistogram } from 'node:perf_hooks'
import { setTimeout as wait } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { listen } from '../testkit/listen.ts'
import { commandLine, runCommand, tell } from './command.ts'
import { Connection } from './connection.ts'
import type { Running } from './contender.ts'
import { loadFully, type TimedLoad } from './load.ts'
import { describeMachine } from './machine.ts'
import { markdownTable } from './markdown-table.ts'
import type { Series } from './requests.ts'
import { startService } from './service.ts'
import { countReplies, createSubmissions, readAccepted, readEnded } from './submissions.ts'
import { createWorld, type World } from './world.ts'

// Measures durable executions on the embedded store: how many are accepted and done in a second, the memory and the disk that
// those take which wait, and whether many that wait for a dead host delay the others.

const args = process.argv.slice(2)

const { values } = parseArgs({
  args,
  options: {
    waiting: { type: 'string', default: '200000' },
    executions: { type: 'string', default: '5000' },
    seconds: { type: 'string', default: '20' },
    rate: { type: 'string', default: '20' },
    out: { type: 'string', default: 'bench/durable.md' },
  },
})

const waiting = Number(values.waiting)
const seconds = Number(values.seconds)
const itemsAtOnce = 1_000
const connections = 64

/** Steps in which the memory is looked at. */
const steps = 4

await runCommand(async () => {
  await using world = await createWorld()
  const machine = describeMachine(world, commandLine('npm run bench:durable', args))
  const rates = await measureRates(world)
  const silent = await measureBacklog(world, 'says nothing')
  const refusing = await measureBacklog(world, 'hangs up')
  const report = writeReport([
    markdownTable(['what', 'which'], machine),
    markdownTable(['executions a second', 'rate'], rates),
    markdownTable(['waiting for a dead host', 'resident memory', 'file of the store'], silent.sizes),
    markdownTable(
      [`calls to another host, ${values.rate} a second`, 'p50', 'p99', 'failed'],
      [
        describeTimes('none waits', silent.alone),
        describeTimes(`${waiting} wait for a host that says nothing`, silent.beside),
        describeTimes('none waits', refusing.alone),
        describeTimes(`${waiting} wait for a host that hangs up at once`, refusing.beside),
      ],
    ),
  ])
  const path = resolve(process.env.INIT_CWD ?? process.cwd(), values.out)
  await writeFile(path, report)
  console.log(report)
})

async function measureRates(world: World): Promise<string[][]> {
  await using running = await start(world, 'rates.db')
  const later = new Date(Date.now() + 24 * 3_600_000).toISOString()
  const node = { method: 'POST', url: `https://localhost:${world.ownReceiver.port}/` }
  tell('accepting one by one')
  const accepting = { port: running.aim.port, requests: createSubmissions({ node, notBefore: later }) }
  const single = await loadFully(accepting, { connections, seconds })
  tell(`accepting ${itemsAtOnce} at once`)
  const items = Array.from({ length: itemsAtOnce }, (_, n) => ({ payload: { vars: { n } } }))
  const together = { port: running.aim.port, requests: createSubmissions({ node, notBefore: later, items }) }
  const batches = await loadFully(together, { connections: 2, seconds: seconds / 2 })
  const done = await measureDone(world)
  const rows: [string, number][] = [
    [
      `accepted, each in a request of its own (${connections} connections)`,
      countReplies(single) / single.seconds,
    ],
    [`accepted, ${itemsAtOnce} in a request`, (countReplies(batches) * itemsAtOnce) / batches.seconds],
    ['accepted, sent to a target that answers at once, and their results stored', done],
  ]
  return rows.map(([what, rate]) => [what, Math.round(rate).toString()])
}

/** From the first submission to the last result. */
async function measureDone(world: World): Promise<number> {
  await using running = await start(world, 'done.db')
  const calls = Number(values.executions)
  tell(`doing ${calls}`)
  const node = { method: 'POST', url: `https://localhost:${world.ownReceiver.port}/` }
  const began = performance.now()
  await loadFully({ port: running.aim.port, requests: createSubmissions({ node }) }, { connections, calls })
  const accepted = await readAccepted(running)
  while ((await readEnded(running)) < accepted) await wait(250)
  return accepted / ((performance.now() - began) / 1_000)
}

async function measureBacklog(world: World, death: 'says nothing' | 'hangs up') {
  const dead = await listen(
    createServer().on('connection', (socket) => {
      socket.on('error', () => {})
      if (death === 'hangs up') socket.destroy()
    }),
  )
  const settings = {
    EGRESS_ALLOW: `localhost:${dead.port},localhost:${world.ownReceiver.port},localhost:${world.receiver.port}`,
  }
  const name = `${death}.db`
  await using running = await start(world, name, settings)
  const file = join(world.directory, name)
  const measureOthers = async () => {
    const node = { method: 'POST', url: `https://localhost:${world.ownReceiver.port}/` }
    const requests = createSubmissions({ node }, ['prefer: wait=30'])
    return await callSteadily(running.aim.port, requests)
  }
  await measureOthers() // first calls are not measured
  tell('none waits')
  const alone = await measureOthers()
  const look = (count: number) => [
    String(count),
    `${Math.round(running.program.usage().rssBytes / 2 ** 20)} MiB`,
    `${Math.round(statSync(file).size / 2 ** 20)} MiB`,
  ]
  const sizes = [look(0)]
  const retry = { attempts: 50, initialDelayMs: 60_000 }
  const node = { method: 'PUT', url: `https://localhost:${dead.port}/`, timeoutMs: 1_000, retry }
  const items = Array.from({ length: itemsAtOnce }, (_, n) => ({ payload: { vars: { n } } }))
  const requests = createSubmissions({ node, items })
  for (let step = 1; step <= steps; step++) {
    const calls = waiting / steps / itemsAtOnce
    await loadFully({ port: running.aim.port, requests }, { connections: 1, calls })
    await wait(2_000)
    sizes.push(look((waiting / steps) * step))
    tell(`${(waiting / steps) * step} wait`)
  }
  const beside = await measureOthers()
  await dead.close()
  return { sizes, alone, beside }
}

type Calls = Pick<TimedLoad, 'latency' | 'failed'>

/** Calls at a constant rate, each over a connection of its own: one that was idle for long may be closed. */
async function callSteadily(port: number, requests: Series): Promise<Calls> {
  const latency = createHistogram()
  const rate = Number(values.rate)
  let failed = 0
  const callOnce = async (at: number) => {
    await wait(at)
    const began = performance.now()
    const connection = await Connection.open(port)
    const reply = await connection.send(requests.next())
    connection.close()
    latency.record(Math.round((performance.now() - began) * 1e6))
    if (!reply?.head.startsWith('HTTP/1.1 200')) failed += 1
  }
  await Promise.all(Array.from({ length: rate * seconds }, (_, n) => callOnce((n * 1_000) / rate)))
  return { latency, failed }
}

function start(
  world: World,
  file: string,
  settings: Readonly<Record<string, string>> = {},
): Promise<Running> {
  return startService(world, {
    settings: { STORE_URL: `sqlite:${join(world.directory, file)}`, MAX_BACKLOG: '10000000', ...settings },
  })
}

function describeTimes(what: string, { latency, failed }: Calls): string[] {
  const ms = (percentile: number) => `${(latency.percentile(percentile) / 1e6).toFixed(1)} ms`
  return [what, ms(50), ms(99), String(failed)]
}

function writeReport(tables: readonly string[]): string {
  return `# Durable executions, measured\n\nWritten by \`npm run bench:durable\`.\n\n${tables.join('\n\n')}\n`
}
