import { expect, it, onTestFinished } from 'vitest'
import type { ExecuteReply } from '../../src/contract/execution.ts'
import { startSharedService } from '../faults/support/shared-service.ts'
import { startNginx } from './support/nginx.ts'

const calls = 3_000
const callsPerReload = 75
const atOnce = 24

/** Those that may be sent twice first. */
const parts = [
  { method: 'GET' },
  { method: 'PUT', body: { structure: 'full' } },
  { method: 'DELETE' },
  { method: 'POST', body: { structure: 'full' }, idempotent: true },
  { method: 'POST', body: { structure: 'full' } },
  { method: 'PATCH', body: { structure: 'full' } },
] as const

const mayBeSentTwice = (call: number) => call % parts.length < 4

it.each([
  ['all that its workers live for', 1_000_000],
  ['five requests', 5],
])(
  'while a target reloads, whose connections are for %s, only what must not be sent twice may fail',
  {
    timeout: 120_000,
  },
  async (_what, requestsPerConnection) => {
    const nginx = await startNginx(requestsPerConnection)
    const service = await startSharedService()
    onTestFinished(() => service.close())

    const replies: ExecuteReply[] = []
    const waiting = Array.from({ length: calls }, (_, call) => call).values()
    const worker = async () => {
      for (const call of waiting) {
        if (call % callsPerReload === 0) await nginx.reload()
        const url = `https://127.0.0.1:${nginx.port}/${call}`
        replies[call] = await service.execute({ node: { ...parts[call % parts.length], url } })
      }
    }
    await Promise.all(Array.from({ length: atOnce }, worker))

    const failed = replies.map((reply, call) => ({ reply, call })).filter(({ reply }) => !reply.succeeded)
    expect(failed.filter(({ call }) => mayBeSentTwice(call))).toEqual([])
    for (const { reply } of failed)
      expect(reply).toMatchObject({
        reason: {
          code: 'no_response',
          hint: expect.stringMatching(/^The connection was kept open from an earlier call/),
        },
        delivered: 'maybe',
        repeat: 'if_idempotent',
        attempts: [{ purpose: 'call', connectionReused: true }],
      })
    const answered = Map.groupBy(await nginx.answered(), (request) => Number(request.split('/')[1]))
    replies.forEach(({ succeeded, attempts }, call) => {
      const sent = attempts.filter(({ delivered }) => delivered !== 'no').length
      const times = answered.get(call)?.length ?? 0
      expect(times).toBeLessThanOrEqual(sent)
      expect(times).toBeGreaterThanOrEqual(succeeded ? 1 : 0)
    })

    const resent = replies.filter(({ attempts }) => attempts.some(({ purpose }) => purpose === 'resend'))
    console.info(`of ${calls} calls ${failed.length} were lost, and ${resent.length} were sent once more`)
  },
)
