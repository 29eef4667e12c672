import { pointer } from '../contract/config-error.ts'
import { defaults, type Node } from '../contract/node.ts'
import type { Warning } from '../contract/warning.ts'
import type { CompiledCases } from './response/case.ts'
import { StatusSet } from './response/status-set.ts'
import { delayJitter, minAttemptMs, type RetryPolicy } from './retry.ts'
import { isStatusPattern } from './retry-on.ts'
import { judgeStatus } from './retry-safety.ts'

interface RetryingNode {
  readonly retry: RetryPolicy
  readonly cases: CompiledCases | null
}

/** The parts of a retry rule that can never apply, whatever the target does. */
export function findIdleRules(node: Node, compiled: RetryingNode): readonly Warning[] {
  const { retry } = compiled
  if (retry.on === null && retry.delaysMs === null) return none
  return [...findIdleEntries(node, compiled), ...findIdleDelay(retry)]
}

const none: readonly Warning[] = []

function findIdleEntries({ retry, expect }: Node, compiled: RetryingNode): readonly Warning[] {
  const on = retry?.on ?? []
  if (on.length === 0) return none
  if (compiled.retry.attempts === 1)
    return [neverApplies('/node/retry/on', 'with one attempt, nothing is tried again. Raise "attempts".')]
  const expected = readExpectedStatuses(expect)
  return on.flatMap((entry, index) => {
    const why = isStatusPattern(entry)
      ? whyIdle(entry, expected, compiled)
      : whyTimeoutIsIdle(entry, compiled.retry)
    return why === null ? [] : [neverApplies(pointer('/node/retry/on', index), why)]
  })
}

function whyTimeoutIsIdle(entry: unknown, { isIdempotent }: RetryPolicy): string | null {
  return entry === 'timeout' && !isIdempotent ? mayDuplicate : null
}

const mayDuplicate =
  'the target may have taken the request, and only GET, PUT, DELETE and a node with "idempotent": true are then tried again.'

/** Why a status or class is never tried again. Null if some of its statuses may be. */
function whyIdle(
  entry: number | string,
  expected: StatusSet | null,
  { retry, cases }: RetryingNode,
): string | null {
  const statuses = [...StatusSet.of([entry])]
  const repeatable = statuses.filter((status) => judgeStatus(status) !== 'never')
  if (repeatable.length === 0)
    return 'the same request would get the same answer. Statuses that are tried again are 408, 425, 429 and 5xx, save 501 and 505.'
  const harmless = repeatable.filter((status) => retry.isIdempotent || judgeStatus(status) === 'safe')
  if (harmless.length === 0) return mayDuplicate
  const uncaught = harmless.filter((status) => cases === null || !cases.statuses.has(status))
  if (uncaught.length === 0) return 'a case holds of it, and a case for a response ends the attempts.'
  return uncaught.every((status) => expected?.has(status)) ? 'it is what the node expects.' : null
}

/** The statuses with which the expectation is met whatever else comes. Null if it looks at more than the status. */
function readExpectedStatuses(expect: Node['expect'] = defaults.expect): StatusSet | null {
  const [first, ...others] = Array.isArray(expect) ? expect : [expect]
  if (first?.type !== 'status' || others.length > 0) return null
  return StatusSet.of(Array.isArray(first.value) ? first.value : [first.value])
}

/** The first pause that does not fit even if it and all pauses before it are as short as they can be. */
function findIdleDelay({ delaysMs, totalMs }: RetryPolicy): readonly Warning[] {
  if (delaysMs === null) return none
  let sumMs = 0
  const idle = delaysMs.findIndex((delayMs) => {
    sumMs += delayMs * (1 - delayJitter)
    return sumMs + minAttemptMs > totalMs
  })
  if (idle === -1) return none
  const why = `the pauses up to this one take longer than "totalMs", which is ${totalMs}. Raise it, or leave the pause out.`
  return [neverApplies(pointer('/node/retry/delaysMs', idle), why)]
}

function neverApplies(path: string, why: string): Warning {
  return { code: 'retry_never_applies', path, message: `This part of the retry rule never applies: ${why}` }
}
