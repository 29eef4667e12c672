import { describe, expect, it } from 'vitest'
import { createMasker, cutText, mask } from '../../../src/webhook/masking/mask.ts'
import {
  containsMask,
  maskedHeaders,
  maskedHeaderTexts,
  maskedValue,
} from '../../../src/webhook/masking/masked-value.ts'

const masked = createMasker(['s3cr3t', '1234567'])

describe('a JSON value with everything masked', () => {
  it.each<[value: unknown, shown: unknown]>([
    ['a s3cr3t b', `a ${mask} b`],
    ['plain', 'plain'],
    [7, 7],
    [1_234_567, mask],
    [true, true],
    [null, null],
    [
      ['s3cr3t', ['plain', 1_234_567]],
      [mask, ['plain', mask]],
    ],
    [
      { plain: 's3cr3t', s3cr3t: 'plain', deep: { list: [{ s3cr3t: null }] } },
      { plain: mask, [mask]: 'plain', deep: { list: [{ [mask]: null }] } },
    ],
    [[], []],
    [{}, {}],
  ])('of %j is %j', (value, shown) => {
    expect(maskedValue(value, masked)).toEqual(shown)
    expect(containsMask(shown)).toBe(JSON.stringify(shown).includes(mask))
  })
})

describe('headers with everything masked', () => {
  const headers = [
    ['X-Plain', 'plain'],
    ['X-Echo', 's3cr3t'],
    ['X-s3cr3t', 'plain'],
    ['Authorization', 'plain'],
  ] as const

  it('hide values, names, and what is secret for its name', () => {
    const shown = [
      ['X-Plain', 'plain'],
      ['X-Echo', mask],
      [`X-${mask}`, 'plain'],
      ['Authorization', mask],
    ]
    expect(maskedHeaders(headers, masked)).toEqual(shown)
  })

  it('hide values and names alone where that is asked for', () => {
    const shown = [
      ['X-Plain', 'plain'],
      ['X-Echo', mask],
      [`X-${mask}`, 'plain'],
      ['Authorization', 'plain'],
    ]
    expect(maskedHeaderTexts(headers, masked)).toEqual(shown)
  })
})

describe('a text that is cut', () => {
  it.each([
    ['abc', 3, 'abc'],
    ['abc', 2, 'ab'],
    ['a😀bc', 2, 'a'],
    ['a😀bc', 4, 'a😀b'],
    ['ab\ud83d', 3, 'ab\ud83d'],
  ])('%j to %i characters is %j', (text, characters, cut) => {
    expect(cutText(text, characters)).toBe(cut)
  })
})

describe('quoted-printable', () => {
  it.each(['=733cr3t', 's=33cr3=74', 's3c=\r\nr3t', 's3c=\nr3t', 's=\n=33c=\r\nr3t', '=73=33=63=72=33=74'])(
    'is read as what it stands for: %j',
    (form) => {
      expect(masked(`a ${form} b`)).toBe(`a ${mask} b`)
      expect(masked(form)).toBe(mask)
    },
  )

  it.each(['s3c=\rr3t', 's3c=7r3t', 's3c= r3t', 's3c==r3t'])('is not what looks like it: %j', (form) => {
    expect(masked(`a ${form} b`)).toBe(`a ${form} b`)
  })
})
