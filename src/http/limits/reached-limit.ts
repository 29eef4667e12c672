import { Refusal } from '../problems/problem.ts'

/**
 * Every limit that can turn something away: `client`, `tenant` and `rate` for what one client or tenant has too much of,
 * `service` and `memory` for what the whole service has none left of, `paused` for a pause between two attempts, `response`
 * for the rest of a response.
 */
export const limitNames = ['client', 'tenant', 'rate', 'service', 'memory', 'paused', 'response'] as const

/** The name of a limit. */
export type LimitName = (typeof limitNames)[number]

/** Whose request it is. */
export interface RequestOwner {
  /** Null where the service asks for no key. */
  readonly client: string | null
  /** Null where there is none, and while the body was not read. */
  readonly tenant: string | null
}

/** A limit that was reached, and by whose request. */
export interface ReachedLimit extends RequestOwner {
  readonly limit: LimitName
  readonly requestId: string
}

/** Why a request cannot be taken. */
export interface Shortage {
  readonly limit: Exclude<LimitName, 'paused' | 'response'>
  /** What there is too little of, for all or for the one who asks. */
  readonly of: 'places' | 'memory'
}

/** What is said to a client whose request cannot be taken: nothing of it was sent, and it may come again. */
export function refuseFor({ limit, of }: Shortage, owner: RequestOwner): Refusal {
  const options = { headers: { 'retry-after': '1' } }
  if (limit === 'service' || limit === 'memory') return new Refusal('overloaded', overloads[limit], options)
  const whose = limit === 'tenant' ? nameTenant(owner) : nameClient(owner)
  const excess = limit === 'rate' ? tooFast : tooMuch[of]
  return new Refusal('too_many_requests', `${whose} ${excess}`, options)
}

const overloads = {
  service: 'The service has as many executions under way as it takes at once (MAX_IN_FLIGHT).',
  memory: 'The service has no memory left for this request now (MAX_BYTES_IN_FLIGHT).',
} as const

const tooMuch = {
  places:
    'has all requests under way that its share of MAX_IN_FLIGHT allows (MAX_IN_FLIGHT_PER_CLIENT, maxInFlight of the client, MAX_IN_FLIGHT_PER_TENANT). Send this one again when one of them has ended.',
  memory:
    'has requests under way that take up its share of MAX_BYTES_IN_FLIGHT. Send this one again when one of them has ended.',
} as const

const tooFast =
  'has sent as many requests in this second as MAX_PER_SECOND_PER_CLIENT allows. Send this one again in a second.'

function nameClient({ client }: RequestOwner): string {
  return client === null ? 'The only client of this service' : `The client "${client}"`
}

function nameTenant({ client, tenant }: RequestOwner): string {
  const whose = client === null ? '' : ` of the client "${client}"`
  return tenant === null ? `What comes without a tenant${whose}` : `The tenant "${tenant}"${whose}`
}
