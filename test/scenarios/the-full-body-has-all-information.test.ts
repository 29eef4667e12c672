import { describe, expect, it } from 'vitest'
import { json } from '../support/receiver.ts'
import { receiver } from '../support/servers.ts'
import { service } from '../support/service.ts'

const payload = {
  profile: { email: 'ada@example.com', tags: ['a'], empty: null, constructor: 'a name like others' },
  event: { type: 'form_submitted', form: 'demo', fields: { company: 'Analytical Engines' } },
  flow: { name: '{{ not.a.template }}' },
}

describe('the full body', () => {
  it('has the whole payload as it was given', async () => {
    const target = await receiver(json(200, {}))
    const { execute } = await service()

    await execute({ node: { method: 'POST', url: target.url, body: { structure: 'full' } }, payload })

    expect(target.received[0]?.body.toString()).toBe(JSON.stringify(payload))
  })

  it('may have one of its sources only', async () => {
    const target = await receiver(json(200, {}))
    const { execute } = await service()
    const body = { structure: 'full', source: 'event' }

    await execute({ node: { method: 'POST', url: target.url, body }, payload })

    expect(target.received[0]?.body.toString()).toBe(JSON.stringify(payload.event))
  })

  it('has all fields as a form', async () => {
    const target = await receiver(json(200, {}))
    const { execute } = await service()
    const contentType = 'application/x-www-form-urlencoded'
    const body = { structure: 'full', source: 'event', contentType }

    await execute({ node: { method: 'POST', url: target.url, body }, payload })

    expect(target.received[0]?.body.toString()).toBe(
      'type=form_submitted&form=demo&fields%5Bcompany%5D=Analytical+Engines',
    )
  })

  it('is an empty object, with a warning, where the payload has no such source', async () => {
    const target = await receiver(json(200, {}))
    const { execute } = await service()
    const body = { structure: 'full', source: 'event' }

    const reply = await execute({ node: { method: 'POST', url: target.url, body }, payload: {} })

    expect(target.received[0]?.body.toString()).toBe('{}')
    expect(reply.warnings).toMatchObject([{ code: 'source_missing', path: '/node/body/source' }])
  })
})
