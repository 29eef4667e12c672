import { quoteName } from '../values/text.ts'
import { headerValue } from '../wire/headers.ts'
import type { Explanation } from './explained-node.ts'
import type { Situation } from './situation.ts'

const ofPath: ReadonlySet<number> = new Set([400, 404, 405, 410, 422])

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
    pattern: /\/\/+/,
    explain: () =>
      'The path of the URL has two slashes in a row: remove one of them, also one at the edge of a placeholder.',
  },
]

/** Explains a path that the target does not have, by what stands in it that was not meant so. Null if nothing shows. */
export function explainPath(situation: Situation): Explanation | null {
  const { status, sent, said } = situation
  if (!ofPath.has(status) || sent.request === null || situation.fields.some((field) => field.sent !== null))
    return null
  const [encoded = ''] = sent.request.target.split(/[?#]/, 1)
  const path = decoded(encoded)
  // A path with a value that is hidden shows nothing of it.
  if (path === null || situation.response.maskers.display(path) !== path) return null
  const sign = findSign(path)
  return sign === null ? null : { hint: `${sign} The target answers ${status}${said}.`, path: '/node/url' }
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

function decoded(path: string): string | null {
  try {
    return decodeURIComponent(path.slice(0, 8_192))
  } catch {
    return null
  }
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
    return null
  }
  return rest === '' && node.auth === null
    ? 'The header Authorization has no scheme: write the word that the target expects, most often Bearer, and a blank before the token.'
    : null
}

function splitScheme(header: string): readonly [string, string] {
  const at = header.indexOf(' ')
  return at === -1 ? [header, ''] : [header.slice(0, at), header.slice(at + 1).trim()]
}
