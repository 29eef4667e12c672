import { type Blame, type Failure, type FailureCode, failures } from '../contract/failure.ts'
import type { BranchName } from '../contract/node.ts'
import type { Warning } from '../contract/warning.ts'
import type { CompiledNode } from './compile.ts'
import { explainResponse, type Missed } from './explanation/explain-response.ts'
import { type SentRequest, unknownRequest } from './explanation/explained-node.ts'
import { isFaultOfTarget } from './explanation/status-advice.ts'
import type { Verdict } from './response/expectation.ts'
import type { ReadableResponse } from './response/readable-response.ts'
import { askedPauseMs } from './retry-after.ts'
import { maxCharacters } from './template/render-budget.ts'
import type { Scope } from './template/render-context.ts'
import { undefinedWarning } from './template/undefined-warning.ts'

/** The branch that the workflow follows, and the reason. */
export interface Decision {
  /** The service's name for the output. */
  readonly branch: BranchName
  readonly succeeded: boolean
  readonly reason: DecisionReason
  readonly warnings: readonly Warning[]
}

/** The reason of a decision, as the reply has it. */
export interface DecisionReason {
  readonly code: 'expectation_met' | 'expectation_unmet' | FailureCode
  readonly message: string
  readonly hint: string | null
  readonly blame: Blame | null
  readonly path: string | null
  readonly expected?: string
  readonly actual?: string
}

/** Decides on a failure: the call did not end in a response that could be judged. */
export function decideOnFailure(node: CompiledNode, failure: Failure): Decision {
  const { code, path } = failure
  const { title, blame, hint } = { ...failures[code], ...failure }
  const message = failure.detail === '' ? `${title}.` : failure.detail
  const reason = { code, message, hint, blame, path }
  return { branch: node.onError, succeeded: false, reason, warnings: [] }
}

/** What an explanation of a response may name beside the response. */
export interface JudgedCall extends SentRequest {
  now(): Date
}

const unknownCall: JudgedCall = { ...unknownRequest, now: () => new Date(0) }

/** Decides on a response: every expectation must hold. `scope` has `response`. */
export function decideOnResponse(
  node: CompiledNode,
  response: ReadableResponse,
  scope: Scope,
  call: JudgedCall = unknownCall,
): Decision {
  const verdicts = judgeAll(node, response, scope)
  const warnings = verdicts.flatMap(collectWarnings)
  const missed = verdicts.find(({ met }) => !met)
  if (missed?.exceedsBudget) return decideOnFailure(node, judgingFailed(missed.path))
  if (missed !== undefined) {
    let reason: DecisionReason | null = null
    return {
      branch: node.onError,
      succeeded: false,
      // Only the last attempt is explained: explaining reads and masks the body.
      get reason() {
        reason ??= unmet(node, verdicts, missed, response, call)
        return reason
      },
      warnings,
    }
  }
  return {
    branch: 'success',
    succeeded: true,
    reason: met(verdicts),
    warnings: [...warnings, ...warningsOfSuccess(node, response)],
  }
}

/** The failure of a call whose response could not be judged within the limits. */
export function judgingFailed(path: string): Failure {
  return { code: 'judging_failed', detail: judgingLimits, path }
}

const judgingLimits = `Judging the response took more processor time than MAX_RENDER_MS allows, or wrote more than ${maxCharacters} characters.`

/** Judges the expectations in order, up to the first one that is missed. */
function judgeAll(node: CompiledNode, response: ReadableResponse, scope: Scope): Verdict[] {
  const verdicts: Verdict[] = []
  for (const expectation of node.expectations) {
    response.takeSawMask()
    const verdict = expectation.judge(response, scope)
    verdicts.push(verdict)
    if (!verdict.met) break
  }
  return verdicts
}

function collectWarnings({ sawMask, path, undefinedVariables = [] }: Verdict): Warning[] {
  // A condition often asks whether the response has a value: an undefined one is then no mistake.
  const missing = undefinedVariables.filter(({ name }) => !name.startsWith('response.'))
  return [
    ...(sawMask ? [maskedWarning(path)] : []),
    ...missing.map((variable) => undefinedWarning(variable, `${path}/value`)),
  ]
}

const maskRule =
  'Values of secrets of the service are masked before expectations and captures look at a response.'

function maskedWarning(path: string): Warning {
  return {
    code: 'expectation_masked',
    path,
    message: `The target returned a secret of the service. ${maskRule}`,
  }
}

function met(verdicts: readonly Verdict[]): DecisionReason {
  const expected = verdicts.map((verdict) => verdict.expected).join(' and ')
  const actual = verdicts.map((verdict) => verdict.actual).join(' and ')
  const message = `The node expects ${expected} and got it.`
  return { code: 'expectation_met', message, hint: null, blame: null, path: null, expected, actual }
}

function unmet(
  node: CompiledNode,
  verdicts: readonly Verdict[],
  verdict: Verdict,
  response: ReadableResponse,
  call: JudgedCall,
): DecisionReason {
  const { expected, actual, sawMask } = verdict
  const { hint, path } = explainResponse(
    node,
    response,
    describeMiss(node, verdicts, verdict, response, call),
    call,
  )
  return {
    code: 'expectation_unmet',
    message: verdict.message ?? `The node expects ${expected} and got ${actual}.`,
    hint: sawMask ? `${hint} ${maskRule}` : hint,
    blame: isFaultOfTarget(response.status) ? 'target' : 'node',
    path,
    expected,
    actual,
  }
}

function describeMiss(
  { expectations }: CompiledNode,
  verdicts: readonly Verdict[],
  { path, explain }: Verdict,
  response: ReadableResponse,
  { now }: JudgedCall,
): Missed {
  // The last verdict is the miss. An expectation of the status before it was met, and its own condition may look at it.
  const judging = expectations.slice(0, verdicts.length)
  const isStatusAccepted = judging.some(
    ({ type, judgesStatus }, index) => judgesStatus && (index < verdicts.length - 1 || type === 'condition'),
  )
  const clue = explain?.() ?? null
  return { path, clue, isStatusAccepted, pauseMs: askedPauseMs(response, now()) }
}

function warningsOfSuccess(node: CompiledNode, { status }: ReadableResponse): Warning[] {
  const looksAtStatus = node.expectations.some(({ type }) => type !== 'string')
  if (looksAtStatus || status < 400) return []
  const message = `The body is as expected, so the call counts as a success, but the status is ${status}. To treat such a response as an error, expect a status as well.`
  return [{ code: 'status_not_success', path: '/node/expect', message }]
}
