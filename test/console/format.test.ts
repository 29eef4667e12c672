import { describe, expect, it } from 'vitest'
import {
  describeCallback,
  explainAbsence,
  formatAge,
  formatAhead,
  formatCount,
  formatMs,
  formatTime,
  showUnseen,
  showUnseenText,
  splitCode,
} from '../../src/console/format.js'

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

describe('the names that others gave', () => {
  it.each([
    ['lead\u202egnp.exe', 'lead[U+202E]gnp.exe'],
    ['a\u200bb\u0000c\nd\u00ade', 'a[U+200B]b[U+0000]c[U+000A]d[U+00AD]e'],
    ['\u{e0041}\ud800', '[U+E0041][U+D800]'],
    ['Größe 名前 שלום 👍', 'Größe 名前 שלום 👍'],
    ['  spaces  ', '[U+0020][U+0020]spaces[U+0020][U+0020]'],
    ['a  b c\u00a0d\u3000e', 'a[U+0020][U+0020]b c[U+00A0]d[U+3000]e'],
  ])('show what is not seen by itself: %j', (name, shown) => {
    expect(showUnseen(name)).toBe(shown)
  })
})

it('shows in a text what is not seen by itself, and keeps its lines', () => {
  expect(showUnseenText('HTTP 200\r\n\ta\u202eb\u0000\rc  d\n')).toBe(
    'HTTP 200\r\n\ta[U+202E]b[U+0000][U+000D]c  d\n',
  )
})

it.each([
  ['Set `attempts` to 3.', ['Set ', '`attempts`', ' to 3.']],
  ['`a``b`', ['`a`', '`b`']],
  ['no code, and one ` alone', ['no code, and one ` alone']],
  ['a \u202e `b\u0000`', ['a [U+202E] ', '`b[U+0000]`']],
  ['', []],
])('knows the code in the sentence %j', (sentence, parts) => {
  expect(splitCode(sentence).map(({ text, isCode }) => (isCode ? `\`${text}\`` : text))).toEqual(parts)
})

it.each([
  ['withdrawn', 12, 'maybe', 'What the attempts above have sent is not kept.', 'None is kept.'],
  ['expired', 1, 'no', 'What the attempts above have sent is not kept.', 'None is kept.'],
  ['withdrawn', 0, 'no', 'It ended before its first attempt.', 'There was none.'],
  ['expired', 0, 'no', 'It ended before its first attempt.', 'There was none.'],
  ['value_missing', 0, 'no', 'No request was made.', 'There was none.'],
  ['interrupted', 0, 'maybe', 'What was sent, if anything, is not known.', 'None is known.'],
])(
  'says why there is no request: %s after %d attempts, delivered %s',
  (code, attempts, delivered, request, response) => {
    const reply = { reason: { code }, attempts: Array(attempts).fill({}), delivered }

    expect(explainAbsence(reply)).toEqual({ request, response })
  },
)

it('counts and moments ahead are said in words', () => {
  expect([0, 1, 2].map((count) => formatCount(count, 'time'))).toEqual(['0 times', '1 time', '2 times'])
  const now = Date.parse('2026-11-30T14:00:00Z')
  expect(
    ['2026-11-30T14:05:00Z', '2026-11-30T13:00:00Z', 'never'].map((time) => formatAhead(time, now)),
  ).toEqual(['in 5 min', 'now', 'now'])
})

it.each([
  [null, false, 'none'],
  [null, true, 'none'],
  [{ state: 'waiting', attempts: 0 }, false, 'comes after the end'],
  [{ state: 'waiting', attempts: 1 }, true, 'waiting, tried 1 time'],
  [{ state: 'delivered', attempts: 2 }, true, 'delivered, tried 2 times'],
])('says of the callback %j, done %j: %s', (callback, done, words) => {
  expect(describeCallback(callback, done)).toBe(words)
})
