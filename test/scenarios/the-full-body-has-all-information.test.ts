import { describe, expect, it } from 'vitest'
import { json } from '../support/receiver.ts'
import { receiver } from '../support/servers.ts'
import { service } from '../support/service.ts'

const payload = {
  profile: { email: 'ada@example.com', tags: ['a'], empty: null, constructor: 'a name like others' },
  event: { type: 'form_submitted', form: 'demo', fields: { company: 'Analytical Engines' } },
  flow: { name: '{{ not.a.template }}' },
}

describe('the full body has all information', () => {
  it('sends the whole payload as it was given', async () => {
    const target = await receiver(json(200, {}))
    const { execute } = await service()

    await execute({ node: { method: 'POST', url: target.url, body: { structure: 'full' } }, payload })

    expect(target.received[0]?.body.toString()).toBe(JSON.stringify(payload))
  })

  it('sends one of its sources', async () => {
    const target = await receiver(json(200, {}))
    const { execute } = await service()
    const body = { structure: 'full', source: 'event' }

    await execute({ node: { method: 'POST', url: target.url, body }, payload })

    expect(target.received[0]?.body.toString()).toBe(JSON.stringify(payload.event))
  })

  it('sends all fields of a form as a form', async () => {
    const target = await receiver(json(200, {}))
    const { execute } = await service()
    const contentType = 'application/x-www-form-urlencoded'
    const body = { structure: 'full', source: 'event', contentType }

    await execute({ node: { method: 'POST', url: target.url, body }, payload })

    expect(target.received[0]?.body.toString()).toBe(
      'type=form_submitted&form=demo&fields%5Bcompany%5D=Analytical+Engines',
    )
  })

  it('sends an empty object, with a warning, where the payload has no such source', async () => {
    const target = await receiver(json(200, {}))
    const { execute } = await service()
    const body = { structure: 'full', source: 'event' }

    const reply = await execute({ node: { method: 'POST', url: target.url, body }, payload: {} })

    expect(target.received[0]?.body.toString()).toBe('{}')
    expect(reply.warnings).toMatchObject([{ code: 'source_missing', path: '/node/body/source' }])
  })
})
