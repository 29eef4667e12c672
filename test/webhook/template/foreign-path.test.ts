import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { capture } from '../../../src/webhook/capture.ts'
import { readForeignPath } from '../../../src/webhook/template/foreign-path.ts'
import { compileTemplate } from '../../../src/webhook/template/template.ts'
import { compiled, listErrors } from '../support/nodes.ts'
import { createResponse, createScope } from '../support/responses.ts'

describe('a path of another tool in a capture', () => {
  it.each([
    ['$.id', '{{ response.json.id }}'],
    ["$['id']", '{{ response.json.id }}'],
    ['$["first name"]', '{{ response.json["first name"] }}'],
    ['$.data.items[0].id', '{{ response.json.data.items[0].id }}'],
    ['$.items[*].id', '{{ response.json.items | map: "id" }}'],
    ['$.items[*]', '{{ response.json.items }}'],
    ['$', '{{ response.json }}'],
    ['@.id', '{{ response.json.id }}'],
    ['/id', '{{ response.json.id }}'],
    ['/items/0/id', '{{ response.json.items[0].id }}'],
    ['#/a~1b', '{{ response.json["a/b"] }}'],
    ['$response.body#/status', '{{ response.json.status }}'],
    ['{{ $response.body#/data/0/id }}', '{{ response.json.data[0].id }}'],
    ['.id', '{{ response.json.id }}'],
    ['.items[].id', '{{ response.json.items | map: "id" }}'],
    ['."first name"', null],
    ['$..id', null],
    ['$.items[?(@.a==1)].id', null],
    ['response.body.id', '{{ response.json.id }}'],
    ['response.data.id', '{{ response.json.id }}'],
    ['response?.body?.id', '{{ response.json.id }}'],
    ['body.id', '{{ response.json.id }}'],
    ['json.id', '{{ response.json.id }}'],
    ['data[0].id', '{{ response.json.data[0].id }}'],
    ['[0].id', '{{ response.json[0].id }}'],
    ['headers.Location', '{{ response.headers.location }}'],
    ["response.headers['X-Id']", '{{ response.headers.x-id }}'],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a placeholder of another tool
    ['${response.body.id}', '{{ response.json.id }}'],
    ['{$.id}', '{{ response.json.id }}'],
    ['{{ $.id }}', '{{ response.json.id }}'],
    ['{{ .id }}', '{{ response.json.id }}'],
    ['{{/id}}', '{{ response.json.id }}'],
    ['={{ $json.id }}', '{{ response.json.id }}'],
    ['{{ response.json.items[].id }}', '{{ response.json.items | map: "id" }}'],
    ['{{ response.json.items[*].id }}', '{{ response.json.items | map: "id" }}'],
  ])('%s is refused, with what to write', (text, placeholder) => {
    const [error, ...others] = complaints(text)

    expect(others).toEqual([])
    expect(error?.path).toBe('/node/capture/v')
    expect(error?.message).toContain(placeholder ?? 'the whole path as a placeholder')
    expect(placeholder === null || compileTemplate(placeholder, null).ok).toBe(true)
  })

  it.each([
    ['{{ id }}', 'response.json.id'],
    ['{{ body.id }}', 'response.json.id'],
    ['{{ json.id }}', 'response.json.id'],
    ['{{ data.id }}', 'response.json.data.id'],
    ['{{ response.body.id }}', 'response.json.id'],
    ['{{ response.data.id }}', 'response.json.id'],
  ])('%s is a name that is nearest to %s', (text, meant) => {
    expect(complaints(text)[0]?.message).toContain(`Did you mean "${meant}"?`)
  })

  it.each([
    'lead',
    'a constant',
    'a.b',
    'api.example.com',
    'https://a.example/x',
    '',
    '2026-01-31',
    'a/b',
    '1.5',
    '$100',
    'no. 7',
    '{{ "$.id" }}',
    '{{ "/id" }}',
    'id: {{ response.json.id }}',
    '{{ response.json.id }}',
    '{{ response.json[0].id }}',
    '{{ response.json["a b"] }}',
    '{{ response.json.list | map: "a" }}',
    'response.json.id',
  ])('%s is none', (text) => {
    expect(complaints(text)).toEqual([])
  })

  it('is looked for in any text, and what is proposed is a template', () => {
    const text = fc.string({ unit: fc.constantFrom(...'$.[]/#"\'*?@~{}=<% ab0_-'), maxLength: 30 })
    fc.assert(
      fc.property(text, (written) => {
        const { placeholder = null } = readForeignPath(written) ?? {}
        expect(placeholder === null || compileTemplate(placeholder, null).ok).toBe(true)
      }),
      { numRuns: 3_000 },
    )
  })
})

describe('a constant in a capture', () => {
  const warnings = (text: string, body: string) => {
    const response = createResponse({ body })
    return capture(compiled({ capture: { v: text } }), response, createScope(response), 1_000).warnings
  }

  it.each([
    ['id', '{"id":7}'],
    ['lead.id', '{"lead":{"id":null}}'],
  ])('is reported where it is the name of a value: %s in %s', (text, body) => {
    expect(warnings(text, body)).toEqual([
      {
        code: 'placeholder_not_rendered',
        path: '/node/capture/v',
        message: `"v" is the text itself. To capture the value, write {{ response.json.${text} }}.`,
      },
    ])
  })

  it.each([
    ['id', '{"key":7}'],
    ['lead', 'no JSON'],
    ['lead.id', '{"lead":{}}'],
    ['{{ "id" }}', '{"id":7}'],
  ])('is not reported elsewhere: %s in %s', (text, body) => {
    expect(warnings(text, body)).toEqual([])
  })
})

function complaints(text: string) {
  return listErrors({ capture: { v: text } })
}
