import { describe, expect, it } from 'vitest'
import { type Answer, json } from '../support/receiver.ts'
import { receiver } from '../support/servers.ts'
import { service } from '../support/service.ts'

const text =
  (status: number, body: string): Answer =>
  (_request, response) => {
    response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(body)
  }

describe('an expected text', () => {
  it.each([
    { value: 'subscribed', body: 'ada is subscribed', branch: 'success' },
    { value: 'subscribed', body: 'ada is SUBSCRIBED', branch: 'error' },
    { value: 'subscribed', body: 'ada is SUBSCRIBED', ignoreCase: true, branch: 'success' },
    { value: 'Grüße', body: 'viele Grüße', branch: 'success' },
    { value: 'ok', body: 'ok', match: 'equals', branch: 'success' },
    { value: 'ok', body: 'ok\n', match: 'equals', branch: 'error' },
    { value: 'ok', body: '', branch: 'error' },
  ])('leads to $branch where $value is looked for in "$body"', async ({ body, branch, ...options }) => {
    const target = await receiver(text(200, body))
    const { execute } = await service()
    const node = { method: 'POST', url: target.url, expect: { type: 'string', ...options } }

    const reply = await execute({ node })

    expect(reply).toMatchObject({ branch, response: { body } })
  })

  it('is shown with what came instead, and what would match', async () => {
    const target = await receiver(text(200, `SUBSCRIBED ${'x'.repeat(500)}`))
    const { execute } = await service()
    const node = { method: 'POST', url: target.url, expect: { type: 'string', value: 'subscribed' } }

    const { reason } = await execute({ node })

    expect(reason).toMatchObject({ code: 'expectation_unmet', path: '/node/expect' })
    expect(reason.hint).toContain(`SUBSCRIBED ${'x'.repeat(109)}"`)
    expect(reason.hint).toContain('"ignoreCase": true')
  })

  it('decides alone: a 500 with the text is a success, with a warning', async () => {
    const target = await receiver(text(500, 'subscribed'))
    const { execute } = await service()
    const node = { method: 'POST', url: target.url, expect: { type: 'string', value: 'subscribed' } }

    const reply = await execute({ node })

    expect(reply).toMatchObject({
      branch: 'success',
      warnings: [{ code: 'status_not_success', path: '/node/expect' }],
    })
  })

  it('may be expected together with a status', async () => {
    const target = await receiver(text(500, 'subscribed'))
    const { execute } = await service()
    const expectations = [
      { type: 'string', value: 'subscribed' },
      { type: 'status', value: '2xx' },
    ]

    const reply = await execute({ node: { method: 'POST', url: target.url, expect: expectations } })

    expect(reply).toMatchObject({ branch: 'error', reason: { path: '/node/expect/1' }, warnings: [] })
  })

  it.each([
    { accepted: true, branch: 'success' },
    { accepted: false, branch: 'error' },
  ])('may be a condition over JSON: $branch where accepted is $accepted', async ({ accepted, branch }) => {
    const target = await receiver(json(200, { accepted }))
    const { execute } = await service()
    const value = 'response.json.accepted == true and response.status == 200'

    const reply = await execute({
      node: { method: 'POST', url: target.url, expect: { type: 'condition', value } },
    })

    expect(reply).toMatchObject({ branch, reason: { expected: value } })
  })
})
