import { type ConfigError, pointer } from '../contract/config-error.ts'
import type { Method } from '../contract/method.ts'
import { type BranchName, branchNames, defaults, type Node, nodeLimits } from '../contract/node.ts'
import type { Warning } from '../contract/warning.ts'
import { type CompiledConnection, chooseConnection, type FoundConnection } from './connection.ts'
import { findIdleRules } from './idle-rules.ts'
import { findOddValues } from './odd-values.ts'
import { type CompiledAuth, compileAuth } from './request/auth.ts'
import { compileConnectedUrl } from './request/base-url.ts'
import { compileBody } from './request/body.ts'
import { type BroughtUrl, bringsHost, compileBroughtUrl } from './request/brought-url.ts'
import type { CompiledBody } from './request/compiled-body.ts'
import { type CompiledField, compileField, compileHeaderField } from './request/field.ts'
import { type CompiledSigning, compileSigning, refuseSignedHeaders } from './request/signing.ts'
import { type CompiledTls, compileTls } from './request/tls.ts'
import { compileUrl, type FixedUrl } from './request/url.ts'
import { type CompiledCases, compileCases } from './response/case.ts'
import { type CompiledExpectation, compileExpectation } from './response/expectation.ts'
import { compileRetryPolicy, type RetryPolicy } from './retry.ts'
import { Compiler } from './template/compiler.ts'
import { complainAboutPath, readForeignPath } from './template/foreign-path.ts'
import type { KnownNames } from './template/known-names.ts'
import { mayReadBody } from './template/response-paths.ts'
import { constantTemplate, type Template } from './template/template.ts'
import type { UnrenderedReference } from './template/unrendered-reference.ts'
import { quoteName } from './values/text.ts'

/** A node with everything checked and prepared that does not depend on a payload. */
export interface CompiledNode {
  readonly id: string | null
  /** Its credentials and headers are among those of the node. */
  readonly connection: CompiledConnection | null
  readonly method: Method
  readonly url: FixedUrl | BroughtUrl
  readonly auth: CompiledAuth | null
  /** Null for a node that says nothing about TLS. */
  readonly tls: CompiledTls | null
  readonly signing: CompiledSigning | null
  readonly query: readonly CompiledField[]
  readonly headers: readonly CompiledField[]
  readonly body: CompiledBody | null
  readonly timeoutMs: number
  /** The most that `timeoutMs` may be. */
  readonly maxTimeoutMs: number
  /** All of them must hold. */
  readonly expectations: readonly CompiledExpectation[]
  /** Outcomes with a branch of their own, before the expectations. Null without one. */
  readonly cases: CompiledCases | null
  readonly onError: BranchName
  /** The engine's names for the outputs. */
  readonly branches: Readonly<Record<BranchName, string>>
  /** How many characters of the node are Liquid. Their compiled form takes most of the memory of the node. */
  readonly codeCharacters: number
  /** How many placeholders, tags and conditions these are. */
  readonly codeParts: number
  /** Names of the secrets that the node refers to. */
  readonly secretNames: readonly string[]
  readonly capture: readonly (readonly [name: string, template: Template])[]
  /** Whether an expectation, a case or a capture can depend on the body of the response. */
  readonly looksAtBody: boolean
  readonly retry: RetryPolicy
  /** Whether an Idempotency-Key is sent although the client gave none. */
  readonly sendsIdempotencyKey: boolean
  /** What is odd about the node itself, whatever the payload is. */
  readonly warnings: readonly Warning[]
  /** Constant texts that look like references to a value of the payload. */
  readonly references: readonly UnrenderedReference[]
  /** Whether calls of the node may share connections. */
  readonly keepAlive: boolean
  /** How many redirects of a call are followed. */
  readonly followRedirects: number
  /** Whether `traceparent` and `tracestate` are sent. */
  readonly propagatesTrace: boolean
}

/** The settings that limit a node. */
export interface NodeLimits {
  readonly maxTimeoutMs: number
  /** Limit and default of `totalMs` of `retry`. Without it the schema limits it. */
  readonly maxTotalMs?: number
  /** Variables of templates in place of those of every node. */
  readonly names?: KnownNames
}

/** A node that can be executed, or all mistakes in it. */
export type CompiledOrErrors =
  | { readonly ok: true; readonly node: CompiledNode }
  | { readonly ok: false; readonly errors: readonly ConfigError[] }

/** Compiles a node that is valid by the schema. */
export function compileNode(node: Node, limits: NodeLimits, found: FoundConnection = null): CompiledOrErrors {
  const compiler = new Compiler(node.templates ?? 'liquid', limits.names)
  const connection = chooseConnection(node, found, compiler)
  const url = compileNodeUrl(node, connection, compiler)
  complainAboutWhole(node, limits, compiler)
  const branches = nameBranches(node)
  const signing = compileNodeSigning(node, connection, compiler)
  const auth = node.auth === undefined ? null : compileAuth(node.auth, compiler)
  const retried = connection?.retry ? { ...node, retry: connection.retry } : node
  const headers = (node.headers ?? []).map((field, index) =>
    compileHeaderField(field, `/node/headers/${index}`, compiler),
  )
  const compiled = {
    id: node.id ?? null,
    connection,
    method: node.method,
    auth: connection?.auth ?? auth,
    signing,
    tls: connection?.tls ?? (node.tls === undefined ? null : compileTls(node.tls, compiler)),
    query: (node.query ?? []).map((field, index) =>
      compileField(field, `/node/query/${index}`, 'query', compiler),
    ),
    headers: connection === null ? headers : [...connection.headers, ...headers],
    body: node.body === undefined ? null : compileBody(node.body, compiler),
    timeoutMs: node.timeoutMs ?? Math.min(defaults.timeoutMs, limits.maxTimeoutMs),
    maxTimeoutMs: limits.maxTimeoutMs,
    expectations: compileExpectations(node.expect ?? defaults.expect, compiler),
    onError: node.onError ?? defaults.onError,
    cases: compileCases(node.cases ?? [], branches, compiler),
    branches,
    capture: compileCapture(node, compiler),
    retry: compileRetryPolicy(retried, compiler, limits.maxTotalMs),
    sendsIdempotencyKey:
      (node.idempotent ?? false) || retried.retry !== undefined || signing?.usesId === true,
    keepAlive: node.keepAlive ?? true,
    followRedirects: node.followRedirects ?? 0,
    propagatesTrace: node.propagateTrace ?? false,
    secretNames: [...compiler.secretNames, ...(connection?.secretNames ?? [])],
    codeCharacters: compiler.codeCharacters,
    codeParts: compiler.codeParts,
    references: compiler.references,
  }
  if (url === null || compiler.errors.length > 0) return { ok: false, errors: compiler.errors }
  const warnings = [
    ...(signing?.warnings ?? []),
    ...(compiled.cases?.warnings ?? []),
    ...(connection?.retry ? [] : findIdleRules(node, compiled)),
    ...findOddValues(node),
  ]
  return { ok: true, node: { ...compiled, url, warnings, looksAtBody: looksAtBody(compiled) } }
}

/** That of the connection, or of the node. Neither may write a header that something else sets. */
function compileNodeSigning(
  node: Node,
  connection: CompiledConnection | null,
  compiler: Compiler,
): CompiledSigning | null {
  const own = node.signing === undefined ? null : compileSigning(node.signing, compiler)
  if (own !== null) {
    refuseSignedHeaders(own, node, compiler)
    const [taken] = own.headerNames.intersection(connection?.headerNames ?? new Set())
    if (taken !== undefined && connection?.signing === null)
      compiler.complain(
        own.path,
        `writes a header that the connection of the node has, too: ${quoteName(taken)}; leave "signing" out, or let it write another one`,
      )
  }
  return connection?.signing ?? own
}

function compileNodeUrl(
  node: Node,
  connection: CompiledConnection | null,
  compiler: Compiler,
): CompiledNode['url'] | null {
  if (connection !== null)
    return compileFixedUrl(node, (url) => compileConnectedUrl(url, connection.base, compiler), compiler)
  if (bringsHost(node)) return compileBroughtUrl(node, compiler)
  return compileFixedUrl(node, (url) => compileUrl(url, compiler), compiler)
}

function compileFixedUrl(
  { url, hosts }: Node,
  compile: (url: string) => FixedUrl | ConfigError,
  compiler: Compiler,
): FixedUrl | null {
  // Where the host itself is a template, the error of the URL says what "hosts" is for.
  if (hosts !== undefined && !/^https?:\/\/[^/?#]*\{\{/i.test(url))
    compiler.complain(
      '/node/hosts',
      'must be left out: it is only for a URL that consists of one placeholder, whose value is the whole URL',
    )
  const compiled = compile(url)
  if ('kind' in compiled) return compiled
  compiler.complain(compiled.path, compiled.message)
  return null
}

function complainAboutWhole(node: Node, { maxTimeoutMs, maxTotalMs }: NodeLimits, compiler: Compiler): void {
  const { totalMs } = node.retry ?? {}
  if (maxTotalMs !== undefined && totalMs !== undefined && totalMs > maxTotalMs)
    compiler.complain('/node/retry/totalMs', `must be at most ${maxTotalMs}, the limit of this service`)
  if (Object.keys(node.capture ?? {}).some((name) => name.length > nodeLimits.nameCharacters))
    compiler.complain(
      '/node/capture',
      `must not have a name longer than ${nodeLimits.nameCharacters} characters`,
    )
  for (const name of Object.keys(node.capture ?? {}))
    compiler.plain(
      name,
      pointer('/node/capture', name),
      'Later nodes find the value under exactly this name.',
    )
  for (const [branch, name] of Object.entries(node.branches ?? {}))
    compiler.plain(name, `/node/branches/${branch}`, 'The engine follows the output with exactly this name.')
  if (node.body !== undefined && node.method === 'GET')
    compiler.complain('/node/body', 'must not be given with GET; use query, or another method')
  if (node.timeoutMs !== undefined && node.timeoutMs > maxTimeoutMs)
    compiler.complain('/node/timeoutMs', `must be at most ${maxTimeoutMs}, the limit of this service`)
}

function compileExpectations(
  expect: NonNullable<Node['expect']>,
  compiler: Compiler,
): readonly CompiledExpectation[] {
  if (!Array.isArray(expect)) return [compileExpectation(expect, '/node/expect', compiler)]
  return expect.map((expectation, index) =>
    compileExpectation(expectation, `/node/expect/${index}`, compiler),
  )
}

function looksAtBody({
  expectations,
  auth,
  cases,
  capture,
}: Pick<CompiledNode, 'expectations' | 'auth' | 'cases' | 'capture'>): boolean {
  return (
    expectations.some((expectation) => expectation.looksAtBody) ||
    (auth?.refusedWhen?.looksAtBody ?? false) ||
    (cases?.onResponse.some(({ when }) => when.looksAtBody) ?? false) ||
    capture.some(([, { responsePaths }]) => mayReadBody(responsePaths))
  )
}

function compileCapture({ capture = {} }: Node, compiler: Compiler): CompiledNode['capture'] {
  return Object.entries(capture).map(([name, text]) => {
    const path = pointer('/node/capture', name)
    const foreign = readForeignPath(text)
    if (foreign === null) return [name, compiler.liquid(text, path)]
    compiler.complain(path, complainAboutPath(foreign))
    return [name, constantTemplate('')]
  })
}

function nameBranches({ branches = {} }: Node): Readonly<Record<BranchName, string>> {
  const own = branchNames.map((name) => [name, branches[name] ?? name] as const)
  return Object.fromEntries(own) as Record<BranchName, string>
}
