import { type ConfigError, pointer } from '../contract/config-error.ts'
import type { Connection } from '../contract/connection.ts'
import { minMaskLength } from '../contract/names.ts'
import type { Auth, Field, Node, Tls } from '../contract/node.ts'
import type { Signing } from '../contract/signing.ts'
import { type CallLimits, compileLimits, findErrorsOfLimits } from './limits.ts'
import { mask } from './masking/mask.ts'
import { type CompiledAuth, compileAuth } from './request/auth.ts'
import { type BaseUrl, parseBaseUrl } from './request/base-url.ts'
import { isCredentialName } from './request/credential-name.ts'
import { type CompiledField, compileHeaderField } from './request/field.ts'
import { connectionPath } from './request/member-path.ts'
import { type CompiledSigning, compileSigning, refuseSignedHeaders } from './request/signing.ts'
import { type CompiledTls, compileTls } from './request/tls.ts'
import { compileRetryPolicy } from './retry.ts'
import { Compiler } from './template/compiler.ts'
import { quoteName } from './values/text.ts'
import { secretHeaders } from './wire/headers.ts'

/** What the operator of the service defined once for a target. */
export interface CompiledConnection {
  readonly name: string
  readonly base: BaseUrl
  /** Null if the node may have its own. */
  readonly auth: CompiledAuth | null
  readonly authType: Auth['type'] | null
  readonly headers: readonly CompiledField[]
  /** The names of all headers that it sets, in lower case. A node must not set them. */
  readonly headerNames: ReadonlySet<string>
  /** The URL parameter that it sets, or null. */
  readonly parameterName: string | null
  /** Null if the node may have its own. */
  readonly tls: CompiledTls | null
  /** Null if the node may have its own. */
  readonly signing: CompiledSigning | null
  /** Null if the node may have its own. */
  readonly retry: Connection['retry'] | null
  /** Null if it has none. */
  readonly limits: CallLimits | null
  /** The tenants that may use it. Null: any tenant, or none. */
  readonly tenants: ReadonlySet<string> | null
  readonly secretNames: readonly string[]
  /** Whether the service had it, and has it no more. It has no credentials then, and a call fails. */
  readonly isGone: boolean
}

/** The connection of a node: null for a node without one, or why the node cannot have it. */
export type FoundConnection = CompiledConnection | ConfigError | null

export type CompiledConnectionOrErrors =
  | { readonly ok: true; readonly connection: CompiledConnection }
  | { readonly ok: false; readonly errors: readonly ConfigError[] }

/** Compiles an entry of CONNECTIONS_FILE that follows its schema. Errors have their JSON Pointer in the file. */
export function compileConnection(name: string, entry: Connection): CompiledConnectionOrErrors {
  const errors = [...findErrors(entry, pointer('', name))]
  const parsed = parseBaseUrl(entry.baseUrl)
  if (!parsed.ok || errors.length > 0) return { ok: false, errors }
  return { ok: true, connection: compileSound(name, entry, parsed.base) }
}

function* findErrors(
  { baseUrl, auth, headers = [], tls, signing, retry, limits }: Connection,
  path: string,
): Generator<ConfigError> {
  const parsed = parseBaseUrl(baseUrl)
  if (!parsed.ok) yield { path: `${path}/baseUrl`, message: parsed.problem }
  const compiler = new Compiler('liquid')
  if (auth !== undefined) {
    compileAuth(auth, compiler, { path: `${path}/auth`, words: '' })
    for (const [member, value] of listCredentials(auth))
      if (isTooShort(value, compiler)) compiler.complain(`${path}/auth/${member}`, tooShort)
  }
  headers.forEach((field, index) => {
    const at = pointer(path, 'headers', index)
    compileHeaderField(field, at, compiler)
    const [literal] = (isHidden(field) ? readLiteral(field, compiler) : null) ?? []
    if (literal !== undefined && isTooShort(literal, compiler)) compiler.complain(at, tooShort)
    if (findAuthHeader(auth) === field.name.toLowerCase())
      compiler.complain(at, `must be left out: "auth" sets the header ${quoteName(field.name)}`)
  })
  if (tls !== undefined) compileTls(tls, compiler, `${path}/tls`)
  if (signing !== undefined) {
    const signed = compileSigning(signing, compiler, `${path}/signing`)
    refuseSignedHeaders(signed, { headers, ...(auth && { auth }) }, compiler, path)
  }
  yield* compiler.errors
  if (retry !== undefined) yield* findErrorsOfRetry(retry, path)
  if (limits !== undefined) yield* findErrorsOfLimits(limits, `${path}/limits`)
}

function* findErrorsOfRetry(retry: NonNullable<Connection['retry']>, path: string): Generator<ConfigError> {
  const compiler = new Compiler('liquid')
  compileRetryPolicy({ retry, method: 'GET', url: '' }, compiler)
  for (const error of compiler.errors) yield { ...error, path: path + error.path.slice('/node'.length) }
}

const tooShort = `must have a value of at least ${minMaskLength} characters: a shorter one cannot be masked`

/** Whether a credential that stands in the file is too short to be masked. */
function isTooShort(value: string, compiler: Compiler): boolean {
  return value !== '' && value.length < minMaskLength && !compiler.isTemplate(value)
}

function listCredentials(auth: Auth): readonly (readonly [member: string, value: string])[] {
  if (auth.type === 'bearer') return [['token', auth.token]]
  if (auth.type === 'oauth2') return [['clientSecret', auth.clientSecret]]
  if (auth.type === 'awsSigV4') return listAwsCredentials(auth)
  return auth.type === 'apiKey' ? [['value', auth.value]] : [['password', auth.password]]
}

function listAwsCredentials({ secretAccessKey, sessionToken = '' }: Extract<Auth, { type: 'awsSigV4' }>) {
  return [
    ['secretAccessKey', secretAccessKey],
    ['sessionToken', sessionToken],
  ] as const
}

function compileSound(name: string, entry: Connection, base: BaseUrl): CompiledConnection {
  const { auth, headers = [], tls, signing: signed, retry = null, limits, tenants } = entry
  const compiler = new Compiler('liquid')
  const signing = signed === undefined ? null : compileConnectionSigning(signed, compiler)
  const ownHeader = findAuthHeader(auth)
  return {
    name,
    base,
    auth: auth === undefined ? null : compileConnectionAuth(name, auth, compiler),
    authType: auth?.type ?? null,
    headers: headers.map((field) => headerField(field, compiler)),
    headerNames: new Set([
      ...(ownHeader === null ? [] : [ownHeader]),
      ...headers.map((field) => field.name.toLowerCase()),
      ...(signing?.headerNames ?? []),
    ]),
    parameterName: auth?.type === 'apiKey' && auth.in === 'query' ? auth.name : null,
    tls: tls === undefined ? null : compileConnectionTls(tls, compiler),
    signing,
    retry,
    limits: limits === undefined ? null : compileLimits(limits),
    tenants: tenants === undefined ? null : new Set(tenants),
    secretNames: [...compiler.secretNames],
    isGone: false,
  }
}

/** What is kept of a connection that the service has no more. */
export function withoutCredentials(connection: CompiledConnection): CompiledConnection {
  return {
    ...nothing,
    name: connection.name,
    base: connection.base,
    tenants: connection.tenants,
    isGone: true,
  }
}

const nothing = {
  auth: null,
  authType: null,
  headers: [],
  headerNames: new Set<string>(),
  parameterName: null,
  tls: null,
  signing: null,
  retry: null,
  limits: null,
  tenants: null,
  secretNames: [],
  isGone: false,
} as const

/** Stands for a connection that is not known, so that all other mistakes of a node are found. */
const unknown: CompiledConnection = {
  ...nothing,
  name: '',
  base: { host: 'host.invalid', port: 443, authority: 'host.invalid', path: '' },
}

/** Whether a call for a tenant may use a connection. */
export function isForTenant({ tenants }: CompiledConnection, tenant: string | null): boolean {
  return tenants === null || (tenant !== null && tenants.has(tenant))
}

/** The connection to compile a node with. Complains if the node cannot have it. */
export function chooseConnection(
  node: Node,
  found: FoundConnection,
  compiler: Compiler,
): CompiledConnection | null {
  if (found !== null && !('message' in found)) {
    complainAboutBoth(node, found, compiler)
    return found
  }
  if (found !== null) compiler.complain(found.path, found.message)
  return node.connection === undefined ? null : unknown
}

/** What both define is refused: one of the two would be ignored in silence. */
function complainAboutBoth(node: Node, connection: CompiledConnection, compiler: Compiler): void {
  const { auth, headerNames, parameterName, tls, signing, retry } = connection
  const complain = (path: string, what: string) =>
    compiler.complain(path, `must be left out: the connection of the node has ${what}`)
  if (node.tls !== undefined && tls !== null) complain('/node/tls', '"tls", too')
  if (node.signing !== undefined && signing !== null) complain('/node/signing', '"signing", too')
  if (node.retry !== undefined && retry !== null) complain('/node/retry', '"retry", too')
  const ownHeader = findAuthHeader(node.auth)
  if (node.auth !== undefined && auth !== null) complain('/node/auth', '"auth", too')
  else if (ownHeader !== null && headerNames.has(ownHeader))
    complain('/node/auth', `the header that it sets, ${quoteName(ownHeader)}`)
  node.headers?.forEach(({ name }, index) => {
    if (headerNames.has(name.toLowerCase()))
      complain(`/node/headers/${index}`, `a header of this name, ${quoteName(name)}`)
  })
  if (parameterName === null) return
  node.query?.forEach(({ name }, index) => {
    if (name === parameterName)
      complain(`/node/query/${index}`, `a parameter of this name, ${quoteName(name)}`)
  })
  if (listParameters(node.url).includes(parameterName))
    complain('/node/url', `the parameter ${quoteName(parameterName)} of the URL`)
}

/** The header that credentials set, in lower case. */
function findAuthHeader(auth: Auth | undefined): string | null {
  if (auth === undefined) return null
  if (auth.type !== 'apiKey') return 'authorization'
  return auth.in === 'header' ? auth.name.toLowerCase() : null
}

function listParameters(url: string): readonly string[] {
  const [, query = ''] = /^[^?#]*\?([^#]*)/.exec(url) ?? []
  return [...new URLSearchParams(query).keys()]
}

function compileConnectionAuth(name: string, config: Auth, compiler: Compiler): CompiledAuth {
  const words = `the connection ${quoteName(name)}`
  const auth = compileAuth(config, compiler, { path: connectionPath, words })
  return { ...auth, render: (session) => session.inConnection(() => auth.render(session)) }
}

function compileConnectionTls(config: Tls, compiler: Compiler): CompiledTls | null {
  const tls = compileTls(config, compiler, connectionPath)
  return tls === null
    ? null
    : { ...tls, render: (session) => session.inConnection(() => tls.render(session)) }
}

/** What is odd about it is no matter of the author of a node. */
function compileConnectionSigning(config: Signing, compiler: Compiler): CompiledSigning {
  const signing = compileSigning(config, compiler, connectionPath)
  return {
    ...signing,
    warnings: [],
    render: (unsigned, session) => session.inConnection(() => signing.render(unsigned, session)),
  }
}

/** The client does not know the value, so a header that is named like a credential is masked. */
function headerField(config: Field, compiler: Compiler): CompiledField {
  const sensitive = isHidden(config)
  const field = compileHeaderField({ ...config, sensitive }, connectionPath, compiler)
  const literal = sensitive ? readLiteral(config, compiler) : null
  return {
    ...field,
    render: (session) =>
      session.inConnection(() => {
        const rendered = field.render(session)
        if (rendered === null) return null
        if (literal !== null && rendered.display === mask) for (const text of literal) session.protect(text)
        const { source } = rendered
        return {
          ...rendered,
          carriesStored: rendered.carriesStored || literal !== null,
          source: {
            ...source,
            describeOrigin: (own, at) => own.inConnection(() => source.describeOrigin(own, at)),
          },
        }
      }),
  }
}

function isHidden({ name, sensitive = false }: Field): boolean {
  return sensitive || isCredentialName(name) || secretHeaders.has(name.toLowerCase())
}

/** A credential that stands in the file itself: the whole value, and without its scheme. Null for any other value. */
function readLiteral(field: Field, compiler: Compiler): readonly string[] | null {
  const value = 'literal' in field ? field.literal : 'value' in field ? field.value : null
  if (typeof value !== 'string' || ('value' in field && compiler.isTemplate(value))) return null
  const text = value.trim()
  const [, credentials] = /^[A-Za-z]+ +(\S.*)$/.exec(text) ?? []
  return credentials === undefined ? [text] : [text, credentials]
}
