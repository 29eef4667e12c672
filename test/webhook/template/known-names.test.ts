import { describe, expect, it } from 'vitest'
import { cpuMs } from '../../support/cpu-time.ts'
import { complaint, listErrors } from '../support/nodes.ts'

const inRequest = (text: string) => complaint({ query: [{ name: 'q', value: text }] })
const inCapture = (text: string) => complaint({ capture: { v: text } })
const inWhen = (when: string) => complaint({ query: [{ name: 'q', value: 1, when }] })
const inExpect = (value: string) => complaint({ expect: { type: 'condition', value } })

describe('a variable of a template of the request', () => {
  it.each([
    '{{ profile.a }}{{ event["b c"][0] }}{{ instance[profile.key].x }}{{ flow }}{{ vars.size }}',
    '{{ node.id }}{{ execution.id }}{{ execution.idempotencyKey }}',
    '{{ execution.correlationId | default: "none" }}{{ execution.tenant.size }}{{ execution[profile.x] }}',
    '{{ node | json }}{{ node["id"] }}{{ ["profile"].x }}{{ [profile.x].y }}',
    '{{ nil }}{{ true }}{{ empty }}{{ "text".size }}{{ (1..3) }}',
    '{{ a }}{% assign a = 1 %}',
    '{% assign a = profile %}{{ a.b.c }}',
    '{% capture a %}x{% endcapture %}{{ a }}{% capture "b" %}x{% endcapture %}{{ b }}',
    '{% for t in profile.list %}{{ t.x }}{{ forloop.last }}{% endfor %}{{ t }}{{ forloop.index }}',
    '{% for t in profile.list limit: 2 %}{% endfor %}{% for t in profile.list offset: continue %}{% endfor %}',
    '{% for t in profile.list %}{{ forloop.index }}{{ forloop.index0 }}{{ forloop["rindex"] }}{{ forloop.rindex0 }}{% endfor %}',
    '{% for t in profile.list %}{{ forloop.length }}{{ forloop.name }}{{ forloop[profile.x] }}{% endfor %}',
    '{% for t in profile.list %}{% if forloop.first and forloop.index == 1 %}x{% endif %}{% endfor %}',
    '{% tablerow t in profile.list %}{{ tablerowloop.col_first }}{{ tablerowloop.row }}{{ tablerowloop.last }}{% endtablerow %}',
    '{% tablerow t in profile.list cols: 2 %}{{ tablerowloop.col }}{% endtablerow %}',
    '{% increment n %}{{ n }}{% decrement m %}{{ m }}',
    '{% liquid\n assign a = 1\n for t in profile.list\n echo t | plus: a\n endfor\n%}{{ a }}',
    '{% assign node = profile %}{{ node.name }}',
    '{% assign response = profile %}{{ response.x }}',
    '{% comment %}{{ nobody }}{% endcomment %}{% raw %}{{ nobody }}{% endraw %}',
    '{{ profile.list | where_exp: "t", "t.a == profile.a" | map: "a" }}',
    '{% assign c = "nobody.x" %}{{ profile.list | where_exp: "t", c }}',
    '{{ profile.list | where_exp: profile.name, "nobody.x" }}',
    '{% assign if = 1 %}{{ if }}',
  ])('is known: %s', (text) => {
    expect(inRequest(text)).toBeUndefined()
    expect(inCapture(text)).toBeUndefined()
  })

  it.each([
    ['{{ now }}', '"now" is not a variable. The time is "now" | date: "%Y-%m-%d".'],
    ['{{ profile.a | default: NULL }}', '"NULL" is not a variable. Write nil.'],
    ['{% if profile.a == None %}x{% endif %}', '"None" is not a variable. Write nil.'],
    ['{% if profile.a == True %}x{% endif %}', 'Write true.'],
    ['{% if profile.a == False %}x{% endif %}', 'Write false.'],
    ['{{ profile?.email }}', 'Liquid has no operator "?.": write profile.email'],
    ['{{ \u200bprofile.email }}', 'contains an invisible character'],
    ['{{ profile.a | default: ‘x’ }}', 'contains curly quotes: write straight quotes'],
    [
      '{{ profile.a | where_exp: "i", "item.q > 3" }}',
      'In the condition, an item has the name that the filter gives as its first argument.',
    ],
    ['{{ score }}', '"score" is not a variable. Did you mean "profile.score"?'],
    ['{{ Profile.email }}', 'Did you mean "profile.email"?'],
    ['{{ PROFILE.email }}', 'Did you mean "profile.email"?'],
    ['{{ profil.address.city }}', 'Did you mean "profile.address.city"?'],
    ['{{ payload.profile.email }}', 'Did you mean "profile.email"?'],
    ['{{ customer.email }}', 'Did you mean "profile.email"?'],
    ['{{ workflow.name }}', 'Did you mean "flow.name"?'],
    ['{{ workflow }}', 'Did you mean "profile.workflow"?'],
    ['{{ xqzt.email }}', 'Did you mean "profile.xqzt.email"?'],
    ['{{ execution.executionId }}', 'Did you mean "execution.id"?'],
    ['{{ node.id.x.y }}', '"node.id" has no "x".'],
    ['{{ profile.list | where_exp: "t", "nobody.x" | map: "a" }}', 'uses a name that is not a variable'],
    ['{{ order.total }}', 'Did you mean "profile.order.total"?'],
    ['{{ evnt["a b"].x }}', 'Did you mean "event"?'],
    ['{{ ["profil"].x }}', 'Variables begin with profile, event, instance, flow, vars, node and execution.'],
    ['{{ node.name }}', '"node" has no "name". It has id.'],
    ['{{ node["name"] }}', '"node" has no member of that name. It has id.'],
    ['{{ node.id.x }}', '"node.id" has no "x".'],
    ['{{ execution.idempotency_key }}', 'Did you mean "execution.idempotencyKey"?'],
    ['{{ execution.nodeId }}', 'Did you mean "execution.id"?'],
    ['{{ profile.a | default: score }}', 'Did you mean "profile.score"?'],
    ['{{ profile[key] }}', 'Did you mean "profile.key"?'],
    ['{{ profile.a | append: evnt.b }}', 'Did you mean "event.b"?'],
    ['{% if score > 50 %}{% endif %}', 'Did you mean "profile.score"?'],
    ['{% unless score %}{% endunless %}', 'Did you mean "profile.score"?'],
    ['{% if true %}{% elsif score %}{% endif %}', 'Did you mean "profile.score"?'],
    ['{% case plan %}{% when 1 %}{% endcase %}', 'Did you mean "profile.plan"?'],
    ['{% case profile.plan %}{% when plan %}{% endcase %}', 'Did you mean "profile.plan"?'],
    ['{% for t in tags %}{% endfor %}', 'Did you mean "profile.tags"?'],
    ['{% for t in profile.tags limit: count %}{% endfor %}', 'Did you mean "profile.count"?'],
    ['{% for i in (1..count) %}{% endfor %}', 'Did you mean "profile.count"?'],
    ['{% assign a = score %}', 'Did you mean "profile.score"?'],
    ['{% echo score %}', 'Did you mean "profile.score"?'],
    ['{% cycle score %}', 'Did you mean "profile.score"?'],
    ['{% liquid\n echo score\n%}', 'Did you mean "profile.score"?'],
    ['{% assign total = 1 %}{{ totl }}', 'Did you mean "total"?'],
    ['{% for item in profile.list %}{{ itme.x }}{% endfor %}', 'Did you mean "item.x"?'],
    ['{% for t in profile.l %}{{ forloop.Last }}{% endfor %}', 'Did you mean "forloop.last"? It has index,'],
    [
      '{% for t in profile.l %}{% unless forloop.lst %},{% endunless %}{% endfor %}',
      'Did you mean "forloop.last"?',
    ],
    ['{% for t in profile.l %}{{ forloop.frist }}{% endfor %}', 'Did you mean "forloop.first"?'],
    ['{% for t in profile.l %}{{ forloop.count }}{% endfor %}', 'Did you mean "forloop.length"?'],
    [
      '{% for t in profile.l %}{{ forloop["x"] }}{% endfor %}',
      '"forloop" has no member of that name. It has',
    ],
    ['{% for t in profile.l %}{{ forloop.parentloop.index }}{% endfor %}', 'cannot read the loop around it'],
    ['{% for t in profile.l %}{{ forloop.index.x }}{% endfor %}', '"forloop.index" has no "x"'],
    [
      '{% for t in profile.l %}{{ forloop }}{% endfor %}',
      '"forloop" alone is not a value. Use one of its members: index,',
    ],
    ['{% for t in profile.l %}{{ forloop | json }}{% endfor %}', 'alone is not a value'],
    ['{% for t in profile.l %}{% if forloop.index == "1" %}x{% endif %}{% endfor %}', 'without quotes'],
    ['{% for t in profile.l %}{{ forloop.col }}{% endfor %}', '"forloop" has no "col"'],
    [
      '{% tablerow t in profile.l %}{{ tablerowloop.column }}{% endtablerow %}',
      '"tablerowloop" has no "column"',
    ],
    ['{{ forloop.last }}', '"forloop" is available only in a template with {% for %}'],
    [
      '{{ profile.list | where_exp: "t", "itm.a" }}',
      'The condition of a filter uses a name that is not a variable',
    ],
    ['{{ response.json.id }}', 'There is no response yet'],
    ['{{ respons.status }}', 'There is no response yet'],
    ['{{ continue }}', 'is not a variable'],
  ])('is not known: %s', (text, problem) => {
    expect(inRequest(text)).toMatch(/^\/node\/query\/0\/value: /)
    expect(inRequest(text)).toContain(problem)
  })
})

describe('a variable over a response', () => {
  it.each([
    'response.status == 200',
    'response.headers.x-id',
    'response.headers["x-id"].size > 1',
    'response.headers.size > 0',
    'response.body.size > 0',
    'response.body.length > 0',
    'response.status > "400"',
    'response.headers.x-count > 5',
    'response.headers.x-count == "5"',
    '200 == response.status',
    'response.json.id == "7"',
    'response.body.size == 0',
    'response.status == profile.expected',
    'response.json.a.b[0]',
    'response["json"].a',
    'response[profile.x]',
    'response["json"][profile.x].y == event.z',
    'node.id == execution.id',
  ])('is known: %s', (value) => {
    expect(inExpect(value)).toBeUndefined()
    expect(inCapture(`{{ ${value.split(' ')[0]} }}`)).toBeUndefined()
  })

  it('is not looked at where it is computed', () => {
    expect(inCapture('{% assign r = response %}{{ r.anything }}')).toBeUndefined()
  })

  it.each([
    ['response.statusCode == 200', 'Did you mean "response.status"? It has status, headers, body and json.'],
    ['response["statusCode"] == 200', 'Did you mean "response.status"?'],
    ['response.status_code == 200', 'Did you mean "response.status"?'],
    ['response.code == 200', 'Did you mean "response.status"?'],
    ['response.ok', 'Did you mean "response.status"?'],
    ['response.data.id', 'Did you mean "response.json.id"?'],
    ['response.payload.id', 'Did you mean "response.json.id"?'],
    ['payload.id == 1', 'Did you mean "response.json.id"?'],
    ['response.jsn.id', 'Did you mean "response.json.id"?'],
    ['response.Status', 'Did you mean "response.status"?'],
    ['response.header.x-id', 'Did you mean "response.headers.x-id"?'],
    ['response.content contains "x"', 'Did you mean "response.body"?'],
    ['response.text', 'Did you mean "response.body"?'],
    ['response.body.id == 7', 'Did you mean "response.json.id"?'],
    ['response.status.text', '"response.status" has no "text"'],
    ['response.constructor', '"response" has no "constructor"'],
    ['response.headers.X-Id', 'Did you mean "response.headers.x-id"?'],
    ['response.headers["Location"]', 'Did you mean "response.headers.location"?'],
    ['response.headers["X-Id"]', 'The names of headers are in lower case'],
    ['status == 200', 'Did you mean "response.status"?'],
    ['statusCode == 200', 'Did you mean "response.status"?'],
    ['body contains "x"', 'Did you mean "response.body"?'],
    ['json.id', 'Did you mean "response.json.id"?'],
    ['respons.json.id', 'Did you mean "response.json.id"?'],
    ['Response.status == 200', 'Did you mean "response.status"?'],
    ['response.status == "200"', 'Write the number without quotes'],
    ['"200" != response.status', 'Write the number without quotes'],
    ["(response.status == '200')", 'Write the number without quotes'],
    ['response.status contains "20"', 'is a number, and contains does not apply to numbers'],
    ['response.body.size == "0"', 'Write the number without quotes'],
    ['response.headers.x-count == 5', 'Write the number in quotes'],
    ['response["status"] == "200"', 'Write the number without quotes'],
    ['response.body == 5', 'Write the number in quotes'],
    ['execution.tenant == 5', 'Write the number in quotes'],
    ['response', '"response" always exists, so the condition is always true. Use one of its members'],
    ['not response', 'Use one of its members: status, headers, body and json.'],
    ['(response) and response.json.a', 'Use one of its members'],
    ['response.headers', 'Use one of its headers'],
    ['response.status', '"response.status" is a number, which is always true'],
    ['response.body.size', 'is a number, which is always true'],
    ['response["status"] and response.json.a', 'The variable is a number, which is always true'],
    ['true and score', 'Did you mean "response.json.score"?'],
  ])('is not known: %s', (value, problem) => {
    expect(inExpect(value)).toMatch(/^\/node\/expect\/value: /)
    expect(inExpect(value)).toContain(problem)
  })

  it.each(['{{ response.statusCode }}', 'a {% if response.statusCode == 200 %}b{% endif %}'])(
    'is not known in a capture: %s',
    (text) => {
      expect(inCapture(text)).toContain('/node/capture/v: ')
      expect(inCapture(text)).toContain('Did you mean "response.status"?')
    },
  )

  it.each([
    ['{% case response.status %}{% when "200" %}a{% endcase %}', 'Write the number without quotes'],
    ['{% case response.status %}{% when 200, "201" %}a{% endcase %}', 'Write the number without quotes'],
    ['{% case response.status %}{% when 1 %}a{% when 2 or "3" %}b{% endcase %}', 'Write the number without'],
    ['{% case (response.status) %}{% when "200" %}a{% endcase %}', 'Write the number without quotes'],
    ['{% case response.body %}{% when 5 %}a{% endcase %}', 'Write the number in quotes'],
    ['{% case response.headers.x-a %}{% when 5 %}a{% endcase %}', 'Write the number in quotes'],
    ['{% liquid\n case response.status\n when "200"\n echo "a"\n endcase\n%}', 'Write the number without'],
    [
      '{% if true %}{% case response.status %}{% when "2" %}a{% endcase %}{% endif %}',
      'is a number, which never equals a text',
    ],
  ])('is compared with what it never equals: %s', (text, problem) => {
    expect(inCapture(text)).toContain(problem)
    expect(inCapture(text)).toContain('is invalid: "response.')
  })

  it.each([
    '{% case response.status %}{% when 200, 201 %}a{% endcase %}',
    '{% case response.body %}{% when "5" %}a{% endcase %}',
    '{% case response.json.a %}{% when "5", 5 %}a{% endcase %}',
    '{% case response.status %}{% when response.json.a %}{% case profile.a %}{% when "x" %}a{% endcase %}{% endcase %}',
    '{% assign s = response.status | append: "" %}{% case s %}{% when "200" %}a{% endcase %}',
    '{% case (response.status | append: "") %}{% when "200" %}a{% endcase %}',
    '{% case response.status %}{% when 1 %}{{ response.body }}{% endcase %}{% case response.body %}{% when "1" %}{% endcase %}',
  ])('is compared with what it may equal: %s', (text) => {
    expect(inCapture(text)).toBeUndefined()
  })

  it('is not known before there is one', () => {
    expect(inWhen('response.status == 200')).toContain('/node/query/0/when: ')
    expect(inWhen('response.status == 200')).toContain('There is no response yet')
    expect(inWhen('score > 50')).toContain('Did you mean "profile.score"?')
  })
})

describe('an unknown name', () => {
  it.each([
    ['/node/url', { url: 'https://t.test/{{ id }}' }],
    ['/node/auth/token', { auth: { type: 'bearer', token: '{{ token }}' } }],
    ['/node/auth/username', { auth: { type: 'basic', username: '{{ u }}', password: 'x' } }],
    ['/node/auth/value', { auth: { type: 'apiKey', in: 'header', name: 'X-K', value: '{{ k }}' } }],
    ['/node/query/0/value', { query: [{ name: 'a', value: '{{ k }}' }] }],
    ['/node/headers/0/value', { headers: [{ name: 'X-A', value: '{{ k }}' }] }],
    ['/node/headers/0/when', { headers: [{ name: 'X-A', value: 1, when: 'k' }] }],
    [
      '/node/body/fields/0/value',
      { body: { structure: 'simple', fields: [{ name: 'a', value: '{{ k }}' }] } },
    ],
    ['/node/body/content/a/1', { body: { structure: 'json', content: { a: [1, '{{ k }}'] } } }],
    ['/node/body/content', { body: { structure: 'raw', contentType: 'text/plain', content: '{{ k }}' } }],
    ['/node/capture/a', { capture: { a: '{{ k }}' } }],
    [
      '/node/expect/1/value',
      {
        expect: [
          { type: 'status', value: 200 },
          { type: 'condition', value: 'k' },
        ],
      },
    ],
  ] as const)('is refused at %s', (path, node) => {
    expect(listErrors(node).map((error) => error.path)).toEqual([path])
  })

  it('is refused in conditions and captures also where the templates of the request are none', () => {
    const node = {
      templates: 'none',
      query: [{ name: 'a', value: '{{ k }}', when: 'k' }],
      capture: { a: '{{ k }}' },
    } as const

    expect(listErrors(node).map(({ path }) => path)).toEqual(['/node/query/0/when', '/node/capture/a'])
  })

  it('is refused without a text of the template in the message', () => {
    for (const text of [
      '{{ ["mysecret"] }}',
      '{{ node["mysecret"] }}',
      '{{ profil["mysecret"] }}',
      "{{ a['mysecret'].b }}",
    ])
      expect(inRequest(text)).not.toContain('mysecret')
    expect(inRequest('{{ profile.a | where_exp: "t", "mysecret" }}')).not.toContain('mysecret')
    expect(inRequest('{{ profile.a | where_exp: "t", "t mysecret" }}')).not.toContain('mysecret')
    expect(inExpect('response.headers["MySecret"]')).not.toMatch(/mysecret/i)
  })

  it('is refused quickly, however many there are', () => {
    const began = cpuMs()
    const made = Array.from({ length: 2_000 }, (_, index) => `{% assign v${index} = 1 %}`).join('')

    expect(inRequest(`${made}${'{{ v1 }}'.repeat(1_000)}{{ nobody }}`)).toContain(
      '"nobody" is not a variable',
    )
    expect(inRequest(`{{ ${'a.'.repeat(4_000)}a }}`)).toContain('"a" is not a variable')
    expect(inRequest(`{{ node.${'a.'.repeat(4_000)}a }}`)).toContain('"node" has no "a"')
    expect(cpuMs() - began).toBeLessThan(2_000)
  })
})

describe('a placeholder where none is filled in', () => {
  const body = (content: unknown) => ({ structure: 'json', content }) as const
  const said = 'must not contain a placeholder, because this text is not a template'

  it.each([
    ['/node/query/0/name', { query: [{ name: '{{ profile.k }}', value: 1 }] }],
    ['/node/query/0/name', { query: [{ name: 'a{% if profile.k %}b{% endif %}', literal: 1 }] }],
    ['/node/query/0/field', { query: [{ name: 'a', source: 'profile', field: '{{ profile.k }}' }] }],
    ['/node/headers/0/name', { headers: [{ name: 'X-{{ profile.k }}', value: 1 }] }],
    ['/node/body/fields/0/name', { body: { structure: 'simple', fields: [{ name: '{{ k }}', value: 1 }] } }],
    ['/node/body/content/a/0/{{ k }}', { body: body({ a: [{ '{{ k }}': 1 }] }) }],
    ['/node/body/content/{{ k }}', { body: body({ '{{ k }}': { b: '{{ profile.b }}' } }) }],
    ['/node/body/contentType', { body: { structure: 'raw', contentType: 'text/{{ k }}', content: 'x' } }],
    ['/node/auth/name', { auth: { type: 'apiKey', in: 'header', name: 'X-{{ k }}', value: 'k-1234' } }],
    ['/node/auth/name', { auth: { type: 'apiKey', in: 'query', name: '{{ k }}', value: 'k-1234' } }],
    ['/node/expect/value', { expect: { type: 'string', value: '{{ profile.k }}' } }],
    ['/node/expect/0/value', { expect: [{ type: 'string', value: 'a {% b %}', match: 'equals' }] }],
    ['/node/branches/error', { branches: { success: 'yes', error: '{{ vars.next }}' } }],
    ['/node/capture/{{ k }}', { capture: { '{{ k }}': '{{ response.json }}' } }],
  ] as const)('is refused at %s', (path, node) => {
    const errors = listErrors(node)

    expect(errors.map((error) => error.path)).toEqual([path])
    expect(errors[0]?.message).toContain(said)
  })

  it('is sent as it stands where the node has no templates', () => {
    const node = {
      templates: 'none',
      query: [{ name: '{{ a }}', source: 'profile', field: '{{ b }}' }],
      body: body({ '{{ k }}': '{{ v }}' }),
      expect: { type: 'string', value: '{{ x }}' },
      branches: { success: '{{ yes }}' },
      auth: { type: 'apiKey', in: 'query', name: '{{ k }}', value: 'k-1234' },
    } as const

    expect(listErrors(node)).toEqual([])
    expect(complaint({ templates: 'none', headers: [{ name: '{{ k }}', value: 1 }] })).toContain(
      'is not a header name',
    )
  })

  it('is sent as it stands within a literal', () => {
    expect(listErrors({ query: [{ name: 'a', literal: { '{{ k }}': '{{ v }}' } }] })).toEqual([])
  })

  it('is not taken for one where its braces are apart', () => {
    expect(listErrors({ query: [{ name: '{a}{ {b} }}', value: 1 }] })).toEqual([])
  })
})
