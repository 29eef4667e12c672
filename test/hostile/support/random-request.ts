import type { HostileRequest } from './hostile-client.ts'
import type { Random } from './random.ts'
import { raw, writeShape } from './shape.ts'

const atoms = [
  'a', 'ab', ' ', '\t', '\r\n', '\0', '"', "'", '\\', '\\"', '\\u0061', '%', '%61', '%2561', '=61', '&#x61;', '&amp', '<', '<script',
  '<!--', ']]>', '{', '}', '{{', '}}', '{%', '%}', '[', ']', '(', ')', '(1..2)', 'é', '€', '\u{1f600}', '\ud800', '\u202e', 'YWFh', '/', '..',
  ';', ',', '.', ':', '0', '1', '-', '|', 'a.', 'x,1:', ' or ', '==',
] // biome-ignore format: a table

/** A text of one atom again and again, or of many. */
export function randomText(random: Random, most = 200_000): string {
  const length = random.size(most)
  if (random.chance(0.6)) return repeated(random.pick(atoms), length)
  const some = random.list(6, () => random.pick(atoms))
  let text = ''
  while (text.length < Math.min(length, 20_000)) text += random.pick(some)
  return text
}

function repeated(atom: string, length: number): string {
  return atom.repeat(Math.max(1, Math.floor(length / atom.length)))
}

const roots = [
  'flow.a',
  'flow.b',
  'vars.list',
  'vars.object',
  'profile.x',
  'event',
  'response.body',
  'response.json',
  'response.headers',
  'execution.id',
  'secrets.one',
  'a',
  'i',
]
const filters = [
  'upcase', 'append: flow.a', 'replace: "a", flow.a', 'split: ""', 'join: flow.a', 'json', 'size', 'sort', 'uniq', 'reverse', 'map: "id"', 'url_encode',
  'url_decode', 'escape', 'strip_html', 'strip', 'rstrip', 'slice: 0, 9', 'truncate: 9', 'times: 9999999', 'plus: 1', 'divided_by: 0', 'date: "%Y"',
  'base64_encode', 'base64_decode', 'default: flow.a', 'first', 'last', 'concat: vars.list', 'where: "id", 1', 'group_by: "id"', 'sort_natural', 'round: 3', 'sum',
] // biome-ignore format: a table

function placeholder(random: Random): string {
  const chain = random.list(random.chance(0.05) ? 3_000 : 4, () => random.pick(filters))
  return `{{ ${random.pick(roots)} | ${chain.join(' | ')} }}`
}

function condition(random: Random): string {
  const part = () =>
    `${random.chance(0.1) ? 'not ' : ''}${random.pick(roots)} ${random.pick(['==', '!=', '>', 'contains', '<='])} ${random.pick(['1', '"a"', 'nil', 'flow.a', '(1..3)'])}`
  const inner = random.list(random.chance(0.1) ? 5_000 : 4, part).join(random.pick([' or ', ' and ']))
  const depth = random.chance(0.2) ? random.size(5_000) : 0
  return '('.repeat(depth) + inner + ')'.repeat(depth)
}

/** A template, most of them well formed. */
function randomTemplate(random: Random, depth = 0): string {
  const inner = () => (depth > 3 ? placeholder(random) : randomTemplate(random, depth + 1))
  switch (random.integer(0, 9)) {
    case 0:
      return `{% for i in (1..${random.size(9_999_999)}) %}${random.chance(0.3) ? '' : inner()}{% endfor %}`
    case 1:
      return `{% if ${condition(random)} %}${inner()}{% endif %}`
    case 2:
      return `{% assign a = ${random.pick(roots)} %}{% for i in (1..${random.size(60)}) %}{% assign a = a | append: a %}{% endfor %}{{ a }}`
    case 3:
      return `{% capture a %}${inner()}{% endcapture %}{{ a }}`
    case 4:
      return `{% cycle ${random.list(9_000, () => random.pick(['1', '"a"', 'flow.a'])).join()} %}`
    case 5:
      return `{% tablerow i in (1..${random.size(99_999)}) cols: ${random.size(9)} %}${inner()}{% endtablerow %}`
    case 6:
      return random
        .list(random.chance(0.2) ? 20_000 : 20, () =>
          random.pick(['{{a}}', '{{flow.a}}', 'x', '{%if 1%}', '{%endif%}', '{{', '}}', '{%', '%}']),
        )
        .join('')
    case 7:
      return randomText(random)
    default:
      return placeholder(random)
  }
}

function number(random: Random): unknown {
  const zeros = '0'.repeat(random.size(100_000))
  return raw(
    random.pick([
      `1${zeros}1`,
      `0.${zeros}1`,
      `1e${zeros}9`,
      `-1${zeros}.${zeros}3`,
      `1${zeros}`,
      '9'.repeat(zeros.length),
      '1e999',
      '-0',
    ]),
  )
}

/** Any JSON, of which the strings may be templates. */
export function randomJson(random: Random, text: (random: Random) => string, depth = 0): unknown {
  const inner = () => randomJson(random, text, depth + 1)
  const few = depth === 0 && random.chance(0.2) ? 3_000 : 6
  switch (random.integer(0, depth > 4 ? 4 : 8)) {
    case 0:
      return text(random)
    case 1:
      return random.chance(0.3) ? number(random) : random.integer(-9, 9)
    case 2:
      return random.pick([null, true, false, ''])
    case 3:
      return raw('['.repeat(random.size(200)).replace(/^.*$/, (open) => open + ']'.repeat(open.length)))
    case 4:
      return Array(random.size(20_000)).fill(random.pick([1, '', {}, [], 'ab']))
    case 5:
    case 6:
      return random.list(few, inner)
    default:
      return Object.fromEntries(
        random.list(few, (index) => [
          `${random.chance(0.05) ? randomText(random, 50_000) : 'm'}${index}`,
          inner(),
        ]),
      )
  }
}

function field(random: Random, index: number): object {
  const name = random.chance(0.03) ? randomText(random, 400_000) : `X-F${index}`
  const more = {
    ...(random.chance(0.2) ? { when: condition(random) } : {}),
    ...(random.chance(0.1) ? { sensitive: true } : {}),
    ...(random.chance(0.1) ? { ifEmpty: random.pick(['omit', 'fail', 'send']) } : {}),
  }
  switch (random.integer(0, 2)) {
    case 0:
      return {
        name,
        source: random.pick(['flow', 'vars', 'profile']),
        field: random.pick(['a', 'b', 'list', 'object.m1', 'object.m1.m1', 'aa']),
        ...more,
      }
    case 1:
      return { name, value: randomTemplate(random), ...more }
    default:
      return { name, literal: randomJson(random, randomText), ...more }
  }
}

function body(random: Random): object {
  const contentType = random.chance(0.4) ? { contentType: 'application/x-www-form-urlencoded' } : {}
  switch (random.integer(0, 3)) {
    case 0:
      return { structure: 'full', ...contentType }
    case 1:
      return { structure: 'simple', ...contentType, fields: random.list(60, (index) => field(random, index)) }
    case 2:
      return { structure: 'json', ...contentType, content: randomJson(random, randomTemplate) }
    default:
      return {
        structure: 'raw',
        contentType: random.pick([
          'text/plain',
          'application/json',
          'text/xml',
          'application/x-www-form-urlencoded',
          'text/plain; charset=iso-8859-1',
        ]),
        content: randomTemplate(random),
      }
  }
}

function expectation(random: Random): object {
  switch (random.integer(0, 2)) {
    case 0:
      return { type: 'status', value: random.pick([200, '2xx', [200, '4xx']]) }
    case 1:
      return { type: 'string', value: randomText(random, 20_000), ignoreCase: random.chance(0.5) }
    default:
      return { type: 'condition', value: condition(random) }
  }
}

/** A case, for a response or for failures. */
function outcome(random: Random, index: number): object {
  const when = random.chance(0.8)
    ? expectation(random)
    : { type: 'failure', value: random.pick(['response_timeout', ['no_response', 'judging_failed']]) }
  return { branch: random.pick([`c${index}`, 'exit', '__proto__']), succeeded: random.chance(0.5), when }
}

/** An entry of the retry rule. */
function wanted(random: Random): unknown {
  if (random.chance(0.5)) return { type: 'condition', value: condition(random) }
  return random.pick(['connect', 'timeout', 503, '5xx'])
}

/** A node that calls a URL. */
function node(random: Random, url: string): object {
  const isGet = random.chance(0.3)
  return {
    method: isGet ? 'GET' : random.pick(['POST', 'PUT', 'PATCH', 'DELETE']),
    url: random.chance(0.2) ? `${url}?q=${randomTemplate(random)}` : url,
    timeoutMs: random.integer(200, 1_500),
    ...(random.chance(0.4)
      ? { query: random.list(random.chance(0.1) ? 1_000 : 5, (index) => field(random, index)) }
      : {}),
    ...(random.chance(0.3) ? { headers: random.list(8, (index) => field(random, index)) } : {}),
    ...(isGet || random.chance(0.3) ? {} : { body: body(random) }),
    ...(random.chance(0.2)
      ? { auth: { type: 'bearer', token: random.pick(['{{secrets.one}}', randomTemplate(random)]) } }
      : {}),
    ...(random.chance(0.3)
      ? { expect: random.list(random.chance(0.1) ? 90 : 3, () => expectation(random)) }
      : {}),
    ...(random.chance(0.5)
      ? {
          capture: Object.fromEntries(
            random.list(random.chance(0.2) ? 90 : 3, (index) => [`c${index}`, randomTemplate(random)]),
          ),
        }
      : {}),
    ...(random.chance(0.2)
      ? { idempotent: true, retry: { attempts: random.integer(1, 4), initialDelayMs: 10, totalMs: 1_000 } }
      : {}),
    ...(random.chance(0.1)
      ? {
          retry: {
            delaysMs: [10, 20],
            on: [503, ...random.list(random.chance(0.1) ? 90 : 3, () => wanted(random))],
            resetHeaders: ['RateLimit-Reset', { name: 'Date', unit: 'date' }],
            totalMs: 1_000,
          },
        }
      : {}),
    ...(random.chance(0.2)
      ? { cases: random.list(random.chance(0.1) ? 90 : 3, (index) => outcome(random, index)) }
      : {}),
  }
}

function payload(random: Random): object {
  return {
    flow: { a: randomText(random, random.chance(0.1) ? 800_000 : 2_000), b: randomJson(random, randomText) },
    vars: { list: randomJson(random, randomText), object: randomJson(random, randomText) },
  }
}

/** A request of the service, at times one that is no JSON or not what the schema says. */
export function randomRequest(random: Random, url: string): HostileRequest {
  const isPreview = random.chance(0.3)
  const text = writeShape({
    node: node(random, url),
    ...(random.chance(0.8) ? { payload: payload(random) } : {}),
    secrets: { one: randomText(random, 20_000).padEnd(4, 'x').replaceAll('\0', '0') },
    ...(random.chance(0.3) ? { tenant: `t${random.integer(0, 50)}` } : {}),
    ...(isPreview && random.chance(0.7) ? { simulate: simulation(random) } : {}),
  })
  const spoilt = random.chance(0.15) ? spoil(random, text) : text
  // A part of a text would keep all of it in memory, and some have a hundred megabytes.
  const body = Buffer.from(spoilt.slice(0, 1_048_000)).toString()
  return { path: isPreview ? '/v1/preview' : '/v1/execute', body }
}

function simulation(random: Random): object {
  if (random.chance(0.1)) return { failure: 'response_timeout' }
  const headers = random.list(random.chance(0.2) ? 3_000 : 5, (index) => [
    random.pick([`x${index}`, 'set-cookie', 'Set-Cookie', 'retry-after', 'content-type']),
    randomText(random, 1_000),
  ])
  return {
    status: random.integer(100, 599),
    headers: Object.fromEntries(headers),
    body: randomText(random, 500_000),
  }
}

/** Takes something out, or puts something in, somewhere. */
function spoil(random: Random, text: string): string {
  const at = random.integer(0, text.length)
  const end = Math.min(text.length, at + random.size(1_000))
  const piece = text.slice(at, end)
  return (
    text.slice(0, at) +
    random.pick(['', piece + piece, randomText(random, 5_000), '"a":1,', '[[[[[[']) +
    text.slice(random.chance(0.5) ? at : end)
  )
}
