import type { Expectation } from '../../contract/node.ts'
import { cutText } from '../masking/mask.ts'
import type { Compiler } from '../template/compiler.ts'
import { responseNames } from '../template/known-names.ts'
import type { Scope } from '../template/render-context.ts'
import type { UndefinedVariable } from '../template/render-result.ts'
import { mayReadBody, type ResponsePaths, readsJson } from '../template/response-paths.ts'
import type { Condition } from '../template/template.ts'
import { contains } from '../values/contains.ts'
import { maxJsonDepth, parseJson } from '../values/json.ts'
import { type BodyFault, describeWrongCoding, findBodyFault } from './body-fault.ts'
import { findMemberCondition } from './json-member.ts'
import { readsMask } from './masked-paths.ts'
import { describeNoBody } from './missing-value.ts'
import { quoteTarget } from './quote-target.ts'
import type { ReadableResponse } from './readable-response.ts'
import { findDifference, placeOfSpace } from './text-difference.ts'
import { explainUnmet, listSeen } from './unmet-condition.ts'

/** Why an expectation was missed. */
export interface Clue {
  readonly text: string
  /** Whether nothing else can be the cause. */
  readonly isCertain: boolean
  /** Whether the status alone is the cause. */
  readonly isOfStatus?: boolean
  /** Whether the values are the same but for their kind, case or white space, as the text "10" and the number 10. */
  readonly isOfForm?: boolean
  /** Whether it is a status of success that the expectation does not list. */
  readonly isOfList?: boolean
  /** Whether the target found nothing: the body, or the value that was compared, is empty, null or zero. */
  readonly isNothing?: boolean
  /** What is wrong with the body, if that is the cause. */
  readonly fault?: BodyFault
}

/** Whether an expectation was met, and the words for the reply. */
export interface Verdict {
  readonly met: boolean
  /** The expected response, in words. */
  readonly expected: string
  /** The actual response, in words. */
  readonly actual: string
  /** Finds out why the expectation was missed. Null if it was met, or if the status says all. */
  readonly explain: (() => Clue) | null
  /** What happened, in one sentence without a word of the target; null if `expected` and `actual` say it. */
  readonly message: string | null
  /** JSON Pointer to the expectation. */
  readonly path: string
  /** Whether judging exceeded the render budget. */
  readonly exceedsBudget?: boolean
  /** Whether the judged part of the response has a mask in place of a secret. */
  readonly sawMask?: boolean
  /** The undefined variables of a condition. */
  readonly undefinedVariables?: readonly UndefinedVariable[]
  /** Why a condition could not be evaluated; null if it could. */
  readonly brokenBy?: string | null
}

/** A compiled expectation. */
export interface CompiledExpectation {
  readonly type: Expectation['type']
  /** Whether the verdict can depend on the body. */
  readonly looksAtBody: boolean
  /** Whether it reads the body as JSON. */
  readonly readsJson: boolean
  /** Whether the author has decided which statuses to accept. */
  readonly judgesStatus: boolean
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
    readsJson: false,
    judgesStatus: true,
    judge({ status }) {
      const met = patterns.some((pattern) => isStatus(status, pattern))
      const clue = met ? null : explainStatus(status, patterns)
      const actual = `status ${status}`
      return { met, expected, actual, explain: clue === null ? null : () => clue, message: null, path }
    },
  }
}

function isStatus(status: number, pattern: string): boolean {
  return pattern.endsWith('xx') ? String(status)[0] === pattern[0] : String(status) === pattern
}

function explainStatus(status: number, patterns: readonly string[]): Clue | null {
  if (status < 200 || status >= 300) return null
  const isAlone = patterns.length === 1
  const text = patterns.every((pattern) => pattern.startsWith('2'))
    ? `${isAlone ? 'Both' : 'All of them'} are success codes: to accept ${status}, use 2xx or list ${isAlone ? 'both' : 'it as well'}.`
    : `The target answers with the success code ${status}, which "expect" does not list. If that is right, list it.`
  return { text, isCertain: true, isOfList: true }
}

function compileString(
  { value, match = 'contains', ignoreCase = false }: ExpectationWith<'string'>,
  path: string,
): CompiledExpectation {
  return {
    type: 'string',
    looksAtBody: true,
    readsJson: false,
    judgesStatus: false,
    judge(response, { budget }) {
      const expected = `a body that ${verbs[match]} ${quote(response.maskers.own(value))}${ignoreCase ? ' in any case' : ''}`
      if (budget?.hasTime() === false)
        return { ...unjudged, met: false, expected, actual: 'not looked at', path, exceedsBudget: true }
      const met = fits(response.seenText, value, match, ignoreCase)
      const sawMask = response.takeSawMask()
      if (met) return { ...unjudged, met, expected, actual: metActual[match], path, sawMask }
      const actual = response.seenText === '' ? 'an empty body' : missedActual[match]
      const explain = () => explainString(response, value, match)
      return {
        met,
        expected,
        actual,
        explain,
        message: `The body of the response ${missed[match]}.`,
        path,
        sawMask,
      }
    },
  }
}

type Match = NonNullable<ExpectationWith<'string'>['match']>

const verbs: Readonly<Record<Match, string>> = {
  contains: 'contains',
  notContains: 'does not contain',
  equals: 'equals',
}

const unjudged = { explain: null, message: null } as const

/** The hint quotes the body. */
const missedActual: Readonly<Record<Match, string>> = {
  contains: 'another body',
  notContains: 'a body that contains it',
  equals: 'another body',
}

const missed: Readonly<Record<Match, string>> = {
  contains: 'does not contain the expected text',
  notContains: 'contains the text that it must not contain',
  equals: 'is not the expected text',
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

function explainString(response: ReadableResponse, value: string, match: Match): Clue {
  const { seenText: text } = response
  const came = `The target sent ${describeBody(response)}.`
  const certain = (why: string) => ({ text: `${came} ${why}`, isCertain: true })
  const ofForm = (why: string) => ({ ...certain(why), isOfForm: true })
  if (match === 'notContains')
    return certain(contains(text, value) ? 'The text is in it.' : 'The text is in it in another case.')
  const fault = findBodyFault(response, false)
  if (fault !== null) {
    const isNone = response.body.length === 0
    const why = isNone ? fault.text.replace('Only part', 'No byte') : `${came} ${fault.text}`
    return { text: why, isCertain: true, fault }
  }
  if (response.body.length === 0) return { text: describeNoBody(response), isCertain: true }
  if (fits(text, value, match, true)) return ofForm('It would match with "ignoreCase": true.')
  if (match === 'equals' && text.trim() === value.trim())
    return ofForm(
      `It has other white space ${placeOfSpace(text, value)}, such as a line break: use "match": "contains".`,
    )
  if (match === 'equals' && isSameButCase(text.trim(), value.trim()))
    return ofForm(
      `It has the text in other upper and lower case, and other white space ${placeOfSpace(text.toLowerCase(), value.toLowerCase())}, such as a line break: use "match": "contains" with "ignoreCase": true.`,
    )
  if (match === 'equals' && contains(text, value)) return ofForm('It would match with "match": "contains".')
  if (match === 'equals' && contains(text.toLowerCase(), value.toLowerCase()))
    return ofForm(
      'It has the text within others and in another case: use "match": "contains" with "ignoreCase": true.',
    )
  const layout = explainLayout(response, value, match)
  const difference = layout?.isJson
    ? null
    : findDifference(text, value, (one, other) => fits(one, other, match, false))
  if (difference !== null) return certain(difference)
  if (layout !== null) return certain(layout.why)
  const damaged =
    response.damagedCharset === null
      ? ''
      : ` It has bytes that are not valid in ${response.damagedCharset}, in which it is read: the operator of the target has to label it with its charset.`
  const why = `Upper and lower case are not the cause.${damaged}${describeWrongCoding(response)}`
  return { text: `${came} ${why}`, isCertain: false, isNothing: isNothing(text) }
}

function isSameButCase(one: string, other: string): boolean {
  return one.length === other.length && one.toLowerCase() === other.toLowerCase()
}

/** JSON has the same values with other white space, and a text may have typographic quotation marks. */
function explainLayout(
  response: ReadableResponse,
  value: string,
  match: Match,
): { readonly why: string; readonly isJson: boolean } | null {
  const { seenText: text } = response
  if (value.length > maxCompared || text.length > maxCompared) return null
  const [own, wanted] = [withoutLayout(text), withoutLayout(value)]
  if (wanted === '' || !fits(own, wanted, match, false)) return null
  const isOfSpace = fits(text.replace(/\s+/g, ''), value.replace(/\s+/g, ''), match, false)
  const would = `It would match but for white space${isOfSpace ? '' : ' and quotation marks'}`
  const parsed = parseJson(text, { maxDepth: maxJsonDepth })
  if (!parsed.ok) return { why: `${would}.`, isJson: false }
  const condition = response.mayBeQuoted ? findMemberCondition(value, parsed.plain) : null
  const advice =
    condition === null
      ? 'to look for a value of JSON, use a condition, such as response.json.id == 7.'
      : `look for the value with a condition, { "type": "condition", "value": ${JSON.stringify(condition)} }.`
  return { why: `${would}: ${advice}`, isJson: true }
}

const maxCompared = 65_536

function withoutLayout(text: string): string {
  return text.replace(/[\s"'`\u2018-\u201f]+/g, '')
}

/** Whether a body says that the target found nothing. */
function isNothing(text: string): boolean {
  return text.length < 20 && /^(?:\[\]|\{\}|null)?$/.test(text.replaceAll(/\s/g, ''))
}

function describeBody(response: ReadableResponse): string {
  if (response.seenText === '') return 'an empty body'
  if (!response.isText && response.damagedCharset === null) return 'a body that is not text'
  const start = quoteTarget(response, response.quotedText, excerptLength)
  return start === null ? 'another body' : `a body that begins with ${start}`
}

function compileCondition(text: string, path: string, condition: Condition): CompiledExpectation {
  const { responsePaths: paths } = condition
  return {
    type: 'condition',
    looksAtBody: mayReadBody(paths),
    readsJson: readsJson(paths),
    judgesStatus: paths?.some(([name]) => name === 'status') ?? false,
    judge(response, scope) {
      const holds = condition.holds(scope)
      const sawMask = response.takeSawMask() && readsMask(response, paths)
      const met = holds.ok && holds.value
      const actual = met ? 'true' : 'false'
      const exceedsBudget = !holds.ok && (holds.failure.exceedsBudget ?? false)
      const undefinedVariables = holds.ok ? holds.undefinedVariables : []
      const explain = met
        ? null
        : () => (holds.ok ? explainCondition(text, response, scope, paths) : certainly(holds.failure.detail))
      const message = met ? null : 'The condition of the node is not true of the response.'
      return {
        met,
        expected: text,
        actual,
        explain,
        message,
        path,
        exceedsBudget,
        sawMask,
        undefinedVariables,
        brokenBy: holds.ok ? null : holds.failure.detail,
      }
    },
  }
}

function certainly(text: string): Clue {
  return { text, isCertain: true }
}

function explainCondition(
  text: string,
  response: ReadableResponse,
  scope: Scope,
  paths: ResponsePaths,
): Clue {
  const clue = explainUnmet(text, response, scope)
  if (clue !== null)
    return mayReadBody(paths) && clue.fault === undefined
      ? { ...clue, text: `${clue.text}${describeWrongCoding(response)}` }
      : clue
  const fault = mayReadBody(paths) ? findBodyFault(response, readsJson(paths)) : null
  if (fault !== null) return { ...certainly(fault.text), fault }
  const seen = response.variables.json === undefined ? 'its body is not JSON' : 'its body is JSON'
  const values = listSeen(paths, response)
  const what =
    values === null || response.variables.json === undefined
      ? `The response has status ${response.status} and ${seen}; compare it with the condition.`
      : `${values}, and with its filters the condition is not true of that.`
  return { text: what, isCertain: false }
}
