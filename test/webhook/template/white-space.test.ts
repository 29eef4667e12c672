import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Tokenizer, TypeGuards } from 'liquidjs'
import { describe, expect, it } from 'vitest'
import { asText } from '../../../src/webhook/template/encoders.ts'
import { engine } from '../../../src/webhook/template/liquid-engine.ts'
import { RenderBudget } from '../../../src/webhook/template/render-budget.ts'
import { compileCondition, compileTemplate, isTemplate } from '../../../src/webhook/template/template.ts'
import { createResponse } from '../support/responses.ts'
import { useSecret } from '../support/templates.ts'

const root = join(import.meta.dirname, '../../..')
const sources = globSync(
  [
    'test/webhook/**/*.test.ts',
    'test/scenarios/**/*.ts',
    'openapi/examples.ts',
    'docs/node.md',
    'docs/values.md',
    'README.md',
  ],
  { cwd: root },
)

/** What stands between quotes in TypeScript, and between backticks in Markdown. */
const literal = /'((?:[^'\\\n]|\\.)*)'|"((?:[^"\\\n]|\\.)*)"|`((?:[^`\\$]|\\.|\$(?!\{))*)`/g
const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r' }

const quotedTexts = (file: string) =>
  [...readFileSync(join(root, file), 'utf8').matchAll(literal)].map(([, ...parts]) =>
    parts.join('').replace(/\\(.)/g, (_, character: string) => escapes[character] ?? character),
  )

const isFast = (text: string) => text.length < 400 && !/\d{5}|sample|now|today/.test(text)
const texts = [...new Set(sources.flatMap(quotedTexts))].filter(isFast)

const profile = {
  ...{ name: 'Ada', email: 'a@b', score: 97, empty: '', zero: 0, nil: null, tags: ['x', 'y'] },
  ...{ address: { city: 'Paris' }, items: [{ sku: 'A' }, { sku: 'B' }], list: [{ a: 1 }, { a: 0 }] },
}
const response = createResponse({
  status: 200,
  headers: [['X-Id', '1']],
  body: '{"id":7,"ok":true,"items":[1,2]}',
})
const variables = {
  ...{ profile, event: { type: 'x', form: 'demo' }, flow: { name: 'F' }, instance: {}, vars: {} },
  ...{ node: { id: 'n' }, execution: { id: 'e' }, response: response.variables },
}
/** The time that a template takes is not what is looked at. */
const scope = () => ({ variables, secrets: useSecret, budget: RenderBudget.started(60_000) })

/** What a template comes to, as text; null where it is refused. */
const renderOrNull = (text: string): string | null => {
  const compiled = compileTemplate(text, text.includes('response') ? null : 'body')
  if (!compiled.ok) return null
  const rendered = [compiled.template.text(scope(), asText), compiled.template.value(scope())]
  return JSON.stringify(rendered.map((one) => (one.ok ? [one.value] : one.failure.code)))
}

const judgeOrNull = (condition: string): string | null => {
  const compiled = compileCondition(condition)
  if (!compiled.ok) return null
  const holds = compiled.template.holds(scope())
  return String(holds.ok ? holds.value : holds.failure.code)
}

/** Tokens as a reader sees them: delimiters, texts, names, numbers, operators, and single characters. */
const token =
  /\{\{-?|\{%-?|-?\}\}|-?%\}|"(?:[^"\\]|\\.)*"?|'(?:[^'\\]|\\.)*'?|\.\.|[=!<>]=|[\w?\x80-\uffff-]+|\S/g

/** Where a blank may be put in: before and behind every token. */
const widenGaps = (code: string) => [
  ...new Set([...code.matchAll(token)].flatMap(({ 0: found, index }) => [index, index + found.length])),
]

function* spacedTemplates(text: string): Generator<string> {
  const tokens = new Tokenizer(text, engine.options.operators).readTopLevelTokens(engine.options)
  for (const { kind, begin, end } of tokens) {
    if (TypeGuards.isHTMLToken({ kind } as never)) continue
    const code = text.slice(begin, end)
    for (const gap of widenGaps(code).filter((at) => at > 0 && at < code.length))
      for (const blank of blanks) yield text.slice(0, begin + gap) + blank + text.slice(begin + gap)
  }
}

function* spacedConditions(text: string): Generator<string> {
  for (const gap of widenGaps(text))
    for (const blank of blanks) yield text.slice(0, gap) + blank + text.slice(gap)
}

const blanks = [' ', '\n\t']

const templates = texts.filter((text) => isTemplate(text) && renderOrNull(text) !== null)
const conditions = texts.filter(
  (text) => /[.=<> ]/.test(text) && !isTemplate(text) && judgeOrNull(text) !== null,
)

describe('a blank between two tokens', () => {
  it('changes nothing or is refused in every template of the tests, the examples and the pages', () => {
    let tried = 0
    for (const text of templates) {
      const expected = renderOrNull(text)
      for (const spaced of spacedTemplates(text)) {
        tried++
        const result = renderOrNull(spaced)
        if (result !== null)
          expect(result, `${JSON.stringify(spaced)} of ${JSON.stringify(text)}`).toBe(expected)
      }
    }

    expect(templates.length).toBeGreaterThan(200)
    expect(tried).toBeGreaterThan(3_000)
  })

  it('changes nothing or is refused in every condition of them', () => {
    let tried = 0
    for (const text of conditions) {
      const expected = judgeOrNull(text)
      for (const spaced of spacedConditions(text)) {
        tried++
        const result = judgeOrNull(spaced)
        if (result !== null)
          expect(result, `${JSON.stringify(spaced)} of ${JSON.stringify(text)}`).toBe(expected)
      }
    }

    expect(conditions.length).toBeGreaterThan(40)
    expect(tried).toBeGreaterThan(500)
  })

  it.each([
    '{{ profile.email }}',
    '{{ profile["email"] }}',
    '{{ profile.tags[0] }}',
    '{{ profile.items[1].sku }}',
    '{{ profile.items.0.sku }}',
    '{{ profile.name | append: profile.email }}',
    '{{ (1..profile.items.size) | join }}',
    '{% if profile.tags[0] == "x" %}a{% endif %}',
    '{% unless profile.email == nil %}a{% endunless %}',
    '{% case profile.tags[0] %}{% when profile.tags.first, "z" %}a{% endcase %}',
    '{% for t in profile.tags limit: profile.items.size reversed %}{{ t }}{{ forloop.last }}{% endfor %}',
    '{% assign a = profile.items[0].sku %}{{ a }}',
    '{% cycle profile.name: profile.email, profile.tags[1] %}',
    '{% cycle "a", "b" %}{% cycle "a", "b" %}{% cycle profile.name, "a, b" %}',
    '{% for t in profile.items %}{{ forloop.name }}{% endfor %}',
    '{% for t in profile.tags limit: 1 %}{{ t }}{% endfor %}{% for t in profile.tags offset: continue %}{{ t }}{% endfor %}',
    '{{ profile.list | where: "a" | map: "a" | join: profile.name }}',
    '{{ profile.list | where_exp: "t", "t.a == 1" | size }}',
    '{{ profile.none.x | default: profile.email, allow_false: true }}',
    '{%- liquid echo profile.email -%}',
  ])('is not refused in %s', (text) => {
    const blank = text.includes('liquid') ? ' ' : '\n'
    for (const spaced of spacedTemplates(text))
      if (spaced.includes(`${blank}.`) || spaced.includes(`${blank}[`))
        expect(renderOrNull(spaced)).toBe(renderOrNull(text))
    expect(renderOrNull(text)).not.toBeNull()
  })

  it('changes nothing within the text of a condition that a filter takes', () => {
    const text = '{{ profile.list | where_exp: "t", "t .a == profile . score or t [ \'a\' ] == 1" | size }}'

    expect(renderOrNull(text)).toBe(renderOrNull(text.replace("t .a == profile . score or t [ 'a' ]", 't.a')))
  })
})
