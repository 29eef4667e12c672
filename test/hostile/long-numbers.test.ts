import { hostileService } from './support/hostile-service.ts'
import { hostileTarget, respondJson } from './support/hostile-target.ts'
import { describeShapes, execute, judged, many, post, preview, raw, type Shape } from './support/shape.ts'

const service = hostileService({ heapMb: 256 })
const target = hostileTarget()

const length = 120_000
const zeros = '0'.repeat(length)

/** Texts of numbers that JSON allows. */
const numbers: Readonly<Record<string, string>> = {
  'zeros between two digits': `1${zeros}1`,
  'a digit before each thousand zeros': `1${'0'.repeat(999)}`.repeat(length / 1_000),
  'zeros behind the point, and a digit': `0.${zeros}1`,
  'zeros behind the point': `1.${zeros}`,
  'zeros on both sides of the point': `-1${zeros}.${zeros}7`,
  'zeros in the exponent': `1e${zeros}1`,
  'zeros and an exponent that takes them back': `1${zeros}1e-${length}`,
  nines: '9'.repeat(length),
}

const anyNumber = Object.entries(numbers)
const ofNumbers = (make: (name: string, digits: string) => Shape) =>
  anyNumber.map(([name, digits]) => make(name, digits))
const jsonBody = (content: unknown) => ({ body: { structure: 'json', content } })

describeShapes('a number of 120,000 characters in a payload that is sent on:', { service, target }, [
  ...ofNumbers((name, digits) => ({
    name,
    request: (url) =>
      execute({ node: post(url, { body: { structure: 'full' } }), payload: { vars: { n: raw(digits) } } }),
  })),
  {
    name: 'in a parameter, a header and a text',
    request: (url) =>
      execute({
        node: post(url, {
          query: [{ name: 'n', source: 'vars', field: 'n' }],
          headers: [{ name: 'X-N', value: '{{ vars.n }}' }],
          ...jsonBody({ text: 'n is {{ vars.n }}' }),
        }),
        payload: { vars: { n: raw(`1${zeros}1`) } },
      }),
  },
  {
    name: 'in filters that compute',
    request: (url) =>
      execute({
        node: post(
          url,
          jsonBody(['{{ vars.n | plus: 1 }}', '{{ vars.n | round: 2 }}', '{{ vars.n | times: vars.n }}']),
        ),
        payload: { vars: { n: raw(`1${zeros}1.${zeros}1`) } },
      }),
  },
  {
    name: 'in a condition',
    request: (url) =>
      execute({
        node: post(url, { query: [{ name: 'q', value: '1', when: 'vars.n > 10 and vars.n == vars.m' }] }),
        payload: { vars: { n: raw(`1${zeros}1`), m: raw(`1${zeros}2`) } },
      }),
  },
  {
    name: 'five thousand of 180 digits',
    request: (url) =>
      execute({
        node: post(url, { body: { structure: 'full' } }),
        payload: { vars: { n: raw(`[${many(5_000, () => `1${'0'.repeat(178)}1`).join()}]`) } },
      }),
  },
  {
    name: 'nine hundred of a thousand digits in a form',
    request: (url) =>
      execute({
        node: post(url, { body: { structure: 'full', contentType: 'application/x-www-form-urlencoded' } }),
        payload: { vars: { n: raw(`[${many(900, () => `1${'0'.repeat(998)}1`).join()}]`) } },
      }),
  },
])

describeShapes('a number of 120,000 characters in a node:', { service, target }, [
  ...ofNumbers((name, digits) => ({
    name: `${name}, as a literal`,
    request: (url) =>
      execute({
        node: post(url, { body: { structure: 'simple', fields: [{ name: 'n', literal: raw(digits) }] } }),
      }),
  })),
  {
    name: 'as a value, as content and as a timeout',
    request: (url) =>
      execute({
        node: post(url, {
          timeoutMs: raw(`1${zeros}1`),
          query: [{ name: 'n', value: raw(`1${zeros}1`) }],
          ...jsonBody([raw(`1${zeros}1`)]),
        }),
      }),
    codes: ['invalid_request'],
  },
  {
    name: 'in a template',
    request: (url) => execute({ node: post(url, jsonBody([`{{ 1${zeros}1 | plus: 0.${zeros}1 }}`])) }),
  },
  {
    name: 'as an unknown member',
    request: (url) => execute({ node: post(url), [`1${zeros}1`]: raw(`1${zeros}1`) }),
    codes: ['invalid_request'],
  },
])

describeShapes('a number of 120,000 characters in a response:', { service, target }, [
  ...ofNumbers((name, digits) => ({
    name: `${name}, captured`,
    request: (url) => execute({ node: { method: 'GET', url, capture: { n: '{{ response.json.n }}' } } }),
    answer: () => respondJson(`{"n":${digits}}`),
    codes: judged,
  })),
  {
    name: 'looked at by a condition',
    request: (url) =>
      execute({ node: { method: 'GET', url, expect: { type: 'condition', value: 'response.json.n > 3' } } }),
    answer: () => respondJson(`{"n":1${zeros}1}`),
    codes: judged,
  },
  {
    name: 'a megabyte of them, captured',
    request: (url) => execute({ node: { method: 'GET', url, capture: { n: '{{ response.json }}' } } }),
    answer: () => respondJson(`[${many(8, () => `1${zeros}1`).join()}]`),
    codes: judged,
  },
  {
    name: 'in a simulated one',
    request: (url) =>
      preview({
        node: { method: 'GET', url, capture: { n: '{{ response.json.n }}' } },
        simulate: { status: 200, body: `{"n":1${zeros}1}` },
      }),
    codes: judged,
  },
  {
    name: 'as a time to wait, as a length, as a status',
    request: (url) => execute({ node: { method: 'GET', url, retry: { attempts: 2, totalMs: 1_000 } } }),
    answer: () =>
      Buffer.from(
        `HTTP/1.1 503 no\r\nretry-after: 1${'0'.repeat(9_000)}1\r\ncontent-length: ${'0'.repeat(3_000)}2\r\nconnection: close\r\n\r\n{}`,
      ),
  },
])
