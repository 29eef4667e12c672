import type { Warning } from '../contract/warning.ts'
import { type Captured, capture, captureNothing } from '../webhook/capture.ts'
import type { CompiledNode } from '../webhook/compile.ts'
import {
  type Decision,
  decideOnFailure,
  decideOnResponse,
  type JudgedCall,
  judgingFailed,
} from '../webhook/decide.ts'
import type { ReadableResponse, UnknownCharset } from '../webhook/response/readable-response.ts'
import { asksInVain, listIgnored, type ResetHeader } from '../webhook/retry-after.ts'
import { isWanted, judgeConditions, type WantedByCondition } from '../webhook/retry-on.ts'
import type { RenderBudget } from '../webhook/template/render-budget.ts'
import { noSecrets, type Scope } from '../webhook/template/render-context.ts'
import type { Attempt, BodyEnding, Outcome } from '../webhook/wire/outcome.ts'
import { explainFailure } from './explain-failure.ts'

/** The outcome of an attempt, and the decision of the node. */
export interface Judgement {
  readonly outcome: Outcome
  /** Null without a response. */
  readonly response: ReadableResponse | null
  readonly decision: Decision
}

export interface Evaluation {
  readonly decision: Decision
  readonly captured: Captured['values']
  readonly warnings: readonly Warning[]
}

export interface JudgingContext {
  /** The variables that the request was rendered with. */
  readonly variables: Scope['variables']
  /** The rest of the render budget, for all responses of the request. */
  readonly budget: RenderBudget
  /** Limit for all captured values together, as JSON. */
  readonly maxCapturedBytes: number
  /** The request, for explanations. */
  readonly call: JudgedCall
}

/** Decides on an outcome. `response` is null for an outcome without one, `attempts` has all so far. */
export function judgeOutcome(
  node: CompiledNode,
  outcome: Outcome,
  response: ReadableResponse | null,
  context: JudgingContext,
  attempts: readonly Attempt[] = [],
): Judgement {
  if (outcome.kind === 'failed' || response === null)
    return { outcome, response, decision: decide(node, outcome, attempts) }
  // Decode the text before the render budget is charged: it is not the author's work.
  if (node.looksAtBody) response.readText()
  const scope = scopeWith(response, context)
  const decision = context.budget.judge(() => decideOnResponse(node, response, scope, context.call))
  return { outcome, response, decision }
}

/** Whether `on` of the retry rule has the outcome of an attempt, and the warnings of judging its conditions. */
export function judgeRetryOn(
  { retry: { on } }: CompiledNode,
  attempt: Attempt,
  { response }: Judgement,
  context: JudgingContext,
): WantedByCondition {
  if (on === null || isWanted(on, attempt)) return wanted
  if (attempt.outcome.kind === 'failed' || response === null || on.conditions.length === 0) return unwanted
  // As with expectations, decoding is not the author's work.
  response.readText()
  return context.budget.judge(() => judgeConditions(on, response, scopeWith(response, context)))
}

const wanted: WantedByCondition = { holds: true, warnings: [] }
const unwanted: WantedByCondition = { holds: false, warnings: [] }

/** Whether a response refuses the token by `refusedWhen`. What is odd about the condition is not told: most responses lack what it looks at. */
export function refusesToken(
  { auth }: CompiledNode,
  response: ReadableResponse | null,
  context: JudgingContext,
): boolean {
  const refusedWhen = auth?.refusedWhen
  if (refusedWhen === undefined || response === null) return false
  response.readText()
  return context.budget.judge(() => refusedWhen.judge(response, scopeWith(response, context)).met)
}

/** Captures values for later nodes from the response that decided. */
export function evaluateOutcome(
  node: CompiledNode,
  { outcome, response, decision }: Judgement,
  context: JudgingContext,
): Evaluation {
  if (response === null) return { decision, captured: captureNothing(node), warnings: [] }
  response.readText()
  const warnings = collectWarnings(outcome, response, node.retry.resetHeaders)
  if (hasFailedJudging(decision)) return { decision, captured: captureNothing(node), warnings }
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

function hasFailedJudging({ reason: { code, failure } }: Decision): boolean {
  return (failure ?? code) === 'judging_failed'
}

/** The scope of templates and conditions that see a response. It has no secrets. */
function scopeWith(response: ReadableResponse, { variables, budget }: JudgingContext): Scope {
  const known = { ...variables, response: response.variablesWithin(budget) }
  return { variables: known, secrets: noSecrets, budget }
}

function decide(node: CompiledNode, outcome: Outcome, attempts: readonly Attempt[]): Decision {
  if (outcome.kind === 'responded') throw new TypeError('a response is decided on by its content')
  return decideOnFailure(node, explainFailure(outcome.failure, outcome.response, node, attempts))
}

const endings: Readonly<Partial<Record<BodyEnding, Warning>>> = {
  capped: {
    code: 'body_truncated',
    path: null,
    message: 'The body of the response is larger than the service reads; the rest was not read.',
  },
  broken: {
    code: 'response_truncated',
    path: null,
    message:
      'The connection broke off within the body of the response; the reply shows the part that arrived.',
  },
  misframed: {
    code: 'response_truncated',
    path: null,
    message:
      'A chunk of the response breaks the rules of HTTP (RFC 9112, section 7.1), so the connection was closed; the reply shows the part that arrived.',
  },
  timed_out: {
    code: 'response_truncated',
    path: null,
    message: 'The body of the response did not end in time; the reply shows the part that arrived.',
  },
  undecoded: {
    code: 'response_truncated',
    path: null,
    message:
      'The body of the response did not end in time. It has a content coding, and only complete bodies are decoded: the reply shows nothing of it.',
  },
  undecodable: {
    code: 'response_undecodable',
    path: null,
    message:
      'The Content-Encoding of the response is unknown, or does not match the body; the reply shows the part that could be decoded, or else the body as received.',
  },
}

const excess: Warning = {
  code: 'response_excess_bytes',
  path: null,
  message:
    'More bytes arrived than the head of the response announced. They were not read, and the body may be truncated: a Content-Length has to count bytes, not characters.',
}

const senselessHint: Warning = {
  code: 'retry_after_ignored',
  path: null,
  message:
    'The Retry-After of the response is neither one number of seconds nor one date, or asks for more than 366 days, and was ignored.',
}

function damagedWarning(charset: string): Warning {
  const message = `The body of the response has bytes that are not valid in ${charset}, the charset in which it is read. Expectations and captures see U+FFFD in their place; the reply shows the bytes, as base64.`
  return { code: 'response_text_damaged', path: null, message }
}

function unknownCharsetWarning({ label, used }: UnknownCharset): Warning {
  const name = label === null ? 'a charset' : `the charset "${label}"`
  const message = `The Content-Type of the response names ${name}, which the service does not know. The body is read in ${used}: check its special characters.`
  return { code: 'response_charset_unknown', path: null, message }
}

function ignoredWarning({ label, unit, path }: ResetHeader): Warning {
  const message = `The header "${label}" of the response is not one value in the unit "${unit}", or asks for more than 366 days, and was ignored.`
  return { code: 'retry_after_ignored', path, message }
}

function collectWarnings(
  { kind }: Outcome,
  response: ReadableResponse,
  resetHeaders: readonly ResetHeader[],
): readonly Warning[] {
  const { hasExcess, damagedCharset, unknownCharset } = response
  // A failure already says how the body ended.
  const ofBody = kind === 'failed' ? undefined : endings[response.ending]
  const now = new Date()
  const found: Warning[] = []
  if (ofBody !== undefined) found.push(ofBody)
  if (hasExcess) found.push(excess)
  if (damagedCharset !== null) found.push(damagedWarning(damagedCharset))
  if (unknownCharset !== null) found.push(unknownCharsetWarning(unknownCharset))
  if (asksInVain(response, now, resetHeaders)) found.push(senselessHint)
  if (resetHeaders.length > 0) found.push(...listIgnored(response, now, resetHeaders).map(ignoredWarning))
  return found
}
