import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { never } from '../support/receiver.ts'
import { receiver } from '../support/servers.ts'
import { service } from '../support/service.ts'
import { timed } from '../support/timed.ts'

const hourMs = 3_600_000

describe('the clock of a call', () => {
  it.each([
    ['forwards', hourMs],
    ['backwards', -hourMs],
  ])('is not affected where the system clock jumps %s by an hour', async (_direction, jumpMs) => {
    const answering = await receiver((_request, response) => {
      vi.setSystemTime(Date.now() + jumpMs)
      response.end('hi')
    })
    const hanging = await receiver(never)
    const { execute } = await service()
    vi.useFakeTimers({ toFake: ['Date'] })
    onTestFinished(() => void vi.useRealTimers())

    const answered = await execute({ node: { method: 'POST', url: answering.url } })
    const { result: hung, lateMs } = await timed(200, () =>
      execute({ node: { method: 'POST', url: hanging.url, timeoutMs: 200 } }),
    )

    expect(answered).toMatchObject({ branch: 'success' })
    expect(answered.durationMs).toBeGreaterThanOrEqual(0)
    expect(answered.durationMs).toBeLessThan(hourMs / 60)
    expect(hung).toMatchObject({ reason: { code: 'response_timeout' } })
    expect(lateMs).toBeLessThan(1_000)
  })
})
