import { describe, expect, it } from 'vitest'
import { LongNumber } from '../../../src/webhook/values/long-number.ts'
import { evaluate } from '../support/templates.ts'

const table: readonly (readonly [expression: string, text: string])[] = [
  ['"2026-05-01T10:00:00" | date: "%H:%M"', '10:00'],
  ['"2026-05-01 10:00" | date: "%H:%M"', '10:00'],
  ['"May 1, 2026 10:00" | date: "%H:%M"', '10:00'],
  ['"2026-05-01" | date: "%d %H:%M %z"', '01 00:00 +0000'],
  ['"2026-05-01T23:30:00-02:00" | date: "%d %H:%M"', '02 01:30'],
  ['"2026-05-01T10:00:00Z" | date: "%s"', '1777629600'],
  ['"2026-05-01T10:00:00" | date: "%s"', '1777629600'],
  ['1777629600 | date: "%H:%M"', '10:00'],
  ['"1777629600" | date_to_xmlschema', '2026-05-01T10:00:00+00:00'],
  // Hours that New York skips, and tells twice.
  ['"2026-03-08T02:30:00" | date: "%H:%M"', '02:30'],
  ['"2026-11-01T01:30:00" | date: "%H:%M"', '01:30'],
  ['"2026-11-01T06:30:00Z" | date: "%H:%M"', '06:30'],
  ['"2026-05-01T23:59:00" | date_to_string', '01 May 2026'],
  ['"2026-05-01T00:10:00" | date_to_rfc822', 'Fri, 01 May 2026 00:10:00 +0000'],
]

const evaluateDate = (expression: string, profile = {}) => evaluate(`{{ ${expression} }}`, profile)

describe('a date', () => {
  it.each(table)('is in UTC: %s is %j', (expression, text) => {
    expect(evaluateDate(expression)).toBe(text)
  })
})

describe('a value that is no date', () => {
  const profile = {
    yes: true,
    no: false,
    list: [2026],
    object: { a: 1 },
    text: 'soon',
    long: new LongNumber('1777629600.00000000001'),
  }

  it.each(['yes', 'no', 'list', 'object'])('fails where it has another type: %s', (name) => {
    for (const filter of ['date: "%Y"', 'date_to_xmlschema', 'date_to_rfc822', 'date_to_string'])
      expect(evaluateDate(`profile.${name} | ${filter}`, profile)).toMatch(/needs a date/)
  })

  it.each([
    ['text', 'soon'],
    ['long', '2026'],
    ['missing', undefined],
  ])('does not fail where it is a text or a number: %s gives %j', (name, value) => {
    expect(evaluateDate(`profile.${name} | date: "%Y"`, profile)).toBe(value)
  })
})
