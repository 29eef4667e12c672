import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  asText,
  findTwice,
  formatJson,
  isObject,
  parseJson,
  readObject,
  writeJson,
} from '../../src/console/json.js'

describe('JSON in the console', () => {
  it('is what JSON is', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = JSON.stringify(value)
        expect(writeJson(parseJson(text))).toBe(JSON.stringify(JSON.parse(text), null, 2))
        expect(parseJson(JSON.stringify(asText(value)))).toBe(asText(value))
      }),
    )
  })

  it.each(['12345678901234567890', '1.10', '1e3', '0.1234567890123456789'])(
    'keeps the number %s as it was typed',
    (number) => {
      expect(asText(parseJson(`[${number}]`)[0])).toBe(number)
      expect(isObject(parseJson(number))).toBe(false)
    },
  )

  it.each(['', '{', '[]', 'null', '"a"', '1'])('has no object in %s', (text) => {
    expect(readObject(text)).toMatchObject({ ok: false, message: expect.stringMatching(/./) })
  })
})

it.each([
  ['{"a":1,"b":{"a":2},"c":[{"a":3},{"a":4}]}', null],
  ['{"a":"\\"a\\":","b":"a"}', null],
  ['{"a":1,"a":2}', 'a'],
  ['{"a":{"x":[],"\\u0078" :0}}', 'x'],
  ['[{"__proto__":1},{"__proto__":1,"__proto__":2}]', '__proto__'],
])('the first member that stands twice in %s is %j', (text, name) => {
  expect(findTwice(text)).toBe(name)
})

it.each([
  ['{"a":1.50,"b":[]}', '{\n  "a": 1.50,\n  "b": []\n}'],
  ['{"a":1,"a":2}', null],
  ['{"a":', null],
  ['', null],
])('%s is written in lines as %j', (text, formatted) => {
  expect(formatJson(text)).toBe(formatted)
})
