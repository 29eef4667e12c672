import type { Failure } from '../contract/failure.ts'
import type { Warning } from '../contract/warning.ts'
import type { CompiledNode } from './compile.ts'
import { mask } from './masking/mask.ts'
import type { AuthHeader, RenderedAuth } from './request/auth.ts'
import type { UrlPlace } from './request/authority.ts'
import { encodeBody } from './request/body.ts'
import { warnOfLabel } from './request/body-label.ts'
import { isCredentialName } from './request/credential-name.ts'
import { type RenderedField, renderFields } from './request/field.ts'
import { headerLimits, headerValueProblem, singleHeaders } from './request/header-rules.ts'
import { warnOfReferences } from './request/reference-warning.ts'
import {
  type Displayable,
  RenderFailure,
  type RenderInput,
  RenderSession,
  sentIdempotencyKey,
  type ValuesToMask,
} from './request/render-session.ts'
import { utf8 } from './request/request-charset.ts'
import { headerText, queryPairs } from './request/serialize.ts'
import { maxUrlLength } from './request/url.ts'
import type { UrlTail } from './request/url-tail.ts'
import { percentEncode } from './template/encoders.ts'
import type { Scope } from './template/render-context.ts'
import { carriesStored, type RenderProblem } from './template/render-result.ts'
import { quoteName } from './values/text.ts'
import { secretHeaders, trimHeader } from './wire/headers.ts'
import type { BodyForm } from './wire/media-type.ts'
import type { OutboundRequest } from './wire/outbound-request.ts'
import type { HeaderPair } from './wire/outcome.ts'

/** The request as people may see it: what is sensitive or carries a secret is masked as a whole. */
export interface ShownParts {
  readonly url: string
  readonly headers: readonly HeaderPair[]
  readonly body: string | null
  /** How the body is written. */
  readonly form?: BodyForm | undefined
  /** The charset of the body, where that is not UTF-8. */
  readonly charset?: string | undefined
  /** Whether the size of the body would tell how long a secret of the service is. */
  readonly hasSecretSize: boolean
  /** User and password of Basic, for tools that take them apart. */
  readonly user: string | null
}

/** What rendering a node came to. */
export type RenderedRequest = {
  readonly warnings: readonly Warning[]
  readonly valuesToMask: ValuesToMask
  /** Names of the secrets that it carries, or would have carried. */
  readonly secretNames: ReadonlySet<string>
  /** What templates and conditions see before there is a response. */
  readonly variables: Scope['variables']
  /** Where the URL leads; null where it could not be told. */
  readonly place: UrlPlace | null
} & (
  | {
      readonly ok: true
      readonly request: OutboundRequest
      readonly display: ShownParts
      /** Whether the headers of the trace are those of the service, and not of the node. */
      readonly carriesTrace: boolean
    }
  | { readonly ok: false; readonly failure: Failure & Pick<RenderProblem, 'refusedBy'> }
)

/** Turns a compiled node and what the workflow knows into one concrete request, or a failure. */
export function renderRequest(node: CompiledNode, input: RenderInput): RenderedRequest {
  const session = new RenderSession(input, node)
  const { variables } = session.scope
  try {
    const parts = renderParts(node, session)
    const { warnings, valuesToMask, secretNames, place } = session
    return { warnings, valuesToMask, secretNames, place, variables, ok: true, ...parts }
  } catch (error) {
    if (!(error instanceof RenderFailure)) throw error
    const { warnings, valuesToMask, secretNames, place } = session
    return { warnings, valuesToMask, secretNames, place, variables, ok: false, failure: error.failure }
  }
}

function renderParts(node: CompiledNode, session: RenderSession) {
  const { method } = node
  const { place, tail: brought } = renderPlace(node, session)
  const auth = node.auth?.render(session) ?? null
  const target = renderTarget(node, brought ?? renderTail(node, session), auth, session)
  // Before the body: what is wrong with that is shown without what a header hides.
  const fields = renderFields(node.headers, session)
  const given = fields.map((field) => toHeader(field, session))
  const body = node.body?.render(session) ?? null
  const bytes = encodeBody(body, session)
  if (node.body !== null && body !== null && bytes !== null)
    warnOfLabel(node.body, body, bytes, fields, session)
  const hasSecretSize = body?.carriesStored ?? false
  const headers = renderHeaders(node, auth, given, { bytes, hasSecretSize }, session)
  warnOfReferences(node.references, session)
  const request: OutboundRequest = {
    method,
    host: place.host,
    port: place.port,
    target: target.wire,
    headers: headers.wire,
    body: bytes,
    keepAlive: node.keepAlive,
    isIdempotent: node.retry.isIdempotent,
  }
  const display: ShownParts = {
    url: `https://${place.authority}${target.display}`,
    headers: headers.display,
    body: body?.display ?? null,
    form: node.body?.form,
    charset: node.body === null || node.body.charset === utf8 ? undefined : node.body.charset.name,
    hasSecretSize,
    user: auth?.user ?? null,
  }
  return { request, display, carriesTrace: carriesOwnTrace(node, given) }
}

/** A parameter that is added to the query of the author. */
export type Parameter = Displayable<unknown> & { readonly name: string; readonly carriesStored: boolean }

type Tail = UrlTail & { readonly carriesStored: boolean }

/** Finds out where the URL leads, as the bindings of secrets judge it: before anything is rendered that may have one. */
export function renderPlace(
  { url, secretNames }: CompiledNode,
  session: RenderSession,
): { readonly place: UrlPlace; readonly tail: Tail | null } {
  if (url.kind === 'fixed') {
    if (secretNames.length > 0)
      session.path = session.take(url.renderPath(session.unresolvedScope), '/node/url')
    return { place: url, tail: null }
  }
  const { place, ...tail } = session.take(url.render(session.scope), '/node/url')
  session.place = place
  session.path = tail.path
  return { place, tail: { ...tail, carriesStored: false } }
}

/** What stands behind the authority of the URL. */
export function renderTail({ url }: CompiledNode, session: RenderSession): Tail {
  const rendered = url.render(session.scope)
  return { ...session.take(rendered, '/node/url'), carriesStored: carriesStored(rendered) }
}

function renderTarget(
  node: CompiledNode,
  tail: Tail,
  auth: RenderedAuth | null,
  session: RenderSession,
): Displayable<string> {
  if (tail.hasFragment) session.warn('fragment_dropped', '/node/url', fragmentMessage)
  const fields = renderFields(node.query, session)
  warnOfCredentials(node, tail.credentialNames, fields, session)
  const given = session.hasStandIns ? fields.map((field) => standInForCredential(field, session)) : fields
  const added: readonly Parameter[] = auth?.in === 'query' ? [...given, auth] : given
  const { path, query } = tail
  const wire = joinTarget({ path, query: standInForCredentials(query, session) }, added, encodedPairs)
  if (wire === null) {
    const detail = `The rendered URL is longer than ${maxUrlLength} characters.`
    const isStored = tail.carriesStored || added.some((one) => one.carriesStored)
    return session.fail({ code: 'url_invalid', detail, path: '/node/url' }, isStored)
  }
  const { display } = tail
  const isMasked =
    display.path !== path || display.query !== query || added.some((one) => one.display !== one.wire)
  if (!isMasked || session.hasStandIns) return { wire, display: wire }
  return { wire, display: showTarget(display, added) ?? mask }
}

/** A credential that stands literally in a URL is shown with it, but not written into commands that others will get. */
function standInForCredentials(query: string | null, session: RenderSession): string | null {
  if (query === null || !session.hasStandIns) return query
  const standIn = (pair: string) => {
    const [, name = '', text = ''] = /^([^=]+)=(.+)$/.exec(pair) ?? []
    return isCredentialName(name) ? `${name}=${session.standIn(text, name)}` : pair
  }
  return query.split('&').map(standIn).join('&')
}

const fragmentMessage = 'What stands behind the # of the URL is not sent; write a # that is meant as %23.'

function standInForCredential(field: RenderedField, session: RenderSession): RenderedField {
  const { name, wire } = field
  if (field.carriesSecret || !isCredential(field)) return field
  const standIn = session.standIn(wire, name)
  return { ...field, wire: standIn, display: standIn }
}

/** A target as it may be shown, with parameters behind what is known of it; null where it becomes too long. */
export function showTarget(
  tail: Pick<UrlTail, 'path' | 'query'>,
  added: readonly Parameter[],
): string | null {
  return joinTarget(tail, added, shownPairs)
}

/** Null where it becomes too long: what is added is not put together beyond that. */
function joinTarget(
  { path, query }: { readonly path: string; readonly query: string | null },
  added: readonly Parameter[],
  write: (parameter: Parameter) => Iterable<string>,
): string | null {
  let target = query === null ? path : `${path}?${query}`
  let separator = query === null ? '?' : query === '' || query.endsWith('&') ? '' : '&'
  // An array without items is a parameter that is not there.
  for (const parameter of added)
    for (const pair of write(parameter)) {
      target += separator + pair
      separator = '&'
      if (target.length > maxUrlLength) return null
    }
  return target.length > maxUrlLength ? null : target
}

/** As they go out: `name=text`. */
function* encodedPairs({ name, wire }: Pick<Parameter, 'name' | 'wire'>): Generator<string> {
  for (const [own, text] of queryPairs(name, wire)) yield `${percentEncode(own)}=${percentEncode(text)}`
}

function* shownPairs({ name, wire, display }: Parameter): Generator<string> {
  if (display !== mask) yield* encodedPairs({ name, wire: display })
  else if (!Array.isArray(wire) || wire.length > 0) yield `${percentEncode(name)}=${mask}`
}

const advice = 'URLs are written into logs on the way; prefer a header.'

/** A URL is written into logs by everybody on the way. */
function warnOfCredentials(
  { url, auth }: CompiledNode,
  names: readonly string[],
  fields: readonly RenderedField[],
  session: RenderSession,
): void {
  const warn = (path: string, message: string) =>
    session.warn('credential_in_url', path, `${message} ${advice}`)
  // A URL that a value brings is not the author's: pre-signed ones have their signature there.
  for (const name of url.kind === 'fixed' ? names : [])
    warn('/node/url', `The parameter ${quoteName(name)} of the URL looks like a credential.`)
  if (url.carriesSecret) warn('/node/url', 'The URL carries a secret.')
  for (const field of fields)
    if (isCredential(field))
      warn(
        field.path,
        `The parameter ${quoteName(field.name)} goes out as part of the URL and looks like a credential.`,
      )
  if (auth?.isInUrl) warn('/node/auth', 'The key goes out as a URL parameter.')
}

function isCredential({ name, carriesSecret, wire }: RenderedField): boolean {
  return carriesSecret || (isCredentialName(name) && wire !== '' && wire !== null && wire !== undefined)
}

/** Headers in the order of the wire, as they are sent and as they may be shown. */
class HeaderList {
  readonly wire: HeaderPair[] = []
  readonly display: HeaderPair[] = []

  add(name: string, wire: string, display = wire): void {
    const pair = [name, wire] as const
    this.wire.push(pair)
    this.display.push(display === wire ? pair : [name, display])
  }
}

/** A header of the node. */
export interface GivenHeader extends Displayable<string> {
  readonly name: string
  /** The name in lower case. */
  readonly key: string
  readonly carriesStored: boolean
}

function renderHeaders(
  node: CompiledNode,
  auth: RenderedAuth | null,
  fields: readonly GivenHeader[],
  body: { readonly bytes: Buffer | null; readonly hasSecretSize: boolean },
  session: RenderSession,
): HeaderList {
  const given = auth?.in === 'header' ? [toAuthHeader(auth, session), ...fields] : fields
  refuseRepeated(given)
  const headers = listHeaders(node, given, body, session)
  refuseTooMany(headers.wire, given, session)
  return headers
}

/** All that go out, those of the service first. Without a body nothing is said of its length where it is not known. */
export function listHeaders(
  node: CompiledNode,
  given: readonly GivenHeader[],
  body: { readonly bytes: Buffer | null; readonly hasSecretSize: boolean } | null,
  session: RenderSession,
): HeaderList {
  const headers = new HeaderList()
  if (session.place !== null) headers.add('host', session.place.authority)
  headers.add('connection', node.keepAlive ? 'keep-alive' : 'close')
  addStandard(headers, node, given, session)
  for (const { name, wire, display } of given) headers.add(name, wire, display)
  if (body === null) return headers
  const { bytes, hasSecretSize } = body
  if (bytes !== null || methodsWithLength.has(node.method))
    headers.add('content-length', String(bytes?.length ?? 0), hasSecretSize ? mask : undefined)
  return headers
}

/** A field of the node as the header that it becomes. Throws `RenderFailure`. */
export function toHeader(field: RenderedField, session: RenderSession): GivenHeader {
  const { name, path, carriesSecret: isSecret, carriesStored: isStored } = field
  const key = name.toLowerCase()
  const text = headerText(field.wire)
  const wire = trimHeader(text)
  if (wire !== text && !isStored)
    session.warn('header_trimmed', path, `White space around the value of ${quoteName(name)} was removed.`)
  const header = { name, key, wire, carriesStored: isStored }
  refuseInvalid(header, path, session)
  if (field.display === mask) return { ...header, display: mask }
  if (session.hasStandIns) return isSecret ? { ...header, display: wire } : withStandIn(header, session)
  return { ...header, display: secretHeaders.has(key) ? hideHeader(header, session) : wire }
}

function withStandIn(header: Omit<GivenHeader, 'display'>, session: RenderSession): GivenHeader {
  const { name, key, wire } = header
  const isHidden = wire !== '' && (secretHeaders.has(key) || isCredentialName(name))
  const text = isHidden ? session.standIn(wire, name) : wire
  return { ...header, wire: text, display: text }
}

/** The credentials behind a scheme come back without it. */
function hideHeader(
  { wire, carriesStored: isStored }: Pick<GivenHeader, 'wire' | 'carriesStored'>,
  session: RenderSession,
): typeof mask {
  const [, credentials] = /^[A-Za-z]+ +(\S.*)$/.exec(wire) ?? []
  if (credentials !== undefined) session.hide(credentials, isStored)
  return session.hide(wire, isStored)
}

/** The credentials as the header that they go out in. Throws `RenderFailure`. */
export function toAuthHeader(auth: AuthHeader, session: RenderSession): GivenHeader {
  refuseInvalid(auth, auth.path, session)
  const { name, wire, display, carriesStored: isStored } = auth
  return { name, key: name.toLowerCase(), wire, display, carriesStored: isStored }
}

function refuseInvalid(
  { name, wire, carriesStored: isStored }: Pick<GivenHeader, 'name' | 'wire' | 'carriesStored'>,
  path: string,
  session: RenderSession,
): void {
  const problem = headerValueProblem(wire)
  if (problem === null) return
  const detail = `The value of ${quoteName(name)} ${problem}.`
  session.fail({ code: 'header_invalid', detail, path }, isStored)
}

function refuseRepeated(headers: readonly GivenHeader[]): void {
  const single = headers.filter(({ key }) => singleHeaders.has(key))
  for (const header of single)
    if (single.find(({ key }) => key === header.key) !== header)
      throw invalid(
        `The header "${header.key}" is there twice, and may be there once only.`,
        'Remove one of them.',
      )
}

function isGiven(headers: readonly GivenHeader[], key: string): boolean {
  return headers.some((header) => header.key === key)
}

function refuseTooMany(
  headers: readonly HeaderPair[],
  given: readonly GivenHeader[],
  session: RenderSession,
): void {
  const total = headers.reduce((sum, [name, value]) => sum + name.length + value.length, 0)
  if (headers.length > headerLimits.count)
    throw invalid(
      `There are ${headers.length} headers; at most ${headerLimits.count} are sent.`,
      'Send fewer headers.',
    )
  if (total > headerLimits.totalBytes) {
    const detail = `The headers have ${total} characters together; at most ${headerLimits.totalBytes} are sent.`
    const isStored = given.some((header) => header.carriesStored)
    session.fail(headersFailure(detail, 'Send fewer or shorter headers.'), isStored)
  }
}

function invalid(detail: string, hint: string): RenderFailure {
  return new RenderFailure(headersFailure(detail, hint))
}

function headersFailure(detail: string, hint: string): Failure {
  return { code: 'header_invalid', detail, path: '/node/headers', hint }
}

const methodsWithLength: ReadonlySet<string> = new Set(['POST', 'PUT', 'PATCH'])

function carriesOwnTrace({ propagatesTrace }: CompiledNode, given: readonly GivenHeader[]): boolean {
  return propagatesTrace && !isGiven(given, 'traceparent')
}

/** Those of the service, each unless the node has one of that name. */
function addStandard(
  headers: HeaderList,
  node: CompiledNode,
  given: readonly GivenHeader[],
  { input }: RenderSession,
): void {
  const add = (name: string, value: string | null | undefined) => {
    if (typeof value === 'string' && !isGiven(given, name.toLowerCase())) headers.add(name, value)
  }
  add('User-Agent', input.userAgent)
  add('Accept', '*/*')
  add('Content-Type', node.body?.contentType)
  add('Idempotency-Key', sentIdempotencyKey(input, node))
  // A `tracestate` belongs to its `traceparent`: where the node has one of its own, ours does not go with it.
  if (carriesOwnTrace(node, given)) for (const [name, value] of input.traceHeaders) add(name, value)
}
