import { describe, expect, it, onTestFinished } from 'vitest'
import { receiverHost, receiverPort, startReceiver } from '../../demo/receiver.ts'
import { executeExamples, previewExamples } from '../../openapi/examples.ts'
import { authority, dnsServer } from '../support/servers.ts'
import { service } from '../support/service.ts'

/** The service, with the demo's receiver on a port of this test under its name. */
async function serviceWithDemoReceiver() {
  const credentials = await authority.issue({ names: [receiverHost] })
  const receiver = await startReceiver(credentials, { host: '127.0.0.1', port: 0 })
  onTestFinished(() => receiver.close())
  const dns = await dnsServer({ [receiverHost]: { a: ['127.0.0.1'] } })
  const running = await service({ allow: `${receiverHost}:${receiver.port}`, dns: dns.address })
  const here = (body: unknown) =>
    JSON.parse(
      JSON.stringify(body).replace(`${receiverHost}:${receiverPort}`, `${receiverHost}:${receiver.port}`),
    )
  return { ...running, execute: (body: unknown) => running.execute(here(body)) }
}

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
