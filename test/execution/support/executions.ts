import Value from 'typebox/value'
import { expect } from 'vitest'
import { readId } from '../../../src/contract/builders.ts'
import { type ExecuteReply, executionSchemas, type PreviewReply } from '../../../src/contract/execution.ts'
import type { Failure } from '../../../src/contract/failure.ts'
import { type Node, nodeSchemas } from '../../../src/contract/node.ts'
import { Payload } from '../../../src/contract/payload.ts'
import type { EgressClient } from '../../../src/egress/egress-client.ts'
import type { Attempts, CallOptions } from '../../../src/egress/guarded-calls.ts'
import { TlsProfiles } from '../../../src/egress/tls/tls-profiles.ts'
import { executeNode } from '../../../src/execution/execute.ts'
import type { ExecutionContext } from '../../../src/execution/execution-context.ts'
import type { HeldResources } from '../../../src/execution/held-resources.ts'
import { LoopTurns } from '../../../src/execution/loop-turns.ts'
import { MaskerCache } from '../../../src/execution/maskers.ts'
import { type GivenNode, NodeCache } from '../../../src/execution/node-cache.ts'
import { NonceCache } from '../../../src/execution/nonce-cache.ts'
import { previewNode } from '../../../src/execution/preview.ts'
import { RenderQuota } from '../../../src/execution/render-quota.ts'
import { TokenCache } from '../../../src/execution/token-cache.ts'
import type { OutboundRequest } from '../../../src/webhook/wire/outbound-request.ts'
import type { Attempt, Outcome, TargetResponse } from '../../../src/webhook/wire/outcome.ts'
import { emptyConnectionStore } from '../../support/empty-connection-store.ts'
import { emptySecretStore } from '../../support/empty-secret-store.ts'
import type { NodeSketch } from '../../webhook/support/nodes.ts'

const schemas = Object.fromEntries(
  [...nodeSchemas, Payload, ...executionSchemas].map((schema) => [readId(schema), schema]),
)

/** Fails where a value is not what the documented schema says. */
function expectToFollow(name: string, value: unknown): void {
  const schema = schemas[name]
  if (schema === undefined) throw new TypeError(`there is no schema ${name}`)
  expect(Value.Errors(schemas, schema, JSON.parse(JSON.stringify(value)))).toEqual([])
}

export interface TestEgressClient extends EgressClient {
  readonly calls: { readonly request: OutboundRequest; readonly options: CallOptions }[]
}

const profiles = new TlsProfiles({ ca: null, tlsGroups: null })

/** A way out that leads nowhere: what would come back is given. */
export function egressWith(
  answer: (request: OutboundRequest, options: CallOptions) => Attempts,
): TestEgressClient {
  const calls: TestEgressClient['calls'] = []
  return {
    calls,
    async call(request, options) {
      calls.push({ request, options })
      return answer(request, options).map((one) => withClock(one, options)) as unknown as Attempts
    },
    mayCall: () => true,
    describeDenial: () => null,
    openTls: (settings) => profiles.open(settings),
    pause: () => {},
    load: () => ({ connections: 0, waiting: 0 }),
    async close() {},
  }
}

/** As egress has it: what ends by a clock names it. */
function withClock(one: Attempt, { clock }: CallOptions): Attempt {
  const { outcome } = one
  if (outcome.kind === 'responded' || clock === undefined || !outcome.failure.code.endsWith('_timeout'))
    return one
  return { ...one, outcome: { ...outcome, failure: { ...outcome.failure, clock } } }
}

export type Answer = Partial<Omit<TargetResponse, 'body'>> & { readonly body?: string | Buffer }

export function responding(answer: Answer = {}): TestEgressClient {
  return egressWith(() => [attempt({ kind: 'responded', response: createResponse(answer) })])
}

export function failing(
  code: Failure['code'],
  rest: Partial<Attempt> & { readonly response?: Answer } = {},
): TestEgressClient {
  const { response, ...attemptRest } = rest
  const failure = { code, detail: '', path: null }
  const outcome = {
    kind: 'failed',
    failure,
    response: response === undefined ? null : createResponse(response),
  } as const
  return egressWith(() => [attempt(outcome, { delivered: 'maybe', ...attemptRest })])
}

export function createResponse({ body = '', ...rest }: Answer): TargetResponse {
  return { status: 200, headers: [], ending: 'complete', ...rest, body: Buffer.from(body) }
}

export function attempt(outcome: Outcome, rest: Partial<Attempt> = {}): Attempt {
  return {
    purpose: 'call',
    startedAt: new Date('2026-03-01T12:00:00Z'),
    durationMs: 12,
    outcome,
    delivered: 'yes',
    connectionReused: false,
    timings: { queueMs: null, dnsMs: 1, connectMs: 2, tlsMs: 3, firstByteMs: 4, downloadMs: 0 },
    ...rest,
  }
}

interface Sketch {
  readonly node?: NodeSketch
  readonly payload?: unknown
  readonly secrets?: Readonly<Record<string, string>>
  readonly [member: string]: unknown
}

/** All that is asked for, with pauses that are over at once. */
export const plenty: HeldResources = {
  pause: async () => 'over',
  holdRendered: () => true,
  holdReceived: () => true,
  dropReceived: () => {},
}

/** The client stays to the end, and is in no trace. */
export const here = { signal: new AbortController().signal, resources: plenty, trace: null, client: null }

/** What an execution needs except an egress client; the service has no secrets of its own. */
export const context = {
  secrets: emptySecretStore,
  nodes: new NodeCache({ maxTimeoutMs: 10_000, connections: emptyConnectionStore }),
  maskers: new MaskerCache(),
  tokens: new TokenCache(),
  nonces: new NonceCache(),
  quota: new RenderQuota(),
  turns: new LoopTurns(),
  maxRenderMs: 5_000, // what a busy machine does not use up
  maxRenderedBytes: 1_048_576,
  maxCapturedBytes: 262_144,
  maxEchoBytes: 65_536,
  docsBaseUrl: '',
  userAgent: 'webhook-node/test',
  startsTraces: false,
}

function complete({ node, ...rest }: Sketch) {
  return { node: given({ method: 'POST', url: 'https://target.example/hook', ...node }), ...rest } as never
}

/** A node that the cache does not have. */
export function given(config: object): GivenNode {
  return { config: config as Node, text: null }
}

/** The reply to an execution, which follows the documented schema. */
export async function execute(
  sketch: Sketch,
  egressClient: EgressClient = responding(),
  settings: Partial<ExecutionContext> = {},
  resources: Partial<HeldResources> = {},
): Promise<ExecuteReply> {
  const callContext = { ...here, resources: { ...plenty, ...resources } }
  const result = await executeNode(complete(sketch), { ...context, egressClient, ...settings }, callContext)
  if (result.kind !== 'executed') throw new TypeError(JSON.stringify(result))
  expectToFollow('ExecuteReply', result.reply)
  return result.reply
}

/** The reply to a preview, which follows the documented schema. */
export function preview(sketch: Sketch, settings: Partial<ExecutionContext> = {}): PreviewReply {
  const result = previewNode(complete(sketch), { ...context, egressClient: responding(), ...settings })
  if (result.kind === 'refused') throw new TypeError(JSON.stringify(result.errors))
  expectToFollow('PreviewReply', result.reply)
  return result.reply
}
