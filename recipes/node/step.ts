// In a project of your own: from 'webhook-node-client'.
import type { Client, ExecuteResult, Node, Problem } from '../../clients/typescript/src/index.ts'

/** One step of one run of a flow. Both names together are the same each time this step is tried. */
export interface Step {
  readonly instance: string
  readonly activity: string
  readonly node: Node
  readonly payload: Readonly<Record<string, Record<string, unknown>>>
}

/** What an engine does next. */
export type Next =
  | { readonly action: 'follow'; readonly branch: string; readonly captured: Record<string, unknown> }
  /** Take the same step again, with the same names. */
  | { readonly action: 'wait'; readonly ms: number }
  /** The node or the payload is wrong. */
  | { readonly action: 'tell the author'; readonly errors: readonly string[] }
  /** The service or the way to it is wrong. */
  | { readonly action: 'tell the operator'; readonly code: string }
  /** It is open whether the target was called. */
  | { readonly action: 'look at the target'; readonly code: string }

/** Executes the node of a step. The client has repeated already what can do no harm within seconds. */
export async function takeStep(client: Client, { instance, activity, node, payload }: Step): Promise<Next> {
  const name = `${instance}-${activity}`
  const result = await client.execute({
    node,
    payload,
    idempotencyKey: name,
    correlationId: name,
    deadlineMs: 15_000,
    diagnostics: 'brief',
  })
  return decide(result)
}

function decide(result: ExecuteResult): Next {
  if (result.kind === 'branch') {
    const { branch, captured } = result.reply
    return { action: 'follow', branch, captured }
  }
  const { code } = result
  if (result.repeat === 'safe') return { action: 'wait', ms: result.retryAfterMs ?? 60_000 }
  if (result.delivered === 'maybe' && code !== 'idempotency_key_reused')
    return { action: 'look at the target', code }
  if (result.kind === 'refused' && mistakes.has(code))
    return { action: 'tell the author', errors: describeErrors(result.problem) }
  return { action: 'tell the operator', code }
}

/** Codes of what the author of a flow can mend. */
const mistakes: ReadonlySet<string> = new Set([
  'invalid_request',
  'payload_too_large',
  'idempotency_key_reused',
])

function describeErrors({ detail, errors }: Problem): string[] {
  const each = (errors ?? []).map(({ path, message }) => `${path}: ${message}`)
  return each.length > 0 ? each : [detail]
}
