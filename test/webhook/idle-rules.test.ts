import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Node } from '../../src/contract/node.ts'
import { noPhases } from '../../src/execution/no-phases.ts'
import { decideOnResponse } from '../../src/webhook/decide.ts'
import { pauseBeforeRetry } from '../../src/webhook/retry.ts'
import { isWanted } from '../../src/webhook/retry-on.ts'
import { judgeRetrySafety } from '../../src/webhook/retry-safety.ts'
import type { Attempt } from '../../src/webhook/wire/outcome.ts'
import { compiled } from './support/nodes.ts'
import { createResponse, createScope } from './support/responses.ts'

const statuses = Array.from({ length: 900 }, (_, index) => 100 + index)

/** Whether a node whose rule is `on` tries again after a response with a status. */
function triesAgain(node: Node, status: number): boolean {
  const { retry, ...rest } = compiled(node)
  const response = createResponse({ status })
  const decision = decideOnResponse({ retry, ...rest }, response, createScope(response))
  const attempt: Attempt = {
    purpose: 'call',
    startedAt: new Date(0),
    durationMs: 1,
    outcome: { kind: 'responded', response },
    delivered: 'yes',
    connectionReused: false,
    timings: noPhases,
  }
  const situation = { attempts: 1, retryAfterMs: null, remainingMs: 30_000, random: 0 }
  if (decision.endsAttempts || retry.on === null || !isWanted(retry.on, attempt)) return false
  return pauseBeforeRetry(retry, { ...situation, repeat: judgeRetrySafety([attempt]) }) !== null
}

const pattern = fc.oneof(
  fc.constantFrom<number | string>(404, 408, 425, 429, '429', 500, 501, 502, 503, 505, 529, 200, 600),
  fc.constantFrom('2xx', '4xx', '5xx', '6xx'),
)
const value = fc.array(pattern, { minLength: 1, maxLength: 3 })
const node = fc
  .record({
    method: fc.constantFrom<Node['method']>('GET', 'POST'),
    idempotent: fc.boolean(),
    expect: value.map((list) => ({ type: 'status' as const, value: list })),
    cases: fc.array(
      value.map((list) => ({ branch: 'own', when: { type: 'status' as const, value: list } })),
      { maxLength: 2 },
    ),
  })
  .map((part) => ({ url: 'https://a.test/', ...part }))

describe('an entry of "on" with a status', () => {
  it('is said never to apply exactly where no response of such a status is tried again', () => {
    fc.assert(
      fc.property(node, pattern, (part, entry) => {
        const each: Node = { ...part, retry: { on: [entry] } }

        const isIdle = compiled(each).warnings.some(({ code }) => code === 'retry_never_applies')

        expect(isIdle).toBe(!statuses.some((status) => triesAgain(each, status)))
      }),
      { numRuns: 60 },
    )
  })
})

describe('a pause that is said never to begin', () => {
  it('does not begin, however short the pauses are and however quick the attempts', () => {
    const delays = fc.array(fc.integer({ min: 0, max: 20_000 }), { minLength: 1, maxLength: 9 })
    fc.assert(
      fc.property(delays, fc.integer({ min: 100, max: 60_000 }), (delaysMs, totalMs) => {
        const { warnings, retry } = compiled({ retry: { delaysMs, totalMs } })
        const idle = Number(warnings[0]?.path?.split('/').at(-1) ?? delaysMs.length)

        let remainingMs = totalMs
        let begun = 0
        for (let attempts = 1; ; attempts++) {
          const situation = { attempts, repeat: 'safe', retryAfterMs: null, remainingMs, random: 0 } as const
          const pause = pauseBeforeRetry(retry, situation)
          if (pause === null) break
          remainingMs -= pause
          begun += 1
        }
        // Pauses are whole milliseconds.
        expect(begun).toBeLessThanOrEqual(idle + (Math.abs(remainingMs - 50) < 10 ? 1 : 0))
        if (idle === delaysMs.length) expect(begun).toBeGreaterThanOrEqual(idle - 1)
      }),
    )
  })
})
