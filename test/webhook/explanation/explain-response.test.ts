import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decideOnResponse } from '../../../src/webhook/decide.ts'
import { judgeRetrySafety } from '../../../src/webhook/retry-safety.ts'
import type { BodyEnding } from '../../../src/webhook/wire/outcome.ts'
import { attempt } from '../../execution/support/executions.ts'
import { cpuMs } from '../../support/cpu-time.ts'
import { compiled, type NodeSketch, render } from '../support/nodes.ts'
import { createResponse, createScope } from '../support/responses.ts'

const payload = { profile: { email: 'ada@example.com', tags: ['a'], n: 5 } }

function reasonOf(...args: Parameters<typeof decide>) {
  return decide(...args).reason
}

function decide(
  node: NodeSketch,
  status: number,
  body: string | Buffer,
  headers: readonly (readonly [string, string])[] = [],
  ending: BodyEnding = 'complete',
) {
  const rendered = render(node, { payload })
  const response = createResponse({ status, body, headers, ending })
  const call = {
    request: rendered.ok ? rendered.request : null,
    warnings: rendered.warnings,
    leftOut: rendered.leftOut,
    now: () => new Date(0),
  }
  return decideOnResponse(compiled(node), response, createScope(response, payload), call)
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

function repeatAfter(status: number) {
  const response = { status, headers: [], body: Buffer.alloc(0), ending: 'complete' } as const
  return judgeRetrySafety([attempt({ kind: 'responded', response })])
}

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
        fc.constantFrom<BodyEnding>('complete', 'complete', 'broken', 'misframed', 'capped', 'undecodable'),
        (node, code, text, headers, ending) => {
          const decision = decide(node, code, text, headers, ending)
          const { hint, path, message, blame } = decision.reason
          if (hint === null) return
          const own = hint.replace(/"[^"]*"/g, '')
          const repeat = decision.repeat ?? repeatAfter(code)
          if (repeat === 'never') expect(own).not.toMatch(/\b(?:send|sent|repeat|try)\b[^.]* again\b/)
          if (blame === 'node') expect(own).not.toMatch(/Its operator finds|operator of the target has to/)
          if (blame === 'target' && code < 300) expect(own).toMatch(/operator of the target|target send/)
          expect(hint).toMatch(/^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]{10,}$/u)
          expect(hint.length).toBeLessThan(1_500)
          expect(own).not.toMatch(/undefined|\[object|NaN/)
          expect(message).not.toBe('')
          expect(path).toMatch(/^\/node\/\w/)
        },
      ),
      { numRuns: 1_000 },
    )
  })

  it.each<[says: string, path: string, hint: string]>([
    ['"emailAddress" is required', '/node/body/fields/0', 'the nearest is "email"'],
    ['Missing required param: email.', '/node/body/contentType', 'misses "email"'],
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

  it.each<[ending: BodyEnding, blame: string, repeat: string, says: string]>([
    ['broken', 'target', 'if_idempotent', 'the connection broke off within it'],
    ['timed_out', 'target', 'if_idempotent', 'it did not end in time'],
    ['misframed', 'target', 'never', 'a chunk of it breaks the rules of HTTP'],
    ['capped', 'node', 'never', 'MAX_RESPONSE_BYTES'],
  ])('blames who has cut a body: %s', (ending, blame, repeat, says) => {
    for (const node of [whereDone, { expect: { type: 'string', value: 'done' } } as const]) {
      const decision = decide(node, 200, '{"state":"do', [], ending)

      expect({ ...decision.reason, repeat: decision.repeat }).toMatchObject({ blame, repeat })
      expect(decision.reason.hint).toContain(says)
    }
  })

  it.each<[condition: string, body: string, hint: string]>([
    ['response.status == 201', '{"a', 'response.status is 200, not 201.'],
    ['response.headers.x == "1"', '{"a', 'response.headers.x is missing in the response.'],
    ['response.status == 201 and response.json.a', '{"a', 'response.status is 200, not 201.'],
    ['response.json.a == 1', '{"a":2}', 'response.json.a is 2, not 1.'],
  ])('does not mention a cut that the comparison does not depend on: %s', (value, body, hint) => {
    const decision = decide({ expect: { type: 'condition', value } }, 200, body, [], 'broken')

    expect(decision.reason).toMatchObject({ hint, blame: 'node' })
    expect(decision.repeat).toBeUndefined()
  })

  it('blames the node for a status, whatever came of its body', () => {
    const decision = decide({}, 404, 'no', [], 'broken')

    expect(decision.reason).toMatchObject({ blame: 'node', path: '/node/url' })
    expect(decision.repeat).toBeUndefined()
  })

  it('blames the target for JSON that is broken, and for a wrong label', () => {
    expect(decide(whereDone, 200, '{"state":"done",}').reason.blame).toBe('target')
    expect(
      decide(whereDone, 200, Buffer.from([1, 2, 200, 4]), [['content-encoding', 'br']], 'undecodable').reason,
    ).toMatchObject({
      blame: 'target',
      hint: expect.stringContaining('Content-Encoding "br" of the response does not match it'),
    })
    expect(decide(whereDone, 200, 'done').reason.blame).toBe('node')
  })

  it.each<[code: string, blame: string, repeat: string | undefined]>([
    ['s:Client', 'node', 'never'],
    ['s:Client.Authentication', 'node', 'never'],
    ['s:MustUnderstand', 'node', 'never'],
    ['wsse:FailedAuthentication', 'node', 'never'],
    ['s:Server', 'target', undefined],
    ['Clients', 'target', undefined],
    ['', 'target', undefined],
  ])('blames the sender of a SOAP message for a fault %j: %s', (code, blame, repeat) => {
    const fault = `<s:Fault><faultcode>${code}</faultcode><faultstring>no</faultstring></s:Fault>`
    const decision = decide({}, 500, `<s:Envelope><s:Body>${fault}</s:Body></s:Envelope>`)

    expect(decision.reason.blame).toBe(blame)
    expect(decision.repeat).toBe(repeat)
    expect(decide({}, 502, fault).reason.blame).toBe('target')
  })
})

const whereDone = { expect: { type: 'condition', value: 'response.json.state == "done"' } } as const

describe('names of a body', () => {
  const many = (length: number, name: (index: number) => string) =>
    Object.fromEntries(Array.from({ length }, (_, index) => [name(index), 1]))
  const chained = `${'Data.Data.Data.Order.items.x is missing '.repeat(40)}`
  const placed = Array(50).fill({ field: `${'data.'.repeat(7)}x`, message: 'is required' })

  it.each<[what: string, content: object]>([
    ['one of many words', { ['ab_'.repeat(300_000)]: 1 }],
    ['around 150 others', { ['ab-'.repeat(20_000)]: many(150, (index) => `f${index}`) }],
    ['two hundred', many(200, (index) => `${'ab_'.repeat(1_500)}${index}`)],
  ])('are compared with what a target says in little time, however long they are: %s', (_what, content) => {
    const began = cpuMs()
    for (const says of [
      { message: 'Cannot send an empty message' },
      { message: chained },
      { errors: placed },
    ])
      expect(decide({ body: { structure: 'json', content } }, 400, JSON.stringify(says)).reason.code).toBe(
        'expectation_unmet',
      )
    expect(cpuMs() - began).toBeLessThan(1_000)
  })

  it.each(['a', ':'])(
    'are looked for in a text in little time, however often they stand there: %s',
    (letter) => {
      const names = Object.fromEntries(
        Array.from({ length: 199 }, (_, index) => [letter.repeat(index + 1), 1]),
      )
      const content = JSON.stringify({ ...names, z: letter.repeat(30_000) })
      const began = cpuMs()

      const node = { body: { structure: 'raw', contentType: 'application/json', content } } as const
      const { hint } = decide(node, 400, '{"message":"email is required"}').reason

      expect(hint).toContain('email')
      expect(cpuMs() - began).toBeLessThan(250)
    },
  )
})
