import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ResetUnit } from '../../src/contract/node.ts'
import {
  askedPauseMs,
  asksInVain,
  compileResetHeaders,
  limitResetMs,
  listIgnored,
  pauseToKeepMs,
} from '../../src/webhook/retry-after.ts'
import type { HeaderPair } from '../../src/webhook/wire/outcome.ts'

const now = new Date('2026-03-01T12:00:00.250Z')
const nowSeconds = Math.floor(now.getTime() / 1000)

function asking(headers: readonly HeaderPair[], status = 429) {
  return { status, headers, seenHeaders: headers }
}

function pauseOf(unit: ResetUnit, ...values: string[]): number | null {
  const headers = values.map((value) => ['X-Reset', value] as const)
  return askedPauseMs(asking(headers), now, compileResetHeaders([{ name: 'x-reset', unit }]))
}

describe('a reset header', () => {
  it.each<[unit: ResetUnit, value: string, pause: number | null]>([
    ['seconds', '7', 7_000],
    ['seconds', '0', 0],
    ['seconds', '0.001', 1_000],
    ['seconds', '7.0', 7_000],
    ['seconds', '-1', null],
    ['seconds', '+7', null],
    ['seconds', '7s', null],
    ['seconds', '1e3', null],
    ['seconds', '', null],
    ['seconds', 'Sun, 01 Mar 2026 12:00:30 GMT', null],
    ['seconds', '31622400', 31_622_400_000],
    ['seconds', '31622401', null],
    ['seconds', '9'.repeat(400), null],
    ['milliseconds', '6500', 6_500],
    ['milliseconds', '6500.2', 6_501],
    ['milliseconds', '.5', null],
    ['epochSeconds', String(nowSeconds + 8), 7_750],
    ['epochSeconds', `${nowSeconds + 7}.5`, 7_750],
    ['epochSeconds', String(nowSeconds - 8), 0],
    ['epochSeconds', '0', 0],
    ['epochSeconds', String(now.getTime()), null],
    ['date', 'Sun, 01 Mar 2026 12:00:30 GMT', 29_750],
    ['date', 'Sun, 01 Mar 2026 11:00:30 GMT', 0],
    ['date', '2026-03-01T12:00:30Z', 29_750],
    ['date', '2026-03-01t12:00:30z', 29_750],
    ['date', '2026-03-01 12:00:30Z', 29_750],
    ['date', '2026-03-01T12:00:29.000001Z', 29_750],
    ['date', '2026-03-01T12:00:30.000Z', 29_750],
    ['date', '2026-03-01T14:00:30+02:00', 29_750],
    ['date', '2026-03-01T06:30:30-05:30', 29_750],
    ['date', '2026-03-01T12:00:30', null],
    ['date', '2026-02-30T12:00:30Z', null],
    ['date', '2026-13-01T12:00:30Z', null],
    ['date', '2026-03-01T24:00:00Z', null],
    ['date', '2026-03-01', null],
    ['date', '7', null],
  ])('in %s with %j asks for %s ms', (unit, value, pause) => {
    expect(pauseOf(unit, value)).toBe(pause)
  })

  it('counts once where it stands there twice, and not where the two differ', () => {
    expect(pauseOf('seconds', '7', '7')).toBe(7_000)
    expect(pauseOf('seconds', '7', '8')).toBeNull()
  })

  it.each([200, 403, 404, 500, 502])('is not looked at with status %i', (status) => {
    const headers = compileResetHeaders(['X-Reset'])
    const response = asking([['X-Reset', 'soon']], status)

    expect(askedPauseMs(response, now, headers)).toBeNull()
    expect(listIgnored(response, now, headers)).toEqual([])
  })

  it('is named where it is ignored, and not where it is missing', () => {
    const headers = compileResetHeaders(['A', 'B', { name: 'C', unit: 'epochSeconds' }])
    const response = asking([
      ['b', 'soon'],
      ['c', String(nowSeconds)],
    ])

    expect(listIgnored(response, now, headers)).toEqual([headers[1]])
  })

  it('called Retry-After says in which unit that is', () => {
    const headers = compileResetHeaders([{ name: 'Retry-After', unit: 'milliseconds' }])
    const response = asking([['retry-after', '1500']])

    expect(askedPauseMs(response, now, headers)).toBe(1_500)
    expect(pauseToKeepMs(response, now, headers)).toBe(1_500)
    expect(asksInVain(asking([['retry-after', 'soon']]), now, headers)).toBe(false)
  })
})

describe('a pause of more than 366 days', () => {
  it.each(['31622401', 'Mon, 01 Mar 2032 12:00:00 GMT', '1796029200'])('is ignored: %s', (value) => {
    const response = asking([['Retry-After', value]])

    expect(askedPauseMs(response, now)).toBeNull()
    expect(pauseToKeepMs(response, now, [])).toBeNull()
    expect(asksInVain(response, now)).toBe(true)
  })
})

describe('the reset of a limit', () => {
  it.each<[name: string, value: string, ms: number | null]>([
    ['X-RateLimit-Reset', '90', 90_000],
    ['RateLimit-Reset', String(nowSeconds + 60), 59_750],
    ['X-Rate-Limit-Reset', String((nowSeconds + 60) * 1_000), 59_750],
    ['X-RateLimit-Reset', '1', 1_000],
    ['X-RateLimit-Reset', '999999999', null],
    ['X-RateLimit-Reset', 'soon', null],
    ['X-Other', '90', null],
  ])('is read from %s: %s', (name, value, ms) => {
    expect(limitResetMs(asking([[name, value]]), now)).toBe(ms)
  })
})

describe('of all headers that ask for a pause', () => {
  const names = ['Retry-After', 'A', 'B'] as const
  const value = fc.oneof(
    fc.integer({ min: 0, max: 1_000 }).map(String),
    fc.constantFrom('soon', '', '-1', String(nowSeconds)),
  )
  const pairs = fc.uniqueArray(fc.tuple(fc.constantFrom(...names), value), { selector: ([name]) => name })
  const headers = compileResetHeaders(['A', 'B'])

  it('the longest that can be meant counts', () => {
    fc.assert(
      fc.property(pairs, (list) => {
        const meant = list.flatMap(([, text]) => (/^\d{1,4}$/.test(text) ? [Number(text) * 1_000] : []))

        expect(pauseToKeepMs(asking(list), now, headers)).toBe(meant.length === 0 ? null : Math.max(...meant))
      }),
    )
  })
})
