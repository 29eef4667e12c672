import { describe, expect, it } from 'vitest'
import { decideOnResponse } from '../../../src/webhook/decide.ts'
import {
  adviseOn,
  isFaultOfService,
  isFaultOfTarget,
} from '../../../src/webhook/explanation/status-advice.ts'
import { judgeRetrySafety } from '../../../src/webhook/retry-safety.ts'
import { compiled, type NodeSketch } from '../support/nodes.ts'
import { createResponse, createScope } from '../support/responses.ts'

const statuses = Array.from({ length: 700 }, (_, index) => index + 300)

function reasonOf(
  status: number,
  node: NodeSketch = {},
  headers: readonly (readonly [string, string])[] = [],
) {
  const response = createResponse({ status, headers })
  return decideOnResponse(compiled(node), response, createScope(response)).reason
}

function repeatOf(status: number) {
  return judgeRetrySafety([
    {
      purpose: 'call',
      startedAt: new Date(0),
      durationMs: 0,
      outcome: {
        kind: 'responded',
        response: { status, headers: [], body: Buffer.alloc(0), ending: 'complete' },
      },
      delivered: 'yes',
      connectionReused: false,
      timings: { queueMs: 0, dnsMs: 0, connectMs: 0, tlsMs: 0, firstByteMs: 0, downloadMs: 0 },
    },
  ])
}

describe('the advice for a status', () => {
  it('shares no sentence with that for another one', () => {
    const seen = new Map<string, number>()
    for (const status of statuses)
      for (const sentence of (reasonOf(status).hint ?? '').split(/(?<=\.) /)) {
        expect(seen.get(sentence), `${status} and ${seen.get(sentence)}: ${sentence}`).toBeUndefined()
        seen.set(sentence, status)
      }
    expect(seen.size).toBeGreaterThan(statuses.length)
  })

  it.each(statuses.filter((status) => status < 600))('of %i agrees with blame and repeat', (status) => {
    const { hint, blame, path } = reasonOf(status)
    const repeat = repeatOf(status)

    if (repeat === 'never') expect(hint).not.toMatch(/\bagain\b|repetition/i)
    if (repeat === 'safe') expect(hint).toMatch(/sent again|repetition/)
    expect(hint).not.toMatch(/\blater\b/)
    expect(blame).toBe(isFaultOfTarget(status) ? 'target' : isFaultOfService(status) ? 'service' : 'node')
    if (blame === 'node') expect(hint).not.toContain('operator of the target finds')
    expect(path).toMatch(/^\/node\//)
  })

  it.each(statuses)('of %i names the status, or a part of the request or the response', (status) => {
    const { meaning, cure } = adviseOn(status)

    expect(`${meaning}. ${cure}`).toMatch(
      new RegExp(
        `${status}|URL|body|header|method|field|credential|value|record|HTTP/1.1|request|at the target`,
      ),
    )
  })

  it.each([429, 503, 529, 425, 408])('of %i says when, where the target says it', (status) => {
    expect(reasonOf(status, {}, [['retry-after', '30']]).hint).toContain('in 30 s')
    expect(reasonOf(status, {}, [['retry-after', '7200']]).hint).toContain('in 2 h')
    expect(reasonOf(status, {}, [['retry-after', '300']]).hint).toContain('in 5 min')
    expect(reasonOf(status, {}, [['retry-after', '864000']]).hint).toContain('in 10 days')
    expect(reasonOf(status, {}, [['retry-after', 'Thu, 01 Jan 1970 00:00:10 GMT']]).hint).toContain('in 10 s')
  })

  it.each(['0', 'Wed, 31 Dec 1969 00:00:00 GMT'])(
    'does not tell the time of a pause that is over: %s',
    (pause) => {
      for (const status of [429, 503, 529, 425, 408])
        expect(reasonOf(status, {}, [['retry-after', pause]]).hint).not.toMatch(/\b0 s|undefined/)
    },
  )

  it.each<[status: number, node: NodeSketch, path: string]>([
    [301, {}, '/node/url'],
    [303, {}, '/node/expect'],
    [304, { headers: [{ name: 'If-None-Match', value: 'x' }] }, '/node/headers/0'],
    [404, {}, '/node/url'],
    [406, { headers: [{ name: 'Accept', value: 'text/x' }] }, '/node/headers/0'],
    [412, {}, '/node/headers'],
    [413, { body: { structure: 'full' } }, '/node/body'],
    [415, { body: { structure: 'full' } }, '/node/body/contentType'],
    [
      415,
      { body: { structure: 'full' }, headers: [{ name: 'content-type', value: 'application/json' }] },
      '/node/headers/0',
    ],
    [415, {}, '/node/body'],
    [400, { body: { structure: 'full', source: 'profile' } }, '/node/body/source'],
    [400, { query: [{ name: 'a', value: 'b' }] }, '/node/query'],
    [422, {}, '/node/body'],
    [405, {}, '/node/method'],
    [501, {}, '/node/method'],
    [500, {}, '/node/expect'],
    [402, {}, '/node/url'],
    [408, {}, '/node/expect'],
    [411, {}, '/node/body'],
    [413, {}, '/node/url'],
    [402, { auth: { type: 'bearer', token: 'token' } }, '/node/auth'],
  ])('of %i points at the part to change, for %j', (status, node, path) => {
    const headers = status === 303 ? ([['location', '/done']] as const) : []
    expect(reasonOf(status, node, headers).path).toBe(path)
  })

  it('of 405 does not ask for another method where the target allows the one that was sent', () => {
    expect(reasonOf(405, {}, [['allow', 'GET, PUT, POST, DELETE']])).toMatchObject({
      hint: expect.stringContaining('Check the path of the URL.'),
      path: '/node/url',
    })
  })
})
