import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseJson, writeJson } from '../../src/webhook/json.ts'
import { LongNumber } from '../../src/webhook/long-number.ts'
import { noSecrets } from '../../src/webhook/render-context.ts'
import { compileCondition } from '../../src/webhook/template.ts'
import { bodyOf, headersOf, sent } from './nodes.ts'
import { asDecimal, numberText } from './number-text.ts'

describe('a number fits a double', () => {
  it.each([
    ['0', true],
    ['-0', true],
    ['0.10', true],
    ['1.0e2', true],
    ['9007199254740993', false],
    ['9007199254740992', true],
    ['12345678901234567890', false],
    ['100000000000000000000', true],
    ['0.1234567890123456789', false],
    ['1e308', true],
    ['1e309', false],
    ['1e-400', false],
    ['5e-324', true],
    ['0e999', true],
  ])('%s: %s', (text, fits) => {
    expect(LongNumber.fits(text)).toBe(fits)
  })
})

const payload = (text: string) => {
  const parsed = parseJson(`{"profile":{"n":${text}}}`, { maxDepth: 100 })
  if (!parsed.ok) throw new TypeError(parsed.detail)
  return parsed.exact as { profile: Record<string, unknown> }
}

const field = { name: 'n', source: 'profile', field: 'n' } as const
const simple = { structure: 'simple', fields: [field] } as const
const form = 'application/x-www-form-urlencoded'

describe('a number of the payload, however long, is the same number', () => {
  it.each<[place: string, arrives: (text: string) => string]>([
    [
      'in a field of a JSON body',
      (text) => bodyOf({ body: simple }, { payload: payload(text) }).slice(5, -1),
    ],
    [
      'in the JSON of the author, as a lone placeholder',
      (text) =>
        bodyOf(
          { body: { structure: 'json', content: { n: '{{ profile.n }}' } } },
          { payload: payload(text) },
        ).slice(5, -1),
    ],
    [
      'in the full body',
      (text) =>
        bodyOf({ body: { structure: 'full', source: 'profile' } }, { payload: payload(text) }).slice(5, -1),
    ],
    [
      'in a raw JSON body',
      (text) =>
        bodyOf(
          { body: { structure: 'raw', contentType: 'application/json', content: '[{{ profile.n }}]' } },
          { payload: payload(text) },
        ).slice(1, -1),
    ],
    [
      'in a nested value',
      (text) =>
        bodyOf({ body: { structure: 'json', content: '{{ profile }}' } }, { payload: payload(text) }).slice(
          5,
          -1,
        ),
    ],
    [
      'behind the filter json',
      (text) =>
        bodyOf(
          { body: { structure: 'raw', contentType: 'text/plain', content: '{{ profile.n | json }}' } },
          { payload: payload(text) },
        ),
    ],
    [
      'in a form',
      (text) =>
        new URLSearchParams(
          bodyOf({ body: { ...simple, contentType: form } }, { payload: payload(text) }),
        ).get('n') ?? '',
    ],
    [
      'in the query',
      (text) =>
        new URL(`https://t${sent({ query: [field] }, { payload: payload(text) }).target}`).searchParams.get(
          'n',
        ) ?? '',
    ],
    ['in a header', (text) => headersOf({ headers: [field] }, { payload: payload(text) }, 'n')[0] ?? ''],
  ])('%s', (_place, arrives) => {
    fc.assert(
      fc.property(numberText, (text) => {
        expect(asDecimal(arrives(text))).toBe(asDecimal(text))
      }),
    )
  })
})

describe('a long number', () => {
  const long = new LongNumber('12345678901234567890')

  it.each([
    ['n == 12345678901234567890', true],
    ['n > 5', true],
    ['5 < n', true],
    ['n >= 1000', true],
    ['n < 5', false],
    ['n <= 5', false],
    ['n == 5', false],
    ['n != 5', true],
    ['n', true],
    ['n == m', true],
    ['n > nil', false],
  ])('is compared as a number: %s', (condition, holds) => {
    const compiled = compileCondition(condition)
    const variables = { n: long, m: new LongNumber('12345678901234567890.0') }

    expect(compiled.ok && compiled.template.holds({ variables, secrets: noSecrets })).toMatchObject({
      value: holds,
    })
  })

  it('is calculated with as a double', () => {
    expect(
      bodyOf(
        { body: { structure: 'json', content: '{{ profile.n | plus: 0 }}' } },
        { payload: { profile: { n: long } } },
      ),
    ).toBe('12345678901234567000')
  })

  it('is written with every digit', () => {
    expect(writeJson({ a: [long] })).toBe('{"a":[12345678901234567890]}')
    expect(`${long}`).toBe('12345678901234567890')
  })
})
