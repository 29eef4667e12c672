import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isTooDeep, maxJsonDepth, parseJson, writeJson } from '../../../src/webhook/values/json.ts'
import { LongNumber } from '../../../src/webhook/values/long-number.ts'
import { cpuMs } from '../../support/cpu-time.ts'

const read = (text: string) => parseJson(text, { maxDepth: maxJsonDepth })
const nested = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`

describe('reading JSON', () => {
  it('gives what JSON.parse gives, for any JSON', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 5 }), (text) => {
        expect(read(text)).toMatchObject({ ok: true, plain: JSON.parse(text) })
      }),
    )
  })

  it('copies nothing where no number is long', () => {
    const parsed = read('{"id":"1234567890123456789","n":[1,2.5,-3e10]}')

    expect(parsed.ok && parsed.exact === parsed.plain).toBe(true)
  })

  it('keeps names that JavaScript knows as names', () => {
    const parsed = read('{"__proto__":{"admin":true},"constructor":1,"long":12345678901234567890}')

    expect(parsed.ok && writeJson(parsed.exact)).toBe(
      '{"__proto__":{"admin":true},"constructor":1,"long":12345678901234567890}',
    )
    expect(({} as { admin?: boolean }).admin).toBeUndefined()
  })

  it.each([
    [99, true],
    [100, true],
    [101, false],
    [100_000, false],
  ])('that is %i deep is accepted: %s', (depth, accepted) => {
    const parsed = read(nested(depth))

    expect(parsed).toMatchObject(accepted ? { ok: true } : { ok: false, problem: 'too_deep' })
  })

  it('does not count brackets within texts', () => {
    expect(read(JSON.stringify(`\\"${nested(200)}`))).toMatchObject({ ok: true })
  })
})

describe('an error in JSON', () => {
  it.each([
    ['', 'The text is empty where JSON is expected.'],
    [' \n ', 'The text is empty where JSON is expected.'],
    ['{"a":1,}', 'expected a name at line 1, column 8'],
    ['{"a":1 "b":2}', 'expected "," or "}" at line 1, column 8'],
    ['{"a" 1}', 'expected ":" at line 1, column 6'],
    ['{a:1}', 'expected a name or "}" at line 1, column 2'],
    ['[1,]', 'expected a value at line 1, column 4'],
    ['[1 2]', 'expected "," or "]" at line 1, column 4'],
    ['[', 'expected a value or "]" at line 1, column 2'],
    ['{\n  "a": 1,\n  "b": nul\n}', 'expected a value at line 3, column 8'],
    ['{"a":1} x', 'expected nothing more at line 1, column 9'],
    ["{'a':1}", 'expected a name or "}" at line 1, column 2'],
    ['{"a":01}', 'expected a value at line 1, column 6'],
    ['{"a":.5}', 'expected a value at line 1, column 6'],
    ['{"a":1.}', 'expected a value at line 1, column 6'],
    ['{"a":+1}', 'expected a value at line 1, column 6'],
    ['{"a":NaN}', 'expected a value at line 1, column 6'],
    ['{"a":"b', 'expected a value at line 1, column 6'],
    ['{"a":"\\x"}', 'expected a value at line 1, column 6'],
    ['["a\nb"]', 'expected a value or "]" at line 1, column 2'],
    ['// no\n{}', 'expected a value at line 1, column 1'],
    ['{"a":1}}', 'expected nothing more at line 1, column 8'],
    ['\ufeff{}', 'expected a value at line 1, column 1'],
  ])('is reported with its position and what was expected: %j', (text, detail) => {
    expect(read(text)).toMatchObject({
      ok: false,
      problem: 'syntax',
      detail: expect.stringContaining(detail),
    })
  })

  it('is found in anything that JSON.parse refuses, and never beyond the text', () => {
    const broken = fc
      .tuple(fc.json(), fc.nat(), fc.constantFrom('', '"', ',', '}', ']', '\\', 'x', ':', '\n'))
      .map(([text, at, put]) => text.slice(0, at % text.length) + put + text.slice((at % text.length) + 1))
    fc.assert(
      fc.property(broken, (text) => {
        const parsed = read(text)
        if (parsed.ok) return
        const [, line, column] = /line (\d+), column (\d+)/.exec(parsed.detail) ?? ['', '1', '1']
        expect(Number(column)).toBeLessThanOrEqual((text.split('\n')[Number(line) - 1]?.length ?? 0) + 1)
      }),
      { numRuns: 1000 },
    )
  })

  it('is found quickly in a long text', () => {
    const began = cpuMs()

    read(`["${'a'.repeat(1_000_000)}`)
    read(`[${'1'.repeat(1_000_000)}x]`)
    read('{'.repeat(1_000_000))

    expect(cpuMs() - began).toBeLessThan(500)
  })
})

describe('a long text of JSON', () => {
  /** White space before a text changes nothing but its length. */
  const long = (text: string) => read(' '.repeat(140_000) + text)
  const verdict = (parsed: ReturnType<typeof read>) => (parsed.ok ? parsed.plain : parsed.problem)

  it.each<[what: string, text: string, problem: 'too_deep' | 'syntax' | null]>([
    ['100 levels', nested(100), null],
    ['101 levels', nested(101), 'too_deep'],
    ['lists that never close', '['.repeat(200_000), 'too_deep'],
    ['objects that never close', '{"a":'.repeat(200_000), 'too_deep'],
    ['lists behind a mistake', `[1,,${'['.repeat(200)}`, 'syntax'],
    ['brackets in a text', JSON.stringify(['['.repeat(200)]), null],
    ['brackets behind an escaped quotation mark', JSON.stringify([`"${'['.repeat(200)}`]), null],
    ['brackets in a text that never ends', `["${'['.repeat(200)}`, 'syntax'],
    ['many lists beside each other', `[${'[],'.repeat(200)}[]]`, null],
    ['lists behind too many ends', `[]]${'['.repeat(200)}`, 'syntax'],
  ])('has the verdict of its levels and its first mistake: %s', (_what, text, problem) => {
    const parsed = long(text)
    expect(parsed.ok ? null : parsed.problem).toBe(problem)
  })

  it('reads as a short one', () => {
    const soup = fc.string({ unit: fc.constantFrom(...'[]{}:,"\\a1 '), maxLength: 60 })
    fc.assert(
      fc.property(fc.oneof(fc.json({ maxDepth: 8 }), soup), (text) => {
        expect(verdict(long(text))).toEqual(verdict(read(text)))
      }),
    )
  })
})

describe('writing JSON', () => {
  it.each([
    ['a\ud800b', '"a\ufffdb"'],
    ['\udc00', '"\ufffd"'],
    ['\ud83d\ude00', '"😀"'],
    ['\\ud800', '"\\\\ud800"'],
    ['\\\ud800', '"\\\\\ufffd"'],
  ])('replaces lone surrogates: %j', (value, text) => {
    expect(writeJson(value)).toBe(text)
    expect(writeJson({ [value]: [value] })).toBe(`{${text}:[${text}]}`)
  })

  it('gives text that UTF-8 can carry, and that reads as the same value', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (value) => {
        const text = writeJson([value])
        expect(text.isWellFormed()).toBe(true)
        expect(JSON.parse(text)).toEqual([value.toWellFormed()])
      }),
    )
  })

  it.each([
    [100, false],
    [101, true],
  ])('of %i levels is too deep: %s', (depth, tooDeep) => {
    expect(isTooDeep(JSON.parse(nested(depth)))).toBe(tooDeep)
  })

  it('takes a long number as a number, not as a level', () => {
    const value = read(`${'['.repeat(100)}12345678901234567890${']'.repeat(100)}`)

    expect(value.ok && isTooDeep(value.exact)).toBe(false)
    expect(isTooDeep(new LongNumber('1e400'))).toBe(false)
  })
})
