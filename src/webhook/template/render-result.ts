import type { Failure } from '../../contract/failure.ts'
import type { UndefinedVariable } from './render-context.ts'
import type { SecretBinding } from './secret-lookup.ts'

/** A secret that was written, and where in the text. */
export interface WrittenSecret {
  readonly name: string
  readonly isStored: boolean
  readonly isHidden: boolean
  readonly isUnknown?: boolean | undefined
  readonly start: number
  readonly end: number
}

/** Why a template came to nothing. */
export type RenderProblem = Omit<Failure, 'path'> & {
  /** What of its binding the use of a secret did not keep, or that there is no such secret. */
  readonly refusedBy?: SecretBinding | 'missing'
  /** Whether it needed more time or memory than there is for all templates of a request. */
  readonly exceedsBudget?: boolean
  /** The URL as far as it was rendered, masked, where that is what cannot be used. */
  readonly shownUrl?: string
}

/** What a template came to. */
export type RenderResult<T> =
  | {
      readonly ok: true
      readonly value: T
      /** Variables that are not there and were rendered as nothing. */
      readonly undefinedVariables: readonly UndefinedVariable[]
      /** The secrets that the value carries, in order. */
      readonly secrets: readonly WrittenSecret[]
    }
  | { readonly ok: false; readonly failure: RenderProblem }

const noVariables: readonly UndefinedVariable[] = []
const noSecrets: readonly WrittenSecret[] = []

/** Whether something that must not be seen is part of what a template came to. */
export function carriesSecret(result: RenderResult<unknown>): boolean {
  return result.ok && result.secrets.some(({ isHidden }) => isHidden)
}

/** Whether a secret of the service is, of which nothing may be told. */
export function carriesStored(result: RenderResult<unknown>): boolean {
  return result.ok && result.secrets.some(isStoredSecret)
}

/** Whether it is one of the service's own that must not be seen. */
export function isStoredSecret({
  isStored,
  isHidden,
}: Pick<WrittenSecret, 'isStored' | 'isHidden'>): boolean {
  return isStored && isHidden
}

/** Whether every detail of a failure would tell a part of such a secret; of one whose value is not known none does. */
export function mustBeSilent(secrets: readonly WrittenSecret[]): boolean {
  return secrets.some((secret) => isStoredSecret(secret) && secret.isUnknown !== true)
}

/** What is said of a secret of the service that cannot be sent: no more, since every detail would tell a part of it. */
export const secretInvalid: RenderProblem = { code: 'secret_invalid', detail: '' }

/** A value that lacks nothing and, unless some are named, carries no secret. */
export function rendered<T>(value: T, secrets = noSecrets): RenderResult<T> {
  return { ok: true, value, undefinedVariables: noVariables, secrets }
}

/** A text with something else in the place of each secret that must not be seen. */
export function replaceSecrets(text: string, secrets: readonly WrittenSecret[], replacement: string): string {
  let result = ''
  let at = 0
  for (const { isHidden, start, end } of secrets) {
    if (!isHidden) continue
    result += text.slice(at, start) + replacement
    at = end
  }
  return result + text.slice(at)
}
