import {
  type Emitter,
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
} from 'liquidjs'
import { directSteps, pathOf, type Step } from './direct-steps.ts'
import { asText, type Encoder } from './encode.ts'
import { checkExpression } from './expression.ts'
import type { Failure } from './failure.ts'
import { engine, filterNames, SecretRefused, SecretTag } from './liquid.ts'
import { type Path, valueAt } from './payload.ts'
import { RenderContext, type Scope, TextEmitter } from './render-context.ts'
import { TemplateLimit } from './render-cost.ts'
import { type Rendered, rendered } from './rendered.ts'
import { expressionProblem, findTemplateProblem, secretReference } from './template-check.ts'

/** A template that is well formed, or what is wrong with it in a sentence. */
export type Compiled<T> =
  | { readonly ok: true; readonly template: T }
  | { readonly ok: false; readonly problem: string }

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

const maxLength = 1_048_576

/** A text that is sent as it stands. */
export function constantTemplate(text: string): Template {
  const staticText = text.toWellFormed()
  const constant = rendered(staticText)
  return { isConstant: true, secretNames: [], staticText, text: () => constant, value: () => constant }
}

/** Whether a placeholder or tag stands in a text. */
export function isTemplate(text: string): boolean {
  return text.includes('{{') || text.includes('{%')
}

/** Parses a template. `secrets` says whether `{{ secrets.NAME }}` may stand in it. */
export function compileTemplate(text: string, options: { readonly secrets: boolean }): Compiled<Template> {
  if (!isTemplate(text)) return { ok: true, template: constantTemplate(text) }
  if (text.length > maxLength)
    return { ok: false, problem: `The template is longer than ${maxLength} characters.` }
  const tokens = tokenize(text.toWellFormed())
  if (tokens === null) return { ok: false, problem: 'A "{{" or "{%" of the template is not closed.' }
  const problem = findTemplateProblem(tokens, { ...options, filters: filterNames })
  if (problem !== null) return { ok: false, problem }
  const parsed = parse(tokens)
  if (parsed === null) return { ok: false, problem: 'The blocks of the template do not match.' }
  return { ok: true, template: textOf(parsed, tokens) }
}

function textOf(parsed: LiquidTemplate[], tokens: readonly TopLevelToken[]): Template {
  const [only] = parsed.length === 1 ? parsed : []
  if (only instanceof SecretTag) return new SecretText(only.secretName, parsed, tokens)
  const path = only instanceof Output ? pathOf(only) : null
  return path === null ? new LiquidText(parsed, tokens) : new PathText(path, parsed, tokens)
}

/** Parses a condition: an expression of Liquid without braces. */
export function compileCondition(text: string): Compiled<Condition> {
  if (isTemplate(text))
    return { ok: false, problem: 'A condition is written without braces, as in profile.score > 50.' }
  const problem = expressionProblem(text, checkExpression(text.toWellFormed(), 'value', filterNames))
  if (problem !== null) return { ok: false, problem }
  const compiled = compileTemplate(`{{ ${text} }}`, { secrets: false })
  if (!compiled.ok) return compiled
  const { template } = compiled
  return { ok: true, template: { holds: (scope) => truthOf(template.value(scope)) } }
}

/** A condition may ask for what is not there. */
function truthOf(result: Rendered<unknown>): Rendered<boolean> {
  return result.ok ? rendered(Boolean(result.value)) : result
}

class LiquidText implements Template {
  readonly isConstant = false
  readonly secretNames: readonly string[]
  readonly staticText: string
  readonly #parsed: LiquidTemplate[]
  readonly #steps: readonly Step[] | null
  readonly #isOnePlaceholder: boolean

  constructor(parsed: LiquidTemplate[], tokens: readonly TopLevelToken[]) {
    this.#parsed = parsed
    this.#steps = directSteps(parsed)
    this.secretNames = tokens.flatMap((token) => secretNameOf(token) ?? [])
    this.staticText = tokens.map(staticTextOf).join('')
    this.#isOnePlaceholder = parsed.length === 1 && parsed[0] instanceof Output
  }

  text(scope: Scope, encoder: Encoder): Rendered<string> {
    return render(this.#contextIn(scope), (context) => {
      const emitter = new TextEmitter(context)
      context.encode = encoder(emitter)
      this.#write(context, emitter)
      return emitter.buffer
    })
  }

  value(scope: Scope): Rendered<unknown> {
    if (!this.#isOnePlaceholder) return this.text(scope, asText)
    return render(this.#contextIn(scope), (context) => {
      const emitter = new ValueEmitter()
      this.#write(context, emitter)
      return emitter.value
    })
  }

  #contextIn(scope: Scope): RenderContext {
    return this.#steps === null ? RenderContext.alone(scope, engine) : RenderContext.shared(scope, engine)
  }

  #write(context: RenderContext, emitter: Emitter): void {
    if (this.#steps === null) toValueSync(engine.renderer.renderTemplates(this.#parsed, context, emitter))
    else for (const step of this.#steps) step(context, emitter)
  }
}

/** A path and nothing else, which most often leads straight to its value. */
class PathText extends LiquidText {
  readonly #path: Path

  constructor(path: Path, ...template: ConstructorParameters<typeof LiquidText>) {
    super(...template)
    this.#path = path
  }

  override value(scope: Scope): Rendered<unknown> {
    const value = valueAt(scope.variables, this.#path)
    return value === undefined ? super.value(scope) : rendered(value)
  }
}

/** A secret and nothing else. */
class SecretText extends LiquidText {
  readonly #name: string
  readonly #names: ReadonlySet<string>

  constructor(name: string, ...template: ConstructorParameters<typeof LiquidText>) {
    super(...template)
    this.#name = name
    this.#names = new Set([name])
  }

  override text(scope: Scope, encoder: Encoder): Rendered<string> {
    const secret = encoder === asText ? scope.secrets.get(this.#name) : undefined
    return typeof secret === 'string'
      ? rendered(secret.toWellFormed(), this.#names)
      : super.text(scope, encoder)
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

function render<T>(context: RenderContext, body: (context: RenderContext) => T): Rendered<T> {
  try {
    const value = context.cost.measure(() => body(context))
    const { undefinedVariables, usedSecrets } = context
    return { ok: true, value, undefinedVariables, secrets: usedSecrets }
  } catch (error) {
    return { ok: false, failure: failureOf(error) }
  }
}

/** Only what LiquidJS and its limits throw is a failure of the template. Anything else is a bug of ours. */
function failureOf(error: unknown): Omit<Failure, 'path'> {
  const cause = originalOf(error)
  if (cause instanceof SecretRefused) return refusalOf(cause)
  if (cause instanceof TemplateLimit)
    return { code: 'template_failed', detail: `The template needed more than ${cause.limit}.` }
  if (!LiquidError.is(error)) throw error
  return {
    code: 'template_failed',
    detail: 'A filter or an operator of the template cannot work with the value that it was given.',
  }
}

/** What a secret is bound to is not told: that may be the business of another tenant. */
function refusalOf({ secretName, boundTo }: SecretRefused): Omit<Failure, 'path'> {
  if (boundTo === null) return { code: 'secret_missing', detail: `The secret "${secretName}" is not known.` }
  const place = boundTo === 'hosts' ? 'URL' : 'request'
  const detail = `The secret "${secretName}" is bound to ${boundTo}, and the ${place} names none of them.`
  return { code: 'secret_not_allowed', detail }
}

function originalOf(error: unknown): unknown {
  const { originalError } = error as { originalError?: unknown }
  return LiquidError.is(error) && originalError !== undefined ? originalOf(originalError) : error
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
    return new QueueParser(engine).parseTokens(tokens.map(withSecretTag))
  } catch (error) {
    if (LiquidError.is(error)) return null
    throw error
  }
}

/** LiquidJS takes token by token from the front of an array, which for a long one means to move all others. */
class QueueParser extends Parser {
  override parseTokens(tokens: TopLevelToken[]): LiquidTemplate[] {
    const queue = tokens.toReversed()
    queue.shift = queue.pop
    return super.parseTokens(queue)
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
