import { EgressError } from '../call/egress-error.ts'
import type { Trouble } from './inquiry.ts'

/** What callers may read of it: no address of a server. */
export type LookupTrouble = Trouble | 'too many addresses' | 'an alias that leads to no address'

/** The name servers that were asked gave no usable answer. */
export class LookupFailed extends EgressError {
  readonly troubles: ReadonlySet<LookupTrouble>

  constructor(troubles: readonly LookupTrouble[]) {
    super(troubles.every((trouble) => trouble === 'no answer') ? 'EGRESS_DNS_TIMEOUT' : 'EGRESS_DNS_FAILED')
    this.troubles = new Set(troubles)
  }
}

/** The sentence for callers. `place` is the target as it stands in a URL. */
export function describeTroubles(troubles: ReadonlySet<LookupTrouble>, place: string): string {
  return `The name servers that the service asks gave no usable answer for ${place}: ${[...troubles].join(', ')}.`
}
