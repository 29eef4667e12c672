import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compareNumbers, LongNumber } from '../../../src/webhook/values/long-number.ts'
import { condition, scopeWith } from '../support/templates.ts'

const profile = {
  five: 5,
  list: [5],
  none: [],
  object: { a: 1 },
  yes: true,
  nil: null,
  empty: '',
  blank: ' ',
  hex: '0x20',
  word: 'abc',
  digits: ' 20 ',
  big: new LongNumber('12345678901234567890'),
  bigger: '12345678901234567891',
  exact: new LongNumber('0.12345678901234567890123'),
  huge: new LongNumber('1e400'),
  text: 'some text',
}

const holds = (text: string) => {
  const result = condition(text).holds(scopeWith(profile))
  return result.ok && result.value
}

describe('a value without an order', () => {
  const values = ['none', 'list', 'object', 'yes', 'nil', 'missing', 'empty', 'blank', 'hex', 'word']

  it.each(values)('is neither more nor less than a number: %s', (name) => {
    for (const operator of ['<', '<=', '>', '>='])
      for (const number of ['0', '5', '18', 'profile.big']) {
        expect(holds(`profile.${name} ${operator} ${number}`), `${operator} ${number}`).toBe(false)
        expect(holds(`${number} ${operator} profile.${name}`), `${number} ${operator}`).toBe(false)
      }
  })

  it.each(['list', 'object', 'yes', 'nil'])('is not even ordered with itself: %s', (name) => {
    expect(holds(`profile.${name} >= profile.${name}`)).toBe(false)
  })
})

describe('numbers, and texts that are decimal numbers,', () => {
  it.each([
    ['12345678901234567890 < 12345678901234567891', true],
    ['12345678901234567891 <= 12345678901234567890', false],
    ['profile.big < 12345678901234567891', true],
    ['profile.big < profile.bigger', true],
    ['profile.bigger > profile.big', true],
    ['profile.big >= 12345678901234567890', true],
    ['profile.big > profile.five', true],
    ['-12345678901234567891 < -12345678901234567890', true],
    ['-12345678901234567891 < profile.five', true],
    ['profile.huge > profile.big', true],
    ['profile.exact > 0.1234567890123456789', true],
    ['profile.exact < 0.13', true],
    ['profile.exact > 0', true],
    ['profile.digits > 18', true],
    ['profile.digits <= 20', true],
    ['"-1.5e1" < profile.five', true],
    ['"+6" > profile.five', true],
    ['"1e400" > 5', true],
    ['"1e400" < profile.huge', false],
  ])('are ordered by all their digits: %s is %j', (condition, value) => {
    expect(holds(condition)).toBe(value)
  })

  it('are ordered by their value in any spelling', () => {
    const integer = fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n })
    const number = (value: bigint) => new LongNumber(String(value))
    fc.assert(
      fc.property(integer, fc.oneof(integer, fc.constantFrom(0n, 1n)), (left, difference) => {
        const right = left + difference / 10n ** 12n
        const order = left < right ? -1 : left > right ? 1 : 0
        expect(Math.sign(compareNumbers(number(left), number(right)))).toBe(order)
        expect(Math.sign(compareNumbers(String(left), number(right)))).toBe(order)
        expect(Math.sign(compareNumbers(number(left), `${right}.0e0`))).toBe(order)
      }),
      { numRuns: 1_000 },
    )
  })
})

describe('two texts', () => {
  it.each([
    ['"2026-05-01" < "2026-06-01"', true],
    ['"a" <= "a"', true],
    ['"9" < "10"', false],
    ['"" < "a"', false],
  ])('are ordered by their characters: %s is %j', (condition, value) => {
    expect(holds(condition)).toBe(value)
  })
})

describe('a text', () => {
  it.each([
    ['profile.text contains profile.empty', false],
    ['profile.text contains ""', false],
    ['profile.empty contains ""', false],
    ['profile.text contains profile.nil', false],
    ['profile.text contains " "', true],
    ['profile.list contains ""', false],
    ['profile.list contains 5', true],
  ])('does not contain an empty value: %s is %j', (condition, value) => {
    expect(holds(condition)).toBe(value)
  })
})
