import type { Attempts } from '../egress/guarded-calls.ts'
import type { Attempt } from '../webhook/wire/outcome.ts'

/** The attempts of a call, of which there is at least one. */
export function nonEmpty(attempts: readonly Attempt[]): Attempts {
  const [first, ...others] = attempts
  if (first === undefined) throw new TypeError('a call has at least one attempt')
  return [first, ...others]
}
