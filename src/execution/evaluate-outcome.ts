import { type Failure, type FailureCode, failures, type Phase } from '../contract/failure.ts'
import type { Warning } from '../contract/warning.ts'
import { type Captured, capture, captureNothing } from '../webhook/capture.ts'
import type { CompiledNode } from '../webhook/compile.ts'
import { type Decision, decideOnFailure, decideOnResponse, judgingFailed } from '../webhook/decide.ts'
import type { ReadableResponse, UnknownCharset } from '../webhook/response/readable-response.ts'
import { asksInVain } from '../webhook/retry-after.ts'
import type { RenderBudget } from '../webhook/template/render-budget.ts'
import { noSecrets, type Scope } from '../webhook/template/render-context.ts'
import type { BodyEnding, Outcome, TargetResponse } from '../webhook/wire/outcome.ts'

/** An outcome, and what the node makes of it. */
export interface Judgement {
  readonly outcome: Outcome
  /** Null where no response came. */
  readonly response: ReadableResponse | null
  readonly decision: Decision
}

/** What follows from the outcome that decides. */
export interface Evaluation {
  readonly decision: Decision
  readonly captured: Captured['values']
  readonly warnings: readonly Warning[]
}

/** What outcomes are judged with. */
export interface JudgingContext {
  /** What the request was rendered with. */
  readonly variables: Scope['variables']
  /** What is left of it, for all responses of the request. */
  readonly budget: RenderBudget
  /** Of all captured values together, as JSON. */
  readonly maxCapturedBytes: number
}

/** Decides on an outcome, whose response is given where there is one. */
export function judgeOutcome(
  node: CompiledNode,
  outcome: Outcome,
  response: ReadableResponse | null,
  context: JudgingContext,
): Judgement {
  if (outcome.kind === 'failed' || response === null)
    return { outcome, response, decision: decide(node, outcome) }
  // Now, since it is no work of the author's.
  if (node.looksAtBody) response.readText()
  const scope = scopeWith(response, context)
  const decision = context.budget.judge(() => decideOnResponse(node, response, scope))
  return { outcome, response, decision }
}

/** Takes what later nodes need from the response that was decided on. */
export function evaluateOutcome(
  node: CompiledNode,
  { outcome, response, decision }: Judgement,
  context: JudgingContext,
): Evaluation {
  if (response === null) return { decision, captured: captureNothing(node), warnings: [] }
  response.readText()
  const warnings = collectWarnings(outcome, response)
  if (decision.reason.code === 'judging_failed') return { decision, captured: captureNothing(node), warnings }
  if (node.capture.length === 0)
    return { decision, captured: {}, warnings: [...decision.warnings, ...warnings] }
  const scope = scopeWith(response, context)
  const taken = context.budget.judge(() => capture(node, response, scope, context.maxCapturedBytes))
  if (taken.exceededAt !== null && outcome.kind === 'responded')
    return {
      decision: decideOnFailure(node, judgingFailed(taken.exceededAt)),
      captured: captureNothing(node),
      warnings,
    }
  return {
    decision,
    captured: taken.values,
    warnings: [...decision.warnings, ...taken.warnings, ...warnings],
  }
}

/** What templates and conditions see once there is a response. They reach no secret. */
function scopeWith(response: ReadableResponse, { variables, budget }: JudgingContext): Scope {
  const known = { ...variables, response: response.variablesWithin(budget) }
  return { variables: known, secrets: noSecrets, budget }
}

function decide(node: CompiledNode, outcome: Outcome): Decision {
  if (outcome.kind === 'responded') throw new TypeError('a response is decided on by its content')
  return decideOnFailure(node, withPath(withStatus(outcome.failure, outcome.response)))
}

/** The wire knows nothing of nodes: where nobody has said where to look, the code tells. */
function withPath(failure: Failure): Failure {
  return { ...failure, path: failure.path ?? locateFailure(failure.code) }
}

/** A status that came is told where the body did not end in time. */
function withStatus(failure: Failure, response: TargetResponse | null): Failure {
  if (response === null || failure.code !== 'response_timeout') return failure
  const came = `The target answered with status ${response.status}, but its body did not end in time, and the node looks at the body.`
  return { ...failure, hint: `${came} ${failure.hint ?? failures.response_timeout.hint}` }
}

const timeouts: ReadonlySet<FailureCode> = new Set(['send_timeout', 'response_timeout'])
const urlPhases: ReadonlySet<Phase> = new Set(['address', 'dns', 'connecting', 'tls'])

/** The part of the node that a failure on the wire points at: before anything is sent, that is the URL. */
function locateFailure(code: FailureCode): string | null {
  if (timeouts.has(code)) return '/node/timeoutMs'
  return urlPhases.has(failures[code].phase) ? '/node/url' : null
}

const endings: Readonly<Partial<Record<BodyEnding, Warning>>> = {
  capped: {
    code: 'body_truncated',
    path: null,
    message: 'The body of the response is larger than the service reads; the rest was not seen.',
  },
  broken: {
    code: 'response_truncated',
    path: null,
    message: 'The connection broke off within the body of the response; it is shown as far as it came.',
  },
  misframed: {
    code: 'response_truncated',
    path: null,
    message:
      'A chunk of the response breaks the rules of HTTP (RFC 9112, section 7.1), and the connection was ended there; the body is shown as far as it came.',
  },
  timed_out: {
    code: 'response_truncated',
    path: null,
    message: 'The body of the response did not end in time; it is shown as far as it came.',
  },
  undecoded: {
    code: 'response_truncated',
    path: null,
    message:
      'The body of the response did not end in time. It has a content coding, which is undone when all of a body has come: nothing of it is shown.',
  },
  undecodable: {
    code: 'response_undecodable',
    path: null,
    message:
      'The content coding of the response is unknown, or is not what it is called; the body is shown as far as it could be decoded, else as it came.',
  },
}

const excess: Warning = {
  code: 'response_excess_bytes',
  path: null,
  message:
    'More bytes came than the head of the response allows for its body. They were not read, and the body may be cut: a Content-Length has to count bytes, not characters.',
}

const senselessHint: Warning = {
  code: 'retry_after_ignored',
  path: null,
  message: 'The Retry-After of the response is neither one number of seconds nor one date, and was ignored.',
}

function damagedWarning(charset: string): Warning {
  const message = `The body of the response has bytes that are no text in ${charset}, the charset that it is read in. Expectations and captures see U+FFFD in their place; the reply shows the bytes, as base64.`
  return { code: 'response_text_damaged', path: null, message }
}

function unknownCharsetWarning({ label, used }: UnknownCharset): Warning {
  const name = label === null ? 'a charset' : `the charset "${label}"`
  const message = `The Content-Type of the response names ${name}, which the service does not know. The body is read in ${used}; compare its characters with what the target means.`
  return { code: 'response_charset_unknown', path: null, message }
}

function collectWarnings({ kind }: Outcome, response: ReadableResponse): readonly Warning[] {
  // The reason of a failure says how the body ended.
  const ofBody = kind === 'failed' ? undefined : endings[response.ending]
  return [
    ...(ofBody === undefined ? [] : [ofBody]),
    ...(response.hasExcess ? [excess] : []),
    ...(response.damagedCharset === null ? [] : [damagedWarning(response.damagedCharset)]),
    ...(response.unknownCharset === null ? [] : [unknownCharsetWarning(response.unknownCharset)]),
    ...(asksInVain(response, new Date()) ? [senselessHint] : []),
  ]
}
