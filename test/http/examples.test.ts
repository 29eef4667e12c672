import { describe, expect, it } from 'vitest'
import { executeExamples, previewExamples } from '../../openapi/examples.ts'
import { serviceWithDemoReceiver } from '../support/demo-receiver.ts'
import { service } from '../support/service.ts'

describe('the examples of an execution', () => {
  const outcomes = {
    lead: {
      branch: 'yes',
      captured: { leadId: 'L-1001' },
      request: { body: '{"email":"ada@example.com","score":97,"form":"DEMO"}' },
      response: { status: 201 },
    },
    subscription: {
      branch: 'yes',
      request: {
        url: expect.stringContaining(
          '/v1/subscribe?list=weekly&email=ada%40example.com&name=Ada&tag=analytics&tag=newsletter&via=form_submitted',
        ),
      },
      response: { status: 200 },
    },
    conditional_field: {
      branch: 'success',
      request: {
        url: expect.stringContaining('/v1/profiles/p-2041'),
        body: '{"email":"ada@example.com","segment":"hot"}',
      },
      response: { status: 200 },
    },
    unexpected_status: {
      branch: 'no',
      reason: { code: 'expectation_unmet', hint: expect.stringContaining('2xx') },
      response: { status: 201 },
    },
    timeout: { branch: 'exit', reason: { code: 'response_timeout' }, delivered: 'maybe', response: null },
    denied_address: { branch: 'error', reason: { code: 'address_denied' }, delivered: 'no' },
  } satisfies Record<keyof typeof executeExamples, object>

  it.each(Object.entries(outcomes))('run as they stand: %s', async (name, outcome) => {
    const { execute } = await serviceWithDemoReceiver()
    const { value } = new Map(Object.entries(executeExamples)).get(name) ?? {}

    const reply = await execute(value)

    expect(reply).toMatchObject(outcome)
    expect(reply.warnings).toEqual([])
  })
})

describe('the examples of a preview', () => {
  const outcomes = {
    lead_created: { simulated: { branch: 'yes', captured: { leadId: 'L-1001' } } },
    lead_exists: { simulated: { branch: 'exists', succeeded: true, captured: { leadId: 'L-1001' } } },
    subscription: { simulated: null },
    wrong_password: {
      simulated: { branch: 'no', reason: { hint: expect.stringMatching(/credential/i) } },
      warnings: [{ code: 'capture_empty' }],
    },
    timeout: { simulated: { branch: 'exit', reason: { code: 'response_timeout' } } },
  } satisfies Record<keyof typeof previewExamples, object>

  it.each(Object.entries(outcomes))('run as they stand: %s', async (name, outcome) => {
    const { preview } = await service()
    const { value } = new Map(Object.entries(previewExamples)).get(name) ?? {}

    const reply = await preview(value)

    expect(reply).toMatchObject({
      warnings: [],
      ...outcome,
      curl: expect.stringContaining('receiver.test:8443'),
    })
  })
})
