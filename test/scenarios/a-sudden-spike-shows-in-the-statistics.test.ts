import { describe, expect, it } from 'vitest'
import type { Problem } from '../../src/contract/schemas.ts'
import type { NodeList, NodeStatistics } from '../../src/contract/statistics.ts'
import { json } from '../support/receiver.ts'
import { receiver } from '../support/servers.ts'
import { service } from '../support/service.ts'

/** A node whose target answers as it is told to. */
async function nodeInUse() {
  const target = { status: 201 }
  const { url } = await receiver((...request) => json(target.status, { answer: 'secret-answer' })(...request))
  const { execute, request } = await service()
  const node = {
    id: 'crm-lead',
    method: 'POST',
    url: `${url}/secret-path?q=secret-query`,
    headers: [{ name: 'X-A', value: 'secret-header' }],
    body: { structure: 'full' },
    branches: { success: 'yes', error: 'no' },
  }
  const call = (correlationId: string) =>
    execute({ node, payload: { profile: { email: 'secret-body' } }, correlationId })
  return {
    target,
    execute: (times: number) => Promise.all(Array.from({ length: times }, (_, i) => call(`instance-${i}`))),
    list: async () => (await request<NodeList>('/v1/nodes')).body.nodes,
    statistics: async () => (await request<NodeStatistics>('/v1/nodes/crm-lead/stats')).body,
    statisticsOfAnother: () => request<Problem>('/v1/nodes/crm-laed/stats'),
  }
}

describe('a sudden spike in the statistics', () => {
  it('shows its minute, its status, its beginning and the executions to look at', async () => {
    const { target, execute, statistics } = await nodeInUse()
    await execute(5)
    target.status = 503
    const failed = await execute(30)

    const found = await statistics()

    expect(found).toMatchObject({
      nodeId: 'crm-lead',
      passedThrough: 35,
      succeeded: 5,
      failed: 30,
      branches: { success: 5, error: 30, exit: 0 },
      codes: { expectation_met: 5, expectation_unmet: 30 },
      statuses: { 201: 5, 503: 30 },
      attempts: 35,
    })
    expect(found.perMinute).toHaveLength(60)
    // The minute may have ended between the calls.
    expect(found.perMinute.slice(-2).reduce((sum, { failed }) => sum + failed, 0)).toBe(30)
    expect(Date.parse(found.failingSince ?? '')).toBeGreaterThanOrEqual(
      Date.parse(found.lastSucceededAt ?? ''),
    )
    const ids = failed.map(({ executionId }) => executionId)
    expect(found.lastFailures).toHaveLength(20)
    for (const { executionId, correlationId, ...failure } of found.lastFailures) {
      expect(correlationId).toBe(`instance-${ids.indexOf(executionId)}`)
      expect(failure).toMatchObject({ code: 'expectation_unmet', status: 503 })
    }
  })

  it('shows its end, too', async () => {
    const { target, execute, list } = await nodeInUse()
    target.status = 500
    await execute(3)
    const [failing] = await list()
    target.status = 200
    await execute(1)
    const [working] = await list()

    expect(failing).toMatchObject({ nodeId: 'crm-lead', failed: 3, failingSince: failing?.since })
    expect(working).toMatchObject({ nodeId: 'crm-lead', failed: 3, succeeded: 1, failingSince: null })
  })

  it('shows nothing of what was sent or came back', async () => {
    const { target, execute, statistics, list } = await nodeInUse()
    target.status = 500
    await execute(1)

    expect(JSON.stringify([await statistics(), await list()])).not.toContain('secret')
  })

  it('is told from a node that nothing has reached', async () => {
    const { execute, statisticsOfAnother } = await nodeInUse()
    await execute(1)

    const { status, body } = await statisticsOfAnother()

    expect(status).toBe(404)
    expect(body.detail).toContain('upstream')
  })
})
