import { describe, expect, it } from 'vitest'
import { compiled, type NodeSketch } from './support/nodes.ts'

const warned = (node: NodeSketch) => compiled(node).warnings.map(({ code, path }) => `${code} ${path}`)
const content = (text: unknown): NodeSketch => ({ body: { structure: 'json', content: text } })
const header = (value: string, name = 'Authorization'): NodeSketch => ({ headers: [{ name, value }] })

describe('a value that is sent in another form than its author expects', () => {
  it.each([
    '{"a":1}',
    '{ "email": "{{ profile.email }}" }',
    '\n[\n  {"a": {{ profile.a | json }} }\n]\n',
    '{}',
    '[1, 2]',
  ])('is JSON in a text: %s', (text) => {
    expect(warned(content(text))).toEqual(['json_encoded_twice /node/body/content'])
  })

  it.each([
    'a text',
    '{{ profile }}',
    '{{ profile | json }}',
    '[draft] a title]',
    '{name}',
    { data: '{"a":1}' },
    { a: 1 },
    ['{"a":1}'],
  ])('is no JSON in a text: %j', (value) => {
    expect(warned(content(value))).toEqual([])
  })

  it.each([
    'Basic {{ secrets.user }}:{{ secrets.password }}',
    'Basic ada:{{ secrets.password }}',
    'basic {{ profile.user | default: "x" }}:{{ secrets.password }}',
  ])('is a password without Base64: %s', (value) => {
    expect(warned(header(value))).toEqual(['basic_not_encoded /node/headers/0/value'])
    expect(warned(header(value, 'authorization'))).toHaveLength(1)
    expect(warned(header(value, 'X-Other'))).toEqual([])
  })

  it.each([
    'Basic {{ secrets.basic }}',
    'Basic {{ profile.user | append: ":x" | base64_encode }}',
    'Basic YWRhOng=',
    'Bearer a:b',
    'Basically: no',
  ])('is no password without Base64: %s', (value) => {
    expect(warned(header(value))).toEqual([])
  })
})
