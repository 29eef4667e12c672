import { describe, expect, it } from 'vitest'
import type { Delivered, FailureCode, RetrySafety } from '../../src/contract/failure.ts'
import { noPhases } from '../../src/execution/no-phases.ts'
import { askedPauseMs, asksInVain, retryAfterMs } from '../../src/webhook/retry-after.ts'
import { judgeDelivery, judgeRetrySafety } from '../../src/webhook/retry-safety.ts'
import type { Attempt } from '../../src/webhook/wire/outcome.ts'

const common = {
  purpose: 'call',
  startedAt: new Date(0),
  durationMs: 1,
  connectionReused: false,
  timings: noPhases,
} as const

const responded = (status: number): Attempt => ({
  ...common,
  delivered: 'yes',
  outcome: {
    kind: 'responded',
    response: { status, headers: [], body: Buffer.alloc(0), ending: 'complete' },
  },
})

const failed = (code: FailureCode, delivered: Delivered): Attempt => ({
  ...common,
  delivered,
  outcome: { kind: 'failed', failure: { code, detail: '', path: null }, response: null },
})

describe('a repeat after a status that missed the expectation', () => {
  it.each<[RetrySafety, number[]]>([
    ['safe', [429, 503, 529]],
    ['if_idempotent', [408, 425, 500, 502, 504, 506, 507, 508, 509, 511, 520, 522, 524, 530, 598, 599]],
    ['never', [200, 201, 301, 302, 400, 401, 403, 404, 409, 410, 422, 501, 505, 600, 999]],
  ])('is %s: %j', (repeat, statuses) => {
    for (const status of statuses) expect(judgeRetrySafety([responded(status)])).toBe(repeat)
  })
})

describe('a repeat after a failure', () => {
  it.each<[FailureCode, Delivered, RetrySafety]>([
    ['connect_refused', 'no', 'safe'],
    ['dns_not_found', 'no', 'safe'],
    ['tls_timeout', 'no', 'safe'],
    ['response_timeout', 'no', 'safe'],
    ['response_timeout', 'maybe', 'if_idempotent'],
    ['response_timeout', 'yes', 'if_idempotent'],
    ['no_response', 'maybe', 'if_idempotent'],
    ['shutdown', 'maybe', 'if_idempotent'],
    ['queue_full', 'no', 'safe'],
    ['address_denied', 'no', 'never'],
    ['tls_untrusted', 'no', 'never'],
    ['tls_client_cert_required', 'maybe', 'never'],
  ])('with %s, delivered %s, is %s', (code, delivered, repeat) => {
    expect(judgeRetrySafety([failed(code, delivered)])).toBe(repeat)
  })
})

describe('the verdict over all attempts', () => {
  it('is the strictest one', () => {
    expect(judgeRetrySafety([responded(503), failed('no_response', 'maybe')])).toBe('if_idempotent')
    expect(judgeRetrySafety([failed('no_response', 'maybe'), responded(503)])).toBe('if_idempotent')
    expect(judgeRetrySafety([responded(404), responded(503)])).toBe('never')
  })

  it.each<[Delivered[], Delivered]>([
    [[], 'no'],
    [['no'], 'no'],
    [['no', 'maybe'], 'maybe'],
    [['maybe', 'no'], 'maybe'],
    [['yes', 'no'], 'yes'],
    [['no', 'yes', 'maybe'], 'yes'],
  ])('is for %j, delivered: %s', (each, all) => {
    expect(judgeDelivery(each.map((delivered) => failed('no_response', delivered)))).toBe(all)
  })
})

describe('Retry-After', () => {
  const now = new Date('2026-03-01T12:00:00Z')

  it.each<[header: string | undefined, pause: number | null]>([
    [undefined, null],
    ['0', 0],
    ['120', 120_000],
    ['007', 7000],
    ['999999999999', 999_999_999_999_000],
    ['9999999999999', Number.MAX_SAFE_INTEGER],
    ['1.5', 2_000],
    ['0.001', 1_000],
    ['7.0', 7_000],
    ['.5', null],
    ['1.', null],
    ['1.5.5', null],
    ['-1', null],
    ['', null],
    ['soon', null],
    ['120, 60', null],
    ['Sun, 01 Mar 2026 12:00:30 GMT', 30_000],
    ['Sunday, 01-Mar-26 12:00:30 GMT', 30_000],
    ['Sun Mar  1 12:00:30 2026', 30_000],
    ['Sun Mar 15 12:00:30 2026', 1_209_630_000],
    ['Sun, 01 Mar 2026 11:00:00 GMT', 0],
    ['Sun, 99 Mar 2026 12:00:30 GMT', null],
    ['Sun Mar  1 12:00:30 2026 GMT', null],
    ['x Sun, 01 Mar 2026 12:00:30 GMT', null],
    ['Sun, 01 Mar 2026 12:00:30 GMT x', null],
    ['Sun, 01 Mar 2026 12:00:30 GMT GMT', null],
    ['x Sunday, 01-Mar-26 12:00:30 GMT', null],
    ['Sunday, 01-Mar-26 12:00:30 GMT x', null],
    ['x Sun Mar  1 12:00:30 2026', null],
    ['Sun Mar  1 12:00:30 2026 x', null],
    ['Sun, 01 Mar 2026 12:60:00 GMT', null],
    ['Sun, 01 Mar 2026 12:00:60 GMT', null],
    ['Sun, 01 Xyz 2026 12:00:30 GMT', null],
    ['Mon, 30 Feb 2027 12:00:30 GMT', null],
    ['Tuesday, 31-Apr-26 12:00:30 GMT', null],
    ['Mon Feb 29 12:00:30 2027', null],
    ['Sun, 01 Mar 2026 24:00:00 GMT', null],
    ['Sun, 00 Mar 2026 12:00:30 GMT', null],
    ['1.0000000000000000000001', 2_000],
    ['1.0000000000000000000000', 1_000],
    ['9007199254740993', Number.MAX_SAFE_INTEGER],
    ['2026-03-01T12:00:30Z', null],
    ['March 1', null],
  ])('%j asks for %s ms', (header, pause) => {
    expect(retryAfterMs(header, now)).toBe(pause)
  })

  it.each<[status: number, hint: string, isInVain: boolean]>([
    [429, 'soon', true],
    [503, 'Mon, 30 Feb 2027 12:00:30 GMT', true],
    [529, '-1', true],
    [503, '7', false],
    [200, 'soon', false],
    [404, 'soon', false],
    [500, 'soon', false],
    [301, 'soon', false],
  ])('with status %i and %j has no effect: %s', (status, hint, isInVain) => {
    const headers = [['Retry-After', hint]] as const
    expect(asksInVain({ status, headers, seenHeaders: headers }, now)).toBe(isInVain)
  })

  it.each<[hints: string[], pause: number | null]>([
    [[], null],
    [['7'], 7_000],
    [['7', '7'], 7_000],
    [['7', '8'], null],
    [['7', 'soon'], null],
  ])('in headers %j asks for %s ms', (hints, pause) => {
    const headers = hints.map((hint) => ['Retry-After', hint] as const)
    expect(askedPauseMs({ status: 503, headers, seenHeaders: headers }, now)).toBe(pause)
  })
})
