import { describe, expect, it } from 'vitest'
import { inTurn, json } from '../support/receiver.ts'
import { receiver } from '../support/servers.ts'
import { service } from '../support/service.ts'

describe('a node that captures a created id', () => {
  it('makes it available to the next one', async () => {
    const target = await receiver(inTurn(json(201, { id: 'L-1001', links: [{ no: 7 }] }), json(200, {})))
    const { execute } = await service()

    const { captured } = await execute({
      node: {
        method: 'POST',
        url: `${target.url}/leads`,
        capture: { leadId: '{{ response.json.id }}', documentNumber: '{{ response.json.links[0].no }}' },
      },
    })
    await execute({
      node: {
        method: 'PUT',
        url: `${target.url}/leads/{{ vars.leadId }}`,
        body: {
          structure: 'simple',
          fields: [{ name: 'document', source: 'vars', field: 'documentNumber' }],
        },
      },
      payload: { vars: captured },
    })

    expect(captured).toEqual({ leadId: 'L-1001', documentNumber: 7 })
    expect(target.received[1]).toMatchObject({
      method: 'PUT',
      target: '/leads/L-1001',
      body: Buffer.from('{"document":7}'),
    })
  })

  it('captures values from status, headers and text as well', async () => {
    const target = await receiver((_request, response) => {
      response.writeHead(201, { Location: '/leads/L-7' }).end('created L-7')
    })
    const { execute } = await service()
    const capture = {
      status: '{{ response.status }}',
      location: '{{ response.headers.location }}',
      id: '{{ response.headers.location | split: "/" | last }}',
      sentence: 'The target says: {{ response.body }}',
      missing: '{{ response.json.id }}',
    }

    const { captured } = await execute({ node: { method: 'POST', url: target.url, capture } })

    expect(captured).toEqual({
      status: 201,
      location: '/leads/L-7',
      id: 'L-7',
      sentence: 'The target says: created L-7',
      missing: null,
    })
  })

  it('captures values on the error branch, too', async () => {
    const target = await receiver(json(409, { existing: 'L-3' }))
    const { execute } = await service()
    const capture = { leadId: '{{ response.json.existing }}' }

    const reply = await execute({ node: { method: 'POST', url: target.url, capture } })

    expect(reply).toMatchObject({ branch: 'error', captured: { leadId: 'L-3' } })
  })

  it('says what it did not find, and what may have been meant', async () => {
    const target = await receiver((_request, response) => {
      response.writeHead(201, { location: '/leads/L-7' }).end('{"id":7,"owner":{"e-mail":"ada@example.com"}}')
    })
    const { execute } = await service()
    const capture = {
      id: '{{ response.json.idd }}',
      mail: '{{ response.json.owner["email"] }}',
      at: '{{ response.headers.locaton }}',
      phone: '{{ response.json.phone | default: "none" }}',
    }

    const reply = await execute({ node: { method: 'POST', url: target.url, capture } })

    expect(reply).toMatchObject({
      branch: 'success',
      captured: { id: null, mail: null, at: null, phone: 'none' },
    })
    expect(reply.warnings).toEqual([
      {
        code: 'capture_empty',
        path: '/node/capture/id',
        message: '"id" found nothing: "response.json" has no "idd". Did you mean "id"?',
      },
      {
        code: 'capture_empty',
        path: '/node/capture/mail',
        message: '"mail" found nothing: "response.json.owner" has no "email". Did you mean "e-mail"?',
      },
      {
        code: 'capture_empty',
        path: '/node/capture/at',
        message: '"at" found nothing: the response has no header "locaton". Did you mean "location"?',
      },
    ])
  })

  it('says so for a 204, which has no body', async () => {
    const target = await receiver((_request, response) => response.writeHead(204).end())
    const { execute } = await service()
    const capture = { id: '{{ response.json.id }}' }

    const { warnings } = await execute({ node: { method: 'DELETE', url: target.url, capture } })

    expect(warnings.map(({ code, message }) => `${code} ${message}`)).toEqual([
      'capture_empty "id" found nothing: the response has no body.',
    ])
  })

  it('searches for misspelt names among very many, with the same branch', async () => {
    const members = Array.from({ length: 60_000 }, (_, index) => [`k${index}`, 1])
    const target = await receiver(json(200, Object.fromEntries(members)))
    const { execute } = await service({ settings: { MAX_RENDER_MS: '20' } })
    const names = Array.from({ length: 20 }, (_, index) => [`c${index}`, `{{ response.json.kx${index} }}`])

    const reply = await execute({
      node: { method: 'GET', url: target.url, capture: Object.fromEntries(names) },
    })

    expect(reply).toMatchObject({ branch: 'success', reason: { code: 'expectation_met' } })
    expect(reply.warnings).toHaveLength(20)
    expect(reply.warnings[0]?.message).toContain('Did you mean "k0"?')
  })

  it('names every value, with null, where no response came', async () => {
    const { execute } = await service({ allow: '' })
    const capture = { leadId: '{{ response.json.id }}' }

    const reply = await execute({ node: { method: 'POST', url: 'https://127.0.0.1/', capture } })

    expect(reply).toMatchObject({ branch: 'error', captured: { leadId: null } })
  })
})
