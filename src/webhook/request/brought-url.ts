import { pointer } from '../../contract/config-error.ts'
import type { Node } from '../../contract/node.ts'
import { mask } from '../masking/mask.ts'
import type { Compiler } from '../template/compiler.ts'
import { describeKind } from '../template/filter-failure.ts'
import { requestNames } from '../template/known-names.ts'
import { maxTextLengths } from '../template/render-budget.ts'
import type { Scope } from '../template/render-context.ts'
import type { RenderProblem, RenderResult, UndefinedVariable } from '../template/render-result.ts'
import type { Template } from '../template/template.ts'
import { isEmpty } from '../values/lookup.ts'
import { didYouMean } from '../values/suggest.ts'
import { plainText, quoteName } from '../values/text.ts'
import { type AllowedHost, isAllowed, parseAllowedHost } from './allowed-host.ts'
import { parseAuthority, type UrlPlace } from './authority.ts'
import { describeJoined } from './joined-url.ts'
import { splitTail, type UrlTail } from './url-tail.ts'

/** A URL that consists of one placeholder, for example for a next page, a `Location` or an upload address. */
export interface BroughtUrl {
  readonly kind: 'brought'
  /** The value comes from the payload, which has no secrets. */
  readonly carriesSecret: false
  /** `hosts` of the node. */
  readonly allowed: readonly AllowedHost[]
  /** Renders the URL. Fails if its host is not in `hosts`. */
  render(scope: Scope): RenderResult<UrlTail & { readonly place: UrlPlace }>
}

/** Whether a URL begins with a placeholder or a tag, so that its host is not constant. */
export function bringsHost({ url, templates }: Pick<Node, 'url' | 'templates'>): boolean {
  return templates !== 'none' && /^\s*\{[{%]/.test(url)
}

/** Compiles a URL that begins with a placeholder or a tag. Null if it has errors, which the compiler collects. */
export function compileBroughtUrl(
  { url, hosts }: Pick<Node, 'url' | 'hosts'>,
  compiler: Compiler,
): BroughtUrl | null {
  const allowed = compileHosts(hosts ?? [], compiler)
  const complaint = complaintAbout(url, hosts)
  const template = complaint === null ? compiler.liquid(url, '/node/url', requestNames) : null
  if (complaint !== null) compiler.complain('/node/url', complaint)
  if (template === null || allowed === null) return null
  return {
    kind: 'brought',
    carriesSecret: false,
    allowed,
    render: (scope) => renderBrought(template, allowed, scope),
  }
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

/** A placeholder for the beginning of a URL, and a path behind it; null for anything else. */
function describeBase(url: string, hosts: Node['hosts']): string | null {
  const [, path = '', root = '', rest = ''] =
    /^\{\{-?\s{0,5}(([A-Za-z_]\w{0,40})(?:\.\w{1,40}){0,5})\s{0,5}-?\}\}(\/[\w./-]{0,100})?$/.exec(url) ?? []
  if (root === '' || root === 'secrets') return null
  const begin = 'must be an absolute URL that starts with https://'
  if (!Object.hasOwn(requestNames, root))
    return `${begin}, and "${root}" is not a variable: write its text in its place, as in https://host${rest}`
  if (rest === '') return null
  const beside =
    hosts === undefined
      ? ', and beside it "hosts", the list of hosts that it may lead to, such as ["api.example.com"]'
      : ''
  return `${begin}, or exactly one placeholder: write {{ ${path} | append: "${rest}" }}${beside}`
}

function complaintAbout(url: string, hosts: Node['hosts']): string | null {
  if (!onePlaceholder.test(url))
    return (
      describeBase(url, hosts) ??
      'must be an absolute URL that starts with https://, or exactly one placeholder whose value is one; write host and path themselves, as in https://host/path, or to add text before or after the value, use the filters prepend and append'
    )
  if (/^\{\{-?\s*secrets\b/.test(url))
    return 'must be an absolute URL that starts with https://, or one placeholder whose value is one; a secret cannot be the URL: write its host as it is, and the part to hide as a secret behind it, as in https://hooks.example.com/services/{{ secrets.NAME }}'
  if (/^\{\{-?\s{0,3}["'`]https:\/\/["'`]\s{0,3}[+&]/.test(url))
    return 'must be an absolute URL that starts with https://, and texts are not joined with signs: write {{ profile.host | prepend: "https://" }}, and beside it "hosts", the list of hosts that it may lead to, such as ["api.example.com"]'
  const joined = describeJoined(url)
  if (joined !== null) return `must be an absolute URL that starts with https://; ${joined}`
  return hosts === undefined
    ? 'must be an absolute URL that starts with https://; a URL of one placeholder also needs "hosts", the list of hosts that it may lead to, such as ["api.example.com"]'
    : null
}

/** Braces are allowed within quoted strings only. */
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

/** Masks user info in a URL, also in one that is not valid otherwise. */
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
    detail: `The placeholder of the URL is empty${which}.${didYouMean(variable?.meant ?? null)}`,
    hint: 'Send the URL in the payload, or skip the node if there is no URL, such as after the last page.',
  }
}

type ReadUrl = { readonly url: UrlTail & { readonly place: UrlPlace } } | { readonly failure: RenderProblem }

function readUrl(value: unknown, allowed: readonly AllowedHost[]): ReadUrl {
  if (typeof value !== 'string')
    return invalid(
      `is ${describeKind(value)}, not a text`,
      Array.isArray(value)
        ? 'Name one of its items in the placeholder, as in {{ vars.links[0] }}.'
        : 'Name the attribute that has the URL, as in {{ vars.next.url }}.',
    )
  const complaint = complaintAboutText(value)
  if (complaint !== null) return invalid(...complaint)
  const [, authority = '', rest = ''] = /^https:\/\/([^/?#]*)(.*)$/is.exec(value) ?? []
  const parsed = parseAuthority(authority)
  if (!parsed.ok) return invalid(parsed.problem)
  const { place } = parsed
  if (!isAllowed(place, allowed))
    return invalid(
      `leads to ${quoteName(place.authority)}, which is not in "hosts" of the node`,
      'Nothing was sent. If calls may go to that host, add it to "hosts" of the node, with its port if that is not 443.',
    )
  return { url: { ...splitTail(rest), place } }
}

type Complaint = readonly [problem: string, hint?: string]

/** Refuses texts that a URL parser would repair, because a repaired URL may lead to another host than it seems to. */
function complaintAboutText(text: string): Complaint | null {
  if (text.length > maxTextLengths.url) return [`is longer than ${maxTextLengths.url} characters`]
  if (/[\s\p{Cc}]/u.test(text))
    return /[\s\p{Cc}]/u.test(text.trim())
      ? [
          'has white space or control characters within it',
          'What gives the URL has to write a blank as %20, and no other white space or control character.',
        ]
      : ['has white space around it', 'The filter strip removes white space around a value.']
  if (text.includes('\\')) return ['has a backslash']
  if (/[^!-~]/.test(text)) return ['has a character outside of ASCII; the URL must be percent-encoded']
  if (/^http:\/\//i.test(text))
    return [
      'starts with http://, but the service sends https only',
      'Let the source of the URL give its https:// address.',
    ]
  if (!/^https:\/\//i.test(text)) return ['must be absolute and start with https://', relativeHint]
  return null
}

const relativeHint =
  'Complete a relative URL with a filter: {{ vars.next | prepend: "https://api.example.com" }}.'

function invalid(problem: string, hint?: string): { readonly failure: RenderProblem } {
  return {
    failure: {
      code: 'url_invalid',
      detail: `The URL from the placeholder ${problem}.`,
      ...(hint === undefined ? {} : { hint }),
    },
  }
}
