import { mask } from '../masking/mask.ts'
import { isCredentialName } from '../request/credential-name.ts'
import type { SentValue } from './sent-values.ts'

/** Shorter values are words that any sentence may have. */
const minLength = 6
const maxValues = 20

/**
 * Masks in a text of the target the values of fields and parameters that are called like credentials (`password`, `api_key`): an
 * author may have written them as they are, without a secret. The text is short, and so is the list of values.
 */
export function hideSentCredentials(text: string, sent: readonly SentValue[]): string {
  const values = sent
    .filter(({ name, value }) => value.length >= minLength && isCredentialName(name))
    .slice(0, maxValues)
  return values.reduce((shown, { value }) => shown.replaceAll(value, mask), text)
}
