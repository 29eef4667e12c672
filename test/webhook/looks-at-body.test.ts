import { describe, expect, it } from 'vitest'
import type { Node } from '../../src/webhook/config.ts'
import { looksAtBody } from '../../src/webhook/looks-at-body.ts'

describe('whether a node looks at the body of a response', () => {
  it.each<[part: Pick<Node, 'expect' | 'capture'>, looks: boolean]>([
    [{}, false],
    [{ expect: { type: 'status', value: 201 } }, false],
    [{ expect: { type: 'string', value: 'ok' } }, true],
    [
      {
        expect: [
          { type: 'status', value: 201 },
          { type: 'string', value: 'ok' },
        ],
      },
      true,
    ],
    [{ expect: { type: 'condition', value: 'response.status == 201' } }, false],
    [
      { expect: { type: 'condition', value: 'response.headers.location != nil and response.status < 300' } },
      false,
    ],
    [{ expect: { type: 'condition', value: 'response["status"] == 200' } }, false],
    [{ expect: { type: 'condition', value: "response['headers']['x-body'] == 'y'" } }, false],
    [{ expect: { type: 'condition', value: 'profile.response == "x"' } }, false],
    [{ expect: { type: 'condition', value: 'true' } }, false],
    [{ expect: { type: 'condition', value: 'response.json.ok' } }, true],
    [{ expect: { type: 'condition', value: 'response.status == 200 and response.body contains "x"' } }, true],
    [{ expect: { type: 'condition', value: 'response["json"]' } }, true],
    [{ expect: { type: 'condition', value: 'response[profile.x] == 1' } }, true],
    [{ expect: { type: 'condition', value: 'response == nil' } }, true],
    [{ expect: { type: 'condition', value: '["response"].json.ok' } }, true],
    [{ expect: { type: 'condition', value: 'response.statuses' } }, true],
    [{ capture: { a: '{{ response.headers.location }}', b: '{{ response.status }}' } }, false],
    [{ capture: { a: 'The response: {{ response.status }} {{ profile.body }}' } }, false],
    [{ capture: { a: '{{ response.json.id }}' } }, true],
    [{ capture: { a: '{{- response.body -}}' } }, true],
    [{ capture: { a: '{% assign r = response %}{{ r.body }}' } }, true],
    [{ capture: { a: '{% for i in response.json.items %}x{% endfor %}' } }, true],
    [{ capture: { a: '{{ "}}" | append: response.body }}' } }, true],
    [{ capture: { a: '{{ "{{" | append: response.body }}' } }, true],
    [{ capture: { a: 'constant' } }, false],
  ])('%j: %s', (part, looks) => {
    expect(looksAtBody(part)).toBe(looks)
  })
})
