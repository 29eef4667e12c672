import { quoteTarget } from '../response/quote-target.ts'
import type { ReadableResponse } from '../response/readable-response.ts'
import { readStatement } from '../statement/read-statement.ts'
import { isObject } from '../values/json.ts'
import { headerValue } from '../wire/headers.ts'

/**
 * What the answer of a token endpoint says, in quotation marks: the address of a redirect, the `error` and `error_description` of
 * OAuth (RFC 6749, section 5.2), or what any API writes of an error. Null if it says nothing that may be quoted.
 */
export function quoteTokenAnswer(response: ReadableResponse | null): string | null {
  if (response === null) return null
  const { status, headers } = response
  if (status >= 300 && status < 400) return quoteTarget(response, headerValue(headers, 'location') ?? '')
  const own = quoteOAuthError(response)
  if (own !== null || status < 400) return own
  const words = readStatement(response)?.text.replace(/\.\s?$/, '')
  return words === undefined ? null : quoteTarget(response, words)
}

function quoteOAuthError(response: ReadableResponse): string | null {
  if (!isObject(response.shownJson)) return null
  const { error, error_description: description } = response.shownJson
  const said = [error, description].filter((text) => typeof text === 'string' && text !== '')
  return said.length === 0 ? null : quoteTarget(response, said.join(': '))
}
