import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { findDifference } from '../../../src/webhook/response/text-difference.ts'

const contains = (text: string, wanted: string) => text.includes(wanted)

describe('the difference between two texts', () => {
  it.each([
    ['Cafe\u0301 open', 'Café', 'accents'],
    ['Café open', 'Cafe\u0301', 'accents'],
    ['sum 10\u00a0000', '10 000', 'no-break space'],
    ['all\ngood', 'all good', 'white space'],
    ['{"a":"Gr\\u00f6\\u00dfe"}', 'Größe', 'escapes of JSON'],
    ['a\\/b', 'a/b', 'escapes of JSON'],
    ['Gr&ouml;&szlig;e', 'Größe', 'entities of HTML'],
    ['AT&#38;T &#x26; Co', 'AT&T & Co', 'entities of HTML'],
  ])('of %j and %j is told', (text, wanted, told) => {
    expect(findDifference(text, wanted, contains)).toContain(told)
  })

  it.each([
    ['queued', 'done'],
    ['&nosuch; &#x110000;', 'y'],
    ['\\u12', 'y'],
  ])('of %j and %j is none of writing', (text, wanted) => {
    expect(findDifference(text, wanted, contains)).toBeNull()
  })

  it('is looked for in short texts only, whatever they have', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (text, wanted) => {
        findDifference(text, wanted, contains)
      }),
    )
    expect(findDifference(`a\u00a0b${'x'.repeat(65_536)}`, 'a b', contains)).toBeNull()
  })
})
