import type { Registry } from '@prometheus-io/client'
import type { AttemptEntry } from '../contract/execution.ts'
import { failureCodes, failures } from '../contract/failure.ts'
import { branchNames, isBranchName } from '../contract/node.ts'
import type { ExecutionRecord } from '../execution/results.ts'
import { secretBindings } from '../webhook/template/secret-lookup.ts'
import type { Timings } from '../webhook/wire/outcome.ts'
import { measure } from './durations.ts'
import { count } from './series.ts'

/**
 * Counts and measures executions and their attempts. Labels are words from tables in the code: texts of clients and
 * targets never become labels.
 */
export function countExecutions(
  registry: Registry,
  connectionNames: () => readonly string[],
): (record: ExecutionRecord) => void {
  const executions = count(registry, {
    name: 'webhook_node_executions_total',
    help: 'Executions that ended, by branch, code of the reason, and blame: who has to act.',
    series: [...possibleEnds()],
  })
  const durations = measure(registry, {
    name: 'webhook_node_execution_duration_seconds',
    help: 'Duration of executions from acceptance to reply, by branch.',
    series: branchLabels.map((branch) => ({ branch })),
  })
  const countAttempt = countAttempts(registry)
  const refusals = countSecretRefusals(registry)
  const countConnection = countByConnection(registry, connectionNames)

  return (record) => {
    const { branch: name, code, blame, durationMs, attempts, secretRefusal, connection, succeeded } = record
    const branch = isBranchName(name) ? name : ofCase
    executions.inc({ branch, code, blame: blame ?? 'none' })
    durations[branchLabels.indexOf(branch)]?.observe(durationMs / 1000)
    for (const attempt of attempts) countAttempt(attempt)
    if (secretRefusal !== null) refusals.inc({ reason: secretRefusal })
    if (connection !== null) countConnection(connection, succeeded)
  }
}

/** Connections with series of their own. The operator names them; a file may have thousands. */
const maxConnections = 100

/** The label of all others together. No connection has this name. */
const otherConnections = '*'

/** Counts executions by connection. The first connections of the file have series from the start. */
function countByConnection(registry: Registry, names: () => readonly string[]) {
  const known = new Set(names().slice(0, maxConnections))
  const executions = count(registry, {
    name: 'webhook_node_connection_executions_total',
    help: 'Executions of nodes with a connection, by connection and result. Beyond the first 100 connections the label is "*".',
    series: [otherConnections, ...known].flatMap(listResults),
  })
  return (connection: string, succeeded: boolean) => {
    if (known.size < maxConnections) known.add(connection)
    const label = known.has(connection) ? connection : otherConnections
    executions.inc({ connection: label, result: succeeded ? 'succeeded' : 'failed' })
  }
}

function listResults(connection: string) {
  return ['succeeded', 'failed'].map((result) => ({ connection, result }))
}

/** Shows attempts to use secrets of others. */
function countSecretRefusals(registry: Registry) {
  return count(registry, {
    name: 'webhook_node_secret_refusals_total',
    help: 'Executions that were not sent because a secret is unknown or its binding forbids the use, by the part of the binding.',
    series: [...secretBindings, 'missing'].map((reason) => ({ reason })),
  })
}

function countAttempts(registry: Registry): (attempt: AttemptEntry) => void {
  const attempts = count(registry, {
    name: 'webhook_node_attempts_total',
    help: 'Attempts that ended, by status class or failure code.',
    series: possibleOutcomes.map((outcome) => ({ outcome })),
  })
  const resends = count(registry, {
    name: 'webhook_node_resends_total',
    help: 'Requests that were sent again at once: a kept connection closed without a byte of a response, or the target refused the token or the nonce.',
    series: [],
  })
  const redirects = count(registry, {
    name: 'webhook_node_redirects_total',
    help: 'Attempts to which a redirect led.',
    series: [],
  })
  const tokens = count(registry, {
    name: 'webhook_node_token_requests_total',
    help: 'Requests for access tokens of OAuth 2.0, by status class; failed: there was no response. They do not count as attempts.',
    series: [...statusClasses, 'failed'].map((outcome) => ({ outcome })),
  })
  const challenges = count(registry, {
    name: 'webhook_node_challenge_requests_total',
    help: 'Requests that asked for a challenge of Digest, by status class; failed: there was no response. They do not count as attempts.',
    series: [...statusClasses, 'failed'].map((outcome) => ({ outcome })),
  })
  const durations = measure(registry, {
    name: 'webhook_node_attempt_phase_duration_seconds',
    help: 'Duration of the phases of attempts.',
    series: phaseNames.map(([, phase]) => ({ phase })),
  })
  const phases = phaseNames.map(([name], index) => ({ name, lasted: durations[index] }))

  return ({ purpose, status, failure, timings }) => {
    if (purpose === 'token' || purpose === 'challenge') {
      const asked = purpose === 'token' ? tokens : challenges
      asked.inc({ outcome: failure === null ? statusClass(status) : 'failed' })
      return
    }
    if (purpose === 'resend') resends.inc()
    if (purpose === 'redirect') redirects.inc()
    attempts.inc({ outcome: failure ?? statusClass(status) })
    for (const { name, lasted } of phases) {
      const ms = timings[name]
      if (ms !== null) lasted?.observe(ms / 1000)
    }
  }
}

/** The label of every branch that only a case names. */
const ofCase = 'case'

const branchLabels = [...branchNames, ofCase]

/** Every combination of labels that an execution can have. */
function* possibleEnds() {
  yield { branch: 'success', code: 'expectation_met', blame: 'none' }
  for (const branch of branchNames)
    for (const blame of ['node', 'target', 'service']) yield { branch, code: 'expectation_unmet', blame }
  for (const branch of branchLabels) {
    yield { branch, code: 'case_met', blame: 'none' }
    for (const code of failureCodes) yield { branch, code, blame: failures[code].blame }
    // What a connection defines is the concern of its operator.
    for (const code of ofConnections) yield { branch, code, blame: 'service' }
  }
}

const ofConnections = [
  'secret_missing',
  'secret_not_allowed',
  'secret_invalid',
  'tls_client_cert_invalid',
  'dns_not_found',
  'address_denied',
  'auth_token_refused',
] as const

/** For a status outside 200 to 599. */
const otherStatus = 'other'

const statusClasses = ['2xx', '3xx', '4xx', '5xx', otherStatus]

const possibleOutcomes = [
  ...statusClasses,
  // An execution that fails while rendering has no attempt.
  ...failureCodes.filter((code) => failures[code].phase !== 'rendering'),
  // A redirect leads where the node may not go.
  'url_invalid',
  'secret_not_allowed',
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

// The type of Object.entries does not show that the table has exactly these keys.
const phaseNames = Object.entries(phasesByName) as [keyof Timings, string][]
