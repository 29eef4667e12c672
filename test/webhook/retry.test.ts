import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { RetrySafety } from '../../src/contract/failure.ts'
import type { Node } from '../../src/contract/node.ts'
import {
  compileRetryPolicy,
  explainNoRetry,
  minAttemptMs,
  pauseBeforeRetry,
  type RetryPolicy,
  type RetrySituation,
} from '../../src/webhook/retry.ts'
import { Compiler } from '../../src/webhook/template/compiler.ts'

const createNode = (part: Partial<Node>): Node => ({
  method: 'POST',
  url: 'https://a.test/',
  retry: {},
  ...part,
})

const compiled = (node: Node): RetryPolicy => compileRetryPolicy(node, new Compiler('liquid'))

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
    const pause = pauseBeforeRetry(compiled(createNode(part)), { ...situation, repeat })

    expect(pause !== null).toBe(again)
  })

  it.each([
    [1, true],
    [2, true],
    [3, false],
    [4, false],
  ])('is tried again or not after %i of three attempts: %s', (attempts, again) => {
    const pause = pauseBeforeRetry(compiled(createNode({})), { ...situation, attempts })

    expect(pause !== null).toBe(again)
  })
})

describe('the end of the attempts', () => {
  it.each<[what: string, part: Partial<Node>, after: Partial<RetrySituation>, why: RegExp | null]>([
    [
      'a POST that may have arrived',
      {},
      { repeat: 'if_idempotent' },
      /^the target may have taken.*"idempotent"/,
    ],
    [
      'a PATCH that may have arrived',
      { method: 'PATCH' },
      { repeat: 'if_idempotent' },
      /^the target may have taken/,
    ],
    [
      'a pause of the target that is too long',
      {},
      { retryAfterMs: 120_000 },
      /pause of 120 s, which is longer than "maxDelayMs" \(10000\).*"totalMs" above 120000/,
    ],
    [
      'a pause that the time does not allow',
      { retry: { waitForRetryAfter: true } },
      { retryAfterMs: 40_000 },
      /did not fit into what was left/,
    ],
    ['the last attempt', {}, { attempts: 3, repeat: 'if_idempotent' }, null],
    ['an outcome that no attempt changes', {}, { repeat: 'never' }, null],
    ['one attempt without retry', { retry: undefined as never }, { repeat: 'if_idempotent' }, null],
  ])('is explained after %s', (_what, part, after, why) => {
    const explained = explainNoRetry(compiled(createNode(part)), { ...situation, ...after })

    if (why === null) expect(explained).toBeNull()
    else expect(explained).toMatch(why)
  })
})

describe('the pause before the next attempt', () => {
  const policy = compiled(createNode({ retry: { attempts: 10, initialDelayMs: 500, maxDelayMs: 10_000 } }))

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
    const patient = compiled(createNode({ retry: { attempts: 10, waitForRetryAfter: true } }))

    expect(pauseBeforeRetry(patient, { ...situation, ...part })).toBe(pause)
  })
})

describe('a pause of delaysMs', () => {
  const policy = compiled(createNode({ retry: { delaysMs: [1_000, 0, 20_000] } }))

  it.each<[what: string, part: Partial<RetrySituation>, pause: number | null]>([
    ['is the first after the first attempt', { random: 0.5 }, 1_000],
    ['is at least four fifths', { random: 0 }, 800],
    ['is at most six fifths', { random: 1 }, 1_200],
    ['may be nothing', { attempts: 2 }, 0],
    ['may be longer than the usual bound', { attempts: 3, random: 0.5 }, 20_000],
    ['ends with the last', { attempts: 4 }, null],
    ['is lengthened by Retry-After', { retryAfterMs: 9_000 }, 9_000],
    ['is lengthened up to the longest one', { retryAfterMs: 20_000 }, 20_000],
    ['is not begun where Retry-After is longer than that', { retryAfterMs: 20_001 }, null],
    ['is not begun where it leaves no time for an attempt', { random: 0.5, remainingMs: 1_049 }, null],
  ])('%s', (_what, part, pause) => {
    expect(pauseBeforeRetry(policy, { ...situation, ...part })).toBe(pause)
  })

  it('may be as long as the usual bound where the target asks for it', () => {
    const short = compiled(createNode({ retry: { delaysMs: [1] } }))

    expect(pauseBeforeRetry(short, { ...situation, retryAfterMs: 10_000 })).toBe(10_000)
    expect(pauseBeforeRetry(short, { ...situation, retryAfterMs: 10_001 })).toBeNull()
  })
})

describe('whatever happens, a further attempt', () => {
  const delay = fc.oneof(fc.integer({ min: 0, max: 100 }), fc.integer({ min: 0, max: 600_000 }))
  const doubling = fc.record(
    {
      attempts: fc.integer({ min: 1, max: 10 }),
      initialDelayMs: delay,
      maxDelayMs: delay,
      waitForRetryAfter: fc.boolean(),
    },
    { requiredKeys: [] },
  )
  const listed = fc.record({ delaysMs: fc.array(delay, { minLength: 1, maxLength: 9 }) })
  const node = fc
    .tuple(
      fc.oneof(doubling, listed),
      fc.constantFrom<Node['method']>('GET', 'POST', 'PUT', 'PATCH', 'DELETE'),
      fc.boolean(),
    )
    .map(([retry, method, idempotent]) => createNode({ retry, method, idempotent }))
  const anySituation = fc.record({
    attempts: fc.integer({ min: 1, max: 12 }),
    repeat: fc.constantFrom<RetrySafety>('safe', 'if_idempotent', 'never'),
    retryAfterMs: fc.option(delay),
    remainingMs: fc.double({ min: -1_000, max: 700_000, noNaN: true }),
    random: fc.double({ min: 0, max: 1, noNaN: true }),
  })

  it('fits the clock with its pause', () => {
    fc.assert(
      fc.property(node, anySituation, (each, now) => {
        const pause = pauseBeforeRetry(compiled(each), now)

        if (pause !== null) expect(pause + minAttemptMs).toBeLessThanOrEqual(now.remainingMs)
      }),
    )
  })

  it('is not made where it may duplicate, would not help or is one too many', () => {
    fc.assert(
      fc.property(node, anySituation, (each, now) => {
        const { attempts, isIdempotent } = compiled(each)
        const isForbidden =
          now.repeat === 'never' ||
          (now.repeat === 'if_idempotent' && !isIdempotent) ||
          now.attempts >= attempts

        if (isForbidden) expect(pauseBeforeRetry(compiled(each), now)).toBeNull()
      }),
    )
  })

  it('comes no sooner than the target asks for, and else after a pause of the rule', () => {
    fc.assert(
      fc.property(node, anySituation, (each, now) => {
        const policy = compiled(each)
        const pause = pauseBeforeRetry(policy, now)
        if (pause === null) return

        const listedMs = policy.delaysMs?.[now.attempts - 1]
        const most = listedMs === undefined ? policy.maxDelayMs : listedMs * 1.2
        const least = listedMs === undefined ? 0 : listedMs * 0.8
        expect(pause).toBeGreaterThanOrEqual(now.retryAfterMs ?? 0)
        expect(pause).toBeGreaterThanOrEqual(Math.floor(least))
        expect(pause).toBeLessThanOrEqual(Math.max(Math.ceil(most), now.retryAfterMs ?? 0))
      }),
    )
  })
})
