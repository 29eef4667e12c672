import type { ExecutionRecord } from '../../../src/execution/results.ts'

/** When the tests begin: at the beginning of a minute. */
export const start = Date.parse('2026-03-01T12:00:00Z')

/** The record of an execution that ended at a time, well unless told otherwise. */
export function execution(at: number, rest: Partial<ExecutionRecord> = {}): ExecutionRecord {
  const { durationMs = 0 } = rest
  return {
    executionId: `execution-${at}`,
    correlationId: null,
    nodeId: 'crm-lead',
    tenant: null,
    connection: null,
    acceptedAt: new Date(at - durationMs),
    method: 'POST',
    host: 'target.example',
    port: 443,
    status: 200,
    branch: 'success',
    isCase: false,
    succeeded: true,
    code: 'expectation_met',
    blame: null,
    explained: null,
    delivered: 'yes',
    attempts: [attempt],
    durationMs,
    secrets: [],
    secretRefusal: null,
    ...rest,
  }
}

/** The record of an execution that ended at a time with an unexpected status. */
export function failedExecution(at: number, rest: Partial<ExecutionRecord> = {}): ExecutionRecord {
  const failure = {
    status: 500,
    branch: 'error',
    succeeded: false,
    code: 'expectation_unmet',
    explained: { message: 'The node expects 200 and got 500.', hint: 'Ask its operator.', path: '/node/url' },
  } as const
  return execution(at, { ...failure, ...rest })
}

const attempt: ExecutionRecord['attempts'][number] = {
  purpose: 'call',
  number: 1,
  startedAt: '2026-03-01T12:00:00.000Z',
  durationMs: 12,
  status: 200,
  failure: null,
  delivered: 'yes',
  connectionReused: false,
  timings: { queueMs: null, dnsMs: 1, connectMs: 2, tlsMs: 3, firstByteMs: 4, downloadMs: 0 },
}
