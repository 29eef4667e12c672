import { describe, expect, it } from 'vitest'
import type { ExecuteReply } from '../../src/contract/execution.ts'
import type { Problem } from '../../src/contract/schemas.ts'
import { json } from '../support/receiver.ts'
import { receiver } from '../support/servers.ts'
import { service } from '../support/service.ts'

describe('a request is found again by its id', () => {
  it('comes back with the id that the engine gave it, which the log has too', async () => {
    const target = await receiver(json(200, {}))
    const { post, log } = await service()
    const node = { method: 'GET', url: target.url }

    const reply = await post<ExecuteReply>('/v1/execute', { node }, { 'x-request-id': 'engine-7f3b-1' })

    expect(reply.headers.get('x-request-id')).toBe('engine-7f3b-1')
    const lines = log.filter(({ requestId }) => requestId === 'engine-7f3b-1')
    expect(lines).toMatchObject([{ msg: 'node executed', executionId: reply.body.executionId }])
  })

  it('gets an id where it has none, which a refusal names', async () => {
    const { post, log } = await service()

    const reply = await post<Problem>('/v1/execute', {})

    const id = reply.headers.get('x-request-id')
    expect(reply.body.instance).toBe(`urn:webhook-node:request:${id}`)
    expect(log).toContainEqual(expect.objectContaining({ msg: 'request refused', requestId: id }))
  })

  it('gets another id where the one it has could be read as something else', async () => {
    const { post, log } = await service()

    const reply = await post('/v1/execute', {}, { 'x-request-id': 'a", "level": "fatal' })

    expect(reply.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/)
    expect(JSON.stringify(log)).not.toContain('fatal')
  })
})
