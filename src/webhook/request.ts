import type { RenderedAuth } from './auth.ts'
import { bytesOf } from './body.ts'
import type { CompiledNode } from './compile.ts'
import { isCredentialName } from './credential-name.ts'
import { percentEncode } from './encode.ts'
import type { Failure } from './failure.ts'
import { type RenderedField, renderFields } from './field.ts'
import { headerLimits, headerValueProblem, secretHeaders, singleHeaders, trimHeader } from './header.ts'
import { mask } from './mask.ts'
import type { OutboundRequest } from './outbound-request.ts'
import type { HeaderPair } from './outcome.ts'
import type { Scope } from './render-context.ts'
import { RenderFailure, type RenderInput, Rendering, type Shown } from './rendering.ts'
import { maxUrlLength } from './url.ts'
import { headerText, queryPairs } from './value-text.ts'
import type { Warning } from './warning.ts'

/** The request as people may see it: what is sensitive or carries a secret is masked as a whole. */
export interface ShownParts {
  readonly url: string
  readonly headers: readonly HeaderPair[]
  readonly body: string | null
  /** User and password of Basic, for tools that take them apart. */
  readonly user: string | null
}

/** What rendering a node came to. */
export type RenderedRequest = {
  readonly warnings: readonly Warning[]
  /** Texts that must not be seen wherever they turn up. */
  readonly hidden: ReadonlySet<string>
  /** What templates and conditions see before there is a response. */
  readonly variables: Scope['variables']
} & (
  | { readonly ok: true; readonly request: OutboundRequest; readonly shown: ShownParts }
  | { readonly ok: false; readonly failure: Failure }
)

/** Turns a compiled node and what the workflow knows into one concrete request, or a failure. */
export function renderRequest(node: CompiledNode, input: RenderInput): RenderedRequest {
  const rendering = new Rendering(input, node.id)
  const { warnings, hidden } = rendering
  const { variables } = rendering.scope
  try {
    const { request, shown } = renderParts(node, rendering)
    return { ok: true, request, shown, warnings, hidden, variables }
  } catch (error) {
    if (!(error instanceof RenderFailure)) throw error
    return { ok: false, failure: error.failure, warnings, hidden, variables }
  }
}

function renderParts(node: CompiledNode, rendering: Rendering) {
  const { method, url } = node
  const auth = node.auth?.render(rendering) ?? null
  const target = renderTarget(node, auth, rendering)
  const body = node.body?.render(rendering) ?? null
  const bytes = bytesOf(body)
  const headers = renderHeaders(node, auth, bytes, rendering)
  const request: OutboundRequest = {
    method,
    host: url.host,
    port: url.port,
    target: target.real,
    headers: headers.real,
    body: bytes,
  }
  const shown: ShownParts = {
    url: `https://${url.authority}${target.shown}`,
    headers: headers.shown,
    body: body?.shown ?? null,
    user: auth?.user ?? null,
  }
  return { request, shown }
}

/** A parameter that is added to the query of the author. */
type Parameter = Shown<unknown> & { readonly name: string }

function renderTarget(node: CompiledNode, auth: RenderedAuth | null, rendering: Rendering): Shown<string> {
  const tail = rendering.take(node.url.render(rendering.scope), '/node/url')
  if (tail.hasFragment) rendering.warn('fragment_dropped', '/node/url', fragmentMessage)
  const fields = renderFields(node.query, rendering)
  warnOfCredentials(node, tail.credentialNames, fields, rendering)
  const added: readonly Parameter[] = auth?.in === 'query' ? [...fields, auth] : fields
  const real = targetOf(tail, added, encodedPairs)
  const isMasked = added.some((one) => one.shown !== one.real)
  if (real.length > maxUrlLength) {
    const detail = `The rendered URL is longer than ${maxUrlLength} characters.`
    throw new RenderFailure({ code: 'url_invalid', detail, path: '/node/url' })
  }
  return { real, shown: isMasked ? targetOf(tail, added, shownPairs) : real }
}

const fragmentMessage = 'What stands behind the # of the URL is not sent; write a # that is meant as %23.'

function targetOf(
  { path, query }: { readonly path: string; readonly query: string | null },
  added: readonly Parameter[],
  write: (parameter: Parameter) => readonly string[],
): string {
  // An array without items is a parameter that is not there.
  const pairs = added.flatMap(write)
  if (pairs.length === 0) return query === null ? path : `${path}?${query}`
  const separator = query === null || query === '' || query.endsWith('&') ? '' : '&'
  return `${path}?${query ?? ''}${separator}${pairs.join('&')}`
}

/** As they go out: `name=text`. */
function encodedPairs({ name, real }: Pick<Parameter, 'name' | 'real'>): string[] {
  return queryPairs(name, real).map(([own, text]) => `${percentEncode(own)}=${percentEncode(text)}`)
}

function shownPairs({ name, real, shown }: Parameter): string[] {
  if (shown !== mask) return encodedPairs({ name, real: shown })
  return encodedPairs({ name, real }).length === 0 ? [] : [`${percentEncode(name)}=${mask}`]
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
  for (const name of names) warn('/node/url', `The parameter "${name}" of the URL looks like a credential.`)
  if (url.carriesSecret) warn('/node/url', 'The URL carries a secret.')
  for (const field of fields)
    if (isCredential(field))
      warn(
        field.path,
        `The parameter "${field.name}" goes out as part of the URL and looks like a credential.`,
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
}

function renderHeaders(
  node: CompiledNode,
  auth: RenderedAuth | null,
  body: Buffer | null,
  rendering: Rendering,
): HeaderList {
  const given = renderFields(node.headers, rendering).map((field) => headerOf(field, rendering))
  if (auth?.in === 'header') given.unshift(authHeaderOf(auth))
  refuseRepeated(given)
  const headers = new HeaderList()
  headers.add('host', node.url.authority)
  headers.add('connection', 'keep-alive')
  addStandard(headers, node, given, rendering)
  for (const { name, real, shown } of given) headers.add(name, real, shown)
  if (body !== null || methodsWithLength.has(node.method))
    headers.add('content-length', String(body?.length ?? 0))
  refuseTooMany(headers.real)
  return headers
}

function headerOf(field: RenderedField, rendering: Rendering): GivenHeader {
  const { name, path, carriesSecret } = field
  const key = name.toLowerCase()
  const text = headerText(field.real)
  const real = trimHeader(text)
  if (real !== text)
    rendering.warn('header_trimmed', path, `White space around the value of "${name}" was removed.`)
  refuseInvalid(name, real, path)
  if (field.shown === mask) return { name, key, real, shown: mask }
  const isSecret = secretHeaders.has(key) && !(carriesSecret && !rendering.input.masksCarriers)
  return { name, key, real, shown: isSecret ? hideHeader(real, rendering) : real }
}

/** The credentials behind a scheme come back without it. */
function hideHeader(real: string, rendering: Rendering): typeof mask {
  const [, credentials] = /^[A-Za-z]+ +(\S.*)$/.exec(real) ?? []
  if (credentials !== undefined) rendering.hide(credentials)
  return rendering.hide(real)
}

function authHeaderOf({ name, real, shown, path }: RenderedAuth): GivenHeader {
  refuseInvalid(name, real, path)
  return { name, key: name.toLowerCase(), real, shown }
}

function refuseInvalid(name: string, value: string, path: string): void {
  const problem = headerValueProblem(value)
  if (problem === null) return
  throw new RenderFailure({ code: 'header_invalid', detail: `The value of "${name}" ${problem}.`, path })
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

function refuseTooMany(headers: readonly HeaderPair[]): void {
  const total = headers.reduce((sum, [name, value]) => sum + name.length + value.length, 0)
  if (headers.length > headerLimits.count)
    throw invalid(
      `There are ${headers.length} headers; at most ${headerLimits.count} are sent.`,
      'Send fewer headers.',
    )
  if (total > headerLimits.totalBytes)
    throw invalid(
      `The headers have ${total} characters together; at most ${headerLimits.totalBytes} are sent.`,
      'Send fewer or shorter headers.',
    )
}

function invalid(detail: string, hint: string): RenderFailure {
  return new RenderFailure({ code: 'header_invalid', detail, path: '/node/headers', hint })
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
