import type { Expectation } from '../../contract/node.ts'
import { cutText } from '../masking/mask.ts'
import type { Compiler } from '../template/compiler.ts'
import { responseNames } from '../template/known-names.ts'
import type { Scope, UndefinedVariable } from '../template/render-context.ts'
import { mayReadBody } from '../template/response-paths.ts'
import type { Condition } from '../template/template.ts'
import { contains } from '../values/contains.ts'
import { readsMask } from './masked-paths.ts'
import type { ReadableResponse } from './readable-response.ts'

/** Whether an expectation was met, and the words for the reply. */
export interface Verdict {
  readonly met: boolean
  /** The expected response, in words. */
  readonly expected: string
  /** The actual response, in words. */
  readonly actual: string
  /** What helps; null if the expectation has no hint of its own. */
  readonly hint: string | null
  /** JSON Pointer to the expectation. */
  readonly path: string
  /** Whether judging exceeded the render budget. */
  readonly exceedsBudget?: boolean
  /** Whether the judged part of the response has a mask in place of a secret. */
  readonly sawMask?: boolean
  /** The undefined variables of a condition. */
  readonly undefinedVariables?: readonly UndefinedVariable[]
}

/** A compiled expectation. */
export interface CompiledExpectation {
  readonly type: Expectation['type']
  /** Whether the verdict can depend on the body. */
  readonly looksAtBody: boolean
  /** Judges a response. `scope` has `response`. */
  judge(response: ReadableResponse, scope: Scope): Verdict
}

/** Compiles one expectation. */
export function compileExpectation(
  expectation: Expectation,
  path: string,
  compiler: Compiler,
): CompiledExpectation {
  switch (expectation.type) {
    case 'status':
      return compileStatus(expectation, path)
    case 'string':
      compiler.plain(expectation.value, `${path}/value`, comparedInCondition)
      return compileString(expectation, path)
    case 'condition':
      return compileCondition(
        expectation.value,
        path,
        compiler.condition(expectation.value, `${path}/value`, responseNames),
      )
  }
}

const comparedInCondition =
  'To look for a value of the workflow use a condition, such as response.body contains profile.id.'

type ExpectationWith<Type extends Expectation['type']> = Extract<Expectation, { type: Type }>

function compileStatus({ value }: ExpectationWith<'status'>, path: string): CompiledExpectation {
  const patterns = (Array.isArray(value) ? value : [value]).map((pattern) => String(pattern).toLowerCase())
  const expected = `status ${patterns.join(', ')}`
  return {
    type: 'status',
    looksAtBody: false,
    judge({ status }) {
      const met = patterns.some((pattern) => isStatus(status, pattern))
      return {
        met,
        expected,
        actual: `status ${status}`,
        hint: met ? null : statusHint(status, patterns),
        path,
      }
    },
  }
}

function isStatus(status: number, pattern: string): boolean {
  return pattern.endsWith('xx') ? String(status)[0] === pattern[0] : String(status) === pattern
}

function statusHint(status: number, patterns: readonly string[]): string | null {
  const isSuccess = status >= 200 && status < 300
  if (!isSuccess || !patterns.every((pattern) => pattern.startsWith('2'))) return null
  return `Expected ${patterns.join(', ')} but got ${status}: both are success codes; use 2xx or list both.`
}

function compileString(
  { value, match = 'contains', ignoreCase = false }: ExpectationWith<'string'>,
  path: string,
): CompiledExpectation {
  return {
    type: 'string',
    looksAtBody: true,
    judge(response, { budget }) {
      const expected = `a body that ${verbs[match]} ${quote(response.maskers.own(value))}${ignoreCase ? ' in any case' : ''}`
      if (budget?.hasTime() === false)
        return { met: false, expected, actual: 'not looked at', hint: null, path, exceedsBudget: true }
      const met = fits(response.seenText, value, match, ignoreCase)
      const sawMask = response.takeSawMask()
      const actual = met ? metActual[match] : describeBody(response)
      return { met, expected, actual, hint: met ? null : stringHint(response, value, match), path, sawMask }
    },
  }
}

type Match = NonNullable<ExpectationWith<'string'>['match']>

const verbs: Readonly<Record<Match, string>> = {
  contains: 'contains',
  notContains: 'does not contain',
  equals: 'equals',
}

const metActual: Readonly<Record<Match, string>> = {
  contains: 'a body that contains it',
  notContains: 'a body that does not contain it',
  equals: 'a body that equals it',
}

function fits(text: string, value: string, match: Match, ignoreCase: boolean): boolean {
  const [whole, part] = ignoreCase ? [text.toLowerCase(), value.toLowerCase()] : [text, value]
  if (match === 'equals') return whole === part
  return contains(whole, part) === (match === 'contains')
}

const excerptLength = 120

function quote(text: string): string {
  return text.length > excerptLength ? `"${cutText(text, excerptLength)}"…` : `"${text}"`
}

function describeBody(response: ReadableResponse): string {
  if (response.seenText === '') return 'an empty body'
  return response.mayBeQuoted ? `a body that begins with ${quote(response.quotedText)}` : 'another body'
}

function stringHint(response: ReadableResponse, value: string, match: Match): string {
  const { seenText: text, isWhole } = response
  const came = `The target sent ${describeBody(response)}.`
  if (match === 'notContains')
    return contains(text, value) ? `${came} The text is in it.` : `${came} The text is in it in another case.`
  if (!isWhole) return `${came} ${cutHint}`
  if (fits(text, value, match, true)) return `${came} It would match with "ignoreCase": true.`
  if (match === 'equals' && contains(text, value)) return `${came} It would match with "match": "contains".`
  return `${came} It would not match without regard to case either.`
}

/** The hint for every truncated body that misses an expectation. */
const cutHint = 'Only part of the body was read, so the expected text may lie beyond it.'

function compileCondition(text: string, path: string, condition: Condition): CompiledExpectation {
  return {
    type: 'condition',
    looksAtBody: mayReadBody(condition.responsePaths),
    judge(response, scope) {
      const holds = condition.holds(scope)
      const sawMask = response.takeSawMask() && readsMask(response, condition.responsePaths)
      const met = holds.ok && holds.value
      const hint = met ? null : holds.ok ? conditionHint(response, scope) : holds.failure.detail
      const actual = met ? 'true' : 'false'
      const exceedsBudget = !holds.ok && (holds.failure.exceedsBudget ?? false)
      const undefinedVariables = holds.ok ? holds.undefinedVariables : []
      return { met, expected: text, actual, hint, path, exceedsBudget, sawMask, undefinedVariables }
    },
  }
}

function conditionHint(response: ReadableResponse, { budget }: Scope): string {
  const { isWhole, status } = response
  if (!isWhole) return cutHint
  const { json } = budget === undefined ? response.variables : response.variablesWithin(budget)
  const seen = json === undefined ? 'its body is not JSON' : 'its body is JSON'
  return `The response has status ${status} and ${seen}; compare it with the condition.`
}
