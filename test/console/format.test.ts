import { expect, it } from 'vitest'
import { formatAge, formatMs, formatTime } from '../../src/console/format.js'

it.each([
  [0, '0 ms'],
  [1.26, '1.3 ms'],
  [42.4, '42 ms'],
  [1_500, '1.5 s'],
  [90_000, '1.5 min'],
  [7_200_000, '2 h'],
])('shows %d ms as %s', (ms, text) => {
  expect(formatMs(ms)).toBe(text)
})

it('shows a moment in the zone of the reader, and leaves other texts', () => {
  expect(formatTime('2026-11-30T04:05:06.789Z')).toBe('2026-11-30 04:05:06') // the zone of the tests is UTC
  expect(formatTime('<b>')).toBe('<b>')
})

it.each([
  [500, 'now'],
  [-5_000, 'now'],
  [59_000, '59 s ago'],
  [61_000, '1 min ago'],
  [7_300_000, '2 h ago'],
  [200_000_000, '2 d ago'],
])('shows how long ago a moment was: %d ms, %s', (ms, text) => {
  const now = Date.parse('2026-11-30T12:00:00.000Z')
  expect(formatAge(new Date(now - ms).toISOString(), now)).toBe(text)
  expect(formatAge('<b>', now)).toBe('<b>')
})
