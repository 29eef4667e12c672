import type { Example } from './examples.ts'
import replies from './replies.json' with { type: 'json' }

const executionId = '0199d3f4-8b7a-7cc1-9a60-6f0d6f2f4c11'
const acceptedAt = '2026-11-21T21:54:09.578Z'
const expiresAt = '2026-11-24T21:54:09.578Z'

const waiting = {
  executionId,
  state: 'waiting',
  done: false,
  nodeId: 'crm-lead',
  tenant: null,
  host: 'receiver.test',
  port: 8443,
  code: null,
  attempts: 1,
  redrives: 0,
  acceptedAt,
  dueAt: '2026-11-21T21:58:12.002Z',
  expiresAt,
  endedAt: null,
  callback: null,
}
const succeeded = {
  ...waiting,
  state: 'succeeded',
  done: true,
  code: 'expectation_met',
  dueAt: null,
  endedAt: '2026-11-21T21:54:09.931Z',
  callback: { state: 'delivered', attempts: 1 },
}

const { expectation_met: result } = replies.executeNode

const example = (summary: string, value: unknown): Example<unknown> => ({
  summary,
  description: summary,
  value,
})

/** Replies of durable executions, by operation, and behind it the status if it is not 200. */
export const durableExamples: Readonly<Record<string, Readonly<Record<string, Example<unknown>>>>> = {
  submitExecution: { ended: result },
  'submitExecution 202': {
    one: example('An execution was accepted', {
      executionId,
      state: 'waiting',
      idempotencyKey: 'instance-4711-step-3',
      dueAt: acceptedAt,
      expiresAt,
      replayed: false,
    }),
    many: example('One is new, one was there before', {
      accepted: 1,
      replayed: 1,
      executions: [
        { executionId, state: 'waiting', idempotencyKey: 'instance-1-step-3' },
        {
          executionId: '0199d3f4-8b7a-7cc1-9a60-6f0d6f2f4c12',
          state: 'succeeded',
          idempotencyKey: 'instance-2-step-3',
        },
      ],
    }),
  },
  showResult: { ended: result },
  'showResult 202': {
    waiting: example('It waits for another attempt', { executionId, state: 'waiting', dueAt: waiting.dueAt }),
  },
  showExecution: {
    waiting: example('It waits for another attempt', { ...waiting, result: null }),
    ended: example('It has ended', { ...succeeded, result: result.value }),
  },
  listExecutions: {
    page: example('A page with more behind it', {
      executions: [waiting, succeeded],
      next: `1795298049578.${executionId}`,
    }),
  },
  cancelExecution: { withdrawn: example('It has ended', { executionId, state: 'withdrawn' }) },
  'cancelExecution 202': { running: example('An attempt is under way', { executionId, state: 'running' }) },
  redriveExecutions: {
    counted: example('Twelve match, ten are executed again', {
      matched: 12,
      redriven: 10,
      leftOut: { never: 2, secrets: 0, limit: 0 },
      byCode: { connect_refused: 10, expectation_unmet: 2 },
      byHost: { 'receiver.test': 12 },
    }),
  },
}
