import type { Secrets } from './secret.ts'

/** What a source of secrets holds. Nothing of it may be used where there are problems; none of them shows a value. */
export interface FoundSecrets {
  readonly secrets: Secrets
  readonly problems: readonly string[]
}

/** What is in a source that is not there. */
export const nothingFound: FoundSecrets = { secrets: new Map(), problems: [] }
