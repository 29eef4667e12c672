import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decideOnResponse } from '../../../src/webhook/decide.ts'
import { compiled, type NodeSketch, render } from '../support/nodes.ts'
import { createResponse, createScope } from '../support/responses.ts'

const payload = { profile: { email: 'ada@example.com', tags: ['a'], n: 5 } }

function reasonOf(
  node: NodeSketch,
  status: number,
  body: string,
  headers: readonly (readonly [string, string])[] = [],
) {
  const rendered = render(node, { payload })
  const response = createResponse({ status, body, headers })
  const call = {
    request: rendered.ok ? rendered.request : null,
    warnings: rendered.warnings,
    now: () => new Date(0),
  }
  return decideOnResponse(compiled(node), response, createScope(response, payload), call).reason
}

const nodes: readonly NodeSketch[] = [
  {},
  { auth: { type: 'bearer', token: 'token' }, headers: [{ name: 'Accept', value: 'application/json' }] },
  { body: { structure: 'full' }, query: [{ name: 'email', source: 'profile', field: 'emial' }] },
  { body: { structure: 'json', content: { a: [{ email: '{{ profile.email }}' }], 'x/y': 1 } } },
  { body: { structure: 'raw', contentType: 'application/json', content: '{"email":"{{ profile.email }}"}' } },
  { body: { structure: 'raw', contentType: 'text/plain', content: 'x' } },
  ...[
    'response.json.a.b == "x" and (response.json.c > 1 or response.json.d contains "y")',
    'response.json["a b"][0].c',
    'response.json.tags contains profile.email',
    '5 < response.json.n',
    'response.json[profile.email] == nil',
    'response.headers.x-id == "a"',
    'response.json.a | size > 3',
    '(1..3) contains response.json.a',
    'response.json.a == empty',
    'response.json.a != response.json.b',
  ].flatMap((value): NodeSketch[] => {
    const node: NodeSketch = { expect: { type: 'condition', value } }
    try {
      compiled(node)
      return [node]
    } catch {
      return []
    }
  }),
  { expect: { type: 'string', value: 'never there', match: 'equals' } },
]

describe('the explanation of a response', () => {
  it('is one line with a pointer into the node, whatever comes', () => {
    const name = fc.constantFrom(
      'a',
      'b',
      'c',
      'email',
      'errors',
      'error',
      'message',
      'detail',
      'field',
      'tags',
      'n',
    )
    const { json } = fc.letrec((tie) => ({
      json: fc.oneof(
        { maxDepth: 4 },
        fc.jsonValue({ maxDepth: 1 }),
        fc.dictionary(name, tie('json')),
        fc.array(tie('json')),
      ),
    }))
    const markup = fc.array(
      fc.constantFrom(
        '<html>',
        '<title>',
        'Log in',
        '<Fault>',
        '<faultstring>',
        '&#65;',
        '<![CDATA[',
        ']]>',
        'x',
        '\n',
      ),
    )
    const body = fc.oneof(
      json.map((value) => JSON.stringify(value)),
      markup.map((parts) => parts.join('')),
      fc.string(),
    )
    const header = fc.tuple(
      fc.constantFrom('allow', 'location', 'www-authenticate', 'retry-after', 'content-type'),
      fc.string({ unit: 'grapheme-ascii' }),
    )
    const status = fc.oneof(
      fc.integer({ min: 200, max: 599 }),
      fc.constantFrom(200, 204, 302, 400, 401, 403, 405, 415, 422, 429),
    )

    fc.assert(
      fc.property(
        fc.constantFrom(...nodes),
        status,
        body,
        fc.array(header, { maxLength: 3 }),
        (node, code, text, headers) => {
          const { hint, path, message } = reasonOf(node, code, text, headers)
          if (hint === null) return
          expect(hint).toMatch(/^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]{10,}$/u)
          expect(hint.length).toBeLessThan(1_500)
          expect(hint).not.toMatch(/undefined|\[object|NaN/)
          expect(message).not.toBe('')
          expect(path).toMatch(/^\/node\/\w/)
        },
      ),
      { numRuns: 4_000 },
    )
  })

  it.each<[says: string, path: string, hint: string]>([
    ['"emailAddress" is required', '/node/body/fields/0', 'rename it to "emailAddress"'],
    ['Missing required param: email.', '/node/body/fields/0', 'Check the value of "email"'],
    ['Email has already been taken', '/node/body/fields/0', 'Check the value of "email"'],
    ['Unrecognized field: lead_score', '/node/body/fields/1', 'Check the name of "lead_score"'],
    ['Unknown name "leadscore"', '/node/body/fields/1', 'Check the name of "lead_score"'],
    ['The email "ada" does not exist', '/node/body/fields/0', 'Check name and value of "email"'],
    ['Unknown name "other"', '/node/body/fields', 'Compare names and values'],
    ['The request was not valid', '/node/body/fields', 'Compare names and values'],
    ['/data/attributes/email is invalid', '/node/body/fields/0', 'Check the value of "email"'],
  ])('finds the field that is meant by %j', (says, path, hint) => {
    const fields = [
      { name: 'email', source: 'profile', field: 'email' },
      { name: 'lead_score', value: 5 },
    ] as const
    const reason = reasonOf({ body: { structure: 'simple', fields } }, 400, JSON.stringify({ message: says }))

    expect(reason.path).toBe(path)
    expect(reason.hint).toContain(hint)
  })
})
