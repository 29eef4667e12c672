import fc from 'fast-check'
import { filters as standardFilters, Tokenizer } from 'liquidjs'
import { describe, expect, it } from 'vitest'
import { checkExpression } from '../../../src/webhook/template/expression-syntax.ts'
import {
  insteadOfMore,
  mostArguments,
  neededArguments,
} from '../../../src/webhook/template/filters/filter-arguments.ts'
import { engine, filterNames } from '../../../src/webhook/template/liquid-engine.ts'
import { compileCondition, compileTemplate } from '../../../src/webhook/template/template.ts'
import { cpuMs } from '../../support/cpu-time.ts'

const findProblem = (text: string) => {
  const compiled = compileCondition(text)
  return compiled.ok ? null : compiled.problem
}

describe('a condition that is well formed', () => {
  it.each([
    'profile.score > 50',
    'profile.score>50',
    ' profile.score  >=  50 ',
    'profile.score > -5.5',
    'profile.score > +5',
    'a == "x"',
    "a == 'x'",
    'a != "it\'s"',
    'a == "say \\"hi\\""',
    'a == ""',
    'a == "}}"',
    'a == "|, and or"',
    'not a contains "{{"',
    'a contains "}}"',
    "a contains '{%'",
    'a contains "say \\"{{"',
    'a contains "{{" or a contains "}}"',
    'a | where_exp: "t", "t.b contains \'{%\'"',
    'true',
    'not a',
    'not not a',
    'a and b and not c',
    '(a and b) or not c',
    'a or (b and c)',
    'not a == b',
    'a == (not b)',
    'a and not b',
    '(a | downcase) == "b"',
    '(a == b) == false',
    'a .b',
    'a. b',
    'a\n.b [ 0 ]\t["c"]',
    '(1 .. 3)',
    'a | where_exp: "t", "t.b == 1"',
    'a | where_exp: "t", b',
    'a | where: "b .c[0]", "x"',
    'a | where: "[\'first name\']"',
    'a | group_by: b',
    'a == true and b',
    '(a or b) and c',
    '((a))',
    'a contains "x"',
    'a.contains contains "x"',
    'a.b.c',
    'a["b"]',
    "a['b c'].d",
    'a[0]',
    'a[-1]',
    'a[b.c[0]].d',
    'a.0.b',
    'items.0.1.2',
    'a.first',
    'a-b_c?',
    'größe > 1',
    '名前 == "x"',
    'a | size',
    'a | size | plus: 1',
    'a | default: "x", allow_false: true',
    'a | slice: 0, 3',
    '(a | size) > 3',
    'a == empty',
    'a == blank',
    'a != nil',
    'a == null',
    '(1..3) contains a',
    '(a..b.c)',
    '"x".size > 0',
    'response.status == 200',
    'a\n  and\n  b',
    'true',
    'false',
    '"x".size > 0 and "x"[0] == "x"',
    '(a == 1 or b == 2) == true',
    '(a or b) == c',
    'a | default: (b == c)',
    'a | default: "x", allow_false: (b or c)',
    'a | where_exp: "t", "t.a or t.b"',
    '(not a) | json',
    '((a == 1) or b)',
  ])('is accepted: %s', (text) => {
    expect(findProblem(text)).toBeNull()
  })
})

describe('a condition that is not well formed', () => {
  it.each([
    ['', 'expected a value at the end'],
    ['  ', 'expected a value at the end'],
    ['a b c', 'unexpected "b"'],
    ['x >> 5', 'expected a value before ">"'],
    ['x > > 5', 'expected a value before ">"'],
    ['x >', 'expected a value at the end'],
    ['> 5', 'expected a value before ">"'],
    ['x = 5', 'unexpected "="'],
    ['x === 5', 'expected a value before "="'],
    ['x => 5', 'unexpected "="'],
    ['x <> 5', 'expected a value before ">"'],
    ['x ! 5', 'unexpected "!"'],
    ['!x', 'expected a value before "!"'],
    ['x && y', 'unexpected "&"'],
    ['x || y', 'expected a filter name before "|"'],
    ['x == "y', 'a quote is not closed'],
    ["x == 'y", 'a quote is not closed'],
    ['x == "y" z', 'unexpected "z"'],
    ['x == “y”', 'before "“"'],
    ['a and', 'expected a value at the end'],
    ['and a', 'expected a value before "and"'],
    ['a and and b', 'expected a value before "and"'],
    ['not', 'expected a value at the end'],
    ['a not b', 'unexpected "not"'],
    ['(a', 'expected ")" at the end'],
    ['a)', 'unexpected ")"'],
    ['()', 'expected a value before ")"'],
    ['(1..)', 'expected a value before ")"'],
    ['(..3)', 'expected a value before ".."'],
    ['1..3', 'unexpected ".."'],
    ['a.', 'expected a member name at the end'],
    ['a..b', 'unexpected ".."'],
    ['.a', 'expected a value before "."'],
    ['a[', 'expected a value at the end'],
    ['a[]', 'expected a value before "]"'],
    ['a[0', 'expected "]" at the end'],
    ['a[0 1]', 'expected "]" before "1"'],
    ['a |', 'expected a filter name at the end'],
    ['a | | size', 'expected a filter name before "|"'],
    ['a | size:', 'expected a value at the end'],
    ['a | slice: 0,', 'expected a value at the end'],
    ['a | slice 0', 'unexpected "0"'],
    ['a | slice: 0 3', 'unexpected "3"'],
    ['a | size > 3', 'unexpected ">"'],
    ['a | nope', 'there is no filter "nope"'],
    ['a | upcas', 'did you mean "upcase"?'],
    ['a | raw', 'there is no filter "raw"'],
    ['a | range_bound', 'there is no filter "range_bound"'],
    ['a | constructor', 'there is no filter "constructor"'],
    ['a | __proto__', 'there is no filter "__proto__"'],
    ['a, b', 'unexpected ","'],
    ['a: b', 'unexpected ":"'],
    ['a; b', 'unexpected ";"'],
    ['a + b', 'unexpected "+"'],
    ['a * 2', 'unexpected "*"'],
    ['a % 2', 'unexpected "%"'],
    ['1e3 > a', 'expected a value before "1e3"'],
    ['2nd', 'expected a value before "2nd"'],
    ['-a', 'expected a value before "-a"'],
    ['1.2.3', 'unexpected "."'],
    ['5.size', 'unexpected "."'],
    ['a\u00a0b', 'unexpected "b"'],
    ['\ufeffa', 'is invalid: expected a value before'],
    ['a\u0000', 'is invalid: unexpected "'],
    ['{{ a }}', 'written without braces'],
    ['{% if a %}', 'written without braces'],
    ['a == {{ b }}', 'written without braces'],
    ['a == "x" and {{ b }} == "y"', 'written without braces'],
    ['{{ a contains "x" }}', 'written without braces'],
    ['a == "{{', 'a quote is not closed'],
    ['a == "{{ b }}"', 'a placeholder or tag inside quotes is not rendered'],
    ['a contains "{{ b }}"', 'write the value without braces and quotes'],
    ['a }} b', 'unexpected "}"'],
    ['a contains "x" == false', 'comparisons cannot be chained'],
    ['a == b == c', 'comparisons cannot be chained'],
    ['1 < a < 5', 'join two of them with "and"'],
    ['a == b contains c', 'comparisons cannot be chained'],
    ['(a == b != c)', 'comparisons cannot be chained'],
    ['a == not b', 'needs parentheses'],
    ['a contains not b', 'needs parentheses'],
    ['a and b or c', '"and" and "or" cannot be mixed'],
    ['a or b and c', '"and" and "or" cannot be mixed'],
    ['a or (b and c or d)', '"and" and "or" cannot be mixed'],
    ['not a and b == 1 or c', '"and" and "or" cannot be mixed'],
    ['a == "b" | downcase', 'put the value and its filter in parentheses'],
    ['not a | default: true', 'put the value and its filter in parentheses'],
    ['a and b | size', 'put the value and its filter in parentheses'],
    ['a contains "x" or "y"', 'always true; repeat the comparison'],
    ['a == 1 or 2 or 3', 'always true; repeat the comparison'],
    ['"x" and a', 'always true'],
    ['a | where_exp: "t", "t.a b"', 'the condition of the filter "where_exp" is invalid'],
    ['a | where_exp: "t", "t.a == 1 == 2"', 'the condition of the filter "where_exp" is invalid'],
    [
      'a | where_exp: "t", "t | find_exp: \'u\', \'u and\'"',
      'the condition of the filter "where_exp" is invalid',
    ],
    [
      'a | where_exp: "i", "i.a == 1 and i.p or i.t"',
      'is invalid: "and" and "or" cannot be mixed without parentheses',
    ],
    [
      'a | reject_exp: "i", \'i.p == "x" or "y"\'',
      'is invalid: a text or a number beside "or" is always true',
    ],
    ['a | find_exp: "i", "i.a == 1 || i.a == 2"', 'is invalid: unexpected "|" (write "or")'],
    ['a | has_exp: "i", "i.a = 1"', 'is invalid: unexpected "=" (write "==")'],
    ['a | find_index_exp: "i", "not"', 'is invalid: expected a value at the end'],
    ['a | group_by_exp: "i", "i.a or i.b"', 'is invalid: "and" and "or" return true or false'],
    [
      'a | where_exp: "i", "i.a | upcas"',
      'is invalid: there is no filter of that name (did you mean "upcase"?)',
    ],
    ['a | where: "first name"', 'the path of the filter "where" is invalid'],
    [`a | where: "${'b['.repeat(2_600)}c${']'.repeat(2_600)}"`, 'the path of the filter "where" is invalid'],
    ['a | where: "b[c"', 'the path of the filter "where" is invalid'],
    ['a | find: "b == 1", 2', 'the path of the filter "find" is invalid'],
    ['a | truncate: length: 5', 'no argument named "length"'],
    ['a | default: "x", allow_fales: true', 'no argument named "allow_fales"'],
    ['a | default: allow_false: true', '"allow_false" must follow the value'],
    ['a constructor', 'unexpected "constructor".'],
    ['a && b', 'write "and"'],
    ['a || b', 'write "or"'],
    ['!a', 'write "not"'],
    ['a = 1', 'write "=="'],
    ['a + 1', 'write (a | plus: b)'],
    ['a - 1 > 0', 'write (a | minus: b)'],
    ['a -1 > 0', 'write (a | minus: b)'],
    ['a > 50%', 'leave it out behind a number'],
    ['a > 1,000', 'write the number without a comma'],
    ['a | startswith: "x"', 'write a contains b, or (a | slice: 0, 2) == "ab"'],
    ['a.+1', 'expected a member name'],
    ['a.b-', '"b-" ends with a dash'],
    ['a- == 1', '"a-" ends with a dash'],
    [`${'('.repeat(30)}a${')'.repeat(30)}`, 'nested more than 20 levels deep'],
    [`a${'[a'.repeat(30)}${']'.repeat(30)}`, 'nested more than 20 levels deep'],
    ['200', 'a text or a number alone is always true'],
    ['"ok"', 'a text or a number alone is always true'],
    ["('ok')", 'a text or a number alone is always true'],
    ['not "ok"', 'a text or a number alone is always true'],
    ['a and (1)', 'always true; repeat the comparison'],
    ['(a or b) == "x"', 'never equals a text or a number; repeat the comparison'],
    ['5 == (a == b)', 'never equals a text or a number; repeat the comparison'],
    ['true.x', 'a constant such as true or nil has no members'],
    ['nil.x == 1', 'a constant such as true or nil has no members'],
    ['empty.size', 'a constant such as true or nil has no members'],
    ['(a == b).x', 'a constant such as true or nil has no members'],
    ['"a".x == 1', 'a text has no members except its size'],
    ['(a or b) | default: "x"', 'write a | default: b'],
    ['a | default: (b or c)', 'write a | default: b'],
    ['(a | size .. 3) contains 1', 'expected ")"'],
    ['(a == 1 .. 3) contains 1', 'expected ")"'],
    ['a | where_exp: "t", "1"', 'the condition of the filter "where_exp" is invalid'],
    ['a | append', 'the filter "append" needs an argument, as in append: "text"'],
    ['a | replace: "x"', 'the filter "replace" needs 2 arguments, as in replace: "old", "new"'],
    ['a | where | size', 'the filter "where" needs an argument'],
    ['a | default', 'the filter "default" needs an argument'],
    ['(a | plus) > 1', 'the filter "plus" needs an argument, as in plus: 2'],
    [
      'a | where_exp: "t"',
      'the filter "where_exp" needs 2 arguments, as in where_exp: "item", "item.active"',
    ],
    ['a | sort: "p", "desc"', 'the filter "sort" takes at most one argument, but got 2'],
    ['a | sort: "p", "desc"', '(did you mean sort: "name" | reverse?)'],
    ['a | where: "p", ">", 5', 'takes at most 2 arguments, but got 3 (did you mean where_exp'],
    ['a | split: ",", 2', 'the filter "split" takes at most one argument, but got 2.'],
    ['a | replace: "A", "B", "C"', 'takes at most 2 arguments, but got 3'],
    ['a | sha256: "k"', 'the filter "sha256" takes no argument, but got 1 (did you mean hmac_sha256'],
    ['a | join: ", ", " and "', 'takes at most one argument'],
    ['a | upcase: "x"', 'the filter "upcase" takes no argument, but got 1.'],
    ['a | first: 2', 'takes no argument, but got 1 (did you mean slice: 0, 3?)'],
    ['a | uniq: "a"', 'takes no argument'],
    ['a | compact: "n"', 'takes no argument'],
    ['a | append: "x", "y"', 'takes at most one argument'],
    ['a | default: "x", "y"', 'takes at most one argument'],
    ['a | default: "x", allow_false: true, "y"', 'takes at most one argument'],
    ['(a | upcase: "x") == "b"', 'takes no argument'],
    ['a | where_exp: "t", "t.b", 1', 'takes at most 2 arguments'],
    ['secrets.token', 'uses a secret as a variable'],
    ['a == secrets.token', 'uses a secret as a variable'],
  ])('is refused: %j: %s', (text, problem) => {
    expect(findProblem(text)).toContain(problem)
  })

  it('is refused in a sentence that quotes no more than it has to', () => {
    expect(findProblem(`a ${'b'.repeat(1000)}`)?.length).toBeLessThan(1200)
    expect(findProblem('a b')).toBe('"a b" is invalid: unexpected "b".')
  })
})

describe('"and" and "or" where a value is kept or sent', () => {
  const complaintAbout = (text: string) => {
    const compiled = compileTemplate(text, null)
    return compiled.ok ? null : compiled.problem
  }

  it.each([
    '{{ a or b }}',
    '{{ a and b }}',
    '{{ a.b or "none" }}',
    '{{ (a or b) }}',
    '{{ ((a or b)) }}',
    '{{ a == 1 or b }}',
    '{{ (a or b) and c == 1 }}',
    '{{ (a or b) | upcase }}',
    '{{ a | append: (b or c) }}',
    '{{ a[(b or c)] }}',
    '{% assign x = a or b %}{{ x }}',
    '{% echo a or b %}',
    '{% liquid\n echo a or b\n%}',
    '{% for x in (a or b) %}{{ x }}{% endfor %}',
    '{% case a or b %}{% when 1 %}x{% endcase %}',
    '{% cycle a or b %}',
    '{{ a | group_by_exp: "t", "t.a or t.b" | json }}',
  ])('are refused with the form that means one of them: %s', (text) => {
    expect(complaintAbout(text)).toMatch(
      /write a \| default: b|repeat the comparison|the condition of the filter/,
    )
  })

  it.each([
    '{{ a == 1 or b == 2 }}',
    '{{ a == 1 and not b }}',
    '{{ not a }}',
    '{{ (not a) and (b == 1 or c == 2) }}',
    '{{ a == b }}',
    '{{ (a == b) | json }}',
    '{% assign x = a == 1 or b == 2 %}{{ x }}',
    '{% if a or b %}x{% elsif a and b %}y{% endif %}',
    '{% unless a or b %}x{% endunless %}',
    '{% if (a or b) and c %}x{% endif %}',
    '{{ a | where_exp: "t", "t.a or t.b" | json }}',
    '{% case a %}{% when 1 or 2 %}x{% endcase %}',
    '{% for x in (a | split: ",") %}{{ x }}{% endfor %}',
  ])('are accepted where true or false is meant: %s', (text) => {
    expect(complaintAbout(text)).toBeNull()
  })
})

describe('the syntax of another language', () => {
  it.each([
    ['a !== b', '(write "!=")'],
    ['a === b', '(write "==")'],
    ['a =< b', '(write "<=")'],
    ['a => b', '(write ">=")'],
    ['a > = b', '(write ">=")'],
    ['a <> b', '(write "!=")'],
    ['a AND b', '(write "and")'],
    ['a Or b', '(write "or")'],
    ['NOT a', '(write "not")'],
    ['a and NOT b', '(write "not")'],
    ['a CONTAINS "x"', '(write "contains")'],
    ['a is b', '(write "==")'],
    ['a IS NOT b', '(write "!=")'],
    ['a eq 1', '(write "==")'],
    ['a gte 1', '(write ">=")'],
    ['a in b', 'list contains value'],
    ['a not in b', 'not list contains value'],
    ['a not contains "x"', 'not a contains b'],
    ['a == “x”', '(write straight quotes)'],
    ['a || b', '(write "or")'],
    ['a == 200 || a == 201', '(write "or")'],
    ['a == 200 && a == 201', '(write "and")'],
    ['not a || b', '(write "or")'],
    ['not a && b', '(write "and")'],
    ['a or b || c', '(write "or")'],
    ['(a == 1 || b)', '(write "or")'],
    ['(a | size) > 1 || b', '(write "or")'],
    ['a | size && b', '(write "and")'],
    ['a ?? "x"', '(write a | default: b)'],
    ['a | size > 3', 'put the value and its filter in parentheses, as in (a | size) > 1'],
    ['a | size and b', 'put the value and its filter in parentheses'],
    ['| upcase', 'the value before the filter is missing'],
    ['a | truncate 5', '(write truncate: 5)'],
    ['a | slice 0, 3', '(write slice: 0)'],
    ['a | truncate=5', '(write truncate: 5)'],
    ['a | default "s3cret"', '(write default: …)'],
  ])('is refused with the form of Liquid in a condition: %s', (text, hint) => {
    expect(findProblem(text)).toContain(hint)
    expect(findProblem(text)).not.toContain('s3cret')
  })

  it.each([
    ['{{ a || b }}', '(write a | default: b)'],
    ['{{ a | default: b or c }}', '(write a | default: b | default: c)'],
    ['{{ a ?? b }}', '(write a | default: b)'],
    ['{{ a ? b : c }}', '(write {% if a %}b{% else %}c{% endif %})'],
    ['{{ | upcase }}', 'the value before the filter is missing'],
    ['{% assign x = | upcase %}', 'the value before the filter is missing'],
    ['{% assign = 1 %}', 'the name is missing, as in assign name = profile.name'],
    ['{% assign x == 1 %}', '(write "=")'],
    ['{% for c in x limit=1 %}{% endfor %}', '(write limit: 1)'],
    [
      '{% for c in x | split: "," %}{% endfor %}',
      'put the value and its filter in parentheses, as in (a | split: ",")',
    ],
    ['{% if a = 1 %}{% endif %}', '(write "==")'],
    ['{% if a || b %}{% endif %}', '(write "or")'],
    ['{% if a == 1 || b == 2 %}{% endif %}', '(write "or")'],
    ['{% if a == 1 && b == 2 %}{% endif %}', '(write "and")'],
    ['{{ a == 1 || b == 2 }}', '(write "or")'],
    ['{{ a == 1 && b == 2 }}', '(write "and")'],
    ['{% assign x = a == 1 || b %}', '(write "or")'],
    ['{{ a or b || c }}', 'write a | default: b'],
    ['{{ a | trim }}', 'there is no filter "trim" (write strip)'],
    ['{{ a | length }}', '(write size)'],
    ['{{ a | to_json }}', '(write json)'],
    ['{{ a | toJSON }}', '(write json)'],
    ['{{ a | to_string }}', '(write append: "")'],
    ['{{ a | lower }}', '(write downcase)'],
    ['{{ a | upper }}', '(write upcase)'],
  ])('is refused with the form of Liquid in a template: %s', (text, hint) => {
    const compiled = compileTemplate(text, null)

    expect(compiled.ok ? text : compiled.problem).toContain(hint)
  })
})

describe('a word of Liquid', () => {
  it.each(['true', 'false', 'nil', 'null', 'empty', 'blank', 'and', 'or', 'not', 'contains'])(
    'is not a name: %s',
    (name) => {
      for (const text of [
        `{% assign ${name} = 1 %}`,
        `{% capture ${name} %}x{% endcapture %}`,
        `{% capture "${name}" %}x{% endcapture %}`,
        `{% for ${name} in a %}x{% endfor %}`,
        `{% tablerow ${name} in a %}x{% endtablerow %}`,
        `{% increment ${name} %}`,
      ]) {
        const compiled = compileTemplate(text, null)
        expect(compiled.ok ? text : compiled.problem).toContain(`"${name}" is a reserved word of Liquid`)
      }
    },
  )
})

describe('a filter that needs arguments', () => {
  it.each([...neededArguments])('%s is accepted with those of its example', (name, { count, example }) => {
    const complaintAbout = (filter: string) => {
      const compiled = compileTemplate(`{{ profile.a | ${filter} }}`, null)
      return compiled.ok ? null : compiled.problem
    }

    expect(filterNames).toContain(name)
    expect(complaintAbout(`${name}: ${example}`)).toBeNull()
    expect(complaintAbout(name)).toContain(`"${name}" needs ${count === 1 ? 'an argument' : '2 arguments'}`)
  })
})

describe('the maximum of arguments of a filter', () => {
  const complaintAbout = (filter: string) => {
    const compiled = compileTemplate(`{{ profile.a | ${filter} }}`, null)
    return compiled.ok ? null : compiled.problem
  }
  const argumentsFor = (name: string, count: number) => {
    const list = [...(name.endsWith('_exp') ? ['"t"', '"t.b"'] : []), ...Array(9).fill('"x"')].slice(0, count)
    return `${name}${count === 0 ? '' : `: ${list.join(', ')}`}`
  }

  it('is known of every filter, and of nothing else', () => {
    expect([...mostArguments.keys()].toSorted()).toEqual([...filterNames].toSorted())
  })

  it.each([...mostArguments])('holds for %s: %j', (name, most) => {
    expect(complaintAbout(argumentsFor(name, Math.min(most, 9)))).toBeNull()
    if (most !== Number.POSITIVE_INFINITY)
      expect(complaintAbout(argumentsFor(name, most + 1))).toContain(`the filter "${name}" takes`)
  })

  const written = Object.entries(standardFilters).flatMap(([name, filter]) => {
    const source = String(typeof filter === 'function' ? filter : filter?.handler)
    const [, parameters] = /^(?:function\*? ?[\w$]*)? ?\(([^)]*)\)/.exec(source) ?? []
    const count =
      parameters?.split(',').filter((parameter) => !parameter.trim().startsWith('...')).length ?? 0
    return count > 0 && filterNames.has(name) ? [[name, count - 1] as const] : []
  })

  it('is the one of LiquidJS', () => {
    expect(written.length).toBeGreaterThan(60)
    expect(written).toEqual(written.map(([name]) => [name, mostArguments.get(name)]))
  })

  it.each([...insteadOfMore.values()])('is followed by a form that works: %s', (filter) => {
    expect(complaintAbout(filter.replace(' before it', ''))).toBeNull()
  })
})

describe('a checked expression', () => {
  const word = fc.constantFrom(
    'a',
    'profile',
    'b-c',
    'x?',
    'ä',
    '0',
    '12',
    '1e3',
    '-1',
    '1.5',
    '"s"',
    "'t'",
    '"u\\""',
    '"',
  )
  const mark = fc.constantFrom(
    ...['.', '..', '|', ':', ',', '(', ')', '[', ']', '==', '!=', '>', '<', '>=', '=', '!', '-', '+'],
    ...[
      'and',
      'or',
      'not',
      'contains',
      'true',
      'nil',
      'empty',
      'blank',
      'in',
      'size',
      'default',
      'upcase',
      'plus',
      'allow_false:',
      'where_exp: "t", "t.x"',
    ],
    ...['\u00a0', '\ufeff', '“', '#', '%', '{', '}', '\\', '\n', '?'],
  )
  const soup = fc
    .array(fc.tuple(fc.oneof(word, mark), fc.constantFrom('', ' ', ' ')), { maxLength: 8 })
    .map((parts) => parts.flat().join(''))

  const comparison = (operand: fc.Arbitrary<string>) =>
    fc
      .tuple(fc.constantFrom('', 'not '), operand, fc.constantFrom('==', '>', '<=', 'contains'), operand)
      .map(([not, left, operator, right]) => `${not}${left} ${operator} ${right}`)

  const operand = fc.letrec<{ value: string; operand: string }>((tie) => ({
    value: fc.oneof(
      fc
        .tuple(
          tie('operand'),
          fc.array(
            fc.constantFrom('| size', '| plus: 1', '| default: "x", allow_false: true', '| slice: 0, a.b'),
            { maxLength: 2 },
          ),
        )
        .map(([first, filters]) => [first, ...filters].join(' ')),
      fc
        .tuple(
          fc.constantFrom('and', 'or'),
          fc.array(comparison(tie('operand')), { minLength: 1, maxLength: 3 }),
        )
        .map(([joint, parts]) => parts.join(` ${joint} `)),
    ),
    operand: fc.oneof(
      { maxDepth: 3 },
      fc.constantFrom('a', 'profile.x', '5', '-1.5', '"s"', 'true', 'nil', 'a["b"].c', 'a[0]', 'items.0.sku'),
      tie('value').map((value) => `(${value})`),
      fc.tuple(tie('operand'), tie('operand')).map(([low, high]) => `(${low}..${high})`),
      tie('operand').map((inner) => `a[${inner}]`),
    ),
  })).value

  const leftover = (text: string) => {
    const tokenizer = new Tokenizer(text, engine.options.operators, undefined, undefined, true)
    tokenizer.readFilteredValue()
    tokenizer.skipBlank()
    return tokenizer.remaining()
  }

  it('is read to its end by LiquidJS, however odd it is', () => {
    let accepted = 0
    fc.assert(
      fc.property(soup, (text) => {
        if (!checkExpression(text, 'value', filterNames).ok) return
        accepted++
        expect(leftover(text)).toBe('')
      }),
      { numRuns: 4_000 },
    )
    expect(accepted).toBeGreaterThan(20)
  })

  it('is accepted where it follows the grammar, and read to its end by LiquidJS', () => {
    let accepted = 0
    fc.assert(
      fc.property(operand, (text) => {
        const checked = checkExpression(text, 'value', filterNames)
        // A comparison may stand beside a number or a text.
        if (!checked.ok) {
          expect(checked.problem).toContain('is true or false')
          return
        }
        accepted++
        expect(leftover(text)).toBe('')
      }),
      { numRuns: 1000 },
    )
    expect(accepted).toBeGreaterThan(50)
  })

  it('of any text at all is judged without an exception', () => {
    fc.assert(
      fc.property(fc.oneof(soup, fc.string({ unit: 'binary' })), (text) => {
        expect(typeof compileCondition(text).ok).toBe('boolean')
        expect(typeof compileTemplate(`{{${text}}}`, 'body').ok).toBe('boolean')
      }),
      { numRuns: 1000 },
    )
  })

  it('is judged quickly, however long it is', () => {
    const began = cpuMs()

    compileCondition(`a == "${'x'.repeat(900_000)}`)
    compileCondition(`a == "${'\\"'.repeat(400_000)}"`)
    compileCondition('a '.repeat(400_000))
    compileCondition('a.'.repeat(400_000))
    compileCondition(' '.repeat(900_000))
    compileCondition('1'.repeat(900_000))

    expect(cpuMs() - began).toBeLessThan(2000)
  })
})
