import type { Failure } from './failure.ts'
import { LongNumber } from './long-number.ts'
import { mask, minMaskLength } from './mask.ts'
import type { HeaderPair } from './outcome.ts'
import type { Payload } from './payload.ts'
import type { Scope } from './render-context.ts'
import { RenderCost } from './render-cost.ts'
import type { Rendered } from './rendered.ts'
import type { SecretLookup } from './secret-lookup.ts'
import { undefinedWarning, type Warning, type WarningCode } from './warning.ts'

/** What a node is rendered with. */
export interface RenderInput {
  readonly payload: Payload
  readonly secrets: SecretLookup
  /** Texts that are masked whether the node uses them or not. */
  readonly hidden: Iterable<string>
  readonly executionId: string
  readonly idempotencyKey: string | null
  readonly userAgent: string
  /** What hands a trace on, where the node says so. */
  readonly traceHeaders: readonly HeaderPair[]
  /** Whether a field that carries a secret is masked as a whole; false keeps the text around the secret. */
  readonly masksCarriers: boolean
}

/** Ends a rendering: the request cannot be made of this payload. Caught where the rendering began. */
export class RenderFailure extends Error {
  readonly failure: Failure
  constructor(failure: Failure) {
    super(failure.code)
    this.failure = failure
  }
}

/** A value of the request, and how it may be shown. */
export interface Shown<T> {
  readonly real: T
  readonly shown: T | typeof mask
}

const maxSuggestions = 20

/** One rendering of a node: its scope, what it noticed and what must not be seen. */
export class Rendering {
  readonly input: RenderInput
  readonly scope: Scope
  readonly warnings: Warning[] = []
  /** Texts that are masked wherever they turn up. */
  readonly hidden: Set<string>
  #suggestionsLeft = maxSuggestions

  constructor(input: RenderInput, nodeId: string | null) {
    this.input = input
    const { payload, executionId } = input
    const variables = { ...payload, node: { id: nodeId }, execution: { id: executionId } }
    const secrets: SecretLookup = { get: (name) => this.#use(name) }
    this.scope = { variables, secrets, cost: new RenderCost() }
    this.hidden = new Set(input.hidden)
  }

  /** The value of something rendered; its undefined variables become warnings, its failure ends the rendering. */
  take<T>(rendered: Rendered<T>, path: string): T {
    if (!rendered.ok) throw new RenderFailure({ ...rendered.failure, path })
    for (const variable of rendered.undefinedVariables) this.warnings.push(undefinedWarning(variable, path))
    return rendered.value
  }

  warn(code: WarningCode, path: string, message: string): void {
    this.warnings.push({ code, path, message })
  }

  /** Looks for what an author may have meant, a few times only: each look goes through a whole payload. */
  suggest(find: () => string | null): string | null {
    return this.#suggestionsLeft-- > 0 ? find() : null
  }

  /** Marks a value as not to be seen, here and wherever it comes back. */
  hide(real: unknown): typeof mask {
    if (typeof real === 'string') this.#hideText(real)
    else if (typeof real === 'number' || real instanceof LongNumber) this.#hideText(String(real))
    else if (typeof real === 'object' && real !== null)
      for (const member of Object.values(real)) this.hide(member)
    return mask
  }

  #hideText(text: string): void {
    if (text.length >= minMaskLength) this.hidden.add(text)
  }

  /** A value as it may be shown: hidden where it is sensitive or carries a secret. */
  shown<T>(real: T, isSensitive: boolean, carriesSecret: boolean): T | typeof mask {
    return isSensitive || (carriesSecret && this.input.masksCarriers) ? this.hide(real) : real
  }

  /** What was used is hidden, also where the rendering fails afterwards. */
  #use(name: string): ReturnType<SecretLookup['get']> {
    const found = this.input.secrets.get(name)
    if (typeof found === 'string') this.hide(found)
    return found
  }
}
