import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Clock, failureCodes, failures, findSafetyAfterFailure } from '../../src/contract/failure.ts'
import { maxTotalMs } from '../../src/contract/node.ts'
import { explainFailure } from '../../src/execution/explain-failure.ts'
import { complaintsAbout } from '../support/hints.ts'
import { createResponse } from './support/executions.ts'

const clocks = fc.oneof(
  fc.constant(undefined),
  fc.record<Clock>({
    name: fc.constantFrom<Clock['name']>('timeoutMs', 'totalMs', 'deadlineMs'),
    ms: fc.oneof(fc.integer({ min: 100, max: maxTotalMs }), fc.constant(maxTotalMs)),
  }),
)

const limits = fc
  .tuple(fc.integer({ min: 100, max: 60_000 }), fc.integer({ min: 100, max: 60_000 }), fc.boolean())
  .map(([one, other, isHighest]) => ({
    timeoutMs: isHighest ? Math.max(one, other) : Math.min(one, other),
    maxTimeoutMs: Math.max(one, other),
  }))

const timeouts = failureCodes.filter((code) => code.endsWith('_timeout'))

describe('a failure of the wire', () => {
  it('says only of the limit that ended it that it be raised, and only where it can be', () => {
    const status = fc.option(fc.integer({ min: 200, max: 599 }))
    fc.assert(
      fc.property(fc.constantFrom(...timeouts), clocks, limits, status, (code, clock, node, status) => {
        const response = status === null || code !== 'response_timeout' ? null : createResponse({ status })
        const failure = { code, detail: 'It took too long.', path: null, ...(clock && { clock }) }
        const { hint = failures[code].hint, path } = explainFailure(failure, response, node)

        const raised = [...hint.matchAll(/\braise (\w+Ms)\b/gi)].map(([, name]) => name)
        const bound = clock ?? { name: 'timeoutMs', ms: node.timeoutMs }
        const canGrow =
          bound.name === 'timeoutMs' ? node.timeoutMs < node.maxTimeoutMs : bound.ms < maxTotalMs
        const isTimed = clock !== undefined || code === 'send_timeout' || code === 'response_timeout'
        expect(raised).toEqual(isTimed && canGrow ? [bound.name] : [])
        if (bound.name !== 'timeoutMs') expect(path).toMatch(new RegExp(`/${bound.name}$`))
        const { blame } = failures[code]
        const repeat = findSafetyAfterFailure(code, code.startsWith('response') ? 'maybe' : 'no')
        expect(complaintsAbout({ message: failure.detail, hint, blame, repeat })).toEqual([])
      }),
    )
  })

  it.each([
    ['dns_not_found', '/node/url'],
    ['connect_refused', '/node/url'],
    ['tls_untrusted', '/node/url'],
    ['response_not_http', '/node/url'],
    ['response_timeout', '/node/timeoutMs'],
    ['no_response', null],
    ['queue_full', null],
  ] as const)('points at the part of the node: %s at %s', (code, path) => {
    const node = { timeoutMs: 100, maxTimeoutMs: 10_000 }

    expect(explainFailure({ code, detail: '', path: null }, null, node).path).toBe(path)
  })

  it('keeps a path of its own', () => {
    const failure = { code: 'queue_timeout', detail: '', path: '/deadlineMs' } as const

    expect(explainFailure(failure, null, { timeoutMs: 100, maxTimeoutMs: 100 }).path).toBe('/deadlineMs')
  })
})
