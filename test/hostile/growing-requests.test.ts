import { hostileService } from './support/hostile-service.ts'
import { hostileTarget, respond, respondJson } from './support/hostile-target.ts'
import { describeShapes, execute, judged, many, post, preview, type Shape, tooMuch } from './support/shape.ts'

/** Little that is sent, and much that is made of it. */
const service = hostileService({ heapMb: 256 })
const target = hostileTarget()

const hundred = { payload: { flow: { a: 'a'.repeat(100) } } }
const big = { payload: { flow: { a: 'a'.repeat(900_000) } } }
const sent = [...tooMuch, ...judged]

/** Templates that write much, each with a text of a hundred characters. */
const loops: Readonly<Record<string, string>> = {
  'a loop of 20,000': '{% for i in (1..20000) %}{{flow.a}}{% endfor %}',
  'loops within loops':
    '{% for i in (1..90) %}{% for j in (1..90) %}{% for k in (1..90) %}{{flow.a}}{% endfor %}{% endfor %}{% endfor %}',
  'a row of a table of 20,000': '{% tablerow i in (1..20000) cols:1 %}{{flow.a}}{% endtablerow %}',
  'a text that doubles':
    '{% assign a = flow.a %}{% for i in (1..40) %}{% assign a = a | append: a %}{% endfor %}{{ a }}',
  'a capture that doubles':
    '{% assign a = flow.a %}{% for i in (1..40) %}{% capture a %}{{a}}{{a}}{% endcapture %}{% endfor %}{{ a }}',
  'a text instead of each character':
    '{{ flow.a | replace: "a", flow.a | replace: "a", flow.a | replace: "a", flow.a }}',
  'a list that is joined with a text':
    '{{ flow.a | split: "" | join: flow.a | split: "" | join: flow.a | split: "" | join: flow.a }}',
  'a character in a loop': '{% for i in (1..200000) %}x{% endfor %}',
  'what has to be escaped, in a loop':
    '{% for i in (1..20000) %}{{ "\u{1f600}&<\'" | append: flow.a }}{% endfor %}',
}

const all = [0, Object.keys(loops).length] as const

/** Some of them in one place: all of them in each would take long, and show no more. */
const inPlace = (
  place: string,
  [from, to]: readonly [from: number, to: number],
  node: (text: string, url: string) => object,
): Shape[] =>
  Object.entries(loops)
    .slice(from, to)
    .map(([name, text]) => ({
      name: `${name}, in ${place}`,
      request: (url) => execute({ node: node(text, url), ...hundred }),
      codes: sent,
    }))

describeShapes('much text from a short template:', { service, target }, [
  ...inPlace('a path', all, (text, url) => post(`${url}/${text}`)),
  ...inPlace('the query of a URL', all, (text, url) => post(`${url}?q=${text}`)),
  ...inPlace('a parameter', [0, 3], (value, url) => post(url, { query: [{ name: 'q', value }] })),
  ...inPlace('a header', [3, 5], (value, url) => post(url, { headers: [{ name: 'X-A', value }] })),
  ...inPlace('JSON', [5, 9], (text, url) => post(url, { body: { structure: 'json', content: { text } } })),
  ...inPlace('a form', [0, 2], (text, url) =>
    post(url, {
      body: { structure: 'json', contentType: 'application/x-www-form-urlencoded', content: { text } },
    }),
  ),
  ...inPlace('XML', [2, 5], (content, url) =>
    post(url, { body: { structure: 'raw', contentType: 'text/xml', content } }),
  ),
  ...inPlace('a credential', [5, 7], (token, url) => post(url, { auth: { type: 'bearer', token } })),
  ...inPlace('a capture', all, (text, url) => post(url, { capture: { text } })),
])

const listOf20000 = Array<number>(20_000).fill(1)
const longName = 'x'.repeat(450_000)
const form = { contentType: 'application/x-www-form-urlencoded' }

describeShapes('much from what is multiplied:', { service, target }, [
  {
    name: 'a long name and a long list, as a parameter',
    request: (url) => execute({ node: post(url, { query: [{ name: longName, literal: listOf20000 }] }) }),
    codes: sent,
  },
  {
    name: 'a long name and a long list, previewed',
    request: (url) => preview({ node: post(url, { query: [{ name: longName, literal: listOf20000 }] }) }),
    codes: sent,
  },
  {
    name: 'a long name and a long list, in a form',
    request: (url) =>
      execute({
        node: post(url, {
          body: { structure: 'simple', ...form, fields: [{ name: longName, literal: listOf20000 }] },
        }),
      }),
    codes: sent,
  },
  {
    name: 'a long name and a long list of the payload, in a form',
    request: (url) =>
      execute({
        node: post(url, { body: { structure: 'full', ...form } }),
        payload: { vars: { [longName]: listOf20000 } },
      }),
    codes: sent,
  },
  {
    name: 'a long name around many short ones, in a form',
    request: (url) =>
      execute({
        node: post(url, { body: { structure: 'full', ...form } }),
        payload: { vars: { [longName]: Object.fromEntries(many(20_000, (index) => [`m${index}`, 1])) } },
      }),
    codes: sent,
  },
  {
    name: 'names within names, in a form',
    request: (url) =>
      execute({
        node: post(url, {
          body: {
            structure: 'json',
            ...form,
            content: nested(
              90,
              'y'.repeat(5_000),
              many(5_000, () => 1),
            ),
          },
        }),
      }),
    codes: sent,
  },
  {
    name: 'a long name in a list of objects, in a form',
    request: (url) =>
      execute({
        node: post(url, { body: { structure: 'full', ...form } }),
        payload: { vars: { ['z'.repeat(100_000)]: many(2_000, () => ({ a: [1, 2], b: { c: [1, 2, 3] } })) } },
      }),
    codes: sent,
  },
  {
    name: 'a placeholder of 900,000 characters 5,000 times, in JSON',
    request: (url) =>
      execute({
        node: post(url, { body: { structure: 'json', content: Array(5_000).fill('{{flow.a}}') } }),
        ...big,
      }),
    codes: sent,
  },
  {
    name: 'a placeholder of 90,000 characters 5,000 times within texts, in JSON',
    request: (url) =>
      execute({
        node: post(url, { body: { structure: 'json', content: Array(5_000).fill('a {{flow.a}}') } }),
        payload: { flow: { a: '"'.repeat(90_000) } },
      }),
    codes: sent,
  },
  {
    name: 'an object of the payload 5,000 times, in JSON',
    request: (url) =>
      execute({
        node: post(url, { body: { structure: 'json', content: Array(5_000).fill('{{vars.a}}') } }),
        payload: { vars: { a: Object.fromEntries(many(20_000, (index) => [`m${index}`, index])) } },
      }),
    codes: sent,
  },
  {
    name: 'an attribute of 900,000 characters in 900 fields',
    request: (url) =>
      execute({
        node: post(url, {
          body: {
            structure: 'simple',
            fields: many(900, (index) => ({ name: `f${index}`, source: 'flow', field: 'a' })),
          },
        }),
        ...big,
      }),
    codes: sent,
  },
  {
    name: 'an attribute of 900,000 characters in 900 parameters',
    request: (url) =>
      execute({
        node: post(url, { query: many(900, (index) => ({ name: `f${index}`, source: 'flow', field: 'a' })) }),
        ...big,
      }),
    codes: sent,
  },
  {
    name: 'an attribute of 900,000 characters in 900 headers',
    request: (url) =>
      preview({
        node: post(url, {
          headers: many(900, (index) => ({ name: `X-${index}`, source: 'flow', field: 'a' })),
        }),
        ...big,
      }),
    codes: sent,
  },
  {
    name: 'a text of 900,000 characters in a raw body, 1,000 times',
    request: (url) =>
      execute({
        node: post(url, {
          body: {
            structure: 'raw',
            contentType: 'application/json',
            content: `[${many(1_000, () => '"{{flow.a}}"').join()}]`,
          },
        }),
        ...big,
      }),
    codes: sent,
  },
  {
    name: 'a literal of 900,000 characters as a parameter that is escaped three times over',
    request: (url) =>
      execute({ node: post(url, { query: [{ name: 'q', literal: '\u20ac'.repeat(300_000) }] }) }),
    codes: sent,
  },
  {
    name: 'a name of 900,000 characters that is missing in a thousand places',
    request: (url) =>
      preview({
        node: post(url, {
          query: many(1_000, (index) => ({ name: `q${index}`, source: 'vars', field: 'y'.repeat(900) })),
        }),
      }),
    codes: [...sent, ''],
  },
])

function nested(depth: number, name: string, inner: unknown): unknown {
  return depth === 0 ? inner : { [name]: nested(depth - 1, name, inner) }
}

const captures = (count: number, template: string | ((index: number) => string)) => ({
  capture: Object.fromEntries(
    many(count, (index) => [`c${index}`, typeof template === 'string' ? template : template(index)]),
  ),
})
const createBody = (bytes: number) => () =>
  respond({ headers: ['content-type: text/plain'], body: 'a'.repeat(bytes) })
const listIn = (count: number) => () =>
  respondJson(JSON.stringify(many(count, (index) => ({ id: index, tags: ['a', 'b'] }))))

describeShapes('much from captures:', { service, target }, [
  {
    name: '5,000 constants',
    request: (url) => execute({ node: { method: 'GET', url, ...captures(5_000, 'a') } }),
    codes: sent,
  },
  {
    name: '5,000 of one text of the payload',
    request: (url) => execute({ node: { method: 'GET', url, ...captures(5_000, '{{flow.a}}') }, ...big }),
    codes: sent,
  },
  {
    name: '5,000 of the whole body',
    request: (url) => execute({ node: { method: 'GET', url, ...captures(5_000, '{{response.body}}') } }),
    answer: createBody(1_000_000),
    codes: sent,
  },
  {
    name: 'a hundred of the whole body',
    request: (url) => execute({ node: { method: 'GET', url, ...captures(100, '{{response.body}}') } }),
    answer: createBody(1_000_000),
    codes: judged,
  },
  {
    name: 'a hundred of the whole body within a text',
    request: (url) => execute({ node: { method: 'GET', url, ...captures(100, 'a{{response.body}}b') } }),
    answer: createBody(1_000_000),
    codes: judged,
  },
  {
    name: 'a hundred of the whole JSON',
    request: (url) => execute({ node: { method: 'GET', url, ...captures(100, '{{response.json}}') } }),
    answer: listIn(20_000),
    codes: judged,
  },
  {
    name: 'a hundred of the whole JSON as text',
    request: (url) => execute({ node: { method: 'GET', url, ...captures(100, '{{response.json | json}}') } }),
    answer: listIn(20_000),
    codes: judged,
  },
  {
    name: 'one of a text that doubles',
    request: (url) =>
      execute({
        node: { method: 'GET', url, ...captures(1, loops['a text that doubles'] ?? '') },
        ...hundred,
      }),
    codes: judged,
  },
  {
    name: 'a hundred that sort',
    request: (url) =>
      execute({
        node: {
          method: 'GET',
          url,
          ...captures(100, '{{ response.json | sort: "id" | reverse | map: "tags" | uniq | join }}'),
        },
      }),
    answer: listIn(20_000),
    codes: judged,
  },
  {
    name: 'a hundred of one name of 9,000 characters',
    request: (url) =>
      execute({
        node: {
          method: 'GET',
          url,
          capture: Object.fromEntries(
            many(100, (index) => [`${index}${'n'.repeat(9_000)}`, '{{response.json.id}}']),
          ),
        },
      }),
    codes: sent,
  },
  {
    name: '5,000 that fail',
    request: (url) =>
      execute({
        node: {
          method: 'GET',
          url,
          ...captures(5_000, '{{ response.body | date: 5 | times: "x" | join: 1 | divided_by: 0 }}'),
        },
      }),
    codes: sent,
  },
])
