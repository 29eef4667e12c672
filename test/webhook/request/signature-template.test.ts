import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  parseSignatureTemplate,
  type SignaturePart,
  signatureNames,
  signedNames,
} from '../../../src/webhook/request/signature-template.ts'

const part = fc.oneof(
  fc.record({ text: fc.string({ unit: fc.constantFrom('a', '.', ',', '{', '}', ' ', 'é', '%') }) }),
  fc.record({ name: fc.constantFrom(...signatureNames) }),
)

/** Writes a template as an author would. */
function write(parts: readonly SignaturePart<string>[], blank: string): string {
  return parts.map((own) => ('text' in own ? own.text : `{{${blank}${own.name}${blank}}}`)).join('')
}

describe('a signature template', () => {
  it('is the author’s text with names in between, whatever the text is', () => {
    fc.assert(
      fc.property(fc.array(part), fc.constantFrom('', ' ', '  '), (parts, blank) => {
        const written = write(parts, blank)
        const texts = parts.filter((own) => 'text' in own)
        const bodies = parts.filter((own) => 'name' in own && own.name === 'body')
        fc.pre(texts.every(({ text }) => !/\{[{%]|\{$/.test(text)) && bodies.length < 2)

        const parsed = parseSignatureTemplate(written, signatureNames)

        expect(parsed.ok && write(parsed.parts, blank)).toBe(written)
        expect(parsed.ok && parsed.parts.filter((own) => 'name' in own)).toEqual(
          parts.filter((own) => 'name' in own),
        )
      }),
    )
  })

  it.each([
    ['{{ Body }}', 'has "Body" in braces, and knows', 'Did you mean "body"?'],
    ['{{ timstamp }}', 'has "timstamp" in braces, and knows', 'Did you mean "timestamp"?'],
    ['{{ request.body }}', 'has "request.body" in braces, and knows', 'Did you mean "body"?'],
    ['{{ secrets.a }}', 'has "secrets.a" in braces, and knows', '{{ path }}, {{ body }}.'],
    ['{{}}', 'has "" in braces, and knows', '{{ body }}.'],
    ['{{ hex }}', 'has "hex" in braces, and knows', '{{ body }}.'],
    ['{{ body | upcase }}', 'has more than a name in the braces of "body", and is no Liquid', ''],
    ['{{- body -}}', 'has "- body -" in braces, and knows', ''],
    ['a{{ body }', 'has a "{{" that is not closed', ''],
    ['{{ body }}{{body}}', 'has {{ body }} more than once', ''],
    ['{% if a %}{{ body }}', 'has a tag, and is no Liquid', ''],
  ])('refuses %s', (text, problem, more) => {
    const parsed = parseSignatureTemplate(text, signedNames)

    expect(parsed).toEqual({ ok: false, problem: expect.stringContaining(problem) })
    expect(parsed).toEqual({ ok: false, problem: expect.stringContaining(more) })
  })
})
