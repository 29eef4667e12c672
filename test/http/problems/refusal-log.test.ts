import { describe, expect, it, vi } from 'vitest'
import { createRefusalLog } from '../../../src/http/problems/refusal-log.ts'
import { createLogger } from '../../../src/logging/logger.ts'
import { type LogLine, service } from '../../support/service.ts'

const key = 'a-key-of-the-tests'

function refusals(log: readonly LogLine[], code: string) {
  const lines = log.filter((line) => line.code === code)
  const more = lines.filter(({ msg }) => msg === 'more requests refused')
  return { shown: lines.length - more.length, more: more.map((line) => line.more) }
}

describe('the log of requests that are refused', () => {
  it('shows ten of a kind, and tells how many more there were', async () => {
    const { request, post, log, drain } = await service({ settings: { API_KEYS: `engine:${key}@acme` } })
    const headers = { authorization: `Bearer ${key}` }
    const execution = { node: { method: 'GET', url: 'https://hooks.example/' }, tenant: 'globex' }

    for (let i = 0; i < 30; i++) await post('/v1/execute', {})
    for (let i = 0; i < 15; i++) await request(`/nowhere/${i}`)
    for (let i = 0; i < 12; i++) await post('/v1/execute', execution, headers)
    for (let i = 0; i < 3; i++) await request('/livez', { method: 'DELETE' })
    await drain()

    expect(refusals(log, 'unauthorized')).toEqual({ shown: 10, more: [20] })
    expect(refusals(log, 'not_found')).toEqual({ shown: 10, more: [5] })
    expect(refusals(log, 'forbidden')).toEqual({ shown: 10, more: [2] })
    expect(refusals(log, 'method_not_allowed')).toEqual({ shown: 3, more: [] })
    expect(log).toContainEqual(
      expect.objectContaining({
        level: 'info',
        code: 'unauthorized',
        more: 20,
        msg: 'more requests refused',
      }),
    )
  })

  it('counts anew after a while', async () => {
    const lines: LogLine[] = []
    const log = createLogger('info', { write: (line) => lines.push(JSON.parse(line)) })
    const refusalLog = createRefusalLog(log, { windowMs: 100 })
    const request = { id: 'r', ip: '127.0.0.1', client: null } as Parameters<typeof refusalLog.refused>[1]

    for (let i = 0; i < 15; i++) refusalLog.refused('unauthorized', request)
    await vi.waitUntil(() => refusals(lines, 'unauthorized').more.length === 1)
    for (let i = 0; i < 5; i++) refusalLog.refused('unauthorized', request)
    refusalLog.close()

    expect(refusals(lines, 'unauthorized')).toEqual({ shown: 15, more: [5] })
  })
})
