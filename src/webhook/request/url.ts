import type { ConfigError } from '../../contract/config-error.ts'
import type { Failure } from '../../contract/failure.ts'
import { mask } from '../masking/mask.ts'
import type { Compiler } from '../template/compiler.ts'
import { describeForeignExpression } from '../template/elsewhere/foreign-expression.ts'
import { asUrlComponent, type Encoder, type WrittenForm } from '../template/encoders.ts'
import type { Scope } from '../template/render-context.ts'
import type { UndefinedVariable } from '../template/render-result.ts'
import {
  isStoredSecret,
  mustBeSilent,
  type RenderResult,
  rendered,
  replaceSecrets,
  secretInvalid,
} from '../template/render-result.ts'
import type { Template } from '../template/template.ts'
import { describeCause } from '../template/undefined-warning.ts'
import { withoutTexts } from '../values/without-texts.ts'
import {
  complainAbout,
  forbiddenComplaint,
  forbiddenInUrl,
  parseAuthority,
  type UrlPlace,
  userInfoComplaint,
} from './authority.ts'
import { describeHostFromValue } from './host-from-value.ts'
import { describeJoined, describeJoinedTail } from './joined-url.ts'
import { splitTail, type UrlTail } from './url-tail.ts'

/** A compiled URL with a constant host and port. */
export interface FixedUrl extends UrlPlace {
  readonly kind: 'fixed'
  /** Whether path and query are the same for every payload. */
  readonly isConstant: boolean
  /** Whether the URL contains a secret. */
  readonly carriesSecret: boolean
  /** The template of path and query. */
  readonly tail: Pick<Template, 'hasDefault' | 'placeholders'>
  /** Renders path and query. Values are encoded, so that they cannot change the structure of the URL. */
  render(scope: Scope): RenderResult<UrlTail>
  /** Renders the path only, with NUL for each secret of the service. */
  renderPath(scope: Scope): RenderResult<string>
}

/** The maximum length of a URL, in characters. Apache and nginx refuse request lines of more than 8 KiB by default. */
export const maxUrlLength = 8192

const errorPath = '/node/url'

/** Compiles a URL. Path and query stay as the author wrote them: the WHATWG parser would resolve `%2e%2e` and repair errors. */
export function compileUrl(url: string, compiler: UrlCompiler): FixedUrl | ConfigError {
  const complaint = complaintAbout(url)
  if (complaint !== null) return refused([complaint, ...complaintsBehind(url, compiler)])
  const [, authority = '', rest = ''] = /^https:\/\/([^/?#]*)(.*)$/is.exec(url) ?? []
  const parsed = readAuthority(authority, rest, compiler)
  const tail = compileTail(rest, compiler)
  if (parsed.ok && tail.ok) return fixedUrl(parsed.place, tail.template)
  return refused([parsed, tail].flatMap((part) => (part.ok ? [] : [part.problem])))
}

type UrlCompiler = Pick<Compiler, 'url' | 'templates'>

const notFilledIn =
  'has a placeholder in place of the host, which is not filled in, because "templates" is "none": write the host itself'

/** All that is wrong with a URL, as one error: each of them would be refused on its own. */
function refused(problems: readonly string[]): ConfigError {
  return { path: errorPath, message: [...new Set(problems)].join(also) }
}

const also = '; also: '

function readAuthority(
  authority: string,
  rest: string,
  { templates }: Pick<Compiler, 'templates'>,
): ReturnType<typeof parseAuthority> {
  if (templates === 'none' && /\{\{|\{%/.test(authority)) return { ok: false, problem: notFilledIn }
  if (/\{\{|\{%/.test(authority)) {
    const host = authority.slice(authority.indexOf('@') + 1)
    const problems = [...(host === authority ? [] : [userInfoComplaint]), describeHostFromValue(host, rest)]
    return { ok: false, problem: problems.join(also) }
  }
  if (foreignHost.test(authority)) return { ok: false, problem: foreignHostComplaint }
  const parsed = parseAuthority(authority)
  // Such a character may also come of another one, such as a wide "＄".
  return parsed.ok && foreignHost.test(parsed.place.host)
    ? { ok: false, problem: foreignHostComplaint }
    : parsed
}

function compileTail(rest: string, compiler: UrlCompiler): ReturnType<Compiler['url']> {
  const tail = compiler.url(rest)
  // Without its placeholders, even if one of them is wrong.
  const staticText = tail.ok ? tail.template.staticText : rest.replaceAll(/\{\{[^{}]*\}\}/g, '')
  if (!forbiddenInUrl.test(staticText) || (!tail.ok && staticText.includes('{'))) return tail
  const problem = describeJoinedTail(staticText) ?? complainAbout(staticText)
  return { ok: false, problem: tail.ok ? problem : `${problem}${also}${tail.problem}` }
}

function fixedUrl(place: UrlPlace, tail: Template): FixedUrl {
  return {
    kind: 'fixed',
    ...place,
    isConstant: tail.isConstant,
    carriesSecret: tail.secretNames.length > 0,
    tail,
    ...createRenderers(tail),
  }
}

/** What is wrong with a URL beside its scheme, if all but that is there. */
function complaintsBehind(url: string, compiler: UrlCompiler): readonly string[] {
  if (url.length > maxUrlLength) return []
  const [, authority, rest = ''] = /^\s*(?:https?:\/\/|\/\/)?([\w.@:-]+)((?:[/?#].*)?)$/is.exec(url) ?? []
  if (authority === undefined || !/[.@]|^localhost\b/.test(authority)) return []
  const parts = [readAuthority(authority, rest, compiler), compileTail(rest.trimEnd(), compiler)]
  return parts.flatMap((part) => (part.ok ? [] : [part.problem]))
}

/** A variable of another tool, which no name can have in it: `${HOST}`, `$HOST`, `{host}`, `%HOST%`, `<host>`, `:host`. */
const foreignHost = /[${}]|^%[A-Za-z_]\w{0,60}%$|^<[\w -]{1,60}>|^:[A-Za-z]/

const foreignHostComplaint =
  'has a variable in place of the host, which is not filled in: write the host itself, as in https://api.example.com/path; placeholders are allowed behind the first "/", "?" or "#"'

function createRenderers(tail: Template): Pick<FixedUrl, 'render' | 'renderPath'> {
  if (!tail.isConstant)
    return { render: (scope) => renderTail(tail, scope), renderPath: (scope) => renderPath(tail, scope) }
  const constant = splitTail(tail.staticText)
  const [whole, path] = [rendered(constant), rendered(constant.path)]
  return { render: () => whole, renderPath: () => path }
}

function complaintAbout(url: string): string | null {
  if (url === '') return 'must not be empty'
  if (url.length > maxUrlLength) return `must not be longer than ${maxUrlLength} characters`
  if (/^https:\/\//i.test(url)) return null
  if (/^http:\/\//i.test(url)) return 'must start with https://, because the service does not send plain http'
  const mistake = describeJoined(url) ?? mistakes.find(([form]) => form.test(url))?.[1]
  const advice = [mistake, describeForeignValue(url)].filter((part) => part != null)
  return ['must be an absolute URL that starts with https://', ...advice].join('; ')
}

/** What is wrong with the first placeholder behind such a mistake, if it is that of another tool. */
function describeForeignValue(url: string): string | null {
  const [, inner] = /^[^{]{1,500}\{\{-?([^{}]{1,200})\}\}/.exec(url) ?? []
  const place = { isCondition: false, hasResponse: false }
  const found = inner === undefined ? null : describeForeignExpression(withoutTexts(inner.trim()), place)
  return found === null ? null : `the placeholder in it, too: ${found}`
}

/** What was meant by a URL that does not start with https://, by how it begins. */
const mistakes: readonly (readonly [form: RegExp, what: string])[] = [
  [/^\s/, 'remove the white space before it'],
  [/^["'<`(]/, 'remove the quotes or brackets around it'],
  [
    /^(?:curl|wget)\s/i,
    'write the address alone; of the command -X is "method", -H "headers", -d "body" and -u "auth" of the node',
  ],
  [/^(?:GET|POST|PUT|PATCH|DELETE)\s/i, 'write the address alone: the method is "method"'],
  [/^=/, 'remove the "=" of FEEL and n8n; placeholders are allowed behind the host'],
  [
    /^[$#@]\{|^%|^<%/,
    'write host and path themselves; a placeholder is written as {{ profile.id }}, and stands behind the host',
  ],
  [
    /^callout:/i,
    'a named credential is a "connection" of the service: write its name there, and only the path here',
  ],
  [/^\/\//, 'write https: before it'],
  [/^\//, 'write https:// and the host before it'],
  [/^h?t{1,3}p{0,3}s{0,2}:\/\//i, 'write https:// for what is before the host'],
  [/^https?:?\/{0,2}/i, 'write https:// before the host, with the colon and both slashes'],
  [/^[a-z][a-z\d+.-]{0,20}:\/\//i, 'the service sends https only'],
  [/^[\w-]+(?:\.[\w-]+)*(?::\d+)?(?:[/?#]|$)/, 'write https:// before it'],
]

function renderTail(tail: Template, scope: Scope): RenderResult<UrlTail> {
  const values: ValueSpan[] = []
  const text = tail.text(scope, recording(values))
  if (!text.ok) return text
  const failure = explainFailure(text.value, values, text.undefinedVariables, tail)
  if (failure !== null) {
    const shownUrl = withMasks(replaceSecrets(text.value, text.secrets, mask))
    return { ok: false, failure: { ...(mustBeSilent(text.secrets) ? secretInvalid : failure), shownUrl } }
  }
  const wire = splitTail(text.value)
  if (text.secrets.length === 0) return { ...text, value: wire }
  const masked = splitTail(replaceSecrets(text.value, text.secrets, mask))
  const display = { path: withMasks(masked.path), query: masked.query && withMasks(masked.query) }
  return { ...text, value: { ...wire, display } }
}

function renderPath(tail: Template, scope: Scope): RenderResult<string> {
  const text = tail.text(scope, asUrlComponent)
  if (!text.ok) return text
  const secrets = text.secrets.filter(isStoredSecret)
  return { ...text, value: splitTail(replaceSecrets(text.value, secrets, '\0')).path }
}

/** Masks stay readable: they are not percent-encoded. */
function withMasks(text: string): string {
  return text.replaceAll(encodeURIComponent(mask), mask)
}

interface ValueSpan {
  readonly start: number
  readonly end: number
  /** Whether the value counts as empty. */
  readonly isEmpty: boolean
}

function recording(spans: ValueSpan[]): Encoder {
  return (soFar) => {
    const encode = asUrlComponent(soFar)
    return (value, written) => {
      const start = soFar.buffer.length
      const text = encode(value, written)
      spans.push({ start, end: start + text.length, isEmpty: text === '' || isNothing(value, written) })
      return text
    }
  }
}

/** An empty list, and null after the filter `json`, have a text (`[]`, `null`), but a path needs a value. */
function isNothing(value: unknown, written: WrittenForm | undefined): boolean {
  if (Array.isArray(value)) return value.length === 0
  return written === 'json' && (value === 'null' || value === '[]')
}

function explainFailure(
  text: string,
  values: readonly ValueSpan[],
  undefinedVariables: readonly UndefinedVariable[],
  template: Template,
): Omit<Failure, 'path'> | null {
  const nameOf = (index: number) => template.placeholders?.[index] ?? null
  const forbidden = text.search(forbiddenInUrl)
  if (forbidden !== -1) {
    const name = nameOf(values.findIndex(({ start, end }) => start <= forbidden && forbidden < end))
    const from = name === null ? '' : ` It comes from ${name}.`
    return { code: 'url_invalid', detail: `The rendered URL ${forbiddenComplaint}.${from}` }
  }
  const behindPercent = values.findIndex(({ start }) =>
    /%[\da-f]?$/i.test(text.slice(Math.max(0, start - 2), start)),
  )
  if (behindPercent !== -1)
    return {
      code: 'url_invalid',
      detail: `A "%" stands right before ${nameOf(behindPercent) ?? 'a placeholder'}, so the value would become part of a percent escape.`,
      hint: 'Write %25 into the URL for a literal "%".',
    }
  const path = text.slice(0, endOfPath(text))
  const inPath = values.filter(({ start }) => start <= path.length)
  const empty = inPath.findIndex(({ isEmpty }) => isEmpty)
  if (empty !== -1)
    return {
      code: 'value_missing',
      detail: emptyDetail(nameOf(empty), undefinedVariables),
      hint: adviseOnEmpty(nameOf(empty), undefinedVariables),
    }
  const dotted = findDotSegment(path, inPath)
  if (dotted !== -1) {
    const name = nameOf(dotted)
    return {
      code: 'url_invalid',
      detail: `A segment of the path became "." or "..", which would lead to another path.${name === null ? '' : ` Its value comes from ${name}.`}`,
      hint: 'Correct the value in the payload: neither "." nor ".." can be a segment in the path of a URL.',
    }
  }
  return null
}

/** The index of a value that turned a segment into "." or "..", or -1. `values` are in order. */
function findDotSegment(path: string, values: readonly ValueSpan[]): number {
  let start = 0
  let next = 0
  for (const segment of path.split('/')) {
    const end = start + segment.length
    while ((values[next]?.end ?? Number.POSITIVE_INFINITY) <= start) next++
    const hasValue = (values[next]?.start ?? Number.POSITIVE_INFINITY) < end
    if (hasValue && /^(?:\.|%2e){1,2}$/i.test(segment)) return next
    start = end + 1
  }
  return -1
}

function adviseOnEmpty(name: string | null, undefinedVariables: readonly UndefinedVariable[]): string {
  // A name of a placeholder stands between quotation marks, unless it is a description.
  const [, own] = /^"(\w[\w.-]{0,60})"$/.exec(name ?? '') ?? []
  const meant = undefinedVariables.find((one) => one.name === own)?.meant ?? null
  if (meant !== null)
    return `Write {{ ${meant} }} into the URL if that is meant. If not, send ${own} in the payload, or give the placeholder a default: {{ ${own} | default: "none" }}.`
  return `Send the attribute in the payload, or give the placeholder a default: {{ ${own ?? 'profile.id'} | default: "none" }}.`
}

/** Names the placeholder and, of the variables that are not defined, the one in it. */
function emptyDetail(name: string | null, undefinedVariables: readonly UndefinedVariable[]): string {
  const which = name === null ? 'A placeholder' : `The placeholder ${name}`
  const variable =
    name === null ? undefinedVariables[0] : undefinedVariables.find((one) => name.includes(one.name))
  return `${which} in the path of the URL is empty${describeCause(variable)}`
}

function endOfPath(text: string): number {
  const end = text.search(/[?#]/)
  return end === -1 ? text.length : end
}
