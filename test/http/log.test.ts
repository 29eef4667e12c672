import { describe, expect, it } from 'vitest'
import { json } from '../support/receiver.ts'
import { receiver } from '../support/servers.ts'
import { service } from '../support/service.ts'

describe('the log', () => {
  it('has one line for an execution, with these fields and no others', async () => {
    const target = await receiver(json(201, { answer: 'secret-answer' }))
    const { execute, log } = await service({ settings: { LOG_LEVEL: 'info' } })

    const reply = await execute({
      node: {
        id: 'crm-lead',
        method: 'POST',
        url: `${target.url}/secret-path?q=secret-query`,
        headers: [{ name: 'X-A', value: 'secret-header' }],
        body: { structure: 'full' },
        branches: { success: 'yes' },
      },
      payload: { profile: { email: 'secret-body' } },
      correlationId: 'instance-4711',
      tenant: 'acme',
    })

    expect(log).toEqual([
      expect.objectContaining({ msg: expect.stringContaining('listening on') }),
      {
        level: 'info',
        time: expect.any(String),
        requestId: expect.any(String),
        msg: 'node executed',
        executionId: reply.executionId,
        correlationId: 'instance-4711',
        nodeId: 'crm-lead',
        tenant: 'acme',
        keyName: null,
        host: 'localhost',
        method: 'POST',
        status: 201,
        branch: 'success',
        code: 'expectation_met',
        attempts: 1,
        delivered: 'yes',
        durationMs: reply.durationMs,
      },
    ])
    expect(JSON.stringify(log)).not.toContain('secret')
  })
})
