import type { Failure } from '../../contract/failure.ts'
import type { Source } from '../../contract/payload.ts'
import type { SecretBinding } from './secret-lookup.ts'

/** An undefined variable. */
export interface UndefinedVariable {
  /** The variable as the author wrote it, with brackets resolved. */
  readonly name: string
  /** The names of the variable. A name may contain dots. */
  readonly path: readonly string[]
  /** The nearest existing name, or null. */
  readonly meant: string | null
  /** The source of the variable, if the payload has none of its values. */
  readonly lacks?: Source
}

/** A written secret, and its range in the text. */
export interface WrittenSecret {
  readonly name: string
  readonly isStored: boolean
  readonly isHidden: boolean
  readonly isUnknown?: boolean | undefined
  readonly start: number
  readonly end: number
}

/** Why a template failed. */
export type RenderProblem = Omit<Failure, 'path'> & {
  /** The violated part of the binding of a secret; `missing` if there is no such secret. */
  readonly refusedBy?: SecretBinding | 'missing'
  /** Whether the render budget was exceeded. */
  readonly exceedsBudget?: boolean
  /** The masked URL as far as it was rendered, if the URL is the cause. */
  readonly shownUrl?: string
}

/** The result of rendering a template. */
export type RenderResult<T> =
  | {
      readonly ok: true
      readonly value: T
      /** Undefined variables. They were rendered as the empty text. */
      readonly undefinedVariables: readonly UndefinedVariable[]
      /** The secrets in the value, in order. */
      readonly secrets: readonly WrittenSecret[]
    }
  | { readonly ok: false; readonly failure: RenderProblem }

const noVariables: readonly UndefinedVariable[] = []
const noSecrets: readonly WrittenSecret[] = []

/** Whether a result contains a secret that must be masked. */
export function carriesSecret(result: RenderResult<unknown>): boolean {
  return result.ok && result.secrets.some(({ isHidden }) => isHidden)
}

/** Whether a result contains a secret of the service that must be masked. */
export function carriesStored(result: RenderResult<unknown>): boolean {
  return result.ok && result.secrets.some(isStoredSecret)
}

/** Whether a secret is one of the service that must be masked. */
export function isStoredSecret({
  isStored,
  isHidden,
}: Pick<WrittenSecret, 'isStored' | 'isHidden'>): boolean {
  return isStored && isHidden
}

/** Whether details of a failure would reveal a part of a stored secret. They do not if a preview does not know its value. */
export function mustBeSilent(secrets: readonly WrittenSecret[]): boolean {
  return secrets.some((secret) => isStoredSecret(secret) && secret.isUnknown !== true)
}

/** The failure of a stored secret that cannot be sent. It has no detail, because any detail would reveal a part of the secret. */
export const secretInvalid: RenderProblem = { code: 'secret_invalid', detail: '' }

/** A successful result without undefined variables. */
export function rendered<T>(value: T, secrets = noSecrets): RenderResult<T> {
  return { ok: true, value, undefinedVariables: noVariables, secrets }
}

/** Replaces each secret in a text that must be masked. */
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
