import { type Clock, type Failure, type FailureCode, failures, type Phase } from '../contract/failure.ts'
import { maxTotalMs } from '../contract/node.ts'
import type { CompiledNode } from '../webhook/compile.ts'
import type { TargetResponse } from '../webhook/wire/outcome.ts'

/**
 * Adds what egress does not know, because it does not know the node: the part of the request to look at, and whether the time
 * limit that ended the call can be raised. `response` is what had come of a response when the time ran out.
 */
export function explainFailure(
  failure: Failure,
  response: TargetResponse | null,
  node: Pick<CompiledNode, 'timeoutMs' | 'maxTimeoutMs'>,
): Failure {
  const path = failure.path ?? locateFailure(failure)
  // A simulated failure has no clock.
  const clock = failure.clock ?? (slowness.has(failure.code) ? ownClock(node) : null)
  if (clock === null) return { ...failure, path }
  const { hint = failures[failure.code].hint } = failure
  const cause = response === null ? hint : `${describeUnfinished(response)} ${afterStatus}`
  return { ...failure, path, hint: composeHint(cause, clock, node) }
}

function ownClock({ timeoutMs }: Pick<CompiledNode, 'timeoutMs'>): Clock {
  return { name: 'timeoutMs', ms: timeoutMs }
}

function describeUnfinished({ status }: TargetResponse): string {
  return `The target answered with status ${status}, but its body did not end in time, and the node looks at the body.`
}

const afterStatus =
  'Let expect and capture look at the status and the headers only, or let the target send a body that ends. Before you repeat the request, look whether the target has carried it out.'

/** The limits of others come first: they explain why the call ended before its `timeoutMs`. */
function composeHint(
  cause: string,
  { name, ms }: Clock,
  { timeoutMs, maxTimeoutMs }: Pick<CompiledNode, 'timeoutMs' | 'maxTimeoutMs'>,
): string {
  if (name === 'timeoutMs')
    return timeoutMs < maxTimeoutMs
      ? `${cause} Or raise timeoutMs, to ${maxTimeoutMs} at most.`
      : `${cause} timeoutMs has the highest value that the service allows (MAX_TIMEOUT_MS).`
  const ended = `The limit was ${name}, which ended before timeoutMs`
  return ms < maxTotalMs ? `${ended}: raise ${name}. ${cause}` : `${ended}. ${cause}`
}

/** The parts of a request that have the time limits. */
const clockPaths = {
  timeoutMs: '/node/timeoutMs',
  totalMs: '/node/retry/totalMs',
  deadlineMs: '/deadlineMs',
} as const

/** Failures of a target that is slow, and can be given more time. */
const slowness: ReadonlySet<FailureCode> = new Set(['send_timeout', 'response_timeout'])

const urlPhases: ReadonlySet<Phase> = new Set(['address', 'dns', 'connecting', 'tls'])

/** The URL, for a failure before the request was sent, or for a target that is no web server. */
function locateFailure({ code, clock }: Failure): string | null {
  if (clock !== undefined && clock.name !== 'timeoutMs') return clockPaths[clock.name]
  if (slowness.has(code)) return clockPaths.timeoutMs
  return urlPhases.has(failures[code].phase) || code === 'response_not_http' ? '/node/url' : null
}
