import { describe, expect, it } from 'vitest'
import { json } from '../support/receiver.ts'
import { receiver } from '../support/servers.ts'
import { service } from '../support/service.ts'

describe('a node that is duplicated in a flow', () => {
  it('is executed side by side with its copies, each with its own payload', async () => {
    const target = await receiver((request, response) => {
      response.writeHead(200).end(request.body)
    })
    const { execute } = await service()
    const node = {
      method: 'POST',
      url: target.url,
      body: { structure: 'full', source: 'profile' },
      capture: { id: '{{ response.json.id }}' },
    }
    const copies = ['first', 'second', 'first', 'third']

    const replies = await Promise.all(
      copies.map((id, index) => execute({ node: { ...node, id }, payload: { profile: { id: index } } })),
    )

    expect(replies.map(({ nodeId }) => nodeId)).toEqual(copies)
    expect(replies.map(({ captured }) => captured.id)).toEqual([0, 1, 2, 3])
    expect(new Set(replies.map(({ executionId }) => executionId)).size).toBe(copies.length)
    expect(target.received.map(({ body }) => body.toString()).sort()).toEqual([
      '{"id":0}',
      '{"id":1}',
      '{"id":2}',
      '{"id":3}',
    ])
  })

  it('leaves nothing behind: its next config counts', async () => {
    const target = await receiver(json(201, {}))
    const { execute } = await service()
    const node = { id: 'crm-lead', method: 'POST', url: target.url }

    const before = await execute({ node: { ...node, expect: { type: 'status', value: 200 } } })
    const after = await execute({ node: { ...node, expect: { type: 'status', value: 201 } } })

    expect([before.branch, after.branch]).toEqual(['error', 'success'])
  })

  it('needs no id', async () => {
    const target = await receiver(json(200, {}))
    const { execute } = await service()

    const reply = await execute({ node: { method: 'POST', url: target.url } })

    expect(reply).toMatchObject({ branch: 'success', nodeId: null })
  })
})
