import type { Permission } from '../egress/guarded-calls.ts'
import type { ExecutionStore, Lease } from './store/execution-store.ts'

/** What became of the permission to send what must not be repeated, of one lease. */
export interface Sending {
  /** Whether any request had the permission. */
  hasBegun: boolean
  /** Aborted when the lease has ended: nothing more is sent. */
  readonly fenced: AbortController
  /** Whether the store could not be asked when it was asked last. */
  isUnknown: boolean
}

export function startSending(): Sending {
  return { hasBegun: false, fenced: new AbortController(), isUnknown: false }
}

/** Asks the store before each request whether the lease still holds, and stores that it begins. `attempts`: those before. */
export function askStore(
  store: Pick<ExecutionStore, 'begin'>,
  lease: Lease,
  attempts: number,
  sending: Sending,
): Permission {
  let asked = 0
  return async () => {
    asked += 1
    const written = await store.begin(lease, attempts + asked)
    sending.isUnknown = written === 'unavailable'
    if (written === 'fenced') sending.fenced.abort('cancelled')
    if (written === 'written') sending.hasBegun = true
    return written === 'written' ? 'given' : written === 'fenced' ? 'refused' : 'unknown'
  }
}

/** For how long a lease is not asked for after it was given: less than any lease lasts. */
const surelyHeldMs = 1_000

/**
 * Asks the store whether the lease still holds, before what may be repeated is sent again or late: this process may have been stopped
 * meanwhile. Where the store cannot be asked, it is sent.
 */
export function askAgain(
  store: Pick<ExecutionStore, 'isHeld'>,
  lease: Lease,
  { fenced }: Pick<Sending, 'fenced'>,
): Permission {
  const heldSince = Date.now()
  let isFirst = true
  return async () => {
    const isSure = isFirst && Math.abs(Date.now() - heldSince) < surelyHeldMs
    isFirst = false
    if (isSure || (await store.isHeld(lease)) !== false) return 'given'
    fenced.abort('cancelled')
    return 'refused'
  }
}
