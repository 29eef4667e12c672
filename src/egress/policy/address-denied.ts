import { EgressError } from '../call/egress-error.ts'
import type { Denial } from './address-policy.ts'

/** The policy does not let a target be dialled. */
export class AddressDenied extends EgressError {
  readonly denial: Denial

  constructor(denial: Denial) {
    super('EGRESS_ADDRESS_DENIED')
    this.denial = denial
  }
}
