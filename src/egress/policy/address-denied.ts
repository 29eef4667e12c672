import { EgressError } from '../call/egress-error.ts'
import type { Denial } from './address-policy.ts'

/** How many of the addresses of a name are denied. */
export interface DeniedShare {
  readonly denied: number
  readonly all: number
}

/** The policy forbids a target. */
export class AddressDenied extends EgressError {
  readonly denial: Denial
  /** Null for a denial of the host or port, whatever its addresses are. */
  readonly share: DeniedShare | null

  constructor(denial: Denial, share: DeniedShare | null = null) {
    super('EGRESS_ADDRESS_DENIED')
    this.denial = denial
    this.share = share
  }
}
