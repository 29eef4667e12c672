import type { Failure } from '../contract/failure.ts'
import { mask } from './masking/mask.ts'
import { type AllowedHost, isAllowed } from './request/allowed-host.ts'
import type { UrlPlace } from './request/authority.ts'
import { type ReadLocation, readLocation } from './request/location.ts'
import type { UsedSecret } from './request/render-session.ts'
import type { ShownParts } from './shown-parts.ts'
import type { SecretLookup } from './template/secret-lookup.ts'
import { quoteName } from './values/text.ts'
import { headerValue, headerValues } from './wire/headers.ts'
import type { OutboundRequest } from './wire/outbound-request.ts'
import type { HeaderPair, TargetResponse } from './wire/outcome.ts'
import { isFollowedAfter } from './wire/redirect-status.ts'

/** What a rendered request allows a redirect to do. */
export interface RedirectRules {
  /** How many redirects of a call are followed. */
  readonly limit: number
  /** Where the URL of the node may lead. Null if its host is constant: then a redirect may lead to any host. */
  readonly hosts: readonly AllowedHost[] | null
  /** Whether the body, or its content type, carries a secret or a sensitive value. */
  readonly hasSecretBody: boolean
  /** Names of the headers that may go to another origin, in lower case. */
  readonly openHeaders: ReadonlySet<string>
  /** The uses of stored secrets, whose bindings may depend on the path. */
  readonly usedSecrets: readonly UsedSecret[]
  readonly store: SecretLookup
}

/** A request of a call: that of the node, or one after a redirect. */
export interface Hop {
  readonly request: OutboundRequest
  readonly display: ShownParts
  /** Whether the origin has changed on the way, so that nothing of the node's credentials is left in the request. */
  readonly isForeign: boolean
  /** Host and port as they may be shown: the target may have made them from a secret that it got. */
  readonly shown: ShownPlace
}

/** The host and the authority of a URL, masked. */
export interface ShownPlace {
  readonly host: string
  readonly authority: string
}

/** Where a redirect leads. */
export type NextHop =
  | { readonly kind: 'hop'; readonly hop: Hop }
  /** The redirect stays the response. `why` is a sentence. */
  | { readonly kind: 'refused'; readonly why: string }
  /** The node must not go there. */
  | {
      readonly kind: 'failed'
      readonly place: UrlPlace
      readonly shown: ShownPlace
      readonly failure: Failure
    }

/** What a redirect is judged by, beside the rules of its node. */
export interface RedirectGuard {
  /** Masks what the target quotes of the request. */
  readonly maskUrl: (text: string) => string
  /** Whether a text carries a secret, a credential or a sensitive value of the requests so far, in any spelling. */
  readonly carriesSecret: (text: string) => boolean
  /** Whether the service sends anything to a host and port. */
  readonly mayCall: (place: UrlPlace) => boolean
}

/** The request that a redirect leads to. */
export function takeRedirect(
  sent: Hop,
  { status, headers }: Pick<TargetResponse, 'status' | 'headers'>,
  rules: RedirectRules,
  { maskUrl, carriesSecret, mayCall }: RedirectGuard,
): NextHop {
  const { request } = sent
  if (!isFollowedAfter(status, request)) return refuse(explainMethod(status, request))
  const location = locate(request, headers)
  if (!location.ok) return refuse(`The Location of the redirect ${location.problem}.`)
  const { place, written, path, target, text } = location
  const isElsewhere = place.host !== request.host || place.port !== request.port
  const takesBody = status !== 303 && request.body !== null
  if (isElsewhere && takesBody && rules.hasSecretBody) return refuse(secretBody)
  const isForeign = sent.isForeign || isElsewhere
  if (isForeign && (carriesSecret(text) || carriesSecret(`https://${place.authority}${target}`)))
    return refuse(secretUrl)
  if (isElsewhere && !mayCall(place)) return refuse(noConnection)
  const shown = written === null ? sent.shown : showPlace(place, written, maskUrl)
  const failure = isElsewhere
    ? judgeHost(place, rules, shown)
    : sent.isForeign
      ? null
      : judgeSecrets(path, takesBody, rules)
  if (failure !== null) return { kind: 'failed', place, shown, failure }
  const changed = status === 303 && request.method !== 'GET' ? asGet(sent) : sent
  const moved = isElsewhere ? leaveOrigin(changed, place, rules, shown) : changed
  const url = `https://${shown.authority}${maskUrl(target)}`
  return {
    kind: 'hop',
    hop: {
      request: { ...moved.request, target },
      display: { ...moved.display, url },
      isForeign,
      shown,
    },
  }
}

function locate(request: OutboundRequest, headers: readonly HeaderPair[]): ReadLocation {
  const [text, ...others] = headerValues(headers, 'location')
  if (text === undefined) return { ok: false, problem: 'is missing' }
  if (others.length > 0) return { ok: false, problem: 'stands there more than once' }
  const { host, port, target } = request
  const authority = headerValue(request.headers, 'host') ?? ''
  return readLocation(text, { place: { host, port, authority }, target })
}

function explainMethod(status: number, { method }: OutboundRequest): string {
  return status === 301 || status === 302
    ? `A ${status} is followed after GET only, and the request was ${method}: clients do not agree on whether it becomes a GET.`
    : `A ${status} asks for the same request once more, and ${method} is repeated only where the node says "idempotent": true.`
}

const secretBody =
  'The redirect leads to another origin, and the body, which would go there, carries a secret or a sensitive value.'

const secretUrl =
  'The redirect leads to another origin, and its URL carries a secret, a credential or a sensitive value of the call.'

const noConnection =
  'The service sends nothing to a host that no connection of the tenant has (CONNECTIONS=required), and the redirect leads to one.'

function refuse(why: string): NextHop {
  return { kind: 'refused', why }
}

/** Host names are lower case in a URL that was read, and the masker looks for a secret as it is written. */
function showPlace(
  { host, authority }: UrlPlace,
  written: string,
  maskUrl: (text: string) => string,
): ShownPlace {
  return maskUrl(written) === written
    ? { host: maskUrl(host), authority: maskUrl(authority) }
    : { host: mask, authority: mask }
}

function judgeHost(place: UrlPlace, { hosts }: RedirectRules, shown: ShownPlace): Failure | null {
  if (hosts === null || isAllowed(place, hosts)) return null
  return {
    code: 'url_invalid',
    detail: `The target redirects to ${quoteName(shown.authority)}, which is not in "hosts" of the node.`,
    path: '/node/hosts',
    hint: 'The redirect was not followed. If calls may go to that host, add it to "hosts" of the node, with its port if that is not 443.',
  }
}

/** The path of the redirect may be one that the binding of a secret does not allow. */
function judgeSecrets(
  path: string,
  takesBody: boolean,
  { usedSecrets, store }: RedirectRules,
): Failure | null {
  for (const { name, use } of usedSecrets) {
    if (use.place === 'path' || use.place === 'query' || (use.place === 'body' && !takesBody)) continue
    const found = store.find(name, { ...use, path })
    if (found === undefined || 'refusedBy' in found) return notAllowed(name)
  }
  return null
}

function notAllowed(name: string): Failure {
  return {
    code: 'secret_not_allowed',
    detail: `The target redirects to a path on which the secret ${quoteName(name)} may not be used.`,
    path: '/node/followRedirects',
    hint: 'The redirect was not followed. Write the address that the target redirects to into the URL of the node, and let the operator of the service change `paths` of the secret in SECRETS_FILE if calls may go there.',
  }
}

/** The same request as a GET without a body (RFC 9110, section 15.4.4). */
function asGet(sent: Hop): Hop {
  const { request, display } = sent
  const isKept = (name: string) => !isOfBody(name.toLowerCase())
  return {
    ...sent,
    request: {
      ...request,
      method: 'GET',
      headers: filter(request.headers, isKept),
      body: null,
      isIdempotent: true,
    },
    display: {
      ...display,
      headers: filter(display.headers, isKept),
      body: null,
      form: undefined,
      charset: undefined,
      hasSecretSize: false,
    },
  }
}

/** Headers that describe the body, or the request that was carried out. */
function isOfBody(name: string): boolean {
  return name.startsWith('content-') || ofBody.has(name)
}

const ofBody: ReadonlySet<string> = new Set([
  'digest',
  'expect',
  'idempotency-key',
  'last-modified',
  'repr-digest',
  'want-digest',
])

/** Lists every member: what else a request may carry belongs to the origin that it leaves. */
function leaveOrigin(
  { request, display }: Hop,
  place: UrlPlace,
  { openHeaders }: RedirectRules,
  shown: ShownPlace,
): Hop {
  const { method, target, body, keepAlive, isIdempotent } = request
  const isKept = (name: string) => openHeaders.has(name.toLowerCase())
  const headersFor = (headers: readonly HeaderPair[], authority: string) =>
    filter(headers, isKept).map(([name, value]) => [name, name === 'host' ? authority : value] as const)
  const { host, port } = place
  return {
    request: {
      method,
      host,
      port,
      target,
      headers: headersFor(request.headers, place.authority),
      body,
      keepAlive,
      isIdempotent,
    },
    display: { ...display, headers: headersFor(display.headers, shown.authority), user: null },
    isForeign: true,
    shown,
  }
}

function filter(headers: readonly HeaderPair[], isKept: (name: string) => boolean): HeaderPair[] {
  return headers.filter(([name]) => isKept(name))
}
