import {
  CaptureTag,
  CaseTag,
  Context,
  type Emitter,
  type FilterImplOptions,
  IfTag,
  Liquid,
  filters as standardFilters,
  Tag,
  type TagToken,
  type TopLevelToken,
  toValue,
  UnlessTag,
  type Value,
} from 'liquidjs'

type FilterHandler = Extract<FilterImplOptions, (...parts: never[]) => unknown>

import type { Encode } from './encode.ts'
import { plainText } from './plain-text.ts'

/** What one rendering may cost. Generous for any message, short for a mistake or an attack. */
const limits = { milliseconds: 100, characters: 4_000_000 } as const

/** Thrown by a rendering that would cost more than it may. */
export class TemplateLimit extends Error {
  /** The limit in words. */
  readonly limit: string
  constructor(what: keyof typeof limits) {
    super('a template reached a limit')
    this.limit = `${limits[what]} ${what}`
  }
}

/** Thrown by a rendering that refers to a secret that nobody sent. */
export class SecretMissing extends Error {
  readonly secretName: string
  constructor(secretName: string) {
    super('a secret is missing')
    this.secretName = secretName
  }
}

/** What templates see. */
export interface Scope {
  /** Sources, `node`, `execution`, and `response` where there is one. Without prototype. */
  readonly variables: Readonly<Record<string, unknown>>
  /** Reached by `{{ secrets.NAME }}` only, never as a variable. */
  readonly secrets: ReadonlyMap<string, string>
}

/** One rendering: what it may see and cost, and what it noticed. */
export class RenderContext extends Context {
  /** How placeholders are written; null keeps their values as they are. */
  encode: Encode | null = null
  readonly secrets: ReadonlyMap<string, string>
  readonly usedSecrets = new Set<string>()
  readonly #reported: string[] = []
  #noticed: string[] = []

  constructor({ variables, secrets }: Scope) {
    super(
      Object.assign(Object.create(null), variables),
      engine.options,
      { sync: true },
      {
        liquid: engine,
        memoryLimit: new Budget('characters') as never,
        renderLimit: new Clock() as never,
      },
    )
    this.secrets = secrets
  }

  override *_get(names: (string | number)[]): IterableIterator<unknown> {
    const value: unknown = yield super._get(names as string[])
    if (value === undefined) this.#noticed.push(names.join('.'))
    return value
  }

  /** Forgets the undefined variables that were noticed since `report` was called, or all but the first ones. */
  forgive(keep = 0): void {
    this.#noticed.length = keep
  }

  /** How many undefined variables are noticed and not yet reported. */
  get noticed(): number {
    return this.#noticed.length
  }

  /** Undefined variables that nothing has forgiven. */
  report(): readonly string[] {
    this.#reported.push(...this.#noticed)
    this.#noticed = []
    return this.#reported
  }
}

class Budget {
  #used = 0
  readonly #what: keyof typeof limits
  constructor(what: keyof typeof limits) {
    this.#what = what
  }
  use(count: number): void {
    if (count > 0) this.#used += count
    this.check(this.#used)
  }
  check(count: number): void {
    if (count > limits[this.#what]) throw new TemplateLimit(this.#what)
  }
}

/** LiquidJS tells the time with each check; the first one starts the clock. */
class Clock {
  #start: number | null = null
  check(now: number): void {
    this.#start ??= now
    if (now - this.#start > limits.milliseconds) throw new TemplateLimit('milliseconds')
  }
}

/** Collects text and counts it: static text within a loop costs memory too. */
export class TextEmitter implements Emitter {
  buffer = ''
  readonly #context: RenderContext
  constructor(context: RenderContext) {
    this.#context = context
  }
  write(value: unknown): void {
    const text = plainText(toValue(value))
    this.#context.memoryLimit.use(text.length)
    this.buffer += text
  }
}

/** A condition may ask for what is not there: only its block counts. */
class Quiet {
  readonly #value: Value
  constructor(value: Value) {
    this.#value = value
  }
  *value(context: RenderContext, lenient?: boolean): Generator<unknown, unknown, unknown> {
    const { noticed } = context
    const value = yield this.#value.value(context, lenient)
    context.forgive(noticed)
    return value
  }
}

function quiet(value: Value): Value {
  return new Quiet(value) as unknown as Value
}

class QuietIf extends IfTag {
  constructor(...parts: ConstructorParameters<typeof IfTag>) {
    super(...parts)
    for (const branch of this.branches) branch.value = quiet(branch.value)
  }
}

class QuietUnless extends UnlessTag {
  constructor(...parts: ConstructorParameters<typeof UnlessTag>) {
    super(...parts)
    for (const branch of this.branches) branch.value = quiet(branch.value)
  }
}

class QuietCase extends CaseTag {
  constructor(...parts: ConstructorParameters<typeof CaseTag>) {
    super(...parts)
    this.value = quiet(this.value)
  }
}

/** Text that is captured is encoded where it lands, not before. */
class PlainCapture extends CaptureTag {
  override *render(context: RenderContext): Generator<unknown, void, string> {
    const { encode } = context
    context.encode = plainText
    const emitter = new TextEmitter(context)
    yield this.liquid.renderer.renderTemplates(this.templates, context, emitter)
    context.bottom()[this.variable] = emitter.buffer
    context.encode = encode
  }
}

/** What `{{ secrets.NAME }}` becomes after it was checked. No author can write this tag. */
class SecretTag extends Tag {
  readonly secretName: string
  constructor(token: TagToken, remaining: TopLevelToken[], liquid: Liquid) {
    super(token, remaining, liquid)
    this.secretName = token.args
  }
  render(context: RenderContext, emitter: Emitter): void {
    const value = context.secrets.get(this.secretName)
    if (value === undefined) throw new SecretMissing(this.secretName)
    context.usedSecrets.add(this.secretName)
    emitter.write(context.encode === null ? value : context.encode(value))
  }
}

/** The one engine: what it lacks, no template can use. */
export const engine = createEngine()

function createEngine(): Liquid {
  const liquid = new Liquid({
    strictFilters: true,
    ownPropertyOnly: true,
    jsTruthy: true,
    groupedExpressions: true,
    templates: {},
    timezoneOffset: 0,
    locale: 'en-US',
    outputEscape: encodeForPlace as never,
  })
  for (const name of ['include', 'render', 'layout', 'block']) delete liquid.tags[name]
  liquid.unregisterFilter('raw')
  liquid.registerFilter('default', forgivingDefault)
  liquid.registerTag('if', QuietIf)
  liquid.registerTag('unless', QuietUnless)
  liquid.registerTag('case', QuietCase)
  liquid.registerTag('capture', PlainCapture)
  liquid.registerTag('secret', SecretTag)
  return liquid
}

function encodeForPlace(this: { readonly context: Context }, value: unknown): unknown {
  const context = this.context as RenderContext
  context.report()
  return context.encode === null ? value : context.encode(toValue(value))
}

/** The filter of LiquidJS, which here also answers for what was undefined before it. */
function forgivingDefault(
  this: ThisParameterType<FilterHandler>,
  value: unknown,
  ...rest: unknown[]
): unknown {
  const context = this.context as RenderContext
  context.forgive()
  return (standardFilters.default as FilterHandler).call(this, value, ...rest)
}
