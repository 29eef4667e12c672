import { type TopLevelToken, TypeGuards } from 'liquidjs'
import { secretNamePattern } from '../../contract/names.ts'
import { suggest } from '../values/suggest.ts'
import { listWords } from '../values/text.ts'
import { withoutTexts } from '../values/without-texts.ts'
import { putNamesInBrackets } from './blank-names.ts'
import type { ForeignPlace } from './elsewhere/advice.ts'
import { orOther } from './elsewhere/advice.ts'
import { describeForeignExpression } from './elsewhere/foreign-expression.ts'
import { withRewritten } from './elsewhere/rewrite-condition.ts'
import { rewriteValue } from './elsewhere/rewrite-value.ts'
import {
  type CheckedExpression,
  checkExpression,
  type ExpressionForm,
  type VariablePath,
} from './expression-syntax.ts'
import { findUnknownName, type KnownNames } from './known-names.ts'
import { findResponsePaths, type ResponsePaths } from './response-paths.ts'

const { isOutputToken, isTagToken } = TypeGuards

/** The problem with a template as a sentence, or null. */
export type TemplateProblem = string | null

interface TagRule {
  readonly form: ExpressionForm
  /** The tag that ends the block. */
  readonly end?: string
  /** The blocks that may directly contain the tag. */
  readonly within?: readonly string[]
  /** A block that must contain the tag at any depth. */
  readonly inside?: string
}

/** The allowed tags: those of LiquidJS without the ones that load other templates. */
const tagRules: Readonly<Record<string, TagRule>> = {
  if: { form: 'condition', end: 'endif' },
  unless: { form: 'condition', end: 'endunless' },
  elsif: { form: 'condition', within: ['if', 'unless'] },
  else: { form: 'nothing', within: ['if', 'unless', 'case', 'for'] },
  case: { form: 'value', end: 'endcase' },
  when: { form: 'when', within: ['case'] },
  for: { form: 'for', end: 'endfor' },
  tablerow: { form: 'tablerow', end: 'endtablerow' },
  break: { form: 'nothing', inside: 'for' },
  continue: { form: 'nothing', inside: 'for' },
  assign: { form: 'assign' },
  capture: { form: 'capture', end: 'endcapture' },
  cycle: { form: 'cycle' },
  increment: { form: 'name' },
  decrement: { form: 'name' },
  echo: { form: 'value' },
  liquid: { form: 'anything' },
  comment: { form: 'anything', end: 'endcomment' },
  raw: { form: 'nothing', end: 'endraw' },
  '#': { form: 'anything' },
}

const ends: ReadonlySet<string> = new Set(Object.values(tagRules).flatMap(({ end }) => end ?? []))
const maxBlocks = 50
/** The limit of nested `liquid` tags. Each level parses the text of the inner levels again. */
const maxLiquids = 5

/** The reference to a secret. A placeholder with it must contain nothing else. */
export const secretReference = new RegExp(`^secrets\\.(${secretNamePattern})$`)

/** The name of the secret in a text that is one reference to a secret. Null for any other text. */
export function readReference(text: string): string | null {
  const inner = /^\{\{-?([^{}]*)\}\}$/.exec(text)?.[1]
  return secretReference.exec(inner?.replace(/-$/, '').trim() ?? '')?.[1] ?? null
}

interface CheckOptions {
  readonly filters: ReadonlySet<string>
  /** Whether `{{ secrets.NAME }}` is allowed. */
  readonly secrets: boolean
  /** The known variables; null if any are allowed. */
  readonly names: KnownNames | null
  /** Whether placeholders are used for their values or for their truth. */
  readonly outputs: 'value' | 'condition'
}

/** A valid template, or the problems in it. */
export type CheckedTemplate =
  | {
      readonly ok: true
      readonly responsePaths: ResponsePaths
      readonly hasDefault: boolean
    }
  | { readonly ok: false; readonly problem: string; readonly others: readonly string[] }

/** Problems of one template that are told: more would be examples of the same. */
const maxProblems = 10
/** Problems that are looked into, the same ones included: each takes the time of looking for its cure. */
const maxRefusals = 50

/** Checks the tokens of a template. Reads on behind a problem, so that one reply can list all. */
export function checkTemplate(tokens: readonly TopLevelToken[], options: CheckOptions): CheckedTemplate {
  const walk = new BlockWalk(options)
  for (const token of tokens) {
    if (walk.isOver) break
    walk.visit(token)
  }
  const [problem, ...others] = walk.finish()
  if (problem !== undefined) return { ok: false, problem, others }
  const { responsePaths, hasDefault } = walk
  return { ok: true, responsePaths, hasDefault }
}

/** Why an expression is not allowed in its place, or null. `meant`: a refused one in Liquid, if that is known. */
export function expressionProblem(
  text: string,
  checked: CheckedExpression,
  place: ForeignPlace | null,
  meant: string | null = null,
): TemplateProblem {
  if (!checked.ok && text.trim() === '') return emptyProblem(checked.problem, place)
  if (!checked.ok && /^secrets\s?[.[]/.test(text.trim())) return secretProblem(text)
  if (!checked.ok) {
    const inLiquid = meant === null ? '' : ` In Liquid it is: ${meant}`
    return `${quoted(text)} is invalid: ${foreign(text, place, meant) ?? `${checked.problem}.${inLiquid}`}`
  }
  return checked.variables.some(isSecret) ? secretProblem(text) : null
}

function emptyProblem(problem: string, place: ForeignPlace | null): string {
  const example = place?.isCondition ? 'profile.score > 50' : '{{ profile.email }}'
  const named = problem.includes('a name')
    ? ', as in {% capture name %} or {% assign name = profile.name %}'
    : ''
  return `An empty expression is invalid: ${problem}${place === null ? named : `, as in ${example}`}.`
}

function foreign(text: string, place: ForeignPlace | null, meant: string | null = null): string | null {
  const found = place === null ? null : describeForeignExpression(withoutTexts(text), place, meant)
  return found === null ? null : `${found}.`
}

function secretProblem(text: string): string {
  const [, sign] = /^secrets\.\w+([- ])[\w -]*$/.exec(text.trim()) ?? []
  if (sign !== undefined)
    return `${quoted(text)} has a ${sign === '-' ? 'dash' : 'blank'}. The name of a secret has letters, digits and "_": write "_" for "${sign}", here and in "secrets".`
  return `${quoted(text)} uses a secret as a variable. Write {{ secrets.NAME }} without a filter or operator, and only as a value of auth, url, query, headers or body: no filename, condition or captured value may have one.${adviseOnSecret(text.trim())}`
}

/** What is meant by a secret with a name or a filter that it cannot have. */
function adviseOnSecret(text: string): string {
  if (/^secrets\.\w{1,60}\.[\w.]{1,60}$/.test(text) || /^secrets\s?\[/.test(text))
    return ' A secret is one value under one name of letters, digits and "_": rename it, here and in "secrets".'
  return /\|\s?(?:base64_encode|b64encode|base64)\b/.test(text)
    ? ' For a user and a password write "auth": { "type": "basic", "username": "…", "password": "{{ secrets.NAME }}" }.'
    : ''
}

function isSecret({ root }: VariablePath): boolean {
  return root === 'secrets'
}

/** Quotes the author's text in a message, without the text literals in it, which may be credentials. */
export function quoted(text: string): string {
  const display = withoutTexts(text.trim())
  return `"${display.length > 60 ? `${display.slice(0, 60)}…` : display}"`
}

/** An open block. */
interface OpenBlock {
  readonly name: string
  hasElse: boolean
  /** The subject of a `case`, if it is one variable. */
  subject: { readonly text: string; readonly variable: VariablePath } | null
}

/** Tags that begin another part of their block. */
const parts: ReadonlySet<string> = new Set(['elsif', 'else', 'when'])

class BlockWalk {
  hasDefault = false
  readonly #open: OpenBlock[] = []
  readonly #options: CheckOptions
  /** The variables of all expressions. They are checked at the end, when all assigned names are known. */
  readonly #named: {
    readonly text: string
    readonly variables: readonly VariablePath[]
    readonly readsMore: boolean
    readonly place: ForeignPlace | null
  }[] = []
  readonly #made = new Set<string>()
  /** The current depth of nested `liquid` tags. */
  #liquids = 0
  readonly #problems = new Set<string>()
  #refusals = 0
  /** Whether a tag stands where it cannot, so that what follows tells nothing. */
  #isLost = false

  /** For hints. They are the same for all expressions of the template. */
  readonly #places: Readonly<Record<'value' | 'condition', ForeignPlace>>

  constructor(options: CheckOptions) {
    this.#options = options
    const hasResponse = Object.hasOwn(options.names ?? {}, 'response')
    this.#places = {
      value: { isCondition: false, hasResponse },
      condition: { isCondition: true, hasResponse },
    }
  }

  /** Whether what follows would tell nothing more. */
  get isOver(): boolean {
    return this.#isLost || this.#problems.size >= maxProblems || this.#refusals >= maxRefusals
  }

  visit(token: TopLevelToken): void {
    if (isTagToken(token)) this.#tell(this.#tag(token.name, token.args))
    else if (!this.#isIgnored && isOutputToken(token)) this.#tell(this.#output(token.content))
  }

  /** All problems, with those that show at the end only. */
  finish(): readonly string[] {
    for (const problem of this.#lateProblems()) {
      if (this.isOver) break
      this.#tell(problem)
    }
    return [...this.#problems]
  }

  #tell(problem: TemplateProblem): void {
    if (problem === null) return
    this.#problems.add(problem)
    this.#refusals++
  }

  /** A block that is not closed, and names that nothing has. */
  *#lateProblems(): Generator<string> {
    const open = this.#open.at(-1)?.name
    if (open !== undefined) yield `{% ${open} %} is not closed: {% ${tagRules[open]?.end} %} is missing.`
    for (const { text, variables, place } of this.#named)
      for (const variable of variables) {
        const problem = this.#nameProblem(variable)
        if (problem === null) continue
        yield `${quoted(text)} is invalid: ${foreign(text, place) ?? problem}`
        break
      }
  }

  get responsePaths(): ResponsePaths {
    return findResponsePaths(this.#named)
  }

  #nameProblem(variable: VariablePath): TemplateProblem {
    const { names } = this.#options
    // A secret has a problem of its own.
    return names === null || isSecret(variable) ? null : findUnknownName(variable, names, this.#made)
  }

  /** Whether the current token is within a comment, where only the end tag counts. */
  get #isIgnored(): boolean {
    return this.#isIn('comment') || this.#isIn('raw')
  }

  /** Whether the innermost open block has this name. */
  #isIn(name: string): boolean {
    return this.#open.at(-1)?.name === name
  }

  #output(content: string): TemplateProblem {
    if (!secretReference.test(content)) return this.#expression(content, this.#options.outputs)
    if (!this.#options.secrets) return secretProblem(content)
    return this.#open.some(({ name }) => name === 'capture') ? secretProblem(content) : null
  }

  #tag(name: string, args: string): TemplateProblem {
    if (ends.has(name)) return this.#close(name)
    if (this.#isIgnored) return null
    const rule = Object.hasOwn(tagRules, name) ? tagRules[name] : undefined
    if (rule === undefined) {
      this.#makeAll(args)
      return unknownTag(name)
    }
    const misplaced = this.#misplaced(name, rule)
    if (misplaced !== null) return this.#lose(misplaced)
    if (name === 'liquid') return this.#lines(args)
    if (name === 'else' && /^if\b/.test(args)) return 'Liquid has no tag {% else if %}. Write {% elsif %}.'
    if (rule.end !== undefined) this.#open.push({ name, hasElse: false, subject: null })
    if (this.#open.length > maxBlocks)
      return this.#lose(`The template nests blocks more than ${maxBlocks} levels deep.`)
    const problem = this.#expression(args, rule.form, name)
    if (problem !== null) this.#makeAll(args)
    return problem
  }

  /** A tag that cannot be read may make any name that it has. */
  #makeAll(args: string): void {
    for (const [name] of args.matchAll(/[A-Za-z_]\w{0,60}/g).take(maxProblems)) this.#made.add(name)
  }

  #lose(problem: string): string {
    this.#isLost = true
    return problem
  }

  #misplaced(name: string, { within, inside }: TagRule): TemplateProblem {
    if (inside !== undefined && !this.#open.some((block) => block.name === inside))
      return `{% ${name} %} must be inside {% ${inside} %}.`
    const around = this.#open.at(-1)
    if (within !== undefined && !within.includes(around?.name ?? '')) {
      const blocks = within.map((block) => `{% ${block} %}`)
      return `{% ${name} %} must be directly inside ${listWords(blocks, 'or')}.`
    }
    if (around === undefined || !parts.has(name)) return null
    if (around.hasElse) return `{% ${name} %} must not follow the {% else %} of its block.`
    around.hasElse = name === 'else'
    return null
  }

  #close(name: string): TemplateProblem {
    const open = this.#open.at(-1)?.name
    if (open !== undefined && tagRules[open]?.end === name) {
      this.#open.pop()
      return null
    }
    if (this.#isIgnored) return null
    const isOpen = this.#open.some((block) => tagRules[block.name]?.end === name)
    return this.#lose(describeUnopened(name, open, isOpen))
  }

  #lines(text: string): TemplateProblem {
    if (++this.#liquids > maxLiquids)
      return this.#lose(`The template nests {% liquid %} more than ${maxLiquids} levels deep.`)
    for (const line of text.split('\n').filter((candidate) => candidate.trim() !== '')) {
      const [, name = '', args = ''] = /^\s*(#|[\w-]+)\s*(.*)$/s.exec(line) ?? []
      if (this.isOver) break
      this.#tell(this.#tag(name, args))
    }
    this.#liquids--
    return null
  }

  #expression(text: string, form: ExpressionForm, tag?: string): TemplateProblem {
    const checked = checkExpression(text, form, this.#options.filters)
    const isForeign = form === 'value' || form === 'condition'
    const place = isForeign
      ? this.#places[form === 'condition' || tag !== undefined ? 'condition' : 'value']
      : null
    if (checked.ok) {
      this.#named.push({ text, variables: checked.variables, readsMore: checked.readsMore, place })
      this.hasDefault ||= checked.hasDefault
      for (const name of checked.made) this.#made.add(name)
      if (tag === 'case' || tag === 'when') this.#compare(text, checked)
    }
    const isValue = form === 'value' && tag === undefined
    const meant = isValue && !checked.ok ? this.#rewritten(text) : null
    const problem = expressionProblem(text, checked, place, meant)
    if (problem === null || form !== 'condition' || tag === undefined) return problem
    const isAccepted = (written: string) => checkExpression(written, form, this.#options.filters).ok
    return withRewritten(problem, text, false, isAccepted)
  }

  /** What the author of a placeholder means in Liquid, if that is found. */
  #rewritten(text: string): string | null {
    const own = putNamesInBrackets(text)
    if (own !== null && checkExpression(own.expression, 'value', this.#options.filters).ok)
      return `{{ ${own.shown} }}${orOther(own.shown, own.isGuess)}`
    const meant = rewriteValue(text, this.#places.value.hasResponse)
    if (meant === null) return null
    const isValid = (form: ExpressionForm) => (each: string) =>
      checkExpression(each, form, this.#options.filters).ok
    const areValid = meant.values.every(isValid('value')) && meant.conditions.every(isValid('condition'))
    return areValid ? meant.written : null
  }

  /** Checks `{% case a %}{% when 1 %}` like `a == 1`. */
  #compare(text: string, { only, compared }: Extract<CheckedExpression, { ok: true }>): void {
    const block = this.#open.at(-1)
    if (block === undefined) return
    if (only !== null) block.subject = { text, variable: only }
    const { subject } = block
    if (subject === null) return
    for (const constant of compared)
      this.#named.push({
        text: subject.text,
        variables: [{ ...subject.variable, compared: constant }],
        readsMore: false,
        place: null,
      })
  }
}

/** The problem with an end tag that does not end the innermost open block. `isOpen`: whether it ends one around that. */
function describeUnopened(name: string, open: string | undefined, isOpen: boolean): string {
  if (open === undefined) return `{% ${name} %} has no opening tag.`
  const end = `{% ${tagRules[open]?.end} %}`
  return `{% ${name} %} does not match {% ${open} %}: ${isOpen ? `${end} is missing before it` : `write ${end} in its place`}.`
}

/** Tags of other languages, and what to write. */
const tagsElsewhere: Readonly<Record<string, string>> = {
  elif: 'elsif',
  elseif: 'elsif',
  end: 'endif',
  foreach: 'for',
  each: 'for',
  endforeach: 'endfor',
  switch: 'case',
  endswitch: 'endcase',
  print: 'echo',
  verbatim: 'raw',
  endverbatim: 'endraw',
}

const oneText = 'A template loads no other and has no parts: write the text here.'
const assigned = 'Write {% assign name = profile.name %}.'
const oneStep = 'The value of an earlier node is {{ vars.NAME }}, if the engine sends it in the payload.'
const listed = 'Write {% for item in profile.list %}…{% endfor %}.'

const tagAdvice: Readonly<Record<string, string>> = {
  set: assigned,
  let: assigned,
  var: assigned,
  const: assigned,
  do: assigned,
  with: assigned,
  endset: 'Write {% capture name %}…{% endcapture %} for a longer text.',
  ...Object.fromEntries(
    'include render layout block extends import from macro call embed section'
      .split(' ')
      .map((name) => [name, oneText]),
  ),
  while: listed,
  loop: listed,
  autoescape: 'Leave it out: values are escaped for the place where they land.',
  filter: 'Write the filter behind its value, as in {{ profile.name | upcase }}.',
  now: 'Write {{ "now" | date: "%Y-%m-%dT%H:%M:%SZ" }}.',
  timestamp: 'Write {{ "now" | date: "%s" }}.',
  uuid: 'Write {{ execution.id }}, which is new for each execution.',
  response: oneStep,
  request: oneStep,
  prompt: oneStep,
  faker: 'The service makes no random values: the engine sends them in the payload.',
  connected_content: 'A node makes one call: an earlier node makes the other one.',
  abort_message: 'Use "when" of a field, or ifEmpty: "fail", which makes no call without a value.',
}

function unknownTag(name: string): string {
  const key = name.toLowerCase()
  const advice = Object.hasOwn(tagAdvice, key) ? tagAdvice[key] : undefined
  if (advice !== undefined) return `The tag {% ${name} %} is not available. ${advice}`
  const meant = Object.hasOwn(tagsElsewhere, key)
    ? tagsElsewhere[key]
    : suggest(name, [...Object.keys(tagRules), ...ends])
  return meant
    ? `The tag {% ${name} %} is not available (did you mean {% ${meant} %}?).`
    : `The tag {% ${name} %} is not available. ${theTags}`
}

const theTags = `The tags are ${listWords(
  Object.keys(tagRules).filter((name) => /^\w/.test(name)),
  'and',
)}.`
