import type { Failure } from '../../contract/failure.ts'
import { minMaskLength } from '../../contract/names.ts'
import type { Payload } from '../../contract/payload.ts'
import type { Warning, WarningCode } from '../../contract/warning.ts'
import { mask } from '../masking/mask.ts'
import type { RenderBudget } from '../template/render-budget.ts'
import type { Scope, UseSecret } from '../template/render-context.ts'
import {
  carriesSecret,
  carriesStored,
  isStoredSecret,
  type RenderProblem,
  type RenderResult,
  secretInvalid,
  type WrittenSecret,
} from '../template/render-result.ts'
import type { FoundSecret, SecretLookup } from '../template/secret-lookup.ts'
import { undefinedWarning } from '../template/undefined-warning.ts'
import { LongNumber } from '../values/long-number.ts'
import { trimHeader } from '../wire/headers.ts'
import type { HeaderPair } from '../wire/outcome.ts'
import type { UrlPlace } from './authority.ts'
import type { BroughtUrl } from './brought-url.ts'
import type { FixedUrl } from './url.ts'

/** What a node is rendered with. */
export interface RenderInput {
  readonly payload: Payload
  /** Those of the request, which its client has anyway. They are masked whether the node uses them or not. */
  readonly secrets: Readonly<Record<string, string>>
  /** Those of the service. */
  readonly store: SecretLookup
  readonly budget: RenderBudget
  readonly executionId: string
  readonly idempotencyKey: string | null
  readonly correlationId: string | null
  readonly tenant: string | null
  readonly userAgent: string
  /** What hands a trace on, where the node says so. */
  readonly traceHeaders: readonly HeaderPair[]
  /**
   * Puts something in the place of each value that must not be seen, before it is written: what is shown is then what is
   * sent. Without it such a value is masked as a whole, with the text around it.
   */
  readonly standIn?: StandIn
}

/** What stands in for a value, which `name` tells. */
export type StandIn = (value: unknown, name: string) => unknown

/** Values that must not be seen wherever a target sends them back. */
export interface ValuesToMask {
  /** Secrets of the service, which the client does not have. */
  readonly stored: ReadonlySet<string>
  /** Texts that such a secret is a part of. */
  readonly carriers: ReadonlySet<string>
  /** Secrets of the request, credentials and sensitive fields: the client has sent them. */
  readonly client: ReadonlySet<string>
}

/** Ends a rendering: the request cannot be made of this payload. Caught where the rendering began. */
export class RenderFailure extends Error {
  readonly failure: Failure & Pick<RenderProblem, 'refusedBy' | 'shownUrl'>
  /** The whole body as it may be shown, where it was rendered and is what is wrong. */
  readonly shownBody: string | null
  constructor(failure: RenderFailure['failure'], shownBody: string | null = null) {
    super(failure.code)
    this.failure = failure
    this.shownBody = shownBody
  }
}

/** A value of the request, and how it may be shown. */
export interface Displayable<T> {
  readonly wire: T
  readonly display: T | typeof mask
}

/** Stands for a secret that is not looked up: masked where it stands, and fit for every place. */
export const unresolvedSecret: FoundSecret = { value: 'SECRET', isStored: true, isHidden: true }

/** No binding names it. */
const nowhere = { host: '', port: 0 } as const

const noTexts: ReadonlySet<string> = new Set()
const maxSuggestions = 20

/** What of a node every rendering asks for. */
export interface RenderedNode {
  readonly id: string | null
  readonly url: FixedUrl | BroughtUrl
  /** Whether an Idempotency-Key goes out although the caller gave none. */
  readonly sendsIdempotencyKey: boolean
}

/** One rendering of a node: its scope, what it noticed and what must not be seen. */
export class RenderSession {
  readonly input: RenderInput
  readonly scope: Scope
  readonly warnings: Warning[] = []
  #secretNames: Set<string> | null = null
  /** Path of the URL as the bindings of secrets judge it, once it is known. */
  path = '/'
  /** Where the URL leads, once it is known: before anything is rendered in which a secret may stand. */
  place: UrlPlace | null
  #stored: Set<string> | null = null
  #carriers: Set<string> | null = null
  readonly #client: Set<string>
  #seen: Set<object> | null = null
  #suggestionsLeft = maxSuggestions
  /** Whether the values of the secrets of the service are not known. */
  #hasUnknown = false

  constructor(input: RenderInput, node: RenderedNode) {
    this.input = input
    this.place = node.url.kind === 'fixed' ? node.url : null
    const { payload, executionId, correlationId, tenant } = input
    const idempotencyKey = sentIdempotencyKey(input, node)
    const execution = { id: executionId, idempotencyKey, correlationId, tenant }
    const variables = { ...payload, node: { id: node.id }, execution }
    this.scope = { variables, secrets: this.#use, budget: input.budget }
    this.#client = new Set(Object.values(input.secrets))
  }

  /** Names of the secrets that the request carries. */
  get secretNames(): ReadonlySet<string> {
    return this.#secretNames ?? noTexts
  }

  get valuesToMask(): ValuesToMask {
    return { stored: this.#stored ?? noTexts, carriers: this.#carriers ?? noTexts, client: this.#client }
  }

  /** The scope in which a secret of the service is anything: where its binding is still to be judged. */
  get unresolvedScope(): Scope {
    const unresolved: UseSecret = (name) => this.#own(name) ?? unresolvedSecret
    return { ...this.scope, secrets: unresolved }
  }

  /** The value of something rendered; its undefined variables become warnings, its failure ends the rendering. */
  take<T>(rendered: RenderResult<T>, path: string): T {
    if (!rendered.ok) throw new RenderFailure({ ...rendered.failure, path })
    for (const variable of rendered.undefinedVariables) this.warnings.push(undefinedWarning(variable, path))
    return rendered.value
  }

  /** Ends the rendering. Where a secret of the service is involved, nothing but that is said. */
  fail(failure: Failure, carriesStored: boolean, shownBody: string | null = null): never {
    const isSilent = carriesStored && !this.#hasUnknown
    throw new RenderFailure(isSilent ? { ...secretInvalid, path: failure.path } : failure, shownBody)
  }

  warn(code: WarningCode, path: string, message: string): void {
    this.warnings.push({ code, path, message })
  }

  /** Looks for what an author may have meant, a few times only: each look goes through a whole payload. */
  suggest(find: () => string | null): string | null {
    return this.#suggestionsLeft-- > 0 ? this.input.budget.aside(find) : null
  }

  /** Marks a value as not to be seen, here and wherever it comes back. */
  hide(wire: unknown, isOfStored: boolean): typeof mask {
    if (isOfStored) this.#carriers ??= new Set()
    const texts = (isOfStored ? this.#carriers : null) ?? this.#client
    if (typeof wire === 'string') addText(texts, wire)
    else if (typeof wire === 'number' || wire instanceof LongNumber) addText(texts, String(wire))
    else if (typeof wire === 'object' && wire !== null && !this.#seen?.has(wire)) {
      // Many fields may take the same large value.
      this.#seen ??= new Set()
      this.#seen.add(wire)
      for (const member of Object.values(wire)) this.hide(member, isOfStored)
    }
    return mask
  }

  /** A value as it may be shown: hidden where it is sensitive or carries a secret. */
  display<T>(wire: T, isSensitive: boolean, result: RenderResult<unknown>): T | typeof mask {
    const isHidden = (isSensitive || carriesSecret(result)) && !this.hasStandIns
    return isHidden ? this.hide(wire, carriesStored(result)) : wire
  }

  /** Whether something else stands in the place of what must not be seen, so that nothing is to be masked. */
  get hasStandIns(): boolean {
    return this.input.standIn !== undefined
  }

  /** What stands in for a value that must not be seen; where nothing does, the value itself. */
  standIn<T>(wire: T, name: string): T {
    const { standIn } = this.input
    return standIn === undefined ? wire : (standIn(wire, name) as T)
  }

  /** Whether secrets are masked where they stand; false where something else stands in their place. */
  masks({ isHidden }: WrittenSecret): boolean {
    return isHidden && !this.hasStandIns
  }

  /** What was used is hidden, also where the rendering fails afterwards. */
  #use: UseSecret = (name, place, isDelimited) => {
    const { host, port } = this.place ?? nowhere
    const use = { place, isDelimited, host, port, path: this.path }
    const found = this.#own(name) ?? this.input.store.find(name, use)
    if (found === undefined || 'refusedBy' in found) return found
    this.#secretNames ??= new Set()
    this.#secretNames.add(name)
    this.#hasUnknown ||= found.isUnknown ?? false
    if (isStoredSecret(found)) {
      this.#stored ??= new Set()
      this.#stored.add(found.value)
      addText(this.#stored, trimHeader(found.value))
    }
    return found
  }

  #own(name: string) {
    const { secrets } = this.input
    const value = Object.hasOwn(secrets, name) ? secrets[name] : undefined
    return value === undefined ? undefined : { value, isStored: false, isHidden: true, isUnknown: false }
  }
}

/** The `Idempotency-Key` that goes out where the node has no header of that name; null where none does. */
export function sentIdempotencyKey(
  { idempotencyKey, executionId }: Pick<RenderInput, 'idempotencyKey' | 'executionId'>,
  { sendsIdempotencyKey }: Pick<RenderedNode, 'sendsIdempotencyKey'>,
): string | null {
  return idempotencyKey ?? (sendsIdempotencyKey ? executionId : null)
}

function addText(texts: Set<string>, text: string): void {
  if (text.length >= minMaskLength) texts.add(text)
}
