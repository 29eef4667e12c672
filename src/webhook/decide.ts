import {
  type Blame,
  type Failure,
  type FailureCode,
  failures,
  type RetrySafety,
} from '../contract/failure.ts'
import type { Warning } from '../contract/warning.ts'
import type { CompiledNode } from './compile.ts'
import { explainResponse } from './explanation/explain-response.ts'
import { type SentRequest, unknownRequest } from './explanation/explained-node.ts'
import { type Fault, findFault } from './explanation/fault.ts'
import { isUnwantedPage } from './explanation/page.ts'
import type { Missed } from './explanation/situation.ts'
import { isSuccess } from './explanation/status-advice.ts'
import { blameFor } from './request/member-path.ts'
import { type CaseResult, judgeCases } from './response/case.ts'
import type { Verdict } from './response/expectation.ts'
import type { ReadableResponse } from './response/readable-response.ts'
import { collectAllWarnings, collectWarnings, maskRule } from './response/verdict-warnings.ts'
import { askedPauseMs, limitResetMs } from './retry-after.ts'
import { maxCharacters } from './template/render-budget.ts'
import type { Scope } from './template/render-context.ts'

/** The branch that the workflow follows, and the reason. */
export interface Decision {
  /** The name of the branch: `success`, `error`, `exit`, or that of a case. */
  readonly branch: string
  /** The engine's name for the branch. */
  readonly output: string
  readonly succeeded: boolean
  /** Whether no further attempt may follow, whatever the retry rule says. */
  readonly endsAttempts: boolean
  readonly reason: DecisionReason
  /** The retry safety, if it is not that of the status or of the code of the failure. */
  readonly repeat?: RetrySafety | undefined
  readonly warnings: readonly Warning[]
}

/** The reason of a decision, as the reply has it. */
export interface DecisionReason {
  readonly code: 'expectation_met' | 'case_met' | 'expectation_unmet' | FailureCode
  /** The failure of the call, if a case for failures decided. */
  readonly failure?: FailureCode
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
  const { title, hint: advice, blame: usual } = { ...failures[code], ...failure }
  const hint = failure.said === undefined ? advice : `${failure.said} ${advice}`
  const blame = blameFor(path, usual)
  const message = failure.detail === '' ? `${title}.` : failure.detail
  const reason = { code, message, hint, blame, path }
  const caught = node.cases?.onFailure.get(code)
  if (caught === undefined) return { ...decideByOnError(node, reason, []), repeat: failure.repeat }
  const { expected } = caught
  const byCase = decideByCase(caught, {
    code: 'case_met',
    failure: code,
    message: `The case "${caught.branch}" holds, which is for ${expected}: ${message}`,
    hint,
    blame,
    path: caught.path,
    expected,
    actual: code,
  })
  return { ...byCase, repeat: failure.repeat }
}

/** Decides by `onError`. */
export function decideByOnError(
  { onError, branches }: CompiledNode,
  reason: DecisionReason,
  warnings: readonly Warning[],
): Decision {
  return {
    branch: onError,
    output: branches[onError],
    succeeded: false,
    endsAttempts: false,
    reason,
    warnings,
  }
}

/** A case for a response ends the attempts, one for a failure does not. */
function decideByCase(
  { branch, output, succeeded }: CaseResult,
  reason: DecisionReason,
  warnings: readonly Warning[] = [],
): Decision {
  return { branch, output, succeeded, endsAttempts: reason.failure === undefined, reason, warnings }
}

/** What an explanation of a response may name beside the response. */
export interface JudgedCall extends SentRequest {
  now(): Date
}

const unknownCall: JudgedCall = { ...unknownRequest, now: () => new Date(0) }

/** Decides on a response: the first case that holds, else all expectations must hold. `scope` has `response`. */
export function decideOnResponse(
  node: CompiledNode,
  response: ReadableResponse,
  scope: Scope,
  call: JudgedCall = unknownCall,
): Decision {
  if (node.cases === null) return decideByExpectations(node, response, scope, call)
  const { met: caught, verdicts } = judgeCases(node.cases, response, scope)
  const last = verdicts.at(-1)
  if (last?.exceedsBudget) return decideOnFailure(node, judgingFailed(last.path))
  const warnings = verdicts.flatMap(collectAllWarnings)
  if (caught !== null) return decideByCase(caught.result, caseMet(caught.result, caught.verdict), warnings)
  return withCases(decideByExpectations(node, response, scope, call), verdicts, warnings)
}

/** A decision without a case that holds. The reason stays what is computed on demand. */
function withCases(decision: Decision, verdicts: readonly Verdict[], warnings: readonly Warning[]): Decision {
  const broken = verdicts.find(({ brokenBy = null }) => brokenBy !== null)
  return {
    branch: decision.branch,
    output: decision.output,
    succeeded: decision.succeeded,
    endsAttempts: decision.endsAttempts,
    get reason() {
      return broken === undefined
        ? withNearCase(decision.reason, verdicts)
        : withCase(decision.reason, broken)
    },
    get repeat() {
      return decision.repeat
    },
    warnings: [...warnings, ...decision.warnings],
  }
}

function caseMet({ branch, path }: CaseResult, verdict: Verdict): DecisionReason {
  const { expected, actual } = verdict
  const message = `The case "${branch}" holds, which is for ${expected}.`
  const [mistake] = collectWarnings(verdict).filter(({ code }) => code === 'template_undefined')
  const hint = mistake === undefined ? null : `${mistake.message} The case may hold for that reason alone.`
  return { code: 'case_met', message, hint, blame: null, path, expected, actual }
}

/** The case might have held. */
function withCase(reason: DecisionReason, { path, brokenBy }: Verdict): DecisionReason {
  if (reason.code !== 'expectation_unmet') return reason
  const hint = `A case could not be judged, and counts as not met. ${brokenBy} ${reason.hint}`
  return { ...reason, hint, blame: 'node', path }
}

/** Names a case that would hold but for the form of a value: its kind, its case or white space. */
function withNearCase(reason: DecisionReason, verdicts: readonly Verdict[]): DecisionReason {
  for (const { path, explain } of verdicts.filter((verdict) => verdict.explain !== null).slice(0, maxNear)) {
    const clue = explain?.()
    if (!clue?.isOfForm) continue
    const near = `No case holds, but one nearly does. ${clue.text}`
    const hint = reason.hint === null ? near : `${near} ${reason.hint}`
    return { ...reason, hint, path, ...(reason.blame === null ? {} : { blame: 'node' }) }
  }
  return reason
}

/** Cases that are explained at most: each reads the body. */
const maxNear = 5

function decideByExpectations(
  node: CompiledNode,
  response: ReadableResponse,
  scope: Scope,
  call: JudgedCall,
): Decision {
  const verdicts = judgeAll(node, response, scope)
  const warnings = verdicts.flatMap(collectWarnings)
  const missed = verdicts.find(({ met }) => !met)
  if (missed?.exceedsBudget) return decideOnFailure(node, judgingFailed(missed.path))
  if (missed !== undefined) {
    const miss = new Miss(node, verdicts, missed, response, scope, call)
    return {
      branch: node.onError,
      output: node.branches[node.onError],
      succeeded: false,
      endsAttempts: false,
      // Only the last attempt is explained: explaining reads and masks the body.
      get reason() {
        return miss.reason
      },
      get repeat() {
        return miss.fault.repeat
      },
      warnings,
    }
  }
  return {
    branch: 'success',
    output: node.branches.success,
    succeeded: true,
    endsAttempts: true,
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

function met(verdicts: readonly Verdict[]): DecisionReason {
  const expected = verdicts.map((verdict) => verdict.expected).join(' and ')
  const actual = verdicts.map((verdict) => verdict.actual).join(' and ')
  const message = `The node expects ${expected} and got it.`
  return { code: 'expectation_met', message, hint: null, blame: null, path: null, expected, actual }
}

/** A missed expectation. Everything is found out on first use. */
class Miss {
  readonly #node: CompiledNode
  /** The last one is the miss. */
  readonly #verdicts: readonly Verdict[]
  readonly #verdict: Verdict
  readonly #response: ReadableResponse
  readonly #scope: Scope
  readonly #call: JudgedCall
  #missed: Missed | null = null
  #fault: Fault | null = null
  #reason: DecisionReason | null = null

  constructor(
    node: CompiledNode,
    verdicts: readonly Verdict[],
    verdict: Verdict,
    response: ReadableResponse,
    scope: Scope,
    call: JudgedCall,
  ) {
    this.#node = node
    this.#verdicts = verdicts
    this.#verdict = verdict
    this.#response = response
    this.#scope = scope
    this.#call = call
  }

  get reason(): DecisionReason {
    this.#reason ??= this.#explain()
    return this.#reason
  }

  get fault(): Fault {
    this.#fault ??= this.#findFault()
    return this.#fault
  }

  #explain(): DecisionReason {
    const { expected, actual, sawMask, message } = this.#verdict
    const {
      hint,
      path,
      blame = this.fault.blame,
    } = explainResponse(this.#node, this.#response, this.#describe(), this.#call)
    return {
      code: 'expectation_unmet',
      message: message ?? `The node expects ${expected} and got ${actual}.`,
      hint: `${hint}${this.#explainRetry()}${sawMask ? ` ${maskRule}` : ''}`,
      blame: blameFor(path, blame),
      path,
      expected,
      actual,
    }
  }

  /** A condition of the retry rule may fail for its form alone. Empty if none does. */
  #explainRetry(): string {
    for (const condition of this.#node.retry.on?.conditions ?? []) {
      const { met, explain, exceedsBudget = false } = condition.judge(this.#response, this.#scope)
      const clue = met || exceedsBudget || explain === null ? null : explain()
      if (clue?.isOfForm) return ` The condition in "on" of the retry rule is not true either: ${clue.text}`
    }
    return ''
  }

  #findFault(): Fault {
    // Most bodies are whole, and the cause of the miss need not be found out then.
    const { isWhole, ending, hasExcess, hasReadJson } = this.#response
    const isBroken = hasReadJson && this.#response.jsonProblem !== null
    const mayBeOfBody = isBroken || !isWhole || ending === 'undecodable' || hasExcess
    const isOfPage = mayBeOfBody && isUnwantedPage(this.#node, this.#response, this.#call)
    const missed = mayBeOfBody && !isOfPage ? this.#describe() : null
    const isOfBody = missed !== null && (missed.isStatusAccepted || isSuccess(this.#response.status))
    return findFault(this.#response, isOfBody ? (missed.clue?.fault ?? null) : null, this.#call.warnings)
  }

  #describe(): Missed {
    this.#missed ??= this.#describeMiss()
    return this.#missed
  }

  #describeMiss(): Missed {
    const { path, explain } = this.#verdict
    const clue = explain?.() ?? null
    // An expectation of the status before it was met, and its own condition may look at the status and accept it.
    const judging = this.#node.expectations.slice(0, this.#verdicts.length)
    const isStatusAccepted = judging.some(
      ({ type, judgesStatus }, index) =>
        judgesStatus &&
        (index < judging.length - 1 || (type === 'condition' && !(clue?.isOfStatus ?? false))),
    )
    const pauseMs = askedPauseMs(this.#response, this.#call.now(), this.#node.retry.resetHeaders)
    const resetMs = limitResetMs(this.#response, this.#call.now())
    return { path, clue, isStatusAccepted, pauseMs, resetMs, variables: this.#scope.variables }
  }
}

function warningsOfSuccess(node: CompiledNode, { status }: ReadableResponse): Warning[] {
  const looksAtStatus = node.expectations.some(({ type }) => type !== 'string')
  if (looksAtStatus || status < 400) return []
  const message = `The body is as expected, so the call counts as a success, but the status is ${status}. To treat such a response as an error, expect a status as well.`
  return [{ code: 'status_not_success', path: '/node/expect', message }]
}
