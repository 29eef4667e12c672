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
import { describePlace } from '../values/json-syntax.ts'
import { type Path, valueAt } from '../values/lookup.ts'
import { didYouMean } from '../values/suggest.ts'
import { withoutTexts } from '../values/without-texts.ts'
import { isOnSecret, withRewritten } from './elsewhere/rewrite-condition.ts'
import { asFormValue, asQueryValue, asText, EncodedText, type Encoder } from './encoders.ts'
import { checkExpression } from './expression-syntax.ts'
import { compileFastPath, readPath, type Step } from './fast-path.ts'
import { FilterFailed, unwrapError } from './filter-failure.ts'
import type { KnownNames } from './known-names.ts'
import { engine, filterNames, SecretRefused, SecretTag } from './liquid-engine.ts'
import { type Located, locate } from './locate-error.ts'
import { BudgetExceeded, TextTooLong } from './render-budget.ts'
import { RenderContext, type Scope, TextEmitter } from './render-context.ts'
import {
  mustBeSilent,
  type RenderProblem,
  type RenderResult,
  rendered,
  secretInvalid,
} from './render-result.ts'
import { noPaths, type ResponsePaths } from './response-paths.ts'
import type { RefusedSecret, SecretPlace } from './secret-lookup.ts'
import { isDelimited, type Surroundings, secretPlaceBehind, type TextPlace } from './secret-shape.ts'
import { checkTemplate, expressionProblem, quoted, secretReference } from './tag-rules.ts'
import { isTrue } from './truth.ts'
import {
  dropLastFilter,
  findEchoedJson,
  findWrittenForm,
  keepWrittenForm,
  unquoteJson,
} from './written-form.ts'

/** A compiled template or condition, or the problem with it as a sentence. */
export type Compiled<T> =
  | { readonly ok: true; readonly template: T }
  | {
      readonly ok: false
      readonly problem: string
      /** Further problems of the same text. */
      readonly others?: readonly string[]
    }

/** A string of a node that may have placeholders. */
export interface Template {
  /** Whether the result does not depend on the payload. */
  readonly isConstant: boolean
  /** Names of the secrets that the template refers to. */
  readonly secretNames: readonly string[]
  /** The author's text outside of placeholders and tags. */
  readonly staticText: string
  /** The parts of the response that the template reads. */
  readonly responsePaths: ResponsePaths
  /** Whether the template has a filter `default`. */
  readonly hasDefault: boolean
  /**
   * The placeholders in the order in which they are written, each as the author wrote it, in quotes. Null if tags decide which
   * are written. For messages: it is made anew each time.
   */
  readonly placeholders: readonly string[] | null
  /** Renders the text. The encoder writes each placeholder for its place. */
  text(scope: Scope, encoder: Encoder): RenderResult<string>
  /** Renders the value. A template of exactly one placeholder keeps the type; any other gives its text. */
  value(scope: Scope): RenderResult<unknown>
}

/** A compiled condition. */
export interface Condition {
  /** The parts of the response that the condition reads. */
  readonly responsePaths: ResponsePaths
  holds(scope: Scope): RenderResult<boolean>
}

const maxLength = 1_048_576

/** A template for a text that is sent unchanged. */
export function constantTemplate(text: string): Template {
  const staticText = text.toWellFormed()
  const constant = rendered(staticText)
  return {
    isConstant: true,
    secretNames: [],
    staticText,
    responsePaths: noPaths,
    hasDefault: false,
    placeholders: [],
    text: () => constant,
    value: () => constant,
  }
}

/** Whether a text has a placeholder or tag. */
export function isTemplate(text: string): boolean {
  return text.includes('{{') || text.includes('{%')
}

/** The place of a template in the request; null for a place without secrets, such as `capture`. */
export type TemplatePlace = TextPlace | null

/**
 * Parses a template. `names` are the known variables; without it any are allowed. `outputs`: whether placeholders are used
 * for their values or for their truth.
 */
export function compileTemplate(
  text: string,
  place: TemplatePlace,
  names: KnownNames | null = null,
  outputs: 'value' | 'condition' = 'value',
): Compiled<Template> {
  if (!isTemplate(text)) return { ok: true, template: constantTemplate(text) }
  if (text.length > maxLength)
    return { ok: false, problem: `The template is longer than ${maxLength} characters.` }
  const tokens = wholeValue(tokenize(text.toWellFormed()), place)
  if (tokens === null) return { ok: false, problem: describeUnclosed(text) }
  const checked = checkTemplate(tokens, { secrets: place !== null, filters: filterNames, names, outputs })
  if (!checked.ok) return checked
  const parsed = parse(tokens, place ?? 'body')
  if (parsed === null)
    return { ok: false, problem: 'The opening and closing tags of the template do not match.' }
  return { ok: true, template: compileText({ ...parsed, ...checked, tokens }, place ?? 'body') }
}

/** Names the first opening braces without closing ones, by their place: a text of the template may be a credential. */
function describeUnclosed(text: string): string {
  for (let at = findCode(text, 0); at !== -1; ) {
    const [open, close] = text[at + 1] === '{' ? ['{{', '}}'] : ['{%', '%}']
    const end = text.indexOf(close, at + 2)
    if (open === '{%' && /^\s?\$/.test(text.slice(at + 2, at + 4)))
      return `The "{% $" at ${describePlace(text, at)} is JSONata, as in AWS Step Functions: write a placeholder of Liquid, as in {{ profile.email }}.`
    if (end === -1)
      return `The "${open}" at ${describePlace(text, at)} is not closed: write "${close}" behind its expression.`
    if (hasOpenQuote(text, at + 2, end)) return describeOpenQuote(text, at, end)
    at = findCode(text, end + 2)
  }
  return 'A "{{", "{%" or {% raw %} of the template is not closed.'
}

/** Liquid takes the closing braces for a part of a text whose quote is open. */
function describeOpenQuote(text: string, at: number, end: number): string {
  const slash = /\\["']/.test(text.slice(at, end)) ? ' Write the quotes without backslashes before them.' : ''
  return `In the expression behind "${text.slice(at, at + 2)}" at ${describePlace(text, at)} a quote is not closed: write it before the closing braces.${slash}`
}

function hasOpenQuote(text: string, start: number, end: number): boolean {
  let quote = ''
  for (let at = start; at < end; at++) {
    const character = text[at] ?? ''
    if (quote === '') quote = character === '"' || character === "'" ? character : ''
    else if (character === '\\') at++
    else if (character === quote) quote = ''
  }
  return quote !== ''
}

function findCode(text: string, from: number): number {
  const [output, tag] = [text.indexOf('{{', from), text.indexOf('{%', from)]
  return output === -1 || tag === -1 ? Math.max(output, tag) : Math.min(output, tag)
}

/** A checked and parsed template. */
interface Source extends Parsed {
  readonly tokens: readonly TopLevelToken[]
  readonly responsePaths: ResponsePaths
  readonly hasDefault: boolean
}

function compileText(source: Source, place: TextPlace): Template {
  const { templates: parsed, hasEncoded } = source
  if (hasEncoded && place === 'query') return new EncodedValue(asQueryValue, source, place)
  if (hasEncoded && place === 'formBody') return new EncodedValue(asFormValue, source, place)
  const [only] = parsed.length === 1 ? parsed : []
  if (only instanceof Output && place === 'jsonBody' && findWrittenForm(only) === 'json') dropLastFilter(only)
  if (only instanceof SecretTag && place !== 'url') return new SecretText(only, source, place)
  const path = only instanceof Output ? readPath(only) : null
  return path === null ? new LiquidText(source, place) : new PathText(path, source, place)
}

/** Parses a condition: an expression of Liquid without braces. */
export function compileCondition(text: string, names: KnownNames | null = null): Compiled<Condition> {
  const compiled = compilePlainCondition(text, names)
  if (compiled.ok) return compiled
  const { problem } = compiled
  const isAccepted = (meant: string) => compilePlainCondition(meant, names).ok
  const hasResponse = Object.hasOwn(names ?? {}, 'response')
  if (hasResponse && isOnSecret(text)) return { ok: false, problem: problem + inEngine }
  return { ok: false, problem: withRewritten(problem, text, hasResponse, isAccepted) }
}

const inEngine =
  ' To compare with a secret, keep the value of the response with "capture", and let the engine compare.'

function compilePlainCondition(text: string, names: KnownNames | null): Compiled<Condition> {
  if (isTemplate(withoutTexts(text))) return { ok: false, problem: withoutBraces(text, names) }
  const checked = checkExpression(text.toWellFormed(), 'condition', filterNames)
  const place = { isCondition: true, hasResponse: Object.hasOwn(names ?? {}, 'response') }
  const problem = expressionProblem(text, checked, place) ?? (place.hasResponse ? alwaysTrue(text) : null)
  if (problem !== null) return { ok: false, problem }
  const compiled = compileTemplate(`{{ ${text} }}`, null, names, 'condition')
  if (!compiled.ok) return compiled
  const { template } = compiled
  const { responsePaths } = template
  return { ok: true, template: { responsePaths, holds: (scope) => toTruth(template.value(scope)) } }
}

/** The problem with a verdict that no response changes. */
function alwaysTrue(text: string): string | null {
  return text.trim() === 'true'
    ? '"true" is invalid: it is always true; compare a value, as in response.json.ok == true, or for any status response.status > 0.'
    : null
}

/** The problem with a condition in braces, with what is wrong within them. */
function withoutBraces(text: string, names: KnownNames | null): string {
  const inner = /^=?\s*\{\{-?([^{}]+)\}\}\s*$/.exec(text)?.[1]?.replace(/-$/, '')
  if (inner === undefined)
    return 'A condition must be written without braces, as in profile.score > 50, and in "expect" response.status == 200.'
  const compiled = compilePlainCondition(inner, names)
  return `A condition must be written without braces${compiled.ok ? `, as in ${quoted(inner)}.` : `. ${compiled.problem}`}`
}

function toTruth(result: RenderResult<unknown>): RenderResult<boolean> {
  return result.ok ? { ...result, value: isTrue(result.value) } : result
}

class LiquidText implements Template {
  readonly isConstant = false
  readonly secretNames: readonly string[]
  readonly staticText: string
  readonly responsePaths: ResponsePaths
  readonly hasDefault: boolean
  readonly #parsed: LiquidTemplate[]
  readonly #steps: readonly Step[] | null
  readonly #isOnePlaceholder: boolean
  readonly #place: TextPlace

  constructor({ templates: parsed, tokens, responsePaths, hasDefault }: Source, place: TextPlace) {
    this.#parsed = parsed
    this.#place = place
    this.responsePaths = responsePaths
    this.hasDefault = hasDefault
    this.#steps = compileFastPath(parsed)
    this.secretNames = tokens.flatMap((token) => readSecretName(token) ?? [])
    this.staticText = tokens.map(readStaticText).join('')
    this.#isOnePlaceholder = parsed.length === 1 && parsed[0] instanceof Output
  }

  get placeholders(): readonly string[] | null {
    const written = this.#parsed.filter(({ token }) => !TypeGuards.isHTMLToken(token))
    const names = written.map(readPlaceholder)
    return names.every((name) => name !== null) ? names : null
  }

  text(scope: Scope, encoder: Encoder): RenderResult<string> {
    return render(this.#contextIn(scope), this.#place, (context) => {
      context.place = this.#place
      const emitter = new TextEmitter(context)
      context.encode = encoder(emitter)
      this.#write(context, emitter)
      return emitter.buffer
    })
  }

  value(scope: Scope): RenderResult<unknown> {
    if (!this.#isOnePlaceholder) return this.text(scope, asText)
    return render(this.#contextIn(scope), this.#place, (context) => {
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

/** A template that consists of one path. */
class PathText extends LiquidText {
  readonly #path: Path

  constructor(path: Path, ...template: ConstructorParameters<typeof LiquidText>) {
    super(...template)
    this.#path = path
  }

  override value(scope: Scope): RenderResult<unknown> {
    const value = valueAt(scope.variables, this.#path)
    return value === undefined ? super.value(scope) : rendered(value)
  }
}

/** A template that consists of one secret. */
class SecretText extends LiquidText {
  readonly #tag: SecretTag
  readonly #place: SecretPlace

  constructor(tag: SecretTag, source: Source, place: TextPlace) {
    super(source, place)
    this.#tag = tag
    this.#place = secretPlaceBehind(place, '')
  }

  override text(scope: Scope, encoder: Encoder): RenderResult<string> {
    const { secretName: name, isDelimited } = this.#tag
    const found = encoder === asText ? scope.secrets(name, this.#place, isDelimited) : undefined
    if (found === undefined || 'refusedBy' in found) return super.text(scope, encoder)
    const { isStored, isHidden, isUnknown } = found
    const value = found.value.toWellFormed()
    return rendered(value, [{ name, isStored, isHidden, isUnknown, start: 0, end: value.length }])
  }
}

/** The value of a parameter with a part that a filter has encoded. */
class EncodedValue extends LiquidText {
  readonly #encoder: Encoder

  constructor(encoder: Encoder, ...template: ConstructorParameters<typeof LiquidText>) {
    super(...template)
    this.#encoder = encoder
  }

  override value(scope: Scope): RenderResult<unknown> {
    const text = this.text(scope, this.#encoder)
    return text.ok && text.value !== '' ? { ...text, value: new EncodedText(text.value) } : text
  }
}

/** Keeps the value of the only placeholder unchanged. */
class ValueEmitter {
  buffer = ''
  value: unknown
  write(value: unknown): void {
    this.value = toValue(value)
  }
}

function render<T>(
  context: RenderContext,
  place: TextPlace,
  body: (context: RenderContext) => T,
): RenderResult<T> {
  try {
    const value = body(context)
    const { undefinedVariables, writtenSecrets: secrets } = context
    return { ok: true, value, undefinedVariables, secrets }
  } catch (error) {
    const failure = toRenderProblem(error, place)
    return {
      ok: false,
      failure: isOfLength(failure) && mustBeSilent(context.writtenSecrets) ? secretInvalid : failure,
    }
  }
}

function isOfLength({ code }: RenderProblem): boolean {
  return code === 'url_invalid' || code === 'header_invalid' || code === 'request_too_large'
}

/** Turns errors of LiquidJS and of the limits into failures of the template. Any other error is a bug of the service. */
function toRenderProblem(error: unknown, place: TextPlace): RenderProblem {
  const cause = unwrapError(error)
  if (cause instanceof SecretRefused) return toSecretProblem(cause)
  if (cause instanceof TextTooLong) return tooLong(cause, locate(error, place))
  if (!LiquidError.is(error) && !(cause instanceof BudgetExceeded)) throw error
  const found = locate(error, place)
  if (cause instanceof BudgetExceeded)
    return {
      code: 'template_failed',
      detail: `The templates of the node needed more than ${cause.limit}.${describeWhere('The limit was reached in', found)}`,
      hint: (found.isInLoop ? ofLoop : ofBudget) + (cause.limit.includes('characters') ? '' : ofTime),
      exceedsBudget: true,
    }
  const what =
    cause instanceof FilterFailed
      ? cause.message
      : 'An operator or a tag of the template cannot work with the value that it was given.'
  const hint = (cause instanceof FilterFailed ? cause.hint : null) ?? ofValue
  return { code: 'template_failed', detail: `${what}${describeWhere('It stands in', found)}`, hint }
}

const ofValue =
  'Correct the value in the payload, or give the template another one: the filter default stands in for what is missing, {% if %} leaves out what does not fit.'

const ofLoop =
  'Let the loop of the template go through fewer items, as in {% for item in profile.list limit: 100 %}, or prepare the value in the payload.'

const ofBudget =
  'Give the template shorter values or fewer filters, or prepare the value in a node before this one.'

const ofTime = ' The operator of the service can raise the limit of processor time (MAX_RENDER_MS).'

/** The message does not show the values of a binding, because they may concern another tenant. */
function toSecretProblem({ secretName, place, refusal }: SecretRefused): RenderProblem {
  const secret = `The secret "${secretName}"`
  const { refusedBy } = refusal
  if (refusedBy === 'missing')
    return {
      code: 'secret_missing',
      detail: `${secret} is not known.${didYouMean(refusal.meant)}`,
      refusedBy,
    }
  const detail = `${secret} ${refusals[refusedBy](place)}`
  const hint = refusedBy === 'tenants' ? ofTenant : null
  return { code: 'secret_not_allowed', detail, ...(hint !== null && { hint }), refusedBy }
}

const ofTenant =
  'Send "tenant" beside the node, if the request has none, or use a secret that is for this tenant. The operator can add the tenant to "tenants" of the secret in SECRETS_FILE.'

const places: Readonly<Record<SecretPlace, string>> = {
  auth: '"auth"',
  headers: 'a header',
  path: 'the path of the URL',
  query: 'the query of the URL',
  body: 'the body',
  tls: '"tls"',
  signing: '"signing"',
}

const shapes: Readonly<Partial<Record<SecretPlace, string>>> = {
  path: 'must be a whole segment of the path, or stand behind the literal beginning of one.',
  body: 'must be the whole value of a field of the body, or in a raw body stand between the delimiters of its author: >…<, quotes or =…&.',
}

const refusals: Readonly<Record<RefusedSecret['refusedBy'], (place: SecretPlace) => string>> = {
  in: (place) =>
    `may not stand in ${places[place]}: "in" of its entry in SECRETS_FILE does not name "${place}".`,
  shape: (place) =>
    shapes[place] ??
    'must not stand beside a placeholder, within an escape, or right before a letter or digit.',
  hosts: (place) =>
    `may not be sent in ${places[place]} to this host: "hosts" of its entry does not name it.`,
  ports: (place) =>
    `may not be sent in ${places[place]} to this port: "ports" of its entry does not name it.`,
  paths: (place) =>
    `may not be sent in ${places[place]} to this path: "paths" of its entry does not name it.`,
  tenants: (place) =>
    `may not be sent in ${places[place]} for this request: "tenants" of its entry does not name its tenant.`,
}

function describeWhere(verb: string, { where }: Located): string {
  return where === null ? '' : ` ${verb} ${where}.`
}

function tooLong({ part, limit }: TextTooLong, found: Located): RenderProblem {
  const place = describeWhere('It became too long in', found)
  if (part === 'url')
    return { code: 'url_invalid', detail: `The rendered URL is longer than ${limit} characters.${place}` }
  if (part === 'header')
    return {
      code: 'header_invalid',
      detail: `The rendered value is longer than ${limit} characters.${place}`,
      hint: 'Let the template of the header write less, or send the value in the body of the request.',
    }
  const detail = `The rendered text has more than ${limit} characters, the most that the service sends.${place}`
  return { code: 'request_too_large', detail }
}

/** Treats `echo` like a placeholder if it writes JSON and is the whole text of a string in JSON: the result is the value. */
function wholeValue(tokens: TopLevelToken[] | null, place: TemplatePlace): TopLevelToken[] | null {
  const [only, ...others] = tokens ?? []
  if (only === undefined || others.length > 0 || place !== 'jsonBody') return tokens
  const value = findEchoed(only)
  return value === null ? tokens : tokenize(`{{ ${value} }}`)
}

function findEchoed(token: TopLevelToken): string | null {
  try {
    return findEchoedJson(token, engine)
  } catch (error) {
    // The check of all templates reports the error.
    if (LiquidError.is(error)) return null
    throw error
  }
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

interface Parsed {
  readonly templates: LiquidTemplate[]
  /** Whether a placeholder writes its value as a URL or form has it. */
  readonly hasEncoded: boolean
}

function parse(tokens: readonly TopLevelToken[], place: TextPlace): Parsed | null {
  try {
    let isBehindPath = false
    const prepared = tokens.map((token, index) => {
      const own = readOwnText(tokens[index - 1])
      isBehindPath ||= own !== null && /[?#]/.test(own)
      const around = { before: own, behind: readOwnText(tokens[index + 1]), isBehindPath }
      return withSecretTag(token, around, place)
    })
    const parser = new QueueParser(place === 'rawJson' ? unquoteJson(prepared, engine) : noTokens)
    const templates = parser.parseTokens(prepared)
    return { templates, hasEncoded: parser.hasEncoded }
  } catch (error) {
    if (LiquidError.is(error)) return null
    throw error
  }
}

const noTokens: ReadonlySet<TopLevelToken> = new Set()

/** LiquidJS shifts tokens off the front of an array, which takes quadratic time for a long template. This parser does not. */
class QueueParser extends Parser {
  /** Whether a placeholder writes its value as a URL or form has it. */
  hasEncoded = false
  readonly #unquoted: ReadonlySet<TopLevelToken>

  constructor(unquoted: ReadonlySet<TopLevelToken>) {
    super(engine)
    this.#unquoted = unquoted
  }

  override parseToken(...parts: Parameters<Parser['parseToken']>): ReturnType<Parser['parseToken']> {
    const template = super.parseToken(...parts)
    const form = findWrittenForm(template)
    if (form === null) return template
    this.hasEncoded ||= form === 'url'
    keepWrittenForm(template, this.#unquoted.has(parts[0]) ? 'quotedJson' : form, engine)
    return template
  }

  override parseTokens(tokens: TopLevelToken[]): LiquidTemplate[] {
    const queue = tokens.toReversed()
    queue.shift = queue.pop
    return super.parseTokens(queue)
  }
}

/** A placeholder as the author wrote it; null for a tag. */
function readPlaceholder(template: LiquidTemplate): string | null {
  if (template instanceof SecretTag) return quoted(`secrets.${template.secretName}`)
  return template instanceof Output
    ? quoted((template.token as unknown as { content: string }).content)
    : null
}

function readSecretName(token: TopLevelToken): string | null {
  return TypeGuards.isOutputToken(token) ? (secretReference.exec(token.content)?.[1] ?? null) : null
}

function readStaticText(token: TopLevelToken): string {
  return TypeGuards.isHTMLToken(token) ? token.getContent() : ''
}

/** The author's text in a token: empty at an end of the template, null for a placeholder or tag. */
function readOwnText(token: TopLevelToken | undefined): string | null {
  if (token === undefined) return ''
  return TypeGuards.isHTMLToken(token) ? token.getContent() : null
}

/** Replaces a reference to a secret by a tag. Secrets are not variables, so filters, loops and computed names cannot access them. */
function withSecretTag(token: TopLevelToken, surroundings: Surroundings, place: TextPlace): TopLevelToken {
  const name = readSecretName(token)
  if (name === null) return token
  const text = `{% secret ${name} ${isDelimited(place, surroundings) ? 'delimited' : 'open'} %}`
  return new TagToken(text, 0, text.length, engine.options)
}
