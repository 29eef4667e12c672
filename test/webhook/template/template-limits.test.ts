import { describe, expect, it } from 'vitest'
import { asText } from '../../../src/webhook/template/encoders.ts'
import { RenderBudget } from '../../../src/webhook/template/render-budget.ts'
import { noSecrets, type Scope } from '../../../src/webhook/template/render-context.ts'
import { compileTemplate } from '../../../src/webhook/template/template.ts'
import { cpuMs } from '../../support/cpu-time.ts'
import { listErrors, renderFailure } from '../support/nodes.ts'

const profile = {
  list: Array.from({ length: 200_000 }, (_, index) => ({ index })),
  numbers: Array.from({ length: 3000 }, (_, index) => index),
  text: 'x'.repeat(500_000),
  big: 9_007_199_254_740_992,
  object: { a: 1 },
}

const render = (text: string, own: Pick<Scope, 'budget'> = {}) => {
  const compiled = compileTemplate(text, null)
  if (!compiled.ok) return compiled
  const began = cpuMs()
  const rendered = compiled.template.text({ variables: { profile }, secrets: noSecrets, ...own }, asText)
  expect(cpuMs() - began).toBeLessThan(2000)
  return rendered
}

describe('a template that would not end', () => {
  it.each([
    ['a loop over a billion', '{% for i in (1..1000000000) %}x{% endfor %}'],
    ['a billion in an output', '{{ (1..1000000000) | size }}'],
    ['a loop with an empty body', '{% for i in (1..3999999) %}{% endfor %}'],
    [
      'loops in loops',
      '{% assign r = (1..100000) %}{% for i in r %}{% for j in r %}{% for k in r %}{% endfor %}{% endfor %}{% endfor %}',
    ],
    ['a table of millions', '{% tablerow i in (1..3000000) %}x{% endtablerow %}'],
    [
      'a range that starts where doubles no longer count',
      '{% for i in (9007199254740992..9007199254740999) %}x{% endfor %}',
    ],
    ['such a range of the payload', '{{ (profile.big..profile.big) | size }}'],
    [
      'such a range within a filter',
      '{{ profile.numbers | where_exp: "n", "(9007199254740992..9007199254740999) contains n" }}',
    ],
    [
      'text that doubles',
      '{% assign s = "x" %}{% for i in (1..100) %}{% assign s = s | append: s %}{% endfor %}',
    ],
    [
      'text that doubles by prepend',
      '{% assign s = "x" %}{% for i in (1..100) %}{% assign s = s | prepend: s %}{% endfor %}',
    ],
    [
      'text that doubles by replace',
      '{% assign s = "xx" %}{% for i in (1..100) %}{% assign s = s | replace: "x", s %}{% endfor %}',
    ],
    [
      'text that doubles by capture',
      '{% capture s %}xx{% endcapture %}{% for i in (1..100) %}{% capture s %}{{ s }}{{ s }}{% endcapture %}{% endfor %}',
    ],
    [
      'lists that double',
      '{% assign a = "x,y" | split: "," %}{% for i in (1..100) %}{% assign a = a | concat: a %}{% endfor %}',
    ],
    ['static text in a loop', `{% for i in (1..1000000) %}${'x'.repeat(1000)}{% endfor %}`],
    ['padding without end', '{{ "now" | date: "%999999999d" }}'],
    ['a chain of filters over a long list', `{{ profile.list ${'| where: "index" '.repeat(40)} }}`],
    ['a chain of sorts', `{{ profile.list ${'| sort: "index" '.repeat(40)} }}`],
    [
      'filters within filters',
      '{{ profile.numbers | has_exp: "x", "profile.numbers | has_exp: \'y\', \'false\'" }}',
    ],
    [
      'searches within searches',
      '{{ profile.numbers | find_index_exp: "x", "profile.numbers | find_exp: \'y\', \'y == nil\'" }}',
    ],
    ['JSON again and again', '{% for i in (1..1000) %}{% assign a = profile.list | json %}{% endfor %}'],
  ])('ends with template_failed: %s', (_says, text) => {
    expect(render(text)).toMatchObject({ ok: false, failure: { code: 'template_failed' } })
  })

  it('ends with request_too_large where its text becomes longer than any that is sent', () => {
    expect(render('{% for i in (1..100) %}{{ profile.text }}{% endfor %}')).toMatchObject({
      ok: false,
      failure: { code: 'request_too_large' },
    })
  })

  const characters =
    'The templates of the node needed more than 2000000 characters together, with the values in between.'

  it.each([
    ['{{ (1..1000000000) | size }}', characters, '"(1..1000000000) | size"', 'shorter values'],
    [
      'a\n{% for i in (1..1000000) %}\n  {{ profile.text }}{% endfor %}',
      /more than (?:1048576|2000000) characters/,
      '"profile.text" at line 3, column 3, in the loop "for i in (1..1000000)" at line 2, column 1',
      null,
    ],
    [
      '{% for i in (1..1000) %}{% for j in (1..1000) %}{% assign a = profile.text | upcase %}{% endfor %}{% endfor %}',
      characters,
      '"assign a = profile.text | upcase" at line 1, column 49, in the loop "for j in (1..1000)" at line 1, column 25',
      'fewer items',
    ],
    [
      '{% for i in (1..3) %}{{ i }}{% endfor %}{{ (1..1000000000) | size }}',
      characters,
      '"(1..1000000000) | size" at line 1, column 41.',
      'shorter values',
    ],
  ])('ends with a sentence that names the limit, the place and the loop: %s', (text, limit, place, cure) => {
    // With so much time that no other limit is met before, on any machine.
    const result = render(text, { budget: RenderBudget.started(10_000) })
    const { detail, hint = '' } = 'failure' in result ? result.failure : { detail: '' }
    expect(detail).toMatch(limit)
    expect(detail).toContain(place)
    if (cure !== null) expect(hint).toContain(cure)
  })
})

describe('a template that reaches beyond its variables', () => {
  it.each([
    '{{ profile.constructor }}',
    '{{ profile.__proto__ }}',
    '{{ profile.toString }}',
    '{{ profile.object.constructor.constructor }}',
    '{{ profile["constructor"]["prototype"] }}',
    '{{ profile.text.constructor }}',
    '{{ profile.numbers.map }}',
    '{% assign x = "x" %}{{ x.constructor }}',
    '{{ constructor }}',
    '{{ __proto__ }}',
    '{{ globalThis }}{{ process }}{{ require }}',
    '{{ profile.numbers | map: "constructor" | compact | first }}',
    '{{ profile.numbers | where: "__proto__" | first }}',
    '{{ profile.object | map: "__proto__" | compact | first }}',
    '{% for p in profile.object.constructor %}{{ p }}{% endfor %}',
    '{% assign c = "constructor" %}{{ profile[c][c] }}',
    '{{ profile.numbers | group_by: "constructor" | map: "name" | compact | first }}',
    '{{ profile.numbers | find_exp: "n", "n.constructor" }}',
  ])('gives an empty text: %s', (text) => {
    expect(render(text)).toMatchObject({ ok: true, value: '' })
  })

  it.each([
    '{% include "/etc/passwd" %}',
    '{% render "x" %}',
    '{% layout "x" %}',
    "{% include 'x' with profile %}",
  ])('is refused: %s', (text) => {
    expect(render(text)).toMatchObject({ ok: false, problem: expect.stringContaining('is not available') })
  })

  it('fails where a filter cannot read what it is given', () => {
    const failing = [
      '{{ "%" | url_decode }}',
      '{{ "!" | base64_decode }}',
      '{% assign c = "| |" %}{{ profile.numbers | where_exp: "n", c }}',
    ]
    for (const text of failing)
      expect(render(text)).toMatchObject({ ok: false, failure: { code: 'template_failed' } })
  })
})

describe('all templates of a request together', () => {
  it('are bound by one clock', () => {
    const slow = '{% for i in (1..20000) %}{% assign a = i | plus: 1 | times: 2 %}{% endfor %}'
    const query = Array.from({ length: 1000 }, (_, index) => ({ name: `p${index}`, value: slow }))
    const began = cpuMs()

    expect(renderFailure({ query })).toMatchObject({ code: 'template_failed' })

    expect(cpuMs() - began).toBeLessThan(2000)
  })
})

describe('a long template', () => {
  it.each([
    ['of placeholders', '{{a}}'.repeat(50_000)],
    ['of placeholders in a block', `{% if a %}${'{{a}}x'.repeat(50_000)}{% endif %}`],
    ['of lines', `{% liquid${'\necho a'.repeat(50_000)} %}`],
    ['of filters', `{{ a${' | upcase'.repeat(50_000)} }}`],
    ['of operators', `{% if a${' and a'.repeat(50_000)} %}x{% endif %}`],
    ['of text', `${'x'.repeat(1_000_000)}{{ a }}`],
    ['of blanks', `{{- a -}}${' '.repeat(1_000_000)}{{- a -}}`],
  ])('is read in its time: %s', (_says, text) => {
    const began = cpuMs()

    expect(compileTemplate(text, null).ok).toBe(true)

    expect(cpuMs() - began).toBeLessThan(2000)
  })
})

describe('a tag that holds itself', () => {
  it.each([
    ['a hundred thousand times', 'liquid '.repeat(100_000)],
    ['as often as it may, and a long line', `${'liquid '.repeat(5)}echo a${' | upcase'.repeat(20_000)}`],
  ])('is read in its time: %s', (_says, lines) => {
    const began = cpuMs()

    expect(() => compileTemplate(`{% ${lines} %}`, null)).not.toThrow()

    expect(cpuMs() - began).toBeLessThan(2000)
  })
})

describe('a template of unknown names', () => {
  const large = Object.fromEntries(Array.from({ length: 100_000 }, (_, index) => [`k${index}`, index]))
  const names = Array.from({ length: 1_000 }, (_, index) => `profile.x${index}`)

  it.each([
    ['in one placeholder', `{{ "a"${names.map((name) => ` | append: ${name}`).join('')} }}`],
    [
      'in many',
      names
        .slice(0, 500)
        .map((name) => `{{ ${name} }}`)
        .join(''),
    ],
  ])('is rendered in its time, with a search for what was meant: %s', (_where, text) => {
    const compiled = compileTemplate(text, null)
    const began = cpuMs()

    const rendered = compiled.ok
      ? compiled.template.text({ variables: { profile: large }, secrets: noSecrets }, asText)
      : null

    expect(cpuMs() - began).toBeLessThan(1000)
    const undefinedVariables = rendered?.ok ? rendered.undefinedVariables : []
    expect(undefinedVariables[0]).toMatchObject({ name: 'profile.x0', meant: 'profile.k0' })
    expect(undefinedVariables.filter(({ meant }) => meant !== null)).toHaveLength(20)
  })
})

describe('the mistakes of a node', () => {
  it('are looked for until there is one more than a reply lists', () => {
    const content = Array.from({ length: 1_000 }, (_none, index) => `{{ profile.a | lower${index} }}`)

    const errors = listErrors({ body: { structure: 'json', content } })

    expect(errors).toHaveLength(101)
    expect(errors[0]?.path).toBe('/node/body/content/0')
  })
})
