import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib'
import { hostileService } from './support/hostile-service.ts'
import { hostileTarget, respond, respondJson } from './support/hostile-target.ts'
import { describeShapes, execute, judged, many, preview, type Shape } from './support/shape.ts'

/** What a target can do to the service, and to its other clients, with one answer that is read to its end. */
const service = hostileService({ heapMb: 256 })
const target = hostileTarget()

const mebibyte = 1_048_000
const get = (url: string, more: object = {}) => ({ method: 'GET', url, ...more })
const capturing = (url: string) =>
  execute({
    node: get(url, {
      capture: {
        body: '{{ response.body }}',
        start: '{{ response.body | slice: 0, 20 }}',
        json: '{{ response.json.a }}',
      },
    }),
    secrets: { own: 'aaaaaaaaaaaaaaaa' },
  })
/** The same where the client has a secret that looks like what comes. */
const withSecret = (url: string) =>
  execute({
    node: get(url, {
      headers: [{ name: 'X-Token', value: '{{ secrets.own }}' }],
      capture: { body: '{{ response.body }}' },
    }),
    secrets: { own: 'aaaaaaaaaaaaaaab' },
  })

const headerNames = ['cookie', 'set-cookie', 'x-api-key', 'authorization', 'x-auth-token'] as const
const hiding = (count: number, make: (index: number) => string) =>
  many(count, (index) => `${headerNames[index % headerNames.length]}: ${make(index)}`)

/** Headers of which the values are hidden wherever they come back. */
const secretHeaders: Readonly<Record<string, readonly string[]>> = {
  '380 headers with runs of one letter': hiding(380, (index) => 'a'.repeat(4 + (index % 30))),
  '64 headers with long runs of one letter': hiding(64, (index) => 'a'.repeat(100 + index)),
  '60 headers that begin alike': hiding(60, (index) => `${'ab'.repeat(90)}${index}`),
  '380 headers of one value': hiding(380, () => 'aaaaaaaa'),
  'one header of 15,000 letters': hiding(1, () => 'a'.repeat(15_000)),
  '300 headers of other values each': hiding(300, (index) => `${index}aaaaaaaaaaaaaaaaaaaaaaa`),
}

/** Bodies in which something like these values stands everywhere. */
const bodies: Readonly<Record<string, string>> = {
  '65 KB of one letter': 'a'.repeat(65_000),
  'a mebibyte of one letter': 'a'.repeat(mebibyte),
  'a mebibyte of escapes': '%61'.repeat(mebibyte / 3),
}

const masking: Shape[] = Object.entries(secretHeaders).flatMap(([headers, fields]) =>
  Object.entries(bodies).map(([body, text]) => ({
    name: `${headers}, and ${body}`,
    request: capturing,
    answer: () => respond({ headers: [...fields, 'content-type: text/plain'], body: text }),
  })),
)

describeShapes('a response that makes secrets of what it says:', { service, target }, masking)

const of = (text: string) => text.repeat(Math.floor(mebibyte / text.length))
const escapes: Readonly<Record<string, string>> = {
  backslashes: of('\\'),
  'backslashes before each letter': of('\\\\\\\\u0061'),
  'escapes of JSON': of('\\u0061'),
  'escapes of escapes': of('%2525252561'),
  'percent signs': of('%'),
  entities: of('&#x61;'),
  'entities with many zeros': of(`&#${'0'.repeat(1_000)}97;`),
  ampersands: of('&'),
  'entities without an end': of('&#'),
  'quoted-printable': of('=61'),
  'soft line breaks': of('=\r\n'),
  'base64 of one letter': of('YWFh'),
  'base64 of base64': Buffer.from(Buffer.from('a'.repeat(580_000)).toString('base64'))
    .toString('base64')
    .slice(0, mebibyte),
  'base64 with breaks': of('YWFhYWFh\r\n'),
  'full width': of('\uff41'),
  'escapes with braces': of('\\u{61}'),
  'hexadecimal escapes': of('\\x61'),
  'what is no UTF-8': of('a').replaceAll('aaaa', 'aaa\u00e9'),
  'white space': of(' '),
  'line breaks': of('\r\n'),
  NUL: of('\0'),
}

describeShapes('a mebibyte, and a secret to look for, of', { service, target }, [
  ...Object.entries(escapes).map(([name, body]) => ({
    name,
    request: withSecret,
    answer: () => respond({ headers: ['content-type: text/plain'], body: body.slice(0, mebibyte) }),
    codes: judged,
  })),
  {
    name: 'letters under the label of another charset',
    request: withSecret,
    answer: () =>
      respond({ headers: ['content-type: text/plain; charset=utf-16le'], body: 'a'.repeat(mebibyte) }),
    codes: judged,
  },
  {
    name: 'letters behind a byte order mark',
    request: withSecret,
    answer: () => respond({ body: Buffer.concat([Buffer.from([0xfe, 0xff]), Buffer.alloc(mebibyte, 'a')]) }),
    codes: judged,
  },
  {
    name: 'letters that never end',
    request: withSecret,
    answer: () => respond({ headers: ['content-length: 9000000'], body: 'a'.repeat(mebibyte) }),
  },
])

const json: Readonly<Record<string, string>> = {
  'nested lists': `${'['.repeat(500_000)}${']'.repeat(500_000)}`,
  'nested lists without an end': '['.repeat(mebibyte),
  'nested objects': `${'{"a":'.repeat(150_000)}1${'}'.repeat(150_000)}`,
  'empty objects': `[${many(340_000, () => '{}').join()}]`,
  numbers: `[${many(500_000, () => '1').join()}]`,
  'long numbers': `[${many(40_000, () => '12345678901234567891.5').join()}]`,
  names: `{${many(75_000, (index) => `"m${index}":${index}`).join()}}`,
  'one name': `{${many(170_000, () => '"a":1').join()}}`,
  'names that are numbers': `{${many(75_000, (index) => `"${index * 7}":1`).join()}}`,
  'a name of the prototype': `{${many(50_000, () => '"__proto__":{"a":1}').join()}}`,
  'escaped letters': `{"a":"${'\\u0061'.repeat(170_000)}"}`,
  'quotation marks': `{"a":"${'\\"'.repeat(500_000)}"}`,
  'a text without an end': `{"a":"${'\\"'.repeat(500_000)}`,
  'white space': `{"a":${' '.repeat(1_000_000)}1}`,
}

describeShapes('a mebibyte of JSON: ', { service, target }, [
  ...Object.entries(json).map(([name, body]) => ({
    name: `${name}, captured whole and in part`,
    request: (url: string) =>
      execute({
        node: get(url, {
          capture: {
            all: '{{ response.json }}',
            some: '{{ response.json.a.a.a }}',
            text: '{{ response.json | json }}',
          },
          expect: { type: 'condition', value: 'response.json.b.c == 1' },
        }),
      }),
    answer: () => respondJson(body),
    codes: judged,
  })),
  ...Object.entries(json)
    .filter(([name]) => /^(?:names|long|nested objects)/.test(name))
    .map(([name, body]) => ({
      name: `${name}, with a secret to look for`,
      request: (url: string) =>
        execute({
          node: get(url, {
            auth: { type: 'bearer', token: '{{ secrets.own }}' },
            capture: { all: '{{ response.json }}' },
          }),
          secrets: { own: '1234567890123456' },
        }),
      answer: () => respondJson(body),
      codes: judged,
    })),
])

const zeros = Buffer.alloc(200_000_000)
const packed = {
  gzip: gzipSync(zeros),
  deflate: deflateSync(zeros),
  br: brotliCompressSync(zeros),
  zstd: zstdCompressSync(zeros),
}

describeShapes('a response that is more than it seems:', { service, target }, [
  ...Object.entries(packed).map(([coding, body]) => ({
    name: `200 MB as ${coding}`,
    request: capturing,
    answer: () => respond({ headers: [`content-encoding: ${coding}`], body }),
    times: 4,
    codes: judged,
  })),
  {
    name: 'gzip of gzip of gzip',
    request: capturing,
    answer: () =>
      respond({ headers: ['content-encoding: gzip, gzip, gzip'], body: gzipSync(gzipSync(packed.gzip)) }),
    codes: judged,
  },
  {
    name: 'a thousand codings',
    request: capturing,
    answer: () =>
      respond({ headers: [`content-encoding: ${many(1_000, () => 'gzip').join(', ')}`], body: packed.gzip }),
  },
  {
    name: 'a thousand gzips, one behind the other',
    request: capturing,
    answer: () =>
      respond({
        headers: ['content-encoding: gzip'],
        body: Buffer.concat(many(40_000, () => gzipSync('a'))),
      }),
  },
])

const looking = (url: string, count: number, expectation: (index: number) => object) =>
  execute({ node: get(url, { expect: many(count, expectation) }) })
const plain = (body: string) => () => respond({ headers: ['content-type: text/plain'], body })

describeShapes('expectations that take their time:', { service, target }, [
  {
    name: '20,000 texts that are not there',
    request: (url) =>
      looking(url, 20_000, (index) => ({ type: 'string', value: `${'a'.repeat(20)}${index}` })),
    answer: plain('a'.repeat(mebibyte)),
  },
  {
    name: '20,000 texts that are there',
    request: (url) => looking(url, 20_000, () => ({ type: 'string', value: 'ab' })),
    answer: plain(`${'a'.repeat(mebibyte - 1)}b`),
  },
  {
    name: 'a hundred texts of 9,000 letters that are there, whatever their case',
    request: (url) =>
      looking(url, 100, () => ({ type: 'string', value: `${'A'.repeat(9_000)}b`, ignoreCase: true })),
    answer: plain(`${'a'.repeat(mebibyte - 1)}B`),
    codes: judged,
  },
  {
    name: 'a text of 500,000 letters that is almost there',
    request: (url) => looking(url, 1, () => ({ type: 'string', value: `${'a'.repeat(500_000)}b` })),
    answer: plain('a'.repeat(mebibyte)),
    codes: judged,
  },
  {
    name: 'a hundred conditions on the body',
    request: (url) =>
      looking(url, 100, () => ({ type: 'condition', value: 'response.body contains "aaaaaaaaaaaaaaab"' })),
    answer: plain(`${'a'.repeat(mebibyte - 1)}b`),
    codes: judged,
  },
  {
    name: 'a hundred cases on the body, and a hundred conditions to try again',
    request: (url) => {
      const slow = (index: number) => ({ type: 'condition', value: `response.body contains "ab${index}"` })
      const cases = many(100, (index) => ({ branch: `c${index}`, when: slow(index) }))
      const retry = { attempts: 3, initialDelayMs: 0, on: many(100, slow) }
      return execute({ node: get(url, { cases, retry, expect: { type: 'status', value: 503 } }) })
    },
    answer: plain('a'.repeat(mebibyte)),
    codes: judged,
  },
  {
    name: 'a hundred cases with a hundred classes each, of which most never hold',
    request: (url) => {
      const value = many(100, (index) => `${(index % 9) + 1}xx`)
      const cases = many(100, (index) => ({ branch: `c${index}`, when: { type: 'status', value } }))
      return execute({ node: get(url, { cases, retry: { on: value } }) })
    },
    codes: ['case_met'],
  },
  {
    name: 'a hundred conditions on the JSON',
    request: (url) =>
      looking(url, 100, () => ({ type: 'condition', value: 'response.json.a == response.json.b' })),
    answer: () =>
      respondJson(`{"a":[${many(100_000, () => '1').join()}],"b":[${many(100_000, () => '1').join()}]}`),
    codes: judged,
  },
  {
    name: '100,000 statuses',
    request: (url) =>
      execute({
        node: get(url, { expect: { type: 'status', value: many(100_000, (index) => 300 + (index % 300)) } }),
      }),
  },
])

const filters: Readonly<Record<string, readonly [filter: string, body: string]>> = {
  'strip_html of what opens and never closes': ['strip_html', of('<script')],
  'strip_html of comments': ['strip_html', of('<!--')],
  'strip_html of angles': ['strip_html', of('<')],
  'rstrip of spaces': ['rstrip', `${' '.repeat(mebibyte - 1)}x`],
  'strip of letters': ['strip: "a"', `x${'a'.repeat(mebibyte - 2)}x`],
  normalize_whitespace: ['normalize_whitespace', of('a \t ')],
  number_of_words: ['number_of_words: "auto"', of('a\u4e00')],
  strip_newlines: ['strip_newlines', of('\r\n')],
  escape_once: ['escape_once', of('&amp')],
  url_decode: ['url_decode', of('%61')],
  truncatewords: ['truncatewords: 200000', of('a ')],
  replace: ['replace: "a", "bbbbbbbbbbbbbbbbbbbb"', of('a')],
  remove_last: ['remove_last: "b"', of('a')],
  'split and uniq': ['split: " " | uniq | size', many(150_000, (index) => index).join(' ')],
  'split and sort_natural': ['split: "" | sort_natural | join', of('ba')],
  'split and group_by': ['split: " " | group_by: "size" | size', of('aa b ')],
  'split and array_to_sentence_string': ['split: "" | array_to_sentence_string', of('a')],
  'split and where_exp': ['split: "" | where_exp: "x", "x == 1" | size', of('a')],
  'split and concat': ['split: "" | concat: response.body | size', of('a')],
  slugify: ['slugify', of('a-- ')],
  date: ['date: "%Y"', of('1')],
  plus: ['plus: 1', '1'.repeat(mebibyte)],
  base64_decode: ['base64_decode | base64_encode', of('YWFh')],
  'upcase and downcase': ['upcase | downcase | capitalize', of('\u0130')],
}

describeShapes('a mebibyte through a filter of a capture:', { service, target }, [
  ...Object.entries(filters).map(([name, [filter, body]]) => ({
    name,
    request: (url: string) =>
      execute({ node: get(url, { capture: { it: `{{ response.body | ${filter} }}` } }) }),
    answer: plain(body),
    codes: [...judged, 'invalid_request'],
  })),
])

describeShapes('a simulated response:', { service, target }, [
  {
    name: '10,000 headers, captured',
    request: (url) =>
      preview({
        node: get(url, { capture: { all: '{{ response.headers }}', one: '{{ response.headers.x1 }}' } }),
        simulate: { status: 200, headers: Object.fromEntries(many(10_000, (index) => [`x${index}`, 'a'])) },
      }),
    codes: [...judged, 'invalid_request'],
  },
  {
    name: '10,000 cookies in every case',
    request: (url) =>
      preview({
        node: get(url, { capture: { body: '{{ response.body }}' } }),
        simulate: {
          status: 200,
          headers: Object.fromEntries(
            many(1_000, (index) => [mixCase('set-cookie', index), `${'a'.repeat(20)}${index}`]),
          ),
          body: 'a'.repeat(800_000),
        },
      }),
    codes: [...judged, 'invalid_request'],
  },
  {
    name: 'one name in a thousand cases, captured a hundred times',
    request: (url) =>
      preview({
        node: get(url, {
          capture: Object.fromEntries(many(100, (index) => [`c${index}`, '{{ response.headers }}'])),
        }),
        simulate: {
          status: 200,
          headers: Object.fromEntries(
            many(4_000, (index) => [mixCase('abcdefghijklmnop', index), 'a'.repeat(100)]),
          ),
        },
      }),
    codes: [...judged, 'invalid_request'],
  },
  {
    name: 'a header of 900,000 characters',
    request: (url) =>
      preview({
        node: get(url, { capture: { one: '{{ response.headers.x }}' } }),
        simulate: {
          status: 503,
          headers: {
            x: 'a'.repeat(400_000),
            'retry-after': '1'.repeat(200_000),
            'content-type': `text/plain;${' '.repeat(200_000)}`,
          },
        },
      }),
    codes: [...judged, 'invalid_request'],
  },
  {
    name: 'a body of 900,000 escapes',
    request: (url) =>
      preview({
        node: get(url, {
          headers: [{ name: 'X-T', value: '{{ secrets.own }}' }],
          capture: { one: '{{ response.body }}' },
        }),
        secrets: { own: 'aaaaaaaa' },
        simulate: { status: 200, body: '%61'.repeat(300_000) },
      }),
    codes: judged,
  },
])

/** A name of which some letters are capital, as the bits of a number say. */
function mixCase(name: string, bits: number): string {
  return [...name].map((letter, index) => ((bits >> index) & 1 ? letter.toUpperCase() : letter)).join('')
}
