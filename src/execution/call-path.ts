import type { EgressClient } from '../egress/egress-client.ts'
import { newSpanId, type Trace } from '../tracing/trace.ts'
import type { CompiledNode } from '../webhook/compile.ts'
import { quoteTokenAnswer } from '../webhook/explanation/quote-token-answer.ts'
import type { Hop } from '../webhook/redirect.ts'
import { explainRefusedDigest } from '../webhook/refused-digest.ts'
import { decideOnRefusedToken } from '../webhook/refused-token.ts'
import type { SendableRequest } from '../webhook/render.ts'
import { type ShownParts, withHeaders } from '../webhook/shown-parts.ts'
import type { OutboundRequest } from '../webhook/wire/outbound-request.ts'
import type { TargetResponse } from '../webhook/wire/outcome.ts'
import { AuthorizedEgress } from './authorized-egress.ts'
import { AwsSigner } from './aws-egress.ts'
import type { Continuation } from './continuation.ts'
import { DigestEgress } from './digest-egress.ts'
import { type Judgement, type JudgingContext, refusesToken } from './evaluate-outcome.ts'
import type { ExecutionContext } from './execution-context.ts'
import type { ExecutionMaskers } from './maskers.ts'
import { openForeignTls } from './open-tls.ts'
import { RedirectFollower } from './redirect-follower.ts'
import { RequestSigner } from './sign-egress.ts'
import { traceEgress } from './trace-egress.ts'

type Egress = Pick<EgressClient, 'call'>

/** What the parts of the path know of the execution. */
export interface CallPathOptions {
  readonly node: CompiledNode
  readonly tenant: string | null
  readonly trace: Trace | null
  readonly maskers: ExecutionMaskers
  /** Gets signatures and the like, which are known only when they are sent. */
  readonly computed: Set<string>
  readonly judging: JudgingContext
  /** Whether the reply may quote the target. */
  readonly isShown: boolean
  readonly continuation: Continuation | null
}

type Services = Pick<ExecutionContext, 'egressClient' | 'nodes' | 'tokens' | 'nonces'>

/**
 * What stands between the attempts of an execution and the egress client: what signs, authorizes and follows redirects. For most
 * nodes it is nothing, and then nothing is made for it.
 */
export class CallPath {
  /** Makes the calls of the attempts. */
  readonly egress: Egress
  /** Null if the node follows no redirects. */
  readonly follower: RedirectFollower | null
  readonly #rendered: SendableRequest
  readonly #trace: Trace | null
  readonly #signer: RequestSigner | null
  readonly #aws: AwsSigner | null
  readonly #authorized: AuthorizedEgress | null
  readonly #digest: DigestEgress | null

  constructor(rendered: SendableRequest, options: CallPathOptions, services: Services) {
    const { signing, awsKeys } = rendered
    const { computed, trace, continuation } = options
    this.#rendered = rendered
    this.#trace = trace
    this.#signer = signing === null ? null : new RequestSigner(signing, computed)
    this.#aws = awsKeys === null ? null : new AwsSigner(awsKeys, computed)
    const permitted = askBefore(
      this.#aws?.around(services.egressClient) ?? services.egressClient,
      continuation,
    )
    const signed = this.#signer?.around(permitted) ?? permitted
    const traced = trace === null ? signed : traceEgress(signed, trace, rendered.carriesTrace)
    this.#authorized = authorize(rendered, traced, options, services)
    this.#digest = answerChallenges(rendered, traced, options, services)
    const own = this.#authorized ?? this.#digest ?? traced
    this.follower = this.#follow(own, options, services)
    this.egress = this.follower ?? own
  }

  /** A response that refuses the credential is decided on by that. */
  tellOfRefusal(judgement: Judgement, node: CompiledNode): Judgement {
    const { decision, outcome } = judgement
    const token = this.#authorized?.refusal ?? null
    if (token !== null && token.response === outcome.response)
      return { ...judgement, decision: decideOnRefusedToken(node, decision, token.end) }
    const digest = this.#digest?.refusal ?? null
    if (digest !== null && digest.response === outcome.response)
      return { ...judgement, decision: explainRefusedDigest(decision, digest.end) }
    return judgement
  }

  /** The request as the last attempt sent it. */
  show(): ShownParts {
    const hop = this.follower?.hop ?? null
    const own = (hop ?? this.#rendered).display
    const asked = this.#digest === null || this.#digest.hasAnswered ? own : withoutAuthorization(own)
    const display = this.#aws === null || hop?.isForeign ? asked : this.#aws.show(asked)
    const traced = this.#showTrace(display)
    if (this.#signer === null || hop?.isForeign) return traced
    return withHeaders(traced, this.#signer.showHeaders(hop === null ? undefined : shownTarget(hop)))
  }

  #showTrace(display: ShownParts): ShownParts {
    const trace = this.#trace
    const spanId = this.#rendered.carriesTrace ? trace?.attemptSpanIds.at(-1) : undefined
    return trace && spanId ? { ...display, headers: trace.handOn(display.headers, spanId) } : display
  }

  #follow(
    own: Egress,
    { tenant, trace, maskers, continuation }: CallPathOptions,
    { egressClient, nodes }: Services,
  ): RedirectFollower | null {
    const { request, display, tls, redirects } = this.#rendered
    if (redirects === null) return null
    const permitted = askBefore(egressClient, continuation)
    return new RedirectFollower({
      start: { request, display },
      rules: redirects,
      own,
      // Neither a signature nor a token: both are for the origin of the node.
      foreign: trace === null ? permitted : traceEgress(permitted, trace, false),
      foreignTls: openForeignTls(tls, egressClient),
      maskerFor: (head) => maskers.forResponse(head).display,
      carriesSecret: (text) => maskers.finds(text),
      mayCall: (place) => nodes.mayCall(place, tenant),
      refusesToken: (response) => this.#authorized?.refusal?.response === response,
    })
  }
}

function askBefore(egress: Egress, continuation: Continuation | null): Egress {
  const permission = continuation?.permission
  if (permission === undefined) return egress
  return { call: (request, options) => egress.call(request, { ...options, permission }) }
}

function authorize(
  { grant }: SendableRequest,
  egress: Egress,
  { node, tenant, trace, maskers, judging, isShown }: CallPathOptions,
  { egressClient, tokens }: Services,
): AuthorizedEgress | null {
  if (grant === null) return null
  const read = (response: TargetResponse) => maskers.read(response, isShown)
  return new AuthorizedEgress({
    egressClient: egress,
    tokenClient: trace === null ? egressClient : traceEgress(egressClient, trace, false),
    mayCall: (target) => egressClient.mayCall(target),
    grant,
    tokens,
    tenant,
    hide: (token) => maskers.hide(token),
    refuses: (response) => refusesToken(node, read(response), judging),
    quote: (response) => quoteTokenAnswer(read(response)),
    onUnbegun: () => trace?.attemptSpanIds.push(newSpanId()),
  })
}

function answerChallenges(
  { digest, carriesTrace }: SendableRequest,
  egress: Egress,
  { tenant, trace, computed }: CallPathOptions,
  { egressClient, nonces }: Services,
): DigestEgress | null {
  if (digest === null) return null
  return new DigestEgress({
    egressClient: egress,
    questionClient: trace === null ? egressClient : traceEgress(egressClient, trace, carriesTrace),
    credentials: digest,
    nonces,
    tenant,
    computed,
    onUnbegun: () => trace?.attemptSpanIds.push(newSpanId()),
  })
}

/** A target that does not ask gets no credential. */
function withoutAuthorization(display: ShownParts): ShownParts {
  return { ...display, headers: display.headers.filter(([name]) => name !== 'Authorization') }
}

/** What a signature may show of the request that it is for. */
function shownTarget({ request, display, shown }: Hop): Pick<OutboundRequest, 'method' | 'target'> {
  return { method: request.method, target: display.url.slice(`https://${shown.authority}`.length) }
}
