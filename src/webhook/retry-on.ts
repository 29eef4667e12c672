import { pointer } from '../contract/config-error.ts'
import type { FailureCode } from '../contract/failure.ts'
import type { Node } from '../contract/node.ts'
import type { Warning } from '../contract/warning.ts'
import { type CompiledExpectation, compileExpectation } from './response/expectation.ts'
import type { ReadableResponse } from './response/readable-response.ts'
import { StatusSet } from './response/status-set.ts'
import { collectAllWarnings } from './response/verdict-warnings.ts'
import type { Compiler } from './template/compiler.ts'
import type { Scope } from './template/render-context.ts'
import type { Attempt } from './wire/outcome.ts'

type Entries = NonNullable<NonNullable<Node['retry']>['on']>

/** The outcomes that a node wants to try again: `on` of its retry rule. */
export interface RetryOn {
  /** Failures of which nothing was sent. */
  readonly connect: boolean
  readonly timeout: boolean
  readonly statuses: StatusSet
  readonly conditions: readonly CompiledExpectation[]
}

/** Compiles `on`. Null if every outcome is wanted. */
export function compileRetryOn(on: Entries | undefined, compiler: Compiler): RetryOn | null {
  if (on === undefined) return null
  const conditions = on.flatMap((entry, index) =>
    typeof entry === 'object' ? [compileExpectation(entry, pointer('/node/retry/on', index), compiler)] : [],
  )
  return {
    connect: on.includes('connect'),
    timeout: on.includes('timeout'),
    statuses: StatusSet.of(on.filter(isStatusPattern)),
    conditions,
  }
}

/** Whether an entry of `on` is a status or a class of statuses. */
export function isStatusPattern(entry: Entries[number]): entry is number | string {
  return typeof entry === 'number' || (typeof entry === 'string' && /^\d/.test(entry))
}

const timeouts: ReadonlySet<FailureCode> = new Set(['send_timeout', 'response_timeout'])

/** Whether the outcome of an attempt is a wanted one, as far as its failure or status tells. */
export function isWanted(on: RetryOn, { outcome, delivered }: Attempt): boolean {
  if (outcome.kind === 'responded') return on.statuses.has(outcome.response.status)
  return (on.connect && delivered === 'no') || (on.timeout && timeouts.has(outcome.failure.code))
}

/** Whether a condition holds of a response, and the warnings of judging. */
export interface WantedByCondition {
  readonly holds: boolean
  readonly warnings: readonly Warning[]
}

/** Judges the conditions of `on` in order, up to the first that holds. `scope` has `response`. */
export function judgeConditions(
  { conditions }: RetryOn,
  response: ReadableResponse,
  scope: Scope,
): WantedByCondition {
  const warnings: Warning[] = []
  for (const condition of conditions) {
    response.takeSawMask()
    const verdict = condition.judge(response, scope)
    warnings.push(...collectAllWarnings(verdict))
    if (verdict.met) return { holds: true, warnings }
  }
  return { holds: false, warnings }
}
