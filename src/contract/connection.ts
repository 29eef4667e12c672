import type { Static } from 'typebox'
import { closedObject, named, oneOfWords } from './builders.ts'
import { tenantPattern } from './names.ts'
import { Auth, Field, nodeLimits, Retry, Tls } from './node.ts'
import { Signing } from './signing.ts'
import { Type } from './typebox.ts'

const largestRate = 1_000_000

/** Limits of a connection, and of a line of LIMITS_FILE. */
const limitMembers = {
  perSecond: Type.Optional(
    Type.Number({ minimum: 0.001, maximum: largestRate, description: 'calls that may begin in a second' }),
  ),
  burst: Type.Optional(
    Type.Integer({ minimum: 1, maximum: largestRate, description: 'calls that may begin at once' }),
  ),
  concurrent: Type.Optional(
    Type.Integer({ minimum: 1, maximum: 10_000, description: 'calls that may be under way at once' }),
  ),
}

const Limits = closedObject(limitMembers, {
  description: 'an object with "perSecond", "burst" and "concurrent" as needed',
})

export type Limits = Static<typeof Limits>

/** A line of LIMITS_FILE. It is no part of the HTTP API. */
export const LimitLine = closedObject(
  {
    host: Type.String({ description: 'a host name, "*.suffix" or an address, each with ":port" as needed' }),
    ...limitMembers,
    scope: Type.Optional(oneOfWords(['all'], { description: '"all", for all tenants together' })),
  },
  { description: 'an object with "host", and "perSecond", "burst", "concurrent" and "scope" as needed' },
)

export type LimitLine = Static<typeof LimitLine>

/** An entry of CONNECTIONS_FILE. It is no part of the HTTP API. */
export const Connection = closedObject(
  {
    baseUrl: Type.String({ description: 'an https URL without user info, query and placeholders' }),
    auth: Type.Optional(named(Auth)),
    headers: Type.Optional(Type.Array(named(Field), { maxItems: nodeLimits.fields })),
    tls: Type.Optional(named(Tls)),
    signing: Type.Optional(named(Signing)),
    retry: Type.Optional(named(Retry)),
    limits: Type.Optional(Limits),
    tenants: Type.Optional(
      Type.Array(
        Type.String({ pattern: `^${tenantPattern}$`, description: '1 to 64 of A-Z a-z 0-9 . _ -' }),
        {
          minItems: 1,
        },
      ),
    ),
  },
  {
    description:
      'an object with "baseUrl", and "auth", "headers", "tls", "signing", "retry", "limits" and "tenants" as needed',
  },
)

export type Connection = Static<typeof Connection>

const ListedConnection = closedObject(
  {
    name: Type.String({ description: 'What a node names as `connection`.', examples: ['crm'] }),
    host: Type.String({
      description: 'The host, with its port unless that is 443.',
      examples: ['api.crm.example'],
    }),
    auth: Type.Unsafe<Auth['type'] | null>({
      type: ['string', 'null'],
      description: 'The type of `auth`. Null if the connection has none. Later versions may add types.',
      examples: ['bearer'],
    }),
    headers: Type.Array(Type.String(), {
      description: 'The names of the headers that the connection adds.',
      examples: [['X-Api-Version']],
    }),
    tls: Type.Boolean({
      description: 'Whether the connection has a client certificate, or demands something of TLS.',
    }),
    signing: Type.Boolean({ description: 'Whether the connection signs its requests.' }),
    retry: Type.Boolean({ description: 'Whether the connection says how to retry.' }),
    limits: Type.Boolean({ description: 'Whether the connection limits its calls.' }),
    tenants: Type.Unsafe<string[] | null>({
      type: ['array', 'null'],
      items: { type: 'string', pattern: `^${tenantPattern}$` },
      description:
        'The tenants that may use the connection, of those that the client may name. Null if all may, and calls without a tenant.',
      examples: [['acme']],
    }),
  },
  { $id: 'Connection', description: 'A connection of the service, without its credentials.' },
)

export type ListedConnection = Static<typeof ListedConnection>

export const ConnectionList = closedObject(
  {
    connections: Type.Array(named(ListedConnection), {
      description: 'The connections that the client may use, sorted by name.',
    }),
  },
  { $id: 'ConnectionList', description: 'The reply of `GET /v1/connections`.' },
)

export type ConnectionList = Static<typeof ConnectionList>

/** The schemas of this file that other schemas or routes refer to by `$id`. */
export const connectionSchemas = [ListedConnection, ConnectionList] as const
