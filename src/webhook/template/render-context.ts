import { Context, type Emitter, type Liquid, toValue } from 'liquidjs'
import { sources } from '../../contract/payload.ts'
import { nearestOf, type Path } from '../values/lookup.ts'
import { plainText } from '../values/text.ts'
import type { Encode } from './encoders.ts'
import { RenderBudget, refuseLength, type TextPart } from './render-budget.ts'
import type { UndefinedVariable, WrittenSecret } from './render-result.ts'
import type { FoundSecret, MissingSecret, RefusedSecret, SecretPlace } from './secret-lookup.ts'
import { secretPlaceBehind, type TextPlace } from './secret-shape.ts'

/** Finds the secret of a `{{ secrets.NAME }}`. */
export type UseSecret = (
  name: string,
  place: SecretPlace,
  isDelimited: boolean,
) => FoundSecret | RefusedSecret | MissingSecret

/** For templates without secrets. */
export const noSecrets: UseSecret = () => ({ refusedBy: 'missing', meant: null })

/** The scope of templates. */
export interface Scope {
  /** The sources, `node`, `execution`, and `response` if there is one. */
  readonly variables: Readonly<Record<string, unknown>>
  /** Only `{{ secrets.NAME }}` has access to secrets. They are not variables. */
  readonly secrets: UseSecret
  /** The budget of all templates of a request. Without it each template has its own. */
  readonly budget?: RenderBudget
  /** The context of all templates that assign nothing. The first of them creates it, because creating one is expensive. */
  shared?: RenderContext
}

const noneWritten: readonly WrittenSecret[] = []
const noVariables: readonly UndefinedVariable[] = []

const synchronous = { sync: true } as const

/** The time limit of a template that is rendered alone: the default of `MAX_RENDER_MS`. */
const aloneMs = 50

/** One rendering: its scope, its budget, and the undefined variables and secrets that it met. */
export class RenderContext extends Context {
  /** Writes the values of placeholders; null keeps the values unchanged. */
  encode: Encode | null = null
  /** The place of the text in the request. */
  place: TextPlace = 'body'
  readonly secrets: UseSecret
  readonly budget: RenderBudget
  readonly variables: Scope['variables']
  #written: WrittenSecret[] | null = null
  #reported: Map<string, UndefinedVariable> | null = null
  /** For each name that was assigned an undefined value: the undefined variables. */
  #origins: Map<string, readonly string[][]> | null = null
  /** Undefined variables of the statement that is being evaluated. */
  #noticed: string[][] = []

  constructor({ variables, secrets, budget = RenderBudget.started(aloneMs) }: Scope, engine: Liquid) {
    const limits = { liquid: engine, memoryLimit: budget as never, renderLimit: budget as never }
    super(variables, engine.options, synchronous, limits)
    this.secrets = secrets
    this.budget = budget
    this.variables = variables
  }

  /** A context for one template that assigns or counts variables. */
  static alone(scope: Scope, engine: Liquid): RenderContext {
    return new RenderContext({ ...scope, variables: { ...scope.variables } }, engine)
  }

  /** The shared context, for templates without side effects. */
  static shared(scope: Scope, engine: Liquid): RenderContext {
    scope.shared ??= new RenderContext(scope, engine)
    scope.shared.#startAnew()
    return scope.shared
  }

  #startAnew(): void {
    this.encode = null
    this.#written = null
    this.#reported = null
    this.#origins = null
    this.#noticed = []
  }

  /** The place of a value after a text. */
  placeBehind(text: string): SecretPlace {
    return secretPlaceBehind(this.place, text)
  }

  /** Records a written secret and its range. */
  noteSecret(secret: WrittenSecret): void {
    this.#written ??= []
    this.#written.push(secret)
  }

  /** The written secrets, in order. */
  get writtenSecrets(): readonly WrittenSecret[] {
    return this.#written ?? noneWritten
  }

  override *_get(path: (string | number)[]): IterableIterator<unknown> {
    return yield this.lookUp(path)
  }

  /** The value at a path that begins with the name of a variable. */
  lookUp(path: Path): unknown {
    const { findScope } = this as unknown as { findScope(name: unknown): object }
    let value: unknown = findScope.call(this, path[0])
    for (const name of path) value = this.readProperty(value as never, name)
    if (value === undefined) this.#noticed.push(...this.#findOrigins(path.map(String)))
    return value
  }

  /** Postpones the report of undefined variables in an assignment until the assigned name is used. */
  forgiveAssignment(name: string): void {
    if (this.#noticed.length > 0) {
      this.#origins ??= new Map()
      this.#origins.set(name, this.#noticed.slice(0, 1))
    } else this.#origins?.delete(name)
    this.forgive()
  }

  #findOrigins(names: string[]): readonly string[][] {
    const [root = ''] = names
    const origins = this.#origins?.get(root)
    const scope = this.#findScope(names) as Readonly<Record<string, unknown>>
    return origins === undefined || scope[root] !== undefined ? [names] : origins
  }

  /** Checks the time, because filters loop over lists without a check and call one of these three methods in each loop. */
  override readProperty(...parts: Parameters<Context['readProperty']>): unknown {
    this.budget.check()
    return super.readProperty(...parts)
  }

  override push(scope: object): number {
    this.budget.check()
    return super.push(scope)
  }

  override spawn(scope?: object): Context {
    this.budget.check()
    return super.spawn(scope)
  }

  /** The number of undefined variables in the current statement. */
  get noticed(): number {
    return this.#noticed.length
  }

  /** Forgets the undefined variables of the statement after the first `keep`. */
  forgive(keep = 0): void {
    this.#noticed.length = Math.min(keep, this.#noticed.length)
  }

  /** Ends a statement: its remaining undefined variables will be reported. */
  settle(): void {
    if (this.#noticed.length === 0) return
    this.#reported ??= new Map()
    for (const names of this.#noticed) {
      const name = names.join('.')
      if (this.#reported.has(name)) continue
      const [root = ''] = names
      const source = sources.find((one) => one === root)
      const lacks = source !== undefined && this.variables[source] === undefined ? { lacks: source } : {}
      this.#reported.set(name, { name, path: names, meant: this.#findMeant(names), ...lacks })
    }
    this.#noticed = []
  }

  #findMeant(names: readonly string[]): string | null {
    if (!this.budget.mayLook()) return null
    return this.budget.aside(() => nearestOf(this.#findScope(names), names, sources))
  }

  /** The undefined variables to report. */
  get undefinedVariables(): readonly UndefinedVariable[] {
    return this.#reported === null ? noVariables : [...this.#reported.values()]
  }

  #findScope([root]: readonly string[]): unknown {
    const { scopes } = this as unknown as { readonly scopes: readonly object[] }
    return scopes.findLast((scope) => root !== undefined && Object.hasOwn(scope, root)) ?? this.variables
  }
}

/** Collects text and counts it against the budget, because static text in a loop takes memory, too. */
export class TextEmitter implements Emitter {
  buffer = ''
  /** Transforms each piece before it is added. */
  prepare: ((piece: string) => string) | null = null
  readonly #context: RenderContext
  readonly #part: TextPart
  constructor(context: RenderContext, part: TextPart = parts[context.place]) {
    this.#context = context
    this.#part = part
  }
  write(value: unknown): void {
    const text = plainText(toValue(value))
    this.#context.budget.use(text.length)
    this.#append(text)
  }
  /** Writes a secret. Its length does not count against the budget, because the remaining budget would reveal it. */
  writeSecret(text: string): void {
    this.#append(text)
  }
  #append(text: string): void {
    const piece = this.prepare === null ? text : this.prepare(text)
    refuseLength(this.#part, this.buffer.length + piece.length)
    this.buffer += piece
  }
}

/** The part of the request for each place of a text. */
const parts = {
  url: 'url',
  path: 'url',
  query: 'url',
  auth: 'header',
  headers: 'header',
  body: 'text',
  jsonBody: 'text',
  formBody: 'text',
  partBody: 'text',
  raw: 'text',
  rawJson: 'text',
  rawXml: 'text',
  rawForm: 'text',
  tls: 'text',
  signing: 'text',
} as const satisfies Record<TextPlace, TextPart>
