import type { FailureCode } from '../../contract/failure.ts'
import { type BranchName, type Case, isBranchName } from '../../contract/node.ts'
import type { Warning } from '../../contract/warning.ts'
import type { Compiler } from '../template/compiler.ts'
import type { Scope } from '../template/render-context.ts'
import { type CompiledExpectation, compileExpectation, type Verdict } from './expectation.ts'
import type { ReadableResponse } from './readable-response.ts'
import { StatusSet } from './status-set.ts'

/** What follows if a case holds. */
export interface CaseResult {
  /** The branch as the case names it. */
  readonly branch: string
  /** The engine's name for the branch. */
  readonly output: string
  readonly succeeded: boolean
  /** JSON Pointer to the case. */
  readonly path: string
}

interface ResponseCase extends CaseResult {
  readonly when: CompiledExpectation
}

/** What follows if the call fails with a code. */
interface FailureCase extends CaseResult {
  /** The codes of the case, in words. */
  readonly expected: string
}

/** The compiled cases of a node. A case is either for responses or for failures, so the order holds within each kind. */
export interface CompiledCases {
  readonly onResponse: readonly ResponseCase[]
  /** The first case for each code. */
  readonly onFailure: ReadonlyMap<FailureCode, FailureCase>
  /** The statuses of all cases for statuses. */
  readonly statuses: StatusSet
  /** Cases that never hold, because an earlier one always holds where they would. */
  readonly warnings: readonly Warning[]
}

/** Compiles the cases of a node. Null if it has none. */
export function compileCases(
  cases: readonly Case[],
  outputs: Readonly<Record<BranchName, string>>,
  compiler: Compiler,
): CompiledCases | null {
  if (cases.length === 0) return null
  const onResponse: ResponseCase[] = []
  const onFailure = new Map<FailureCode, FailureCase>()
  const reach = new Reach()
  const warnings: Warning[] = []
  for (const [index, { branch, succeeded = true, when }] of cases.entries()) {
    const path = `/node/cases/${index}`
    compiler.plain(branch, `${path}/branch`, 'The engine follows the output with exactly this name.')
    const output = isBranchName(branch) ? outputs[branch] : branch
    const result = { branch, output, succeeded, path }
    if (!reach.extends(when)) warnings.push(neverHolds(path))
    if (when.type === 'failure') {
      const codes = listValues(when.value)
      const expected = codes.join(', ')
      for (const code of codes) if (!onFailure.has(code)) onFailure.set(code, { ...result, expected })
    } else onResponse.push({ ...result, when: compileExpectation(when, `${path}/when`, compiler) })
  }
  return { onResponse, onFailure, statuses: reach.statuses, warnings }
}

function listValues<T>(value: T | readonly T[]): readonly T[] {
  return Array.isArray(value) ? value : [value as T]
}

/** What the cases so far catch. */
class Reach {
  readonly statuses = new StatusSet()
  readonly #others = new Set<string>()

  /** Whether a case can hold where no earlier one does. */
  extends(when: Case['when']): boolean {
    // Every value is added, not only those up to the first new one.
    if (when.type === 'status')
      return listValues(when.value).filter((pattern) => this.statuses.add(pattern)).length > 0
    if (when.type === 'failure') return listValues(when.value).filter((code) => this.#add(code)).length > 0
    const { value } = when
    if (when.type === 'condition') return this.#add(JSON.stringify(['condition', value]))
    return this.#add(JSON.stringify([when.match ?? 'contains', when.ignoreCase ?? false, value]))
  }

  #add(key: string): boolean {
    if (this.#others.has(key)) return false
    this.#others.add(key)
    return true
  }
}

function neverHolds(path: string): Warning {
  const message =
    'This case never holds: an earlier case holds wherever it would, and the first one decides. Put it before that one, or leave it out.'
  return { code: 'case_never_holds', path, message }
}

/** What the cases say of a response. */
export interface CaseJudgement {
  /** The case that holds, and its verdict. Null if none holds. */
  readonly met: { readonly result: CaseResult; readonly verdict: Verdict } | null
  /** The verdicts up to that one. If one exceeded the render budget, it is the last one. */
  readonly verdicts: readonly Verdict[]
}

/** Judges the cases for responses in order, up to the first that holds. */
export function judgeCases(
  { onResponse }: CompiledCases,
  response: ReadableResponse,
  scope: Scope,
): CaseJudgement {
  const verdicts: Verdict[] = []
  for (const result of onResponse) {
    response.takeSawMask()
    const verdict = result.when.judge(response, scope)
    verdicts.push(verdict)
    if (verdict.met) return { met: { result, verdict }, verdicts }
    if (verdict.exceedsBudget) break
  }
  return { met: null, verdicts }
}
