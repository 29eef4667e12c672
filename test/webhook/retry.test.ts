import { describe, expect, it } from 'vitest'
import type { RetrySafety } from '../../src/contract/failure.ts'
import type { Node } from '../../src/contract/node.ts'
import { compileRetryPolicy, pauseBeforeRetry, type RetrySituation } from '../../src/webhook/retry.ts'

const createNode = (part: Partial<Node>): Node => ({
  method: 'POST',
  url: 'https://a.test/',
  retry: {},
  ...part,
})

const situation: RetrySituation = {
  attempts: 1,
  repeat: 'safe',
  retryAfterMs: null,
  remainingMs: 30_000,
  random: 1,
}

describe('a call', () => {
  it.each<[what: string, part: Partial<Node>, repeat: RetrySafety, again: boolean]>([
    ['what cannot duplicate', {}, 'safe', true],
    ['what may duplicate, with POST', {}, 'if_idempotent', false],
    ['what may duplicate, with PATCH', { method: 'PATCH' }, 'if_idempotent', false],
    ['what may duplicate, with GET', { method: 'GET' }, 'if_idempotent', true],
    ['what may duplicate, with PUT', { method: 'PUT' }, 'if_idempotent', true],
    ['what may duplicate, with DELETE', { method: 'DELETE' }, 'if_idempotent', true],
    ['what may duplicate, where the target takes it as one', { idempotent: true }, 'if_idempotent', true],
    ['what would do no good', { method: 'GET', idempotent: true }, 'never', false],
    ['anything without retry', { retry: undefined as never }, 'safe', false],
  ])('is tried again or not after %s', (_what, part, repeat, again) => {
    const pause = pauseBeforeRetry(compileRetryPolicy(createNode(part)), { ...situation, repeat })

    expect(pause !== null).toBe(again)
  })

  it.each([
    [1, true],
    [2, true],
    [3, false],
    [4, false],
  ])('is tried again or not after %i of three attempts: %s', (attempts, again) => {
    const pause = pauseBeforeRetry(compileRetryPolicy(createNode({})), { ...situation, attempts })

    expect(pause !== null).toBe(again)
  })
})

describe('the pause before the next attempt', () => {
  const policy = compileRetryPolicy(
    createNode({ retry: { attempts: 10, initialDelayMs: 500, maxDelayMs: 10_000 } }),
  )

  it.each<[what: string, part: Partial<RetrySituation>, pause: number | null]>([
    ['is at most the initial delay', {}, 500],
    ['doubles', { attempts: 2 }, 1_000],
    ['doubles again', { attempts: 3 }, 2_000],
    ['has a bound', { attempts: 9 }, 10_000],
    ['is spread over all of it', { attempts: 3, random: 0.25 }, 500],
    ['may be nothing', { random: 0 }, 0],
    ['is lengthened by Retry-After', { retryAfterMs: 7_000 }, 7_000],
    ['is lengthened up to its bound', { retryAfterMs: 10_000 }, 10_000],
    ['is not begun where Retry-After is beyond its bound', { retryAfterMs: 10_001 }, null],
    ['is not shortened by Retry-After', { attempts: 4, retryAfterMs: 100 }, 4_000],
    ['is not begun where it leaves no time for an attempt', { remainingMs: 549 }, null],
    ['is begun where it just leaves time for an attempt', { remainingMs: 550 }, 500],
    ['is not begun where Retry-After does not fit', { retryAfterMs: 9_960, remainingMs: 10_000 }, null],
    ['is not begun where the time is up', { random: 0, remainingMs: 0 }, null],
  ])('%s', (_what, part, pause) => {
    expect(pauseBeforeRetry(policy, { ...situation, ...part })).toBe(pause)
  })

  it.each<[what: string, part: Partial<RetrySituation>, pause: number | null]>([
    ['is as long as the target asks for', { retryAfterMs: 20_000 }, 20_000],
    ['is still bounded where the target asks for nothing', { attempts: 9 }, 10_000],
    ['is not begun where it does not fit', { retryAfterMs: 30_000 }, null],
  ])('%s, with waitForRetryAfter', (_what, part, pause) => {
    const patient = compileRetryPolicy(createNode({ retry: { attempts: 10, waitForRetryAfter: true } }))

    expect(pauseBeforeRetry(patient, { ...situation, ...part })).toBe(pause)
  })
})
