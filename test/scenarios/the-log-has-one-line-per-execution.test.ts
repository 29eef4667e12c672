import { describe, expect, it } from 'vitest'
import { json } from '../support/receiver.ts'
import { receiver } from '../support/servers.ts'
import { service } from '../support/service.ts'

describe('the log line of an execution', () => {
  it('names execution, node, host, branch and code, and nothing that was sent', async () => {
    const target = await receiver(json(404, { answer: 'of the target' }))
    const { execute, log } = await service({ settings: { LOG_LEVEL: 'info' } })
    const node = {
      id: 'crm-lead',
      method: 'POST',
      url: `${target.url}/private-path?private=query`,
      headers: [{ name: 'X-Note', value: 'private header' }],
      body: { structure: 'full' },
      branches: { error: 'no' },
    }

    const reply = await execute({
      node,
      payload: { profile: { email: 'ada@example.com' } },
      correlationId: 'instance-4711',
      tenant: 'acme',
    })

    const lines = log.filter(({ msg }) => msg === 'node executed')
    expect(lines).toMatchObject([
      {
        level: 'info',
        executionId: reply.executionId,
        correlationId: 'instance-4711',
        nodeId: 'crm-lead',
        tenant: 'acme',
        host: 'localhost',
        method: 'POST',
        status: 404,
        branch: 'error',
        code: 'expectation_unmet',
        attempts: 1,
        delivered: 'yes',
      },
    ])
    expect(JSON.stringify(log)).not.toMatch(/private|ada@example|of the target/)
  })
})
