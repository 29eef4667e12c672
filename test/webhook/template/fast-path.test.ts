import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { asJson, asText, asUrlComponent } from '../../../src/webhook/template/encoders.ts'
import { noSecrets } from '../../../src/webhook/template/render-context.ts'
import type { RenderResult } from '../../../src/webhook/template/render-result.ts'
import { LongNumber } from '../../../src/webhook/values/long-number.ts'
import { template, useSecret } from '../support/templates.ts'

const compiled = (text: string) => template(text, 'body')

/** The same template with a tag around it, which takes the engine to run. */
const byEngine = (text: string) => compiled(`{% if true %}${text}{% endif %}`)

/** The tags around the text move its columns. */
function withoutPlace(result: RenderResult<string>): RenderResult<string> {
  if (result.ok) return result
  const { failure } = result
  return {
    ok: false,
    failure: { ...failure, detail: failure.detail.replace(/ at line \d+, column \d+/g, '') },
  }
}

const leaf = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 8 }),
  fc.integer(),
  fc.boolean(),
  fc.constant(null),
  fc.constant(new LongNumber('12345678901234567890')),
)
const name = fc.constantFrom('a', 'b', 'size', 'first', 'last', 'length', '__proto__', 'constructor', '0')
const { value } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    leaf,
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(name, tie('value'), { maxKeys: 4, noNullPrototype: true }),
  ),
}))
const word = fc.constantFrom('a', 'b', 'size', 'first', 'last', 'length', 'constructor')
const step = fc.oneof(
  word.map((text) => `.${text}`),
  word.map((text) => `["${text}"]`),
  fc.constantFrom('[0]', '[-1]', '[7]'),
)
const filter = fc.constantFrom(
  '',
  ' | upcase',
  ' | default: "none"',
  ' | append: "x" | size',
  ' | slice: 1, 2',
  ' | join: ","',
  ' | json',
  ' | plus: 1',
  ' | date: "%Y"',
  ' | sort',
  ' | first',
)
const placeholder = fc
  .tuple(fc.constantFrom('profile', 'event', 'unknown'), fc.array(step, { maxLength: 3 }), filter)
  .map(([root, path, filters]) => `{{ ${root}${path.join('')}${filters} }}`)
const text = fc
  .array(fc.oneof(placeholder, fc.constantFrom('text ', '"', '{{ secrets.token }}', '{{- "trimmed" -}}')), {
    maxLength: 4,
  })
  .map((parts) => parts.join(''))

describe('a template of text, paths and simple filters', () => {
  it('gives what the engine gives', () => {
    const encoder = fc.constantFrom(asText, asUrlComponent, asJson)
    fc.assert(
      fc.property(text, value, value, encoder, (written, profile, event, encode) => {
        const scope = { variables: { profile, event }, secrets: useSecret }
        expect(withoutPlace(compiled(written).text(scope, encode))).toEqual(
          withoutPlace(byEngine(written).text(scope, encode)),
        )
      }),
      { numRuns: 3000 },
    )
  })

  it('keeps the type of its only value', () => {
    fc.assert(
      fc.property(value, (profile) => {
        const rendered = compiled('{{ profile.a }}').value({ variables: { profile }, secrets: noSecrets })
        const expected = Object.hasOwn(Object(profile), 'a') ? (profile as { a: unknown }).a : undefined
        expect(rendered.ok && rendered.value).toEqual(profile === null ? null : expected)
      }),
    )
  })

  it('fails as the engine does where a filter cannot work with a value', () => {
    const scope = { variables: { profile: { a: 1 } }, secrets: noSecrets }
    const written = '{{ profile.a | map: "b" | sum: "c" | date: "%Y" | where: "x", 1 }}'

    expect(withoutPlace(compiled(written).text(scope, asText))).toEqual(
      withoutPlace(byEngine(written).text(scope, asText)),
    )
  })

  it('stops where it would write more than it may', () => {
    const scope = { variables: { profile: { a: 'x'.repeat(1_000_000) } }, secrets: noSecrets }
    const written = '{{ profile.a }}'.repeat(10)

    expect(compiled(written).text(scope, asText)).toMatchObject({
      ok: false,
      failure: { code: 'request_too_large', detail: expect.stringContaining('1048576 characters') },
    })
  })
})
