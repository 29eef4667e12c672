import type { Failure } from '../../contract/failure.ts'
import { EgressError } from '../call/egress-error.ts'

/** A limit or a pause does not let a call begin in its time. */
export class NotAdmitted extends EgressError {
  readonly failure: Failure

  constructor(failure: Failure) {
    super('EGRESS_NOT_ADMITTED')
    this.failure = failure
  }
}
