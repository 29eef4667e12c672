import { describe, expect, it } from 'vitest'
import { service } from '../support/service.ts'

const node = {
  method: 'POST',
  url: 'https://hooks.example/leads',
  expect: { type: 'status', value: '2xx' },
  onError: 'exit',
  branches: { success: 'yes', error: 'no', exit: 'out' },
  capture: { leadId: '{{ response.json.id }}' },
}

describe('a preview with a simulated outcome', () => {
  it.each([
    {
      simulate: { status: 201, body: '{"id":"L-9"}' },
      branch: 'yes',
      code: 'expectation_met',
      leadId: 'L-9',
    },
    { simulate: { status: 500 }, branch: 'out', code: 'expectation_unmet', leadId: null },
    { simulate: { failure: 'response_timeout' }, branch: 'out', code: 'response_timeout', leadId: null },
    { simulate: { failure: 'dns_not_found' }, branch: 'out', code: 'dns_not_found', leadId: null },
    { simulate: { failure: 'tls_cert_expired' }, branch: 'out', code: 'tls_cert_expired', leadId: null },
  ])('takes $branch for $simulate', async ({ simulate, branch, code, leadId }) => {
    const { preview } = await service()

    const { simulated } = await preview({ node, simulate })

    expect(simulated).toMatchObject({
      branch,
      succeeded: branch === 'yes',
      reason: { code },
      captured: { leadId },
    })
  })

  it('decides as an execution does on headers and body', async () => {
    const { preview } = await service()
    const value = 'response.headers.x-result == "ok" and response.body contains "done"'
    const simulate = { status: 200, headers: { 'X-Result': 'ok' }, body: 'all done' }

    const { simulated } = await preview({ node: { ...node, expect: { type: 'condition', value } }, simulate })

    expect(simulated).toMatchObject({ branch: 'yes', succeeded: true })
  })

  it('shows the branch of a request that cannot be made, whatever is simulated', async () => {
    const { preview } = await service()
    const query = [{ name: 'email', source: 'profile', field: 'email', ifEmpty: 'fail' }]

    const { request, curl, simulated } = await preview({
      node: { ...node, query },
      simulate: { status: 200 },
    })

    expect(simulated).toMatchObject({ branch: 'out', reason: { code: 'value_missing' } })
    // What could be rendered is shown, and nothing that could be sent.
    expect({ url: request.url, curl }).toEqual({ url: node.url, curl: null })
  })

  it('simulates nothing without a request for it', async () => {
    const { preview } = await service()

    const { simulated } = await preview({ node })

    expect(simulated).toBeNull()
  })
})
