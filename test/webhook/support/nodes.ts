import type { ConfigError } from '../../../src/contract/config-error.ts'
import type { Failure } from '../../../src/contract/failure.ts'
import type { Node } from '../../../src/contract/node.ts'
import type { Payload } from '../../../src/contract/payload.ts'
import { type CompiledNode, compileNode } from '../../../src/webhook/compile.ts'
import { type RenderedRequest, renderRequest } from '../../../src/webhook/render.ts'
import type { RenderInput } from '../../../src/webhook/request/render-session.ts'
import { RenderBudget } from '../../../src/webhook/template/render-budget.ts'
import type { SecretLookup } from '../../../src/webhook/template/secret-lookup.ts'
import type { OutboundRequest } from '../../../src/webhook/wire/outbound-request.ts'

/** What a test sets of a node; the rest is a POST to a host that is never called. */
export type NodeSketch = ReadonlyDeep<Partial<Node>>

type ReadonlyDeep<T> = T extends object ? { readonly [Key in keyof T]: ReadonlyDeep<T[Key]> } : T

export type Surroundings = Partial<Omit<RenderInput, 'payload' | 'secrets' | 'store'>> & {
  readonly payload?: Payload
  /** Those that come with the request. */
  readonly secrets?: Readonly<Record<string, string>>
  /** Those of the service. */
  readonly store?: SecretLookup
}

const executionId = '01980000-0000-7000-8000-000000000000'

export function listErrors(node: NodeSketch): readonly ConfigError[] {
  const compiled = compileNode(complete(node), { maxTimeoutMs: 10_000 })
  return compiled.ok ? [] : compiled.errors
}

/** The first complaint about a node, as `path: message`; nothing where there is none. */
export function complaint(node: NodeSketch): string | undefined {
  const [error] = listErrors(node)
  return error && `${error.path}: ${error.message}`
}

export function compiled(node: NodeSketch): CompiledNode {
  const result = compileNode(complete(node), { maxTimeoutMs: 10_000 })
  if (!result.ok) throw new TypeError(`the node has errors: ${JSON.stringify(result.errors)}`)
  return result.node
}

export function render(
  node: NodeSketch,
  { secrets = {}, store = { find: () => undefined }, ...rest }: Surroundings = {},
): RenderedRequest {
  return renderRequest(compiled(node), {
    payload: {},
    secrets,
    store,
    budget: RenderBudget.started(1_000),
    executionId,
    idempotencyKey: null,
    correlationId: null,
    tenant: null,
    userAgent: 'webhook-node/test',
    maxRenderedBytes: 1_048_576,
    traceHeaders: [],
    ...rest,
  })
}

/** A node whose body has a content type and a text of its own. */
export function raw(contentType: string, content: string): NodeSketch {
  return { body: { structure: 'raw', contentType, content } }
}

/** The request as it goes out. */
export function sent(node: NodeSketch, surroundings?: Surroundings): OutboundRequest {
  const rendered = render(node, surroundings)
  if (!rendered.ok) throw new TypeError(`nothing was sent: ${JSON.stringify(rendered.failure)}`)
  return rendered.request
}

/** Why nothing goes out. */
export function renderFailure(node: NodeSketch, surroundings?: Surroundings): Failure {
  const rendered = render(node, surroundings)
  if (rendered.ok) throw new TypeError('the request was rendered')
  return rendered.failure
}

/** The warnings as `code path`. */
export function listWarnings(node: NodeSketch, surroundings?: Surroundings): string[] {
  return render(node, surroundings).warnings.map(({ code, path }) => `${code} ${path}`)
}

export function renderBody(node: NodeSketch, surroundings?: Surroundings): string {
  return sent(node, surroundings).body?.toString('utf8') ?? ''
}

export function renderHeaders(node: NodeSketch, surroundings?: Surroundings, name?: string): string[] {
  return sent(node, surroundings)
    .headers.filter(([candidate]) => candidate.toLowerCase() === name?.toLowerCase())
    .map(([, value]) => value)
}

function complete(node: NodeSketch): Node {
  return { method: 'POST', url: 'https://target.example/hook', ...node } as Node
}
