import { key, type Running } from './contender.ts'
import type { TimedLoad } from './load.ts'
import type { Series } from './requests.ts'

/** The same submission again and again: without a key each is an execution of its own. */
export function createSubmissions(body: object, headers: readonly string[] = []): Series {
  const json = JSON.stringify(body)
  const head = [
    'POST /v1/executions HTTP/1.1',
    'host: localhost',
    `authorization: Bearer ${key}`,
    'content-type: application/json',
    `content-length: ${Buffer.byteLength(json)}`,
    ...headers,
  ]
  const request = Buffer.from(`${head.join('\r\n')}\r\n\r\n${json}`)
  return { next: () => request }
}

/** All replies: those that are 202 count as failures of a load. */
export function countReplies({ succeeded, failed }: TimedLoad): number {
  return succeeded + failed
}

/** How many durable executions have ended in an instance. */
export function readEnded(running: Running): Promise<number> {
  return readCounter(running, 'webhook_node_durable_settled_total{outcome="ended"}')
}

/** How many durable executions an instance has accepted. */
export function readAccepted(running: Running): Promise<number> {
  return readCounter(running, 'webhook_node_durable_accepted_total')
}

async function readCounter({ aim }: Running, series: string): Promise<number> {
  const response = await fetch(`http://127.0.0.1:${aim.port}/metrics`, { headers: { connection: 'close' } })
  const line = (await response.text()).split('\n').find((text) => text.startsWith(`${series} `))
  return Number(line?.slice(series.length) ?? 0)
}
