import { mask } from '../masking/mask.ts'
import { listWords, quoteName } from '../values/text.ts'
import { headerValue } from '../wire/headers.ts'
import { findScheme } from './auth-scheme.ts'
import type { Situation } from './situation.ts'

const maxPath = 120
const maxNames = 5
const maxOrigins = 3
/** Statuses whose cause shows when the call is compared with the documentation of the target. */
export const ofCall: ReadonlySet<number> = new Set([400, 404, 410, 422])
const ofValues: ReadonlySet<number> = new Set([400, 422])

/**
 * What the call was, as a sentence with a space before it, for a target whose words are no certain cause: method, host and path, and
 * what else the status may be about. A reader compares it with the documentation of the target. Empty if the target says more than its
 * status and that is about something else or has the path itself, or if nothing may be shown.
 */
export function describeCall(situation: Situation): string {
  const { node, sent, status } = situation
  if (sent.request === null || sent.redirectedTo) return ''
  const [path = ''] = sent.request.target.split('?', 1)
  if (!situation.saysNothing && (!ofCall.has(status) || situation.words.includes(path))) return ''
  const authority =
    node.url.kind === 'fixed' ? node.url.authority : (headerValue(sent.request.headers, 'host') ?? '')
  const quote = situation.quoted(`${node.method} ${authority}${path}`, maxPath)
  if (quote === null) return ''
  const more = ofValues.has(status)
    ? describeFields(situation)
    : status === 404
      ? describeOrigins(situation)
      : describeKey(situation)
  const [only, ...others] = ofValues.has(status)
    ? situation.names.filter(({ path }) => path !== '/node/url')
    : []
  const value = only === undefined || others.length > 0 ? '' : situation.describeSent(only)
  return ` The call was ${quote.replaceAll('"', '')}${more}.${value}`
}

function describeFields({ node, names }: Situation): string {
  const own = names.filter(({ path }) => path.startsWith('/node/body') || path.startsWith('/node/query'))
  const shown = [...new Set(own.map(({ name }) => quoteName(name)))]
  if (shown.length === 0) return ''
  const list = shown.length > maxNames ? [...shown.slice(0, maxNames), 'others'] : shown
  const as = node.body === null ? '' : ` as ${node.body.contentType.slice(0, maxPath)}`
  return `, with ${listWords(list, 'and')}${as}`
}

/** The attributes that stand in the URL. */
function describeOrigins({ node: { url } }: Situation): string {
  const placeholders = url.kind === 'fixed' ? (url.tail.placeholders ?? []) : []
  const own = placeholders.slice(0, maxOrigins).filter((name) => !/secrets/.test(name))
  return own.length === 0
    ? ''
    : `, with the ${own.length === 1 ? 'value' : 'values'} of ${listWords(own, 'and')}`
}

/** How the credential went out. */
function describeKey({ node, sent, credential, status }: Situation): string {
  if (status !== 401 && status !== 403) return ''
  if (credential === null) return ''
  if (node.auth?.isInUrl) return ', with the credential as a parameter'
  const scheme = findScheme(sent)
  if (scheme !== null) return `, with the scheme ${scheme} in the header Authorization`
  const own = sent.request?.headers.find(([name]) => /api-?key|token|auth/i.test(name))
  return own === undefined || own[0].includes(mask) ? '' : `, with the header ${quoteName(own[0])}`
}
