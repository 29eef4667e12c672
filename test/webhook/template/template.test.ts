import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { asText } from '../../../src/webhook/template/encoders.ts'
import { requestNames, responseNames } from '../../../src/webhook/template/known-names.ts'
import { compileTemplate } from '../../../src/webhook/template/template.ts'
import { template, useSecret } from '../support/templates.ts'

const findProblem = (text: string) => {
  const compiled = compileTemplate(text, 'body')
  return compiled.ok ? null : compiled.problem
}

const profile = {
  name: 'Ada',
  tags: ['x', 'y'],
  zero: 0,
  empty: '',
  nil: null,
  false: false,
  none: [],
  object: {},
  address: { city: 'Paris' },
}

const render = (text: string) => {
  const variables = { profile, event: {}, node: { id: 'n' } }
  return template(text, 'body').text({ variables, secrets: useSecret }, asText)
}

const renderText = (text: string) => {
  const rendered = render(text)
  return rendered.ok ? rendered.value : rendered.failure
}

const undefinedIn = (text: string) => {
  const rendered = render(text)
  return rendered.ok ? rendered.undefinedVariables.map(({ name }) => name) : rendered.failure
}

describe('a template that is well formed', () => {
  it.each([
    ['', ''],
    ['}}', '}}'],
    ['{ { a } }', '{ { a } }'],
    ['Hi {{ profile.name }}!', 'Hi Ada!'],
    ['{{profile.name}}', 'Ada'],
    ['{{-profile.name-}}', 'Ada'],
    ['a {{- profile.name -}} b', 'aAdab'],
    ['{{ "}}" }}', '}}'],
    ['{{ "{{" }}', '{{'],
    ['{{ "}} {{" }}', '}} {{'],
    ['{{ profile.empty | default: \'{"a":{"b":1}}\' }}', '{"a":{"b":1}}'],
    ['{{ "Hi {" | append: "{name}}" | replace: "{{name}}", profile.name }}', 'Hi Ada'],
    ['{% raw %}{{ "{{ a }}" }}{% endraw %}', '{{ "{{ a }}" }}'],
    ['{% comment %}{{ "{{ a }}" }}{% endcomment %}', ''],
    ['{{ "a\\nb" }}', 'a\nb'],
    ['{% if profile.name %}a{% elsif profile.zero %}b{% else %}c{% endif %}', 'a'],
    ['{% unless profile.zero %}a{% else %}b{% endunless %}', 'b'],
    ['{% unless profile.empty %}a{% else %}b{% endunless %}', 'a'],
    ['{% case profile.name %}{% when "Bob", "Ada" %}a{% else %}b{% endcase %}', 'a'],
    ['{% case profile.name %}{% when "Bob" or "Eve" %}a{% else %}b{% endcase %}', 'b'],
    ['{% for t in profile.tags %}{{ t }}{% unless forloop.last %},{% endunless %}{% endfor %}', 'x,y'],
    ['{% for t in profile.tags reversed limit: 1 offset: 0 %}{{ t }}{% endfor %}', 'x'],
    ['{% for t in profile.tags, limit: 1, offset: 1 %}{{ t }}{% endfor %}', 'y'],
    ['{% for t in profile.none %}a{% else %}b{% endfor %}', 'b'],
    [
      '{% for i in (1..5) %}{% if i == 2 %}{% continue %}{% endif %}{% if i == 4 %}{% break %}{% endif %}{{ i }}{% endfor %}',
      '13',
    ],
    [
      '{% tablerow i in (1..2) cols: 2 %}{{ i }}{% endtablerow %}',
      '<tr class="row1"><td class="col1">1</td><td class="col2">2</td></tr>',
    ],
    ['{% assign a = profile.name | upcase %}{{ a }}', 'ADA'],
    ['{% capture a %}<{{ profile.name }}>{% endcapture %}{{ a }}', '<Ada>'],
    ['{% capture "a b" %}x{% endcapture %}y', 'y'],
    ['{% cycle "a", "b" %}{% cycle "a", "b" %}', 'ab'],
    ['{% cycle "g": "a", "b" %}', 'a'],
    ['{% increment n %}{% increment n %}{% decrement n %}', '011'],
    ['{% echo profile.name | upcase %}', 'ADA'],
    ['{% liquid\n  if profile.name\n    echo profile.name\n  endif\n  # a remark\n%}', 'Ada'],
    ['{% liquid liquid liquid liquid liquid echo profile.name %}', 'Ada'],
    ['{% liquid\nliquid liquid echo profile.name\nliquid liquid liquid liquid echo 1 %}', 'Ada1'],
    ['{% comment %}{{ a b }}{% nope %}{% endcomment %}x', 'x'],
    ['{% raw %}{{ a b }}{% nope %}{% endraw %}', '{{ a b }}{% nope %}'],
    ['{% # a remark %}x', 'x'],
    ['{%- if true -%} a {%- endif -%}', 'a'],
    [`${'{% if true %}'.repeat(50)}x${'{% endif %}'.repeat(50)}`, 'x'],
  ])('is accepted: %j is %j', (text, result) => {
    expect(findProblem(text)).toBeNull()
    expect(renderText(text)).toBe(result)
  })
})

describe('a template that is not well formed', () => {
  it.each([
    ['{{ a', 'not closed'],
    ['{{', 'not closed'],
    ['{% if a', 'not closed'],
    ['{{ a }', 'not closed'],
    ['{{ }}', 'expected a value at the end'],
    ['{{}}', 'expected a value at the end'],
    ['{{ a b c }}', 'unexpected "b"'],
    ['{{ x >> 5 }}', 'expected a value before ">"'],
    ['{{ {{ a }} }}', 'is invalid: expected a value before "{"'],
    ['{%%}', 'not closed'],
    ['{% %}', 'not closed'],
    ['{% foo %}', 'The tag {% foo %} is not available (did you mean {% for %}?).'],
    ['{% include "x" %}', 'The tag {% include %} is not available.'],
    ['{% render "x" %}', 'The tag {% render %} is not available.'],
    ['{% layout "x" %}', 'The tag {% layout %} is not available.'],
    ['{% block a %}{% endblock %}', 'The tag {% block %} is not available.'],
    ['{% secret a %}', 'The tag {% secret %} is not available.'],
    ['{% __proto__ %}', 'is not available'],
    ['{% constructor %}', 'is not available'],
    ['{% if %}a{% endif %}', 'expected a value at the end'],
    ['{% if a b %}a{% endif %}', 'unexpected "b"'],
    ['{% if a %}', '{% endif %} is missing'],
    ['{% for a in b %}', '{% endfor %} is missing'],
    ['{% endif %}', '{% endif %} has no opening tag'],
    ['{% if a %}{% endfor %}', '{% endfor %} does not match {% if %}: write {% endif %} in its place'],
    [
      '{% for a in b %}{% if a %}{% endfor %}',
      '{% endfor %} does not match {% if %}: {% endif %} is missing before it',
    ],
    ['{% if a %}{% for b in c %}{% endif %}{% endfor %}', '{% endif %} does not match {% for %}'],
    ['{% else %}', 'must be directly inside'],
    ['{% elsif a %}', 'must be directly inside'],
    ['{% when a %}', 'must be directly inside'],
    ['{% case a %}{% elsif b %}{% endcase %}', 'must be directly inside'],
    ['{% break %}', 'must be inside {% for %}'],
    ['{% if a %}{% continue %}{% endif %}', 'must be inside {% for %}'],
    ['{% if a %}{% else b %}{% endif %}', 'unexpected "b"'],
    ['{% if a %}{% else %}{% else %}{% endif %}', 'must not follow the {% else %} of its block'],
    ['{% if a %}{% else %}{% elsif b %}{% endif %}', 'must not follow the {% else %} of its block'],
    ['{% unless a %}{% else %}{% else %}{% endunless %}', 'must not follow the {% else %} of its block'],
    ['{% unless a %}{% else %}{% elsif b %}{% endunless %}', 'must not follow the {% else %} of its block'],
    ['{% case a %}{% else %}{% when 1 %}{% endcase %}', 'must not follow the {% else %} of its block'],
    ['{% for a in b %}{% else %}{% else %}{% endfor %}', 'must not follow the {% else %} of its block'],
    ['{% if a %}{% else if b %}{% endif %}', 'Write {% elsif %}'],
    ['{% if a %}{% elif b %}{% endif %}', 'is not available (did you mean {% elsif %}?).'],
    ['{% if a %}{% endfi %}', 'is not available (did you mean {% endif %}?).'],
    ['{% for a in b cols: 2 %}{% endfor %}', 'the loop has no option "cols"'],
    ['{% tablerow a in b reversed %}{% endtablerow %}', 'the loop has no option "reversed"'],
    ['{% if a and b or c %}{% endif %}', 'cannot be mixed'],
    ['{% unless a or b and c %}{% endunless %}', 'cannot be mixed'],
    ['{% if a %}{% elsif a == b == c %}{% endif %}', 'cannot be chained'],
    ['{% for a of b %}{% endfor %}', 'expected "in"'],
    ['{% for a in b limit 3 %}{% endfor %}', 'expected ":"'],
    ['{% for a in b lmit: 3 %}{% endfor %}', 'the loop has no option "lmit"'],
    ['{% for a.b in c %}{% endfor %}', 'expected "in"'],
    ['{% assign a %}', 'expected "="'],
    ['{% assign a == 1 %}', 'expected "="'],
    ['{% assign a.b = 1 %}', 'expected "="'],
    ['{% assign = 1 %}', 'expected a name'],
    ['{% capture %}{% endcapture %}', 'expected a name'],
    ['{% increment %}', 'expected a name'],
    ['{% increment a b %}', 'unexpected "b"'],
    ['{% cycle %}', 'expected a value'],
    ['{% echo %}', 'expected a value'],
    ['{% echo a b %}', 'unexpected "b"'],
    ['{% liquid foo %}', 'is not available'],
    ['{% liquid\n echo a b\n%}', 'unexpected "b"'],
    ['{% liquid if a %}x{% endif %}', 'do not match'],
    ['{% if a %}{% liquid endif %}', 'do not match'],
    [`{% ${'liquid '.repeat(6)}echo a %}`, 'nests {% liquid %} more than 5 levels deep'],
    ['{% comment %}a', '{% endcomment %} is missing'],
    ['{% raw %}a', 'not closed'],
    [`${'{% if a %}'.repeat(51)}${'{% endif %}'.repeat(51)}`, 'nests blocks more than 50 levels deep'],
    ['{{ a | default: "{{ b }}" }}', 'a placeholder or tag inside quotes is not rendered'],
    ["{{ a | default: '{{b}}' }}", 'as in default: profile.name'],
    ['{{ "Hi {{ a }}" }}', '"Hi " | append: profile.name'],
    ['{% assign x = "{{ a }}" %}', 'is not rendered'],
    ['{% echo "{{ a }}" %}', 'is not rendered'],
    ['{% liquid\n assign x = "{{ a }}"\n%}', 'is not rendered'],
    ['{% if a == "{{ b }}" %}x{% endif %}', 'is not rendered'],
    ['{% case a %}{% when "{{ b }}" %}x{% endcase %}', 'is not rendered'],
    ['{{ a["{{ b }}"] }}', 'is not rendered'],
    ['{{ a | append: "{% if b %}c{% endif %}" }}', 'is not rendered'],
    ['{{ a | replace: "x", "{{ b }}" }}', 'is not rendered'],
    ['{{ a | where_exp: "t", "t.b == \'{{ c }}\'" }}', 'is not rendered'],
    ['{{ "{{ secrets.token }}" }}', 'is not rendered'],
    ['{{ a | nope }}', 'there is no filter "nope"'],
    [`${'x'.repeat(1_048_577)}{{ a }}`, 'longer than'],
  ])('is refused: %j: %s', (text, problem) => {
    expect(findProblem(text)).toContain(problem)
  })
})

describe('a template with several mistakes', () => {
  const problemsOf = (text: string) => {
    const compiled = compileTemplate(text, 'body', requestNames)
    return compiled.ok ? [] : [compiled.problem, ...(compiled.others ?? [])]
  }

  it.each<[text: string, problems: readonly string[]]>([
    [
      '{{ profile.a | lower }} {{ profile.b or "x" }} {% if profile.c %}A{% elif profile.d %}B{% endif %}',
      ['there is no filter "lower"', 'beside "or"', '{% elif %} is not available'],
    ],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: another tool writes so
    ['{{${a}}} and {{${b} | default: "c"}}', ['write {{ profile.a }}', 'write {{ profile.b }}']],
    [
      '{{#if profile.plan}}{{profile.plan}}{{/if}}{{#each profile.tags}}{{this}}{{/each}}',
      [
        '{% if profile.plan %}',
        '{% endif %}',
        '{% for item in profile.tags %}',
        '{% endfor %}',
        'outside of a loop',
      ],
    ],
    [
      '{% for t in profile.list %}{{ loop.index }}{{ x }}{% endfor %}',
      ['forloop.index', '"x" is not a variable'],
    ],
    ['{% if profile.a %}{{ nme }}', ['{% if %} is not closed', '"nme" is not a variable']],
    // What a tag makes that is not understood is no mistake of its own.
    ['{% set total = profile.a %}{{ total }}', ['{% set %} is not available']],
    ['{% for each in profile.list reverse %}{{ each.a }}{% endfor %}', ['reverse']],
    // Behind a tag in the wrong place nothing is certain.
    ['{% endif %}{% endfor %}{{ x }}', ['{% endif %} has no opening tag']],
    ['{{ a. }}{{ a. }}{{ a. }}', ['"a." is invalid']],
  ])('tells all of them in one go: %s', (text, parts) => {
    const problems = problemsOf(text)
    expect(problems).toHaveLength(parts.length)
    for (const [index, part] of parts.entries()) expect(problems[index]).toContain(part)
  })

  it.each<[text: string, parts: readonly string[]]>([
    [
      '{% liquid\n elif profile.a\n foreach x in profile.b\n echo profile.c | lower\n%}{{ x }}{{ nme }}',
      ['{% elif %}', '{% foreach %}', 'filter "lower"', '"nme" is not a variable'],
    ],
    [
      `${'{% liquid\n if profile.a &&\n echo 1\n endif\n%}'.repeat(7)}{{ nme }}`,
      ['"profile.a &&"', '"nme" is not a variable'],
    ],
  ])('reads on behind a mistake in the lines of liquid: %j', (text, parts) => {
    const problems = problemsOf(text)
    expect(problems).toHaveLength(parts.length)
    for (const [index, part] of parts.entries()) expect(problems[index]).toContain(part)
  })

  it('looks for the cure of fifty at most, the same one or another', () => {
    const wrong = '{{ profile.email | lower }}'
    expect(problemsOf(`${wrong.repeat(49)}{{ profile.a | upper }}`)).toHaveLength(2)
    expect(problemsOf(`${wrong.repeat(50)}{{ profile.a | upper }}`)).toHaveLength(1)
  })

  it('tells ten at most', () => {
    expect(
      problemsOf(Array.from({ length: 5_000 }, (_none, index) => `{{ x${index} }}`).join('')),
    ).toHaveLength(10)
    expect(
      problemsOf(Array.from({ length: 5_000 }, (_none, index) => `{{ x${index} ) }}`).join('')),
    ).toHaveLength(10)
  })
})

describe('any text', () => {
  const part = fc.constantFrom(
    ...['{{', '}}', '{%', '%}', '-%}', '{{-', ' ', '\n', 'a', 'a b', '"', "'", '|', 'upcase', '.', '==', 'x'],
    ...[
      'if',
      'endif',
      'else',
      'elsif',
      'for i in a',
      'endfor',
      'break',
      'case',
      'when',
      'endcase',
      'raw',
      'endraw',
    ],
    ...[
      'comment',
      'endcomment',
      'liquid',
      'capture c',
      'endcapture',
      'assign b = a',
      'echo a',
      'cycle a, b',
      '#',
    ],
    ...['{{ a }}', '{% if a %}', '{% endif %}', '{% else %}', '{% raw %}', '{% endraw %}', '{% comment %}'],
    ...[
      '{% endcomment %}',
      '{% liquid',
      '{{ secrets.a }}',
      'secrets.a',
      'secret a',
      'tablerow i in a',
      '{% case a %}',
    ],
  )
  const soup = fc.array(part, { maxLength: 12 }).map((parts) => parts.join(' '))

  it('is refused, or renders to a value or a failure: never an exception', () => {
    let accepted = 0
    fc.assert(
      fc.property(fc.oneof(soup, fc.string({ unit: 'binary' })), (text) => {
        expect(typeof compileTemplate(text, 'body', responseNames).ok).toBe('boolean')
        const compiled = compileTemplate(text, 'body')
        if (!compiled.ok) {
          expect(compiled.problem).toMatch(/\.$|\. In Liquid it is: \S/)
          return
        }
        accepted++
        const scope = { variables: { a: ['1', { b: 2 }], profile }, secrets: useSecret }
        expect(typeof compiled.template.text(scope, asText).ok).toBe('boolean')
        expect(typeof compiled.template.value(scope).ok).toBe('boolean')
      }),
      { numRuns: 3_000 },
    )
    expect(accepted).toBeGreaterThan(30)
  })

  it('without braces is a constant', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        fc.pre(!text.includes('{{') && !text.includes('{%'))
        const compiled = compileTemplate(text, 'body')
        expect(compiled.ok && compiled.template).toMatchObject({
          isConstant: true,
          staticText: text.toWellFormed(),
        })
      }),
    )
  })
})

describe('a condition', () => {
  it.each([
    ['profile.name', 'yes'],
    ['profile.tags', 'yes'],
    ['profile.zero', 'yes'],
    ['profile.empty', 'no'],
    ['profile.nil', 'no'],
    ['profile.missing', 'no'],
    ['false', 'no'],
    ['("false" | append: "")', 'yes'],
    ['(0 | default: 0)', 'yes'],
    ['profile.none', 'yes'],
    ['profile.object', 'yes'],
    ['profile.false', 'no'],
    ['blank', 'no'],
    ['not profile.zero', 'no'],
    ['not profile.empty', 'yes'],
    ['profile.zero and profile.name', 'yes'],
    ['profile.empty and profile.name', 'no'],
    ['profile.empty or profile.nil', 'no'],
    ['profile.empty or profile.zero', 'yes'],
    ['(profile.nil | default: 0)', 'yes'],
    ['("0" | append: "")', 'yes'],
    ['profile.zero == 0', 'yes'],
    ['profile.zero == "0"', 'no'],
  ])('is false for what is missing, null, false and the empty text only: %s: %s', (condition, answer) => {
    expect(renderText(`{% if ${condition} %}yes{% else %}no{% endif %}`)).toBe(answer)
  })
})

describe('a comparison with nothing', () => {
  it.each([
    ['profile.nil < 5', 'no'],
    ['profile.nil <= 0', 'no'],
    ['profile.nil >= 0', 'no'],
    ['0 >= profile.nil', 'no'],
    ['profile.missing < 5', 'no'],
    ['profile.empty < 5', 'no'],
    ['profile.empty >= 0', 'no'],
    ['nil < 5', 'no'],
    ['12345678901234567890 > profile.nil', 'no'],
    ['profile.nil < 12345678901234567890', 'no'],
    ['profile.zero < 5', 'yes'],
    ['"10" > 5', 'yes'],
    ['"a" < "b"', 'yes'],
    ['profile.nil == profile.missing', 'yes'],
    ['profile.nil != profile.missing', 'no'],
    ['profile.missing == nil', 'yes'],
    ['profile.nil == 0', 'no'],
    ['profile.nil == ""', 'no'],
    ['profile.nil == false', 'no'],
    ['"a null" contains profile.nil', 'no'],
    ['"undefined" contains profile.missing', 'no'],
    ['"abc" contains "b"', 'yes'],
    ['"a5" contains 5', 'yes'],
    ['profile.tags contains "x"', 'yes'],
    ['profile.tags contains profile.nil', 'no'],
    ['profile.nil contains "x"', 'no'],
  ])('%s holds: %s', (condition, answer) => {
    expect(renderText(`{% if ${condition} %}yes{% else %}no{% endif %}`)).toBe(answer)
    expect(renderText(`{{ ${condition} }}`)).toBe(String(answer === 'yes'))
  })
})

describe('an undefined variable', () => {
  it.each<[text: string, reported: string[]]>([
    ['{{ profile.missing }}', ['profile.missing']],
    ['{{ profile.missing }}{{ profile.missing }}', ['profile.missing']],
    ['{{ profile.missing.deep[0] }}', ['profile.missing.deep.0']],
    ['{{ nobody }}', ['nobody']],
    ['{{ profile["miss"] }}', ['profile.miss']],
    ['{{ profile[profile.name] }}', ['profile.Ada']],
    ['{{ profile.missing | upcase }}', ['profile.missing']],
    ['{{ profile.name | append: profile.missing }}', ['profile.missing']],
    ['{% echo profile.missing %}', ['profile.missing']],
    ['{% cycle profile.missing %}', ['profile.missing']],
    ['{% for t in profile.missing %}{% endfor %}', ['profile.missing']],
    ['{% for t in profile.tags %}{{ t.missing }}{% endfor %}', ['t.missing']],
    ['{% tablerow t in profile.missing %}{% endtablerow %}', ['profile.missing']],
    ['{% for t in profile.missing %}{% endfor %}{{ event.a | default: 1 }}', ['profile.missing']],
    ['{% tablerow t in profile.missing %}{% endtablerow %}{{ event.a | default: 1 }}', ['profile.missing']],
    ['{% assign a = profile.missing | append: "x" %}{{ a }}', ['profile.missing']],
    ['{% assign a = profile.missing | append: "x" %}{{ event.a | default: 1 }}', ['profile.missing']],
    ['{% assign a = profile.missing %}{{ a }}', ['profile.missing']],
    ['{% assign a = profile.missing %}{{ a.b }}{{ a }}', ['profile.missing']],
    ['{% assign a = profile.missing %}{% assign b = a %}{{ b }}', ['profile.missing']],
    ['{% assign a = profile.missing %}{% assign a = profile %}{{ a.gone }}', ['a.gone']],
    ['{% assign a = profile.missing %}{% for a in profile.tags %}{{ a.gone }}{% endfor %}', ['a.gone']],
    ['{% capture c %}{{ profile.missing }}{% endcapture %}', ['profile.missing']],
    ['{{ profile.a | default: profile.b }}', ['profile.a', 'profile.b']],
    ['{{ profile.a }}{{ profile.b | default: 1 }}', ['profile.a']],
    ['{{ profile.b | default: 1 }}{{ profile.a }}', ['profile.a']],
    ['{{ profile.tags | where_exp: "t", "t.missing == 1" }}{{ profile.a }}', ['profile.a']],
  ])('is reported: %s', (text, reported) => {
    expect(undefinedIn(text)).toEqual(reported)
  })

  it.each([
    '{{ profile.missing | default: "x" }}',
    '{{ profile.missing | default: "" }}',
    '{{ profile.missing | upcase | default: "x" }}',
    '{{ profile.missing | default: profile.name }}',
    '{% assign a = profile.missing | default: 1 %}{{ a }}',
    '{% assign a = profile.missing %}{{ a | default: 1 }}',
    '{% assign a = profile.missing %}',
    '{% if profile.missing %}{% elsif profile.gone %}{% endif %}',
    '{% unless profile.missing %}{% endunless %}',
    '{% case profile.missing %}{% when profile.gone %}a{% endcase %}',
    '{% case profile.missing %}{% when 1 %}a{% else %}b{% endcase %}{{ profile.name }}',
    '{% if profile.missing | default: false %}{% endif %}',
    '{% assign a = profile.missing %}{% if profile.gone | default: false %}{% endif %}',
    '{{ profile.tags | where_exp: "t", "t.missing" }}',
    '{{ profile.tags | find_exp: "t", "t.missing" | default: 1 }}',
    '{{ profile.nil }}{{ profile.empty }}',
  ])('is not reported behind default, in a condition or where it is not rendered: %s', (text) => {
    expect(undefinedIn(text)).toEqual([])
  })

  it.each([
    ['profile.nmae', 'profile.name'],
    ['profil.name', 'profile.name'],
    ['profile.adress.city', 'profile.address.city'],
    ['profile.address.ctiy', 'profile.address.city'],
    ['profile.phone', null],
    ['profile.tags.7', null],
  ])('is reported with the name that was meant: %s, %s', (name, meant) => {
    const rendered = render(`{{ ${name} }}`)

    expect(rendered.ok && rendered.undefinedVariables).toMatchObject([{ name, meant }])
  })

  it('of a loop is compared with the names of the loop', () => {
    const text = '{% assign list = profile | json | split: "," %}{% for item in list %}{{ itm }}{% endfor %}'
    const rendered = render(`${text}{% assign place = profile.address %}{{ place.ctiy }}`)

    expect(rendered.ok && rendered.undefinedVariables.at(-1)).toMatchObject({
      name: 'place.ctiy',
      meant: 'place.city',
    })
  })
})

describe('a rendering', () => {
  it.each([
    '{% increment n %}',
    '{% decrement n %}',
    '{% cycle "a", "b" %}',
    '{{ n }}{% assign n = 1 %}',
    '{{ n }}{% capture n %}x{% endcapture %}',
  ])('leaves no state behind: %s gives the same each time', (text) => {
    expect(renderText(text)).toEqual(renderText(text))
  })

  it('leaves nothing behind in the payload', () => {
    const before = JSON.stringify(profile)

    renderText('{% increment profile %}{% assign profile = 1 %}{% capture profile %}x{% endcapture %}')
    renderText('{{ profile.tags | push: 1 | sort | reverse }}{% assign __proto__ = profile %}')

    expect(JSON.stringify(profile)).toBe(before)
  })
})

describe('a long number in a template', () => {
  it.each([
    ['{{ 12345678901234567890 }}', '12345678901234567890'],
    ['{{ 12345678901234567890 | append: "-x" }}', '12345678901234567890-x'],
    ['{% if 12345678901234567890 == 12345678901234567891 %}same{% else %}other{% endif %}', 'other'],
    ['{% if 12345678901234567890 == 12345678901234567890.0 %}same{% else %}other{% endif %}', 'same'],
    ['{{ 1.5 | plus: 1 }}', '2.5'],
  ])('%s keeps its digits: %s', (text, value) => {
    expect(renderText(text)).toBe(value)
  })
})

describe('a complaint about a template', () => {
  it.each([
    '{{ "mysecret" zz }}',
    "{{ 'mysecret }}",
    '{% if "mysecret" == %}{% endif %}',
    '{{ a "mysecret" }}',
    '{{ a "x\\"mysecret" }}',
    '{{ a "x\\"mysecret }}',
    "{{ a 'x\\'mysecret' }}",
    ...[
      ...['a mysecret', 'a 5 mysecret', 'mysecret-', 'a.mysecret-', 'a | mysecret', 'a | truncate mysecret'],
      ...[
        'a | truncate=mysecret',
        'a | truncate: mysecret: 5',
        "a 'mysecret'",
        "'mysecret",
        "a == 'mysecret",
      ],
      ...["'a' mysecret", "'mysecret'", 'b | size mysecret', "a | where_exp: 'j', 'j mysecret'", '5mysecret'],
      ...['a ? mysecret', 'a = mysecret', "a | where: 'mysecret 1 ['", 'mysecret mysecret', '-mysecret'],
    ].map((condition) => `{{ a | where_exp: "i", "${condition}" }}`),
  ])('about %s repeats no text of it', (text) => {
    expect(findProblem(text)).not.toContain('mysecret')
  })
})
