import { Refusal } from '../problems/problem.ts'

/**
 * The limits: `client`, `tenant` and `rate` for one client or tenant, `service` and `memory` for the whole instance,
 * `paused` for a pause between two attempts, `response` for the rest of a response.
 */
export const limitNames = ['client', 'tenant', 'rate', 'service', 'memory', 'paused', 'response'] as const

export type LimitName = (typeof limitNames)[number]

/** The client and tenant of a request. */
export interface RequestOwner {
  /** Null if the service asks for no key. */
  readonly client: string | null
  /** Null without a tenant, and until the body has been read. */
  readonly tenant: string | null
}

export interface ReachedLimit extends RequestOwner {
  readonly limit: LimitName
  readonly requestId: string
}

/** Why a request is refused. */
export interface Shortage {
  readonly limit: Exclude<LimitName, 'paused' | 'response'>
  /** What is short, for all or for this client or tenant. */
  readonly of: 'slots' | 'memory'
}

/** The refusal of a request for which a limit is reached. Nothing was sent, so the client may repeat it. */
export function refuseFor({ limit, of }: Shortage, owner: RequestOwner): Refusal {
  const options = { headers: { 'retry-after': '1' } }
  if (limit === 'service' || limit === 'memory') return new Refusal('overloaded', overloads[limit], options)
  const whose = limit === 'tenant' ? nameTenant(owner) : nameClient(owner)
  const excess = limit === 'rate' ? tooFast : tooMuch[of]
  return new Refusal('too_many_requests', `${whose} ${excess}`, options)
}

const overloads = {
  service: 'This instance has as many executions under way as MAX_IN_FLIGHT allows.',
  memory: 'This instance has no memory left for this request at the moment (MAX_BYTES_IN_FLIGHT).',
} as const

const tooMuch = {
  slots:
    'has as many requests under way on this instance as its share of MAX_IN_FLIGHT allows (MAX_IN_FLIGHT_PER_CLIENT, maxInFlight of the client, MAX_IN_FLIGHT_PER_TENANT). Send this request again when one of them has ended.',
  memory:
    'has used up its share of MAX_BYTES_IN_FLIGHT on this instance with requests under way. Send this request again when one of them has ended.',
} as const

const tooFast =
  'has sent this instance as many requests in this second as MAX_PER_SECOND_PER_CLIENT allows. Send this request again in a second.'

function nameClient({ client }: RequestOwner): string {
  return client === null ? 'The only client of this service' : `The client "${client}"`
}

function nameTenant({ client, tenant }: RequestOwner): string {
  const whose = client === null ? '' : ` of the client "${client}"`
  return tenant === null ? `What comes without a tenant${whose}` : `The tenant "${tenant}"${whose}`
}
