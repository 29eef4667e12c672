import { mask } from '../masking/mask.ts'
import { readLocation as readReference } from '../request/location.ts'
import { connectionPath } from '../request/member-path.ts'
import { quoteName } from '../values/text.ts'
import { headerValue } from '../wire/headers.ts'
import { isFollowedAfter, isRedirect } from '../wire/redirect-status.ts'
import type { Explanation } from './explained-node.ts'
import { explainLogin } from './page.ts'
import type { Situation } from './situation.ts'

/** Explains a redirect to a login page; null for any other response. */
export function explainRedirectToLogin(situation: Situation): Explanation | null {
  const location = readLocation(situation)
  if (!isOfRedirect(situation.status) || location === null || !leadsToLogin(location)) return null
  const quote = situation.quoted(location)
  const page = quote === null ? 'a login page' : `a login page, ${quote}`
  return explainLogin(situation, `The target redirects (${situation.status}) to ${page}:`)
}

/** Explains a redirect that names its address, or should; null for one whose address may not be shown. */
export function explainRedirect(situation: Situation): Explanation | null {
  const { status } = situation
  if (!isOfRedirect(status)) return null
  const location = readLocation(situation)
  if (location === null || location.trim() === '')
    return {
      hint: `${notFollowed(situation)}, and the target answers ${status} without an address in a Location header: check the URL of the node.`,
      path: '/node/url',
    }
  const quote = situation.quoted(location)
  if (leadsToOtherScheme(location))
    return {
      hint: `The target redirects (${status}) with the Location ${quote ?? 'of another scheme'}, and the service calls https:// only. Ask the operator of the target for an address with https://.`,
      path: '/node/url',
    }
  if (quote === null) return null
  if (status === 303)
    return {
      hint: `The target has taken the request, and shows the result under ${quote}. If that is a success, expect 303.${adviseToFollow(situation, location)}`,
      path: situation.missed.path,
    }
  return new Redirect(situation, location, quote).explain()
}

function isOfRedirect(status: number): boolean {
  return status >= 300 && status < 400 && status !== 304
}

/** A node may follow redirects, but not this one: a warning says why. */
function notFollowed({ node }: Situation): string {
  return node.followRedirects === 0 ? 'Redirects are not followed' : 'The redirect was not followed'
}

/** Only where the service would follow this redirect. */
function adviseToFollow({ node, status }: Situation, location: string): string {
  const { followRedirects, method, retry } = node
  const request = { method, isIdempotent: retry.isIdempotent }
  if (followRedirects > 0 || !isRedirect(status) || !isFollowedAfter(status, request)) return ''
  if (!readReference(location, anywhere).ok) return ''
  return ' Or set "followRedirects": 1 in the node, and the service goes there by itself.'
}

/** Whether a reference can be followed does not depend on what it is relative to. */
const anywhere = { place: { host: 'host.invalid', port: 443, authority: 'host.invalid' }, target: '/' }

function readLocation({ response }: Situation): string | null {
  return headerValue(response.headers, 'location') ?? null
}

class Redirect {
  readonly #situation: Situation
  readonly #location: string
  readonly #quote: string
  /** Where the target leads to, and what was called. Null if the URL of the call is not known. */
  readonly #to: URL | null
  readonly #from: URL | null

  constructor(situation: Situation, location: string, quote: string) {
    this.#situation = situation
    this.#location = location
    this.#quote = quote
    this.#from = readUrl(situation)
    this.#to = this.#from === null ? null : parse(location, this.#from)
  }

  explain(): Explanation {
    const { status, node } = this.#situation
    const beginning = `${notFollowed(this.#situation)}: the target answers ${status} with the Location ${this.#quote}`
    if (this.#leadsBack)
      return {
        hint: `${beginning}, which is the URL that was called. It leads back to itself for a client that keeps no cookies or is not logged in: use the URL of the API, and check whether it wants a credential.`,
        path: '/node/url',
      }
    const advice = this.#advise()
    // Elsewhere the service sends nothing of a connection.
    const follow =
      node.connection !== null && advice.blame === 'service'
        ? ''
        : adviseToFollow(this.#situation, this.#location)
    if (!this.#leadsOnward) return { ...advice, hint: `${beginning}. ${advice.hint}${follow}` }
    return {
      ...advice,
      hint: `${beginning}, and after ${node.method} that is often the page behind a success. If it is, expect ${status} as well. If not: ${advice.hint}${follow}`,
      path: this.#situation.missed.path,
    }
  }

  /** After a redirect the host is not known, and a path that is the same is enough. */
  get #leadsBack(): boolean {
    if (this.#to !== null) return this.#to.href === this.#from?.href
    return this.#situation.node.followRedirects > 0 && this.#location === this.#situation.sent.request?.target
  }

  /** Whether the target leads from a request with data to another page of its own, as forms do when they have taken the data. */
  get #leadsOnward(): boolean {
    const [to, from] = [this.#to, this.#from]
    if (this.#situation.status !== 302 || this.#situation.node.method === 'GET' || to === null) return false
    return (
      to.host === from?.host &&
      withoutSlash(to) !== withoutSlash(from) &&
      !to.pathname.endsWith(from.pathname)
    )
  }

  /** A cure that the service accepts: the part of the node, or of the service, that makes the URL. */
  #advise(): Explanation {
    const { node } = this.#situation
    if (node.connection !== null) return this.#adviseOnConnection(node.connection)
    if (node.url.kind === 'brought')
      return {
        hint: `The URL is the value of its placeholder: what gives that value has to give this address${this.#changesHost ? ', and "hosts" has to list its host' : ''}.`,
        path: '/node/url',
      }
    if (!node.url.isConstant)
      return {
        hint: 'Change the fixed part of the URL to match it, and keep the placeholders: their values of this call stand in the address.',
        path: '/node/url',
      }
    const isLater = Boolean(this.#situation.sent.redirectedTo)
    return { hint: adviseOnLocation(this.#location, this.#quote, isLater), path: '/node/url' }
  }

  get #changesHost(): boolean {
    return this.#to !== null && this.#to.host !== this.#from?.host
  }

  #adviseOnConnection({ name, base }: NonNullable<Situation['node']['connection']>): Explanation {
    const below = this.#to === null ? null : pathBelow(this.#to, base)
    const quote = below === null ? null : this.#situation.quoted(below)
    if (quote === null || quote.includes(mask) || quote.endsWith('…'))
      return {
        hint: `The operator of the service has to change "baseUrl" of the connection ${quoteName(name)} to match it: the URL of the node is only what follows that.`,
        path: connectionPath,
        blame: 'service',
      }
    const keeps = this.#situation.node.url.kind === 'fixed' && this.#situation.node.url.isConstant
    return {
      hint: keeps
        ? `Write ${quote} as the URL of the node: it stands behind "baseUrl" of the connection ${quoteName(name)}.`
        : `Change the fixed part of the URL to match ${quote}, which stands behind "baseUrl" of the connection ${quoteName(name)}, and keep the placeholders.`,
      path: '/node/url',
    }
  }
}

/** Null if the host is that of a value. */
function readUrl({ node: { url }, sent: { request, redirectedTo } }: Situation): URL | null {
  if (request === null) return null
  if (redirectedTo) return parse(request.target, `https://${headerValue(request.headers, 'host')}`)
  return url.kind === 'fixed' ? parse(request.target, `https://${url.authority}`) : null
}

const longest = 8_192

function parse(reference: string, base: string | URL): URL | null {
  return reference.length > longest ? null : URL.parse(reference, base)
}

function withoutSlash({ pathname }: URL): string {
  return pathname.endsWith('/') ? pathname.slice(0, -1) : pathname
}

/** What a URL has behind a base URL; null if it does not lead below it. */
function pathBelow(
  { host, pathname, search }: URL,
  base: { readonly authority: string; readonly path: string },
): string | null {
  const isBelow = host === base.authority && pathname.startsWith(`${base.path}/`)
  return isBelow ? `${pathname.slice(base.path.length)}${search}` : null
}

/** An address is put into the URL only as a whole: the reader sees it masked and cut. */
function adviseOnLocation(location: string, quote: string, isLater: boolean): string {
  if (/^(?:https:)?\/\/[^/?#]*@/i.test(location))
    return 'What stands before its "@" belongs into auth of the node: put the address without that into the URL of the node.'
  if (quote.includes(mask))
    return `A part of it is hidden here: put the address into the URL of the node with the value that belongs in the place of ${mask}, as a placeholder if it is a secret.`
  if (quote.endsWith('…'))
    return 'Put all of it, as the headers of the response show it, into the URL of the node.'
  if (isLater && !/^(?:https:)?\/\//i.test(location))
    return 'It is relative to the address of the last request, which `request.url` shows: put the whole address into the URL of the node.'
  if (/^\/(?!\/)/.test(location)) return 'Put this path behind the host in the URL of the node.'
  if (location.startsWith('//')) return 'Put it into the URL of the node, with https: before it.'
  return /^https:/i.test(location)
    ? 'Put this address into the URL of the node.'
    : 'It is relative to the URL of the node: change that accordingly.'
}

function leadsToOtherScheme(location: string): boolean {
  const [scheme] = /^[a-z][a-z\d+.-]{0,30}:/i.exec(location.trim()) ?? []
  return scheme !== undefined && scheme.toLowerCase() !== 'https:'
}

function leadsToLogin(location: string): boolean {
  const [path = ''] = location.slice(0, 2_048).split(/[?#]/, 1)
  return /(?:^|[/._-])(?:log[-_]?in|log[-_]?on|sign[-_]?in|sso|saml2?|oauth2?|authorize|auth|cas|accounts?\/login)(?:$|[/._-])/i.test(
    path,
  )
}
