import { timingSafeEqual } from 'node:crypto'
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
  const nameOf = keyFinder(access.keys)
  app.addHook('onRequest', (request, _reply, done) => {
    const name = nameOf(bearerToken(request.headers.authorization))
    if (name === null) throw unauthorized('The key is not one of this service.', ', error="invalid_token"')
    request.keyName = name
    done()
  })
}

/**
 * Tells the name of a key; null where it is none of these. Looks at every key, and at as many bytes of each, so that
 * the time it takes tells nothing of them.
 */
export function keyFinder(keys: readonly ApiKey[]): (token: string) => string | null {
  const longest = Math.max(...keys.map(({ key }) => Buffer.byteLength(key)))
  const known = keys.map(({ name, key }) => ({ name, bytes: writeToken(key, Buffer.alloc(4 + longest)) }))
  const given = Buffer.alloc(4 + longest)
  return (token) => {
    writeToken(token, given)
    let found: string | null = null
    for (const { name, bytes } of known) if (timingSafeEqual(bytes, given)) found ??= name
    return found
  }
}

/** Its length, and as much of it as there is room for: of two texts that are not the same, one or the other differs. */
function writeToken(token: string, buffer: Buffer): Buffer {
  buffer.fill(0)
  buffer.writeUInt32LE(Buffer.byteLength(token))
  buffer.write(token, 4)
  return buffer
}

function bearerToken(authorization = ''): string {
  const [, token] = /^Bearer +([^ ]+) *$/i.exec(authorization) ?? []
  if (token === undefined)
    throw unauthorized('Send one of the keys of this service as Authorization: Bearer <key>.', '')
  return token
}

function unauthorized(detail: string, parameters: string): Refusal {
  return new Refusal('unauthorized', detail, {
    headers: { 'www-authenticate': `Bearer realm="webhook-node"${parameters}` },
  })
}
