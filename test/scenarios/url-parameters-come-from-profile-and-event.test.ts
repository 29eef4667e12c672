import { describe, expect, it } from 'vitest'
import { json } from '../support/receiver.ts'
import { receiver } from '../support/servers.ts'
import { service } from '../support/service.ts'

describe('a node with URL parameters from profile and event', () => {
  it('adds them behind the static parameters of the URL', async () => {
    const target = await receiver(json(200, {}))
    const { execute } = await service()
    const query = [
      { name: 'email', source: 'profile', field: 'email' },
      { name: 'city', source: 'profile', field: 'address.city' },
      { name: 'sku', source: 'event', field: 'items.1.sku' },
      { name: 'step', source: 'instance', field: 'step' },
      { name: 'flow', source: 'flow', field: 'name' },
      { name: 'lead', source: 'vars', field: 'leadId' },
    ]
    const payload = {
      profile: { email: 'ada@example.com', address: { city: 'Århus' } },
      event: { items: [{ sku: 'A-1' }, { sku: 'B 2' }] },
      instance: { step: 3 },
      flow: { name: 'Nurture' },
      vars: { leadId: 'L-9' },
    }

    await execute({ node: { method: 'GET', url: `${target.url}/s?list=weekly`, query }, payload })

    expect(target.received[0]?.target).toBe(
      '/s?list=weekly&email=ada%40example.com&city=%C3%85rhus&sku=B%202&step=3&flow=Nurture&lead=L-9',
    )
  })

  it('takes the attribute of exactly that name before it reads the name as a path', async () => {
    const target = await receiver(json(200, {}))
    const { execute } = await service()
    const query = [{ name: 'city', source: 'profile', field: 'address.city' }]
    const profile = { 'address.city': 'exact', address: { city: 'path' } }

    await execute({ node: { method: 'GET', url: `${target.url}/`, query }, payload: { profile } })

    expect(target.received[0]?.target).toBe('/?city=exact')
  })

  it('leaves a parameter out where its condition is false', async () => {
    const target = await receiver(json(200, {}))
    const { execute } = await service()
    const query = [
      { name: 'hot', value: 1, when: 'profile.score > 50' },
      { name: 'cold', value: 1, when: 'profile.score <= 50' },
    ]

    await execute({
      node: { method: 'GET', url: `${target.url}/`, query },
      payload: { profile: { score: 97 } },
    })

    expect(target.received[0]?.target).toBe('/?hot=1')
  })
})
