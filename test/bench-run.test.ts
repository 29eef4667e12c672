import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
} from 'node:fs'
import { readFile } from 'node:fs/promises'
import { request } from 'node:https'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import { bareForwarder } from '../bench/bare-forwarder.ts'
import { createRequests, startContender } from '../bench/contender.ts'
import { fight } from '../bench/duel.ts'
import { answerId, examples, type Route, routes } from '../bench/examples.ts'
import { wrkFullLoad } from '../bench/full-load.ts'
import { countInstructions } from '../bench/instructions.ts'
import { MessageReader } from '../bench/message-reader.ts'
import { reportingForwarder } from '../bench/reporting-forwarder.ts'
import { service, serviceAt } from '../bench/service.ts'
import { writeDuel } from '../bench/short-report.ts'
import { findTools, type Tools } from '../bench/tools.ts'
import { createWorld, type World } from '../bench/world.ts'
import { freePort } from '../testkit/free-port.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

const root = join(import.meta.dirname, '..')
const installed = findTools()
const bare: Tools = { nginx: null, wrk: null, instructions: 'not counted: no perf' }
const [lead] = examples as readonly [(typeof examples)[number]]
/** A measurement in which only the order and the sums matter. wrk makes whole seconds of these. */
const quick = {
  rounds: 1,
  boutsPerRound: 1,
  warmUpSeconds: 0,
  fullSeconds: 0.3,
  singleSeconds: 0.1,
  hasTime: () => true,
  tell() {},
}

// nginx and wrk are not required; CI has both.
const surroundings = [
  { what: 'its own receiver and load', tools: bare, names: ['own, on Node', 'own, on Node'], isThere: true },
  {
    what: 'nginx and wrk',
    tools: installed,
    names: [`nginx ${installed.nginx?.version}`, `wrk ${installed.wrk?.version}`],
    isThere: installed.nginx !== null && installed.wrk !== null,
  },
] as const

for (const { what, tools, names, isThere } of surroundings) {
  describe.skipIf(!isThere)(`the benchmark with ${what}`, () => {
    let world: World
    beforeAll(async () => {
      world = await createWorld({ cores: null, tools })
    })
    afterAll(() => world[Symbol.asyncDispose]())

    it('counts what came right in every part, and answers it', async () => {
      for (const route of routes) {
        const before = await world.receiver.received()
        const reply = await post(world, route)
        const after = await world.receiver.received()

        expect(reply).toEqual({ status: 201, body: route.answer })
        expect(after, route.path).toEqual({ right: before.right + 1, wrong: before.wrong })
      }
    })

    it('counts what came wrong', async () => {
      const wrong = routes.flatMap((route) => [
        { ...route, path: `${route.path}&more` },
        { ...route, lengthDigits: 1, body: '{}' },
        ...Object.keys(route.headers).map((name) => ({
          ...route,
          headers: { ...route.headers, [name]: 'something else' },
        })),
      ])
      const before = await world.receiver.received()
      for (const route of wrong) await post(world, route)

      expect(await world.receiver.received()).toEqual({
        right: before.right,
        wrong: before.wrong + wrong.length,
      })
    })

    it('measures the service and the bare forwarder by turns', async () => {
      const contenders = { one: service, other: bareForwarder }
      const warmUpSeconds = tools.wrk === null ? 0.1 : 0
      const bouts = await fight(world, contenders, { ...quick, warmUpSeconds, example: lead })

      expect([world.receiver.name, world.load.name]).toEqual(names)
      expect(bouts).toHaveLength(1)
      for (const { full, single } of bouts.flatMap(({ one, other }) => [one, other])) {
        expect(full.executions).toBeGreaterThan(single.executions)
        expect(full.cpuMicroseconds).toBeGreaterThan(0)
        expect(full.shares.contender).toBeGreaterThan(full.shares.receiver)
        expect(full.shares.load).toBeGreaterThan(0)
        expect(single.p50Ms).toBeGreaterThan(0)
      }
      expect(writeDuel([], { one: 'this', other: 'that' }, bouts)).not.toMatch(/NaN|undefined|Infinity/)
    })
  })
}

describe('a contender', () => {
  let world: World
  beforeAll(async () => {
    world = await createWorld({ cores: null, tools: installed })
  })
  afterAll(() => world[Symbol.asyncDispose]())

  it.each(examples)('does the work of $name, service and forwarders alike', async (example) => {
    const { ownReceiver, receiver } = world
    for (const contender of [service, bareForwarder, reportingForwarder]) {
      const before = await ownReceiver.received()
      await using running = await contender.start(world, { example })

      const after = await ownReceiver.received()
      expect(after.right).toBeGreaterThan(before.right)
      expect(after.wrong).toBe(before.wrong)
      expect(String(running.aim.requests.next())).toContain(`https://localhost:${receiver.port}/`)
    }
  })

  it('is not measured where there is no time for it', async () => {
    const fought = fight(
      world,
      { one: service, other: service },
      { ...quick, hasTime: () => false, example: lead },
    )

    await expect(fought).rejects.toThrow('no time')
  })

  it('is refused where it only says that it does the work', async () => {
    const port = await freePort()
    const script = `http.createServer((_, reply) => reply.end('${answerId}')).listen(${port}, '127.0.0.1')`

    await expect(startContender(world, { args: ['-e', script], env: {}, port })).rejects.toThrow(
      'The work is not done',
    )
  })

  it('may be the service of another checkout', async () => {
    const directory = temporaryDirectory()
    for (const name of ['src', 'node_modules']) symlinkSync(join(root, name), join(directory, name))

    await using running = await serviceAt(directory).start(world, { example: lead })

    expect(realpathSync(`/proc/${running.program.pid}/cwd`)).toBe(realpathSync(directory))
  })
})

describe.skipIf(installed.wrk === null)('wrk', () => {
  it('sends the requests of a series, each with its own number, and counts what is no 200', async () => {
    const heads: string[] = []
    const bodies: string[] = []
    const server = createServer((socket) => {
      const reader = new MessageReader()
      socket.on('error', () => {})
      socket.on('data', (chunk: Buffer) =>
        reader.read(chunk, ({ head, body }) => {
          heads.push(head)
          bodies.push(String(body))
          const status = bodies.length === 3 ? '503 No' : '200 OK'
          socket.write(`HTTP/1.1 ${status}\r\nContent-Length: 2\r\n\r\n{}`)
        }),
      )
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const directory = temporaryDirectory()
    onTestFinished(() => void server.close())
    const { port } = server.address() as { port: number }
    const requests = createRequests(lead.request(1), 5)

    const { succeeded, failed, cutOff } = await wrkFullLoad(installed.wrk as never, directory).run(
      { port, requests },
      { connections: 1, seconds: 1 },
    )

    const expected = Array.from({ length: 5 }, () => String(requests.next()).split('\r\n\r\n'))
    expect(bodies.length).toBeGreaterThan(5)
    expect(new Set(heads)).toEqual(new Set(expected.map(([head]) => head)))
    expect(new Set(bodies)).toEqual(new Set(expected.map(([, body]) => body)))
    expect(bodies[5]).toBe(bodies[0])
    expect(failed).toBe(1)
    expect(bodies.length - failed - succeeded).toBeLessThanOrEqual(cutOff)
  })
})

describe.skipIf(spawnSync('perf', ['stat', '-e', 'task-clock', 'true']).status !== 0)('perf', () => {
  it('counts from the start to the stop', async () => {
    const child = spawn(process.execPath, ['-e', 'for (;;);'])
    onTestFinished(() => void child.kill('SIGKILL'))
    await once(child, 'spawn')

    const counting = await countInstructions(child.pid as number, 'task-clock:u')
    await vi.waitUntil(() => cpuTicks(child.pid as number) > 10, { timeout: 30_000 })

    expect(await counting.stop()).toBeGreaterThan(0)
  })

  it('has nothing to tell of a process that is gone', async () => {
    const child = spawn(process.execPath, ['-e', ''])
    await once(child, 'exit')

    expect(await (await countInstructions(child.pid as number, 'task-clock:u')).stop()).toBeNull()
  })
})

describe('a run of the benchmark that ends early', () => {
  const signals: readonly NodeJS.Signals[] =
    spawnSync('setpriv', ['--version']).status === 0
      ? ['SIGINT', 'SIGTERM', 'SIGKILL']
      : ['SIGINT', 'SIGTERM']

  it.each(signals)('leaves no process behind after %s', async (signal) => {
    const TMPDIR = temporaryDirectory()
    const run = spawn(process.execPath, ['bench/short.ts'], {
      cwd: root,
      env: { ...process.env, TMPDIR },
      stdio: 'ignore',
    })
    onTestFinished(() => void run.kill('SIGKILL'))
    const needed = ['receiver-main.ts', 'src/main.ts', ...(installed.nginx === null ? [] : ['nginx.conf'])]
    const children = await vi.waitUntil(() => childrenWith(run, needed), { timeout: 30_000 })

    run.kill(signal)
    await once(run, 'exit')

    await vi.waitUntil(() => !children.some(isRunning), { timeout: 30_000 })
    if (signal !== 'SIGKILL') expect(readdirSync(TMPDIR)).toEqual([])
  })

  it('says why, and leaves no process behind, after an error', async () => {
    const world = await createWorld({ cores: null, tools: installed })
    const pids = [world.receiver.pid, world.ownReceiver.pid]
    const args = ['-e', 'throw new Error("broken from the start")']
    const broken = { name: 'broken', start: () => startContender(world, { args, env: {}, port: 1 }) }

    const fought = fight(world, { one: service, other: broken }, { ...quick, example: lead })
    await expect(fought).rejects.toThrow('broken from the start')
    await world[Symbol.asyncDispose]()

    expect(pids.filter(isRunning)).toEqual([])
    expect(existsSync(world.directory)).toBe(false)
  })
})

/** Sends what the route takes. */
async function post({ receiver, caFile }: World, { path, headers, body, lengthDigits }: Route) {
  const ca = await readFile(caFile)
  const sent = request({
    host: 'localhost',
    port: receiver.port,
    path,
    ca,
    method: 'POST',
    agent: false,
    headers,
  })
  sent.end(body.padEnd(10 ** (lengthDigits - 1)))
  const [reply] = await once(sent, 'response')
  return { status: reply.statusCode, body: await text(reply) }
}

function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'bench-test-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  return directory
}

/**
 * The children of a process, where there is one for each of the words in a command line; else null. One that is still taskset or setpriv may not
 * have asked yet to end with its parent.
 */
function childrenWith({ pid }: ChildProcess, words: readonly string[]): readonly number[] | null {
  const children = readdirSync('/proc').filter(
    (name) => /^\d+$/.test(name) && readFields(name)[1] === String(pid),
  )
  const commands = children.map((name) => read(`/proc/${name}/cmdline`))
  // Until a child runs what it is for, it has no command, that of its parent, taskset or setpriv, and does not yet end with its parent.
  const isReady = commands.every((command) => /^(?!setpriv|taskset)(?!.*bench\/short\.ts)./.test(command))
  return isReady && words.every((word) => commands.some((command) => command.includes(word)))
    ? children.map(Number)
    : null
}

function isRunning(pid: number): boolean {
  const [state] = readFields(String(pid))
  return state !== undefined && state !== 'Z'
}

function cpuTicks(pid: number): number {
  return Number(readFields(String(pid))[11])
}

/** State, parent and so on, from /proc; empty where the process is gone. */
function readFields(name: string): readonly string[] {
  const stat = read(`/proc/${name}/stat`)
  return stat === '' ? [] : stat.slice(stat.lastIndexOf(')') + 2).split(' ')
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return '' // it has ended
  }
}
