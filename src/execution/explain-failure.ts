import { type Clock, type Failure, type FailureCode, failures, type Phase } from '../contract/failure.ts'
import { maxTotalMs } from '../contract/node.ts'
import { listCalls } from '../contract/purpose.ts'
import type { CompiledNode } from '../webhook/compile.ts'
import type { CompiledConnection } from '../webhook/connection.ts'
import { connectionPath, memberPath, nameOwner } from '../webhook/request/member-path.ts'
import { minAttemptMs } from '../webhook/retry.ts'
import { quoteName } from '../webhook/values/text.ts'
import type { Attempt, Outcome, TargetResponse } from '../webhook/wire/outcome.ts'

type Limits = Pick<CompiledNode, 'timeoutMs' | 'maxTimeoutMs'>
type FailedNode = Limits & Partial<Pick<CompiledNode, 'connection' | 'tls'>>

/**
 * Adds what egress does not know, because it does not know the node: the part of the request to look at, and whether the time
 * limit that ended the call can be raised. `response` is what had come of a response when the time ran out, `attempts` has all
 * so far, this one included.
 */
export function explainFailure(
  failure: Failure,
  response: TargetResponse | null,
  node: FailedNode,
  attempts: readonly Attempt[] = [],
): Failure {
  const { connection = null } = node
  // No authority and no certificate of the node counts elsewhere.
  if (attempts.at(-1)?.elsewhere !== undefined)
    return explainOwn(failure, response, { ...node, tls: null }, attempts)
  const explained = explainOwn(failure, response, node, attempts)
  if (connection === null) return explained
  // The rest of the URL is the node's.
  const hasHost = failure.path === null && explained.path === '/node/url'
  return hasHost ? ofHost(explained, connection) : locateInConnection(explained, connection)
}

/** A connection has the host, which the author of the node cannot change. */
function ofHost(failure: Failure, { name }: CompiledConnection): Failure {
  const { blame, hint } = { ...failures[failure.code], ...failure }
  const located = hint.replaceAll('in the URL', 'in "baseUrl" of the connection')
  const ofOperator = `The host is that of the connection ${quoteName(name)}: the operator of the service sets it, with "baseUrl" in CONNECTIONS_FILE.`
  const isTheirs = blame === 'node' || located !== hint
  return { ...failure, path: connectionPath, ...(isTheirs && { hint: `${located} ${ofOperator}` }) }
}

/** What it may have beside, and then the node has not. */
function locateInConnection(failure: Failure, { name, retry, tls }: CompiledConnection): Failure {
  const { path } = failure
  if (retry !== null && path?.startsWith('/node/retry/')) return { ...failure, path: connectionPath }
  const isOfTls = path === connectionPath || (path !== null && /^\/node\/tls(?:\/|$)/.test(path))
  if (tls === null || !isOfTls) return failure
  const { blame, hint } = { ...failures[failure.code], ...failure }
  const more = ` It is \`tls\` of the connection ${quoteName(name)}: the operator of the service sets it in CONNECTIONS_FILE.`
  return { ...failure, path: connectionPath, ...(blame === 'node' && { hint: `${hint}${more}` }) }
}

function explainOwn(
  failure: Failure,
  response: TargetResponse | null,
  node: FailedNode,
  attempts: readonly Attempt[],
): Failure {
  const { clock, code } = failure
  const isOfService = failures[code].phase === 'service'
  if (clock !== undefined && clock.name !== 'timeoutMs' && !isOfService) {
    const slow = listCalls(attempts).find(hadWholeTime)?.outcome
    if (slow?.kind === 'failed') return { ...failure, ...explainSlow(slow, clock, node) }
    if (isTooShort(clock)) return { ...failure, ...explainShort(code, response, clock) }
  }
  return { ...failure, ...explain(failure, response, node) }
}

function explain(
  failure: Failure,
  response: TargetResponse | null,
  node: FailedNode,
): Pick<Failure, 'path' | 'hint' | 'blame'> {
  const ofTls = explainTls(failure, node.tls ?? null)
  if (ofTls !== null) return ofTls
  const path = failure.path ?? locateFailure(failure)
  // A simulated failure has no clock.
  const clock = failure.clock ?? (slowness.has(failure.code) ? ownClock(node) : null)
  if (clock === null) return { path }
  const { hint = failures[failure.code].hint } = failure
  const cause = response === null ? hint : `${describeUnfinished(response)} ${afterStatus}`
  return { path, hint: composeHint(cause, clock, node) }
}

/** What `tls` of the node, or its lack, has to do with a failure. Null if nothing. */
function explainTls(
  { code, path, hint = failures[code].hint }: Failure,
  tls: CompiledNode['tls'],
): Pick<Failure, 'path' | 'hint' | 'blame'> | null {
  const hasIdentity = tls?.secretNames.certificate !== undefined
  if (code === 'tls_client_cert_required')
    return hasIdentity
      ? { path: memberPath(tls.path, 'certificate'), hint: certificateRefused(nameOwner(tls.path)) }
      : { path: '/node/tls', hint: failures[code].hint }
  if ((code === 'tls_aborted' || code === 'no_response') && path === null && hasIdentity)
    return {
      path: memberPath(tls.path, 'certificate'),
      hint: `${refusedInSilence(nameOwner(tls.path))} ${hint}`,
    }
  if (code === 'tls_untrusted' && tls?.secretNames.ca !== undefined)
    return {
      path: memberPath(tls.path, 'ca'),
      hint: onlyTheseTrusted(nameOwner(tls.path)),
      blame: 'node',
    }
  return null
}

const certificateRefused = (owner: string) =>
  `The target does not accept the certificate in \`tls\` of ${owner}: it was issued by another authority, for another purpose or name, or was revoked. Its intermediates must follow it in the same secret. Ask the operator of the target which certificate it accepts.`

const refusedInSilence = (owner: string) =>
  `Check the certificate in \`tls\` of ${owner} first: a target that does not accept it often closes the connection without a word. Its operator says which authority it accepts.`

const onlyTheseTrusted = (owner: string) =>
  `${owner.replace('t', 'T')} trusts only the authorities in \`ca\` of its \`tls\`, and the certificate of the target comes from none of them. Put the authority of the target into the secret, or leave \`ca\` out, so that the authorities of the service count.`

function ownClock({ timeoutMs }: Pick<CompiledNode, 'timeoutMs'>): Clock {
  return { name: 'timeoutMs', ms: timeoutMs }
}

function describeUnfinished({ status }: TargetResponse): string {
  return `The target answered with status ${status}, but its body did not end in time, and the node looks at the body.`
}

const afterStatus =
  'Let expect and capture look at the status and the headers only, or let the target send a body that ends. Before you repeat the request, look whether the target has carried it out.'

/** Who has to act comes first. A limit that could be raised as well comes last. */
function composeHint(cause: string, { name, ms }: Clock, { timeoutMs, maxTimeoutMs }: Limits): string {
  if (name === 'timeoutMs')
    return timeoutMs < maxTimeoutMs
      ? `${cause} Or raise timeoutMs, to ${maxTimeoutMs} at most.`
      : `${cause} timeoutMs has the highest value that the service allows (MAX_TIMEOUT_MS).`
  return ms < maxTotalMs
    ? `${cause} Or raise ${name}, which ended before timeoutMs.`
    : `${cause} The limit was ${name}, which ended before timeoutMs and has the highest value.`
}

/** Whether an attempt ended because the target took longer than `timeoutMs`. */
function hadWholeTime({ outcome }: Attempt): boolean {
  return (
    outcome.kind === 'failed' &&
    outcome.failure.clock?.name === 'timeoutMs' &&
    failures[outcome.failure.code].phase !== 'service'
  )
}

/** An attempt before had more time, and ended by it: its failure is the cause, and not what was left for the last one. */
function explainSlow(
  { failure, response }: Extract<Outcome, { kind: 'failed' }>,
  { name }: Clock,
  node: Limits,
): Pick<Failure, 'path' | 'hint' | 'blame'> {
  const { path, hint = '' } = explain(failure, response, node)
  return {
    path,
    hint: `${hint} An earlier attempt had all of timeoutMs, so that more time in ${name} alone does not help.`,
    blame: failures[failure.code].blame,
  }
}

/** A target that does its work may need this much for DNS, TLS and a response. */
const fairMs = 1_000

/** Whether a limit of the request left so little time that the target is not to blame. */
function isTooShort({ ms, leftMs = ms }: Clock): boolean {
  return leftMs < fairMs && ms < maxTotalMs
}

function explainShort(
  code: FailureCode,
  response: TargetResponse | null,
  { name, ms }: Clock,
): Pick<Failure, 'path' | 'hint' | 'blame' | 'repeat'> {
  const came = response === null ? '' : `${describeUnfinished(response)} `
  const cure = `${came}The limit was ${name}, which ended before timeoutMs of the node: raise ${name}.`
  const place = { path: clockPaths[name], blame: 'node' } as const
  if (ms < minAttemptMs)
    return {
      ...place,
      repeat: 'never',
      hint: `${cure} A call hardly ever fits into less than ${minAttemptMs} ms.`,
    }
  const more = nothingSent.has(failures[code].phase)
    ? 'Then the call can be sent again.'
    : 'Before you repeat the request, look whether the target has carried it out.'
  return { ...place, hint: `${cure} ${more}` }
}

const nothingSent: ReadonlySet<Phase> = new Set(['authorizing', 'dns', 'connecting', 'tls'])

/** The parts of a request that have the time limits. */
const clockPaths = {
  timeoutMs: '/node/timeoutMs',
  totalMs: '/node/retry/totalMs',
  deadlineMs: '/deadlineMs',
} as const

/** Failures of a target that is slow, and can be given more time. */
const slowness: ReadonlySet<FailureCode> = new Set(['send_timeout', 'response_timeout'])

const urlPhases: ReadonlySet<Phase> = new Set(['address', 'dns', 'connecting', 'tls'])

/** Failures that leave nothing of the node to look at but the target that its URL names. */
const ofTarget: ReadonlySet<FailureCode> = new Set([
  'no_response',
  'response_malformed',
  'response_not_http',
  'response_headers_too_large',
])

/** The URL, for a failure before the request was sent, or for a target that does not answer as a web server does. */
function locateFailure({ code, clock }: Failure): string | null {
  if (clock !== undefined && clock.name !== 'timeoutMs') return clockPaths[clock.name]
  if (slowness.has(code)) return clockPaths.timeoutMs
  return urlPhases.has(failures[code].phase) || ofTarget.has(code) ? '/node/url' : null
}
