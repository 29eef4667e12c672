import { describe, expect, it } from 'vitest'
import { json } from '../support/receiver.ts'
import { receiver } from '../support/servers.ts'
import { service } from '../support/service.ts'

describe('an expected status', () => {
  it.each([
    { value: 200, status: 200, branch: 'success' },
    { value: 200, status: 201, branch: 'error' },
    { value: '201', status: 201, branch: 'success' },
    { value: 404, status: 404, branch: 'success' },
    { value: '2xx', status: 299, branch: 'success' },
    { value: '4XX', status: 418, branch: 'success' },
    { value: '2xx', status: 302, branch: 'error' },
    { value: [200, '201', '4xx'], status: 404, branch: 'success' },
    { value: [200, '201'], status: 202, branch: 'error' },
  ])('leads to $branch where it is $value and $status comes', async ({ value, status, branch }) => {
    const target = await receiver(json(status, {}))
    const { execute } = await service()
    const node = { method: 'POST', url: target.url, expect: { type: 'status', value } }

    const reply = await execute({ node })

    expect(reply).toMatchObject({ branch, response: { status }, reason: { actual: `status ${status}` } })
  })

  it('leads to a hint that 201 is a success code, too', async () => {
    const target = await receiver(json(201, {}))
    const { execute } = await service()
    const node = { method: 'POST', url: target.url, expect: { type: 'status', value: 200 } }

    const { reason } = await execute({ node })

    expect(reason).toMatchObject({ code: 'expectation_unmet', blame: 'node', path: '/node/expect' })
    expect(reason.hint).toBe('Both are success codes: to accept 201, use 2xx or list both.')
  })

  it('is refused where it is no status', async () => {
    const target = await receiver(json(200, {}))
    const { post } = await service()
    const node = { method: 'POST', url: target.url, expect: { type: 'status', value: '20x' } }

    const { status, body } = await post('/v1/execute', { node })

    expect(status).toBe(400)
    expect(body).toMatchObject({ errors: [{ path: '/node/expect/value' }] })
    expect(target.received).toEqual([])
  })
})
