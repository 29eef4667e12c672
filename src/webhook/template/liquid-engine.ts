import {
  AssignTag,
  CaptureTag,
  CaseTag,
  type Context,
  CycleTag,
  type Emitter,
  ForTag,
  type Hash,
  IfTag,
  Liquid,
  TablerowTag,
  Tag,
  type TagToken,
  type Template,
  type TopLevelToken,
  toValue,
  UnlessTag,
  type Value,
  type ValueToken,
} from 'liquidjs'
import { LongNumber } from '../values/long-number.ts'
import { plainText } from '../values/text.ts'
import { describeKind, FilterFailed } from './filter-failure.ts'
import { isNumeric, registerFilters } from './filters.ts'
import { patchLiquid } from './liquid-patches.ts'
import { operators } from './operators.ts'
import { type RenderContext, TextEmitter } from './render-context.ts'
import { isStoredSecret } from './render-result.ts'
import type { MissingSecret, RefusedSecret, SecretPlace } from './secret-lookup.ts'
import { isTrue } from './truth.ts'

/** Thrown by a rendering that refers to a missing secret, or to one whose binding does not allow the use. */
export class SecretRefused extends Error {
  readonly secretName: string
  readonly place: SecretPlace
  readonly refusal: RefusedSecret | MissingSecret
  constructor(secretName: string, place: SecretPlace, refusal: RefusedSecret | MissingSecret) {
    super('a secret cannot be used')
    this.secretName = secretName
    this.place = place
    this.refusal = refusal
  }
}

/** The argument of a tag in which undefined variables are allowed. */
class Quiet {
  readonly #value: Value
  constructor(value: Value) {
    this.#value = value
  }
  *value(context: RenderContext, lenient?: boolean): Generator<unknown, unknown, unknown> {
    const value = yield this.#value.value(context, lenient)
    context.forgive()
    return value
  }
}

function quiet(value: Value): Value {
  return new Quiet(value) as unknown as Value
}

/** The truth of a condition by our rules, which differ from those of LiquidJS. */
class Truth extends Quiet {
  override *value(...parts: Parameters<Quiet['value']>): Generator<unknown, boolean, unknown> {
    return isTrue(yield* super.value(...parts))
  }
}

function truth(value: Value): Value {
  return new Truth(value) as unknown as Value
}

/** A template that runs a function between the head of a tag and its body. */
function step(token: TagToken, run: (context: RenderContext) => void): Template {
  return { token, render: run as (context: Context) => void }
}

class QuietIf extends IfTag {
  constructor(...parts: ConstructorParameters<typeof IfTag>) {
    super(...parts)
    for (const branch of this.branches) branch.value = truth(branch.value)
  }
}

class QuietUnless extends UnlessTag {
  constructor(...parts: ConstructorParameters<typeof UnlessTag>) {
    super(...parts)
    for (const branch of this.branches) branch.value = truth(branch.value)
  }
}

class QuietCase extends CaseTag {
  constructor(...parts: ConstructorParameters<typeof CaseTag>) {
    super(...parts)
    this.value = quiet(this.value)
    const forgive = step(parts[0], (context) => context.forgive())
    for (const { templates } of this.branches) templates.unshift(forgive)
    this.elseTemplates.unshift(forgive)
  }
}

/** Removes blanks from the key by which LiquidJS distinguishes loops and cycles: their source text. */
function nameWithoutBlanks(token: { getText(): string }): void {
  const text = token.getText().replace(/("[^"]*"|'[^']*')|\s+/g, '$1')
  token.getText = () => text
}

/** Refuses options of a loop that are not numbers. LiquidJS would run such a loop without items. */
function countByNumbers(options: Hash): void {
  const render = options.render.bind(options)
  options.render = function* (context) {
    const given = yield* render(context)
    const counts = Object.entries(given).filter(([name]) => name !== 'reversed')
    return { ...given, ...Object.fromEntries(counts.map(([name, value]) => [name, toCount(name, value)])) }
  }
}

function toCount(name: string, given: unknown): number | undefined {
  const value: unknown = toValue(given as never)
  if (value === undefined || value === null) return undefined
  // `offset: continue` of the first loop has an empty object here.
  if (typeof value === 'object' && Object.keys(value).length === 0 && !(value instanceof LongNumber)) return 0
  if (!isNumeric(value))
    throw new FilterFailed(`The option "${name}" of a loop is ${describeKind(value)}, and no number.`)
  return Number(value)
}

class NamedCycle extends CycleTag {
  constructor(...parts: ConstructorParameters<typeof CycleTag>) {
    super(...parts)
    const { candidates } = this as unknown as { readonly candidates: readonly ValueToken[] }
    candidates.forEach(nameWithoutBlanks)
  }
}

class SettlingFor extends ForTag {
  constructor(...parts: ConstructorParameters<typeof ForTag>) {
    super(...parts)
    nameWithoutBlanks(this.collection)
    countByNumbers(this.hash)
    const settle = step(parts[0], (context) => context.settle())
    this.templates.unshift(settle)
    this.elseTemplates.unshift(settle)
  }
}

class SettlingTablerow extends TablerowTag {
  constructor(...parts: ConstructorParameters<typeof TablerowTag>) {
    super(...parts)
    nameWithoutBlanks(this.collection)
    countByNumbers(this.args)
    this.templates.unshift(step(parts[0], (context) => context.settle()))
  }
  override *render(context: RenderContext, emitter: Emitter): Generator<unknown, void, unknown> {
    yield super.render(context, emitter)
    context.settle()
  }
}

class SettlingAssign extends AssignTag {
  override *render(context: RenderContext): Generator<unknown, void, unknown> {
    yield super.render(context)
    const { key } = this as unknown as { readonly key: string }
    // An undefined value is reported where the assigned name is used.
    if (context.bottom()[key] === undefined) context.forgiveAssignment(key)
    else context.settle()
  }
}

/** A captured text is not encoded: it is encoded where it is used. */
class PlainCapture extends CaptureTag {
  override *render(context: RenderContext): Generator<unknown, void, string> {
    const { encode } = context
    context.encode = plainText
    const emitter = new TextEmitter(context, 'text')
    yield this.liquid.renderer.renderTemplates(this.templates, context, emitter)
    context.bottom()[this.variable] = emitter.buffer
    context.encode = encode
  }
}

/** The tag that replaces `{{ secrets.NAME }}` after the check. Authors cannot write this tag. */
export class SecretTag extends Tag {
  readonly secretName: string
  readonly isDelimited: boolean
  constructor(token: TagToken, remaining: TopLevelToken[], liquid: Liquid) {
    super(token, remaining, liquid)
    const [name = '', delimited] = token.args.split(' ')
    this.secretName = name
    this.isDelimited = delimited === 'delimited'
  }
  render(context: RenderContext, emitter: Emitter & { readonly buffer: string }): void {
    const { secretName: name, isDelimited } = this
    const start = emitter.buffer.length
    const place = context.placeBehind(emitter.buffer)
    const found = context.secrets(name, place, isDelimited)
    if ('refusedBy' in found) throw new SecretRefused(name, place, found)
    const { value, isStored, isHidden, isUnknown } = found
    const text = context.encode === null ? value : context.encode(value)
    // The secret is noted before it is written, so that a text that it makes too long is known to contain it.
    context.noteSecret({ name, isStored, isHidden, isUnknown, start, end: start + text.length })
    if (isStoredSecret(found) && emitter instanceof TextEmitter) emitter.writeSecret(text)
    else emitter.write(text)
  }
}

/** The Liquid engine of all templates. */
export const engine = createEngine()

/** The names of all filters. */
export const filterNames: ReadonlySet<string> = new Set(Object.keys(engine.filters))

patchLiquid(engine)

function createEngine(): Liquid {
  const liquid = new Liquid({
    strictFilters: true,
    ownPropertyOnly: true,
    groupedExpressions: true,
    operators,
    templates: {},
    timezoneOffset: 0,
    locale: 'en-US',
    outputEscape: encodeForPlace as never,
  })
  for (const name of ['include', 'render', 'layout', 'block']) delete liquid.tags[name]
  liquid.unregisterFilter('raw')
  registerFilters(liquid)
  liquid.registerTag('if', QuietIf)
  liquid.registerTag('unless', QuietUnless)
  liquid.registerTag('case', QuietCase)
  liquid.registerTag('cycle', NamedCycle)
  liquid.registerTag('for', SettlingFor)
  liquid.registerTag('tablerow', SettlingTablerow)
  liquid.registerTag('assign', SettlingAssign)
  liquid.registerTag('capture', PlainCapture)
  liquid.registerTag('secret', SecretTag)
  return liquid
}

function encodeForPlace(this: { readonly context: Context }, value: unknown): unknown {
  const context = this.context as RenderContext
  context.settle()
  return context.encode === null ? value : context.encode(toValue(value))
}
