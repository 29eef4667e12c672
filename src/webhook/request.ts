import type { RenderedAuth } from './auth.ts'
import { bytesOf } from './body.ts'
import { warnOfLabel } from './body-label.ts'
import type { CompiledNode } from './compile.ts'
import { isCredentialName } from './credential-name.ts'
import { percentEncode } from './encode.ts'
import type { Failure } from './failure.ts'
import { type RenderedField, renderFields } from './field.ts'
import { headerLimits, headerValueProblem, secretHeaders, singleHeaders, trimHeader } from './header.ts'
import { mask } from './masking/mask.ts'
import type { OutboundRequest } from './outbound-request.ts'
import type { HeaderPair } from './outcome.ts'
import { quoteName } from './plain-text.ts'
import type { Scope } from './render-context.ts'
import { carriesStored, type RenderProblem } from './rendered.ts'
import { RenderFailure, type RenderInput, Rendering, type Shown, type ValuesToMask } from './rendering.ts'
import { maxUrlLength } from './url.ts'
import { headerText, queryPairs } from './value-text.ts'
import type { Warning } from './warning.ts'

/** The request as people may see it: what is sensitive or carries a secret is masked as a whole. */
export interface ShownParts {
  readonly url: string
  readonly headers: readonly HeaderPair[]
  readonly body: string | null
  /** The charset in which the body is sent, where that is not UTF-8. */
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
} & (
  | { readonly ok: true; readonly request: OutboundRequest; readonly shown: ShownParts }
  | { readonly ok: false; readonly failure: Failure & Pick<RenderProblem, 'refusedBy'> }
)

/** Turns a compiled node and what the workflow knows into one concrete request, or a failure. */
export function renderRequest(node: CompiledNode, input: RenderInput): RenderedRequest {
  const rendering = new Rendering(input, node)
  const { variables } = rendering.scope
  try {
    const parts = renderParts(node, rendering)
    const { warnings, valuesToMask, secretNames } = rendering
    return { warnings, valuesToMask, secretNames, variables, ok: true, ...parts }
  } catch (error) {
    if (!(error instanceof RenderFailure)) throw error
    const { warnings, valuesToMask, secretNames } = rendering
    return { warnings, valuesToMask, secretNames, variables, ok: false, failure: error.failure }
  }
}

function renderParts(node: CompiledNode, rendering: Rendering) {
  const { method, url } = node
  if (node.secretNames.length > 0)
    rendering.path = rendering.take(url.renderPath(rendering.unresolvedScope), '/node/url')
  const auth = node.auth?.render(rendering) ?? null
  const target = renderTarget(node, auth, rendering)
  // Before the body: what is wrong with that is shown without what a header hides.
  const fields = renderFields(node.headers, rendering)
  const given = fields.map((field) => headerOf(field, rendering))
  const body = node.body?.render(rendering) ?? null
  const bytes = bytesOf(body, rendering)
  if (node.body !== null && bytes !== null) warnOfLabel(node.body, bytes, fields, rendering)
  const hasSecretSize = body?.carriesStored ?? false
  const headers = renderHeaders(node, auth, given, { bytes, hasSecretSize }, rendering)
  const request: OutboundRequest = {
    method,
    host: url.host,
    port: url.port,
    target: target.real,
    headers: headers.real,
    body: bytes,
    keepAlive: node.keepAlive,
  }
  const shown: ShownParts = {
    url: `https://${url.authority}${target.shown}`,
    headers: headers.shown,
    body: body?.shown ?? null,
    charset: body?.bytes === undefined ? undefined : node.body?.charset.name,
    hasSecretSize,
    user: auth?.user ?? null,
  }
  return { request, shown }
}

/** A parameter that is added to the query of the author. */
type Parameter = Shown<unknown> & { readonly name: string; readonly carriesStored: boolean }

function renderTarget(node: CompiledNode, auth: RenderedAuth | null, rendering: Rendering): Shown<string> {
  const rendered = node.url.render(rendering.scope)
  const tail = { ...rendering.take(rendered, '/node/url'), carriesStored: carriesStored(rendered) }
  if (tail.hasFragment) rendering.warn('fragment_dropped', '/node/url', fragmentMessage)
  const fields = renderFields(node.query, rendering)
  warnOfCredentials(node, tail.credentialNames, fields, rendering)
  const added: readonly Parameter[] = auth?.in === 'query' ? [...fields, auth] : fields
  const real = targetOf(tail, added, encodedPairs)
  if (real === null) {
    const detail = `The rendered URL is longer than ${maxUrlLength} characters.`
    const isStored = tail.carriesStored || added.some((one) => one.carriesStored)
    return rendering.fail({ code: 'url_invalid', detail, path: '/node/url' }, isStored)
  }
  const shownTail = rendering.input.masksCarriers ? tail.shown : tail
  const isMasked =
    shownTail.path !== tail.path ||
    shownTail.query !== tail.query ||
    added.some((one) => one.shown !== one.real)
  if (!isMasked) return { real, shown: real }
  return { real, shown: targetOf(shownTail, added, shownPairs) ?? mask }
}

const fragmentMessage = 'What stands behind the # of the URL is not sent; write a # that is meant as %23.'

/** Null where it becomes too long: what is added is not put together beyond that. */
function targetOf(
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
function* encodedPairs({ name, real }: Pick<Parameter, 'name' | 'real'>): Generator<string> {
  for (const [own, text] of queryPairs(name, real)) yield `${percentEncode(own)}=${percentEncode(text)}`
}

function* shownPairs({ name, real, shown }: Parameter): Generator<string> {
  if (shown !== mask) yield* encodedPairs({ name, real: shown })
  else if (!Array.isArray(real) || real.length > 0) yield `${percentEncode(name)}=${mask}`
}

const advice = 'URLs are written into logs on the way; prefer a header.'

/** A URL is written into logs by everybody on the way. */
function warnOfCredentials(
  { url, auth }: CompiledNode,
  names: readonly string[],
  fields: readonly RenderedField[],
  rendering: Rendering,
): void {
  const warn = (path: string, message: string) =>
    rendering.warn('credential_in_url', path, `${message} ${advice}`)
  for (const name of names)
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

function isCredential({ name, carriesSecret, real }: RenderedField): boolean {
  return carriesSecret || (isCredentialName(name) && real !== '' && real !== null && real !== undefined)
}

/** Headers in the order of the wire, as they are sent and as they may be shown. */
class HeaderList {
  readonly real: HeaderPair[] = []
  readonly shown: HeaderPair[] = []

  add(name: string, real: string, shown = real): void {
    const pair = [name, real] as const
    this.real.push(pair)
    this.shown.push(shown === real ? pair : [name, shown])
  }
}

/** A header of the node. */
interface GivenHeader extends Shown<string> {
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
  rendering: Rendering,
): HeaderList {
  const given = auth?.in === 'header' ? [authHeaderOf(auth, rendering), ...fields] : fields
  refuseRepeated(given)
  const headers = new HeaderList()
  headers.add('host', node.url.authority)
  headers.add('connection', node.keepAlive ? 'keep-alive' : 'close')
  addStandard(headers, node, given, rendering)
  for (const { name, real, shown } of given) headers.add(name, real, shown)
  const { bytes, hasSecretSize } = body
  if (bytes !== null || methodsWithLength.has(node.method))
    headers.add('content-length', String(bytes?.length ?? 0), hasSecretSize ? mask : undefined)
  refuseTooMany(headers.real, given, rendering)
  return headers
}

function headerOf(field: RenderedField, rendering: Rendering): GivenHeader {
  const { name, path, carriesSecret: isSecret, carriesStored: isStored } = field
  const key = name.toLowerCase()
  const text = headerText(field.real)
  const real = trimHeader(text)
  if (real !== text && !isStored)
    rendering.warn('header_trimmed', path, `White space around the value of ${quoteName(name)} was removed.`)
  const header = { name, key, real, carriesStored: isStored }
  refuseInvalid(header, path, rendering)
  if (field.shown === mask) return { ...header, shown: mask }
  const isMasked = secretHeaders.has(key) && !(isSecret && !rendering.input.masksCarriers)
  return { ...header, shown: isMasked ? hideHeader(header, rendering) : real }
}

/** The credentials behind a scheme come back without it. */
function hideHeader(
  { real, carriesStored: isStored }: Pick<GivenHeader, 'real' | 'carriesStored'>,
  rendering: Rendering,
): typeof mask {
  const [, credentials] = /^[A-Za-z]+ +(\S.*)$/.exec(real) ?? []
  if (credentials !== undefined) rendering.hide(credentials, isStored)
  return rendering.hide(real, isStored)
}

function authHeaderOf(auth: RenderedAuth, rendering: Rendering): GivenHeader {
  refuseInvalid(auth, auth.path, rendering)
  const { name, real, shown, carriesStored: isStored } = auth
  return { name, key: name.toLowerCase(), real, shown, carriesStored: isStored }
}

function refuseInvalid(
  { name, real, carriesStored: isStored }: Pick<GivenHeader, 'name' | 'real' | 'carriesStored'>,
  path: string,
  rendering: Rendering,
): void {
  const problem = headerValueProblem(real)
  if (problem === null) return
  const detail = `The value of ${quoteName(name)} ${problem}.`
  rendering.fail({ code: 'header_invalid', detail, path }, isStored)
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
  rendering: Rendering,
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
    rendering.fail(headersFailure(detail, 'Send fewer or shorter headers.'), isStored)
  }
}

function invalid(detail: string, hint: string): RenderFailure {
  return new RenderFailure(headersFailure(detail, hint))
}

function headersFailure(detail: string, hint: string): Failure {
  return { code: 'header_invalid', detail, path: '/node/headers', hint }
}

const methodsWithLength: ReadonlySet<string> = new Set(['POST', 'PUT', 'PATCH'])

/** Those of the service, each unless the node has one of that name. */
function addStandard(
  headers: HeaderList,
  node: CompiledNode,
  given: readonly GivenHeader[],
  { input }: Rendering,
): void {
  const add = (name: string, value: string | null | undefined) => {
    if (typeof value === 'string' && !isGiven(given, name.toLowerCase())) headers.add(name, value)
  }
  add('User-Agent', input.userAgent)
  add('Accept', '*/*')
  add('Content-Type', node.body?.contentType)
  add('Idempotency-Key', input.idempotencyKey ?? (node.sendsIdempotencyKey ? input.executionId : null))
  // A `tracestate` belongs to its `traceparent`: where the node has one of its own, ours does not go with it.
  if (node.propagatesTrace && !isGiven(given, 'traceparent'))
    for (const [name, value] of input.traceHeaders) add(name, value)
}
