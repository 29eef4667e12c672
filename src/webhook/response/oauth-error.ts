import { isObject } from '../values/json.ts'
import { quoteTarget } from './quote-target.ts'
import type { ReadableResponse } from './readable-response.ts'

/** The `error` and `error_description` of a token endpoint (RFC 6749, section 5.2) in quotation marks; null without them. */
export function quoteOAuthError(response: ReadableResponse | null): string | null {
  if (response === null || !isObject(response.shownJson)) return null
  const { error, error_description: description } = response.shownJson
  const said = [error, description].filter((text) => typeof text === 'string' && text !== '')
  return said.length === 0 ? null : quoteTarget(response, said.join(': '))
}
