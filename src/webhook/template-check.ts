import { type TopLevelToken, TypeGuards } from 'liquidjs'
import { type CheckedExpression, checkExpression, type TagForm, type VariablePath } from './expression.ts'
import { secretNamePattern } from './name-patterns.ts'

const { isOutputToken, isTagToken } = TypeGuards

/** What is wrong with a template, in the words of its author. */
export type TemplateProblem = string | null

interface TagRule {
  readonly form: TagForm | 'value'
  /** The tag that ends the block. */
  readonly end?: string
  /** The blocks that the tag may stand in directly. */
  readonly within?: readonly string[]
  /** The block that must be somewhere around the tag. */
  readonly inside?: string
}

/** The tags that templates may use: those of LiquidJS, less what reads other templates. */
const tagRules: Readonly<Record<string, TagRule>> = {
  if: { form: 'value', end: 'endif' },
  unless: { form: 'value', end: 'endunless' },
  elsif: { form: 'value', within: ['if', 'unless'] },
  else: { form: 'nothing', within: ['if', 'unless', 'case', 'for'] },
  case: { form: 'value', end: 'endcase' },
  when: { form: 'when', within: ['case'] },
  for: { form: 'for', end: 'endfor' },
  tablerow: { form: 'for', end: 'endtablerow' },
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
/** Each of them reads again all that the next one holds. */
const maxLiquids = 5

/** The reference to a secret, which must be all that its placeholder says. */
export const secretReference = new RegExp(`^secrets\\.(${secretNamePattern})$`)

interface CheckOptions {
  readonly filters: ReadonlySet<string>
  /** Whether `{{ secrets.NAME }}` may stand here. */
  readonly secrets: boolean
}

/** Walks through the tokens of a template and names the first thing that is not well formed or not allowed. */
export function findTemplateProblem(
  tokens: readonly TopLevelToken[],
  options: CheckOptions,
): TemplateProblem {
  const walk = new BlockWalk(options)
  for (const token of tokens) {
    const problem = walk.visit(token)
    if (problem !== null) return problem
  }
  return walk.finish()
}

/** Why a checked expression may not stand where it does; null where it may. */
export function expressionProblem(text: string, checked: CheckedExpression): TemplateProblem {
  if (!checked.ok) return `${quoted(text)} is not well formed: ${checked.problem}.`
  return checked.variables.some(isSecret) ? secretProblem(text) : null
}

function secretProblem(text: string): string {
  return `${quoted(text)} uses a secret as a variable. Refer to it as {{ secrets.NAME }} and nothing else, in auth, url, query, headers or body.`
}

function isSecret({ root }: VariablePath): boolean {
  return root === 'secrets'
}

/** Without the texts in it, which may be credentials. */
function quoted(text: string): string {
  const shown = text.trim().replace(/"[^"]*"?|'[^']*'?/g, '"…"')
  return `"${shown.length > 60 ? `${shown.slice(0, 60)}…` : shown}"`
}

class BlockWalk {
  readonly #open: string[] = []
  readonly #options: CheckOptions
  /** How many {% liquid %} stand in one another. */
  #liquids = 0

  constructor(options: CheckOptions) {
    this.#options = options
  }

  visit(token: TopLevelToken): TemplateProblem {
    if (isTagToken(token)) return this.#tag(token.name, token.args)
    if (this.#isIgnored || !isOutputToken(token)) return null
    return this.#output(token.content)
  }

  finish(): TemplateProblem {
    const open = this.#open.at(-1)
    return open === undefined ? null : `{% ${open} %} is not closed: {% ${tagRules[open]?.end} %} is missing.`
  }

  /** Within a comment nothing counts but its end. */
  get #isIgnored(): boolean {
    return this.#open.at(-1) === 'comment' || this.#open.at(-1) === 'raw'
  }

  #output(content: string): TemplateProblem {
    if (!secretReference.test(content)) return this.#expression(content, 'value')
    if (!this.#options.secrets) return secretProblem(content)
    return this.#open.includes('capture') ? secretProblem(content) : null
  }

  #tag(name: string, args: string): TemplateProblem {
    if (ends.has(name)) return this.#close(name)
    if (this.#isIgnored) return null
    const rule = Object.hasOwn(tagRules, name) ? tagRules[name] : undefined
    if (rule === undefined) return `The tag {% ${name} %} is not available.`
    if (rule.within !== undefined && !rule.within.includes(this.#open.at(-1) ?? ''))
      return `{% ${name} %} stands outside of ${rule.within.map((block) => `{% ${block} %}`).join(', ')}.`
    if (rule.inside !== undefined && !this.#open.includes(rule.inside))
      return `{% ${name} %} stands outside of {% ${rule.inside} %}.`
    if (name === 'liquid') return this.#lines(args)
    if (rule.end !== undefined) this.#open.push(name)
    if (this.#open.length > maxBlocks) return `Blocks are nested deeper than ${maxBlocks} levels.`
    return this.#expression(args, rule.form)
  }

  #close(name: string): TemplateProblem {
    const open = this.#open.at(-1)
    if (open !== undefined && tagRules[open]?.end === name) {
      this.#open.pop()
      return null
    }
    return this.#isIgnored ? null : `{% ${name} %} closes nothing that is open.`
  }

  #lines(text: string): TemplateProblem {
    if (++this.#liquids > maxLiquids) return `{% liquid %} is nested deeper than ${maxLiquids} levels.`
    for (const line of text.split('\n').filter((candidate) => candidate.trim() !== '')) {
      const [, name = '', args = ''] = /^\s*(#|[\w-]+)\s*(.*)$/s.exec(line) ?? []
      const problem = this.#tag(name, args)
      if (problem !== null) return problem
    }
    this.#liquids--
    return null
  }

  #expression(text: string, form: TagForm | 'value'): TemplateProblem {
    return expressionProblem(text, checkExpression(text, form, this.#options.filters))
  }
}
