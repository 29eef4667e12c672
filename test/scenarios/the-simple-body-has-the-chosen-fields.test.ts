import { describe, expect, it } from 'vitest'
import { json } from '../support/receiver.ts'
import { receiver } from '../support/servers.ts'
import { service } from '../support/service.ts'

describe('the simple body', () => {
  it('has the chosen fields under the names of the receiver, in order, and nothing else', async () => {
    const target = await receiver(json(200, {}))
    const { execute } = await service()
    const body = {
      structure: 'simple',
      fields: [
        { name: 'score', source: 'profile', field: 'lead_score' },
        { name: 'form', value: '{{ event.form | upcase }}' },
        { name: 'consent', value: true },
        { name: 'origin', literal: { system: 'flow', version: 2 } },
        { name: 'tags', value: '{{ profile.tags }}' },
        { name: 'greeting', value: 'Dear {{ profile.name }}, {{ profile.tags }}' },
      ],
    }
    const payload = {
      profile: { lead_score: 97, name: 'Ada "the first"', tags: ['a', 1], password: 'not chosen' },
      event: { form: 'demo' },
    }

    await execute({ node: { method: 'POST', url: target.url, body }, payload })

    expect(target.received[0]?.body.toString()).toBe(
      '{"score":97,"form":"DEMO","consent":true,"origin":{"system":"flow","version":2},' +
        '"tags":["a",1],"greeting":"Dear Ada \\"the first\\", [\\"a\\",1]"}',
    )
  })

  it('may have fields that depend on conditions', async () => {
    const target = await receiver(json(200, {}))
    const { execute } = await service()
    const body = {
      structure: 'simple',
      fields: [
        { name: 'segment', value: 'hot', when: 'profile.lead_score > 50' },
        { name: 'segment', value: 'cold', when: 'profile.lead_score <= 50' },
      ],
    }
    const node = { method: 'POST', url: target.url, body }

    await execute({ node, payload: { profile: { lead_score: 97 } } })
    await execute({ node, payload: { profile: { lead_score: 12 } } })

    expect(target.received.map((request) => request.body.toString())).toEqual([
      '{"segment":"hot"}',
      '{"segment":"cold"}',
    ])
  })
})
