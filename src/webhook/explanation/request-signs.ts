import type { NamedValue } from '../request/compiled-body.ts'
import { percentDecode } from '../values/percent-decode.ts'
import { quoteName } from '../values/text.ts'
import { headerValue } from '../wire/headers.ts'
import type { Explanation } from './explained-node.ts'
import type { Situation } from './situation.ts'

const statusesOfPath: ReadonlySet<number> = new Set([400, 404, 405, 410, 422])

/** What a path shows that was not meant so, and what helps. */
interface PathSign {
  /** Compared with the decoded path. */
  readonly pattern: RegExp
  explain(found: string): string
}

const pathSigns: readonly PathSign[] = [
  {
    pattern: /\{\{?[\w.$ -]{1,60}\}\}?|<[\w.-]{1,60}>|\[[A-Za-z_][\w.-]{0,60}\](?=\/|$)/,
    explain: (found) =>
      `The path of the URL has ${quoteName(found)} as it stands: a placeholder has two braces and a source, such as {{ profile.id }}.`,
  },
  {
    pattern: /(?<=\/):[A-Za-z_]\w{0,60}(?=\/|$)/,
    explain: (found) =>
      `The path of the URL has ${quoteName(found)} as it stands, as documentation writes a parameter: put a placeholder there, such as {{ profile.id }}.`,
  },
  {
    pattern: /\[object Object\]|\{"|\[\{/,
    explain: () =>
      'The path of the URL has a whole object in the place of a value: name an attribute of it, such as {{ profile.company.id }}.',
  },
  {
    pattern: /(?<=\/)(?:undefined|null|NaN|None|nil)(?=\/|$)/,
    explain: (found) =>
      `The path of the URL has the word ${quoteName(found)} in the place of a value: the system before this node had none. Correct the value in the payload, or the template that gives it.`,
  },
  {
    pattern: /(?<=^|\/)(v\d{1,3}|api|rest)\/\1(?=\/|$)/i,
    explain: (found) =>
      `The path of the URL has ${quoteName(found)}: one of the two is too much, most often because the beginning of the URL has it already.`,
  },
  {
    pattern: /\/\/+/,
    explain: () =>
      'The path of the URL has two slashes in a row: remove one of them, also one at the edge of a placeholder.',
  },
]

/** Explains a path that the target does not have, by what stands in it that was not meant so. Null if nothing shows. */
export function explainPath(situation: Situation): Explanation | null {
  const { status, sent, said } = situation
  if (
    !statusesOfPath.has(status) ||
    sent.request === null ||
    situation.fields.some((field) => field.sent !== null)
  )
    return null
  const [encoded = ''] = sent.request.target.split(/[?#]/, 1)
  const path = percentDecode(encoded.slice(0, 8_192))
  // A path with a value that is hidden shows nothing of it.
  if (path === null || situation.response.maskers.display(path) !== path) return null
  const twice = explainTwiceEncoded(situation)
  if (twice !== null) return twice
  const sign = explainRepeatedBase(situation) ?? findSign(path)
  return sign === null ? null : { hint: `${sign} The target answers ${status}${said}.`, path: '/node/url' }
}

/** A value that was percent-encoded before it came into the URL, which encodes it. */
function explainTwiceEncoded(situation: Situation): Explanation | null {
  const { sent, response, said, status } = situation
  const target = sent.request?.target.slice(0, 8_192) ?? ''
  const at = target.search(/%25[0-9A-F]{2}/i)
  const found = at === -1 ? '' : partAround(target, at)
  const once = percentDecode(found)
  if (found === '' || once === null || response.maskers.display(once) !== once) return null
  const { origin, path } = findParameter(situation, target.slice(0, at)) ?? findInPath(situation)
  return {
    hint: `The URL has ${quoteName(found)}: a value that was percent-encoded already was encoded once more. Send the value as it is, or decode it first, as in {{ ${origin ?? 'profile.id'} | url_decode }}. The target answers ${status}${said}.`,
    path,
  }
}

/** The parameter of the node in whose value a URL ends. */
function findParameter({ names }: Situation, start: string): NamedValue | undefined {
  const [, name] = /[?&]([^?&=]{1,200})=[^?&=]*$/.exec(start.slice(-2_000)) ?? []
  const own = name === undefined ? null : percentDecode(name)
  return names.find((field) => field.name === own && field.path.startsWith('/node/query'))
}

/** The one attribute in the path of the URL. */
function findInPath({ node: { url } }: Situation): Pick<NamedValue, 'path' | 'origin'> {
  const [only, other] = (url.kind === 'fixed' ? url.tail.placeholders : null) ?? []
  const [, origin] = other === undefined ? (/^"([a-z]\w*(?:\.\w+)+)"$/.exec(only ?? '') ?? []) : []
  return origin === undefined || origin.startsWith('secrets')
    ? { path: '/node/url' }
    : { path: '/node/url', origin }
}

/** The segment or the parameter of a URL around a place. */
function partAround(target: string, at: number): string {
  const start = Math.max(...['/', '?', '&', '='].map((mark) => target.lastIndexOf(mark, at))) + 1
  const [part = ''] = target.slice(start).split(/[/?&=]/, 1)
  return part
}

/** The end of the URL of a connection, with which the path of the node begins once more. */
function explainRepeatedBase({ sent, node: { connection } }: Situation): string | null {
  if (connection === null || sent.redirectedTo) return null
  const base = connection.base.path.replace(/\/$/, '')
  const end = base.slice(base.lastIndexOf('/'))
  const [path = ''] = (sent.request?.target ?? '').split('?', 1)
  const own = path.startsWith(`${base}/`) ? path.slice(base.length) : ''
  if (end.length < 2 || !`${own}/`.startsWith(`${end}/`)) return null
  return `The URL of the connection ${quoteName(connection.name)} ends in ${quoteName(end)}, and the path of the node begins with that once more: write ${quoteName(own.slice(end.length) || '/')} as "url" of the node.`
}

function findSign(path: string): string | null {
  for (const { pattern, explain } of pathSigns) {
    const [found] = pattern.exec(path) ?? []
    if (found !== undefined) return explain(found)
  }
  const hasBlank = path.split('/').some((part) => part !== part.trim())
  return hasBlank
    ? 'A part of the path of the URL begins or ends with a blank: remove it from the value, or with the filter strip.'
    : null
}

/** Explains a refused credential by the form in which it went out. Null if the form is right. Not asked of a secret of the service. */
export function describeCredentialForm(situation: Situation): string | null {
  const { sent, response, node } = situation
  if (sent.request === null || response.maskers.stored !== null) return null
  const header = headerValue(sent.request.headers, 'authorization')
  if (header === undefined) return null
  const [scheme = '', rest = ''] = splitScheme(header)
  if (/^(?:Bearer|Token|Basic)$/i.test(scheme)) {
    const [second = '', behind] = splitScheme(rest)
    if (behind !== '' && /^Basic$/i.test(second))
      return 'The token is a credential of Basic: set the type of "auth" to "basic", with username and password.'
    if (behind !== '' && /^(?:Bearer|Token)$/i.test(second))
      return 'The header Authorization names its scheme twice: leave the word out of the token.'
    if (/^["'`\u201c].*["'`\u201d]$/.test(rest)) return 'The token stands in quotation marks: leave them out.'
    if (/^(?:undefined|null|NaN|None|nil|\[object Object\]|•+|\*+)$/.test(rest))
      return 'In the place of the token stands a word for nothing: what gives the token had none.'
    if (/^(?:\{\{?|\$\{|<).*[}>]$/.test(rest))
      return 'The token is a placeholder that is not filled in: write it as {{ secrets.name }}, and send the secret.'
    return /^Basic$/i.test(scheme) && node.auth === null ? describeBasic(rest) : null
  }
  return rest === '' && node.auth === null
    ? 'The header Authorization has no scheme: write the word that the target expects, most often Bearer, and a blank before the token.'
    : null
}

/** What is wrong with the text behind `Basic`: Base64 of user name, colon and password (RFC 7617, section 2). Null if nothing shows. */
function describeBasic(encoded: string): string | null {
  const cure = 'use "auth" of the type "basic", with user name and password as they are'
  if (encoded.length > maxBasic) return null
  const text = decodeBase64(encoded)
  if (text === null) return `What stands behind Basic is not encoded in Base64: encode it, or ${cure}.`
  if (/[\r\n]$/.test(text))
    return `What stands behind Basic ends with a line break once it is decoded, as echo without -n writes it: encode it without one, or ${cure}.`
  if (text.includes(':')) return null
  return decodeBase64(text)?.includes(':')
    ? `What stands behind Basic is encoded in Base64 twice: encode it once, or ${cure}.`
    : `What stands behind Basic has no colon once it is decoded: encode user name, colon and password, or ${cure}.`
}

const maxBasic = 1_000

/** The text of Base64, or null if it is none. */
function decodeBase64(text: string): string | null {
  if (!/^[A-Za-z0-9+/]{4,}={0,2}$/.test(text)) return null
  const bytes = Buffer.from(text, 'base64')
  return bytes.toString('base64').replaceAll('=', '') === text.replaceAll('=', '')
    ? bytes.toString('latin1')
    : null
}

function splitScheme(header: string): readonly [string, string] {
  const at = header.indexOf(' ')
  return at === -1 ? [header, ''] : [header.slice(0, at), header.slice(at + 1).trim()]
}
