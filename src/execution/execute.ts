import type { AttemptEntry, ExecuteReply, ExecuteRequest } from '../contract/execution.ts'
import { findSafetyAfterFailure } from '../contract/failure.ts'
import { listCalls } from '../contract/purpose.ts'
import type { EgressClient } from '../egress/egress-client.ts'
import type { SecretStore } from '../secrets/secret-store.ts'
import { continueTrace, newSpanId, startTrace, type Trace } from '../tracing/trace.ts'
import type { TraceContext } from '../tracing/trace-context.ts'
import type { CompiledNode } from '../webhook/compile.ts'
import type { Decision, DecisionReason, JudgedCall } from '../webhook/decide.ts'
import { quoteTokenAnswer } from '../webhook/explanation/quote-token-answer.ts'
import type { Masker } from '../webhook/masking/mask.ts'
import type { Hop, RedirectRules } from '../webhook/redirect.ts'
import { explainRefusedDigest } from '../webhook/refused-digest.ts'
import { decideOnRefusedToken } from '../webhook/refused-token.ts'
import { type RenderedRequest, renderRequest, type SendableRequest } from '../webhook/render.ts'
import type { DigestCredentials } from '../webhook/request/credential.ts'
import { type RenderInput, withheldSecret } from '../webhook/request/render-session.ts'
import type { TokenGrant } from '../webhook/request/token-grant.ts'
import { ReadableResponse } from '../webhook/response/readable-response.ts'
import { askedPauseMs } from '../webhook/retry-after.ts'
import { judgeDelivery } from '../webhook/retry-safety.ts'
import { type ShownParts, withHeaders } from '../webhook/shown-parts.ts'
import { RenderBudget } from '../webhook/template/render-budget.ts'
import type { SecretUse } from '../webhook/template/secret-lookup.ts'
import { headerValues } from '../webhook/wire/headers.ts'
import type { OutboundRequest } from '../webhook/wire/outbound-request.ts'
import { type Attempt, type Outcome, readHeldBackMs, type TargetResponse } from '../webhook/wire/outcome.ts'
import { type AttemptsBefore, type AttemptsMade, runAttempts } from './attempt-loop.ts'
import { AuthorizedEgress, type TokenRefusal } from './authorized-egress.ts'
import { AwsSigner } from './aws-egress.ts'
import type { Continuation, Postponed } from './continuation.ts'
import { attemptEntry, Diagnostics } from './diagnostics.ts'
import { DigestEgress, type DigestRefusal } from './digest-egress.ts'
import {
  evaluateOutcome,
  type Judgement,
  type JudgingContext,
  judgeOutcome,
  refusesToken,
} from './evaluate-outcome.ts'
import type { HeldResources } from './held-resources.ts'
import type { LoopTurns } from './loop-turns.ts'
import { ExecutionMaskers, type MaskerCache } from './maskers.ts'
import type { NodeCache, WithRequestedNode } from './node-cache.ts'
import type { NonceCache } from './nonce-cache.ts'
import { openForeignTls, openTls, type PreparedCall } from './open-tls.ts'
import { RedirectFollower } from './redirect-follower.ts'
import type { RenderQuota } from './render-quota.ts'
import { isSecondAnswer, tellOfRepeat } from './repeated-request.ts'
import type { Executed, ExecutionRecord, Explained, Refused, Unaffordable } from './results.ts'
import { RequestSigner } from './sign-egress.ts'
import type { TokenCache } from './token-cache.ts'
import { traceEgress } from './trace-egress.ts'
import { createTimedUuid } from './uuid.ts'

export interface ExecutionContext {
  readonly egressClient: EgressClient
  readonly secrets: SecretStore
  readonly nodes: NodeCache
  readonly maskers: MaskerCache
  readonly tokens: TokenCache
  readonly nonces: NonceCache
  readonly quota: RenderQuota
  readonly turns: LoopTurns
  /** Processor time for all templates and conditions of a request, in milliseconds. */
  readonly maxRenderMs: number
  /** Limit for a body to send, in bytes. */
  readonly maxRenderedBytes: number
  /** Limit for all captured values of a request together, as JSON. */
  readonly maxCapturedBytes: number
  /** Bytes of a body to show in a reply. */
  readonly maxEchoBytes: number
  /** Where the pages of codes are. Empty for paths instead of addresses. */
  readonly docsBaseUrl: string
  readonly userAgent: string
  /** Whether a call without a trace context begins a trace. */
  readonly startsTraces: boolean
}

/** What belongs to one execution beside its request. */
export interface CallContext {
  /** Aborted when the client has gone or the service stops. What has begun still runs to its end. */
  readonly signal: AbortSignal
  readonly resources: HeldResources
  /** The trace context that the client sent. */
  readonly trace: TraceContext | null
  /** The name of the client. Null if the service asks for no key. */
  readonly client: string | null
  /** The past of the execution. Default: it begins here. */
  readonly continuation?: Continuation
}

/** compile → render → attempt → judge → evaluate → report. Rejects only on a bug of the service. */
export async function executeNode(
  request: WithRequestedNode<ExecuteRequest>,
  context: ExecutionContext,
  callContext: CallContext,
): Promise<Refused | Unaffordable | Executed> {
  const { continuation = null } = callContext
  const begunAt = new Date()
  const begun = performance.now()
  const accepted =
    continuation === null ? begun : begun - Math.max(0, begunAt.getTime() - continuation.acceptedAt)
  const { tenant = null, deadlineMs = Number.POSITIVE_INFINITY } = request
  const { quota } = context
  const share = { client: callContext.client, tenant }
  const hasWaited = quota.owes(share)
  if (hasWaited) await quota.turn(share, deadlineMs, callContext.signal)
  const compiled = quota.charge(share, () => context.nodes.compile(request.node, tenant))
  if (!compiled.ok) return { kind: 'refused', errors: compiled.errors }
  const { node } = compiled
  const executionId = continuation?.executionId ?? createTimedUuid()
  const trace = beginTrace(callContext, node, context)
  const budget = new RenderBudget(context.maxRenderMs)
  const rendered = budget.render(() => render(node, request, { executionId, trace, budget }, context))
  const renderMs = budget.spentMs
  quota.spend(share, renderMs)
  if (rendered.ok && !callContext.resources.holdRendered(rendered.request.body?.length ?? 0))
    return { kind: 'unaffordable' }
  const computed =
    rendered.ok && (rendered.signing ?? rendered.digest ?? rendered.awsKeys) !== null
      ? new Set<string>()
      : undefined
  const signer =
    rendered.ok && rendered.signing !== null ? new RequestSigner(rendered.signing, computed) : null
  const aws = rendered.ok && rendered.awsKeys !== null ? new AwsSigner(rendered.awsKeys, computed) : null
  const maskers = new ExecutionMaskers(context.maskers, rendered.valuesToMask, computed)
  const judging: JudgingContext = {
    variables: rendered.variables,
    budget,
    maxCapturedBytes: context.maxCapturedBytes,
    call:
      rendered.ok && rendered.redirects !== null
        ? describeHop(rendered, () => follower)
        : describeCall(rendered),
  }
  const isShown = request.diagnostics !== 'brief'
  const prepare = () => openTls(rendered, context.egressClient, begunAt, node.tls?.path)
  // The time for a certificate that is new counts like that of templates.
  const prepared = node.tls === null ? prepare() : quota.charge(share, prepare)
  const egressClient = prepared.ok
    ? prepareEgress(
        aws === null ? context.egressClient : aws.around(context.egressClient),
        prepared.rendered,
        trace,
        signer,
        continuation,
      )
    : context.egressClient
  const grant = prepared.ok ? prepared.rendered.grant : null
  const authorized =
    grant === null
      ? null
      : authorize(node, grant, { egressClient, tenant, trace, maskers, judging, isShown }, context)
  const digest =
    prepared.ok && prepared.rendered.digest !== null
      ? answerChallenges(
          prepared.rendered.digest,
          { egressClient, rendered: prepared.rendered, tenant, trace, computed },
          context,
        )
      : null
  const own = authorized ?? digest ?? egressClient
  // Of most nodes no redirect is followed, and then nothing is made for it.
  const follower =
    prepared.ok && prepared.rendered.redirects !== null
      ? followRedirects(
          prepared.rendered,
          prepared.rendered.redirects,
          { own, tenant, trace, maskers, refusal: () => authorized?.refusal, continuation },
          context,
        )
      : null
  const judge = (outcome: Outcome, attempts: readonly Attempt[], mayQuote = isShown) => {
    const response = readResponse(outcome.response, maskers, mayQuote)
    const judgement = judgeOutcome(node, outcome, response, judging, attempts)
    if (authorized !== null) return withRefusal(judgement, node, authorized.refusal)
    return digest === null ? judgement : withDigestRefusal(judgement, digest.refusal)
  }
  const made = prepared.ok
    ? await runAttempts({
        node,
        request: prepared.rendered.request,
        egressClient: follower ?? own,
        pauseConnection: context.egressClient.pause,
        trace,
        tenant,
        tls: prepared.tls,
        deadlineMs,
        accepted,
        hasWaited: hasWaited || continuation !== null,
        before: findBefore(continuation, begunAt),
        postpones: continuation?.postpones ?? false,
        signal: callContext.signal,
        resources: callContext.resources,
        turns: context.turns,
        judge,
        judging,
      })
    : attemptNothing(prepared, judge)
  const executed = report(
    {
      request,
      node,
      executionId,
      trace,
      rendered,
      signer,
      aws,
      digest,
      maskers,
      follower,
      judging,
      judge,
      made,
      begunAt,
      begun,
      accepted,
      continuation,
    },
    context,
  )
  quota.spend(share, budget.spentMs - renderMs)
  return executed
}

function prepareEgress(
  egressClient: Pick<EgressClient, 'call'>,
  rendered: SendableRequest,
  trace: Trace | null,
  signer: RequestSigner | null,
  continuation: Continuation | null,
): Pick<EgressClient, 'call'> {
  const permitted = askBefore(egressClient, continuation)
  const signing = signer === null ? permitted : signer.around(permitted)
  return trace === null ? signing : traceEgress(signing, trace, rendered.carriesTrace)
}

function askBefore(
  egressClient: Pick<EgressClient, 'call'>,
  continuation: Continuation | null,
): Pick<EgressClient, 'call'> {
  const permission = continuation?.permission
  if (permission === undefined) return egressClient
  return { call: (request, options) => egressClient.call(request, { ...options, permission }) }
}

function findBefore(continuation: Continuation | null, now: Date): AttemptsBefore | null {
  const progress = continuation?.progress
  if (!progress) return null
  return { calls: progress.calls, repeat: progress.repeat, elapsedMs: now.getTime() - progress.beganAt }
}

interface Authorization {
  readonly egressClient: Pick<EgressClient, 'call'>
  readonly tenant: string | null
  readonly trace: Trace | null
  readonly maskers: ExecutionMaskers
  readonly judging: JudgingContext
  readonly isShown: boolean
}

function authorize(
  node: CompiledNode,
  grant: TokenGrant,
  { egressClient, tenant, trace, maskers, judging, isShown }: Authorization,
  context: ExecutionContext,
): AuthorizedEgress {
  const read = (response: TargetResponse) => readResponse(response, maskers, isShown)
  return new AuthorizedEgress({
    egressClient,
    tokenClient: trace === null ? context.egressClient : traceEgress(context.egressClient, trace, false),
    mayCall: (target) => context.egressClient.mayCall(target),
    grant,
    tokens: context.tokens,
    tenant,
    hide: (token) => maskers.hide(token),
    refuses: (response) => refusesToken(node, read(response), judging),
    quote: (response) => quoteTokenAnswer(read(response)),
    onUnbegun: () => trace?.attemptSpanIds.push(newSpanId()),
  })
}

interface Answering {
  readonly egressClient: Pick<EgressClient, 'call'>
  readonly rendered: SendableRequest
  readonly tenant: string | null
  readonly trace: Trace | null
  readonly computed: Set<string> | undefined
}

function answerChallenges(
  credentials: DigestCredentials,
  { egressClient, rendered, tenant, trace, computed = new Set() }: Answering,
  context: ExecutionContext,
): DigestEgress {
  const { nonces } = context
  return new DigestEgress({
    egressClient,
    questionClient: prepareEgress(context.egressClient, rendered, trace, null, null),
    credentials,
    nonces,
    tenant,
    computed,
    onUnbegun: () => trace?.attemptSpanIds.push(newSpanId()),
  })
}

function withDigestRefusal(judgement: Judgement, refusal: DigestRefusal | null): Judgement {
  if (refusal === null || refusal.response !== judgement.outcome.response) return judgement
  return { ...judgement, decision: explainRefusedDigest(judgement.decision, refusal.end) }
}

/** A response that refuses the token is decided on by that. */
function withRefusal(judgement: Judgement, node: CompiledNode, refusal: TokenRefusal | null): Judgement {
  if (refusal === null || refusal.response !== judgement.outcome.response) return judgement
  return { ...judgement, decision: decideOnRefusedToken(node, judgement.decision, refusal.end) }
}

/** The request, as an explanation of its response sees it. */
export function describeCall(rendered: RenderedRequest): JudgedCall {
  const { warnings, leftOut } = rendered
  return { request: rendered.ok ? rendered.request : null, warnings, leftOut, now: currentDate }
}

const currentDate = () => new Date()

/** As `describeCall`, with the last request of the call. */
function describeHop(rendered: SendableRequest, findFollower: () => RedirectFollower | null): JudgedCall {
  return {
    ...describeCall(rendered),
    get request() {
      return findFollower()?.hop.request ?? rendered.request
    },
    get redirectedTo() {
      return findFollower()?.redirectedTo ?? null
    },
  }
}

interface Redirection {
  /** Sends what is for the origin of the node. */
  readonly own: Pick<EgressClient, 'call'>
  readonly tenant: string | null
  readonly trace: Trace | null
  readonly maskers: ExecutionMaskers
  /** The refusal of a token that the last call to this origin ended with. */
  readonly refusal: () => TokenRefusal | null | undefined
  readonly continuation: Continuation | null
}

function followRedirects(
  { request, display, tls }: SendableRequest,
  rules: RedirectRules,
  { own, tenant, trace, maskers, refusal, continuation }: Redirection,
  { egressClient, nodes }: ExecutionContext,
): RedirectFollower {
  const permitted = askBefore(egressClient, continuation)
  return new RedirectFollower({
    start: { request, display },
    rules,
    own,
    // Neither a signature nor a token: both are for the origin of the node.
    foreign: trace === null ? permitted : traceEgress(permitted, trace, false),
    foreignTls: openForeignTls(tls, egressClient),
    maskerFor: (head) => maskers.forResponse(head).display,
    carriesSecret: (text) => maskers.finds(text),
    mayCall: (place) => nodes.mayCall(place, tenant),
    refusesToken: (response) => refusal()?.response === response,
  })
}

function readResponse(
  response: TargetResponse | null,
  maskers: ExecutionMaskers,
  isShown: boolean,
): ReadableResponse | null {
  return response === null ? null : new ReadableResponse(response, maskers.forResponse(response), { isShown })
}

function attemptNothing(
  { failure, attempts }: Extract<PreparedCall, { readonly ok: false }>,
  judge: (outcome: Outcome, attempts: readonly Attempt[]) => Judgement,
): AttemptsMade {
  const judgement = judge({ kind: 'failed', failure, response: null }, attempts)
  const repeat = findSafetyAfterFailure(failure.code, 'no')
  return { attempts, judgement, repeat, endedAt: performance.now(), warnings: [], postponed: null }
}

/** The state of an execution at the end of its last attempt. */
interface ExecutionState {
  readonly request: Omit<ExecuteRequest, 'node'>
  readonly node: CompiledNode
  readonly executionId: string
  readonly trace: Trace | null
  readonly rendered: RenderedRequest
  /** Null if the request is not signed. */
  readonly signer: RequestSigner | null
  /** Null if the request is not signed for AWS. */
  readonly aws: AwsSigner | null
  /** Null if the request answers no challenge. */
  readonly digest: DigestEgress | null
  readonly maskers: ExecutionMaskers
  /** Null if the node follows no redirects. */
  readonly follower: RedirectFollower | null
  readonly judging: JudgingContext
  /** `mayQuote`: whether the reason may have words of the target. */
  readonly judge: (outcome: Outcome, attempts: readonly Attempt[], mayQuote?: boolean) => Judgement
  readonly made: AttemptsMade
  /** When this process began with it. */
  readonly begunAt: Date
  /** The same by `performance.now()`. */
  readonly begun: number
  /** `performance.now()` when the execution was accepted. */
  readonly accepted: number
  /** Null for an execution that begins here. */
  readonly continuation: Continuation | null
}

/** Null if the trace would be neither sent on nor recorded. */
function beginTrace(
  { trace: parent }: CallContext,
  { propagatesTrace }: CompiledNode,
  { startsTraces }: ExecutionContext,
): Trace | null {
  if (parent !== null) return continueTrace(parent)
  return startsTraces || propagatesTrace ? startTrace({ isSampled: startsTraces }) : null
}

function render(
  node: CompiledNode,
  { payload = {}, secrets = {}, tenant, idempotencyKey, correlationId }: Omit<ExecuteRequest, 'node'>,
  { executionId, trace, budget }: Pick<ExecutionState, 'executionId' | 'trace'> & Pick<RenderInput, 'budget'>,
  { userAgent, maxRenderedBytes, secrets: store, egressClient }: ExecutionContext,
): RenderedRequest {
  let isOpen = false
  let judged: Pick<SecretUse, 'host' | 'port'> | null = null
  return renderRequest(node, {
    payload,
    secrets,
    store: {
      find(name, use) {
        // A request that the policy forbids must reveal nothing about a secret, not even its binding.
        if (judged?.host !== use.host || judged.port !== use.port) {
          judged = use
          isOpen = egressClient.mayCall(use)
        }
        return isOpen ? store.find(name, { ...use, tenant: tenant ?? null }) : withheldSecret
      },
    },
    budget,
    executionId,
    idempotencyKey: idempotencyKey ?? null,
    correlationId: correlationId ?? null,
    tenant: tenant ?? null,
    userAgent,
    maxRenderedBytes,
    traceHeaders: trace?.headers ?? [],
  })
}

function report(state: ExecutionState, { maxEchoBytes, docsBaseUrl }: ExecutionContext): Executed {
  const { request, node, executionId, trace, rendered, maskers, follower, judging, made, accepted } = state
  const { continuation } = state
  const { judgement } = made
  const attempts = listAttempts(made.attempts, continuation)
  const calls = listCalls(attempts)
  const { response } = judgement
  const { decision, captured, warnings } = evaluateOutcome(node, judgement, judging)
  const { diagnostics: detail = 'full' } = request
  const diagnostics = new Diagnostics(maskers.own, { diagnostics: detail, maxEchoBytes, docsBaseUrl })
  const reply: ExecuteReply = {
    executionId,
    nodeId: node.id,
    correlationId: request.correlationId ?? null,
    tenant: request.tenant ?? null,
    connection: node.connection?.name ?? null,
    idempotencyKey: shownKey(rendered, request, maskers.own),
    branch: decision.output,
    succeeded: decision.succeeded,
    reason: diagnostics.reason(tellOfCalls(state, decision.reason, calls)),
    delivered: judgeDelivery(calls),
    repeat: decision.succeeded || isSecondAnswer(calls) ? 'never' : made.repeat,
    retryAfterMs: follower?.wasCarriedOut
      ? null
      : response === null
        ? readHeldBackMs(judgement.outcome)
        : askedPauseMs(response, new Date(), node.retry.resetHeaders),
    captured,
    request: rendered.ok
      ? diagnostics.request(follower?.hop.request ?? rendered.request, shownParts(rendered, state))
      : null,
    response: response === null ? null : diagnostics.response(response),
    attempts,
    warnings: diagnostics.warnings([
      ...node.warnings,
      ...rendered.warnings,
      ...made.warnings,
      ...(follower?.warnings ?? []),
      ...warnings,
    ]),
    durationMs: Math.round(made.endedAt - accepted),
  }
  const durationMs = Math.round(performance.now() - state.begun)
  const tracedUrl = trace?.isSampled && rendered.ok ? diagnostics.urlWithoutQuery(rendered.display) : null
  const postponed = describePostponed(state, attempts)
  const isCounted = !decision.succeeded && node.id !== null && postponed === null
  const explained = isCounted ? explainInOwnWords(state, reply, decision, diagnostics) : null
  const record = createRecord(state, reply, decision, explained, durationMs)
  const attemptsElsewhere = continuation?.progress?.attempts.length ?? 0
  return { kind: 'executed', reply, record, attemptsElsewhere, postponed, trace, tracedUrl }
}

/** Adds to a reason what the calls before the last one have to do with it. */
function tellOfCalls(
  { follower, made }: ExecutionState,
  reason: DecisionReason,
  calls: readonly AttemptEntry[],
): DecisionReason {
  const status = made.judgement.response?.status ?? null
  return tellOfRepeat(follower === null ? reason : follower.tell(reason, status), calls)
}

/**
 * Why the execution failed, for those who do not get the reply: without a word of the target. Only a reason that may have one is
 * found out anew.
 */
function explainInOwnWords(
  state: ExecutionState,
  { reason, attempts }: ExecuteReply,
  decision: Decision,
  diagnostics: Diagnostics,
): Explained {
  const { request, judge, made } = state
  const { outcome, decision: judged } = made.judgement
  const mayQuote =
    request.diagnostics !== 'brief' &&
    decision.reason.code === judged.reason.code &&
    (outcome.kind === 'failed' ? outcome.failure.said !== undefined : reason.hint !== null)
  if (!mayQuote) return reason
  const own = judge(withoutWords(outcome), made.attempts, false).decision.reason
  // The time for conditions may be over.
  if (own.code !== decision.reason.code) return { ...reason, hint: null }
  return diagnostics.reason(tellOfCalls(state, own, listCalls(attempts)))
}

function withoutWords(outcome: Outcome): Outcome {
  if (outcome.kind !== 'failed') return outcome
  const { said: _said, ...failure } = outcome.failure
  return { ...outcome, failure }
}

/** All attempts of the execution, as the reply shows them. */
function listAttempts(made: readonly Attempt[], continuation: Continuation | null): AttemptEntry[] {
  if (continuation === null) return made.map(attemptEntry)
  const { attemptsBefore, progress } = continuation
  const earlier = progress?.attempts ?? []
  const first = attemptsBefore + earlier.length
  return [...earlier, ...made.map((attempt, index) => attemptEntry(attempt, first + index))]
}

function describePostponed(
  { made, continuation, begunAt }: ExecutionState,
  attempts: readonly AttemptEntry[],
): Postponed | null {
  if (made.postponed === null || continuation === null) return null
  const { ms, calls, wasHeldBack } = made.postponed
  const beganAt = continuation.progress?.beganAt ?? begunAt.getTime()
  return { ms, wasHeldBack, progress: { attempts, calls, repeat: made.repeat, beganAt } }
}

/** The request as the last attempt sent it. */
function shownParts(
  rendered: SendableRequest,
  { trace, signer, aws, digest, follower }: ExecutionState,
): ShownParts {
  const hop = follower?.hop ?? null
  const own = (hop ?? rendered).display
  const asked = digest === null || digest.hasAnswered ? own : withoutAuthorization(own)
  const display = aws === null || hop?.isForeign ? asked : aws.show(asked)
  const spanId = rendered.carriesTrace ? trace?.attemptSpanIds.at(-1) : undefined
  const traced = trace && spanId ? { ...display, headers: trace.handOn(display.headers, spanId) } : display
  if (signer === null || hop?.isForeign) return traced
  return withHeaders(traced, signer.showHeaders(hop === null ? undefined : shownTarget(hop)))
}

/** A target that does not ask gets no credential. */
function withoutAuthorization(display: ShownParts): ShownParts {
  return { ...display, headers: display.headers.filter(([name]) => name !== 'Authorization') }
}

/** What a signature may show of the request that it is for. */
function shownTarget({ request, display, shown }: Hop): Pick<OutboundRequest, 'method' | 'target'> {
  return { method: request.method, target: display.url.slice(`https://${shown.authority}`.length) }
}

function createRecord(
  { node, rendered, begunAt }: ExecutionState,
  reply: ExecuteReply,
  { branch, reason: { code, failure } }: Decision,
  explained: Explained | null,
  durationMs: number,
): ExecutionRecord {
  return {
    executionId: reply.executionId,
    correlationId: reply.correlationId,
    nodeId: reply.nodeId,
    tenant: reply.tenant,
    connection: reply.connection,
    acceptedAt: begunAt,
    method: node.method,
    host: rendered.place?.host ?? null,
    port: rendered.place?.port ?? null,
    status: listCalls(reply.attempts).at(-1)?.status ?? null,
    branch,
    isCase: code === 'case_met',
    succeeded: reply.succeeded,
    code: failure ?? code,
    blame: reply.reason.blame,
    explained,
    delivered: reply.delivered,
    attempts: reply.attempts,
    durationMs,
    secrets: [...rendered.secretNames],
    secretRefusal: rendered.ok ? null : (rendered.failure.refusedBy ?? null),
  }
}

/** The idempotency key that was sent. It is masked only if a header of the node made it from a secret. */
function shownKey(
  rendered: RenderedRequest,
  { idempotencyKey }: Pick<ExecuteRequest, 'idempotencyKey'>,
  masked: Masker,
) {
  if (!rendered.ok) return idempotencyKey ?? null
  const [sent] = headerValues(rendered.request.headers, 'idempotency-key')
  if (sent === undefined || sent === idempotencyKey) return sent ?? null
  const [display = ''] = headerValues(rendered.display.headers, 'idempotency-key')
  return masked(display)
}
