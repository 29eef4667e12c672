import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { noSecrets } from '../../../src/webhook/template/render-context.ts'
import { compileCondition } from '../../../src/webhook/template/template.ts'
import { parseJson, writeJson } from '../../../src/webhook/values/json.ts'
import { LongNumber } from '../../../src/webhook/values/long-number.ts'
import { cpuMs } from '../../support/cpu-time.ts'
import { renderBody, renderHeaders, sent } from '../support/nodes.ts'
import { asDecimal, numberText } from '../support/number-text.ts'

describe('a number', () => {
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
  ])('fits a double or not: %s: %s', (text, fits) => {
    expect(LongNumber.fits(text)).toBe(fits)
  })

  it('fits a double where that, written back, is the same number', () => {
    fc.assert(
      fc.property(numberText, (text) => {
        const written = Number(text)

        expect(LongNumber.fits(text)).toBe(
          Number.isFinite(written) && asDecimal(String(written)) === asDecimal(text),
        )
      }),
    )
  })

  it('fits no double where it is written with more than 1,000 characters', () => {
    expect(LongNumber.fits(`1.${'0'.repeat(998)}`)).toBe(true)
    expect(LongNumber.fits(`1.${'0'.repeat(999)}`)).toBe(false)
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

describe('a number of the payload, however long it is', () => {
  it.each<[place: string, arrives: (text: string) => string]>([
    [
      'in a field of a JSON body',
      (text) => renderBody({ body: simple }, { payload: payload(text) }).slice(5, -1),
    ],
    [
      'in the JSON of the author, as a lone placeholder',
      (text) =>
        renderBody(
          { body: { structure: 'json', content: { n: '{{ profile.n }}' } } },
          { payload: payload(text) },
        ).slice(5, -1),
    ],
    [
      'in the full body',
      (text) =>
        renderBody({ body: { structure: 'full', source: 'profile' } }, { payload: payload(text) }).slice(
          5,
          -1,
        ),
    ],
    [
      'in a raw JSON body',
      (text) =>
        renderBody(
          { body: { structure: 'raw', contentType: 'application/json', content: '[{{ profile.n }}]' } },
          { payload: payload(text) },
        ).slice(1, -1),
    ],
    [
      'in a nested value',
      (text) =>
        renderBody(
          { body: { structure: 'json', content: '{{ profile }}' } },
          { payload: payload(text) },
        ).slice(5, -1),
    ],
    [
      'behind the filter json',
      (text) =>
        renderBody(
          { body: { structure: 'raw', contentType: 'text/plain', content: '{{ profile.n | json }}' } },
          { payload: payload(text) },
        ),
    ],
    [
      'in a form',
      (text) =>
        new URLSearchParams(
          renderBody({ body: { ...simple, contentType: form } }, { payload: payload(text) }),
        ).get('n') ?? '',
    ],
    [
      'in the query',
      (text) =>
        new URL(`https://t${sent({ query: [field] }, { payload: payload(text) }).target}`).searchParams.get(
          'n',
        ) ?? '',
    ],
    ['in a header', (text) => renderHeaders({ headers: [field] }, { payload: payload(text) }, 'n')[0] ?? ''],
  ])('stays the same %s', (_place, arrives) => {
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

  it('equals another one where both are the same number', () => {
    fc.assert(
      fc.property(numberText, numberText, fc.nat(30), (one, other, zeros) => {
        const same = `${one.includes('.') ? one.replace('.', `.${'0'.repeat(zeros)}`) : one}`
        for (const [a, b] of [
          [one, other],
          [one, same],
        ] as const)
          expect(new LongNumber(a).equals(new LongNumber(b))).toBe(asDecimal(a) === asDecimal(b))
      }),
    )
  })

  it('is calculated with as a double', () => {
    expect(
      renderBody(
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

/** As long as a request may be, each of a shape on which a search from its end or its beginning starts over. */
const size = 1_000_000
const zeros = '0'.repeat(size)

describe('a number of a million digits', () => {
  it.each([
    ['with zeros within it', `1${zeros}1`],
    ['with zeros at its end', `1${zeros}`],
    ['with zeros behind its point', `1.${zeros}1`],
    ['that is all but nothing', `0.${zeros}1`],
    ['that is nothing', `0.${zeros}`],
    ['without any zero', '7'.repeat(size)],
    ['in its exponent', `1e${'7'.repeat(size)}`],
    ['of zeros in its exponent', `1e${zeros}1`],
  ])('is read in its time and arrives with every digit, %s', (_shape, text) => {
    const began = cpuMs()

    const body = renderBody({ body: simple }, { payload: payload(text) })

    expect(cpuMs() - began).toBeLessThan(1000)
    expect(body === `{"n":${text}}`).toBe(true)
  })

  it('of an author is read in its time', () => {
    const began = cpuMs()

    expect(compileCondition(`profile.n == 1${zeros}1`).ok).toBe(true)

    expect(cpuMs() - began).toBeLessThan(1000)
  })

  it('is looked at once, however often it is compared', () => {
    const parsed = parseJson(`{"n":1${zeros}1,"m":1${zeros}1.0}`, { maxDepth: 100 })
    const variables = parsed.ok ? (parsed.exact as Record<string, unknown>) : {}
    const { n, m } = variables as Record<'n' | 'm', LongNumber>
    const began = cpuMs()

    for (let round = 0; round < 2_000; round++) expect(n.equals(m) && n.geq(m) && !n.gt(5)).toBe(false)

    expect(cpuMs() - began).toBeLessThan(1000)
  })
})
