import type { FastifyInstance } from 'fastify'
import { Refusal } from '../problems/problem.ts'
import type { Client, Right } from './client.ts'
import type { ClientStore } from './client-store.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** The client whose key the request carries. Null if the service asks for no key. */
    client: Client | null
  }
}

/** Refuses requests without the key of a client before their body is read. Null: the service asks for no key. */
export function guardAccess(app: FastifyInstance, clients: ClientStore | null): void {
  app.decorateRequest('client', null)
  if (clients === null) return
  app.addHook('onRequest', (request, _reply, done) => {
    const client = clients.find(bearerToken(request.headers.authorization))
    if (client === null)
      throw unauthorized('The key is not known to this service.', ', error="invalid_token"')
    request.client = client
    done()
  })
}

/** Refuses requests of clients without a right before their body is read. One of `others` does as well. */
export function requireRight(app: FastifyInstance, right: Right, ...others: readonly Right[]): void {
  app.addHook('onRequest', ({ client }, _reply, done) => {
    if (client !== null && ![right, ...others].some((each) => client.rights.has(each)))
      throw lacksRight(client, right)
    done()
  })
}

/** Refuses a body whose `tenant` the client may not name, before the node is judged or executed. */
export function limitTenants(app: FastifyInstance): void {
  app.addHook('preHandler', ({ client, body }, _reply, done) => {
    const { tenant } = body as { readonly tenant?: string } // the body is already validated
    checkTenant(client, tenant)
    done()
  })
}

/** Refuses a tenant that the client does not have. */
export function checkTenant(client: Client | null, tenant: string | undefined): void {
  if (client === null || client.tenants === null || mayCallFor(client, tenant)) return
  throw foreignTenant(client, client.tenants, tenant)
}

/** Whether a client has the tenant. One with tenants must name one. */
export function mayCallFor(client: Client | null, tenant: string | undefined): boolean {
  const tenants = client?.tenants ?? null
  return tenants === null || (tenant !== undefined && tenants.has(tenant))
}

export function lacksRight({ name }: Pick<Client, 'name'>, right: Right): Refusal {
  return new Refusal(
    'forbidden',
    `The client "${name}" lacks the right "${right}". The operator of the service grants rights in API_KEYS_FILE.`,
  )
}

/** A longer list is cut. A few names are enough to recognise a mistake. */
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
