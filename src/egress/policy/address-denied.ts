import { EgressError } from '../call/egress-error.ts'
import type { Denial } from './address-policy.ts'

/** The policy forbids a target. */
export class AddressDenied extends EgressError {
  readonly denial: Denial

  constructor(denial: Denial) {
    super('EGRESS_ADDRESS_DENIED')
    this.denial = denial
  }
}
