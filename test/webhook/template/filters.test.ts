import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { asText } from '../../../src/webhook/template/encoders.ts'
import { mostArguments, neededArguments } from '../../../src/webhook/template/filters/filter-arguments.ts'
import { filterNames } from '../../../src/webhook/template/liquid-engine.ts'
import { compileTemplate } from '../../../src/webhook/template/template.ts'
import { LongNumber } from '../../../src/webhook/values/long-number.ts'
import { evaluate, scopeWith, template } from '../support/templates.ts'

const profile = {
  zero: 0,
  five: 5,
  false: false,
  empty: '',
  blank: ' ',
  text: 'abc',
  digits: ' 12.5 ',
  overflow: '1e309',
  bracket: 'a[b',
  nil: null,
  tags: ['b', 'a'],
  none: [],
  object: {},
  box: { length: 7 },
  mixed: [1, '2.5', null, '', 3],
  nested: ['a', ['b', { c: 1 }]],
  long: new LongNumber('12345678901234567890'),
  huge: new LongNumber('1e400'),
  condition: 'o.n',
  broken: 'o.n ==',
  orders: [
    { id: 1, n: 0 },
    { id: 2, n: '' },
    { id: 3, n: false },
    { id: 4, n: 'x' },
    { id: 5, n: null },
    { id: 6 },
    { id: 7, n: new LongNumber('12345678901234567890') },
  ],
}

const render = (text: string) => template(text).value(scopeWith(profile))

/** The value, or what is said of the failure. */
const evaluateExpression = (expression: string) => evaluate(`{{ ${expression} }}`, profile)

describe('the filter default', () => {
  it.each([
    ['profile.missing | default: 50', 50],
    ['profile.nil | default: 50', 50],
    ['profile.false | default: 50', 50],
    ['profile.empty | default: 50', 50],
    ['profile.none | default: 50', 50],
    ['empty | default: 50', 50],
    ['profile.zero | default: 50', 0],
    ['0 | default: 50', 0],
    ['profile.blank | default: 50', ' '],
    ['profile.object | default: 50', {}],
    ['profile.tags | default: 50', ['b', 'a']],
    ['profile.long | default: 50 | append: ""', '12345678901234567890'],
    ['profile.false | default: 50, allow_false: true', false],
    ['profile.false | default: 50, allow_false: false', 50],
    ['profile.false | default: 50, allow_false: profile.nil', 50],
    ['profile.zero | default: 50, allow_false: true', 0],
    ['profile.nil | default: 50, allow_false: true', 50],
    ['profile.nil | default: profile.missing', undefined],
    ['profile.nil | default: false', false],
  ])('replaces what is missing, null, false, empty text or an empty list: %s is %j', (expression, value) => {
    expect(evaluateExpression(expression)).toEqual(value)
  })
})

describe('a filter that is given nothing', () => {
  it.each([
    ...['first', 'last', 'slice: 0', 'slice: 0, 3', 'sample', 'sample: 2', 'pop', 'shift', 'push: 1'],
    ...['unshift: 1', 'concat: profile.tags', 'split: ","', 'compact', 'map: "a"', 'reverse', 'sort'],
    ...['sort_natural', 'uniq', 'where: "a"', 'where: "a", 1', 'reject: "a"', 'find: "a"', 'group_by: "a"'],
    ...[
      'where_exp: "o", "o.a"',
      'reject_exp: "o", "o.a"',
      'find_exp: "o", "o.a"',
      'group_by_exp: "o", "o.a"',
    ],
    ...[
      'find_index: "a"',
      'find_index_exp: "o", "o.a"',
      'sort | first',
      'split: "," | last | upcase | slice: 0',
    ],
  ])('%s gives nothing', (filters) => {
    expect(evaluateExpression(`profile.nil | ${filters}`) ?? '').toBe('')
    expect(evaluateExpression(`profile.missing | ${filters}`) ?? '').toBe('')
  })

  it.each([
    ['join: ","', ''],
    ['size', 0],
    ['sum', 0],
    ['has: "a"', false],
    ['has_exp: "o", "o.a"', false],
    ['upcase', ''],
    ['append: "x"', 'x'],
    ['plus: 1', 1],
    ['times: 3', 0],
    ['round', 0],
    ['to_integer', 0],
    ['date: "%Y"', ''],
  ])('%s gives %j', (filter, value) => {
    expect(evaluateExpression(`profile.nil | ${filter}`) ?? '').toBe(value)
    expect(evaluateExpression(`profile.missing | ${filter}`) ?? '').toBe(value)
  })

  it.each([...filterNames])('makes neither a list nor a word of it: %s', (name) => {
    for (const args of ['', ': "a"', ': 1', ': "o", "o.a"', ': profile.nil', ': 1, 2']) {
      const compiled = compileTemplate(`{{ profile.nil | ${name}${args} }}`, null)
      const rendered = compiled.ok ? compiled.template.value(scopeWith(profile)) : null
      if (rendered?.ok !== true) continue
      expect(rendered.value).not.toBeInstanceOf(Array)
      expect(String(rendered.value)).not.toMatch(/NaN|Infinity|\[|undefined(?!$)/)
    }
  })
})

describe('a filter of texts', () => {
  it.each([
    ['profile.box | append: "x"', '{"length":7}x'],
    ['"x" | append: profile.box', 'x{"length":7}'],
    ['profile.box | upcase', '{"LENGTH":7}'],
    ['profile.box | url_encode', '%7B%22length%22%3A7%7D'],
    ['profile.box | base64_encode', 'eyJsZW5ndGgiOjd9'],
    ['profile.orders | slice: 0, 2 | join: ";"', '{"id":1,"n":0};{"id":2,"n":""}'],
    ['profile.orders | slice: 6, 1 | join', '{"id":7,"n":12345678901234567890}'],
    ['profile.nested | join: ";"', 'a;b,{"c":1}'],
    ['profile.long | append: "x"', '12345678901234567890x'],
    ['profile.tags | append: "x"', 'bax'],
    ['profile.tags | join: ";"', 'b;a'],
    ['nil | append: "x"', 'x'],
  ])('writes an object as JSON: %s', (expression, value) => {
    expect(evaluateExpression(expression)).toBe(value)
  })

  it.each([...filterNames])('never makes [object Object]: %s', (name) => {
    for (const args of ['', ': "a"', ': 1', ': profile.box', ': "a", profile.box'])
      for (const given of ['profile.box', 'profile.orders', '"a"']) {
        const compiled = compileTemplate(`{{ ${given} | ${name}${args} }}`, null)
        const rendered = compiled.ok ? compiled.template.text(scopeWith(profile), asText) : null
        expect(rendered?.ok ? rendered.value : '').not.toMatch(/object object/i)
      }
  })
})

describe('a number of characters or items', () => {
  it.each([
    ['"abcdef" | slice: "1", "2"', 'bc'],
    ['"abcdef" | slice: profile.nil, 2', 'ab'],
    ['"abcdef" | slice: -2, 2', 'ef'],
    ['"abcdef" | slice: 1, profile.nil', 'b'],
    ['"abcdef" | truncate: profile.nil', 'abcdef'],
    ['"abcdef" | truncate: profile.missing', 'abcdef'],
    ['"abcdef" | truncate: ""', 'abcdef'],
    ['"a b c" | truncatewords: profile.nil', 'a b c'],
    ['"abcdef" | slice: 2', 'c'],
    ['"abcdef" | truncate: "5"', 'ab...'],
    ['"a b c" | truncatewords: "2"', 'a b...'],
    ['"abcdef" | slice: "x"', 'its argument 1 is a text that is no number'],
    ['"abcdef" | slice: 0, profile.tags', 'its argument 2 is a list'],
    ['"abcdef" | truncate: "long"', 'its argument 1 is a text that is no number'],
  ])('may be a text, and is refused where it is none: %s', (expression, value) => {
    expect(evaluateExpression(expression)).toContain(value)
  })

  it.each([
    ['{% for t in profile.tags limit: "1" %}{{ t }}{% endfor %}', 'b'],
    ['{% for t in profile.tags offset: "1" %}{{ t }}{% endfor %}', 'a'],
    ['{% for t in profile.tags limit: profile.nil offset: profile.missing %}{{ t }}{% endfor %}', 'ba'],
    [
      '{% for t in profile.tags offset: continue limit: 1 %}{{ t }}{% endfor %}{% for t in profile.tags offset: continue %}{{ t }}{% endfor %}',
      'ba',
    ],
    ['{% for t in profile.tags reversed %}{{ t }}{% endfor %}', 'ab'],
    [
      '{% tablerow t in profile.tags cols: profile.nil limit: 1 %}{{ t }}{% endtablerow %}',
      '<tr class="row1"><td class="col1">b</td></tr>',
    ],
    ['{% for t in profile.tags limit: "x" %}{{ t }}{% endfor %}', 'The option "limit" of a loop is a text'],
    [
      '{% tablerow t in profile.tags cols: profile.text %}{% endtablerow %}',
      'The option "cols" of a loop is a text',
    ],
  ])('may be a text in a loop, too: %s', (text, result) => {
    const rendered = render(text)

    expect(rendered.ok ? rendered.value : rendered.failure.detail).toContain(result)
  })
})

describe('a filter that is given what it cannot work with', () => {
  it.each([
    [
      'profile.box | slice: 0, 2',
      '"slice" needs a list or a text, and the value that it was given is an object',
    ],
    ['profile.box | sample', 'is an object'],
    ['profile.box | first', 'is an object'],
    ['profile.object | last', 'is an object'],
    ['profile.tags | sum', 'an item is a text that is no number'],
    ['profile.orders | sum', 'an item is an object'],
    ['profile.nested | sum', 'an item is a text'],
    ['true | sum', 'an item is true or false'],
    ['profile.orders | sum: "n"', 'an item is true or false'],
    ['true | plus: 1', 'is true or false'],
    ['1 | times: false', 'its argument 1 is true or false'],
    ['"0x20" | plus: 1', 'a text that is no number'],
    ['"1_000" | plus: 1', 'a text that is no number'],
  ])('fails: %s', (expression, said) => {
    expect(evaluateExpression(expression)).toContain(said)
  })

  it.each([
    ['profile.orders | sum: "id"', 28],
    ['profile.mixed | sum', 6.5],
    ['profile.nil | sum', 0],
    ['profile.none | sum', 0],
    ['profile.five | sum', 5],
    ['profile.orders | sum: "missing"', 0],
    ['profile.long | sum | floor', 12345678901234567000],
    ['" 12.5 " | plus: 1', 13.5],
    ['"1e3" | plus: 1', 1001],
    ['"+.5" | plus: 1', 1.5],
  ])('does not fail where it can work with it: %s', (expression, value) => {
    expect(evaluateExpression(expression)).toBe(value)
  })
})

describe('truncatewords', () => {
  it.each([
    ['"one two" | truncatewords: 2', 'one two'],
    ['"one two three" | truncatewords: 2', 'one two...'],
    ['"one" | truncatewords: 2', 'one'],
    ['"  one  two " | truncatewords: 2', '  one  two '],
    ['"one two" | truncatewords: 1, "…"', 'one…'],
    ['"one two" | truncatewords: 0', 'one...'],
    ['"" | truncatewords', ''],
    ['" " | truncatewords: 1', ' '],
    ['profile.missing | truncatewords', ''],
    ['profile.nil | truncatewords: 3', ''],
    ['"ab" | truncate: 2', 'ab'],
    ['"" | truncate: 2', ''],
  ])('%s is %j', (expression, value) => {
    expect(evaluateExpression(expression)).toBe(value)
  })
})

describe('where and similar filters with a second argument that has no value', () => {
  it.each([
    ['where: "n", profile.nil', '5,6'],
    ['where: "n", profile.missing', '5,6'],
    ['where: "n", nil', '5,6'],
    ['reject: "n", profile.missing', '1,2,3,4,7'],
    ['find: "n", profile.nil', '5'],
    ['where: "id", profile.missing', ''],
    ['where: "n", profile.empty', '2'],
    ['where: "n", false', '3'],
    ['where: "n"', '1,4,7'],
    ['reject: "n"', '2,3,5,6'],
  ])('keep what has none: %s', (filter, ids) => {
    expect(evaluateExpression(`profile.orders | ${filter} | map: "id" | join: ","`)).toBe(ids)
  })

  it.each([
    ['has: "id", profile.missing', false],
    ['has: "n", profile.missing', true],
    ['find_index: "n", profile.nil', 4],
    ['find_index: "id", profile.nil', undefined],
  ])('are %s is %j', (filter, value) => {
    expect(evaluateExpression(`profile.orders | ${filter}`)).toBe(value)
  })
})

describe('size', () => {
  it.each([
    ['profile.tags', 2],
    ['profile.text', 3],
    ['profile.none', 0],
    ['profile.object', 0],
    ['profile.orders[0]', 2],
    ['profile.box', 1],
    ['profile.five', 0],
    ['profile.long', 0],
    ['(1..4)', 4],
    ['(1..2.5)', 2],
    ['(1.5..3)', 3],
    ['(-1.5..1)', 3],
  ])('of %s is %j', (value, size) => {
    expect(evaluateExpression(`${value} | size`)).toBe(size)
  })
})

describe('an empty list', () => {
  it.each(['sort', 'uniq', 'slice: 0', 'map: "a"', 'where: "a"', 'compact', 'reverse', 'pop'])(
    'stays one with %s',
    (filter) => {
      expect(evaluateExpression(`profile.none | ${filter}`)).toEqual([])
    },
  )

  it('comes of an empty text', () => {
    expect(evaluateExpression('"" | split: ","')).toEqual([])
    expect(evaluateExpression('"" | split: "" | push: 1')).toEqual([1])
  })
})

describe('a filter that calculates', () => {
  it.each([
    ['profile.five | plus: 1', 6],
    ['profile.digits | plus: 1', 13.5],
    ['profile.empty | plus: 1', 1],
    ['5 | plus: profile.missing', 5],
    ['profile.five | at_most: 3', 3],
    ['profile.huge | at_most: 3', 3],
    ['7 | divided_by: 2', 3.5],
    ['7 | divided_by: 2, true', 3],
    ['7 | modulo: 4', 3],
    ['-7.5 | abs | round', 8],
    ['2.456 | round: 2', 2.46],
    ['"12" | to_integer', 12],
  ])('%s is %j', (expression, value) => {
    expect(evaluateExpression(expression)).toBe(value)
  })

  it.each([
    ['5 | divided_by: 0', 'divided_by', 'a number', 'Nothing can be divided by zero.'],
    ['0 | divided_by: 0', 'divided_by', 'a number', 'Nothing can be divided by zero.'],
    ['5 | divided_by: profile.nil', 'divided_by', 'a number', 'Nothing can be divided by zero.'],
    ['5 | divided_by: 0, true', 'divided_by', 'a number', 'Nothing can be divided by zero.'],
    ['5 | modulo: 0', 'modulo', 'a number', 'Nothing can be divided by zero.'],
    ['5 | divided_by: 0 | default: 1', 'divided_by', 'a number', 'by zero'],
    ['profile.huge | plus: 1', 'plus', 'a number', 'has no number as its result'],
    ['1 | times: profile.huge', 'times', 'a number', 'has no number as its result'],
    ['profile.huge | floor', 'floor', 'a number', 'has no number as its result'],
    ['profile.huge | to_integer', 'to_integer', 'a number', 'has no number as its result'],
    ['profile.text | to_integer', 'to_integer', 'a text', 'has no number as its result'],
    ['profile.object | to_integer', 'to_integer', 'an object', 'has no number as its result'],
    ['"1e308" | times: 100', 'times', 'a text', 'has no number as its result'],
    ['profile.text | plus: 1', 'plus', 'a text that is no number', 'needs numbers'],
    ['"Infinity" | plus: 1', 'plus', 'a text that is no number', 'needs numbers'],
    ['"12 apples" | times: 2', 'times', 'a text that is no number', 'needs numbers'],
    ['profile.tags | plus: 1', 'plus', 'a list', 'needs numbers'],
    ['profile.object | round', 'round', 'an object', 'needs numbers'],
    ['5 | plus: profile.text', 'plus', 'its argument 1 is a text', 'needs numbers'],
    ['5 | at_least: profile.tags', 'at_least', 'its argument 1 is a list', 'needs numbers'],
    ['(1..profile.text)', 'range', 'no number', 'bound'],
    ['"!" | base64_decode', 'base64_decode', 'a text', 'cannot work with'],
    ['profile.tags | where: profile.bracket', 'where', 'a list', 'cannot work with'],
    ['profile.orders | where_exp: "o", profile.broken', 'where_exp', 'condition', 'not well formed'],
    ['profile.orders | where_exp: "o", "o.n | plus: 1"', 'plus', 'true or false', 'needs numbers'],
  ])('%s fails and names %s and %s', (expression, filter, kind, reason) => {
    for (const text of [`{{ ${expression} }}`, `x{{ (${expression}) }}`, `{% assign a = ${expression} %}`]) {
      const rendered = render(text)
      const failure = rendered.ok ? null : rendered.failure
      expect(failure, text).toMatchObject({ code: 'template_failed' })
      for (const part of [filter, kind, reason]) expect(failure?.detail).toContain(part)
      expect(failure?.detail).toContain(`It stands in "${text.startsWith('{%') ? 'assign a = ' : ''}`)
      expect(failure?.detail).not.toMatch(/abc|apples|1e308/)
      expect(failure?.hint).toContain('Correct the value in the payload')
    }
  })

  it('never gives NaN or Infinity, whatever it is given', () => {
    const value = fc.constantFrom(
      ...Object.keys(profile).map((name) => `profile.${name}`),
      '0',
      '-1.5',

      '1',
    )
    const filter = fc.constantFrom(...filterNames).chain((name) =>
      fc
        .array(value, {
          minLength: neededArguments.get(name)?.count ?? 0,
          maxLength: Math.min(mostArguments.get(name) ?? 0, 3),
        })
        .map((list) => name + (list.length === 0 ? '' : `: ${list.join(', ')}`)),
    )
    let tried = 0
    let made = 0
    fc.assert(
      fc.property(value, fc.array(filter, { minLength: 1, maxLength: 2 }), (given, filters) => {
        const rendered = render(`{{ ${[given, ...filters].join(' | ')} }}`)
        tried++
        if (!rendered.ok) return
        made++
        expect(typeof rendered.value !== 'number' || Number.isFinite(rendered.value)).toBe(true)
      }),
      { numRuns: 2_000 },
    )
    expect(made).toBeGreaterThan(tried / 5)
  })
})

describe('a filter that decides by truth', () => {
  it.each([
    ['where: "n" | map: "id" | join', '1 4 7'],
    ['reject: "n" | map: "id" | join', '2 3 5 6'],
    ['find: "n" | map: "id" | join', '1'],
    ['find_index: "n"', 0],
    ['has: "n"', true],
    ['where_exp: "o", "o.n" | map: "id" | join', '1 4 7'],
    ['where_exp: "o", "o.n and o.id" | map: "id" | join', '1 4 7'],
    ['where_exp: "o", "o.n | default: false" | map: "id" | join', '1 4 7'],
    ['where_exp: "o", profile.condition | map: "id" | join', '1 4 7'],
    ['reject_exp: "o", "o.n" | map: "id" | join', '2 3 5 6'],
    ['find_exp: "o", "o.n == 0" | map: "id" | join', '1'],
    ['find_index_exp: "o", "o.n"', 0],
    ['has_exp: "o", "o.n"', true],
    ['slice: 1, 2 | has: "n"', false],
    ['slice: 1, 2 | has_exp: "o", "o.n"', false],
    ['slice: 1, 2 | find_index: "n"', undefined],
    ['where: "n", 0 | map: "id" | join', '1'],
    ['where: "n", "" | map: "id" | join', '2'],
    ['where: " n " | map: "id" | join', '1 4 7'],
  ])('takes as false what is missing, null, false or empty text: %s', (filters, value) => {
    expect(evaluateExpression(`profile.orders | ${filters}`)).toEqual(value)
  })
})
