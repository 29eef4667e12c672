import { randomUUIDv7 } from 'node:crypto'
import { startTrace } from '../tracing/trace.ts'
import type { CompiledNode } from '../webhook/compile.ts'
import { secretMarkers, toCurl } from '../webhook/curl.ts'
import { createMasker, type Masker } from '../webhook/mask.ts'
import type { Outcome } from '../webhook/outcome.ts'
import type { RenderInput } from '../webhook/rendering.ts'
import { type RenderedRequest, renderRequest, type ShownParts } from '../webhook/request.ts'
import { ReadableResponse } from '../webhook/response.ts'
import { conclude } from './conclude.ts'
import type { PreviewReply, PreviewRequest, Simulation } from './contract.ts'
import type { ExecutionContext } from './execute.ts'
import type { Previewed, Refused } from './execution.ts'
import { Reporter, textsToHide } from './report.ts'

/** What a preview needs to know: neither the way out nor the secrets of the service, which it could give away. */
export type PreviewContext = Omit<ExecutionContext, 'caller' | 'secrets' | 'startsTraces'>

/** Everything of an execution but the sending. Opens no socket; secrets need no values. */
export function previewNode(request: PreviewRequest, context: PreviewContext): Refused | Previewed {
  const compiled = context.nodes.compile(request.node)
  if (!compiled.ok) return { kind: 'refused', errors: compiled.errors }
  const { node } = compiled
  const markers = secretMarkers(secretNamesIn(request), JSON.stringify(request))
  const placeholders = new Map([...markers].map(([marker, name]) => [name, marker]))
  const input: RenderInput = {
    payload: request.payload ?? {},
    secrets: new Map([...placeholders, ...Object.entries(request.secrets ?? {})]),
    hidden: Object.values(request.secrets ?? {}),
    executionId: randomUUIDv7(),
    idempotencyKey: null,
    userAgent: context.userAgent,
    traceHeaders: startTrace({ isSampled: false }).headers,
    masksCarriers: true,
  }
  const rendered = renderRequest(node, input)
  const outcome = simulated(rendered, request.simulate)
  const masked = createMasker(textsToHide(rendered.hidden, outcome?.response ?? null))
  const reporter = new Reporter(masked, { diagnostics: 'full', maxEchoBytes: context.maxEchoBytes })
  const decided = outcome === null ? null : decide(node, outcome, rendered, reporter)
  const reply: PreviewReply = {
    request: rendered.ok ? reporter.request(rendered.request, rendered.shown) : null,
    curl: curlOf(node, { ...input, secrets: placeholders, masksCarriers: false }, markers),
    warnings: [...reporter.warnings(rendered.warnings), ...(decided?.warnings ?? [])],
    simulated: decided?.simulated ?? null,
  }
  return { kind: 'previewed', reply }
}

/** Names that may be those of secrets: finding too many costs nothing. */
function secretNamesIn(request: PreviewRequest): Set<string> {
  const references = JSON.stringify(request.node).matchAll(/secrets\.([A-Za-z_][A-Za-z0-9_]*)/g)
  return new Set([...references].flatMap(([, name]) => name ?? []))
}

/** What the target would have answered, or the failure of the rendering; null where nobody asked. */
function simulated(rendered: RenderedRequest, simulate: Simulation | undefined): Outcome | null {
  if (!rendered.ok) return { kind: 'failed', failure: rendered.failure, response: null }
  if (simulate === undefined) return null
  if ('failure' in simulate)
    return { kind: 'failed', failure: { code: simulate.failure, detail: '', path: null }, response: null }
  const { status, headers = {}, body = '' } = simulate
  return {
    kind: 'responded',
    response: { status, headers: Object.entries(headers), body: Buffer.from(body), ending: 'complete' },
  }
}

function decide(node: CompiledNode, outcome: Outcome, { variables }: RenderedRequest, reporter: Reporter) {
  const response = outcome.response === null ? null : new ReadableResponse(outcome.response, reporter.masked)
  const conclusion = conclude(node, outcome, response, variables)
  const { branch, succeeded, reason } = conclusion.decision
  return {
    warnings: reporter.warnings(conclusion.warnings),
    simulated: {
      branch: node.branches[branch],
      succeeded,
      reason: reporter.reason(reason),
      captured: reporter.captured(conclusion.captured),
    },
  }
}

/** Rendered once more, with a text in the place of each secret that becomes a shell variable. */
function curlOf(node: CompiledNode, input: RenderInput, markers: ReadonlyMap<string, string>): string | null {
  const rendered = renderRequest(node, input)
  if (!rendered.ok) return null
  const hidden = [...rendered.hidden].filter((text) => !markers.has(text))
  const parts = maskedParts(rendered.shown, createMasker(hidden))
  return toCurl({ method: node.method, parts, timeoutMs: node.timeoutMs, secretNames: markers })
}

/** Masked before it is quoted: quotes would hide a value from the masker. */
function maskedParts({ url, headers, body, user }: ShownParts, masked: Masker): ShownParts {
  return {
    url: masked(url),
    headers: headers.map(([name, value]) => [name, masked(value)]),
    body: body === null ? null : masked(body),
    user: user === null ? null : masked(user),
  }
}
