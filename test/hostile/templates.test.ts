import { hostileService } from './support/hostile-service.ts'
import { hostileTarget } from './support/hostile-target.ts'
import { describeShapes, execute, many, post, preview, type Shape } from './support/shape.ts'

/** Nodes that are dear to read, before anything is rendered. */
const service = hostileService({ heapMb: 256 })
const target = hostileTarget()

const megabyte = 1_000_000
const fill = (text: string, bytes = megabyte) => text.repeat(Math.floor(bytes / text.length))
const raw = (url: string, content: string) =>
  post(url, { body: { structure: 'raw', contentType: 'text/plain', content } })

/** Templates of a megabyte. */
const templates: Readonly<Record<string, string>> = {
  ranges: `{{ ${fill('(1..2)')} }}`,
  'loops over ranges': fill('{%for i in(1..2)%}{%endfor%}'),
  'arguments of cycle': `{% cycle ${fill('1,')}1 %}`,
  cycles: fill('{%cycle 1,2%}'),
  placeholders: fill('{{a}}'),
  'placeholders of what is there': fill('{{flow.a}}'),
  'empty placeholders': fill('{{}}'),
  'a condition of ors': `{% if ${fill('flow.a or ')}flow.a %}{% endif %}`,
  'a condition of comparisons': `{% if ${fill('flow.a == 1 or ')}true %}{% endif %}`,
  parentheses: `{% if ${fill('(', 400_000)}true${fill(')', 400_000)} %}{% endif %}`,
  'parentheses that never close': `{% if ${fill('(')}true %}{% endif %}`,
  brackets: `{{ ${fill('flow[', 500_000)}1${fill(']', 100_000)} }}`,
  members: `{{ flow${fill('.a')} }}`,
  'members in brackets': `{{ flow${fill('["a"]')} }}`,
  filters: `{{ flow.a${fill('|upcase', 70_000)} }}`,
  'filters without end': `{{ flow.a${fill('|upcase')} }}`,
  'unknown filters': `{{ flow.a${fill('|upcas')} }}`,
  'arguments of a filter': `{{ flow.a | append: ${fill('1,')}1 }}`,
  blocks: `${fill('{%if 1%}', 400_000)}${fill('{%endif%}', 450_000)}`,
  'blocks that never close': fill('{%if 1%}'),
  'loops in loops': `${fill('{%for i in(1..2)%}', 500_000)}${fill('{%endfor%}', 270_000)}`,
  else: `{% if 1 %}${fill('{%elsif 1%}')}{% endif %}`,
  when: `{% case 1 %}${fill('{%when 1%}')}{% endcase %}`,
  'values of when': `{% case 1 %}{% when ${fill('1,')}1 %}{% endcase %}`,
  assignments: fill('{%assign a=1%}'),
  'names that are assigned': many(40_000, (index) => `{%assign a${index}=1%}`).join(''),
  'lines of liquid': `{% liquid ${fill('assign a = 1\n')}%}`,
  comments: fill('{%comment%}{%endcomment%}'),
  'raw blocks': fill('{%raw%}{%endraw%}'),
  'raw blocks that never close': fill('{%raw%}'),
  braces: fill('{'),
  'braces that close': fill('}'),
  openings: fill('{{'),
  'openings of tags': fill('{%'),
  'openings with dashes': fill('{{-'),
  'dashes and white space': fill(`{{-1-}}${' '.repeat(100)}`),
  'white space behind a dash': `{{ 1 -}}${fill(' ')}x`,
  'white space in a placeholder': `{{${fill(' ')}flow.a}}`,
  'quotation marks': `{{ ${fill('"')} }}`,
  'backslashes in a text': `{{ "${fill('\\')}" }}`,
  'one name': `{{ ${fill('a')} }}`,
  'one name of an unknown root': `{{ profil${fill('e', 100_000)}.a }}`,
  'unknown roots': many(60_000, (index) => `{{profilx${index}}}`).join(''),
  'unknown members of the response': many(20_000, (index) => `{{response.statusCode${index}}}`).join(''),
  dots: `{{ flow${fill('.')} }}`,
  'line breaks in tags': fill('{%\nassign a = 1\n%}'),
  secrets: fill('{{secrets.a}}'),
  'names of secrets': many(40_000, (index) => `{{secrets.a${index}}}`).join(''),
  numbers: `{{ ${fill('1')} }}`,
  'points of a number': `{{ 1${fill('.1')} }}`,
}

describeShapes('a megabyte in a template: ', { service, target }, [
  ...Object.entries(templates).map(([name, content]) => ({
    name,
    request: (url: string) => execute({ node: raw(url, content), payload: { flow: { a: 'a' } } }),
  })),
])

/** Conditions of a megabyte, which have no braces. */
const conditions: Readonly<Record<string, string>> = {
  ors: `${fill('flow.a or ')}flow.a`,
  'ands and ors': `${fill('flow.a and flow.b or ')}flow.a`,
  comparisons: `flow.a${fill(' == flow.a')}`,
  contains: `flow.a${fill(' contains "a"')}`,
  not: `${fill('not ')}flow.a`,
  parentheses: `${fill('(', 400_000)}1${fill(')', 400_000)}`,
  ranges: fill('(1..2)'),
  'white space': `flow.a${fill(' ')}== 1`,
  'blanks before members': `flow${fill(' .a')}`,
  'an unknown root': fill('statu'),
  'a text': `"${fill('a')}" == 1`,
  braces: fill('{{'),
}

describeShapes('a megabyte in a condition: ', { service, target }, [
  ...Object.entries(conditions).flatMap(([name, condition]): Shape[] => [
    {
      name: `${name}, of a field`,
      request: (url) =>
        preview({
          node: post(url, { query: [{ name: 'q', value: 1, when: condition }] }),
          payload: { flow: { a: 'a' } },
        }),
    },
    {
      name: `${name}, of an expectation`,
      request: (url) =>
        preview({
          node: post(url, { expect: { type: 'condition', value: condition } }),
          simulate: { status: 200 },
        }),
    },
  ]),
])

const fields = (count: number, make: (index: number) => object) => ({ query: many(count, make) })

describeShapes('many small things that are wrong, or nearly right: ', { service, target }, [
  {
    name: '25,000 fields of which none is one',
    request: (url) =>
      execute({
        node: post(
          url,
          fields(25_000, () => ({ nam: 'a', valu: 1 })),
        ),
      }),
    codes: ['invalid_request'],
  },
  {
    name: '200,000 empty fields',
    request: (url) =>
      execute({
        node: post(
          url,
          fields(200_000, () => ({})),
        ),
      }),
    codes: ['invalid_request'],
  },
  {
    name: '100,000 unknown members',
    request: (url) =>
      execute({ node: post(url, Object.fromEntries(many(80_000, (index) => [`m${index}`, 1]))) }),
    codes: ['invalid_request'],
  },
  {
    name: 'an unknown member of 900,000 letters',
    request: (url) => execute({ node: post(url, { [fill('a', 900_000)]: 1 }) }),
    codes: ['invalid_request'],
  },
  {
    name: '100,000 members of one name',
    request: () => ({ path: '/v1/execute', body: `{"node":{${fill('"url":1,')}"method":"GET"}}` }),
    codes: ['invalid_request'],
  },
  {
    name: 'two tenants',
    request: (url) => ({
      path: '/v1/execute',
      body: `{"node":{"method":"GET","url":"${url}"},"tenant":"a","tenant":"b"}`,
    }),
    codes: ['invalid_request'],
  },
  {
    name: '20,000 templates that do not parse',
    request: (url) =>
      execute({
        node: post(
          url,
          fields(20_000, (index) => ({ name: `q${index}`, value: '{{ a b c | d' })),
        ),
      }),
    codes: ['invalid_request'],
  },
  {
    name: '900 templates that do not parse, under names of a thousand letters',
    request: (url) =>
      execute({
        node: post(url, {
          capture: Object.fromEntries(many(900, (index) => [`${index}${'n'.repeat(1_000)}`, '{{ a b'])),
        }),
      }),
    codes: ['invalid_request'],
  },
  {
    name: '1,000 attributes that are missing, beside 20,000 that are not',
    request: (url) =>
      preview({
        node: post(
          url,
          fields(1_000, (index) => ({ name: `q${index}`, source: 'vars', field: `attributeNumbr${index}` })),
        ),
        payload: { vars: Object.fromEntries(many(20_000, (index) => [`attributeNumber${index}`, 1])) },
      }),
  },
  {
    name: '100 attributes of 1,000 letters that are missing, beside 700 of 1,000 letters that are not',
    request: (url) =>
      preview({
        node: post(
          url,
          fields(100, (index) => ({
            name: `q${index}`,
            source: 'vars',
            field: `${'a'.repeat(1_000)}b${index}`,
          })),
        ),
        payload: { vars: Object.fromEntries(many(700, (index) => [`${'a'.repeat(1_000)}c${index}`, 1])) },
      }),
  },
  {
    name: '1,000 variables that are missing in templates, beside 20,000 that are not',
    request: (url) =>
      preview({
        node: post(
          url,
          fields(1_000, (index) => ({ name: `q${index}`, value: `{{ vars.attributeNumbr${index} }}` })),
        ),
        payload: { vars: Object.fromEntries(many(20_000, (index) => [`attributeNumber${index}`, 1])) },
      }),
  },
  {
    name: 'a path of 450,000 members',
    request: (url) =>
      preview({
        node: post(
          url,
          fields(1, () => ({ name: 'q', source: 'vars', field: fill('a.', 900_000) })),
        ),
        payload: { vars: { a: 1 } },
      }),
  },
  {
    name: '20,000 expectations of which none is one',
    request: (url) =>
      execute({ node: post(url, { expect: many(20_000, () => ({ type: 'strin', value: '' })) }) }),
    codes: ['invalid_request'],
  },
  {
    name: '900 headers that are refused',
    request: (url) =>
      execute({
        node: post(url, {
          headers: many(20_000, (index) => ({ name: `Transfer-Encodin g${index}`, value: 1 })),
        }),
      }),
    codes: ['invalid_request'],
  },
])

const deep = (open: string, close: string, depth: number) => `${open.repeat(depth)}1${close.repeat(depth)}`

describeShapes('a request that is deep, long or no JSON: ', { service, target }, [
  {
    name: 'lists in lists',
    request: () => ({ path: '/v1/execute', body: deep('[', ']', 500_000) }),
    codes: ['invalid_request'],
  },
  {
    name: 'lists that never close',
    request: () => ({ path: '/v1/execute', body: fill('[') }),
    codes: ['invalid_request'],
  },
  {
    name: 'objects in objects',
    request: () => ({ path: '/v1/execute', body: deep('{"a":', '}', 150_000) }),
    codes: ['invalid_request'],
  },
  {
    name: 'lists in the payload',
    request: (url) => ({
      path: '/v1/execute',
      body: `{"node":{"method":"GET","url":"${url}"},"payload":{"vars":{"a":${deep('[', ']', 400_000)}}}}`,
    }),
    codes: ['invalid_request'],
  },
  {
    name: 'lists in the node',
    request: (url) => ({
      path: '/v1/execute',
      body: `{"node":{"method":"POST","url":"${url}","body":{"structure":"json","content":${deep('[', ']', 400_000)}}}}`,
    }),
    codes: ['invalid_request'],
  },
  {
    name: 'a text that never closes',
    request: () => ({ path: '/v1/execute', body: `{"node":"${fill('\\"')}` }),
    codes: ['invalid_request'],
  },
  {
    name: 'backslashes',
    request: () => ({ path: '/v1/execute', body: `{"node":{"a":"${fill('\\')}"` }),
    codes: ['invalid_request'],
  },
  {
    name: 'quotation marks',
    request: () => ({ path: '/v1/execute', body: `{"node":{${fill('"')}` }),
    codes: ['invalid_request'],
  },
  {
    name: 'white space',
    request: () => ({ path: '/v1/execute', body: fill(' ') }),
    codes: ['invalid_request'],
  },
  { name: 'NUL', request: () => ({ path: '/v1/execute', body: fill('\0') }), codes: ['invalid_request'] },
  {
    name: 'no UTF-8',
    request: () => ({ path: '/v1/execute', body: Buffer.alloc(megabyte, 0xff) }),
    codes: ['invalid_request'],
  },
  {
    name: 'a content type of 900,000 characters',
    request: (url) =>
      execute({
        node: post(url, {
          body: { structure: 'raw', contentType: `text/plain;${fill(' ', 900_000)}x`, content: 'a' },
        }),
      }),
  },
  {
    name: 'a content type of many parameters',
    request: (url) =>
      execute({
        node: post(url, {
          body: { structure: 'raw', contentType: `text/plain${fill(';charset', 900_000)}`, content: 'a' },
        }),
      }),
  },
  {
    name: 'a URL of 900,000 characters',
    request: () => execute({ node: post(`https://${fill('a.', 900_000)}/`) }),
    codes: ['invalid_request'],
  },
  {
    name: 'a URL of 8,000 at-signs',
    request: () => execute({ node: post(`https://${fill('@', 8_000)}/`) }),
    codes: ['invalid_request'],
  },
  {
    name: 'a URL of 8,000 labels',
    request: () => execute({ node: post(`https://${fill('\u00fc.', 8_000)}/`) }),
    codes: ['invalid_request'],
  },
  {
    name: 'a correlation of 900,000 characters',
    request: (url) =>
      execute({
        node: { method: 'GET', url },
        correlationId: fill('a', 300_000),
        idempotencyKey: fill('a', 300_000),
        tenant: fill('a', 300_000),
      }),
    codes: ['invalid_request'],
  },
  {
    name: 'XML of control characters',
    request: (url) =>
      execute({
        node: post(url, {
          body: { structure: 'raw', contentType: 'text/xml', content: '<a>{{ flow.a }}</a>' },
        }),
        payload: { flow: { a: fill('\u0001]]>', 900_000) } },
      }),
  },
  {
    name: 'JSON in a raw body that does not parse',
    request: (url) =>
      execute({
        node: post(url, {
          body: {
            structure: 'raw',
            contentType: 'application/json',
            content: `${fill('[', 900_000)}{{ flow.a }}`,
          },
        }),
      }),
  },
  {
    name: '900,000 quotation marks in a parameter, previewed',
    request: (url) =>
      preview({
        node: post(url, { query: [{ name: 'q', value: '{{flow.a}}' }] }),
        payload: { flow: { a: fill("'", 7_000) } },
      }),
  },
  {
    name: '1,000,000 quotation marks in a body, previewed',
    request: (url) => preview({ node: raw(url, fill("'", 900_000)) }),
  },
  {
    name: '900 names that have to be quoted for a shell',
    request: (url) =>
      preview({
        node: post(url, { headers: many(60, (index) => ({ name: `X-${index}'`, value: fill("'", 200) })) }),
      }),
  },
])

const secretNames = (count: number) => many(count, (index) => `s${index}`)
const secretValues = (count: number, value: (index: number) => string) =>
  Object.fromEntries(secretNames(count).map((name, index) => [name, value(index)]))
const fieldsOfSecrets = (count: number) => ({
  query: many(Math.min(count, 900), (index) => ({ name: `q${index}`, value: `{{secrets.s${index}}}` })),
})

describeShapes('many secrets: ', { service, target }, [
  ...[
    ['6,000 that begin alike', (index: number) => `${'a'.repeat(80)}${index}`],
    ['6,000 of one letter', (index: number) => 'a'.repeat(4 + (index % 150))],
    [
      '6,000 of base64',
      (index: number) => Buffer.from(`secret number ${index}`.repeat(4)).toString('base64'),
    ],
  ].map(
    ([name, value]): Shape => ({
      name: `${name}, and a body that is cut`,
      request: (url) =>
        execute({
          node: raw(url, `{{secrets.s1}}${'a'.repeat(300_000)}`),
          secrets: secretValues(6_000, value as (index: number) => string),
        }),
    }),
  ),
  {
    name: '900 that are sent, previewed',
    request: (url) =>
      preview({
        node: post(url, fieldsOfSecrets(900)),
        secrets: secretValues(900, (index) => `secret-${index}`),
      }),
  },
  {
    name: '900 that are sent, executed, beside a payload of their values',
    request: (url) =>
      execute({
        node: post(url, { ...fieldsOfSecrets(300), body: { structure: 'full' } }),
        secrets: secretValues(900, (index) => `secret-${index}`),
        payload: { vars: { all: many(20_000, (index) => `secret-${index}`) } },
      }),
  },
  {
    name: 'one of 100,000 letters and a payload of almost that, previewed',
    request: (url) =>
      preview({
        node: raw(url, '{{secrets.s0}}{{flow.a}}'),
        secrets: secretValues(1, () => `${'a'.repeat(100_000)}b`),
        payload: { flow: { a: 'a'.repeat(700_000) } },
      }),
  },
  {
    name: 'a payload of 30,000 things that look like what stands for a secret',
    request: (url) =>
      preview({
        node: post(url, { body: { structure: 'full' }, auth: { type: 'bearer', token: '{{secrets.s0}}' } }),
        payload: { vars: { all: many(30_000, (index) => `secret_${index.toString(16)}_00000000-0000`) } },
      }),
  },
])
