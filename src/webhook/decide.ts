import { type Blame, type Failure, type FailureCode, failures } from '../contract/failure.ts'
import type { BranchName } from '../contract/node.ts'
import type { Warning } from '../contract/warning.ts'
import type { CompiledNode } from './compile.ts'
import { isCredentialName } from './request/credential-name.ts'
import type { Verdict } from './response/expectation.ts'
import type { ReadableResponse } from './response/readable-response.ts'
import type { Scope } from './template/render-context.ts'
import { undefinedWarning } from './template/undefined-warning.ts'

/** The branch that the workflow follows, and the reason. */
export interface Decision {
  /** The service's name for the output. */
  readonly branch: BranchName
  readonly succeeded: boolean
  readonly reason: DecisionReason
  readonly warnings: readonly Warning[]
}

/** The reason of a decision, as the reply has it. */
export interface DecisionReason {
  readonly code: 'expectation_met' | 'expectation_unmet' | FailureCode
  readonly message: string
  readonly hint: string | null
  readonly blame: Blame | null
  readonly path: string | null
  readonly expected?: string
  readonly actual?: string
}

/** Decides on a failure: the call did not end in a response that could be judged. */
export function decideOnFailure(node: CompiledNode, failure: Failure): Decision {
  const { code, path } = failure
  const { title, blame, hint } = { ...failures[code], ...failure }
  const message = failure.detail === '' ? `${title}.` : failure.detail
  const reason = { code, message, hint, blame, path }
  return { branch: node.onError, succeeded: false, reason, warnings: [] }
}

/** Decides on a response: every expectation must hold. `scope` has `response`. */
export function decideOnResponse(node: CompiledNode, response: ReadableResponse, scope: Scope): Decision {
  const verdicts = judgeAll(node, response, scope)
  const warnings = verdicts.flatMap(collectWarnings)
  const missed = verdicts.find(({ met }) => !met)
  if (missed?.exceedsBudget) return decideOnFailure(node, judgingFailed(missed.path))
  if (missed !== undefined)
    return { branch: node.onError, succeeded: false, reason: unmet(node, missed, response), warnings }
  return {
    branch: 'success',
    succeeded: true,
    reason: met(verdicts),
    warnings: [...warnings, ...warningsOfSuccess(node, response)],
  }
}

/** The failure of a call whose response could not be judged within the limits. */
export function judgingFailed(path: string): Failure {
  return { code: 'judging_failed', detail: '', path }
}

/** Judges the expectations in order, up to the first one that is missed. */
function judgeAll(node: CompiledNode, response: ReadableResponse, scope: Scope): Verdict[] {
  const verdicts: Verdict[] = []
  for (const expectation of node.expectations) {
    response.takeSawMask()
    const verdict = expectation.judge(response, scope)
    verdicts.push(verdict)
    if (!verdict.met) break
  }
  return verdicts
}

function collectWarnings({ sawMask, path, undefinedVariables = [] }: Verdict): Warning[] {
  // A condition often asks whether the response has a value: an undefined one is then no mistake.
  const missing = undefinedVariables.filter(({ name }) => !name.startsWith('response.'))
  return [
    ...(sawMask ? [maskedWarning(path)] : []),
    ...missing.map((variable) => undefinedWarning(variable, `${path}/value`)),
  ]
}

const maskRule =
  'Values of secrets of the service are masked before expectations and captures look at a response.'

function maskedWarning(path: string): Warning {
  return {
    code: 'expectation_masked',
    path,
    message: `The target returned a secret of the service. ${maskRule}`,
  }
}

function met(verdicts: readonly Verdict[]): DecisionReason {
  const expected = verdicts.map((verdict) => verdict.expected).join(' and ')
  const actual = verdicts.map((verdict) => verdict.actual).join(' and ')
  const message = `The node expects ${expected} and got it.`
  return { code: 'expectation_met', message, hint: null, blame: null, path: null, expected, actual }
}

function unmet(node: CompiledNode, verdict: Verdict, response: ReadableResponse): DecisionReason {
  const { expected, actual, path, sawMask } = verdict
  const message = `The node expects ${expected} and got ${actual}.`
  const advice = asksForCertificate(response) ? certificateHint : composeHint(node, verdict, response.status)
  const hint = sawMask ? `${advice} ${maskRule}` : advice
  const blame = isTargetsFault(response.status) ? 'target' : 'node'
  return { code: 'expectation_unmet', message, hint, blame, path, expected, actual }
}

/** For 401 and 403 the hint about the credential comes first, because it explains why the text was not found. */
function composeHint(node: CompiledNode, { hint }: Verdict, status: number): string {
  if (hint === null) return statusHint(node, status)
  return status === 401 || status === 403 ? `${credentialHint(node, status)} ${hint}` : hint
}

const certificateHint = `The target asks for a client certificate that it accepts. ${failures.tls_client_cert_required.hint}`

const certificatePage =
  /<title>400 (?:No required SSL certificate was sent|The SSL certificate error)<\/title>/

/** nginx finishes the handshake without a client certificate, and then refuses every request with one of two pages. */
function asksForCertificate({ status, body, mayBeQuoted }: ReadableResponse): boolean {
  return status === 400 && mayBeQuoted && certificatePage.test(body.toString('latin1', 0, pageHeadBytes))
}

/** The title of the page of nginx ends within its first 70 bytes; the rest is a margin. */
const pageHeadBytes = 256

/** Whether the target is the cause of a status, and not the request. */
function isTargetsFault(status: number): boolean {
  return status >= 500 || status === 408 || status === 425 || status === 429
}

/** The usual cause of an unexpected status, and what helps. */
function statusHint(node: CompiledNode, status: number): string {
  if (status === 401 || status === 403) return credentialHint(node, status)
  if (status in statusHints) return statusHints[status] ?? ''
  if (status >= 300 && status < 400) return redirectHint
  if (status >= 500) return 'The target failed. Its operator finds the cause in its log.'
  return 'Compare the request with the documentation of the target.'
}

const redirectHint =
  'Redirects are not followed. Put the address in the Location header into the URL of the node.'

const statusHints: Readonly<Record<number, string>> = {
  304: 'The target says that nothing has changed. Remove conditional headers such as If-None-Match.',
  400: 'The target does not accept the request. Compare names and values of the fields with the documentation of the target.',
  404: 'The target does not have this path. Check the URL, and whether it points at the right account or environment.',
  405: 'The target does not allow this method on this path. Check the method of the node.',
  408: 'The target stopped waiting for the request. Try again later, or send a smaller body.',
  409: 'The request conflicts with data that the target has: the record may exist already.',
  410: 'The target has removed this path for good. Remove or replace the node.',
  413: 'The body is too large for the target. Send fewer fields.',
  415: 'The target expects another content type. Check contentType of the body.',
  422: 'The target does not accept the values of the request. Check required fields and formats, and look for empty values in the warnings.',
  425: 'The target asks to send the request again later.',
  429: 'The target gets too many calls. Slow the flow down, or ask the operator of the target for a higher limit.',
  503: 'The target is overloaded or down for maintenance. Try again later.',
  529: 'The target is overloaded. Try again later.',
}

function credentialHint({ auth, headers, query }: CompiledNode, status: number): string {
  const meaning =
    status === 401 ? 'The target does not accept the credential' : 'The credential lacks the permission'
  if (auth !== null) return `${meaning}. It comes from "auth" of the node: check the token or secret there.`
  const header = headers.find(({ name }) => isCredentialName(name))
  if (header !== undefined) return `${meaning}. It comes from the header "${header.name}" of the node.`
  const parameter = query.find(({ name }) => isCredentialName(name))
  if (parameter !== undefined)
    return `${meaning}. It comes from the parameter "${parameter.name}" of the node.`
  return `${meaning}. The node sends no credential: set "auth", or the header that the target expects.`
}

function warningsOfSuccess(node: CompiledNode, { status }: ReadableResponse): Warning[] {
  const looksAtStatus = node.expectations.some(({ type }) => type !== 'string')
  if (looksAtStatus || status < 400) return []
  const message = `The body is as expected, so the call counts as a success, but the status is ${status}. To treat such a response as an error, expect a status as well.`
  return [{ code: 'status_not_success', path: '/node/expect', message }]
}
