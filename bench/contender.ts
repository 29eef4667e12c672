import { join } from 'node:path'
import { Connection } from './connection.ts'
import type { Aim } from './load.ts'
import { type Program, startProgram } from './program.ts'
import { Requests } from './requests.ts'
import { lead } from './work.ts'
import type { World } from './world.ts'

/** Something that takes the work. */
export interface Contender {
  readonly name: string
  start(world: World, nodeOptions?: readonly string[]): Promise<Running>
}

/** It runs until it is disposed of. */
export interface Running extends AsyncDisposable {
  readonly program: Program
  /** Where the work goes, and what it is. */
  readonly aim: Aim
}

export interface Command {
  /** What comes behind `node`. */
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
  /** Where it will listen. */
  readonly port: number
  /** By default it has started when it has done the work once. */
  readonly isReady?: (port: number) => Promise<boolean>
}

/** The key of the one caller there is. */
export const key = 'only-for-the-benchmark'

const manyDistinct = 10_000

/** How long one has for its first answer. */
const answerLimitMs = 2_000

/** Starts a contender on its core, and makes sure that it does the work. */
export async function startContender(world: World, { port, isReady, ...command }: Command): Promise<Running> {
  const requests = requestsOf(lead({ port: world.receiver.port }))
  const works = async () => (await call(port, requests))?.includes('L-1001') ?? false
  const program = await startProgram({
    ...command,
    core: world.cores?.service,
    logFile: join(world.directory, `${port}.log`),
    isReady: isReady === undefined ? works : () => isReady(port),
  })
  if (!(await works()))
    throw new Error(`${command.args.join(' ')} does not do the work: ${await call(port, requests)}`)
  return { program, aim: { port, requests }, [Symbol.asyncDispose]: () => program[Symbol.asyncDispose]() }
}

/** Calls of `POST /v1/execute` in a series. */
export function requestsOf(body: object, distinct = manyDistinct): Requests {
  return new Requests(body, { path: '/v1/execute', key, distinct })
}

/** The body of the reply, or null where none comes. */
async function call(port: number, requests: Requests): Promise<string | null> {
  const connection = await Connection.open(port).catch(() => null)
  if (connection === null) return null
  const limit = setTimeout(() => connection.close(), answerLimitMs)
  const reply = await connection.send(requests.next())
  clearTimeout(limit)
  connection.close()
  return reply === null ? null : String(reply.body)
}
