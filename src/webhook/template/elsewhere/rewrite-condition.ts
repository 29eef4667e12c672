import { withoutTexts } from '../../values/without-texts.ts'
import { rewriteToCondition } from './rewrite-value.ts'

/** Parts of a condition: a text in quotes, a sign of another language, a name with its members, a call, or a character. */
const part =
  /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|===?|!==?=?|<>|=[<>]|[<>]=?|&&?|\|\|?|!|=|;|\?\.|\.(?:includes|contains|indexOf)\((?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')\)|\$?[A-Za-z_][\w-]{0,60}(?:\??\.(?!(?:includes|contains|indexOf)\()[\w-]{1,60}){0,20}|\s+|./gsy

/** Longer conditions are not rewritten. */
const maxCharacters = 500
/** Nor are those whose lists make them longer. */
const maxWritten = 2_000

const signs: ReadonlyMap<string, string> = new Map([
  ['===', '=='],
  ['!==', '!='],
  ['!===', '!='],
  ['<>', '!='],
  ['=', '=='],
  ['=<', '<='],
  ['=>', '>='],
  ['&&', ' and '],
  ['&', ' and '],
  ['||', ' or '],
  [';', ''],
])

const words: ReadonlyMap<string, string> = new Map([
  ['eq', '=='],
  ['equals', '=='],
  ['is', '=='],
  ['ne', '!='],
  ['neq', '!='],
  ['gt', '>'],
  ['gte', '>='],
  ['ge', '>='],
  ['lt', '<'],
  ['lte', '<='],
  ['le', '<='],
  ['includes', 'contains'],
  ['AND', 'and'],
  ['And', 'and'],
  ['OR', 'or'],
  ['Or', 'or'],
  ['NOT', 'not'],
  ['Not', 'not'],
  ['undefined', 'nil'],
  ['None', 'nil'],
  ['NULL', 'nil'],
  ['True', 'true'],
  ['TRUE', 'true'],
  ['False', 'false'],
  ['FALSE', 'false'],
])

/**
 * A condition of JavaScript, FEEL, SQL or n8n in the words of Liquid: `response.status === 200 && !response.json.error`
 * becomes `response.status == 200 and not response.json.error`. The text is not long, and the result may be as wrong as the text. `hasResponse`:
 * whether names may stand for parts of the response.
 */
function rewriteCondition(text: string, hasResponse: boolean): string {
  const parts = withoutFrame(text).match(part) ?? []
  const written = parts.map((each, index) => rewritePart(each, parts, index, hasResponse)).join('')
  return written.length > maxWritten ? text : withParentheses(written)
}

/** Whether a condition has a secret, under its name here or elsewhere. No condition that is accepted means the same. */
export function isOnSecret(text: string): boolean {
  return secret.test(withoutTexts(text))
}

const secret = /(?<![\w.])(?:secrets?|credentials?|vault|environment|env|process\.env)\s?[.[]/i

/** A problem with a condition, with what its author means in Liquid where that is found. Texts are not shown. */
export function withRewritten(
  problem: string,
  text: string,
  hasResponse: boolean,
  isAccepted: (text: string) => boolean,
): string {
  if (text.length > maxCharacters || isOnSecret(text)) return problem
  const inner = text
    .trim()
    .replace(/^=\s?(?=\{\{)/, '')
    .replaceAll(/\{\{-?|-?\}\}/g, '')
  const likely = rewriteCondition(inner, hasResponse)
  if (likely !== inner.trim() && isAccepted(likely))
    return `${problem} In Liquid it is: ${withoutTexts(likely)}`
  const meant = rewriteToCondition(inner, hasResponse)
  if (meant === null || meant === withoutTexts(inner.trim()) || !isAccepted(meant)) return problem
  return `${problem} In Liquid it is: ${meant}`
}

function rewritePart(each: string, parts: readonly string[], index: number, hasResponse: boolean): string {
  if (/^["'\s]/.test(each)) return each
  if (each === '!') return 'not '
  const [, found] = /^\.(?:includes|contains|indexOf)\((.*)\)$/s.exec(each) ?? []
  if (found !== undefined) return ` contains ${found}`
  const isOperand = /^["'\w$)]/.test(parts.slice(0, index).findLast((before) => before.trim() !== '') ?? '')
  if (signs.has(each)) return signs.get(each) ?? each
  if (words.has(each) && (isOperand || !/^[a-z]/.test(each) || each === 'undefined'))
    return words.get(each) ?? each
  // Behind an index stands a member of the same path.
  if (parts[index - 1] === '.') return each
  return /^[$A-Za-z_]/.test(each) ? renamePath(each, hasResponse) : each
}

/** A path as it is called here. */
function renamePath(path: string, hasResponse: boolean): string {
  const [root = '', ...members] = path.replaceAll('?.', '.').split('.')
  const rest = members.map((name) => (name === 'length' ? 'size' : name))
  const join = (...names: readonly string[]) => [...names, ...rest].join('.')
  if (!hasResponse) return root === '$json' ? join('profile') : join(root)
  if (/^(?:statusCode|status_code|httpCode|status|code)$/.test(path)) return 'response.status'
  if (/^(?:response|res|resp)\.ok$/.test(path)) return '(response.status >= 200 and response.status < 300)'
  if (/^\$json\.statusCode$/.test(path)) return 'response.status'
  if (root === 'pm') return renamePath(members.join('.'), hasResponse)
  if (/^(?:body|data)$/.test(root) && rest.length > 0) return join('response', 'json')
  if (root === 'headers') return join('response', 'headers')
  if (root === '$json' || root === 'json') return join('response', 'json')
  if (!/^\$?(?:response|res|resp|result)$/.test(root) || rest.length === 0) return join(root)
  const [first = '', ...others] = rest
  if (/^(?:statusCode|status_code|code|status)$/.test(first) && others.length === 0) return 'response.status'
  const isJson =
    /^(?:json|data)$/.test(first) || (first === 'body' && others.length > 0 && others[0] !== 'size')
  return isJson ? ['response', 'json', ...others].join('.') : ['response', ...rest].join('.')
}

/** A condition without what other languages have around it. */
function withoutFrame(text: string): string {
  return text
    .replaceAll(/[\u201c\u201d\u201e]/g, '"')
    .trim()
    .replace(/^(?:=(?!=)|return\b)/, '')
    .replace(/\?\s{0,3}true\s{0,3}:\s{0,3}false\s{0,3}$/, '')
    .replaceAll(listed, (_all, path: string, list: string) =>
      list
        .split(',')
        .map((value) => `${path} == ${value.trim()}`)
        .join(' or '),
    )
}

/** A value that is one of a list. */
const listed = /(?<![\w.$])([\w.$]{1,100})\s(?:in|IN)\s[[(]([^[\]()]{1,120})[\])]/g

// recheck: at most 2,000 characters
const texts = /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/gs

/** In other languages "and" goes before "or". Liquid wants it said. */
function withParentheses(condition: string): string {
  const kept = condition.match(texts) ?? []
  const plain = condition.replaceAll(texts, '""').replaceAll(/\s+/g, ' ').trim()
  let at = 0
  return parenthesize(plain).replaceAll('""', () => kept[at++] ?? '')
}

function parenthesize(plain: string): string {
  const groups = plain.split(' or ')
  if (/[()]/.test(plain) || groups.length < 2) return plain
  return groups.map((group) => (group.includes(' and ') ? `(${group})` : group)).join(' or ')
}
