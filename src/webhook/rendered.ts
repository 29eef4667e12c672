import type { Failure } from './failure.ts'
import type { UndefinedVariable } from './render-context.ts'

/** What a template came to. */
export type Rendered<T> =
  | {
      readonly ok: true
      readonly value: T
      /** Variables that are not there and were rendered as nothing. */
      readonly undefinedVariables: readonly UndefinedVariable[]
      /** Names of the secrets that the value carries. */
      readonly secrets: ReadonlySet<string>
    }
  | { readonly ok: false; readonly failure: Omit<Failure, 'path'> }

const noVariables: readonly UndefinedVariable[] = []
const noSecrets: ReadonlySet<string> = new Set()

/** Whether a secret is part of what a template came to. */
export function carriesSecret(result: Rendered<unknown>): boolean {
  return result.ok && result.secrets.size > 0
}

/** A value that lacks nothing and, unless some are named, carries no secret. */
export function rendered<T>(value: T, secrets = noSecrets): Rendered<T> {
  return { ok: true, value, undefinedVariables: noVariables, secrets }
}
