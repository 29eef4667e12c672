import { join } from 'node:path'
import { Connection } from './connection.ts'
import { answerId, type Example, lead } from './examples.ts'
import type { FullAim } from './full-load.ts'
import { type Program, startProgram } from './program.ts'
import type { Receiver } from './receiver.ts'
import { Requests } from './requests.ts'
import type { World } from './world.ts'

/** A program that is measured. */
export interface Contender {
  readonly name: string
  start(world: World, options?: StartOptions): Promise<Running>
}

export interface StartOptions {
  /** Options of Node. */
  readonly nodeOptions?: readonly string[]
  /** Default: the lead. */
  readonly example?: Example | undefined
}

/** A started contender. Disposing of it ends it. */
export interface Running extends AsyncDisposable {
  readonly program: Program
  /** Port and requests. */
  readonly aim: FullAim
}

export interface Command {
  /** The arguments of `node`. */
  readonly args: readonly string[]
  /** The checkout that it runs in. Default: this one. */
  readonly directory?: string | undefined
  readonly env: Readonly<Record<string, string>>
  /** The port on which it will listen. */
  readonly port: number
  /** Default: ready when it has done the work once. */
  readonly isReady?: (port: number) => Promise<boolean>
}

/** The key of the only client. */
export const key = 'only-for-the-benchmark'

const manyDistinct = 10_000

/** Time limit for the first reply. */
const answerLimitMs = 2_000

/** Starts a contender on its core, and checks that it does the work. */
export async function startContender(
  world: World,
  { port, isReady, args, ...command }: Command,
  { request }: Pick<Example, 'request'> = { request: (port) => lead({ port }) },
): Promise<Running> {
  const requestsTo = (receiver: Receiver) => createRequests(request(receiver.port))
  const works = async () => doesWork(await call(port, requestsTo(world.ownReceiver)))
  const program = await startProgram({
    ...command,
    command: [process.execPath, ...args],
    core: world.cores?.service,
    logFile: join(world.directory, `${port}.log`),
    isReady: isReady === undefined ? works : () => isReady(port),
  })
  const aim = { port, requests: requestsTo(world.receiver) }
  const running = { program, aim, [Symbol.asyncDispose]: () => program[Symbol.asyncDispose]() }
  await using starting = new AsyncDisposableStack()
  starting.use(running)
  for (const receiver of new Set([world.ownReceiver, world.receiver]))
    await proveWork(port, requestsTo(receiver), receiver)
  starting.move()
  return running
}

/** Throws if a call gets no reply, or if a wrong request reaches the receiver. */
async function proveWork(port: number, requests: Requests, receiver: Receiver): Promise<void> {
  const before = await receiver.received()
  const reply = await call(port, requests)
  const after = await receiver.received()
  if (doesWork(reply) && after.right === before.right + 1 && after.wrong === before.wrong) return
  throw new Error(`The work is not done: ${JSON.stringify({ before, after })}, ${reply?.slice(0, 2_000)}`)
}

function doesWork(reply: string | null): boolean {
  return reply?.includes(answerId) ?? false
}

/** Creates a series of calls of `POST /v1/execute`. */
export function createRequests(body: object, distinct = manyDistinct): Requests {
  return new Requests(body, { path: '/v1/execute', key, distinct })
}

/** The body of the reply, or null without a reply. */
async function call(port: number, requests: Requests): Promise<string | null> {
  const connection = await Connection.open(port).catch(() => null)
  if (connection === null) return null
  const limit = setTimeout(() => connection.close(), answerLimitMs)
  const reply = await connection.send(requests.next())
  clearTimeout(limit)
  connection.close()
  return reply === null ? null : String(reply.body)
}
