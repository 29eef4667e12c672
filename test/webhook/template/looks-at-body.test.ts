import { describe, expect, it } from 'vitest'
import { compiled, type NodeSketch } from '../support/nodes.ts'

const condition = (value: string): NodeSketch => ({ expect: { type: 'condition', value } })
const taking = (v: string): NodeSketch => ({ capture: { v } })

describe('a node', () => {
  it.each<[part: NodeSketch, looks: boolean]>([
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
    [{ expect: { type: 'condition', value: 'response.status < 500' } }, false],
    [{ expect: { type: 'condition', value: 'response.json.ok' } }, true],
    [{ expect: { type: 'condition', value: 'response.status == 200 and response.body contains "x"' } }, true],
    [{ expect: { type: 'condition', value: 'response["json"]' } }, true],
    [{ expect: { type: 'condition', value: 'response[profile.x] == 1' } }, true],
    [{ expect: { type: 'condition', value: 'response == nil' } }, true],
    [{ expect: { type: 'condition', value: '["response"].json.ok' } }, true],
    [{ capture: { a: '{{ response.headers.location }}', b: '{{ response.status }}' } }, false],
    [{ capture: { a: 'The response: {{ response.status }} {{ profile.body }}' } }, false],
    [{ capture: { a: '{{ response.json.id }}' } }, true],
    [{ capture: { a: '{{- response.body -}}' } }, true],
    [{ capture: { a: '{% assign r = response %}{{ r.body }}' } }, true],
    [{ capture: { a: '{% for i in response.json.items %}x{% endfor %}' } }, true],
    [{ capture: { a: '{{ "}}" | append: response.body }}' } }, true],
    [{ capture: { a: '{{ "{{" | append: response.body }}' } }, true],
    [{ capture: { a: 'constant' } }, false],
  ])('looks at the body of a response with %j: %s', (part, looks) => {
    expect(compiled(part).looksAtBody).toBe(looks)
  })

  it.each([
    'response  .status == 201',
    'response\n  .status == 201',
    'response .  status == 201',
    'response[  "status"  ] == 201',
    'response.headers ["x-a"] == "1"',
    'response["headers"] [ "x-a" ] == "1"',
    'response.status == profile.s [0]',
    'response.headers.x-a == "response"',
    'response.headers.x-a != " [x"',
    'response.headers.x-a != "response.json"',
    'profile["response"].json == 1',
    'profile.list contains "[response]"',
    'response.headers[profile.name] == 1',
  ])('does not look at the body with the condition %j', (value) => {
    expect(compiled(condition(value)).looksAtBody).toBe(false)
  })

  it.each([
    '{{ response.headers.x-b | default: "no response body" }}',
    '{{ response.headers.x-b | default: "[response]" }}',
    '{% # response.json %}{{ response.status }}',
    '{% comment %}{{ response.json.id }}{% assign r = response %}{% endcomment %}{{ response.status }}',
    '{% raw %}{{ response.json }}{% endraw %}',
    '{% liquid\n # response.json\n comment\n echo response.json\n endcomment\n echo response.status\n%}',
    '{{ profile.list | where_exp: "x", "x.body == response.status" | json }}',
    '{{ profile.list | where_exp: "response", "response.body == 1" | json }}',
    '{% assign h = response.headers %}{{ h.x-a }}',
    'response.json',
  ])('does not look at the body with the capture %j', (template) => {
    expect(compiled(taking(template)).looksAtBody).toBe(false)
  })

  it.each([
    'response  .json.ok',
    'response\n.body contains "x"',
    'response[ "json" ].ok',
    '(response).status == 200',
    'profile[response.json.x] == 1',
    '[profile.x].json.ok',
  ])('looks at the body with the condition %j', (value) => {
    expect(compiled(condition(value)).looksAtBody).toBe(true)
  })

  it.each([
    '{% liquid\n assign r = response\n echo r.status\n%}',
    '{% for i in (1..response.json.n) %}x{% endfor %}',
    '{% for i in profile.list limit: response.json.n %}x{% endfor %}',
    '{% tablerow i in profile.list cols: response.json.n %}x{% endtablerow %}',
    '{% case response.status %}{% when response.json.s %}x{% endcase %}',
    '{% cycle response.json.a, "b" %}',
    '{% if response.status == 200 %}{% elsif response.body contains "x" %}y{% endif %}',
    '{{ response.status | plus: response.json.n }}',
    '{{ profile.list | where_exp: "x", "x == response.json.id" | json }}',
    '{{ profile.list | where_exp: "x", "response.json.id" | json }}',
    '{{ profile.list | where_exp: "x", profile.k | json }}',
    '{{ profile.list | find_exp: profile.k, "x == 1" | json }}',
    '{{ profile.list | group_by_exp: "x", "x" | json }}{{ profile.list | has_exp: "x", vars.k }}',
    '{% assign k = "response" | append: ".body" %}{{ profile.list | reject_exp: "x", k | json }}',
    '{{ profile.list | where_exp: "x", "x.l | has_exp: \'y\', x.k" | json }}',
  ])('looks at the body with the capture %j', (template) => {
    expect(compiled(taking(template)).looksAtBody).toBe(true)
  })
})
