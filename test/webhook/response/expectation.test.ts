import { describe, expect, it } from 'vitest'
import { failures } from '../../../src/contract/failure.ts'
import type { Node } from '../../../src/contract/node.ts'
import { decideOnResponse } from '../../../src/webhook/decide.ts'
import { createMasker } from '../../../src/webhook/masking/mask.ts'
import { compiled, type NodeSketch } from '../support/nodes.ts'
import { createResponse, createScope, type ResponseSketch } from '../support/responses.ts'
import { SpentBudget } from '../support/spent-budget.ts'

const decide = (node: NodeSketch, sketch: ResponseSketch) => {
  const response = createResponse(sketch)
  return decideOnResponse(compiled(node), response, createScope(response, { profile: { status: 201 } }))
}

const isMet = (expectation: Node['expect'], sketch: ResponseSketch) =>
  decide({ expect: expectation } as NodeSketch, sketch).succeeded

describe('a status', () => {
  it.each<[value: unknown, status: number, met: boolean]>([
    ['2xx', 200, true],
    ['2xx', 299, true],
    ['2xx', 199, false],
    ['2xx', 300, false],
    ['2XX', 204, true],
    ['5xx', 503, true],
    ['9xx', 999, true],
    [200, 200, true],
    [200, 201, false],
    ['200', 200, true],
    ['201', 200, false],
    [[200, '404', '3xx'], 404, true],
    [[200, '404', '3xx'], 302, true],
    [[200, '404', '3xx'], 201, false],
    [302, 302, true],
    ['1xx', 100, true],
  ])('%j is met by %i: %s', (value, status, met) => {
    expect(isMet({ type: 'status', value } as Node['expect'], { status })).toBe(met)
  })

  it('of 2xx is expected by default', () => {
    expect(decide({}, { status: 204 }).succeeded).toBe(true)
    expect(decide({}, { status: 302 }).succeeded).toBe(false)
  })
})

describe('a string', () => {
  it.each<[value: string, options: object, body: string, met: boolean]>([
    ['ok', {}, '{"ok":true}', true],
    ['ok', {}, 'OK', false],
    ['ok', { ignoreCase: true }, 'It is OK', true],
    ['ok', { match: 'contains' }, 'ok', true],
    ['ok', { match: 'equals' }, 'ok', true],
    ['ok', { match: 'equals' }, 'ok\n', false],
    ['ok', { match: 'equals' }, 'OK', false],
    ['ok', { match: 'equals', ignoreCase: true }, 'OK', true],
    ['ok', { match: 'notContains' }, 'an error', true],
    ['ok', { match: 'notContains' }, 'it is ok', false],
    ['ok', { match: 'notContains' }, 'OK', true],
    ['ok', { match: 'notContains', ignoreCase: true }, 'OK', false],
    ['ok', { match: 'notContains' }, '', true],
    ['.*', {}, 'anything', false],
    ['größe', { ignoreCase: true }, 'GRÖSSE', false],
    ['größe', { ignoreCase: true }, 'GRÖßE', true],
    ['x', {}, '', false],
  ])('%j with %j is in %j: %s', (value, options, body, met) => {
    expect(isMet({ type: 'string', value, ...options }, { body })).toBe(met)
  })

  it('alone decides, whatever the status is', () => {
    expect(isMet({ type: 'string', value: 'ok' }, { status: 500, body: 'ok' })).toBe(true)
  })
})

describe('a condition', () => {
  it.each<[value: string, sketch: ResponseSketch, met: boolean]>([
    ['response.status == 200', {}, true],
    ['response.status >= 200 and response.status < 300', { status: 404 }, false],
    ['response.status == profile.status', { status: 201 }, true],
    ['response.json.accepted == true', { body: '{"accepted":true}' }, true],
    ['response.json.accepted', { body: '{"accepted":false}' }, false],
    ['response.json.items.size > 1', { body: '{"items":[1,2]}' }, true],
    ['response.json.a.b[0].c == "x"', { body: '{"a":{"b":[{"c":"x"}]}}' }, true],
    ['response.json.id == 12345678901234567890', { body: '{"id":12345678901234567890}' }, true],
    ['response.json.id == 1234567890123456800', { body: '{"id":1234567890123456789}' }, false],
    ['response.json.id == 9007199254740992', { body: '{"id":9007199254740993}' }, false],
    ['response.json.id != 9007199254740992', { body: '{"id":9007199254740993}' }, true],
    ['response.json.ids contains 9007199254740992', { body: '{"ids":[9007199254740993]}' }, false],
    ['response.json.a == 0.1', { body: '{"a":0.1000000000000000055511151231257827}' }, false],
    ['response.json', { body: 'no json' }, false],
    ['response.json == nil', { body: '' }, true],
    ['response.body contains "ok"', { body: 'it is ok' }, true],
    [
      'response.headers["x-id"] == "a, b"',
      {
        headers: [
          ['X-Id', 'a'],
          ['x-ID', 'b'],
        ],
      },
      true,
    ],
    ['response.headers.location', {}, false],
    ['response.headers.constructor', {}, false],
    ['response.json.constructor', { body: '{}' }, false],
    ['response.json.missing.deep', { body: '{}' }, false],
    ['response.json.count', { body: '{"count":0}' }, true],
    ['response.json.count', { body: '{"count":""}' }, false],
    ['response .status == 200', {}, true],
    ['response.json.a > 1', { body: '{"a":{"valueOf":1,"toString":1}}' }, false],
  ])('%s of %j is true: %s', (value, sketch, met) => {
    expect(isMet({ type: 'condition', value }, sketch)).toBe(met)
  })

  it.each([
    [
      'response.body | base64_decode',
      'The filter "base64_decode" cannot work with the value that it was given, which is a text. It stands in "response.body | base64_decode".',
    ],
    [
      '(1..response.json.a) contains 1',
      'A range of the template has a bound that is no number. It stands in "(1..response.json.a) contains 1".',
    ],
  ])('that cannot be decided is not met: %s', (value, hint) => {
    const { succeeded, reason } = decide(
      { expect: { type: 'condition', value } },
      { body: '{"a":{"valueOf":1,"toString":1}}' },
    )

    expect(succeeded).toBe(false)
    expect(reason).toMatchObject({ code: 'expectation_unmet', hint })
  })
})

describe('a list of expectations', () => {
  const list = [
    { type: 'status', value: 200 },
    { type: 'string', value: 'ok' },
    { type: 'condition', value: 'response.headers.x' },
  ] as const
  const x = [['x', '1']] as const

  it.each<[sketch: ResponseSketch, path: string | null]>([
    [{ body: 'ok', headers: x }, null],
    [{ status: 500, body: 'no' }, '/node/expect/0'],
    [{ body: 'no', headers: x }, '/node/expect/1'],
    [{ body: 'ok' }, '/node/expect/2'],
  ])('is met only where all of them are: %j', (sketch, path) => {
    expect(decide({ expect: list }, sketch)).toMatchObject({ succeeded: path === null, reason: { path } })
  })

  it('is named as a whole where it was met', () => {
    expect(decide({ expect: list }, { body: 'ok', headers: x }).reason).toMatchObject({
      code: 'expectation_met',
      expected: 'status 200 and a body that contains "ok" and response.headers.x',
      blame: null,
      hint: null,
    })
  })
})

describe('the texts of what was expected and what came', () => {
  it.each<[expectation: NodeSketch['expect'], sketch: ResponseSketch, expected: string, actual: string]>([
    [{ type: 'status', value: ['200', 201] }, { status: 404 }, 'status 200, 201', 'status 404'],
    [{ type: 'string', value: 'ok' }, { body: 'no' }, 'a body that contains "ok"', 'another body'],
    [
      { type: 'string', value: 'ok', match: 'equals', ignoreCase: true },
      { body: '' },
      'a body that equals "ok" in any case',
      'an empty body',
    ],
    [{ type: 'condition', value: 'response.json' }, {}, 'response.json', 'false'],
  ])('name both for %j', (expectation, sketch, expected, actual) => {
    expect(decide({ expect: expectation } as NodeSketch, sketch).reason).toMatchObject({
      code: 'expectation_unmet',
      expected,
      actual,
    })
  })

  it.each<[expectation: NodeSketch['expect'], message: string]>([
    [{ type: 'status', value: 200 }, 'The node expects status 200 and got status 404.'],
    [{ type: 'string', value: 'ok' }, 'The body of the response does not contain the expected text.'],
    [
      { type: 'string', value: 'no', match: 'notContains' },
      'The body of the response contains the text that it must not contain.',
    ],
    [{ type: 'string', value: 'ok', match: 'equals' }, 'The body of the response is not the expected text.'],
    [{ type: 'condition', value: 'false' }, 'The condition of the node is not true of the response.'],
  ])('are not said again in the message, which has no word of the target: %j', (expectation, message) => {
    const { reason } = decide({ expect: expectation } as NodeSketch, { status: 404, body: 'no, thanks' })

    expect(reason.message).toBe(message)
  })

  it('are told where it came, too', () => {
    const node = { expect: { type: 'condition', value: 'response.status == 200' } } as const

    expect(decide(node, {}).reason).toEqual({
      code: 'expectation_met',
      expected: 'response.status == 200',
      actual: 'true',
      message: 'The node expects response.status == 200 and got it.',
      hint: null,
      blame: null,
      path: null,
    })
  })

  it('are excerpts of 120 characters, cut after the secrets were taken out', () => {
    const secret = 'x'.repeat(200)
    const masker = createMasker([secret])
    const response = createResponse({ body: `${'a'.repeat(100)}${secret}` }, { own: masker, display: masker })
    const node = compiled({ expect: { type: 'string', value: `no ${secret}` } })
    const { reason } = decideOnResponse(node, response, createScope(response))

    expect(JSON.stringify(reason)).not.toContain('xxxx')
    expect(reason.hint).toContain(`"${'a'.repeat(100)}•••"`)
  })
})

describe('an expectation for which no time is left', () => {
  it.each<[expectation: NonNullable<NodeSketch['expect']>, path: string]>([
    [{ type: 'string', value: 'ok' }, '/node/expect'],
    [{ type: 'condition', value: '(response.json | where_exp: "a", "a" | size) > 0' }, '/node/expect'],
    [
      [
        { type: 'status', value: 200 },
        { type: 'string', value: 'ok' },
      ],
      '/node/expect/1',
    ],
  ])('%j fails the call, whatever came', (expectation, path) => {
    const response = createResponse({ body: '["ok"]' })
    const scope = { ...createScope(response), budget: new SpentBudget(0) }

    expect(decideOnResponse(compiled({ expect: expectation, onError: 'exit' }), response, scope)).toEqual({
      branch: 'exit',
      output: 'exit',
      succeeded: false,
      endsAttempts: false,
      reason: {
        code: 'judging_failed',
        message:
          'Judging the response took more processor time than MAX_RENDER_MS allows, or wrote more than 2000000 characters.',
        hint: failures.judging_failed.hint,
        blame: failures.judging_failed.blame,
        path,
      },
      warnings: [],
    })
  })

  it('is the one of a status all the same: that takes none', () => {
    const response = createResponse({ status: 204 })
    const scope = { ...createScope(response), budget: new SpentBudget(0) }

    expect(decideOnResponse(compiled({}), response, scope).succeeded).toBe(true)
  })
})

describe('a variable that a condition does not find', () => {
  it.each([
    ['profile.nope == nil', 'profile.nope'],
    ['response.json.nope == nil', null],
  ])('%s is a warning where the workflow lacks it', (value, name) => {
    const { warnings } = decide({ expect: { type: 'condition', value } }, { body: '{}' })

    expect(warnings.map(({ path }) => path)).toEqual(name === null ? [] : ['/node/expect/value'])
    for (const { message } of warnings) expect(message).toContain(name)
  })
})

describe('an expectation of a response in which the target sent a secret of the service', () => {
  it.each<[expectation: NonNullable<NodeSketch['expect']>, isTold: boolean]>([
    [{ type: 'status', value: 200 }, false],
    [{ type: 'status', value: 500 }, false],
    [{ type: 'string', value: 'L-9' }, true],
    [{ type: 'string', value: 'nope' }, true],
    [{ type: 'condition', value: 'response.status == 200' }, false],
    [{ type: 'condition', value: 'response.status == 500' }, false],
    [{ type: 'condition', value: 'response.headers.x-q == "1"' }, false],
    [{ type: 'condition', value: 'response.headers.x-q == "2"' }, false],
    [{ type: 'condition', value: 'response.json.x == 1' }, false],
    [{ type: 'condition', value: 'response.json.nope' }, false],
    [{ type: 'condition', value: 'response.json.list[0].a == 1 and response.json.x' }, false],
    [{ type: 'condition', value: 'response.json.key == "L-9"' }, true],
    [{ type: 'condition', value: 'response.json.x == 1 and response.json["key"] != nil' }, true],
    [{ type: 'condition', value: 'response.json.key.size == 3' }, true],
    [{ type: 'condition', value: 'response.headers.x-t contains "s3"' }, true],
    [{ type: 'condition', value: 'response.headers[profile.name] == "1"' }, true],
    [{ type: 'condition', value: 'response.body contains "L-9"' }, true],
    [{ type: 'condition', value: '(response.json | json) contains "L-9"' }, true],
  ])('leads to a warning for %j: %s', (expectation, isTold) => {
    const stored = createMasker(['s3cr3t-value'])
    const body = '{"x":1,"id":"L-9","list":[{"a":1}],"key":"s3cr3t-value"}'
    const headers = [
      ['x-q', '1'],
      ['x-t', 's3cr3t-value'],
    ] as const
    const response = createResponse({ body, headers }, { stored, display: stored })
    const scope = createScope(response, { profile: { name: 'x-q' } })
    const { warnings, reason } = decideOnResponse(compiled({ expect: expectation }), response, scope)

    expect(warnings.map(({ code }) => code)).toEqual(isTold ? ['expectation_masked'] : [])
    for (const { message } of warnings)
      expect(message).toContain('The target returned a secret of the service.')
    expect(reason.hint?.includes('are masked before') ?? false).toBe(isTold && reason.hint !== null)
  })

  it('leads to a warning where the masks leave nothing of the body', () => {
    const response = createResponse({ body: '{"x":1}' }, { stored: () => '•••' })
    const node = compiled({ expect: { type: 'condition', value: 'response.json.x == 1' } })

    expect(decideOnResponse(node, response, createScope(response)).warnings).toMatchObject([
      { code: 'expectation_masked' },
    ])
  })
})
