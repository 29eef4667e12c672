import {
  isTruthy,
  LiquidError,
  type Template as LiquidTemplate,
  Output,
  Parser,
  TagToken,
  Tokenizer,
  type TopLevelToken,
  TypeGuards,
  toValue,
  toValueSync,
  Value,
} from 'liquidjs'
import { asText, type Encoder } from './encode.ts'
import { checkExpression } from './expression.ts'
import type { Failure } from './failure.ts'
import { engine, RenderContext, type Scope, SecretMissing, TemplateLimit, TextEmitter } from './liquid.ts'
import { expressionProblem, findTemplateProblem, secretReference } from './template-check.ts'

/** A template that is well formed, or what is wrong with it in a sentence. */
export type Compiled<T> =
  | { readonly ok: true; readonly template: T }
  | { readonly ok: false; readonly problem: string }

/** What a template came to. */
export type Rendered<T> =
  | {
      readonly ok: true
      readonly value: T
      /** Undefined variables that rendered as nothing, as the author wrote them. */
      readonly undefinedVariables: readonly string[]
      /** Names of the secrets that the value carries. */
      readonly secrets: ReadonlySet<string>
    }
  | { readonly ok: false; readonly failure: Omit<Failure, 'path'> }

/** A string of the config in which placeholders may stand. */
export interface Template {
  /** Whether it says the same whatever the payload is. */
  readonly isConstant: boolean
  /** Names of the secrets that it refers to. */
  readonly secretNames: readonly string[]
  /** What the author wrote outside of placeholders and tags. */
  readonly staticText: string
  /** The text, with every placeholder encoded for the place where it lands. */
  text(scope: Scope, encoder: Encoder): Rendered<string>
  /** The value: of a template that is nothing but one placeholder with its type, of any other its text. */
  value(scope: Scope): Rendered<unknown>
}

/** A condition: true or false. */
export interface Condition {
  holds(scope: Scope): Rendered<boolean>
}

const filterNames: ReadonlySet<string> = new Set(Object.keys(engine.filters))
const maxLength = 1_048_576

/** A text that is sent as it stands. */
export function constantTemplate(text: string): Template {
  const rendered = plain(text)
  return { isConstant: true, secretNames: [], staticText: text, text: () => rendered, value: () => rendered }
}

/** Parses a template. `secrets` says whether `{{ secrets.NAME }}` may stand in it. */
export function compileTemplate(text: string, options: { readonly secrets: boolean }): Compiled<Template> {
  const wellFormed = text.toWellFormed()
  if (!wellFormed.includes('{{') && !wellFormed.includes('{%'))
    return { ok: true, template: constantTemplate(wellFormed) }
  if (text.length > maxLength)
    return { ok: false, problem: `The template is longer than ${maxLength} characters.` }
  const tokens = tokenize(wellFormed)
  if (tokens === null) return { ok: false, problem: 'A "{{" or "{%" of the template is not closed.' }
  const problem = findTemplateProblem(tokens, { ...options, filters: filterNames })
  if (problem !== null) return { ok: false, problem }
  const parsed = parse(tokens)
  if (parsed === null) return { ok: false, problem: 'The blocks of the template do not match.' }
  return { ok: true, template: new LiquidText(parsed, tokens) }
}

/** Parses a condition: an expression of Liquid without braces. */
export function compileCondition(text: string): Compiled<Condition> {
  if (text.includes('{{') || text.includes('{%'))
    return { ok: false, problem: 'A condition is written without braces, as in profile.score > 50.' }
  const problem = expressionProblem(text, checkExpression(text.toWellFormed(), 'value', filterNames))
  if (problem !== null) return { ok: false, problem }
  const value = new Value(text.toWellFormed(), engine)
  return {
    ok: true,
    template: {
      holds: (scope) =>
        render(scope, (context) => isTruthy(toValueSync(value.value(context, true)), context)),
    },
  }
}

class LiquidText implements Template {
  readonly isConstant = false
  readonly secretNames: readonly string[]
  readonly staticText: string
  readonly #parsed: LiquidTemplate[]
  readonly #isOnePlaceholder: boolean

  constructor(parsed: LiquidTemplate[], tokens: readonly TopLevelToken[]) {
    this.#parsed = parsed
    this.secretNames = tokens.flatMap((token) => secretNameOf(token) ?? [])
    this.staticText = tokens.map(staticTextOf).join('')
    this.#isOnePlaceholder = parsed.length === 1 && parsed[0] instanceof Output
  }

  text(scope: Scope, encoder: Encoder): Rendered<string> {
    return render(scope, (context) => {
      const emitter = new TextEmitter(context)
      context.encode = encoder(emitter)
      toValueSync(engine.renderer.renderTemplates(this.#parsed, context, emitter))
      return emitter.buffer
    })
  }

  value(scope: Scope): Rendered<unknown> {
    if (!this.#isOnePlaceholder) return this.text(scope, asText)
    return render(scope, (context) => {
      const emitter = new ValueEmitter()
      toValueSync(engine.renderer.renderTemplates(this.#parsed, context, emitter))
      return emitter.value
    })
  }
}

/** Takes the one value of the one placeholder as it is. */
class ValueEmitter {
  buffer = ''
  value: unknown
  write(value: unknown): void {
    this.value = toValue(value)
  }
}

function render<T>(scope: Scope, body: (context: RenderContext) => T): Rendered<T> {
  const context = new RenderContext(scope)
  try {
    const value = body(context)
    return { ok: true, value, undefinedVariables: context.report(), secrets: context.usedSecrets }
  } catch (error) {
    return { ok: false, failure: failureOf(error) }
  }
}

/** Only what LiquidJS and its limits throw is a failure of the template. Anything else is a bug of ours. */
function failureOf(error: unknown): Omit<Failure, 'path'> {
  const cause = originalOf(error)
  if (cause instanceof SecretMissing)
    return { code: 'secret_missing', detail: `The secret "${cause.secretName}" is not known.` }
  if (cause instanceof TemplateLimit)
    return { code: 'template_failed', detail: `The template needed more than ${cause.limit}.` }
  if (!LiquidError.is(error)) throw error
  return {
    code: 'template_failed',
    detail: 'A filter or an operator of the template cannot work with the value that it was given.',
  }
}

function originalOf(error: unknown): unknown {
  const { originalError } = error as { originalError?: unknown }
  return LiquidError.is(error) && originalError !== undefined ? originalOf(originalError) : error
}

function plain<T>(value: T): Rendered<T> {
  return { ok: true, value, undefinedVariables: [], secrets: new Set() }
}

function tokenize(text: string): TopLevelToken[] | null {
  try {
    return new Tokenizer(text, engine.options.operators, undefined, undefined, true).readTopLevelTokens(
      engine.options,
    )
  } catch (error) {
    if (LiquidError.is(error)) return null
    throw error
  }
}

function parse(tokens: readonly TopLevelToken[]): LiquidTemplate[] | null {
  try {
    return new Parser(engine).parseTokens(tokens.map(withSecretTag))
  } catch (error) {
    if (LiquidError.is(error)) return null
    throw error
  }
}

function secretNameOf(token: TopLevelToken): string | null {
  return TypeGuards.isOutputToken(token) ? (secretReference.exec(token.content)?.[1] ?? null) : null
}

function staticTextOf(token: TopLevelToken): string {
  return TypeGuards.isHTMLToken(token) ? token.getContent() : ''
}

/** A secret is no variable, so that no filter, loop or computed name can reach one. */
function withSecretTag(token: TopLevelToken): TopLevelToken {
  const name = secretNameOf(token)
  if (name === null) return token
  const text = `{% secret ${name} %}`
  return new TagToken(text, 0, text.length, engine.options)
}
