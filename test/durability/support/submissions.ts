import { randomUUIDv7 } from 'node:crypto'
import type {
  DurableSubmission,
  Ended,
  SynchronousSubmission,
} from '../../../src/durability/store/execution-store.ts'

export const bytes = (text: string) => new TextEncoder().encode(text)
export const text = (document: Uint8Array | null | undefined) =>
  document == null ? document : new TextDecoder().decode(document)

export function durable(overrides: Partial<DurableSubmission> = {}): DurableSubmission {
  return {
    mode: 'durable',
    executionId: randomUUIDv7(),
    key: null,
    nodeId: 'crm-lead',
    lane: { client: 'engine', tenant: null, host: 'api.crm.example', port: 443 },
    repeatable: false,
    node: bytes('{"method":"POST"}'),
    payload: bytes('{"profile":{}}'),
    rest: bytes('{}'),
    secrets: null,
    dueAt: 0,
    expiresAt: null,
    callsBack: false,
    ...overrides,
  }
}

export function synchronous(overrides: Partial<SynchronousSubmission> = {}): SynchronousSubmission {
  const { nodeId, lane, repeatable, node, payload } = durable()
  const mode = 'synchronous'
  return {
    executionId: randomUUIDv7(),
    nodeId,
    lane,
    repeatable,
    node,
    payload,
    mode,
    key: 'k',
    ...overrides,
  }
}

export function ended(overrides: Partial<Ended> = {}): Ended {
  return {
    outcome: 'ended',
    state: 'succeeded',
    attempts: 1,
    code: 'expectation_met',
    repeat: 'never',
    reply: bytes('{"branch":"success"}'),
    callback: null,
    ...overrides,
  }
}

export const failed = (overrides: Partial<Ended> = {}) =>
  ended({
    state: 'failed',
    code: 'connect_refused',
    repeat: 'safe',
    reply: bytes('{"branch":"error"}'),
    ...overrides,
  })

export const anyRoom = () => Number.POSITIVE_INFINITY
