import { describe, expect, it } from 'vitest'
import { json } from '../support/receiver.ts'
import { receiver } from '../support/servers.ts'
import { service } from '../support/service.ts'

describe('a reply with brief diagnostics', () => {
  it('leaves headers and bodies out, and keeps branch, reason, captured values and attempts', async () => {
    const target = await receiver(json(201, { id: 'L-1001', personal: 'data of the target' }))
    const { execute } = await service()
    const node = {
      method: 'POST',
      url: `${target.url}/leads`,
      body: { structure: 'full', source: 'profile' },
      capture: { leadId: '{{ response.json.id }}' },
    }
    const payload = { profile: { email: 'ada@example.com' } }

    const reply = await execute({ node, payload, diagnostics: 'brief' })

    expect(reply).toMatchObject({
      branch: 'success',
      reason: { code: 'expectation_met' },
      captured: { leadId: 'L-1001' },
      attempts: [{ number: 1, status: 201 }],
    })
    expect(reply.request).toEqual({ method: 'POST', url: `${target.url}/leads`, bodyBytes: 27 })
    expect(reply.response).toEqual({
      status: 201,
      bodyBytes: 47,
      truncated: true,
    })
    expect(JSON.stringify(reply)).not.toMatch(/ada@example|personal/)
  })

  it('quotes nothing of a body that misses the expectation', async () => {
    const target = await receiver(json(200, { personal: 'data of the target' }))
    const { execute } = await service()
    const expectation = { type: 'string', value: 'subscribed' }

    const reply = await execute({
      node: { method: 'GET', url: target.url, expect: expectation },
      diagnostics: 'brief',
    })

    expect(reply.reason).toMatchObject({ code: 'expectation_unmet', actual: 'another body' })
    expect(JSON.stringify(reply)).not.toContain('personal')
  })
})
