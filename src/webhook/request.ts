import type { RenderedAuth } from './auth.ts'
import type { CompiledNode } from './compile.ts'
import { isCredentialName } from './credential-name.ts'
import { percentEncode } from './encode.ts'
import type { Failure } from './failure.ts'
import type { CompiledField, RenderedField } from './field.ts'
import { headerLimits, headerValueProblem, secretHeaders, singleHeaders, trimHeader } from './header.ts'
import { mask } from './mask.ts'
import type { OutboundRequest } from './outbound-request.ts'
import type { HeaderPair } from './outcome.ts'
import { RenderFailure, type RenderInput, Rendering, type Shown } from './rendering.ts'
import { maxUrlLength, renderTail } from './url.ts'
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
} & (
  | { readonly ok: true; readonly request: OutboundRequest; readonly shown: ShownParts }
  | { readonly ok: false; readonly failure: Failure }
)

/** Turns a compiled node and what the workflow knows into one concrete request, or a failure. */
export function renderRequest(node: CompiledNode, input: RenderInput): RenderedRequest {
  const rendering = new Rendering(input, node.id)
  try {
    const parts = renderParts(node, rendering)
    return { ok: true, ...parts, warnings: rendering.warnings, hidden: rendering.hidden }
  } catch (error) {
    if (!(error instanceof RenderFailure)) throw error
    return { ok: false, failure: error.failure, warnings: rendering.warnings, hidden: rendering.hidden }
  }
}

function renderParts(node: CompiledNode, rendering: Rendering) {
  const auth = node.auth?.render(rendering) ?? null
  const target = renderTarget(node, auth, rendering)
  const body = node.body?.render(rendering) ?? null
  const headers = renderHeaders(node, auth, body, rendering)
  const authority = authorityOf(node)
  const request: OutboundRequest = {
    method: node.method,
    host: node.url.host,
    port: node.url.port,
    target: target.real,
    headers: headers.map(({ name, real }) => [name, real]),
    body: body === null || body.real === '' ? null : Buffer.from(body.real, 'utf8'),
  }
  const shown: ShownParts = {
    url: `https://${authority}${target.shown}`,
    headers: headers.map(({ name, shown: text }) => [name, text]),
    body: body?.shown ?? null,
    user: auth?.user ?? null,
  }
  return { request, shown }
}

/** Host and port as they stand in the URL and in the Host header: without the default port. */
function authorityOf({ url: { host, port } }: CompiledNode): string {
  const name = host.includes(':') ? `[${host}]` : host
  return port === 443 ? name : `${name}:${port}`
}

function renderTarget(node: CompiledNode, auth: RenderedAuth | null, rendering: Rendering): Shown<string> {
  const { path, query, hasFragment } = rendering.take(renderTail(node.url.tail, rendering.scope), '/node/url')
  if (hasFragment) rendering.warn('fragment_dropped', '/node/url', fragmentMessage)
  const fields = renderFields(node.query, rendering)
  warnOfCredentials(node, query, fields, rendering)
  const pairs = [...fields, ...(auth?.in === 'query' ? [auth] : [])]
  const real = joined(
    path,
    query,
    pairs.flatMap(({ name, real: value }) => encodedPairs(name, value)),
  )
  const isMasked = pairs.some((pair) => pair.shown !== pair.real)
  const shown = isMasked
    ? joined(
        path,
        query,
        pairs.flatMap(({ name, shown: value }) => shownPairs(name, value)),
      )
    : real
  if (real.length > maxUrlLength) {
    const detail = `The rendered URL is longer than ${maxUrlLength} characters.`
    throw new RenderFailure({ code: 'url_invalid', detail, path: '/node/url' })
  }
  return { real, shown }
}

function renderFields(fields: readonly CompiledField[], rendering: Rendering): RenderedField[] {
  return fields.flatMap((field) => field.render(rendering) ?? [])
}

const fragmentMessage = 'What stands behind the # of the URL is not sent; write a # that is meant as %23.'

/** As they go out: `name=text`. */
function encodedPairs(name: string, value: unknown): string[] {
  return queryPairs(name, value).map(([own, text]) => `${percentEncode(own)}=${percentEncode(text)}`)
}

function shownPairs(name: string, value: unknown): string[] {
  return value === mask ? [`${percentEncode(name)}=${mask}`] : encodedPairs(name, value)
}

function joined(path: string, query: string | null, added: readonly string[]): string {
  if (query === null && added.length === 0) return path
  const separator = query === null || query === '' || query.endsWith('&') || added.length === 0 ? '' : '&'
  return `${path}?${query ?? ''}${separator}${added.join('&')}`
}

const advice = 'URLs are written into logs on the way; prefer a header.'

/** A URL is written into logs by everybody on the way. */
function warnOfCredentials(
  node: CompiledNode,
  query: string | null,
  fields: readonly RenderedField[],
  rendering: Rendering,
): void {
  const warn = (path: string, message: string) =>
    rendering.warn('credential_in_url', path, `${message} ${advice}`)
  for (const name of parameterNames(query).filter(isCredentialName))
    warn('/node/url', `The parameter "${name}" of the URL looks like a credential.`)
  if (node.url.tail.secretNames.length > 0) warn('/node/url', 'The URL carries a secret.')
  for (const { name, path } of fields.filter(isCredential))
    warn(path, `The parameter "${name}" goes out as part of the URL and looks like a credential.`)
  if (node.auth?.isInUrl) warn('/node/auth', 'The key goes out as a URL parameter.')
}

/** Names of the parameters of the author's URL that have a value. */
function parameterNames(query: string | null): string[] {
  return (query ?? '').split('&').flatMap((pair) => /^([^=]+)=./.exec(pair)?.[1] ?? [])
}

function isCredential({ name, carriesSecret, real }: RenderedField): boolean {
  return carriesSecret || (isCredentialName(name) && real !== '' && real !== null && real !== undefined)
}

type RenderedHeader = Shown<string> & { readonly name: string }

function renderHeaders(
  node: CompiledNode,
  auth: RenderedAuth | null,
  body: Shown<string> | null,
  rendering: Rendering,
): RenderedHeader[] {
  const own = renderFields(node.headers, rendering).map((field) => headerOf(field, rendering))
  const authHeader = auth?.in === 'header' ? [authHeaderOf(auth)] : []
  const given = [...authHeader, ...own]
  refuseRepeated(given)
  const replaced = new Set(given.map(({ name }) => name.toLowerCase()))
  const ofService = [...standardHeaders(node, rendering), ...traceHeaders(node, replaced, rendering)]
  const standard = ofService.filter(({ name }) => !replaced.has(name.toLowerCase()))
  const headers = [...framingBefore(node), ...standard, ...given, ...framingAfter(node, body)]
  refuseTooMany(headers)
  return headers
}

function headerOf(field: RenderedField, rendering: Rendering): RenderedHeader {
  const text = headerText(field.real)
  const real = trimHeader(text)
  if (real !== text)
    rendering.warn(
      'header_trimmed',
      field.path,
      `White space around the value of "${field.name}" was removed.`,
    )
  refuseInvalid(field.name, real, field.path)
  if (field.shown === mask) return { name: field.name, real, shown: mask }
  const isSecret =
    secretHeaders.has(field.name.toLowerCase()) && !(field.carriesSecret && !rendering.input.masksCarriers)
  return { name: field.name, ...(isSecret ? hideHeader(real, rendering) : { real, shown: real }) }
}

/** The credentials behind a scheme come back without it. */
function hideHeader(real: string, rendering: Rendering): Shown<string> {
  const [, credentials] = /^[A-Za-z]+ +(\S.*)$/.exec(real) ?? []
  if (credentials !== undefined) rendering.hide(credentials)
  return rendering.hide(real)
}

function authHeaderOf({ name, real, shown, path }: RenderedAuth): RenderedHeader {
  refuseInvalid(name, real, path)
  return { name, real, shown }
}

function refuseInvalid(name: string, value: string, path: string): void {
  const problem = headerValueProblem(value)
  if (problem === null) return
  throw new RenderFailure({ code: 'header_invalid', detail: `The value of "${name}" ${problem}.`, path })
}

function refuseRepeated(headers: readonly RenderedHeader[]): void {
  const seen = new Set<string>()
  for (const name of headers.map((header) => header.name.toLowerCase())) {
    if (singleHeaders.has(name) && seen.has(name))
      throw invalid(`The header "${name}" is there twice, and may be there once only.`, 'Remove one of them.')
    seen.add(name)
  }
}

function refuseTooMany(headers: readonly RenderedHeader[]): void {
  const total = headers.reduce((sum, { name, real }) => sum + name.length + real.length, 0)
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

function framingBefore(node: CompiledNode): RenderedHeader[] {
  return [visible('host', authorityOf(node)), visible('connection', 'keep-alive')]
}

const methodsWithLength: ReadonlySet<string> = new Set(['POST', 'PUT', 'PATCH'])

function framingAfter({ method }: CompiledNode, body: Shown<string> | null): RenderedHeader[] {
  const length = body === null ? 0 : Buffer.byteLength(body.real)
  return length > 0 || methodsWithLength.has(method) ? [visible('content-length', String(length))] : []
}

function standardHeaders(node: CompiledNode, { input }: Rendering): RenderedHeader[] {
  const key = input.idempotencyKey ?? (node.sendsIdempotencyKey ? input.executionId : null)
  return [
    visible('User-Agent', input.userAgent),
    visible('Accept', '*/*'),
    ...(node.body === null ? [] : [visible('Content-Type', node.body.contentType)]),
    ...(key === null ? [] : [visible('Idempotency-Key', key)]),
  ]
}

/** A `tracestate` belongs to its `traceparent`: where the node has one of its own, ours does not go with it. */
function traceHeaders(
  node: CompiledNode,
  replaced: ReadonlySet<string>,
  { input }: Rendering,
): RenderedHeader[] {
  if (!node.propagatesTrace || replaced.has('traceparent')) return []
  return input.traceHeaders.map(([name, value]) => visible(name, value))
}

function visible(name: string, value: string): RenderedHeader {
  return { name, real: value, shown: value }
}
