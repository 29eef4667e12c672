import type { FastifyInstance } from 'fastify'
import { Refusal } from '../problems/problem.ts'
import type { Client, Right } from './client.ts'
import type { ClientStore } from './client-store.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** Whose key the request came with; null where the service asks for none. */
    client: Client | null
  }
}

/** Refuses requests without the key of a client, before their body is read. Null lets everybody in. */
export function guardAccess(app: FastifyInstance, clients: ClientStore | null): void {
  app.decorateRequest('client', null)
  if (clients === null) return
  app.addHook('onRequest', (request, _reply, done) => {
    const client = clients.find(bearerToken(request.headers.authorization))
    if (client === null) throw unauthorized('The key is not one of this service.', ', error="invalid_token"')
    request.client = client
    done()
  })
}

/** Refuses requests of clients that lack a right, before their body is read. */
export function requireRight(app: FastifyInstance, right: Right): void {
  app.addHook('onRequest', ({ client }, _reply, done) => {
    if (client !== null && !client.rights.has(right)) throw lacksRight(client, right)
    done()
  })
}

/** Refuses bodies whose `tenant` the client may not name, before anything of them is judged or executed. */
export function limitTenants(app: FastifyInstance): void {
  app.addHook('preHandler', ({ client, body }, _reply, done) => {
    const { tenant } = body as { readonly tenant?: string } // the schema has been followed
    checkTenant(client, tenant)
    done()
  })
}

/** Refuses a tenant that is none of the client's. Without one, a request would be outside of its tenants, too. */
export function checkTenant(client: Client | null, tenant: string | undefined): void {
  if (client === null || client.tenants === null) return
  if (tenant === undefined || !client.tenants.has(tenant)) throw foreignTenant(client, client.tenants, tenant)
}

/** The refusal of a client that lacks a right. */
export function lacksRight({ name }: Pick<Client, 'name'>, right: Right): Refusal {
  return new Refusal(
    'forbidden',
    `The client "${name}" lacks the right "${right}". The operator of the service gives rights in API_KEYS_FILE.`,
  )
}

/** A longer list is cut: a client knows its tenants, and is reminded of what kind of name they are. */
const maxShownTenants = 10

function foreignTenant({ name }: Client, tenants: ReadonlySet<string>, tenant: string | undefined): Refusal {
  const shown = [...tenants].slice(0, maxShownTenants)
  const more = tenants.size > shown.length ? ` and ${tenants.size - shown.length} more` : ''
  const allowed = `must be one of the tenants of the client "${name}": ${shown.join(', ')}${more}`
  const message = tenant === undefined ? `missing; ${allowed}` : allowed
  return new Refusal('forbidden', `The client "${name}" may call for its own tenants only.`, {
    errors: [{ path: '/tenant', message }],
  })
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
