import { Context, type Emitter, type Liquid, toValue } from 'liquidjs'
import { nearestPath, type Path } from '../values/lookup.ts'
import { plainText } from '../values/text.ts'
import type { Encode } from './encoders.ts'
import { RenderBudget, refuseLength, type TextPart } from './render-budget.ts'
import type { WrittenSecret } from './render-result.ts'
import type { FoundSecret, RefusedSecret, SecretPlace } from './secret-lookup.ts'
import { secretPlaceBehind, type TextPlace } from './secret-shape.ts'

/** Finds what a template refers to as `{{ secrets.NAME }}`; undefined for a name that is not known. */
export type UseSecret = (
  name: string,
  place: SecretPlace,
  isDelimited: boolean,
) => FoundSecret | RefusedSecret | undefined

/** For templates that reach no secret. */
export const noSecrets: UseSecret = () => undefined

/** What templates see. */
export interface Scope {
  /** Sources, `node`, `execution`, and `response` where there is one. */
  readonly variables: Readonly<Record<string, unknown>>
  /** Reached by `{{ secrets.NAME }}` only, never as a variable. */
  readonly secrets: UseSecret
  /** Shared by all templates of a request; without it each template has its own. */
  readonly budget?: RenderBudget
  /** Where templates run that assign nothing: making it costs more than they do. The first of them makes it. */
  shared?: RenderContext
}

/** A variable that is not there. */
export interface UndefinedVariable {
  /** As the author wrote it, brackets resolved. */
  readonly name: string
  /** The same, name by name: there may be dots in them. */
  readonly path: readonly string[]
  /** What the author most likely meant, or null. */
  readonly meant: string | null
}

const noneWritten: readonly WrittenSecret[] = []
const noVariables: readonly UndefinedVariable[] = []

const synchronous = { sync: true } as const

/** Of a template that is rendered on its own. */
const aloneMs = 50

/** One rendering: what it may see and cost, and what it noticed. */
export class RenderContext extends Context {
  /** How placeholders are written; null keeps their values as they are. */
  encode: Encode | null = null
  /** Where the text lands. */
  place: TextPlace = 'body'
  readonly secrets: UseSecret
  readonly budget: RenderBudget
  readonly variables: Scope['variables']
  #written: WrittenSecret[] | null = null
  #reported: Map<string, UndefinedVariable> | null = null
  /** Of names that were given nothing: what was to be given. */
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

  /** For templates that assign variables, or count them. */
  static alone(scope: Scope, engine: Liquid): RenderContext {
    return new RenderContext({ ...scope, variables: { ...scope.variables } }, engine)
  }

  /** For templates that leave nothing behind. */
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

  /** The place of what stands behind a text. */
  placeBehind(text: string): SecretPlace {
    return secretPlaceBehind(this.place, text)
  }

  /** Notes where a secret has been written. */
  noteSecret(secret: WrittenSecret): void {
    this.#written ??= []
    this.#written.push(secret)
  }

  /** The secrets that were written. */
  get writtenSecrets(): readonly WrittenSecret[] {
    return this.#written ?? noneWritten
  }

  override *_get(path: (string | number)[]): IterableIterator<unknown> {
    return yield this.lookUp(path)
  }

  /** What a path leads to, which begins with the name of a variable. */
  lookUp(path: Path): unknown {
    const { findScope } = this as unknown as { findScope(name: unknown): object }
    let value: unknown = findScope.call(this, path[0])
    for (const name of path) value = this.readProperty(value as never, name)
    if (value === undefined) this.#noticed.push(...this.#findOrigins(path.map(String)))
    return value
  }

  /** Ends the assignment of nothing: where the name is used, what was to be assigned is told. */
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

  /** Filters loop over arrays without asking for the time; each of the three takes part in every loop of theirs. */
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

  /** How many undefined variables the statement has met. */
  get noticed(): number {
    return this.#noticed.length
  }

  /** Forgets undefined variables of the statement, all but the first ones. */
  forgive(keep = 0): void {
    this.#noticed.length = Math.min(keep, this.#noticed.length)
  }

  /** Ends a statement: what it met and did not forgive will be told. */
  settle(): void {
    if (this.#noticed.length === 0) return
    this.#reported ??= new Map()
    for (const names of this.#noticed) {
      const name = names.join('.')
      if (this.#reported.has(name)) continue
      const meant = this.#findMeant(names)
      this.#reported.set(name, { name, path: names, meant })
    }
    this.#noticed = []
  }

  #findMeant(names: readonly string[]): string | null {
    if (!this.budget.mayLook()) return null
    return this.budget.aside(() => nearestPath(this.#findScope(names), names))
  }

  /** Undefined variables that nothing has forgiven. */
  get undefinedVariables(): readonly UndefinedVariable[] {
    return this.#reported === null ? noVariables : [...this.#reported.values()]
  }

  #findScope([root]: readonly string[]): unknown {
    const { scopes } = this as unknown as { readonly scopes: readonly object[] }
    return scopes.findLast((scope) => root !== undefined && Object.hasOwn(scope, root)) ?? this.variables
  }
}

/** Collects text and counts it: static text within a loop costs memory too. */
export class TextEmitter implements Emitter {
  buffer = ''
  /** Is given each piece before it is added, and gives what is added. */
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
  /** Writes a secret, whose length is not counted with that of other texts: what is left of the budget would tell it. */
  writeSecret(text: string): void {
    this.#append(text)
  }
  #append(text: string): void {
    const piece = this.prepare === null ? text : this.prepare(text)
    refuseLength(this.#part, this.buffer.length + piece.length)
    this.buffer += piece
  }
}

/** What a text is a part of, by the place where it stands. */
const parts = {
  url: 'url',
  path: 'url',
  query: 'url',
  auth: 'header',
  headers: 'header',
  body: 'text',
  jsonBody: 'text',
  formBody: 'text',
  raw: 'text',
  rawJson: 'text',
  rawXml: 'text',
  rawForm: 'text',
  tls: 'text',
  signing: 'text',
} as const satisfies Record<TextPlace, TextPart>
