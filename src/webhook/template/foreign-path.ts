import { isTemplate } from './template.ts'

/** A path into a response, in the language of another tool. */
export interface ForeignPath {
  /** The path as it is written. */
  readonly written: string
  /** What the path is, with its article. */
  readonly language: string
  /** The placeholder that means the same; null if there is none. */
  readonly placeholder: string | null
  /** Whether a text could be meant, since it stands in no placeholder. */
  readonly isText: boolean
}

const maxLength = 300

/**
 * Reads a template of `capture` that consists of a path such as `$.id`, `/id`, `.id`, `body.id` or `items[0].id`, alone or in a
 * placeholder. Null for anything else, and for the paths of Liquid.
 */
export function readForeignPath(text: string): ForeignPath | null {
  if (text.length > maxLength) return null
  const [, inside] = /^\s*=?\s?\{\{-?([^{}|]*)\}\}\s*$/.exec(text) ?? []
  if (inside === undefined && isTemplate(text)) return null
  const written = withoutMarks((inside ?? text).trim())
  const language = nameLanguage(written, inside !== undefined)
  if (language === null) return null
  const isText = inside === undefined
  return { written, language, placeholder: translate(written, language), isText }
}

/** Without the marks of placeholders in other tools. */
function withoutMarks(text: string): string {
  const [, inner = text] = /^(?:\$\{|\{|<%=?|\[\[|=(?=\$))([^{}<>]*?)(?:\}|%>|\]\])?$/.exec(text) ?? []
  return inner.trim()
}

const pointerSyntax = /^#?(?:\/[\w~@%.$-]+)+$/
const bracket = '\\[(?:-?\\d*|\\*|"[^"]*"|\'[^\']*\')\\]'

const jsonPath = 'a JSONPath'
const jsonPointer = 'a JSON Pointer'

/** OpenAPI names the body before a pointer into it. */
const pointerIntoBody = /^\$response\.body(?=#\/)/

/** What stands before the first step, the most special first. */
const languages: readonly (readonly [form: RegExp, language: string])[] = [
  [/^\$(?:json|node|input|response|res|body|data|items)\b/i, 'a path of another tool'],
  [/^[$@](?:[.[]|$)/, jsonPath],
  [pointerSyntax, jsonPointer],
  [/^\.(?:[A-Za-z_[]|"|$)/, 'a path of jq'],
  [/^response\.json\b[^*[]*(?:\[\*?\]|\*)/, 'a path of another tool'],
]

/** The names of a response and its body in other tools. */
const roots =
  /^(?:(?:response|res|resp|result|answer)\??\.(?:body|data|json|payload|content|text)|body|json|data|payload|content|headers?|(?:response|res)\??\.headers?)(?=[.[?])/i
const own = /^response\.(?:status|body|headers|json)(?:$|(?:\.[\w-]+|\[\d+\])*$)/

function nameLanguage(text: string, isPlaceholder: boolean): string | null {
  // Within a placeholder the refusal of an unknown expression says more.
  if (pointerIntoBody.test(text) && pointerSyntax.test(text.replace(pointerIntoBody, ''))) return jsonPointer
  if (isPlaceholder && text.startsWith('$')) return null
  const found = languages.find(([form]) => form.test(text))
  if (found !== undefined) return found[1]
  if (text === '' || (own.test(text) && !/^response\.body./.test(text))) return null
  // In a placeholder Liquid itself knows what is near.
  if (isPlaceholder) return null
  return (roots.test(text) || brackets.test(text)) && splitSteps(text) !== null ? 'a path' : null
}

const brackets = new RegExp(`^[\\w.-]*${bracket}`)

/** One step of a path: a name or an index, or null for all items of a list. */
type Step = string | number | null

function translate(text: string, language: string): string | null {
  const steps =
    language === jsonPointer
      ? splitPointer(text.replace(pointerIntoBody, ''))
      : splitSteps(text.replace(/^[$@](?=[.[]|$)/, ''))
  return steps === null
    ? null
    : write(language === jsonPath || language === jsonPointer ? steps : withoutRoot(steps))
}

function splitPointer(text: string): readonly Step[] {
  const names = text.replace(/^#?\//, '').split('/')
  return names.map((name) => toStep(name.replaceAll('~1', '/').replaceAll('~0', '~')))
}

/** Null if the path has more than names, indexes and all items. */
function splitSteps(text: string): readonly Step[] | null {
  const steps: Step[] = []
  let end = 0
  for (const { 0: whole, 1: name, 2: index, 3: double, 4: single, index: at } of text.matchAll(step)) {
    if (at !== end) return null
    end = at + whole.length
    if (name !== undefined) steps.push(name === '*' ? null : toStep(name))
    else if (index !== undefined) steps.push(/\d/.test(index) ? Number(index) : null)
    else steps.push(double ?? single ?? '')
  }
  return end === text.length ? steps : null
}

// A name, an index or all items, a name between quotes.
const step =
  /(?:^|\?\.|\.)(\*|\$?[\p{L}_@\d-][\p{L}\p{M}\w@-]*)|\??\.?\[(-?\d+|\*|)\]|\.?\["([^"]*)"\]|\.?\['([^']*)'\]/gu

function toStep(name: string): Step {
  return /^(?:0|[1-9]\d{0,5})$/.test(name) ? Number(name) : name
}

/** Without the names of the response and of its body. Headers stay. */
function withoutRoot(steps: readonly Step[]): readonly Step[] {
  const [first, ...rest] = steps
  if (typeof first !== 'string') return steps
  if (/^\$?(?:response|res|resp|result|answer)$/i.test(first) && rest.length > 0)
    return /^(?:data|payload|content|text)$/i.test(String(rest[0])) ? rest.slice(1) : withoutRoot(rest)
  if (/^headers?$/i.test(first)) return ['headers', ...rest]
  return /^\$?(?:body|json)$/i.test(first) ? rest : steps
}

function write([first, ...others]: readonly Step[]): string | null {
  const isHeader = first === 'headers' && typeof others[0] === 'string' && others.length === 1
  if (isHeader) return `{{ response.headers${writeStep(String(others[0]).toLowerCase())} }}`
  const all = first === undefined ? [] : [first, ...others]
  const at = all.indexOf(null)
  const before = all.slice(0, at === -1 ? all.length : at)
  const behind = at === -1 ? [] : all.slice(at + 1)
  const list = `response.json${before.map(writeStep).join('')}`
  if (behind.length === 0) return `{{ ${list} }}`
  if (!behind.every((name) => typeof name === 'string' && plainName.test(name))) return null
  return `{{ ${list} | map: "${behind.join('.')}" }}`
}

const plainName = /^[A-Za-z_](?:[\w-]*\w)?$/

function writeStep(name: Step): string {
  if (typeof name === 'number') return `[${name}]`
  if (name !== null && plainName.test(name)) return `.${name}`
  return `[${JSON.stringify(name)}]`
}

/** The complaint about a path in `capture`. */
export function complainAboutPath({ written, language, placeholder, isText }: ForeignPath): string {
  const right = placeholder ?? 'the whole path as a placeholder, such as {{ response.json.data[0].id }}'
  const literal = isText && !written.includes('"') ? `, or {{ "${written}" }} for the text itself` : ''
  return `must have a placeholder in Liquid, and "${written}" is ${language}: write ${right}${literal}`
}
