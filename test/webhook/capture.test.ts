import { describe, expect, it } from 'vitest'
import { capture, captureNothing } from '../../src/webhook/capture.ts'
import { writeJson } from '../../src/webhook/json.ts'
import { compiled } from './nodes.ts'
import { responseOf, scopeOf } from './responses.ts'

const taken = (template: string, body: string, headers: [string, string][] = []) => {
  const response = responseOf({ body, headers, status: 201 })
  const scope = scopeOf(response, { profile: { name: 'Ada' } })
  return capture(compiled({ capture: { v: template } }), response, scope, 262_144)
}

describe('a captured value', () => {
  it.each([
    ['{{ response.json.id }}', '{"id":"L-9"}', '"L-9"'],
    ['{{ response.json.id }}', '{"id":12345678901234567890}', '12345678901234567890'],
    ['{{ response.json.id }}', '{"id":1.50}', '1.5'],
    ['{{ response.json.ok }}', '{"ok":false}', 'false'],
    ['{{ response.json.list }}', '{"list":[1,{"a":null}]}', '[1,{"a":null}]'],
    ['{{ response.json }}', '{"__proto__":{"a":1}}', '{"__proto__":{"a":1}}'],
    ['{{ response.json.list[1] }}', '{"list":["a","b"]}', '"b"'],
    ['{{ response.json.missing }}', '{}', 'null'],
    ['{{ response.json.id }}', 'not json', 'null'],
    ['{{ response.json.id }}', '', 'null'],
    ['{{ response.json.none }}', '{"none":null}', 'null'],
    ['{{ response.json.empty }}', '{"empty":""}', '""'],
    ['id {{ response.json.id }}', '{"id":7}', '"id 7"'],
    ['{{ response.status }}', '', '201'],
    ['{{ response.headers.location }}', '', '"/leads/9"'],
    ['{{ response.headers.location | split: "/" | last }}', '', '"9"'],
    ['{{ response.body }}', 'a\nb', '"a\\nb"'],
    ['{{ profile.name }}', '', '"Ada"'],
    ['constant', '', '"constant"'],
  ])('%s of %j is %s', (template, body, value) => {
    const { values, warnings } = taken(template, body, [['Location', '/leads/9']])

    expect(writeJson(values.v)).toBe(value)
    expect(warnings).toEqual([])
  })

  it('that cannot be taken is null and a warning', () => {
    expect(taken('{{ response.body | base64_decode }}', '!')).toEqual({
      values: { v: null },
      warnings: [
        {
          code: 'capture_failed',
          path: '/node/capture/v',
          message:
            '"v" could not be captured. The filter "base64_decode" cannot work with the value that it was given, which is a text. It stands in "response.body | base64_decode".',
        },
      ],
      exceededAt: null,
    })
  })

  it('may have any name', () => {
    const names = JSON.parse('{"__proto__":"{{ 1 }}","constructor":"{{ 2 }}","a/b":"{{ 3 }}"}')
    const node = compiled({ capture: names })

    const response = responseOf({})
    expect(writeJson(capture(node, response, scopeOf(response), 262_144).values)).toBe(
      '{"__proto__":1,"constructor":2,"a/b":3}',
    )
    expect(writeJson(captureNothing(node))).toBe('{"__proto__":null,"constructor":null,"a/b":null}')
  })

  it('is Liquid though the templates of the request are none', () => {
    const response = responseOf({ body: '7' })
    const node = compiled({ templates: 'none', capture: { v: '{{ response.json }}' } })

    expect(capture(node, response, scopeOf(response), 262_144).values).toEqual({ v: 7 })
  })
})

describe('a capture that refers to something that is not there', () => {
  it.each([
    ['x {{ profile.nope }}', ['template_undefined']],
    ['{{ profile.nope | default: "none" }}', []],
    ['{{ response.json.nope }}', []],
  ])('%s is told save where it is the response that lacks it', (template, codes) => {
    expect(taken(template, '{}').warnings.map(({ code }) => code)).toEqual(codes)
  })
})
