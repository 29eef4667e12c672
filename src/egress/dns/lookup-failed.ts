import type { Failure } from '../../contract/failure.ts'
import { EgressError } from '../call/egress-error.ts'
import type { Trouble } from './inquiry.ts'

/** Why a name has no usable address, although a name server answered. */
export type NameTrouble = 'too_many_addresses' | 'endless_alias'

/** The name servers answered, but no address can be used. */
export class NameUnusable extends EgressError {
  readonly trouble: NameTrouble

  constructor(trouble: NameTrouble) {
    super('EGRESS_DNS_FAILED')
    this.trouble = trouble
  }
}

/** No name server gave a usable answer. */
export class LookupFailed extends EgressError {
  /** One for each server that was asked. None holds the address of a server. */
  readonly troubles: readonly Trouble[]
  /** The time limit of the lookup. */
  readonly withinMs: number

  constructor(troubles: readonly Trouble[], withinMs: number) {
    super(troubles.every((trouble) => trouble === 'no answer') ? 'EGRESS_DNS_TIMEOUT' : 'EGRESS_DNS_FAILED')
    this.troubles = troubles
    this.withinMs = withinMs
  }
}

/** What the failure says beside its code. `place` is the target as written in a URL. */
export function describeLookup({ troubles, withinMs }: LookupFailed, place: string): Partial<Failure> {
  const count = troubles.length
  const servers =
    count === 1
      ? `The name server that the service asks did not resolve the host name of ${place}`
      : `None of the ${count} name servers that the service asks resolved the host name of ${place}`
  const kinds = [...Map.groupBy(troubles, (trouble) => trouble)]
  const what = kinds.map(([trouble, { length }]) => `${countServers(length, count)} ${verbs[trouble]}`)
  const isSilent = kinds.every(([trouble]) => trouble === 'no answer')
  const detail = `${servers}: ${what.join(', ')}${isSilent ? ` within ${withinMs} ms` : ''}.`
  return isSilent || troubles.includes('SERVFAIL') ? { detail } : { detail, ...ownServers }
}

function countServers(some: number, all: number): string {
  if (all === 1) return 'it'
  if (some === all) return 'each'
  return some === 1 ? 'one' : String(some)
}

const verbs: Readonly<Record<Trouble, string>> = {
  SERVFAIL: 'answered SERVFAIL',
  REFUSED: 'answered REFUSED',
  NOTIMP: 'answered NOTIMP',
  FORMERR: 'answered FORMERR',
  'a malformed answer': 'sent a malformed answer',
  'a refused connection': 'refused the connection',
  'no usable answer': 'gave no usable answer',
  'no answer': 'did not answer',
}

/** A server that resolves names answers SERVFAIL where the fault is with those of the domain. */
const ownServers = {
  blame: 'service',
  hint: "The name servers that the service asks do not work for it: those in EGRESS_DNS_SERVERS or, if that is not set, the system's. The operator of the service has to set servers that resolve this host. Then send the call again.",
} as const

export function describeName({ trouble }: NameUnusable, place: string): Partial<Failure> {
  return nameTroubles[trouble](place)
}

const nameTroubles: Readonly<Record<NameTrouble, (place: string) => Partial<Failure>>> = {
  too_many_addresses: (place) => ({
    detail: `The host name of ${place} has more addresses than the service judges.`,
    hint: 'Use another host name of the target, or ask its operator for one with fewer addresses. Then send the call again.',
  }),
  endless_alias: (place) => ({
    detail: `The host name of ${place} is an alias (CNAME) that leads in circles or through too many other names.`,
    hint: 'The operator of the target has to correct the CNAME records of the domain. Then send the call again.',
  }),
}
