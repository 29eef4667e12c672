import { pointer } from '../../contract/config-error.ts'
import type { Failure } from '../../contract/failure.ts'
import { type Auth, nodeLimits } from '../../contract/node.ts'
import { compileExpectation } from '../response/expectation.ts'
import type { Compiler } from '../template/compiler.ts'
import { asText, formEncode } from '../template/encoders.ts'
import { carriesStored } from '../template/render-result.ts'
import { constantTemplate, type Template } from '../template/template.ts'
import type { OutboundRequest } from '../wire/outbound-request.ts'
import type { HeaderPair } from '../wire/outcome.ts'
import type { UrlPlace } from './authority.ts'
import {
  type AuthHeader,
  type AuthOrigin,
  authorization,
  credential,
  emptyFailure,
  locateMember,
} from './credential.ts'
import { headerValueProblem } from './header-rules.ts'
import { memberPath } from './member-path.ts'
import type { RenderSession } from './render-session.ts'
import { writeBearer } from './token-grant.ts'
import { compileUrl, type FixedUrl } from './url.ts'

type OAuth2 = Extract<Auth, { type: 'oauth2' }>

/** A parameter of the request for a token. */
interface Parameter {
  readonly name: string
  readonly path: string
  readonly template: Template
}

/** Compiles the client credentials of OAuth 2.0 (RFC 6749, section 4.4). */
export function compileOAuth2(auth: OAuth2, compiler: Compiler, origin: AuthOrigin) {
  const at = (name: string) => locateMember(origin, name).path
  const endpoint = compileEndpoint(auth.tokenUrl, at('tokenUrl'), compiler)
  const compile = (name: string, text: string, path = at(name)): Parameter => ({
    name,
    path,
    template: compiler.template(text, path, 'auth'),
  })
  const client: Client = {
    id: compile('clientId', auth.clientId),
    secret: compile('clientSecret', auth.clientSecret),
    isInBody: auth.clientAuth === 'body',
  }
  const parameters = [
    ...(auth.scope === undefined ? [] : [compile('scope', auth.scope)]),
    ...(auth.audience === undefined ? [] : [compile('audience', auth.audience)]),
    ...Object.entries(auth.parameters ?? {}).map(([name, text]) => {
      const path = memberPath(origin.path, pointer('parameters', name))
      const problem = findNameProblem(name)
      if (problem !== null) compiler.complain(path, problem)
      compiler.plain(name, path, 'Only the value of the parameter is a template.')
      return compile(name.toWellFormed(), text, path)
    }),
  ]
  const refusedWhen =
    auth.refusedWhen === undefined
      ? {}
      : { refusedWhen: compileExpectation(auth.refusedWhen, at('refusedWhen'), compiler) }
  return {
    ...refusedWhen,
    origin,
    isInUrl: false,
    isBearer: true,
    render(session: RenderSession): AuthHeader {
      const bearer = writeBearer(session.hasStandIns ? session.standIn('token', 'access_token') : undefined)
      const header = authorization(
        { wire: bearer, display: bearer, carriesStored: false },
        null,
        origin,
        session,
      )
      // A curl command takes the token from a variable.
      if (session.hasStandIns || endpoint === null) return header
      const { path, query } = session.take(endpoint.render(session.scope), at('tokenUrl'))
      const target = query === null ? path : `${path}?${query}`
      const request = session.towards(endpoint, path, () =>
        renderRequest({ place: endpoint, target }, client, parameters, session),
      )
      return { ...header, grant: { request, path: origin.path, tokenUrlPath: at('tokenUrl') } }
    },
  }
}

/** The URL is literal: a value of the payload must not decide who gets the secret. Null if it has an error. */
function compileEndpoint(url: string, path: string, compiler: Compiler): FixedUrl | null {
  compiler.plain(url, path, 'It decides who gets the client secret.')
  if (compiler.isTemplate(url)) return null
  const { templates } = compiler
  const constant = (text: string) => ({ ok: true as const, template: constantTemplate(text) })
  const compiled = compileUrl(url, { templates, url: constant })
  if (!('kind' in compiled)) compiler.complain(path, compiled.message)
  else if (url.includes('#')) compiler.complain(path, 'must not have a fragment (RFC 6749, section 3.2)')
  else return compiled
  return null
}

const ownParameters: Readonly<Record<string, string>> = {
  grant_type: 'the grant is always client_credentials',
  client_id: 'the client id is "clientId"',
  client_secret: 'the client secret is "clientSecret"',
  scope: 'it is "scope", beside "parameters"',
  audience: 'it is "audience", beside "parameters"',
}

function findNameProblem(name: string): string | null {
  if (name === '') return 'must have a name'
  if (name.length > nodeLimits.nameCharacters)
    return `must not have a name longer than ${nodeLimits.nameCharacters} characters`
  const own = Object.hasOwn(ownParameters, name) ? ownParameters[name] : undefined
  return own === undefined ? null : `must be left out: ${own}`
}

interface Client {
  readonly id: Parameter
  readonly secret: Parameter
  /** Whether the credentials are parameters of the form. */
  readonly isInBody: boolean
}

function renderRequest(
  { place, target }: { readonly place: UrlPlace; readonly target: string },
  client: Client,
  parameters: readonly Parameter[],
  session: RenderSession,
): OutboundRequest {
  const id = renderValue(client.id, session)
  const secret = credential(client.secret.template, client.secret, session)
  const isStored = id.isStored || secret.carriesStored
  const own = client.isInBody
    ? [
        ['client_id', id.text],
        ['client_secret', secret.wire],
      ]
    : []
  const pairs = [
    ['grant_type', 'client_credentials'],
    ...parameters.map((parameter) => [parameter.name, renderValue(parameter, session).text]),
    ...own,
  ]
  const form = pairs.map(([name, text]) => `${formEncode(name)}=${formEncode(text)}`).join('&')
  const body = Buffer.from(form)
  if (body.length > session.input.maxRenderedBytes) session.fail(tooLarge(session, client.id.path), isStored)
  const basic = client.isInBody
    ? []
    : [writeBasic(id.text, secret.wire, { isStored, path: client.secret.path }, session)]
  return {
    method: 'POST',
    host: place.host,
    port: place.port,
    target,
    headers: [
      ['host', place.authority],
      ['connection', 'keep-alive'],
      ['User-Agent', session.input.userAgent],
      ['Accept', 'application/json'],
      ['Content-Type', 'application/x-www-form-urlencoded'],
      ...basic,
      ['content-length', String(body.length)],
    ],
    body,
    keepAlive: true,
    // A second token does no harm.
    isIdempotent: true,
  }
}

/** Id and secret are form-encoded before they are joined (RFC 6749, section 2.3.1). */
function writeBasic(
  id: string,
  secret: string,
  { isStored, path }: { readonly isStored: boolean; readonly path: string },
  session: RenderSession,
): HeaderPair {
  const digits = Buffer.from(`${formEncode(id)}:${formEncode(secret)}`).toString('base64')
  session.hide(digits, isStored)
  const value = `Basic ${digits}`
  const problem = headerValueProblem(value)
  if (problem !== null) session.fail(tooLong(problem, path), isStored)
  return ['Authorization', value]
}

function tooLong(problem: string, path: string): Failure {
  return {
    code: 'header_invalid',
    detail: `The header with the client id and the client secret ${problem}.`,
    path,
    hint: 'Check the client secret, or send both in the body of the request for the token: "clientAuth": "body".',
  }
}

function tooLarge({ input }: RenderSession, path: string): Failure {
  return {
    code: 'request_too_large',
    detail: `The request for the token is larger than ${input.maxRenderedBytes} bytes.`,
    path,
  }
}

/** A value that is no secret, unless it carries one. */
function renderValue(parameter: Parameter, session: RenderSession) {
  const { template, path } = parameter
  const result = template.text(session.scope, asText)
  const text = session.take(result, path)
  const isStored = carriesStored(result) || session.isInConnection
  if (text === '') session.fail(emptyFailure(parameter, result), isStored)
  session.display(text, false, result)
  return { text, isStored }
}
