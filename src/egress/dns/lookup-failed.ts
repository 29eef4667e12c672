import { EgressError } from '../call/egress-error.ts'
import type { Trouble } from './inquiry.ts'

/** The troubles that clients may see. None holds the address of a name server. */
export type LookupTrouble = Trouble | 'too many addresses' | 'an alias that leads to no address'

/** No name server gave a usable answer. */
export class LookupFailed extends EgressError {
  readonly troubles: ReadonlySet<LookupTrouble>

  constructor(troubles: readonly LookupTrouble[]) {
    super(troubles.every((trouble) => trouble === 'no answer') ? 'EGRESS_DNS_TIMEOUT' : 'EGRESS_DNS_FAILED')
    this.troubles = new Set(troubles)
  }
}

/** The detail of the failure. `place` is the target as written in a URL. */
export function describeTroubles(troubles: ReadonlySet<LookupTrouble>, place: string): string {
  return `The name servers of the service gave no usable answer for ${place}: ${[...troubles].join(', ')}.`
}
