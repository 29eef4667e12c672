import { noSecrets, type Scope } from '../template/render-context.ts'
import {
  mayReadBody,
  noPaths,
  type ResponsePaths,
  readsJson,
  readsStatusOnly,
} from '../template/response-paths.ts'
import { compileCondition, compileTemplate } from '../template/template.ts'
import { isListOrObject, isObject } from '../values/json.ts'
import { LongNumber } from '../values/long-number.ts'
import { namesIn, valueAt } from '../values/lookup.ts'
import { listWords } from '../values/text.ts'
import { headerValue } from '../wire/headers.ts'
import { findBodyFault } from './body-fault.ts'
import type { Clue } from './expectation.ts'
import { describeNoBody, findEnd, findMissing, nameKind } from './missing-value.ts'
import { adviseOnForm, adviseOnNested } from './other-form.ts'
import { quoteTarget } from './quote-target.ts'
import type { ReadableResponse } from './readable-response.ts'
import { showName } from './show-name.ts'
import { placeOfSpace } from './text-difference.ts'

/**
 * Explains why a condition is not true: it names the first comparison that does not hold, with the values that were
 * compared. Null for a condition with filters or ranges.
 */
export function explainUnmet(text: string, response: ReadableResponse, scope: Scope): Clue | null {
  const parts = new ConditionReader(text).read()
  if (parts === null) return null
  // Without a budget: the condition was judged within it.
  const { variables } = scope
  return new Explainer(response, { variables, secrets: noSecrets }).explain(parts)
}

/** A part of a condition: two operands or one, or several parts that `and` or `or` joins. */
type Part = Comparison | Joined | Negated

interface Comparison {
  readonly kind: 'comparison'
  readonly text: string
  readonly left: string
  readonly operator: string | null
  readonly right: string | null
}

interface Negated {
  readonly kind: 'not'
  readonly part: Comparison
}

interface Joined {
  readonly kind: 'and' | 'or'
  readonly parts: readonly Part[]
}

const token = /\s*("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[()[\]]|[=!<>]=?|[^\s()[\]"'=!<>]+)/y
const operators: ReadonlySet<string> = new Set(['==', '!=', '<', '>', '<=', '>=', 'contains'])

interface Token {
  readonly text: string
  readonly start: number
  readonly end: number
}

/** Thrown for what is not explained: filters, ranges and anything else that is not a comparison. */
class Unexplained extends Error {}

/** More comparisons than an author would compare by hand are not explained. */
const maxTokens = 200

class ConditionReader {
  readonly #text: string
  readonly #tokens: Token[] = []
  #at = 0

  constructor(text: string) {
    this.#text = text
    token.lastIndex = 0
    for (let found = token.exec(text); found !== null; found = token.exec(text)) {
      const [whole, own = ''] = found
      const end = found.index + whole.length
      this.#tokens.push({ text: own, start: end - own.length, end })
      if (this.#tokens.length > maxTokens) return
    }
  }

  read(): Part | null {
    const isPlain = this.#tokens.every(({ text }) => !/^\||\|$|\.\./.test(text) || /^["']/.test(text))
    if (!isPlain || this.#tokens.length > maxTokens) return null
    try {
      const part = this.#joined()
      return this.#at === this.#tokens.length ? part : null
    } catch (error) {
      if (error instanceof Unexplained) return null
      throw error
    }
  }

  #joined(): Part {
    const first = this.#single()
    const joint = this.#peek
    if (joint !== 'and' && joint !== 'or') return first
    const parts = [first]
    while (this.#take(joint)) parts.push(this.#single())
    return { kind: joint, parts }
  }

  #single(): Part {
    if (this.#take('not')) {
      // Of `not a == b` it is not plain what `not` is about.
      const part = this.#comparison()
      if (part.operator !== null) throw new Unexplained()
      return { kind: 'not', part }
    }
    if (!this.#take('(')) return this.#comparison()
    const part = this.#joined()
    if (!this.#take(')') || operators.has(this.#peek ?? '')) throw new Unexplained()
    return part
  }

  #comparison(): Comparison {
    const start = this.#tokens[this.#at]?.start ?? 0
    const left = this.#operand()
    const operator = this.#peek !== undefined && operators.has(this.#peek) ? this.#peek : null
    if (operator !== null) this.#at++
    const right = operator === null ? null : this.#operand()
    const text = this.#text.slice(start, this.#tokens[this.#at - 1]?.end)
    return { kind: 'comparison', text, left, operator, right }
  }

  /** A constant or a variable, with its brackets. */
  #operand(): string {
    const from = this.#at
    let depth = 0
    for (let next = this.#peek; next !== undefined; next = this.#peek) {
      if (depth === 0 && (joints.has(next) || operators.has(next) || next === ')')) break
      if (next === '(' || next === 'not') throw new Unexplained()
      if (next === '[') depth++
      else if (next === ']') depth--
      this.#at++
    }
    const [first, last] = [this.#tokens[from], this.#tokens[this.#at - 1]]
    if (this.#at === from || first === undefined || last === undefined) throw new Unexplained()
    return this.#text.slice(first.start, last.end)
  }

  #take(text: string): boolean {
    const isNext = this.#peek === text
    if (isNext) this.#at++
    return isNext
  }

  get #peek(): string | undefined {
    return this.#tokens[this.#at]?.text
  }
}

const joints: ReadonlySet<string> = new Set(['and', 'or'])

/** Values of alternatives that are listed. */
const maxListed = 3
const maxNamed = 5
const valueLength = 80
/** A longer text is not searched without regard to case. */
const maxFolded = 65_536
/** Items of a list that are compared without regard to case. */
const maxItems = 1_000

/** What an operand is, and its value. */
interface Operand {
  readonly text: string
  readonly isConstant: boolean
  readonly value: unknown
  /** The names of a variable that is not defined. */
  readonly missing: readonly string[] | null
  /** The nearest name that exists. */
  readonly meant: string | null
}

class Explainer {
  readonly #response: ReadableResponse
  readonly #scope: Scope
  /** Each part is evaluated once, however deep it is nested. */
  readonly #held = new Map<Part, boolean>()

  constructor(response: ReadableResponse, scope: Scope) {
    this.#response = response
    this.#scope = scope
  }

  explain(part: Part): Clue | null {
    if (part.kind === 'comparison') return this.#explainPart(part)
    if (part.kind === 'not') return this.#explainNegated(part)
    if (part.kind === 'or') return this.#explainAlternatives(part)
    const failed = part.parts.find((one) => !this.#holds(one))
    return failed === undefined ? null : this.explain(failed)
  }

  #holds(part: Part): boolean {
    const known = this.#held.get(part)
    if (known !== undefined) return known
    const holds = this.#evaluate(part)
    this.#held.set(part, holds)
    return holds
  }

  #evaluate(part: Part): boolean {
    if (part.kind === 'not') return !this.#holds(part.part)
    if (part.kind !== 'comparison') {
      const holds = (one: Part) => this.#holds(one)
      return part.kind === 'and' ? part.parts.every(holds) : part.parts.some(holds)
    }
    const compiled = compileCondition(part.text)
    if (!compiled.ok) return false
    const result = compiled.template.holds(this.#scope)
    return result.ok && result.value
  }

  /** A comparison of the body says nothing where the body did not arrive as it was meant. */
  #explainPart(part: Comparison): Clue | null {
    const compiled = compileCondition(part.text)
    const paths = compiled.ok ? compiled.template.responsePaths : noPaths
    const fault = mayReadBody(paths) ? findBodyFault(this.#response, readsJson(paths)) : null
    if (fault !== null) return { ...certain(fault.text), fault }
    const clue = this.#explainComparison(part)
    return clue !== null && readsStatusOnly(paths) ? { ...clue, isOfStatus: true } : clue
  }

  /** None of the alternatives holds: what each of them looks at is said once. */
  #explainAlternatives({ parts }: Joined): Clue | null {
    const equal = this.#explainEqualities(parts)
    if (equal !== null) return equal
    const clues = new Map<string, Clue>()
    for (const part of parts) {
      const clue = this.explain(part)
      const subject = part.kind === 'comparison' ? part.left : ''
      if (clue !== null && !clues.has(subject)) clues.set(subject, clue)
    }
    const said = [...clues.values()].slice(0, maxListed)
    const [first] = said
    if (first === undefined) return null
    return {
      text: [...new Set(said.map(({ text }) => text))].join(' '),
      isCertain: said.every(({ isCertain }) => isCertain),
      isOfStatus: said.every(({ isOfStatus }) => isOfStatus),
      isNothing: said.every(({ isNothing }) => isNothing),
      ...(first.fault !== undefined &&
        said.every(({ fault }) => fault !== undefined) && { fault: first.fault }),
    }
  }

  #explainNegated({ part }: Negated): Clue | null {
    const subject = this.#read(part.left)
    return subject === null
      ? null
      : possibly(`${subject.text} is ${this.#describe(subject)}, and the condition excludes it.`)
  }

  /** One value that equals none of several constants. */
  #explainEqualities(parts: readonly Part[]): Clue | null {
    const [first] = parts
    if (first?.kind !== 'comparison' || parts.length > maxListed) return null
    const subject = this.#read(first.left)
    if (subject === null || subject.isConstant || subject.missing !== null) return null
    const wanted: string[] = []
    for (const part of parts) {
      const isSame = part.kind === 'comparison' && part.operator === '==' && part.left === first.left
      const object = isSame && part.right !== null ? this.#read(part.right) : null
      if (!object?.isConstant || this.#findDifference(subject, object) !== null) return null
      wanted.push(this.#describe(object))
    }
    const clue = this.#explainPart(first)
    if (clue === null || clue.fault !== undefined) return clue
    return { ...clue, text: `${subject.text} is ${this.#describe(subject)}, not ${listWords(wanted, 'or')}.` }
  }

  #explainComparison({ left, operator, right }: Comparison): Clue | null {
    const [one, other] = [this.#read(left), right === null ? null : this.#read(right)]
    if (one === null || (right !== null && other === null)) return null
    const [subject, object] = one.isConstant && other !== null ? [other, one] : [one, other]
    const isTurned = subject !== one
    if (subject.missing !== null) return this.#explainMissing(subject)
    if (object?.missing) return this.#explainMissing(object)
    if (operator === null || object === null)
      return possibly(`${subject.text} is ${this.#describe(subject)}.`, isNothing(subject.value))
    const difference = operator === '==' ? this.#findDifference(subject, object) : null
    if (difference !== null) return difference
    if (operator === 'contains' && !isTurned) {
      const near = this.#findOtherCase(subject, object)
      if (near !== null) return near
    }
    const seen = isTurned ? (mirrored[operator] ?? operator) : operator
    return possibly(this.#compare(subject, object, seen), isNothing(subject.value))
  }

  /** Kinds and spellings that differ are the cause for certain, since nothing else in the comparison does. */
  #findDifference(subject: Operand, object: Operand): Clue | null {
    const [is, wanted] = [subject.value, object.value]
    const shown = this.#describe(subject)
    if (typeof is === 'string' && typeof wanted === 'string') {
      if (is === wanted) return null
      if (is.toLowerCase() === wanted.toLowerCase())
        return ofForm(`${subject.text} is ${shown}, which differs in case from ${this.#describe(object)}.`)
      if (is.trim() === wanted.trim())
        return ofForm(
          `${subject.text} is ${shown} with other white space ${placeOfSpace(is, wanted)} than the condition has.`,
        )
      return null
    }
    if (typeof is === 'string' && isPlain(wanted) && is === String(wanted))
      return ofForm(
        `${subject.text} is the text ${shown}, and the condition compares it with ${nameScalarKind(wanted)} ${wanted}${object.isConstant ? `: write "${wanted}"` : ''}.`,
      )
    if (typeof wanted === 'string' && isPlain(is) && wanted === String(is))
      return ofForm(
        `${subject.text} is ${nameScalarKind(is)} ${shown}, and the condition compares it with the text "${wanted}"${object.isConstant ? `: write ${wanted}` : ''}.`,
      )
    if (Array.isArray(is) && isNumber(wanted))
      return ofForm(
        `${subject.text} is ${shown}, and the condition compares it with a number: compare ${subject.text}.size.`,
      )
    if (typeof is === 'string' && isNumber(wanted))
      return ofForm(`${subject.text} is the text ${shown}, and the condition compares it with a number.`)
    return null
  }

  #findOtherCase(subject: Operand, object: Operand): Clue | null {
    const [is, wanted] = [subject.value, object.value]
    if (Array.isArray(is) && typeof wanted === 'string') {
      const near = is
        .slice(0, maxItems)
        .find((item) => typeof item === 'string' && item.toLowerCase() === wanted.toLowerCase())
      return near === undefined
        ? null
        : ofForm(
            `${subject.text} is a list that has ${this.#describeValue(near)}, which differs in case from ${this.#describe(object)}.`,
          )
    }
    if (typeof is !== 'string' || typeof wanted !== 'string' || is.length > maxFolded) return null
    if (!is.toLowerCase().includes(wanted.toLowerCase())) return null
    return ofForm(
      `${subject.text} is ${this.#describe(subject)}, which contains ${this.#describe(object)} in another case: write it in that case, or compare with the filter downcase.`,
    )
  }

  #compare(subject: Operand, object: Operand, operator: string): string {
    const is = `${this.#nameNull(subject)}${subject.text} is ${this.#describe(subject)}`
    const wanted = object.isConstant
      ? object.text.slice(0, valueLength)
      : `${object.text}, which is ${this.#describe(object)}`
    if (operator === '!=') return `${is}, and the condition excludes that.`
    if (operator === '==') return `${is}, not ${wanted}.`
    return `${is}, which ${phrases[operator] ?? 'does not fit'} ${wanted}.`
  }

  /** The part of a path that is null, where that is not its end: what follows has no value then. Empty if there is none. */
  #nameNull({ text, value }: Operand): string {
    if (value !== null || !ofResponse.test(text)) return ''
    const { container, path, missing } = findEnd(this.#response.variables, text.split('.'))
    return container === null && missing !== '' ? `${path} is null, so ` : ''
  }

  #explainMissing({ text, missing, meant }: Operand): Clue {
    const path = missing ?? []
    if (path[0] !== 'response')
      return certain(
        `${text} is missing: the payload does not have it.${meant === null ? '' : ` Did you mean "${meant}"?`}`,
      )
    const response = this.#response
    if (response.body.length === 0 && path[1] === 'json') return certain(describeNoBody(response))
    const { container, path: place } = findEnd(response.variables, path)
    if (!isObject(container) || container instanceof LongNumber || place === 'response')
      return this.#explainEnd(
        `${text} is missing: ${findMissing(response, { name: text, path, meant }).what}${adviseOnNested(container, place)}`,
        {
          isNothing: isNothing(container),
          isOfJson: place === 'response' && path[1] === 'json',
        },
      )
    const { meant: near, elsewhere } = findMissing(response, { name: text, path, meant })
    const is = `${text} is missing`
    if (elsewhere !== null)
      return certain(
        `${is}: did you mean ${elsewhere.path}, which is ${this.#describeValue(elsewhere.value)}?`,
      )
    if (near !== null) return certain(`${is}: did you mean "${near}"?`)
    const has = place === 'response.json' ? 'the response' : place
    const members = place === 'response.headers' ? '' : this.#listMembers(container)
    return possibly(members === '' ? `${is} in the response.` : `${is}; ${has} has ${members}.`)
  }

  /** The path of a value ends before it. Broken JSON is the target's affair, and another body is shown as it begins. */
  #explainEnd(text: string, { isNothing, isOfJson }: { isNothing: boolean; isOfJson: boolean }): Clue {
    if (!isOfJson) return { ...certain(text), isNothing }
    const { jsonProblem } = this.#response
    if (jsonProblem?.startsWith('expected nothing more'))
      return certain(
        `${text} It has several values, perhaps one in each line: look at response.body instead.`,
      )
    if (jsonProblem !== null)
      return {
        ...certain(`${text} The operator of the target has to correct that.`),
        fault: { text, blame: 'target', repeat: 'never' },
      }
    const response = this.#response
    const type = quoteTarget(response, headerValue(response.headers, 'content-type') ?? '', valueLength)
    const start = response.isText ? quoteTarget(response, response.quotedText, valueLength) : null
    const seen = [
      ...(type === null ? [] : [`its Content-Type is ${type}`]),
      ...(start === null ? [] : [`it begins with ${start}`]),
    ].join(', and ')
    const advice = adviseOnForm(response)
    return certain(seen === '' ? text : `${text} ${seen[0]?.toUpperCase()}${seen.slice(1)}.${advice}`)
  }

  #listMembers(container: Readonly<Record<string, unknown>>): string {
    // Each look for what must be masked takes time, and a response may have many names.
    const names = namesIn(container)
      .slice(0, maxNamed * 4)
      .flatMap((name) => showName(this.#response, name) ?? [])
    const shown = names.slice(0, maxNamed).map((name) => `${name} = ${this.#describeValue(container[name])}`)
    return `${shown.join(', ')}${names.length > maxNamed ? ' and more' : ''}`
  }

  #describe({ value, isConstant, text }: Operand): string {
    return isConstant ? text.slice(0, valueLength) : this.#describeValue(value)
  }

  #describeValue(value: unknown): string {
    return describeValue(this.#response, value)
  }

  /** Null for an operand that cannot be read alone. */
  #read(text: string): Operand | null {
    const compiled = compileTemplate(`{{ ${text} }}`, null)
    if (!compiled.ok) return null
    const isConstant = constant.test(text)
    const result = compiled.template.value(this.#scope)
    if (!result.ok) return null
    const [undefinedVariable] = result.undefinedVariables
    const missing = isConstant ? null : (undefinedVariable?.path ?? null)
    return { text, isConstant, value: result.value, missing, meant: undefinedVariable?.meant ?? null }
  }
}

/** A value in a sentence: lists by their length, texts quoted. */
function describeValue(response: ReadableResponse, value: unknown): string {
  if (Array.isArray(value)) return `a list of ${value.length}`
  if (isListOrObject(value)) return 'an object'
  if (value === null || value === undefined) return 'null'
  if (value === '') return 'an empty text'
  const quoted = quoteTarget(response, String(value), valueLength)
  if (quoted === null) return nameKind(value)
  return typeof value === 'string' || quoted.endsWith('…') ? quoted : quoted.slice(1, -1)
}

/**
 * Lists the values of the response that a condition looks at, for one that is not explained comparison by comparison, such as one
 * with filters. Null if they are not known.
 */
export function listSeen(paths: ResponsePaths, response: ReadableResponse): string | null {
  if (paths === null || paths.length === 0) return null
  const seen = new Map<string, string>()
  for (const names of paths.slice(0, maxListed)) {
    const value = valueAt({ response: response.variables }, ['response', ...names])
    const name = ['response', ...names].join('.').slice(0, valueLength)
    seen.set(name, value === undefined ? 'missing' : describeValue(response, value))
  }
  return listWords(
    [...seen].map(([name, value]) => `${name} is ${value}`),
    'and',
  )
}

const ofResponse = /^response(?:\.[A-Za-z_]\w{0,60}){2,20}$/

const constant = /^(?:["']|[+-]?\d|(?:true|false|nil|null|empty|blank)$)/

/** The operator of `5 < a` as `a` sees it. */
const mirrored: Readonly<Record<string, string>> = { '<': '>', '>': '<', '<=': '>=', '>=': '<=' }

const phrases: Readonly<Record<string, string>> = {
  '<': 'is not less than',
  '>': 'is not more than',
  '<=': 'is more than',
  '>=': 'is less than',
  contains: 'does not contain',
}

function certain(text: string): Clue {
  return { text, isCertain: true }
}

function ofForm(text: string): Clue {
  return { text, isCertain: true, isOfForm: true }
}

function possibly(text: string, isNothing = false): Clue {
  return { text, isCertain: false, isNothing }
}

/** Whether a value says that the target found nothing. */
function isNothing(value: unknown): boolean {
  return value === null || value === 0 || value === '' || (Array.isArray(value) && value.length === 0)
}

function isNumber(value: unknown): boolean {
  return typeof value === 'number' || value instanceof LongNumber
}

function isPlain(value: unknown): boolean {
  return isNumber(value) || typeof value === 'boolean'
}

function nameScalarKind(value: unknown): string {
  return typeof value === 'boolean' ? 'the truth value' : 'the number'
}
