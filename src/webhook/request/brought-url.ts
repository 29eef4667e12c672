import { pointer } from '../../contract/config-error.ts'
import type { Node } from '../../contract/node.ts'
import { mask } from '../masking/mask.ts'
import type { Compiler } from '../template/compiler.ts'
import { requestNames } from '../template/known-names.ts'
import { maxTextLengths } from '../template/render-budget.ts'
import type { Scope, UndefinedVariable } from '../template/render-context.ts'
import type { RenderProblem, RenderResult } from '../template/render-result.ts'
import type { Template } from '../template/template.ts'
import { LongNumber } from '../values/long-number.ts'
import { isEmpty } from '../values/lookup.ts'
import { didYouMean } from '../values/suggest.ts'
import { plainText, quoteName } from '../values/text.ts'
import { type AllowedHost, isAllowed, parseAllowedHost } from './allowed-host.ts'
import { parseAuthority, type UrlPlace } from './authority.ts'
import { splitTail, type UrlTail } from './url-tail.ts'

/** A URL that the value of one placeholder brings as a whole: a next page, a `Location`, an upload address. */
export interface BroughtUrl {
  readonly kind: 'brought'
  /** Its value comes from the payload, and no secret stands in that. */
  readonly carriesSecret: false
  /** Gives the URL where one of `hosts` is the one that it leads to. */
  render(scope: Scope): RenderResult<UrlTail & { readonly place: UrlPlace }>
}

/** Whether a URL begins with what its author wants to be filled in, so that no host stands in it. */
export function bringsHost({ url, templates }: Pick<Node, 'url' | 'templates'>): boolean {
  return templates !== 'none' && /^\s*\{[{%]/.test(url)
}

/** Compiles a URL that begins with a placeholder or a tag; null where it has errors, which are complained about. */
export function compileBroughtUrl(
  { url, hosts }: Pick<Node, 'url' | 'hosts'>,
  compiler: Compiler,
): BroughtUrl | null {
  const allowed = compileHosts(hosts ?? [], compiler)
  const complaint = complaintAbout(url, hosts)
  const template = complaint === null ? compiler.liquid(url, '/node/url', requestNames) : null
  if (complaint !== null) compiler.complain('/node/url', complaint)
  if (template === null || allowed === null) return null
  return { kind: 'brought', carriesSecret: false, render: (scope) => renderBrought(template, allowed, scope) }
}

function compileHosts(hosts: readonly string[], compiler: Compiler): readonly AllowedHost[] | null {
  const allowed: AllowedHost[] = []
  for (const [index, entry] of hosts.entries()) {
    const parsed = parseAllowedHost(entry)
    if (parsed.ok) allowed.push(parsed.allowed)
    else compiler.complain(pointer('/node/hosts', index), parsed.problem)
  }
  return allowed.length === hosts.length ? allowed : null
}

function complaintAbout(url: string, hosts: Node['hosts']): string | null {
  if (!onePlaceholder.test(url))
    return 'must be an absolute URL that starts with https://, or one placeholder and nothing else whose value is one; what is to stand before or behind the value is added with the filters prepend and append'
  if (/^\{\{-?\s*secrets\b/.test(url))
    return 'must be an absolute URL that starts with https://, or one placeholder whose value is one; a secret is none'
  return hosts === undefined
    ? 'must be an absolute URL that starts with https://; where the value of one placeholder is to be all of it, "hosts" must say where it may lead, such as ["api.example.com"]'
    : null
}

/** Texts within it may have braces. */
const onePlaceholder = /^\{\{(?:[^"'{}]|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')*\}\}$/

function renderBrought(
  template: Template,
  allowed: readonly AllowedHost[],
  scope: Scope,
): ReturnType<BroughtUrl['render']> {
  const result = template.value(scope)
  if (!result.ok) return result
  if (isEmpty(result.value)) return { ok: false, failure: missing(result.undefinedVariables[0]) }
  const read = readUrl(result.value, allowed)
  if ('url' in read) return { ...result, value: read.url }
  const shownUrl = maskUserInfo(plainText(result.value)).slice(0, maxTextLengths.url)
  return { ok: false, failure: { ...read.failure, shownUrl } }
}

/** A password that somebody has written into a URL, however the rest of it is written. */
function maskUserInfo(text: string): string {
  const start = /^\s*(?:[a-z][a-z\d+.-]*:)?[/\\\s]*/i.exec(text)?.[0].length ?? 0
  const authority = /^[^/?#\\]*/.exec(text.slice(start))?.[0] ?? ''
  const isCut = !authority.includes('@') && /:.*\D/.test(authority)
  const at = isCut ? text.lastIndexOf('@') : start + authority.lastIndexOf('@')
  return at < start ? text : `${text.slice(0, start)}${mask}${text.slice(at)}`
}

function missing(variable: UndefinedVariable | undefined): RenderProblem {
  const which = variable === undefined ? '' : `: ${variable.name} has no value`
  return {
    code: 'value_missing',
    detail: `The placeholder that brings the URL is empty${which}.${didYouMean(variable?.meant ?? null)}`,
    hint: 'Send the URL in the payload, or leave the node out where there is none, as after the last page.',
  }
}

type ReadUrl = { readonly url: UrlTail & { readonly place: UrlPlace } } | { readonly failure: RenderProblem }

function readUrl(value: unknown, allowed: readonly AllowedHost[]): ReadUrl {
  if (typeof value !== 'string') return invalid(`is ${describeKind(value)}, and no text`)
  const complaint = complaintAboutText(value)
  if (complaint !== null) return invalid(...complaint)
  const [, authority = '', rest = ''] = /^https:\/\/([^/?#]*)(.*)$/is.exec(value) ?? []
  const parsed = parseAuthority(authority)
  if (!parsed.ok) return invalid(parsed.problem)
  const { place } = parsed
  if (!isAllowed(place, allowed))
    return invalid(
      `leads to ${quoteName(place.authority)}, which "hosts" of the node does not name`,
      'Nothing was sent. Add the host to "hosts" of the node where its calls may go there; a port other than 443 is named with it.',
    )
  return { url: { ...splitTail(rest), place } }
}

type Complaint = readonly [problem: string, hint?: string]

/** A value is taken as it came: what a parser would repair may lead elsewhere than it looks. */
function complaintAboutText(text: string): Complaint | null {
  if (text.length > maxTextLengths.url) return [`is longer than ${maxTextLengths.url} characters`]
  if (/[\s\p{Cc}]/u.test(text))
    return [
      'has white space or control characters',
      'The filter strip takes away what stands around a value.',
    ]
  if (text.includes('\\')) return ['has a backslash']
  if (/[^!-~]/.test(text)) return ['has a character outside of ASCII; such a URL must come percent-encoded']
  if (/^http:\/\//i.test(text))
    return ['starts with http://, and plain http is not sent', 'Let its source give the https:// address.']
  if (!/^https:\/\//i.test(text)) return ['must be absolute and start with https://', relativeHint]
  return null
}

const relativeHint =
  'A relative URL gets what it lacks by a filter: {{ vars.next | prepend: "https://api.example.com" }}.'

function invalid(problem: string, hint?: string): { readonly failure: RenderProblem } {
  return {
    failure: {
      code: 'url_invalid',
      detail: `The URL that the value brings ${problem}.`,
      ...(hint === undefined ? {} : { hint }),
    },
  }
}

function describeKind(value: unknown): string {
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'boolean') return 'true or false'
  return typeof value === 'number' || value instanceof LongNumber ? 'a number' : 'an object'
}
