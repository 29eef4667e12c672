import { describe, expect, it } from 'vitest'
import { capture, captureNothing } from '../../src/webhook/capture.ts'
import { createMasker } from '../../src/webhook/masking/mask.ts'
import { noMaskers, ReadableResponse } from '../../src/webhook/response/readable-response.ts'
import { RenderBudget } from '../../src/webhook/template/render-budget.ts'
import { writeJson } from '../../src/webhook/values/json.ts'
import { cpuMs } from '../support/cpu-time.ts'
import { compiled } from './support/nodes.ts'
import { createResponse, createScope } from './support/responses.ts'
import { SpentBudget } from './support/spent-budget.ts'

const taken = (template: string, body: string, headers: [string, string][] = []) => {
  const response = createResponse({ body, headers, status: 201 })
  const scope = createScope(response, { profile: { name: 'Ada' } })
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

    const response = createResponse({})
    expect(writeJson(capture(node, response, createScope(response), 262_144).values)).toBe(
      '{"__proto__":1,"constructor":2,"a/b":3}',
    )
    expect(writeJson(captureNothing(node))).toBe('{"__proto__":null,"constructor":null,"a/b":null}')
  })

  it('is Liquid though the templates of the request are none', () => {
    const response = createResponse({ body: '7' })
    const node = compiled({ templates: 'none', capture: { v: '{{ response.json }}' } })

    expect(capture(node, response, createScope(response), 262_144).values).toEqual({ v: 7 })
  })
})

describe('what is captured together', () => {
  const within = (maxBytes: number, templates: Readonly<Record<string, string>>, body: string) => {
    const response = createResponse({ body })
    return capture(compiled({ capture: templates }), response, createScope(response), maxBytes)
  }
  const text = '{{ response.json.text }}'
  const list = '{{ response.json.list }}'
  const body = '{"text":"12345678","list":[1,2,3,4,5,6,7,8,9]}'
  const limitTo = (bytes: number) =>
    `and does not fit. All captured values together may have ${bytes} bytes as JSON (MAX_CAPTURED_BYTES).`

  it('may have as many bytes as there are, quotes included', () => {
    expect(within(10, { text }, body)).toEqual({
      values: { text: '12345678' },
      warnings: [],
      exceededAt: null,
    })
  })

  it.each([
    [9, 'text', { text }, '"text" has 10 bytes'],
    [9, 'list', { list }, '"list" has more than 9 bytes'],
    [28, 'list', { text, list }, '"list" has more than 18 bytes'],
    [19, 'other', { text, other: text }, '"other" has 10 bytes'],
  ])('of %i bytes lacks %s, of %j', (maxBytes, name, templates, message) => {
    const { values, warnings, exceededAt } = within(maxBytes, templates, body)

    expect(values).toMatchObject({ [name]: null })
    expect(warnings).toEqual([
      {
        code: 'capture_too_large',
        path: `/node/capture/${name}`,
        message: `${message} ${limitTo(maxBytes)}`,
      },
    ])
    expect(exceededAt).toBeNull()
  })

  it('has what still fits behind something that does not', () => {
    const { values } = within(10, { list, text }, body)

    expect(values).toEqual({ list: null, text: '12345678' })
  })

  it('counts bytes, not characters', () => {
    expect(within(9, { text }, '{"text":"€€€"}').values).toEqual({ text: null })
    expect(within(11, { text }, '{"text":"€€€"}').values).toEqual({ text: '€€€' })
  })

  it('ends where there is no time: what follows is not even begun', () => {
    const response = createResponse({ body })
    const scope = { ...createScope(response), budget: new SpentBudget(0) }
    const looping = '{% for n in response.json.list %}{{ n }}{% endfor %}'
    const templates = { first: looping, second: looping, third: text }

    const captured = capture(compiled({ capture: templates }), response, scope, 1_000)

    expect(captured).toMatchObject({
      values: { first: null, second: null, third: null },
      warnings: [{ code: 'capture_failed', path: '/node/capture/first' }],
      exceededAt: '/node/capture/first',
    })
  })
})

describe('a capture that refers to something that is not there', () => {
  it.each([
    ['x {{ profile.nope }}', ['template_undefined']],
    ['{{ profile.nope | default: "none" }}', []],
    ['{{ response.json.nope }}', ['capture_empty']],
    ['x {{ response.json.nope }}', ['template_undefined']],
    ['{{ response.json.nope | default: "none" }}', []],
    ['{{ response.json.nope | default: nil }}', []],
    ['{{ response.json.list | where: "a", "| default" | first }}', ['capture_empty']],
    ['{{ response.json.list | first | default: nil }}', []],
    ['{% if response.json.nope %}x{% endif %}', []],
  ])('%s is reported once', (template, codes) => {
    expect(taken(template, '{"list":[]}').warnings.map(({ code }) => code)).toEqual(codes)
  })
})

describe('a capture that finds nothing', () => {
  it.each([
    ['{{ response.json.idd }}', '{"id":7}', '"response.json" has no "idd". Did you mean "id"?'],
    ['{{ response.json["idd"] }}', '{"id":7}', '"response.json" has no "idd". Did you mean "id"?'],
    ['{{ response.json.Id }}', '{"ID":7}', '"response.json" has no "Id". Did you mean "ID"?'],
    ['{{ response.json.other }}', '{"id":7}', '"response.json" has no "other".'],
    [
      '{{ response.json.data.custmer.id }}',
      '{"data":{"customer":{"id":1}}}',
      '"response.json.data" has no "custmer". Did you mean response.json.data.customer.id?',
    ],
    [
      '{{ response.json["a.b"].cc }}',
      '{"a.b":{"c":1}}',
      '"response.json.a.b" has no "cc". Did you mean "c"?',
    ],
    ['{{ response.json.items[3] }}', '{"items":[1,2]}', '"response.json.items" is a list of 2 items.'],
    ['{{ response.json.items.first.id }}', '{"items":[]}', '"response.json.items" is a list of 0 items.'],
    [
      '{{ response.json.id }}',
      '[{"id":7}]',
      '"response.json" is a list of 1 item: name one of them, as in response.json[0].id.',
    ],
    ['{{ response.json.id.value }}', '{"id":"L-9"}', '"response.json.id" is a text.'],
    ['{{ response.json.id.value }}', '{"id":12345678901234567890}', '"response.json.id" is a number.'],
    ['{{ response.json.id.value }}', '{"id":false}', '"response.json.id" is a truth value.'],
    ['{{ response.json.items[-3] }}', '{"items":[1,2]}', '"response.json.items" is a list of 2 items.'],
    [
      '{{ response.json.items[-1].idd }}',
      '{"items":[{"id":1}]}',
      '"response.json.items[-1]" has no "idd". Did you mean "id"?',
    ],
    [
      '{{ response.json.items[0].idd }}',
      '{"items":[{"id":1}]}',
      '"response.json.items[0]" has no "idd". Did you mean "id"?',
    ],
    [
      '{{ response.json.items.first.skuu }}',
      '{"items":[{"sku":1}]}',
      '"response.json.items.first" has no "skuu". Did you mean "sku"?',
    ],
    [
      '{{ response.json.items.last.skuu }}',
      '{"items":[{"sku":1}]}',
      '"response.json.items.last" has no "skuu". Did you mean "sku"?',
    ],
    ['{{ response.json.a[response.json.k] }}', '{"a":{},"k":"y\\nz"}', '"response.json.a" has no "y?z".'],
    ['{{ response.json.items.size.x }}', '{"items":[]}', '"response.json.items.size" is a number.'],
    ['{{ response.json["list.0.id"] }}', '{"list":[{"id":1}]}', '"response.json" has no "list.0.id".'],
    [
      '{{ response.json["orders.0"] }}',
      '{"orders":[1]}',
      '"response.json" has no "orders.0". Did you mean "orders"?',
    ],
    ['{{ response.json["a.b"] }}', '{"a":{"b":1}}', '"response.json" has no "a.b".'],
    ['{{ response.json.list["a b"] }}', '{"list":[1]}', '"response.json.list" is a list of 1 item.'],
    ['{{ response.json.id }}', '{"id":null}', 'the value is null.'],
    ['{{ response.json.list | first }}', '{"list":[]}', 'the value is null.'],
    ['{{ response.json.id }}', '', 'the response has no body.'],
    ['{{ response.json.id }}', '<html>', 'the body of the response is not JSON.'],
    ['{{ response.headers.locaton }}', '', 'the response has no header "locaton". Did you mean "location"?'],
    [
      '{{ response.headers.locaton | split: "/" | last }}',
      '',
      'the response has no header "locaton". Did you mean "location"?',
    ],
  ])('%s of %j is reported: %s', (template, body, what) => {
    const { warnings } = taken(template, body, [['Location', '/leads/9']])

    expect(warnings).toEqual([
      { code: 'capture_empty', path: '/node/capture/v', message: `"v" found nothing: ${what}` },
    ])
  })

  it.each<[template: string, value: unknown]>([
    ['{{ response.json.idd == nil }}', true],
    ['{{ response.json.id == 7 or response.json.idd == 8 }}', true],
    ['id={{ response.json.idd }}', 'id='],
    ['{{ response.json.idd | append: "x" }}', 'x'],
    ['{{ response.json.idd | upcase }}', ''],
  ])('is not reported where a value came out: %s', (template, value) => {
    const { values, warnings } = taken(template, '{"id":7}')

    expect(values).toEqual({ v: value })
    expect(warnings).toEqual([
      {
        code: 'template_undefined',
        path: '/node/capture/v',
        message: '"v" lacks a value: "response.json" has no "idd". Did you mean "id"?',
      },
    ])
  })

  it.each([
    ['{{ response.json.idd }}', '{"id":7}'],
    ['{{ response.json.other }}', '{"id":7}'],
    ['{{ response.json.id }}', ''],
    ['{{ response.json.id }}', '{"id":null}'],
  ])('is reported for a response that is not the expected one, too: %s of %j', (template, body) => {
    const response = createResponse({ status: 401, body })
    const { warnings } = capture(
      compiled({ capture: { v: template } }),
      response,
      createScope(response),
      262_144,
    )

    expect(warnings.map(({ code }) => code)).toEqual(['capture_empty'])
  })

  it('is reported with its cause where reading stopped', () => {
    const response = createResponse({ body: '{"id":7,"na', ending: 'broken' })
    const node = compiled({ capture: { v: '{{ response.json.id }}' } })

    expect(capture(node, response, createScope(response), 262_144).warnings[0]?.message).toContain(
      'only a part of the body was read',
    )
  })

  it.each([
    ['turns the direction of the line', '{"i\u202ed":7}'],
    ['breaks the line', '{"id\\n":7}'],
    ['is a secret', '{"id-s3cr3t":7}'],
  ])('shows no name that %s', (_what, body) => {
    const response = createResponse({ body }, { display: createMasker(['s3cr3t']) })
    const node = compiled({ capture: { v: '{{ response.json.id-s3cr3 }}', w: '{{ response.json.idd }}' } })
    const { warnings } = capture(node, response, createScope(response), 262_144)

    expect(warnings.map(({ message }) => message)).toEqual([
      '"v" found nothing: "response.json" has no "id-s3cr3".',
      '"w" found nothing: "response.json" has no "idd".',
    ])
  })

  it('shows no name where nothing of the body may be quoted', () => {
    const answer = { status: 200, headers: [], body: Buffer.from('{"id":7}'), ending: 'complete' } as const
    const response = new ReadableResponse(answer, noMaskers, { isShown: false })
    const node = compiled({
      capture: { v: '{{ response.json.idd }}', w: '{% assign r = response.json %}{{ r.idd }}' },
    })
    const { warnings } = capture(node, response, createScope(response), 262_144)

    expect(warnings.map(({ code, message }) => `${code} ${message}`)).toEqual([
      'capture_empty "v" found nothing: "response.json" has no "idd".',
      'template_undefined r.idd is not defined and was rendered as nothing.',
    ])
  })

  it('gets a suggestion a few times only, since each one takes a search through the response', () => {
    const names = Array.from({ length: 100 }, (_, index) => [`c${index}`, `{{ response.json.k${index}x }}`])
    const response = createResponse({
      body: JSON.stringify(Object.fromEntries(names.map((_, index) => [`k${index}`, 1]))),
    })
    const { warnings } = capture(
      compiled({ capture: Object.fromEntries(names) }),
      response,
      { ...createScope(response), budget: RenderBudget.started(1_000) },
      262_144,
    )

    expect(warnings).toHaveLength(100)
    expect(warnings.filter(({ message }) => message.includes('Did you mean'))).toHaveLength(20)
  })
})

describe('the search for a misspelt name', () => {
  const names = Array.from({ length: 20 }, (_, index) => [`c${index}`, `{{ response.json.kx${index} }}`])
  const body = JSON.stringify(
    Object.fromEntries(Array.from({ length: 60_000 }, (_, index) => [`k${index}`, 1])),
  )
  const node = compiled({ capture: Object.fromEntries(names) })

  it('is counted, and leaves the captures their time', () => {
    const response = createResponse({ body })
    const budget = new RenderBudget(12)
    const variables = { response: response.variablesWithin(budget) }
    const scope = { ...createScope(response), variables, budget }

    const { warnings, exceededAt } = budget.judge(() => capture(node, response, scope, 262_144))

    expect(exceededAt).toBeNull()
    expect(warnings).toHaveLength(20)
    expect(warnings[0]?.message).toContain('Did you mean "k0"?')
    expect(budget.spentMs).toBeGreaterThan(0)
  })
})

describe('a capture over a response in which the target sent a secret of the service', () => {
  it.each([
    ['{{ response.json.id }}', false],
    ['{{ response.json.id | upcase }}', false],
    ['{{ response.headers.x-q | upcase }}', false],
    ['{{ response.status }} {{ response.json.list.size }}', false],
    ['{{ response.json.key }}', true],
    ['{{ response.json.key | slice: 0, 1 }}', true],
    ['{{ response.json.key.size }}', true],
    ['{{ response.json.keys.last | size }}', true],
    ['{{ response.json[profile.name] | json }}', true],
    ['{{ response.body | size }}', true],
    ['{% assign r = response %}{{ r.status }}{{ r.json.id }}', true],
    ['{% for k in response.json.keys %}x{% endfor %}', true],
  ])('%s is masked, with a warning: %s', (template, isTold) => {
    const stored = createMasker(['s3cr3t-value'])
    const body = '{"id":"L-9","list":[1],"key":"s3cr3t-value","keys":["s3cr3t-value"]}'
    const response = createResponse(
      {
        body,
        headers: [
          ['x-q', '1'],
          ['x-t', 's3cr3t-value'],
        ],
      },
      { stored },
    )
    const scope = createScope(response, { profile: { name: 'id' } })
    const { warnings } = capture(compiled({ capture: { v: template } }), response, scope, 262_144)

    expect(warnings.map(({ code }) => code)).toEqual(isTold ? ['capture_masked'] : [])
  })
})

describe('work of the engine itself', () => {
  const burn = (ms: number) => {
    const end = cpuMs() + ms
    while (cpuMs() < end) {}
  }

  it('takes no time from templates, in the same stage or a later one, also where it is nested', () => {
    const budget = new RenderBudget(30)

    budget.judge(() => {
      budget.aside(() => budget.aside(() => burn(60)))
      budget.check()
    })
    budget.judge(() => budget.check())

    expect(budget.spentMs).toBeGreaterThan(30)
    expect(() => budget.judge(() => burn(60)) ?? budget.judge(() => budget.check())).toThrow('limit')
  })
})
