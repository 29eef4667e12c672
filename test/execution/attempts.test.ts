import { describe, expect, it } from 'vitest'
import type { FailureCode } from '../../src/contract/failure.ts'
import type { HeldResources, Pause, PauseEnd } from '../../src/execution/held-resources.ts'
import type { Outcome } from '../../src/webhook/wire/outcome.ts'
import { type Answer, attempt, createResponse, egressWith, execute } from './support/executions.ts'

const responded = (answer: Answer): Outcome => ({ kind: 'responded', response: createResponse(answer) })

const failed = (code: FailureCode, answer?: Answer): Outcome => ({
  kind: 'failed',
  failure: { code, detail: '', path: null },
  response: answer === undefined ? null : createResponse(answer),
})

/** A way out that gives outcomes in turn, and the last of them from then on. */
function inTurn(...outcomes: readonly Outcome[]) {
  const egressClient = egressWith(() => [
    attempt((outcomes[egressClient.calls.length - 1] ?? outcomes.at(-1)) as Outcome, { delivered: 'maybe' }),
  ])
  return egressClient
}

/** What an execution asks for between its attempts. Every pause ends as it is told to. */
function resources(end: PauseEnd = 'over') {
  const pauses: Pause[] = []
  const asked: string[] = []
  const held: Partial<HeldResources> = {
    async pause(pause) {
      pauses.push(pause)
      return end
    },
    holdReceived(bytes) {
      asked.push(`hold ${bytes}`)
      return bytes < 100
    },
    dropReceived: () => void asked.push('drop'),
  }
  return { pauses, asked, held }
}

const unavailable = responded({ status: 503, body: 'busy' })
const retry = { attempts: 3, initialDelayMs: 10, maxDelayMs: 2_000 }

describe('attempts', () => {
  it('end with the first one that is as expected', async () => {
    const egressClient = inTurn(unavailable, responded({ status: 201, body: 'done' }))
    const { pauses, held } = resources()

    const reply = await execute({ node: { retry } }, egressClient, {}, held)

    expect(reply).toMatchObject({ succeeded: true, response: { status: 201, body: 'done' }, warnings: [] })
    expect(reply.attempts.map(({ status }) => status)).toEqual([503, 201])
    expect(pauses).toHaveLength(1)
  })

  it('are as many as the node wants, with a pause between each two', async () => {
    const egressClient = inTurn(unavailable)
    const { pauses, held } = resources()

    const reply = await execute({ node: { retry } }, egressClient, {}, held)

    expect(egressClient.calls).toHaveLength(3)
    expect(reply).toMatchObject({ succeeded: false, response: { status: 503, body: 'busy' }, warnings: [] })
    expect(reply.attempts).toHaveLength(3)
    expect(pauses.map(({ host }) => host)).toEqual(['target.example:443', 'target.example:443'])
    for (const { ms } of pauses) expect(ms).toBeLessThanOrEqual(20)
  })

  it('are limited to one without retry', async () => {
    const egressClient = inTurn(unavailable)
    const { pauses, held } = resources()

    await execute({}, egressClient, {}, held)

    expect(egressClient.calls).toHaveLength(1)
    expect(pauses).toEqual([])
  })

  it.each<[end: PauseEnd, code: string, words: string]>([
    ['stopped', 'retry_abandoned', 'the service was stopped, or the client closed its connection.'],
    ['no_slot', 'retry_abandoned', 'after the pause the service had no capacity for it in time.'],
    ['too_many', 'pauses_full', 'the number of executions in a pause is at its limit (MAX_PAUSED'],
  ])('end with a warning where the pause ends with %s, and the last one stands', async (end, code, words) => {
    const egressClient = inTurn(unavailable)

    const reply = await execute({ node: { retry } }, egressClient, {}, resources(end).held)

    expect(egressClient.calls).toHaveLength(1)
    expect(reply.response).toMatchObject({ status: 503, body: 'busy' })
    expect(reply.warnings).toMatchObject([{ code, path: '/node/retry' }])
    expect(reply.warnings[0]?.message).toMatch(/^Another attempt was due, but did not begin: /)
    expect(reply.warnings[0]?.message).toContain(words)
  })

  it('ask for memory as bytes come, and give it back before the next one', async () => {
    const { asked, held } = resources()
    const answers: (boolean | undefined)[] = []
    const egressClient = egressWith(() => {
      const receive = egressClient.calls.at(-1)?.options.receive
      answers.push(receive?.(99), receive?.(100))
      return [attempt(unavailable)]
    })

    await execute({ node: { retry: { ...retry, attempts: 2 } } }, egressClient, {}, held)

    expect(answers).toEqual([true, false, true, false])
    expect(asked).toEqual(['hold 99', 'hold 100', 'drop', 'hold 99', 'hold 100'])
  })
})

describe('the pause that the target asks for', () => {
  const pauseAfter = async (status: number, retryAfter: string) => {
    const { pauses, held } = resources()
    const node = {
      method: 'GET',
      retry: { ...retry, attempts: 2, waitForRetryAfter: true, totalMs: 600_000 },
    } as const
    const refused = responded({ status, headers: [['Retry-After', retryAfter]] })
    await execute({ node }, inTurn(refused), {}, held)
    return pauses[0]?.ms
  }

  it.each([429, 503, 529])('is kept after status %i', async (status) => {
    expect(await pauseAfter(status, '7')).toBe(7_000)
  })

  it.each([500, 408])(
    'is ignored after status %i, which does not say that the request was refused',
    async (status) => {
      expect(await pauseAfter(status, '7')).toBeLessThanOrEqual(10)
    },
  )

  it('ends the attempts where it outlasts their time', async () => {
    expect(await pauseAfter(503, '601')).toBeUndefined()
    expect(await pauseAfter(503, String(366 * 86_400))).toBeUndefined()
  })

  it('is ignored where it is more than a year', async () => {
    expect(await pauseAfter(503, String(366 * 86_400 + 1))).toBeLessThanOrEqual(10)
  })
})

describe('the time that attempts have', () => {
  it.each<FailureCode>([
    'queue_timeout',
    'dns_timeout',
    'connect_timeout',
    'tls_timeout',
    'send_timeout',
    'response_timeout',
  ])('is over with a %s of the last of it, whose cause is named', async (code) => {
    const egressClient = inTurn(failed(code))
    const node = { method: 'GET', retry: { ...retry, totalMs: 400 } } as const

    const reply = await execute({ node }, egressClient, {}, resources().held)

    expect(egressClient.calls).toHaveLength(1)
    expect(egressClient.calls[0]?.options.timeoutMs).toBeLessThanOrEqual(400)
    expect(reply.reason).toMatchObject({ code, path: '/node/retry/totalMs' })
    expect(reply.reason.hint).toContain('totalMs')
  })

  it('is that of the deadline where this is shorter', async () => {
    const egressClient = inTurn(failed('response_timeout'))

    const reply = await execute({ node: { method: 'GET', retry }, deadlineMs: 400 }, egressClient)

    expect(egressClient.calls).toHaveLength(1)
    expect(reply.reason).toMatchObject({ code: 'response_timeout', path: '/deadlineMs' })
    expect(reply.reason.hint).toContain('deadlineMs')
  })

  it('is not over with another failure, nor with the time of one attempt', async () => {
    const node = { method: 'GET', timeoutMs: 100, retry } as const
    const late = inTurn(failed('response_timeout'))
    const refused = inTurn(failed('connect_refused'))

    const { reason } = await execute({ node }, late)
    await execute({ node: { ...node, timeoutMs: 10_000, retry: { ...retry, totalMs: 400 } } }, refused)

    expect([late.calls.length, refused.calls.length]).toEqual([3, 3])
    expect(reason.hint).not.toContain('totalMs')
  })

  it('bounds what a pause may take, by the total and by the deadline', async () => {
    const withinMs = async (totalMs: number, deadlineMs: number) => {
      const { pauses, held } = resources()
      const node = { retry: { ...retry, attempts: 2, totalMs } }
      await execute({ node, deadlineMs }, inTurn(unavailable), {}, held)
      return pauses[0]?.withinMs
    }

    for (const ms of [await withinMs(60_000, 600_000), await withinMs(600_000, 60_000)]) {
      expect(ms).toBeLessThanOrEqual(59_950)
      expect(ms).toBeGreaterThan(30_000)
    }
  })
})

describe('a clock that runs out within the body', () => {
  const cut = { status: 200, body: 'half', ending: 'broken' } as const

  it('is no failure where only the status counts', async () => {
    const reply = await execute({}, inTurn(failed('response_timeout', cut)))

    expect(reply).toMatchObject({ succeeded: true, reason: { code: 'expectation_met' } })
  })

  it.each<[what: string, code: FailureCode, node: object]>([
    ['the body counts', 'response_timeout', { expect: { type: 'string', value: 'half' } }],
    ['the connection broke', 'no_response', {}],
  ])('is one where %s', async (_what, code, node) => {
    const reply = await execute({ node }, inTurn(failed(code, cut)))

    expect(reply).toMatchObject({ succeeded: false, reason: { code } })
  })
})
