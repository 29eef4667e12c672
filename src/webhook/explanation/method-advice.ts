import { methods } from '../../contract/method.ts'
import { parseAllow } from '../statement/challenge.ts'
import { headerValue } from '../wire/headers.ts'
import type { Explanation } from './explained-node.ts'
import type { Situation } from './situation.ts'

/** Explains a target that does not take the method: 405 and 501. */
export function explainMethod(situation: Situation): Explanation {
  const { status, response, said } = situation
  const { method } = situation.node
  const named = parseAllow(headerValue(response.headers, 'allow') ?? '')
  if (status === 405 && named.includes(method))
    return {
      hint: `The target answers 405, although it names ${method} among the methods that it allows here. Check the path of the URL.`,
      path: '/node/url',
    }
  const others = named.filter((name) => name !== method)
  const sendable = others.filter((name) => sendableMethods.has(name))
  const allowed = sendable.length === 0 ? others : sendable
  const quote = allowed.length === 0 ? null : situation.quoted(allowed.join(', '))
  const path = '/node/method'
  if (quote !== null && sendable.length === 0)
    return {
      hint: `The target allows ${quote.slice(1, -1)} here (${status}), and a node cannot send that: check the path of the URL.`,
      path: '/node/url',
    }
  if (quote !== null)
    return {
      hint: `The node sends ${method}, and the target allows ${quote.slice(1, -1)} (${status}). Change the method, or the path of the URL.`,
      path,
    }
  return status === 405
    ? {
        hint: `The target does not allow the method ${method} on this path${said}. Change the method, or check the path of the URL.`,
        path,
      }
    : { hint: `The target does not know the method ${method} at all${said}. Use another method.`, path }
}

const sendableMethods: ReadonlySet<string> = new Set(methods)

/** Explains a 404 or 400 whose words name another method than the node sends: `Did you mean to make a POST request?`. */
export function explainMethodInWords(situation: Situation): Explanation | null {
  const { status, words, node } = situation
  if (status !== 404 && status !== 400) return null
  const named = Array.from(
    words.slice(0, maxRead).matchAll(ofRequest),
    ([, before, behind]) => before ?? behind,
  )
  const other = named.find((method) => method !== node.method)
  const isOfOwn = named.includes(node.method) && /\bnot\b/i.test(words)
  if (other === undefined || !(isOfOwn || /\bdid you mean\b|\buse\b|\bmust\b|\bonly\b/i.test(words)))
    return null
  return {
    hint: `The node sends ${node.method}, and the target wants ${other} here${situation.said}. Set "method" to "${other}".`,
    path: '/node/method',
  }
}

const maxRead = 500
const ofRequest =
  /\b(GET|POST|PUT|PATCH|DELETE) (?:requests?|method)\b|\bmethods? (GET|POST|PUT|PATCH|DELETE)\b/g
