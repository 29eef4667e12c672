import type { ConfigError } from '../../contract/config-error.ts'
import type { Compiler } from '../template/compiler.ts'
import type { Scope } from '../template/render-context.ts'
import {
  mustBeSilent,
  type RenderProblem,
  type RenderResult,
  secretInvalid,
} from '../template/render-result.ts'
import { parseAuthority, type UrlPlace } from './authority.ts'
import { mayLeadUpwards, pathProblem } from './path-rules.ts'
import { compileUrl, type FixedUrl, maxUrlLength } from './url.ts'
import type { UrlTail } from './url-tail.ts'

/** The beginning of all URLs of a connection. */
export interface BaseUrl extends UrlPlace {
  /** The path without a slash at its end: empty, or beginning with one. */
  readonly path: string
}

/** A base URL, or the problem with it as the end of a sentence. */
export type ParsedBaseUrl =
  | { readonly ok: true; readonly base: BaseUrl }
  | { readonly ok: false; readonly problem: string }

/** Parses the `baseUrl` of a connection. */
export function parseBaseUrl(text: string): ParsedBaseUrl {
  const [, authority = '', path = ''] = /^https:\/\/([^/?#]*)(.*)$/is.exec(text) ?? []
  const problem = findProblem(text, path)
  if (problem !== null) return { ok: false, problem }
  const parsed = parseAuthority(authority)
  if (!parsed.ok) return parsed
  return { ok: true, base: { ...parsed.place, path: path.replace(/\/$/, '') } }
}

function findProblem(text: string, path: string): string | null {
  if (text.length > maxUrlLength) return `must not be longer than ${maxUrlLength} characters`
  if (!/^https:\/\//i.test(text)) return 'must be an absolute URL that starts with https://'
  if (/\{[{%]/.test(text)) return 'must not have a placeholder: host and path are the same for every call'
  if (/[?#]/.test(text)) return 'must end with its path, and have neither "?" nor "#"'
  const problem = path === '' ? null : pathProblem(path)
  return problem === null ? null : `has a path that ${problem}`
}

const errorPath = '/node/url'

/** Compiles the URL of a node with a connection: a path behind the base URL. */
export function compileConnectedUrl(url: string, base: BaseUrl, compiler: Compiler): FixedUrl | ConfigError {
  const complaint = complaintAbout(url, compiler)
  if (complaint !== null) return { path: errorPath, message: complaint }
  const compiled = compileUrl(`https://${base.authority}${base.path}${url}`, compiler)
  if (!('kind' in compiled) || !compiler.isTemplate(url)) return compiled
  return { ...compiled, render: (scope: Scope) => keepBelow(base, compiled.render(scope)) }
}

function complaintAbout(url: string, compiler: Compiler): string | null {
  if (/^[a-z][a-z\d+.-]*:/i.test(url) || /^[/\\]{2}/.test(url))
    return `must not name a host, because the connection does; ${example}`
  if (!url.startsWith('/')) return `must begin with "/", because it is a path of the connection; ${example}`
  const literal = compiler.isTemplate(url) ? withoutCode(url) : url
  const [path = ''] = literal.split(/[?#]/, 1)
  return mayLeadUpwards(path) ? 'must not have "." or ".." as a segment, escaped or not' : null
}

const example = 'write what follows the base URL of the connection, such as "/leads"'

/** A template with a letter in place of each placeholder and tag. */
function withoutCode(text: string): string {
  let literal = ''
  let at = 0
  for (;;) {
    const start = findCode(text, at)
    const end = start === -1 ? -1 : text.indexOf(text[start + 1] === '%' ? '%}' : '}}', start + 2)
    if (end === -1) return literal + text.slice(at)
    literal += `${text.slice(at, start)}x`
    at = end + 2
  }
}

function findCode(text: string, from: number): number {
  for (let at = text.indexOf('{', from); at !== -1; at = text.indexOf('{', at + 1))
    if (text[at + 1] === '{' || text[at + 1] === '%') return at
  return -1
}

/** Tags can write slashes and dots, which values cannot. Whether a server decodes values is unknown. */
function keepBelow(base: BaseUrl, result: RenderResult<UrlTail>): RenderResult<UrlTail> {
  if (!result.ok) return result
  const { path, display } = result.value
  const own = path.slice(base.path.length)
  if (!own.startsWith('//') && !mayLeadUpwards(own)) return result
  if (mustBeSilent(result.secrets)) return { ok: false, failure: secretInvalid }
  const shownUrl = display.query === null ? display.path : `${display.path}?${display.query}`
  return { ok: false, failure: { ...leadsUpwards, shownUrl } }
}

const leadsUpwards: RenderProblem = {
  code: 'url_invalid',
  detail:
    'The path does not stay below the base URL of the connection: it begins with two slashes, or a server may read a part of it as "." or "..".',
  hint: 'Correct the value in the payload: neither "." nor ".." can stand between slashes in a path of a connection, escaped or not.',
}
