import type { Registry } from '@prometheus-io/client'
import type { AttemptEntry } from '../contract/execution.ts'
import { failureCodes, failures } from '../contract/failure.ts'
import { branchNames } from '../contract/node.ts'
import type { ExecutionRecord } from '../execution/results.ts'
import { secretBindings } from '../webhook/template/secret-lookup.ts'
import type { Timings } from '../webhook/wire/outcome.ts'
import { count, measure } from './series.ts'

/**
 * Counts and measures executions and their attempts. The labels are words of our tables: what callers and targets
 * send never becomes one.
 */
export function countExecutions(registry: Registry): (record: ExecutionRecord) => void {
  const executions = count(registry, {
    name: 'webhook_node_executions_total',
    help: 'Executions that ended, by branch, code of the reason, and who has to act for the next one to go better.',
    series: [...possibleEnds()],
  })
  const durations = measure(registry, {
    name: 'webhook_node_execution_duration_seconds',
    help: 'From acceptance to reply, by branch.',
    series: branchNames.map((branch) => ({ branch })),
  })
  const countAttempt = countAttempts(registry)
  const refusals = countSecretRefusals(registry)

  return ({ branch, code, blame, durationMs, attempts, secretRefusal }) => {
    executions.inc({ branch, code, blame: blame ?? 'none' })
    durations.observe({ branch }, durationMs / 1000)
    for (const attempt of attempts) countAttempt(attempt)
    if (secretRefusal !== null) refusals.inc({ reason: secretRefusal })
  }
}

/** Whoever tries secrets that are not theirs is seen here. */
function countSecretRefusals(registry: Registry) {
  return count(registry, {
    name: 'webhook_node_secret_refusals_total',
    help: 'Executions that were not sent since a secret may not be used so or is not known, by what of its binding was not kept.',
    series: [...secretBindings, 'missing'].map((reason) => ({ reason })),
  })
}

function countAttempts(registry: Registry): (attempt: AttemptEntry) => void {
  const attempts = count(registry, {
    name: 'webhook_node_attempts_total',
    help: 'Attempts that ended, by class of the status or code of the failure.',
    series: possibleOutcomes.map((outcome) => ({ outcome })),
  })
  const resends = count(registry, {
    name: 'webhook_node_resends_total',
    help: 'Requests that were sent once more at once, since a kept connection had ended without a byte of an answer.',
    series: [],
  })
  const phases = measure(registry, {
    name: 'webhook_node_attempt_phase_duration_seconds',
    help: 'How long the phases of attempts took.',
    series: phaseNames.map(([, phase]) => ({ phase })),
  })

  return ({ purpose, status, failure, timings }) => {
    if (purpose === 'resend') resends.inc()
    attempts.inc({ outcome: failure ?? statusClass(status) })
    for (const [name, phase] of phaseNames) {
      const ms = timings[name]
      if (ms !== null) phases.observe({ phase }, ms / 1000)
    }
  }
}

/** Every way an execution can end. */
function* possibleEnds() {
  yield { branch: 'success', code: 'expectation_met', blame: 'none' }
  for (const branch of branchNames) {
    for (const blame of ['node', 'target']) yield { branch, code: 'expectation_unmet', blame }
    for (const code of failureCodes) yield { branch, code, blame: failures[code].blame }
  }
}

/** A target may send a status that no standard knows. */
const otherStatus = 'other'

const possibleOutcomes = [
  '2xx',
  '3xx',
  '4xx',
  '5xx',
  otherStatus,
  // What ends while it is rendered has no attempt.
  ...failureCodes.filter((code) => failures[code].phase !== 'rendering'),
]

function statusClass(status: number | null): string {
  if (status === null || status < 200 || status > 599) return otherStatus
  return `${Math.floor(status / 100)}xx`
}

const phasesByName: Readonly<Record<keyof Timings, string>> = {
  queueMs: 'queue',
  dnsMs: 'dns',
  connectMs: 'connect',
  tlsMs: 'tls',
  firstByteMs: 'first_byte',
  downloadMs: 'download',
}

// The table has these keys and no others, which the type of Object.entries does not say.
const phaseNames = Object.entries(phasesByName) as [keyof Timings, string][]
