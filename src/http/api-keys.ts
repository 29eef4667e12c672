import { hash, timingSafeEqual } from 'node:crypto'
import type { FastifyInstance } from 'fastify'
import { Refusal } from './problem.ts'

/** A key that opens the service, under the name that the log shows. */
export interface ApiKey {
  readonly name: string
  readonly key: string
}

declare module 'fastify' {
  interface FastifyRequest {
    /** The name of the key that the request came with; null where none is asked for. */
    keyName: string | null
  }
}

/** Who may call: everybody, or whoever has one of the keys. */
export type Access = { readonly kind: 'open' } | { readonly kind: 'keys'; readonly keys: readonly ApiKey[] }

/** Refuses requests without one of the keys, before their body is read. */
export function guardAccess(app: FastifyInstance, access: Access): void {
  app.decorateRequest('keyName', null)
  if (access.kind === 'open') return
  const known = access.keys.map(({ name, key }) => ({ name, digest: digestOf(key) }))
  app.addHook('onRequest', (request, _reply, done) => {
    request.keyName = nameOf(bearerToken(request.headers.authorization), known)
    done()
  })
}

interface KnownKey {
  readonly name: string
  readonly digest: Buffer
}

function bearerToken(authorization = ''): string {
  const [, token] = /^Bearer +([^ ]+) *$/i.exec(authorization) ?? []
  if (token === undefined)
    throw unauthorized('Send one of the keys of this service as Authorization: Bearer <key>.', '')
  return token
}

/** Looks at every key, and at digests of one length, so that the time it takes tells nothing. */
function nameOf(token: string, known: readonly KnownKey[]): string {
  const digest = digestOf(token)
  const [match] = known.filter((key) => timingSafeEqual(key.digest, digest))
  if (match === undefined)
    throw unauthorized('The key is not one of this service.', ', error="invalid_token"')
  return match.name
}

function digestOf(key: string): Buffer {
  return hash('sha256', key, 'buffer')
}

function unauthorized(detail: string, parameters: string): Refusal {
  return new Refusal('unauthorized', detail, {
    headers: { 'www-authenticate': `Bearer realm="webhook-node"${parameters}` },
  })
}
