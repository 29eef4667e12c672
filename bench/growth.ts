import type { ExecuteRequest } from '../src/contract/execution.ts'
import { createRequests } from './contender.ts'
import { type Lead, lead, leadPath, rendered, responseKilobytes } from './examples.ts'
import { loadFully } from './load.ts'
import { type Measurement, measure } from './measure.ts'
import { serialNumber } from './requests.ts'
import { startService } from './service.ts'
import { hostSuffix, type World } from './world.ts'

/** How the cost of an execution grows with one of its sizes. */
export interface Growth {
  readonly name: DimensionName
  readonly title: string
  /** Explains the growth. */
  readonly explanation: string
  readonly steps: readonly (Measurement & { readonly size: number })[]
}

export interface GrowthOptions {
  /** Duration for each size. */
  readonly seconds: number
  readonly warmUpSeconds: number
  /** Whether to leave out the largest size of each dimension, which takes longest. */
  readonly isQuick: boolean
  readonly tell: (progress: string) => void
}

/** What grows. */
export type DimensionName = 'payload' | 'body' | 'fields' | 'nodes' | 'rendered nodes' | 'hosts' | 'response'

interface Dimension {
  readonly name: DimensionName
  readonly title: string
  readonly explanation: string
  readonly sizes: readonly number[]
  /** The execution of a size. */
  readonly shape: (size: number, port: number) => Shape
}

interface Shape {
  readonly request: ExecuteRequest
  /** The number of different requests, if that is what grows. */
  readonly distinct?: number
}

const dimensions: readonly Dimension[] = [
  {
    name: 'payload',
    title: 'Payload, of which ten fields are sent, in KB',
    explanation: 'The whole payload is parsed and validated.',
    sizes: [1, 10, 100, 1_000],
    shape: (size, port) => ({ request: withPayload(lead({ port }), size) }),
  },
  {
    name: 'body',
    title: 'Payload, sent whole, in KB',
    explanation:
      'The payload is parsed, validated, serialized and sent. The reply shows at most 64 KiB of it.',
    sizes: [1, 10, 100, 1_000],
    shape: (size, port) => ({ request: withBody(withPayload(lead({ port }), size), { structure: 'full' }) }),
  },
  {
    name: 'fields',
    title: 'Fields',
    explanation: 'The payload has as many fields as the node.',
    sizes: [10, 100, 1_000],
    shape: (size, port) => ({ request: withFields(lead({ port }), size) }),
  },
  {
    name: 'nodes',
    title: 'Different nodes, in turn',
    explanation:
      'The cache keeps the 1,000 nodes that were used last. Any other node is parsed, validated and compiled again.',
    sizes: [1, 10, 100, 1_000, 10_000, 100_000],
    shape: (size, port) => ({ request: withOwnNode(lead({ port })), distinct: size }),
  },
  {
    name: 'rendered nodes',
    title: 'Different nodes that an engine has rendered, in turn',
    explanation:
      'With `"templates": "none"` the values stand in the node, so an engine that renders sends another node each time.',
    sizes: [1, 100_000],
    shape: (size, port) => ({ request: withOwnNode(rendered(lead({ port }))), distinct: size }),
  },
  {
    name: 'hosts',
    title: 'Different hosts, in turn',
    explanation:
      'At most 1,024 idle connections are kept. With more hosts in turn every call opens a connection, and its handshake verifies the certificate: no session is resumed.',
    sizes: [1, 10, 100, 1_000],
    shape: (size, port) => ({
      request: lead({ port, host: `h${serialNumber}.${hostSuffix}` }),
      distinct: size,
    }),
  },
  {
    name: 'response',
    title: 'Response, in KB',
    explanation: 'The body is parsed as JSON for a capture. The reply shows at most 64 KiB of it.',
    sizes: responseKilobytes,
    shape: (size, port) => ({ request: lead({ port, path: leadPath(size) }) }),
  },
]

const connections = 8
const settings = { MAX_REQUEST_BYTES: String(4 * 1_048_576) }

/** Each dimension has its own service. A size is measured after each different request has been sent once. */
export async function measureGrowth(world: World, options: GrowthOptions): Promise<readonly Growth[]> {
  const all: Growth[] = []
  for (const dimension of dimensions) all.push(await growAlong(world, dimension, options))
  return all
}

async function growAlong(
  world: World,
  { name, title, explanation, sizes, shape }: Dimension,
  { seconds, warmUpSeconds, isQuick, tell }: GrowthOptions,
): Promise<Growth> {
  await using running = await startService(world, { settings })
  await world.load.run(running.aim, { connections, seconds: warmUpSeconds })
  const steps: Growth['steps'][number][] = []
  for (const size of isQuick ? sizes.slice(0, -1) : sizes) {
    const { request, distinct } = shape(size, world.receiver.port)
    const aim = { ...running.aim, requests: createRequests(request, distinct) }
    await loadFully(aim, { connections, calls: distinct ?? 0 })
    await world.load.run(aim, { connections, seconds: seconds / 2 })
    const measured = await measure(world, running, () => world.load.run(aim, { connections, seconds }))
    steps.push({ size, ...measured })
    tell(`${title}: ${size}`)
  }
  return { name, title, explanation, steps }
}

/** Attributes of about 100 bytes each, which no field asks for. */
function withPayload(request: ExecuteRequest, kilobytes: number): ExecuteRequest {
  const missing = kilobytes * 1_000 - JSON.stringify(request.payload).length
  const count = Math.max(0, Math.floor(missing / 100))
  const text = 'x'.repeat(100 - '"attribute_000000":"",'.length)
  const attributes = Array.from({ length: count }, (_, at) => [
    `attribute_${String(at).padStart(6, '0')}`,
    text,
  ])
  return { ...request, payload: { ...request.payload, vars: Object.fromEntries(attributes) } }
}

function withBody(request: ExecuteRequest, body: ExecuteRequest['node']['body'] & object): ExecuteRequest {
  return { ...request, node: { ...request.node, body } }
}

function withFields(request: Lead, count: number): ExecuteRequest {
  const { fields } = request.node.body
  const names = Array.from({ length: count - fields.length }, (_, at) => `attribute_${at}`)
  const more = names.map((name) => ({ name, source: 'event' as const, field: name }))
  const event = { ...request.payload.event, ...Object.fromEntries(names.map((name) => [name, 'a value'])) }
  const grown = withBody(request, { structure: 'simple', fields: [...fields, ...more] })
  return { ...grown, payload: { ...request.payload, event } }
}

/** A node that differs in each request until the serial number repeats. */
function withOwnNode(request: Pick<Lead, 'node' | 'payload'>): ExecuteRequest {
  const fields = [...request.node.body.fields, { name: 'node', literal: serialNumber }]
  const body = { structure: 'simple' as const, fields }
  return { ...request, node: { ...request.node, id: `node-${serialNumber}`, body } }
}
