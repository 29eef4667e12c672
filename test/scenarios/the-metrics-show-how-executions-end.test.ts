import { describe, expect, it } from 'vitest'
import { json } from '../support/receiver.ts'
import { growth, scrape } from '../support/scrape.ts'
import { receiver } from '../support/servers.ts'
import { service } from '../support/service.ts'

describe('the metrics', () => {
  it('count executions by branch and code, without a word of what was sent and to which host', async () => {
    const target = await receiver(json(404, { answer: 'of the target' }))
    const { execute, url } = await service()
    const before = await scrape(url)

    await execute({
      node: {
        id: 'private-node',
        method: 'GET',
        url: `${target.url}/private-path?private=query`,
        auth: { type: 'bearer', token: '{{ secrets.crm_token }}' },
        branches: { error: 'private-branch' },
      },
      secrets: { crm_token: 'private-secret' },
      correlationId: 'private-correlation',
      tenant: 'private-tenant',
    })

    expect(growth(before, await scrape(url))).toMatchObject({
      'webhook_node_executions_total{branch="error",code="expectation_unmet",blame="node"}': 1,
    })
    const page = await (await fetch(`${url}/metrics`)).text()
    expect(page).not.toMatch(/private|of the target|localhost/)
  })

  it('need no key, and show how full the service is', async () => {
    const { url } = await service({ settings: { API_KEYS: 'engine:0123456789abcdef', MAX_IN_FLIGHT: '20' } })

    const series = await scrape(url)

    expect(series.get('webhook_node_executions_in_flight')).toBe(0)
    expect(series.get('webhook_node_executions_in_flight_limit')).toBe(20)
  })
})
