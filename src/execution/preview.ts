import { randomUUID } from 'node:crypto'
import type { PreviewReply, PreviewRequest, ShownRequest, Simulation } from '../contract/execution.ts'
import type { Warning } from '../contract/warning.ts'
import type { EgressClient } from '../egress/egress-client.ts'
import { startTrace } from '../tracing/trace.ts'
import type { CompiledNode } from '../webhook/compile.ts'
import {
  type CurlInput,
  findDifference,
  listReadFiles,
  maxContainedBytes,
  secretMarkers,
  standInVariables,
  toCurl,
} from '../webhook/curl.ts'
import type { Masker } from '../webhook/masking/mask.ts'
import { type PartialRequest, renderPartly } from '../webhook/partial-request.ts'
import { type RenderedRequest, renderRequest, type SendableRequest } from '../webhook/render.ts'
import type { FilePiece, ShownBody } from '../webhook/request/compiled-body.ts'
import { connectionPath } from '../webhook/request/member-path.ts'
import type { RenderInput } from '../webhook/request/render-session.ts'
import { ReadableResponse } from '../webhook/response/readable-response.ts'
import { type ShownParts, withHeaders } from '../webhook/shown-parts.ts'
import { RenderBudget } from '../webhook/template/render-budget.ts'
import type { SecretLookup } from '../webhook/template/secret-lookup.ts'
import { trimHeader } from '../webhook/wire/headers.ts'
import type { Outcome } from '../webhook/wire/outcome.ts'
import { describeSigning, withContentHash } from './aws-curl.ts'
import { Diagnostics } from './diagnostics.ts'
import { evaluateOutcome, type JudgingContext, judgeOutcome } from './evaluate-outcome.ts'
import type { ExecutionContext } from './execution-context.ts'
import { describeCall } from './judged-call.ts'
import { ExecutionMaskers } from './maskers.ts'
import type { WithRequestedNode } from './node-cache.ts'
import { refuseNode } from './refuse-node.ts'
import type { Previewed, Refused } from './results.ts'
import { RequestSigner } from './sign-egress.ts'
import { createTimedUuid } from './uuid.ts'

/** The context of a preview: it sends nothing, and has no stored secrets, which it could reveal. */
export interface PreviewContext
  extends Omit<ExecutionContext, 'egressClient' | 'secrets' | 'tokens' | 'nonces' | 'startsTraces'> {
  readonly egressClient: Pick<EgressClient, 'describeDenial'>
}

/** Does everything that an execution does except sending. Opens no socket. Secrets need no values. */
export function previewNode(
  request: WithRequestedNode<PreviewRequest>,
  context: PreviewContext,
  clientName: string | null = null,
): Refused | Previewed {
  const share = { client: clientName, tenant: request.tenant ?? null }
  const compiled = context.quota.charge(share, () => context.nodes.compile(request.node, share.tenant))
  if (!compiled.ok) return refuseNode(compiled.errors, request)
  const { node } = compiled
  const { payload = {}, secrets = {} } = request
  const salt = randomUUID()
  const markers = secretMarkers(salt)
  const marked: SecretLookup = {
    find: (name) => ({ value: markers.composeMarker(name), isStored: true, isHidden: true, isUnknown: true }),
  }
  const budget = new RenderBudget(context.maxRenderMs)
  const input: RenderInput = {
    budget,
    payload,
    secrets,
    store: marked,
    executionId: createTimedUuid(),
    idempotencyKey: request.idempotencyKey ?? null,
    correlationId: request.correlationId ?? null,
    tenant: request.tenant ?? null,
    userAgent: context.userAgent,
    maxRenderedBytes: context.maxRenderedBytes,
    traceHeaders: startTrace({ isSampled: false }).headers,
  }
  const rendered = budget.render(() => renderRequest(node, input))
  const part = rendered.ok ? null : budget.render(() => renderPartly(node, input))
  // A preview has no stored secrets, so a simulated response cannot contain one.
  const { client, around } = (part ?? rendered).valuesToMask
  const maskers = new ExecutionMaskers(context.maskers, { stored: none, carriers: none, client, around })
  const outcome = simulated(rendered, request.simulate)
  const diagnostics = new Diagnostics(maskers.own, {
    diagnostics: 'full',
    maxEchoBytes: context.maxEchoBytes,
    docsBaseUrl: context.docsBaseUrl,
  })
  const { maxCapturedBytes } = context
  const judging = { variables: rendered.variables, budget, maxCapturedBytes, call: describeCall(rendered) }
  const decided = outcome === null ? null : decide(node, outcome, judging, maskers, diagnostics)
  const standIn = standInVariables(salt, node.secretNames)
  const stoodIn = { ...input, secrets: {}, standIn }
  const curl = rendered.ok
    ? composeCurl(node, stoodIn, maskers.own, { markers, spaced: findSpaced(secrets) })
    : null
  const isCurlTooLong = (curl?.command?.length ?? 0) > maxCurlCharacters
  const reply: PreviewReply = {
    request: shownRequest(rendered, part, maskers.own, diagnostics),
    curl: isCurlTooLong ? null : (curl?.command ?? null),
    warnings: [
      ...diagnostics.warnings([...node.warnings, ...(part ?? rendered).warnings]),
      ...(decided?.warnings ?? []),
      ...(rendered.ok ? warnOfDenial(node, rendered, context) : []),
      ...(isCurlTooLong ? [curlTooLong] : (curl?.warnings ?? [])),
    ],
    simulated: decided?.simulated ?? null,
  }
  context.quota.spend(share, budget.spentMs)
  return { kind: 'previewed', reply }
}

/** Linux limits one argument of a command to 131072 bytes, and quoting may lengthen a text. */
const maxCurlCharacters = 262_144

const curlTooLong: Warning = {
  code: 'curl_too_long',
  path: '/node/body',
  message: `The curl command is left out: it would have more than ${maxCurlCharacters} characters, or exceed the limits of rendering.`,
}

/** What execute would refuse without DNS. A simulated response leaves that out. */
function warnOfDenial(
  { connection }: CompiledNode,
  { request }: SendableRequest,
  { egressClient }: PreviewContext,
): readonly Warning[] {
  const denial = egressClient.describeDenial(request)
  if (denial === null) return []
  const message = `An execution ends with address_denied. ${denial.detail} ${denial.hint}`
  return [{ code: 'address_closed', path: connection === null ? '/node/url' : connectionPath, message }]
}

const none: ReadonlySet<string> = new Set()

/** The rendered request, or its parts that could be rendered. */
function shownRequest(
  rendered: RenderedRequest,
  part: PartialRequest | null,
  masked: Masker,
  diagnostics: Diagnostics,
): ShownRequest {
  if (rendered.ok) return diagnostics.request(rendered.request, signedParts(rendered))
  if (part === null) throw new TypeError('what cannot be rendered is rendered in part')
  // Shows the whole body: the author looks for a mistake anywhere in it.
  const whole = new Diagnostics(masked, {
    diagnostics: 'full',
    maxEchoBytes: Number.POSITIVE_INFINITY,
    docsBaseUrl: '',
  })
  return whole.request(part, part.display)
}

/** The headers of a signature are shown as if the request was sent now. */
function signedParts({ display, signing }: SendableRequest): ShownParts {
  return signing === null ? display : withHeaders(display, new RequestSigner(signing).showHeaders())
}

/** The simulated outcome, or the failure of rendering. Null if the request simulates nothing. */
function simulated(rendered: RenderedRequest, simulate: Simulation | undefined): Outcome | null {
  if (!rendered.ok) return { kind: 'failed', failure: rendered.failure, response: null }
  if (simulate === undefined) return null
  if ('failure' in simulate)
    return { kind: 'failed', failure: { code: simulate.failure, detail: '', path: null }, response: null }
  const { status, headers = {}, body = '' } = simulate
  return {
    kind: 'responded',
    response: { status, headers: Object.entries(headers), body: marked(body), ending: 'complete' },
  }
}

/** Adds a byte order mark: it makes the simulated text UTF-8 whatever charset the headers or the text declare. */
function marked(text: string): Buffer {
  return Buffer.from(text === '' || text.startsWith(byteOrderMark) ? text : byteOrderMark + text)
}

const byteOrderMark = '\ufeff'

function decide(
  node: CompiledNode,
  outcome: Outcome,
  judging: JudgingContext,
  maskers: ExecutionMaskers,
  diagnostics: Diagnostics,
) {
  const response =
    outcome.response === null
      ? null
      : new ReadableResponse(outcome.response, maskers.forResponse(outcome.response))
  const judgement = judgeOutcome(node, outcome, response, judging)
  const { decision, captured, warnings } = evaluateOutcome(node, judgement, judging)
  const { output, succeeded, reason } = decision
  return {
    warnings: diagnostics.warnings(warnings),
    simulated: {
      branch: output,
      succeeded,
      reason: diagnostics.reason(reason),
      captured,
    },
  }
}

/** Renders once more, with a placeholder for each secret. The placeholders become shell variables. */
function composeCurl(
  node: CompiledNode,
  input: RenderInput,
  masked: Masker,
  secrets: Required<Pick<CurlInput, 'markers' | 'spaced'>>,
): { readonly command: string | null; readonly warnings: readonly Warning[] } {
  const rendered = input.budget.render(() => renderRequest(node, input))
  // With the placeholders the request may be too long, or need more time than is left.
  if (!rendered.ok) return { command: null, warnings: [curlTooLong] }
  const display = signedParts(rendered)
  const { markers } = secrets
  const shown = maskedParts(display, markers.around(masked))
  const parts = rendered.awsKeys === null ? shown : withContentHash(shown, rendered, markers)
  const isBearer = node.auth?.isBearer ?? false
  const { method, timeoutMs, tls } = node
  const command = toCurl({ method, parts, timeoutMs, isBearer, tls, ...secrets })
  const difference = isMasked(display, shown)
    ? maskedDifference
    : (findDifference({ parts, markers }) ?? findSigned(rendered, parts))
  const warnings = listReadFiles({ parts, markers }).map(readsFile)
  return { command, warnings: difference === null ? warnings : [notExact(difference), ...warnings] }
}

const maskedDifference = 'it has ••• in the place of a masked value'

function findSigned({ request, signing, awsKeys: keys }: SendableRequest, parts: ShownParts): string | null {
  if (signing !== null) return unsignedDifference
  return keys === null ? null : describeSigning(parts, { target: request.target, keys })
}

const unsignedDifference =
  'the signature depends on the time of sending, so that the command has shell variables in the place of its headers'

function notExact(why: string): Warning {
  const message = `The curl command differs from the request of the service: ${why}.`
  return { code: 'curl_not_exact', path: null, message }
}

function readsFile({ variable, size }: { readonly variable: string; readonly size: number }): Warning {
  const message = `The curl command reads ${size} bytes from a file. Set the shell variable ${variable} to its path.`
  return { code: 'curl_reads_file', path: '/node/body', message }
}

/** Whether the request has a part that may not be shown. */
function isMasked(sent: ShownParts, display: ShownParts): boolean {
  return (
    sent.url !== display.url ||
    !isSameBody(sent.body, display.body) ||
    sent.user !== display.user ||
    sent.headers.some(([, value], index) => value !== display.headers[index]?.[1])
  )
}

/** Compares the texts. What the command does not show of a file it reads. */
function isSameBody(sent: ShownBody | null, display: ShownBody | null): boolean {
  // An empty body is shown as none.
  if (sent === null || display === null) return true
  if (typeof sent === 'string' || typeof display === 'string') return sent === display
  return sent.every((piece, index) => typeof piece !== 'string' || piece === display[index])
}

/** The names of secrets with surrounding white space. */
function findSpaced(secrets: Readonly<Record<string, string>>): ReadonlySet<string> {
  return new Set(Object.keys(secrets).filter((name) => trimHeader(secrets[name] ?? '') !== secrets[name]))
}

/** Masks before quoting: quotes could hide a value from the masker. */
function maskedParts({ url, headers, body, user, ...rest }: ShownParts, masked: Masker): ShownParts {
  return {
    ...rest,
    url: masked(url),
    headers: headers.map(([name, value]) => [name, masked(value)]),
    body: body === null ? null : maskedBody(body, masked),
    user: user === null ? null : masked(user),
  }
}

/** Null for an empty body. A file with a value that must not be shown is hidden as a whole. */
function maskedBody(body: ShownBody, masked: Masker): ShownBody | null {
  if (typeof body === 'string') return body === '' ? null : masked(body)
  const pieces = body.map((piece) =>
    typeof piece === 'string'
      ? masked(piece)
      : { ...piece, isHidden: piece.isHidden || isMarked(piece, masked) },
  )
  return pieces.every((piece) => typeof piece !== 'string' && piece.bytes.length === 0) ? null : pieces
}

/** Whether a file that the command would contain has a value that must not be shown. */
function isMarked({ bytes }: FilePiece, masked: Masker): boolean {
  if (bytes.length > maxContainedBytes) return false
  return [bytes.toString('base64'), bytes.toString('utf8')].some((text) => masked(text) !== text)
}
