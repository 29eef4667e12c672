import { readFileSync, writeFileSync } from 'node:fs'
import { Agent, Client, type Dispatcher, request } from 'undici'
import { onTestFinished } from 'vitest'
import type { ExecuteReply } from '../../../src/contract/execution.ts'
import { startProcessAmongServers } from '../../support/process.ts'

/** The service as a process of its own, so that what it takes of the machine can be told from what the tests take. */
export interface ServiceProcess {
  readonly pid: number
  execute(node: object): Promise<ExecuteReply>
  /** The same over one connection, which is opened by the first call. */
  executeInLine(node: object): Promise<ExecuteReply>
  /** Megabytes of memory that are resident now. */
  memory(): number
  /** The most of them since the last call of `forgetPeak`. */
  peakMemory(): number
  forgetPeak(): void
}

export async function startServiceProcess(
  settings: Readonly<Record<string, string>> = {},
): Promise<ServiceProcess> {
  const { child, url } = await startProcessAmongServers(settings)
  const { pid } = child
  if (pid === undefined) throw new Error('no process')

  const pool = new Agent()
  const line = new Client(url)
  onTestFinished(async () => void (await Promise.all([pool.destroy(), line.destroy()])))
  const readMegabytes = (member: string) => {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8')
    return Number(new RegExp(`^${member}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]) / 1_024
  }
  return {
    pid,
    execute: (node) => post(pool, url, node),
    executeInLine: (node) => post(line, url, node),
    memory: () => readMegabytes('VmRSS'),
    peakMemory: () => readMegabytes('VmHWM'),
    forgetPeak: () => writeFileSync(`/proc/${pid}/clear_refs`, '5'), // proc(5)
  }
}

async function post(dispatcher: Dispatcher, url: string, node: object): Promise<ExecuteReply> {
  const { body } = await request(`${url}/v1/execute`, {
    dispatcher,
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ node }),
  })
  return (await body.json()) as ExecuteReply // the OpenAPI document is held against it elsewhere
}
