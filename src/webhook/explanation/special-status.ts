import type { ReadableResponse } from '../response/readable-response.ts'
import { isHtmlPage } from '../statement/read-statement.ts'
import { quoteName } from '../values/text.ts'
import { headerValue } from '../wire/headers.ts'
import { explainContentType } from './content-type.ts'
import { spread } from './credential.ts'
import { describeCall } from './describe-call.ts'
import type { Explanation } from './explained-node.ts'
import { explainMethod } from './method-advice.ts'
import { explainRedirect } from './redirect.ts'
import { listTextValues } from './sent-values.ts'
import type { Situation } from './situation.ts'
import { explainSenderFault } from './soap-fault.ts'
import { adviseOn } from './status-advice.ts'

/** Explains statuses whose cause names a part of the request or of the head of the response. */
export function explainSpecial(situation: Situation): Explanation | null {
  const { status, senderFault, words } = situation
  if (senderFault !== null) return explainSenderFault(situation, senderFault)
  if (status === 405 || status === 501) return explainMethod(situation)
  if (status === 415) return explainContentType(situation)
  if (status === 431 || headersTooLarge.test(words)) return explainHeaders(situation)
  if (status === 402) return explainPayment(situation)
  if (status === 304) return explainUnchanged(situation)
  if (status === 406) return explainAccept(situation)
  if (status === 411) return explainLength(situation)
  if (status === 413) return explainFileSize(situation) ?? explainLargeField(situation)
  if (status === 426) return explainUpgrade(situation)
  if (status === 404 && mayHide(situation.response, words)) return explainHidden(situation)
  return explainRedirect(situation)
}

/** The page of nginx for headers that are too large, which it sends with status 400. */
const headersTooLarge = /^400 Request Header Or Cookie Too Large/

function explainHeaders({ node: { headers }, credential, said }: Situation): Explanation {
  const beginning = `The headers are too large for the target${said}`
  if (headers.length > 0)
    return { hint: `${beginning}. Send fewer or shorter headers.`, path: '/node/headers' }
  if (credential !== null)
    return {
      hint: `${beginning}. The node has no "headers", so ${credential.words} is the largest: send a shorter one.`,
      path: credential.path,
    }
  return {
    hint: `${beginning}. The node sets none itself: shorten its URL, which some targets count among them, or ask the operator of the target what adds headers on the way.`,
    path: '/node/url',
  }
}

/** Without a header Accept of the node the URL asks for a form. */
function explainAccept({ node, said }: Situation): Explanation | null {
  if (node.headers.some(({ name }) => /^accept$/i.test(name))) return null
  return {
    hint: `The target cannot answer in the form that it takes the call to ask for${said}. The node sends no header Accept: look in the documentation of the target whether its path has an ending such as ".json", or add the header Accept with "application/json".`,
    path: '/node/url',
  }
}

/** Words about the card of a customer. */
const ofCard = /\bcard\b|\bdeclined\b|\bdo not honor\b|\bpayment method\b|\bCVC\b/i

function explainPayment({ words, said, credential, pathOfValues }: Situation): Explanation | null {
  if (ofCard.test(spread(words)))
    return {
      hint: `The payment of the customer failed${said}. Use another card or means of payment in the values that the node sends: the credential is not the cause.`,
      path: pathOfValues,
    }
  if (credential !== null) return null
  return {
    hint: `The target asks for a payment${said}. The node sends no credential: check the account that the URL names, its plan and its balance.`,
    path: '/node/url',
  }
}

/** Without a condition in the request nothing asks for a 304 (RFC 9110, section 15.4.5). */
function explainUnchanged({ node, missed }: Situation): Explanation | null {
  if (node.headers.some(({ name }) => /^if-/i.test(name))) return null
  return {
    hint: 'The target says that nothing has changed (304), although the node sends no conditional header: a cache in front of the target is probably wrong. If this is a normal end, expect 304 as well.',
    path: missed.path,
  }
}

function explainLength({ sent, said }: Situation): Explanation | null {
  if (!sent.request?.body?.length) return null
  return {
    hint: `The target finds no Content-Length${said}, and the node sends a body with one: something in front of the target drops it. Tell the operator of the target, or use a URL that leads past that.`,
    path: '/node/url',
  }
}

/** The header names what the target wants (RFC 9110, section 15.5.22). */
function explainUpgrade(situation: Situation): Explanation | null {
  const wanted = headerValue(situation.response.headers, 'upgrade') ?? ''
  const quote = wanted === '' ? null : situation.quoted(wanted, 60)
  if (quote === null) return null
  return {
    hint: `The target wants ${quote} in place of HTTP/1.1, as its header Upgrade says${situation.said}. The service speaks HTTP/1.1 over TLS 1.2 and 1.3 only: use a URL of the target that takes it, or ask the operator of the target for one.`,
    path: '/node/url',
  }
}

/** A body with files is too large because of them. */
function explainFileSize({ node: { body }, said }: Situation): Explanation | null {
  if (body === null || (body.form !== 'multipart' && body.form !== 'bytes')) return null
  return {
    hint: `The body is too large for the target${said}. Send a smaller file, or a link to it if the target takes one.`,
    path: body.valuesPath,
  }
}

/** One field may have nearly all of a body. */
function explainLargeField({ node, sent, names, said, response }: Situation): Explanation | null {
  const body = sent.request?.body ?? null
  if (body === null || body.length > maxParsed) return null
  const text = body.toString('utf8')
  const large = listTextValues(text).find(({ value }) => value.length > text.length * nearlyAll)
  const field = names.find(
    ({ name, path }) =>
      name === large?.name &&
      path.startsWith('/node/body') &&
      (large.path === undefined || !path.startsWith(content) || path === `${content}${large.path}`),
  )
  if (large === undefined || response.maskers.display(large.name) !== large.name) return null
  const origin = field?.origin === undefined ? '' : `, which comes from ${field.origin}`
  const kilobytes = Math.ceil(Buffer.byteLength(large.value) / 1_024)
  return {
    hint: `The body is too large for the target${said}. Nearly all of it is the value of ${quoteName(large.name)}${origin}, with ${kilobytes} KiB: shorten it, or send a link to it if the target takes one.`,
    path: field?.path ?? node.body?.valuesPath ?? '/node/body',
  }
}

const nearlyAll = 0.8
const maxParsed = 4_194_304
const content = '/node/body/content'

/** Some targets hide what a call without a credential may not see. */
function explainHidden(situation: Situation): Explanation | null {
  const { credential, said } = situation
  if (credential !== null) return null
  const { meaning, cure } = adviseOn(404)
  return {
    hint: `${meaning}${said}. ${cure} The node sends no credential, and some targets answer so to a call without one.${describeCall(situation)}`,
    path: '/node/url',
  }
}

/** Whether a 404 may hide a record from a call without a credential. A page is that of a web server, which hides nothing so. */
function mayHide(response: ReadableResponse, words: string): boolean {
  return response.body.length > 0 && !isHtmlPage(response) && !namesPath(words)
}

/** Whether words are those of a server that has no such path for anyone. */
export function namesPath(words: string): boolean {
  return ofPath.test(words)
}

const ofPath = /^cannot [a-z]+ \/|\b(?:route|endpoint|path|page|url|no handler|no static resource)\b/i
