import { receiverHost, receiverPort } from '../demo/receiver.ts'
import type { MinuteStatistics } from '../src/contract/statistics.ts'
import { type Example, executeExamples, previewExamples } from './examples.ts'

/** A service that may call the demo's receiver. */
export interface RecordedService {
  readonly url: string
  /** The port of the receiver. The replies show that of the examples in its place. */
  readonly receiverPort: number
}

type Replies = Readonly<Record<string, Example<unknown>>>

/** Replies with status 200, by operation and name. */
export type RecordedReplies = Readonly<Record<string, Replies>>

/**
 * Sends examples of the document to a service that has executed nothing before, and returns its replies. What differs
 * from run to run (ids, times and durations) is replaced by constants.
 */
export async function recordReplies(service: RecordedService): Promise<RecordedReplies> {
  const record = async (summary: string, description: string, path: string, body?: unknown) => ({
    summary,
    description,
    value: steady(await ask(service, path, body)),
  })
  const execute = (summary: string, description: string, { value }: Example<unknown>) =>
    record(summary, description, '/v1/execute', value)
  const preview = (summary: string, description: string, { value }: Example<unknown>) =>
    record(summary, description, '/v1/preview', value)

  const { lead, unexpected_status, timeout, denied_address } = executeExamples
  const executeNode = {
    expectation_met: await execute(
      'The response meets the expectation',
      'The branch `success`, under the name that the engine gave it, and the captured id.',
      lead,
    ),
    expectation_unmet: await execute(
      'The response does not meet the expectation',
      'The target answered 201 where the node expects 200: the branch of `onError`, and a hint.',
      unexpected_status,
    ),
    failure: await execute(
      'No response came',
      'The target did not answer within `timeoutMs`. It may have got the request.',
      timeout,
    ),
    not_sent: await execute(
      'The request was not sent',
      'The address is closed, so not one byte was sent.',
      denied_address,
    ),
  }
  const previewNode = {
    simulated: await preview(
      'The decision on a simulated response',
      'The request, the same as a curl command, and the branch that a 201 takes.',
      previewExamples.lead_created,
    ),
    case_met: await preview(
      'The decision of a case',
      'A 409 has a branch of its own.',
      previewExamples.lead_exists,
    ),
    request_only: await preview(
      'The request only',
      'Without `simulate` there is nothing to decide.',
      previewExamples.subscription,
    ),
  }
  const showNodeStatistics = {
    crm_lead: await record(
      'A node that succeeded once and failed once',
      'The latest failure has the reason.',
      `/v1/nodes/${lead.value.node.id}/stats`,
    ),
  }
  const listNodes = {
    nodes: await record('Three nodes', 'The totals of each.', '/v1/nodes'),
  }
  return { executeNode, previewNode, showNodeStatistics, listNodes }
}

async function ask({ url, receiverPort: port }: RecordedService, path: string, body: unknown) {
  const here = JSON.stringify(body)?.replaceAll(`${receiverHost}:${receiverPort}`, `${receiverHost}:${port}`)
  const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: here }
  const response = await fetch(url + path, here === undefined ? {} : init)
  const text = await response.text()
  if (!response.ok) throw new Error(`The service answered ${response.status}: ${text}`)
  return JSON.parse(text.replaceAll(`${receiverHost}:${port}`, `${receiverHost}:${receiverPort}`))
}

const time = '2026-11-21T21:54:09.578Z'

/** What stands in place of a value that differs from run to run, by its text. */
const constants: readonly (readonly [pattern: RegExp, constant: string])[] = [
  [/^[\da-f]{8}-[\da-f]{4}-7[\da-f]{3}-[\da-f]{4}-[\da-f]{12}$/, '019aa858-6b2a-7f0e-9c1d-3a5b7e9f1c2d'],
  [/^\d{4}-\d\d-\d\dT[\d:.]+Z$/, time],
  [/^\w{3}, \d\d \w{3} \d{4} [\d:]+ GMT$/, new Date(time).toUTCString()],
]

const durations: Readonly<Record<string, number>> = {
  durationMs: 31,
  queueMs: 0,
  dnsMs: 2,
  connectMs: 1,
  tlsMs: 9,
  firstByteMs: 14,
  downloadMs: 1,
  p50: 31,
  p95: 31,
  p99: 31,
}

function steady(value: unknown, name = ''): unknown {
  if (name === 'perMinute') return steadyMinutes(value as readonly MinuteStatistics[])
  if (Array.isArray(value)) return value.map((item) => steady(item))
  if (typeof value === 'string') return steadyText(value)
  if (typeof value === 'number') return steadyNumber(value, name)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, steady(member, key)]))
}

function steadyText(text: string): string {
  const constant = constants.find(([pattern]) => pattern.test(text))?.[1]
  return constant ?? text.replaceAll(/\b(?:[5-9]\d\d|1[0-4]\d\d) ms\b/g, '1000 ms')
}

/** A call that waited for its time limit, of a second, stays as long as that. */
function steadyNumber(number: number, name: string): number {
  if (durations[name] === undefined) return number
  return number < 500 ? durations[name] : 1_000
}

/** The last two minutes, with all executions in the last one: an hour of zeros shows nothing. */
function steadyMinutes(minutes: readonly MinuteStatistics[]): readonly MinuteStatistics[] {
  const sum = (name: 'passedThrough' | 'failed') => minutes.reduce((total, minute) => total + minute[name], 0)
  return [
    { minute: '2026-11-21T21:53:00.000Z', passedThrough: 0, failed: 0 },
    { minute: '2026-11-21T21:54:00.000Z', passedThrough: sum('passedThrough'), failed: sum('failed') },
  ]
}
