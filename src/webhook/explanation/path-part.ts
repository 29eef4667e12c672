import { percentDecode } from '../values/percent-decode.ts'
import type { Explanation } from './explained-node.ts'
import { listMentioned } from './sent-values.ts'
import type { Situation } from './situation.ts'

const ofThings: ReadonlySet<number> = new Set([400, 404, 410, 422])

const isUnknown =
  /\b(?:invalid|unknown|unsupported|unrecogni[sz]ed|no query results|non[- ]existing|no longer exists|not (?:found|valid|exist|supported|recogni[sz]ed|defined)|(?:does|do) not exist|doesn't exist|no such|could not|cannot|can't|couldn't|unable to parse|malformed|incorrect)\b/i

/** Words of APIs for what a part of a path names. */
const named =
  /\b(?:table|segment|resource|object|entity|collection|model|module|type|list|project|repository|database|bucket|index|version|action|method|operation|function|command|id|named?)[:]? ["'`\u2018\u201c]?([\w.$-]{2,80})/gi

/**
 * Explains a target that does not know a part of the path, which its words have: `Invalid table incidnt`. Null if they have none. Asked
 * once no field of the request is the cause.
 */
export function explainPathPart(situation: Situation): Explanation | null {
  const { status, words, said, sent, response, credential } = situation
  if (!ofThings.has(status) || sent.request === null || words === '') return null
  if (situation.isOfValues && situation.fieldOfValue !== null) return null
  const clauses = words.slice(0, 2_000).split(/[.;,] |--> /)
  const part = findPart(
    clauses.filter((clause) => isUnknown.test(clause)),
    sent.request.target,
  )
  if (part === null && status !== 404 && ofPath.test(words))
    return {
      hint: `The target does not know what the path of the URL names${said}. Correct it there.`,
      path: '/node/url',
    }
  const quote = part === null || response.maskers.display(part) !== part ? null : situation.quoted(part, 60)
  if (quote === null) return null
  const hidden =
    status === 404 && credential === null
      ? ' The node sends no credential, and some targets answer so to a call without one.'
      : ''
  return {
    hint: `The target does not know ${quote}, which stands in the path of the URL${said}. Correct it there, or check whether it belongs to this account or environment.${hidden}`,
    path: '/node/url',
  }
}

/** Words for what a path names, and no field of a body. */
const ofPath =
  /\binvalid[ _](?:module|table|resource|endpoint|url|uri|path|route|api[ _]name|object[ _]type|entity[ _]set)\b|\b(?:module|table|endpoint|sobject) name\b[^.;]{0,40}\b(?:invalid|unknown|wrong)\b/i

function findPart(clauses: readonly string[], target: string): string | null {
  const words = clauses.join('; ')
  const [path = ''] = target.split(/[?#]/, 1)
  const parts = path
    .slice(0, 2_048)
    .split('/')
    .map((part) => percentDecode(part) ?? part)
  const mentioned = new Set([
    ...listMentioned(words),
    ...Array.from(words.slice(0, 500).matchAll(named).take(10), ([, one = '']) => one.replace(/\.$/, '')),
  ])
  // Google has a method behind what a part names: `Sheet1!A1:append`.
  const own = [...parts, ...parts.map((part) => part.split(':', 1)[0] ?? '')]
  return own.findLast((part) => part.length > 1 && mentioned.has(part)) ?? findId(parts, words)
}

/** A part of the path with a digit, such as an id, that stands as a word of its own. */
function findId(parts: readonly string[], words: string): string | null {
  const said = new Set(
    words
      .slice(0, 500)
      .split(/[\s"'`(),;]+/)
      .map((word) => word.replace(/[.:]$/, '')),
  )
  return (
    parts.findLast((part) => /\d/.test(part) && part.length > 1 && !/^v\d+$/.test(part) && said.has(part)) ??
    null
  )
}
