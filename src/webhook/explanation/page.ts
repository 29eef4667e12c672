import type { ReadableResponse } from '../response/readable-response.ts'
import { isLoginPage, readHtmlStatement } from '../statement/markup-statement.ts'
import { isHtmlPage } from '../statement/read-statement.ts'
import { readsJson } from '../template/response-paths.ts'
import { headerValue } from '../wire/headers.ts'
import { placeOfNone } from './credential.ts'
import type { ExplainedNode, Explanation, SentRequest } from './explained-node.ts'
import { asksForProof } from './firewall.ts'
import type { Situation } from './situation.ts'

/** Whether a response is a page of HTML in place of JSON. Then nothing else is wrong with its body. */
export function isUnwantedPage(
  { expectations, capture }: ExplainedNode,
  response: ReadableResponse,
  { request }: SentRequest,
): boolean {
  const wantsJson =
    expectations.some((expectation) => expectation.readsJson) ||
    capture.some(([, { responsePaths }]) => readsJson(responsePaths)) ||
    /\bjson\b/i.test(headerValue(request?.headers ?? [], 'accept') ?? '')
  return wantsJson && isHtmlPage(response)
}

/** A page of HTML in place of JSON comes from a firewall, or from the web interface, which asks for a login or has its own pages. */
export function explainPage(situation: Situation): Explanation | null {
  const { node, response, sent, missed } = situation
  const title = quoteTitle(situation)
  const page = title === null ? 'an HTML page' : `an HTML page, ${title},`
  if (!isUnwantedPage(node, response, sent)) {
    const isLogin = !missed.clue?.isCertain && isHtmlPage(response) && isLoginPage(response.text)
    return isLogin ? explainLogin(situation, `The target sent ${page} that asks for a login:`) : null
  }
  const came = `The target sent ${page} where JSON was asked for.`
  if (title !== null && asksForProof(response, title))
    return {
      hint: `${came} It comes from something in front of the target, such as a firewall, which takes the call for that of a robot. Ask the operator of the target to admit the service.`,
      path: '/node/url',
    }
  if (isLoginPage(response.text)) return explainLogin(situation, `${came} It asks for a login:`)
  return {
    hint: `${came} The URL is probably that of a web interface: use the one of the API.`,
    path: '/node/url',
  }
}

function quoteTitle(situation: Situation): string | null {
  const { response } = situation
  const statement = response.mayBeQuoted ? readHtmlStatement(response.quotedText) : null
  return statement === null ? null : situation.quoted(statement.text)
}

/** A login page: the target wants another credential, or the URL is that of its web interface. */
export function explainLogin({ credential }: Situation, beginning: string): Explanation {
  if (credential === null)
    return {
      hint: `${beginning} the node sends no credential. Set "auth", or use the URL of the API, if this one is that of a web interface.`,
      path: placeOfNone,
    }
  return {
    hint: `${beginning} the URL is probably that of a web interface, which does not know the credential of ${credential.words}. Use the URL of the API.`,
    path: '/node/url',
  }
}
