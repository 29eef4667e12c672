import type { Failure } from '../contract/failure.ts'
import type { Warning } from '../contract/warning.ts'
import type { CompiledNode } from './compile.ts'
import type { CompiledConnection } from './connection.ts'
import { mask } from './masking/mask.ts'
import type { RedirectRules } from './redirect.ts'
import type { RenderedAuth } from './request/auth.ts'
import type { UrlPlace } from './request/authority.ts'
import { encodeBody } from './request/body.ts'
import { warnOfLabel } from './request/body-label.ts'
import type { AuthHeader, AwsKeys, DigestCredentials } from './request/credential.ts'
import { isCredentialName } from './request/credential-name.ts'
import { type RenderedField, renderFields } from './request/field.ts'
import { headerLimits, headerValueProblem, singleHeaders } from './request/header-rules.ts'
import { connectionPath, memberPath } from './request/member-path.ts'
import { warnOfReferences } from './request/reference-warning.ts'
import {
  type Displayable,
  type LeftOut,
  RenderFailure,
  type RenderInput,
  RenderSession,
  sentIdempotencyKey,
  type ValuesToMask,
} from './request/render-session.ts'
import { utf8 } from './request/request-charset.ts'
import { headerText, queryPairs } from './request/serialize.ts'
import type { CompiledSigning, RenderedSigning, UnsignedRequest } from './request/signing.ts'
import type { TokenGrant } from './request/token-grant.ts'
import { maxUrlLength } from './request/url.ts'
import type { UrlTail } from './request/url-tail.ts'
import type { ShownParts } from './shown-parts.ts'
import { percentEncode } from './template/encoders.ts'
import type { Scope } from './template/render-context.ts'
import { carriesStored, type RenderProblem } from './template/render-result.ts'
import { quoteName } from './values/text.ts'
import { secretHeaders, trimHeader } from './wire/headers.ts'
import type { OutboundRequest } from './wire/outbound-request.ts'
import type { HeaderPair } from './wire/outcome.ts'
import type { TlsSettings } from './wire/tls-settings.ts'

/** The result of rendering a node. */
export type RenderedRequest = {
  readonly warnings: readonly Warning[]
  /** Fields of the node that the request has not. */
  readonly leftOut: readonly LeftOut[]
  readonly valuesToMask: ValuesToMask
  /** Names of the secrets in the request. After a failure: of those that were rendered before it. */
  readonly secretNames: ReadonlySet<string>
  /** The variables of templates and conditions, without `response`. */
  readonly variables: Scope['variables']
  /** Host and port of the URL; null if the URL could not be rendered. */
  readonly place: UrlPlace | null
} & (
  | {
      readonly ok: true
      readonly request: OutboundRequest
      readonly display: ShownParts
      /** Null for a node that says nothing about TLS. */
      readonly tls: TlsSettings | null
      /** Whether the headers of the trace are those of the service, and not of the node. */
      readonly carriesTrace: boolean
      /** How each attempt is signed. Its headers are in neither `request` nor `display`. Null without a signature. */
      readonly signing: RenderedSigning | null
      /** How to get the token that the request needs; null if it needs none. */
      readonly grant: TokenGrant | null
      /** For the challenge that the request has to answer; null if it answers none. */
      readonly digest: DigestCredentials | null
      /** What each attempt is signed with for AWS; null if none is. */
      readonly awsKeys: AwsKeys | null
      /** Null if the node follows no redirects. */
      readonly redirects: RedirectRules | null
    }
  | { readonly ok: false; readonly failure: Failure & Pick<RenderProblem, 'refusedBy'> }
)

/** A rendered request that can be sent. */
export type SendableRequest = Extract<RenderedRequest, { readonly ok: true }>

/** Renders a compiled node and a payload to one concrete request, or to a failure. */
export function renderRequest(node: CompiledNode, input: RenderInput): RenderedRequest {
  const session = new RenderSession(input, node)
  try {
    return renderParts(node, session)
  } catch (error) {
    if (!(error instanceof RenderFailure)) throw error
    const { warnings, leftOut, valuesToMask, secretNames, place } = session
    const { variables } = session.scope
    const failure = node.connection === null ? error.failure : blameOwner(error.failure, node.connection)
    return { warnings, leftOut, valuesToMask, secretNames, place, variables, ok: false, failure }
  }
}

/** A secret that the connection refers to is the concern of the operator, who wrote the reference. */
function blameOwner(
  failure: RenderFailure['failure'],
  { name }: CompiledConnection,
): RenderFailure['failure'] {
  if (failure.path !== connectionPath || !failure.code.startsWith('secret_')) return failure
  const hint = `The connection ${quoteName(name)} of the service uses the secret. Tell the operator of the service, who has to correct the entry in CONNECTIONS_FILE, or the secret.`
  return { ...failure, blame: 'service', hint }
}

function missingConnection({ name }: CompiledConnection): RenderFailure {
  const detail = `The service has no connection ${quoteName(name)} any more.`
  return new RenderFailure({ code: 'connection_missing', detail, path: connectionPath })
}

function renderParts(node: CompiledNode, session: RenderSession): SendableRequest {
  const { method, connection } = node
  if (connection?.isGone) throw missingConnection(connection)
  const usedSecrets = node.followRedirects === 0 ? null : session.recordSecrets()
  const { place, tail: brought } = renderPlace(node, session)
  const auth = node.auth?.render(session) ?? null
  const tls = node.tls === null ? null : node.tls.render(session)
  const target = renderTarget(node, brought ?? renderTail(node, session), auth, session)
  // Headers come before the body: an error in the body quotes it, and must mask the values that headers mark as hidden.
  const fields = renderFields(node.headers, session)
  const given = fields.map((field) => toHeader(field, session))
  const guardedBefore = session.guardedCount
  const body = node.body?.render(session) ?? null
  const hasSecretBody = session.guardedCount > guardedBefore
  const bytes = encodeBody(body, session)
  if (node.body !== null && body !== null && bytes !== null)
    warnOfLabel(node.body, body, bytes, fields, session)
  const hasSecretSize = body?.carriesStored ?? false
  const contentType = body?.contentType ?? node.body?.contentType
  const headers = renderHeaders(node, auth, given, { bytes, hasSecretSize, contentType }, session)
  warnOfReferences(node.references, session)
  const signing =
    node.signing === null
      ? null
      : renderSigning(
          node.signing,
          given,
          {
            method,
            target: target.wire,
            headers: headers.wire,
            body: bytes,
            display: { target: target.display, headers: headers.display },
            carriesStored:
              hasSecretSize || target.display !== target.wire || given.some((one) => one.carriesStored),
          },
          session,
        )
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
    ...(auth?.scheme && { scheme: auth.scheme }),
  }
  const { grant = null, digest = null, awsKeys = null } = auth?.in === 'header' ? auth : noHeader
  const redirects =
    usedSecrets === null ? null : ruleRedirects(node, { auth, fields, usedSecrets, hasSecretBody }, session)
  return {
    ok: true,
    warnings: session.warnings,
    leftOut: session.leftOut,
    valuesToMask: session.valuesToMask,
    secretNames: session.secretNames,
    variables: session.scope.variables,
    place: session.place,
    request,
    display,
    tls,
    carriesTrace: carriesOwnTrace(node, given),
    signing,
    grant,
    digest,
    awsKeys,
    redirects,
  }
}

const noHeader: Partial<AuthHeader> = {}

/** Headers that may go to another origin. The last three belong to the connection and the body. */
const openHeaders = ['accept', 'content-type', 'user-agent', 'host', 'connection', 'content-length'] as const

interface RenderedParts extends Pick<RedirectRules, 'usedSecrets' | 'hasSecretBody'> {
  readonly auth: RenderedAuth | null
  readonly fields: readonly RenderedField[]
}

function ruleRedirects(
  { followRedirects, url, headers }: CompiledNode,
  { auth, fields, usedSecrets, hasSecretBody }: RenderedParts,
  session: RenderSession,
): RedirectRules {
  const guarded = new Set(fields.filter(isGuarded).map(({ name }) => name.toLowerCase()))
  // The key of an API may have the name of any header.
  if (auth?.in === 'header') guarded.add(auth.name.toLowerCase())
  const open = new Set<string>(openHeaders)
  // The key of the service tells a target that a request comes again. A header of the node stays with its origin.
  if (!headers.some(({ name }) => name.toLowerCase() === 'idempotency-key')) open.add('idempotency-key')
  const { place } = session
  return {
    limit: followRedirects,
    hosts: url.kind === 'brought' ? url.allowed : null,
    hasSecretBody: hasSecretBody || guarded.has('content-type'),
    openHeaders: open.difference(guarded),
    // What gets a token goes to another place, and no redirect of the target changes that.
    usedSecrets: usedSecrets.filter(({ use }) => use.host === place?.host && use.port === place.port),
    store: session.input.store,
  }
}

function isGuarded({ carriesSecret, display }: RenderedField): boolean {
  return carriesSecret || display === mask
}

/** The limits of headers hold for those of the signature, too. */
function renderSigning(
  signing: CompiledSigning,
  given: readonly GivenHeader[],
  unsigned: UnsignedRequest,
  session: RenderSession,
): RenderedSigning {
  const rendered = signing.render(unsigned, session)
  refuseTooMany([...unsigned.headers, ...rendered.sampleHeaders], given, session)
  return rendered
}

/** A parameter that is added to the query of the URL. */
export type Parameter = Displayable<unknown> & { readonly name: string; readonly carriesStored: boolean }

type Tail = UrlTail & { readonly carriesStored: boolean }

/** Determines host, port and path of the URL. It comes first, because the bindings of stored secrets depend on them. */
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

/** Renders the part of the URL after the authority. */
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
    const isStored = tail.carriesStored || added.some((one) => one.carriesStored)
    return session.fail(urlTooLong(path.length + (query?.length ?? 0), fields), isStored)
  }
  const { display } = tail
  const isMasked =
    display.path !== path || display.query !== query || added.some((one) => one.display !== one.wire)
  if (!isMasked || session.hasStandIns) return { wire, display: wire }
  return { wire, display: showTarget(display, added) ?? mask }
}

/** Names the longest parameter, if it is longer than the rest of the URL. */
function urlTooLong(ownLength: number, fields: readonly RenderedField[]): Failure {
  const detail = `The rendered URL is longer than ${maxUrlLength} characters.`
  let longest: RenderedField | null = null
  let length = ownLength
  for (const field of fields) {
    const own = countCharacters(field.wire)
    if (own <= length) continue
    longest = field
    length = own
  }
  if (longest === null) return { code: 'url_invalid', detail, path: '/node/url' }
  return {
    code: 'url_invalid',
    detail: `${detail} Its longest parameter is ${quoteName(longest.name)}.`,
    path: longest.path,
    hint: 'Send a shorter value in this field of "query", or send it in the body of the request.',
  }
}

function countCharacters(value: unknown): number {
  if (Array.isArray(value)) return value.reduce<number>((sum, item) => sum + countCharacters(item), 0)
  return typeof value === 'string' ? value.length : 0
}

/** A diagnostic shows a literal credential in the URL. A curl command has a stand-in, because people pass it on. */
function standInForCredentials(query: string | null, session: RenderSession): string | null {
  if (query === null || !session.hasStandIns) return query
  const standIn = (pair: string) => {
    const [, name = '', text = ''] = /^([^=]+)=(.+)$/.exec(pair) ?? []
    return isCredentialName(name) ? `${name}=${session.standIn(text, name)}` : pair
  }
  return query.split('&').map(standIn).join('&')
}

const fragmentMessage =
  'The service does not send the fragment of a URL, the part from # on. Write a literal # as %23.'

function standInForCredential(field: RenderedField, session: RenderSession): RenderedField {
  const { name, wire } = field
  if (field.carriesSecret || !isCredential(field)) return field
  const standIn = session.standIn(wire, name)
  return { ...field, wire: standIn, display: standIn }
}

/** The request target as it may be shown, with the added parameters. Null if it becomes too long. */
export function showTarget(
  tail: Pick<UrlTail, 'path' | 'query'>,
  added: readonly Parameter[],
): string | null {
  return joinTarget(tail, added, shownPairs)
}

/** Stops and returns null as soon as the target becomes too long, so that no larger text is built. */
function joinTarget(
  { path, query }: { readonly path: string; readonly query: string | null },
  added: readonly Parameter[],
  write: (parameter: Parameter) => Iterable<string>,
): string | null {
  let target = query === null ? path : `${path}?${query}`
  let separator = query === null ? '?' : query === '' || query.endsWith('&') ? '' : '&'
  // `write` yields nothing for an empty array: such a parameter is left out.
  for (const parameter of added)
    for (const pair of write(parameter)) {
      target += separator + pair
      separator = '&'
      if (target.length > maxUrlLength) return null
    }
  return target.length > maxUrlLength ? null : target
}

/** The parameter as it is sent: `name=text`, percent-encoded. */
function* encodedPairs({ name, wire }: Pick<Parameter, 'name' | 'wire'>): Generator<string> {
  for (const [own, text] of queryPairs(name, wire)) yield `${percentEncode(own)}=${percentEncode(text)}`
}

function* shownPairs({ name, wire, display }: Parameter): Generator<string> {
  if (display !== mask) yield* encodedPairs({ name, wire: display })
  else if (!Array.isArray(wire) || wire.length > 0) yield `${percentEncode(name)}=${mask}`
}

const advice = 'Servers and proxies log URLs: prefer a header.'

function warnOfCredentials(
  { url, auth }: CompiledNode,
  names: readonly string[],
  fields: readonly RenderedField[],
  session: RenderSession,
): void {
  const warn = (path: string, message: string) =>
    session.warn('credential_in_url', path, `${message} ${advice}`)
  // A URL from a value is not checked: pre-signed URLs carry a signature there, and the author cannot change that.
  for (const name of url.kind === 'fixed' ? names : [])
    warn('/node/url', `The parameter ${quoteName(name)} of the URL looks like a credential.`)
  if (url.carriesSecret) warn('/node/url', 'The URL carries a secret.')
  for (const field of fields)
    if (isCredential(field))
      warn(
        field.path,
        `The parameter ${quoteName(field.name)} is part of the URL and looks like a credential.`,
      )
  if (auth?.isInUrl) warn(auth.origin.path, 'The key is a parameter of the URL.')
}

function isCredential({ name, carriesSecret, wire }: RenderedField): boolean {
  return carriesSecret || (isCredentialName(name) && wire !== '' && wire !== null && wire !== undefined)
}

/** Headers in the order on the wire, as they are sent and as they may be shown. */
class HeaderList {
  readonly wire: HeaderPair[] = []
  readonly display: HeaderPair[] = []

  add(name: string, wire: string, display = wire): void {
    const pair = [name, wire] as const
    this.wire.push(pair)
    this.display.push(display === wire ? pair : [name, display])
  }
}

/** A rendered header of the node. */
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
  body: SizedBody,
  session: RenderSession,
): HeaderList {
  const given =
    auth?.in === 'header' ? [toAuthHeader(auth, session), ...listMore(auth, session), ...fields] : fields
  refuseRepeated(given)
  const headers = listHeaders(node, given, body, session)
  refuseTooMany(headers.wire, given, session)
  return headers
}

/** What headers tell of a body. */
export interface SizedBody {
  readonly bytes: Buffer | null
  readonly hasSecretSize: boolean
  readonly contentType: string | undefined
}

/** All headers of a request, those of the service first. `body` is null if it is unknown: then there is no `content-length`. */
export function listHeaders(
  node: CompiledNode,
  given: readonly GivenHeader[],
  body: SizedBody | null,
  session: RenderSession,
): HeaderList {
  const headers = new HeaderList()
  if (session.place !== null) headers.add('host', session.place.authority)
  headers.add('connection', node.keepAlive ? 'keep-alive' : 'close')
  addStandard(headers, node, given, body === null ? node.body?.contentType : body.contentType, session)
  for (const { name, wire, display } of given) headers.add(name, wire, display)
  if (body === null) return headers
  const { bytes, hasSecretSize } = body
  if (bytes !== null || methodsWithLength.has(node.method))
    headers.add('content-length', String(bytes?.length ?? 0), hasSecretSize ? mask : undefined)
  return headers
}

/** Turns a field of the node into a header. Throws `RenderFailure`. */
export function toHeader(field: RenderedField, session: RenderSession): GivenHeader {
  const { name, path, carriesSecret: isSecret, carriesStored: isStored } = field
  const key = name.toLowerCase()
  const text = headerText(field.wire)
  const wire = trimHeader(text)
  const problem = headerValueProblem(wire)
  if (problem !== null) refuseInvalid(field, wire, problem, session)
  if (wire !== text && !isStored)
    session.warn('header_trimmed', path, `White space around the value of ${quoteName(name)} was removed.`)
  if (field.display === mask) return { name, key, wire, display: mask, carriesStored: isStored }
  if (session.hasStandIns) {
    const shown = isSecret ? wire : standInForHeader(name, key, wire, session)
    return { name, key, wire: shown, display: shown, carriesStored: isStored }
  }
  const display = secretHeaders.has(key) ? hideHeader(wire, isStored, session) : wire
  return { name, key, wire, display, carriesStored: isStored }
}

function standInForHeader(name: string, key: string, wire: string, session: RenderSession): string {
  const isHidden = wire !== '' && (secretHeaders.has(key) || isCredentialName(name))
  return isHidden ? session.standIn(wire, name) : wire
}

/** Hides the credentials without their scheme, too: a target may return them that way. */
function hideHeader(wire: string, isStored: boolean, session: RenderSession): typeof mask {
  const [, credentials] = /^[A-Za-z]+ +(\S.*)$/.exec(wire) ?? []
  if (credentials !== undefined) session.hide(credentials, isStored)
  return session.hide(wire, isStored)
}

/** Turns credentials into a header. Throws `RenderFailure`. */
export function toAuthHeader(auth: AuthHeader, session: RenderSession): GivenHeader {
  const problem = headerValueProblem(auth.wire)
  if (problem !== null) refuseCredential(auth, problem, session)
  const { name, wire, display, carriesStored: isStored } = auth
  return { name, key: name.toLowerCase(), wire, display, carriesStored: isStored }
}

function listMore(auth: AuthHeader, session: RenderSession): readonly GivenHeader[] {
  const { more = noMore } = auth
  return more.map((header) => toAuthHeader({ ...auth, ...header }, session))
}

const noMore: NonNullable<AuthHeader['more']> = []

function refuseCredential(
  { name, wire, path, valuePath = path, carriesStored: isStored }: AuthHeader,
  problem: string,
  session: RenderSession,
): never {
  const place = !isStored && endsWithBreak.test(wire) ? ' at its end' : ''
  const detail = `The value of ${quoteName(name)} ${withoutCure(problem)}${place}.`
  return session.fail({ code: 'header_invalid', detail, path: valuePath, hint: correctSecret }, isStored)
}

const correctSecret =
  'Correct the secret or the value that the credential refers to: keys and tokens are one line of visible ASCII, most often shorter than a header may be.'

/** What is wrong with a header, without the filter that helps in a template. */
function withoutCure(problem: string): string {
  return problem.split(';', 1)[0] ?? problem
}

function refuseInvalid(field: RenderedField, wire: string, problem: string, session: RenderSession): never {
  const { name, carriesSecret, carriesStored: isStored, source } = field
  const path = source.member === 'field' ? field.path : memberPath(field.path, source.member)
  const offset = headerText(field.wire).indexOf(wire)
  const more = isStored ? '' : describeCharacter(field, wire.search(forbiddenInHeader), offset, session)
  // No filter may work on a secret.
  const hint = carriesSecret ? correctSecret : headerHint(problem)
  const detail = `The value of ${quoteName(name)} ${withoutCure(problem)}.${more}`
  return session.fail({ code: 'header_invalid', detail, path, hint }, isStored)
}

/** Where the invalid character stands, unless the value is hidden, and what wrote it. `offset`: of the value in its text. */
function describeCharacter(field: RenderedField, at: number, offset: number, session: RenderSession): string {
  const isHidden = field.display === mask || field.carriesSecret
  const place = at === -1 || isHidden ? '' : ` It is character ${at + 1} of the value.`
  const origin = field.source.describeOrigin(session, Math.max(0, at) + offset)
  return origin === null ? place : `${place} It comes from ${origin}.`
}

/** Whether the only line breaks end the value, as in a secret from a file. */
const endsWithBreak = /^[^\r\n]*[\r\n]+$/

const forbiddenInHeader = /[^\t\x20-\x7e]/

function headerHint(problem: string): string {
  if (problem.startsWith('is longer'))
    return 'Send a shorter value in the header, or send it in the body of the request.'
  if (problem.startsWith('contains a line break'))
    return 'Remove it from the value of the header with the filter strip_newlines, or encode the value with url_encode or base64_encode.'
  if (problem.startsWith('contains a control'))
    return 'Remove it from the value in the payload, or encode the value of the header with the filter url_encode or base64_encode.'
  return 'Write the value of the header with the filter url_encode or base64_encode, as the documentation of the target says, or send it in the body.'
}

function refuseRepeated(headers: readonly GivenHeader[]): void {
  const single = headers.filter(({ key }) => singleHeaders.has(key))
  for (const header of single)
    if (single.find(({ key }) => key === header.key) !== header)
      throw invalid(
        `The header "${header.key}" is set twice. A request may have it only once.`,
        header.key === 'authorization'
          ? 'Remove one of the two: "auth" of the node sets this header, too.'
          : 'Remove one of the two.',
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
      `The request has ${headers.length} headers, ${given.length} of them from the node and its connection, the others from the service. It sends at most ${headerLimits.count}.`,
      `Send at least ${headers.length - headerLimits.count} headers less.`,
    )
  if (total > headerLimits.totalBytes) {
    const detail = `The headers have ${total} characters together. The service sends at most ${headerLimits.totalBytes}.`
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

/** Adds the headers of the service. A header of the node with the same name replaces one of them. */
function addStandard(
  headers: HeaderList,
  node: CompiledNode,
  given: readonly GivenHeader[],
  contentType: string | undefined,
  { input }: RenderSession,
): void {
  const add = (name: string, value: string | null | undefined) => {
    if (typeof value === 'string' && !isGiven(given, name.toLowerCase())) headers.add(name, value)
  }
  add('User-Agent', input.userAgent)
  add('Accept', '*/*')
  add('Content-Type', contentType)
  add('Idempotency-Key', sentIdempotencyKey(input, node))
  // `tracestate` belongs to its `traceparent` (W3C Trace Context): with a `traceparent` of the node ours is not sent.
  if (carriesOwnTrace(node, given)) for (const [name, value] of input.traceHeaders) add(name, value)
}
