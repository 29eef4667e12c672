import type { PreviewReply } from '../src/execution/contract.ts'
import type { Problem } from '../src/http/contract.ts'

/** What a service says of a node: its preview, or the problem with it. */
export type Answer =
  | { readonly kind: 'preview'; readonly preview: PreviewReply }
  | { readonly kind: 'refused'; readonly problem: Pick<Problem, 'detail' | 'errors'> }

/** How a node differs between two versions. `warned`: the same is sent and decided, and there is a new warning. */
export type Verdict = 'same' | 'refused' | 'accepted' | 'sends' | 'decides' | 'warned'

/** What has become of a node, with the differences as lines for people. */
export interface Comparison {
  readonly verdict: Verdict
  readonly lines: readonly string[]
}

/** Compares what two versions say of the same node, the gravest difference first. */
export function compareAnswers(before: Answer, after: Answer): Comparison {
  if (after.kind === 'refused')
    return before.kind === 'refused' ? same : { verdict: 'refused', lines: describeProblem(after.problem) }
  if (before.kind === 'refused') return { verdict: 'accepted', lines: describeProblem(before.problem) }
  return comparePreviews(before.preview, after.preview)
}

const same: Comparison = { verdict: 'same', lines: [] }

function comparePreviews(before: PreviewReply, after: PreviewReply): Comparison {
  const sent = findDifferences(partsOfRequest(before), partsOfRequest(after))
  const decided = findDifferences(partsOfDecision(before), partsOfDecision(after))
  const warnings = describeNewWarnings(before, after)
  const lines = [...sent, ...decided, ...warnings]
  if (sent.length > 0) return { verdict: 'sends', lines }
  if (decided.length > 0) return { verdict: 'decides', lines }
  return warnings.length > 0 ? { verdict: 'warned', lines } : same
}

type Parts = Readonly<Record<string, string>>

/** Differ from call to call, or with the version. */
const volatile = new Set(['idempotency-key', 'traceparent', 'tracestate', 'user-agent'])

function partsOfRequest({ request }: PreviewReply): Parts {
  if (request === null) return { request: 'none' }
  const headers = (request.headers ?? []).filter(([name]) => !volatile.has(name.toLowerCase()))
  return {
    url: `${request.method} ${request.url}`,
    headers: headers.map(([name, value]) => `${name.toLowerCase()}: ${value}`).join('; '),
    body: request.body ?? '',
  }
}

function partsOfDecision({ simulated }: PreviewReply): Parts {
  if (simulated === null) return {}
  const { branch, reason, captured } = simulated
  return { branch, reason: reason.code, captured: JSON.stringify(captured) }
}

function findDifferences(before: Parts, after: Parts): readonly string[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)])
  return [...names].flatMap((name) => {
    const [one, other] = [before[name] ?? '', after[name] ?? '']
    return one === other ? [] : describeDifference(name, one, other)
  })
}

/** Of long texts as much as shows where they part. */
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

function describeNewWarnings(before: PreviewReply, after: PreviewReply): readonly string[] {
  const known = new Set(before.warnings.map(({ code, path }) => `${code} ${path}`))
  return after.warnings
    .filter(({ code, path }) => !known.has(`${code} ${path}`))
    .map(({ code, path, message }) => `warning ${code} at ${path}: ${message}`)
}

function describeProblem({ detail, errors }: Pick<Problem, 'detail' | 'errors'>): readonly string[] {
  return errors.length === 0 ? [detail] : errors.map(({ path, message }) => `${path}: ${message}`)
}
