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
import type { FoundSecret, SecretLookup, SecretUse } from '../template/secret-lookup.ts'
import { undefinedWarning } from '../template/undefined-warning.ts'
import { LongNumber } from '../values/long-number.ts'
import { suggest } from '../values/suggest.ts'
import { trimHeader } from '../wire/headers.ts'
import type { HeaderPair } from '../wire/outcome.ts'
import type { UrlPlace } from './authority.ts'
import type { BroughtUrl } from './brought-url.ts'
import { memberPath } from './member-path.ts'
import type { FixedUrl } from './url.ts'

/** The input of a rendering. */
export interface RenderInput {
  readonly payload: Payload
  /** Secrets of the request: name to value. All of them are masked, also those that the node does not use. */
  readonly secrets: Readonly<Record<string, string>>
  /** The secrets of the service. */
  readonly store: SecretLookup
  readonly budget: RenderBudget
  readonly executionId: string
  readonly idempotencyKey: string | null
  readonly correlationId: string | null
  readonly tenant: string | null
  readonly userAgent: string
  /** The maximum size of the body, in bytes. */
  readonly maxRenderedBytes: number
  /** `traceparent` and `tracestate`. They are sent if the node has `propagateTrace`. */
  readonly traceHeaders: readonly HeaderPair[]
  /**
   * Replaces each value that must not be shown before it is written, for a curl command. The display of the request then
   * equals its wire form. Without it such a value is masked, together with the text around it.
   */
  readonly standIn?: StandIn
}

/** Returns the stand-in of a value. `name` describes the value. */
export type StandIn = (value: unknown, name: string) => unknown

/** Values that are masked wherever a target returns them. */
export interface ValuesToMask {
  /** Secrets of the service, which the client does not have. */
  readonly stored: ReadonlySet<string>
  /** Texts that contain such a secret. */
  readonly carriers: ReadonlySet<string>
  /** Secrets of the request, credentials and sensitive fields. The client knows them, because it sent them. */
  readonly client: ReadonlySet<string>
  /** Those of them that only contain such a secret, beside other text. */
  readonly around: ReadonlySet<string>
}

/** Ends a rendering: this payload gives no valid request. `renderRequest` and `renderPartly` catch it. */
export class RenderFailure extends Error {
  readonly failure: Failure & Pick<RenderProblem, 'refusedBy' | 'shownUrl'>
  /** The whole body as it may be shown, if the body is the cause of the failure. */
  readonly shownBody: string | null
  constructor(failure: RenderFailure['failure'], shownBody: string | null = null) {
    super(failure.code)
    this.failure = failure
    this.shownBody = shownBody
  }
}

/** A value of the request as it is sent, and as it may be shown. */
export interface Displayable<T, Shown = T> {
  readonly wire: T
  readonly display: Shown | typeof mask
}

/** Stands for a secret that is not looked up. It is masked, and valid in every place. */
const unresolvedSecret: FoundSecret = { value: 'SECRET', isStored: true, isHidden: true }

/** The same where no binding is looked at, because the target is closed. */
export const withheldSecret: FoundSecret = { ...unresolvedSecret, isUnknown: true }

/** The use of a secret of the service. */
export interface UsedSecret {
  readonly name: string
  readonly use: SecretUse
}

/** A place that no binding allows. */
const nowhere = { host: '', port: 0 } as const

/** A field that the node has and the request has not. */
export interface LeftOut {
  readonly name: string
  /** JSON Pointer to the field. */
  readonly path: string
  /** Finds out why. This takes longer than leaving it out, so it waits until an explanation needs it. */
  describe(): Omission
}

/** Why a field is left out. */
export interface Omission {
  /** JSON Pointer to the part to change. */
  readonly path: string
  /** The end of a sentence, and perhaps more sentences. */
  readonly cause: string
  /** Whether a name of the node leads to nothing. */
  readonly isMistake: boolean
}

const noneLeftOut: readonly LeftOut[] = []

const noTexts: ReadonlySet<string> = new Set()
/** Each search for a name goes through the whole payload. Twenty are more than an author corrects at a time. */
const maxSuggestions = 20

/** The members of a compiled node that a session needs. */
export interface RenderedNode {
  readonly id: string | null
  readonly url: FixedUrl | BroughtUrl
  /** Whether an Idempotency-Key is sent although the client gave none. */
  readonly sendsIdempotencyKey: boolean
}

/** One rendering of a node: its scope, its warnings and the values to mask. */
export class RenderSession {
  readonly input: RenderInput
  readonly scope: Scope
  readonly warnings: Warning[] = []
  #leftOut: LeftOut[] | null = null
  #secretNames: Set<string> | null = null
  /** The path of the URL that the bindings of secrets are checked against. It is set before any secret is rendered. */
  path = '/'
  /** Host and port of the URL, once they are known. They are set before any secret is rendered. */
  place: UrlPlace | null
  #stored: Set<string> | null = null
  #carriers: Set<string> | null = null
  readonly #client: Set<string>
  #around: Set<string> | null = null
  #seen: Set<object> | null = null
  #suggestionsLeft = maxSuggestions
  /** Whether a preview uses a secret whose value it does not know. */
  #hasUnknown = false
  #isInConnection = false
  #guardedCount = 0
  #usedSecrets: UsedSecret[] | null = null

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
    return {
      stored: this.#stored ?? noTexts,
      carriers: this.#carriers ?? noTexts,
      client: this.#client,
      around: this.#around ?? noTexts,
    }
  }

  /** A scope in which secrets of the service have a placeholder value, because their bindings are not checked yet. */
  get unresolvedScope(): Scope {
    const unresolved: UseSecret = (name) => this.#own(name) ?? unresolvedSecret
    return { ...this.scope, secrets: unresolved }
  }

  /** Records from now on how secrets of the service are used. */
  recordSecrets(): readonly UsedSecret[] {
    this.#usedSecrets ??= []
    return this.#usedSecrets
  }

  /** Grows with every secret, credential and sensitive value that is rendered. */
  get guardedCount(): number {
    return this.#guardedCount
  }

  /** Whether a part of a connection is being rendered. */
  get isInConnection(): boolean {
    return this.#isInConnection
  }

  /**
   * Renders a part of a connection. Its references lead to secrets of the service only: a secret of the request could
   * have the same name.
   */
  inConnection<T>(part: () => T): T {
    this.#isInConnection = true
    try {
      return part()
    } finally {
      this.#isInConnection = false
    }
  }

  /** Treats a literal credential of a connection as a secret of the service. The client knows its own. */
  protect(literal: string): void {
    if (!this.#isInConnection || this.hasStandIns) return
    this.#stored ??= new Set()
    addText(this.#stored, literal)
  }

  /**
   * Unwraps a result. Undefined variables become warnings. A failure ends the rendering: it points at the `member` of the path
   * that has the template.
   */
  take<T>(rendered: RenderResult<T>, path: string, member?: string): T {
    if (!rendered.ok)
      throw new RenderFailure({
        ...rendered.failure,
        path: member === undefined ? path : memberPath(path, member),
      })
    for (const variable of rendered.undefinedVariables) this.warnings.push(undefinedWarning(variable, path))
    return rendered.value
  }

  /** Ends the rendering. If a secret of the service is involved, the failure says only that. */
  fail(failure: Failure, carriesStored: boolean, shownBody: string | null = null): never {
    const isSilent = carriesStored && !this.#hasUnknown
    throw new RenderFailure(isSilent ? { ...secretInvalid, path: failure.path } : failure, shownBody)
  }

  /** `isMissing`: a name of the node leads to nothing. */
  warn(code: WarningCode, path: string, message: string, isMissing = false): void {
    this.warnings.push(isMissing ? { code, path, message, isMissing } : { code, path, message })
  }

  /** Renders a part that goes to another place than the node's: the bindings of stored secrets are checked against that one. */
  towards<T>(place: UrlPlace, path: string, render: () => T): T {
    const own = { place: this.place, path: this.path }
    this.place = place
    this.path = path
    try {
      return render()
    } finally {
      this.place = own.place
      this.path = own.path
    }
  }

  /** The fields that are left out. */
  get leftOut(): readonly LeftOut[] {
    return this.#leftOut ?? noneLeftOut
  }

  /** Leaves a field out: returns what stands for it. */
  leaveOut(field: LeftOut): null {
    this.#leftOut ??= []
    this.#leftOut.push(field)
    return null
  }

  /** Searches for the name that the author may have meant, at most `maxSuggestions` times per rendering. */
  suggest(find: () => string | null): string | null {
    return this.#suggestionsLeft-- > 0 ? this.input.budget.aside(find) : null
  }

  /** Counts a value that must not be shown, even if it is not looked for in responses. */
  guard(): void {
    this.#guardedCount++
  }

  /** Adds a value to the values to mask, and returns the mask. */
  hide(wire: unknown, isOfStored: boolean): typeof mask {
    this.guard()
    const isOfService = isOfStored || this.#isInConnection
    if (isOfService) this.#carriers ??= new Set()
    const texts = (isOfService ? this.#carriers : null) ?? this.#client
    if (typeof wire === 'string') addText(texts, wire)
    else if (typeof wire === 'number' || wire instanceof LongNumber) addText(texts, String(wire))
    else if (typeof wire === 'object' && wire !== null && !this.#seen?.has(wire)) {
      // Many fields may take the same large value.
      this.#seen ??= new Set()
      this.#seen.add(wire)
      for (const member of Object.values(wire)) this.hide(member, isOfService)
    }
    return mask
  }

  /** Adds a text from which a secret can be computed. It is masked like the secret. */
  hideSpelling(text: string, secret: WrittenSecret): void {
    if (isStoredSecret(secret)) this.#stored ??= new Set()
    addText((isStoredSecret(secret) ? this.#stored : null) ?? this.#client, text)
  }

  /** The display of a value: the mask if it is sensitive or carries a secret. */
  display<T>(wire: T, isSensitive: boolean, result: RenderResult<unknown>): T | typeof mask {
    const isHidden = (isSensitive || carriesSecret(result)) && !this.hasStandIns
    if (!isHidden) return wire
    if (!isSensitive && typeof wire === 'string' && !this.#client.has(wire)) {
      this.#around ??= new Set()
      this.#around.add(wire)
    }
    return this.hide(wire, carriesStored(result))
  }

  /** Whether stand-ins replace hidden values, so that nothing is masked. */
  get hasStandIns(): boolean {
    return this.input.standIn !== undefined
  }

  /** The stand-in of a hidden value; the value itself if this rendering has no stand-ins. */
  standIn<T>(wire: T, name: string): T {
    const { standIn } = this.input
    return standIn === undefined ? wire : (standIn(wire, name) as T)
  }

  /** Whether a secret is masked in the display. With stand-ins none is. */
  masks({ isHidden }: WrittenSecret): boolean {
    return isHidden && !this.hasStandIns
  }

  /** Records every used secret for masking, also if the rendering fails later. */
  #use: UseSecret = (name, place, isDelimited) => {
    const { host, port } = this.place ?? nowhere
    const use = { place, isDelimited, host, port, path: this.path }
    const own = this.#own(name)
    const found = own ?? this.input.store.find(name, use)
    if (found === undefined) return { refusedBy: 'missing', meant: this.#nearestOwn(name) }
    if ('refusedBy' in found) return found
    this.#guardedCount++
    if (own === undefined) this.#usedSecrets?.push({ name, use })
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

  /** The nearest name that the request carries. Names of stored secrets are not told. */
  #nearestOwn(name: string): string | null {
    return this.#isInConnection ? null : this.suggest(() => suggest(name, Object.keys(this.input.secrets)))
  }

  #own(name: string) {
    if (this.#isInConnection) return undefined
    const { secrets } = this.input
    const value = Object.hasOwn(secrets, name) ? secrets[name] : undefined
    return value === undefined ? undefined : { value, isStored: false, isHidden: true, isUnknown: false }
  }
}

/** The `Idempotency-Key` of the service; null if it sends none. A header of the node with that name replaces it. */
export function sentIdempotencyKey(
  { idempotencyKey, executionId }: Pick<RenderInput, 'idempotencyKey' | 'executionId'>,
  { sendsIdempotencyKey }: Pick<RenderedNode, 'sendsIdempotencyKey'>,
): string | null {
  return idempotencyKey ?? (sendsIdempotencyKey ? executionId : null)
}

function addText(texts: Set<string>, text: string): void {
  if (text.length >= minMaskLength) texts.add(text)
}
