import type { Compiler } from './compiler.ts'
import type { ConfigError } from './config-error.ts'
import { isCredentialName } from './credential-name.ts'
import { asUrlComponent, type Encoder } from './encode.ts'
import type { Failure } from './failure.ts'
import { mask } from './masking/mask.ts'
import type { Scope } from './render-context.ts'
import {
  carriesStored,
  isStoredSecret,
  type Rendered,
  rendered,
  replaceSecrets,
  secretInvalid,
} from './rendered.ts'
import type { Template } from './template.ts'

/** The URL of a node, judged as far as that is possible without a payload. */
export interface UrlTemplate {
  /** Lower-case name without final dot, or an IP literal without brackets. */
  readonly host: string
  readonly port: number
  /** Host and port as they stand in the URL and in the Host header: without the default port. */
  readonly authority: string
  /** Whether a secret stands in it. */
  readonly carriesSecret: boolean
  /** Renders path and query. A value can become part of a segment, never structure. */
  render(scope: Scope): Rendered<RenderedTail>
  /** Renders the path only, with NUL in the place of each secret of the service. */
  renderPath(scope: Scope): Rendered<string>
}

/** The rendered tail, in the two parts that are sent. */
export interface RenderedTail {
  readonly path: string
  /** Without `?`; null where there is none. */
  readonly query: string | null
  /** Path and query with secrets masked. */
  readonly shown: { readonly path: string; readonly query: string | null }
  /** Names in the query that are most likely those of credentials. */
  readonly credentialNames: readonly string[]
  /** Whether the URL goes on behind a `#`, which no client sends. */
  readonly hasFragment: boolean
}

/** A URL on the wire is not longer than this many characters. */
export const maxUrlLength = 8192

const errorPath = '/node/url'

/**
 * Takes a URL apart. The authority is read by the WHATWG parser and by nobody else afterwards; path and query
 * stay as the author wrote them, since that parser would resolve `%2e%2e` and repair what it does not like.
 */
export function compileUrl(url: string, compiler: Pick<Compiler, 'url'>): UrlTemplate | ConfigError {
  const complaint = complaintAbout(url)
  if (complaint !== null) return { path: errorPath, message: complaint }
  const [, authority = '', rest = ''] = /^https:\/\/([^/?#]*)(.*)$/is.exec(url) ?? []
  const problem = authorityProblem(authority)
  if (problem !== null) return { path: errorPath, message: problem }
  const { hostname, port } = new URL(`https://${authority}/`)
  const tail = compiler.url(rest)
  if (!tail.ok) return { path: errorPath, message: tail.problem }
  if (forbidden.test(tail.template.staticText)) return { path: errorPath, message: forbiddenComplaint }
  const host = hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '')
  return {
    host,
    port: port === '' ? 443 : Number(port),
    authority: `${host.includes(':') ? hostname : host}${port === '' ? '' : `:${port}`}`,
    carriesSecret: tail.template.secretNames.length > 0,
    render: renderOf(tail.template),
    renderPath: pathRendererOf(tail.template),
  }
}

function pathRendererOf(tail: Template): UrlTemplate['renderPath'] {
  if (!tail.isConstant) return (scope) => renderPath(tail, scope)
  const constant = rendered(split(tail.staticText).path)
  return () => constant
}

function renderOf(tail: Template): UrlTemplate['render'] {
  if (!tail.isConstant) return (scope) => renderTail(tail, scope)
  const constant = rendered(split(tail.staticText))
  return () => constant
}

const forbidden = /[\s\p{Cc}\\]/u
const forbiddenComplaint =
  'must not contain white space, control characters or a backslash; write a space as %20'

function complaintAbout(url: string): string | null {
  if (url === '') return 'must not be empty'
  if (url.length > maxUrlLength) return `must not be longer than ${maxUrlLength} characters`
  if (/^https:\/\//i.test(url)) return null
  if (/^http:\/\//i.test(url)) return 'must start with https://, since plain http is not sent'
  return 'must be an absolute URL that starts with https://'
}

function authorityProblem(authority: string): string | null {
  if (/\{\{|\{%/.test(authority))
    return 'placeholders are allowed after the host only, behind the first "/", "?" or "#"'
  if (forbidden.test(authority)) return forbiddenComplaint
  if (authority.includes('@')) return 'must not contain user info; put credentials into "auth"'
  if (authority === '') return 'has no host'
  if (!URL.canParse(`https://${authority}/`)) return 'has a host or port that is not valid'
  const { hostname, port } = new URL(`https://${authority}/`)
  if (port === '0') return 'has the port 0, which nothing can listen on'
  return hostname.startsWith('[') || isHostName(hostname) ? null : 'has a host name that is not valid'
}

/** RFC 1035: labels of 1 to 63 octets, 253 in all, a final dot aside. */
function isHostName(hostname: string): boolean {
  const name = hostname.replace(/\.$/, '')
  return name.length <= 253 && name.split('.').every((label) => label.length >= 1 && label.length <= 63)
}

function renderTail(tail: Template, scope: Scope): Rendered<RenderedTail> {
  const values: ValueSpan[] = []
  const text = tail.text(scope, recording(values))
  if (!text.ok) return text
  const failure = failureOf(text.value, values, text.undefinedVariables[0]?.name)
  if (failure !== null) return { ok: false, failure: carriesStored(text) ? secretInvalid : failure }
  const real = split(text.value)
  if (text.secrets.length === 0) return { ...text, value: real }
  const masked = split(replaceSecrets(text.value, text.secrets, mask))
  const shown = { path: withMasks(masked.path), query: masked.query && withMasks(masked.query) }
  return { ...text, value: { ...real, shown } }
}

function renderPath(tail: Template, scope: Scope): Rendered<string> {
  const text = tail.text(scope, asUrlComponent)
  if (!text.ok) return text
  const secrets = text.secrets.filter(isStoredSecret)
  return { ...text, value: split(replaceSecrets(text.value, secrets, '\0')).path }
}

/** A mask is written for people, and not as a part of a URL. */
function withMasks(text: string): string {
  return text.replaceAll(encodeURIComponent(mask), mask)
}

interface ValueSpan {
  readonly start: number
  readonly end: number
}

function recording(spans: ValueSpan[]): Encoder {
  return (soFar) => {
    const encode = asUrlComponent(soFar)
    return (value, written) => {
      const start = soFar.buffer.length
      const text = encode(value, written)
      spans.push({ start, end: start + text.length })
      return text
    }
  }
}

function failureOf(
  text: string,
  values: readonly ValueSpan[],
  undefinedVariable: string | undefined,
): Omit<Failure, 'path'> | null {
  if (forbidden.test(text)) return { code: 'url_invalid', detail: `The rendered URL ${forbiddenComplaint}.` }
  if (values.some(({ start }) => /%[\da-f]?$/i.test(text.slice(Math.max(0, start - 2), start))))
    return {
      code: 'url_invalid',
      detail: 'A "%" stands right before a placeholder, whose value would become part of an escape.',
    }
  const path = text.slice(0, endOfPath(text))
  const inPath = values.filter(({ start }) => start <= path.length)
  if (inPath.some(({ start, end }) => start === end))
    return { code: 'value_missing', detail: emptyDetail(undefinedVariable), hint: emptyHint }
  if (hasDotSegment(path, inPath))
    return {
      code: 'url_invalid',
      detail: 'A segment of the path became "." or "..", which would lead elsewhere.',
    }
  return null
}

/** Whether a value, which come in order, made a segment one that leads elsewhere. */
function hasDotSegment(path: string, values: readonly ValueSpan[]): boolean {
  let start = 0
  let next = 0
  for (const segment of path.split('/')) {
    const end = start + segment.length
    while ((values[next]?.end ?? Number.POSITIVE_INFINITY) <= start) next++
    const hasValue = (values[next]?.start ?? Number.POSITIVE_INFINITY) < end
    if (hasValue && /^(?:\.|%2e){1,2}$/i.test(segment)) return true
    start = end + 1
  }
  return false
}

const emptyHint =
  'Send the attribute in the payload, or give the placeholder a default: {{ profile.id | default: "none" }}.'

function emptyDetail(variable: string | undefined): string {
  const which = variable === undefined ? '' : `: ${variable} has no value`
  return `A placeholder in the path of the URL is empty${which}.`
}

function endOfPath(text: string): number {
  const end = text.search(/[?#]/)
  return end === -1 ? text.length : end
}

function split(text: string): RenderedTail {
  const [beforeFragment = '', fragment = ''] = text.split('#', 2)
  const question = beforeFragment.indexOf('?')
  const path = question === -1 ? beforeFragment : beforeFragment.slice(0, question)
  const query = question === -1 ? null : toAscii(beforeFragment.slice(question + 1))
  const parts = { path: toAscii(path === '' ? '/' : path), query }
  return {
    ...parts,
    shown: parts,
    credentialNames: parameterNames(query).filter(isCredentialName),
    hasFragment: fragment !== '',
  }
}

/** Names of the parameters that have a value. */
function parameterNames(query: string | null): string[] {
  return (query ?? '').split('&').flatMap((pair) => /^([^=]+)=./.exec(pair)?.[1] ?? [])
}

/** No rendered URL has NUL: it stands for a secret whose binding is judged. */
function toAscii(text: string): string {
  return text.replace(/[^\0\x21-\x7e]+/g, encodeURIComponent)
}
