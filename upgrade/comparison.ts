import type { PreviewReply } from '../src/contract/execution.ts'
import { failureCodes, failures } from '../src/contract/failure.ts'
import type { Problem } from '../src/contract/schemas.ts'

type Offence = Pick<Problem, 'detail' | 'errors'>

/** The reply of a service for a node: a preview or a problem. */
export type Answer =
  | { readonly kind: 'preview'; readonly preview: PreviewReply }
  | { readonly kind: 'refused'; readonly problem: Offence }

/** The differences of a node between two versions, most serious first. */
export const verdicts = {
  refused: 'is refused now',
  stopped: 'is not sent any more',
  sends: 'sends something else',
  decides: 'decides otherwise',
  warned: 'is warned of',
  begun: 'is sent now',
  accepted: 'is accepted now',
  unusable: 'is refused as before',
  same: 'is as before',
} as const

export type Verdict = keyof typeof verdicts

/** The verdict on a node, with the differences as lines for people. */
export interface Comparison {
  readonly verdict: Verdict
  readonly lines: readonly string[]
}

export interface Asked {
  /** Whether the line contains a response of the target. */
  readonly hasResponse: boolean
}

/** Compares the replies of two versions for the same node. */
export function compareAnswers(before: Answer, after: Answer, asked: Asked): Comparison {
  if (after.kind === 'refused')
    return {
      verdict: before.kind === 'refused' ? 'unusable' : 'refused',
      lines: describeProblem(after.problem),
    }
  if (before.kind === 'refused') return { verdict: 'accepted', lines: describeProblem(before.problem) }
  return comparePreviews(before.preview, after.preview, asked)
}

function comparePreviews(before: PreviewReply, after: PreviewReply, asked: Asked): Comparison {
  const [failedBefore, failsNow] = [isUnsent(before), isUnsent(after)]
  const decided = findDifferences(partsOfDecision(before, asked), partsOfDecision(after, asked))
  const warnings = describeNewWarnings(before, after, asked)
  if (failsNow && !failedBefore) return { verdict: 'stopped', lines: [describeReason(after), ...warnings] }
  if (failedBefore && !failsNow) return { verdict: 'begun', lines: [describeReason(before), ...warnings] }
  // Only newer versions show a part of a request that cannot be sent.
  const sent = failsNow ? [] : findDifferences(partsOfRequest(before), partsOfRequest(after))
  const lines = [...sent, ...decided, ...warnings]
  if (sent.length > 0) return { verdict: 'sends', lines }
  if (decided.length > 0) return { verdict: 'decides', lines }
  return { verdict: warnings.length > 0 ? 'warned' : 'same', lines }
}

function isUnsent({ simulated, curl, request }: PreviewReply): boolean {
  return request === null || (curl === null && simulated !== null && unsentReasons.has(simulated.reason.code))
}

const unsentReasons: ReadonlySet<string> = new Set(
  failureCodes.filter((code) => failures[code].phase === 'rendering'),
)

function describeReason({ simulated }: PreviewReply): string {
  return simulated === null
    ? 'its request cannot be made'
    : `${simulated.reason.code} at ${simulated.reason.path ?? 'the node'}: ${simulated.reason.message}`
}

type Parts = Readonly<Record<string, string>>

/** Headers that differ from call to call or with the version, or follow from other parts that are compared. */
const volatile = new Set(['idempotency-key', 'traceparent', 'tracestate', 'user-agent', 'content-length'])

function partsOfRequest({ request }: PreviewReply): Parts {
  if (request === null) return {}
  const headers = (request.headers ?? []).filter(([name]) => !volatile.has(name.toLowerCase()))
  return {
    url: `${request.method} ${request.url}`,
    headers: headers.map(([name, value]) => `${name.toLowerCase()}: ${value}`).join('; '),
    body: request.body ?? '',
    'bytes of the body': String(request.bodyBytes),
  }
}

function partsOfDecision({ simulated }: PreviewReply, { hasResponse }: Asked): Parts {
  if (simulated === null) return {}
  const { branch, reason, captured } = simulated
  const parts = { branch, reason: reason.code }
  return hasResponse ? { ...parts, captured: JSON.stringify(captured) } : parts
}

function findDifferences(before: Parts, after: Parts): readonly string[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)])
  return [...names].flatMap((name) => {
    const [one, other] = [before[name] ?? '', after[name] ?? '']
    return one === other ? [] : describeDifference(name, one, other)
  })
}

/** Cuts long texts to the part that shows the difference. */
function describeDifference(name: string, before: string, after: string): readonly string[] {
  const shortest = Math.min(before.length, after.length)
  let at = 0
  while (at < shortest && before[at] === after[at]) at += 1
  const from = Math.max(0, at - shownBefore)
  const cut = (text: string) =>
    `${from > 0 ? '…' : ''}${text.slice(from, at + shownBehind)}${text.length > at + shownBehind ? '…' : ''}`
  return [`${name} before: ${cut(before)}`, `${name} now:    ${cut(after)}`]
}

const shownBefore = 40
const shownBehind = 80

/** Without a response the warnings of captures are left out. */
function describeNewWarnings(
  before: PreviewReply,
  after: PreviewReply,
  { hasResponse }: Asked,
): readonly string[] {
  const known = new Set(before.warnings.map(({ code, path }) => `${code} ${path}`))
  return after.warnings
    .filter(({ code, path }) => !known.has(`${code} ${path}`))
    .filter(({ path }) => hasResponse || !path?.startsWith('/node/capture'))
    .map(({ code, path, message }) => `warning ${code} at ${path}: ${message}`)
}

function describeProblem({ detail, errors }: Offence): readonly string[] {
  return errors.length === 0 ? [detail] : errors.map(({ path, message }) => `${path}: ${message}`)
}
