import { describe, expect, it } from 'vitest'
import { failureCodes, failures } from '../../src/contract/failure.ts'
import { decideOnFailure, decideOnResponse } from '../../src/webhook/decide.ts'
import { compiled, type NodeSketch } from './support/nodes.ts'
import { createResponse, createScope, type ResponseSketch } from './support/responses.ts'

const decide = (node: NodeSketch, sketch: ResponseSketch) => {
  const response = createResponse(sketch)
  return decideOnResponse(compiled(node), response, createScope(response))
}

const hint = (node: NodeSketch, sketch: ResponseSketch) => decide(node, sketch).reason.hint

describe('the branch', () => {
  it.each<
    [onError: 'error' | 'success' | 'exit' | undefined, status: number, branch: string, succeeded: boolean]
  >([
    [undefined, 200, 'success', true],
    [undefined, 500, 'error', false],
    ['error', 200, 'success', true],
    ['error', 404, 'error', false],
    ['success', 200, 'success', true],
    ['success', 404, 'success', false],
    ['exit', 200, 'success', true],
    ['exit', 404, 'exit', false],
  ])('with onError %s and status %i is %s, succeeded %s', (onError, status, branch, succeeded) => {
    expect(decide(onError === undefined ? {} : { onError }, { status })).toMatchObject({ branch, succeeded })
  })

  it.each(failureCodes)('after %s is the one of onError, with the blame of the code', (code) => {
    const failure = { code, detail: '', path: '/node/url' }

    expect(decideOnFailure(compiled({ onError: 'exit' }), failure)).toMatchObject({
      branch: 'exit',
      succeeded: false,
      reason: { code, blame: failures[code].blame, path: '/node/url', message: `${failures[code].title}.` },
    })
  })

  it('has the names of the engine, where it gave some', () => {
    const { branches } = compiled({ branches: { success: 'yes', exit: 'stop' } })

    expect(branches).toEqual({ success: 'yes', error: 'error', exit: 'stop' })
  })
})

describe('the hint', () => {
  const bearer = { auth: { type: 'bearer', token: 'token' } } as const
  const pageOfNginx = (title: string) => `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n`

  it.each(['No required SSL certificate was sent', 'The SSL certificate error'])(
    'for a page of nginx that says "%s" is that the target asks for a client certificate',
    (words) => {
      const body = pageOfNginx(`400 ${words}`)

      expect(hint({}, { status: 400, body })).toContain('asks for a client certificate')
      expect(hint({ expect: { type: 'string', value: 'ok' } }, { status: 400, body })).toContain(
        'asks for a client certificate',
      )
      expect(hint({}, { status: 500, body })).toContain('The target failed')
      expect(hint({}, { status: 400, body: `{"error":"${words}"}` })).toContain('does not accept the request')
    },
  )

  it('for a page that refuses, and names no firewall, guesses none alone', () => {
    const page = hint(bearer, {
      status: 403,
      headers: [['Content-Type', 'text/html']],
      body: pageOfNginx('403 Forbidden'),
    })

    expect(page).toContain('A web server answers with a page, not the API: "403 Forbidden".')
    expect(page).toContain('Check the path and the method first')
  })

  it('for another page of nginx is that of its status', () => {
    expect(hint({}, { status: 400, body: pageOfNginx('400 Bad Request') })).toContain(
      'does not accept the request',
    )
  })

  it.each<[node: NodeSketch, sketch: ResponseSketch, text: string]>([
    [
      { expect: { type: 'status', value: 200 } },
      { status: 201 },
      'Both are success codes: to accept 201, use 2xx or list both.',
    ],
    [
      { expect: { type: 'status', value: ['200', 202] } },
      { status: 204 },
      'All of them are success codes: to accept 204, use 2xx or list it as well.',
    ],
    [{ expect: { type: 'status', value: 201 } }, { status: 200 }, 'Both are success codes'],
    [{ expect: { type: 'status', value: 200 } }, { status: 299 }, 'Both are success codes'],
    [{ expect: { type: 'status', value: 200 } }, { status: 199 }, 'Status 199 is an interim one'],
    [{ expect: { type: 'status', value: 200 } }, { status: 300 }, 'Redirects are not followed'],
    [{ expect: { type: 'status', value: [200, 404] } }, { status: 204 }, 'the success code 204'],
    [{ expect: { type: 'status', value: 404 } }, { status: 200 }, 'the success code 200'],
    [bearer, { status: 401 }, 'does not accept the credential. It comes from "auth"'],
    [bearer, { status: 403 }, 'lacks the permission. It comes from "auth"'],
    [
      { headers: [{ name: 'X-Api-Key', value: 'k' }] },
      { status: 401 },
      'It comes from the header "X-Api-Key"',
    ],
    [{ headers: [{ name: 'Idempotency-Key', value: 'k' }] }, { status: 401 }, 'The node sends no credential'],
    [{ query: [{ name: 'api_key', value: 'k' }] }, { status: 403 }, 'It comes from the parameter "api_key"'],
    [{}, { status: 401 }, 'The node sends no credential, and the target answers 401. Set "auth"'],
    [
      { ...bearer, expect: { type: 'string', value: 'ok' } },
      { status: 401, body: 'no' },
      'It comes from "auth"',
    ],
    [{ ...bearer, expect: { type: 'condition', value: 'false' } }, { status: 403 }, 'It comes from "auth"'],
    [{}, { status: 302 }, 'Redirects are not followed'],
    [{}, { status: 399 }, 'Redirects are not followed'],
    [{ expect: { type: 'status', value: 404 } }, { status: 299 }, 'the success code 299'],
    [{}, { status: 304 }, 'nothing has changed'],
    [{}, { status: 400 }, 'does not accept the request'],
    [{}, { status: 404 }, 'does not have this path'],
    [{}, { status: 499 }, 'Compare the request'],
    [{}, { status: 405 }, 'does not allow the method POST'],
    [{}, { status: 408 }, 'stopped waiting for the request'],
    [{}, { status: 409 }, 'conflicts with data that the target has'],
    [{}, { status: 410 }, 'removed this path for good'],
    [{}, { status: 413 }, 'too large for the target'],
    [{}, { status: 415 }, 'Add "body" to the node.'],
    [{ body: { structure: 'full' } }, { status: 415 }, 'another content type'],
    [{}, { status: 422 }, 'does not accept the values'],
    [{}, { status: 425 }, 'Send it again'],
    [{}, { status: 429 }, 'too many calls'],
    [{}, { status: 503 }, 'overloaded or down for maintenance'],
    [{}, { status: 529 }, 'The target is overloaded'],
    [{}, { status: 500 }, 'The target failed'],
    [{}, { status: 599 }, 'The target failed'],
    [{}, { status: 418 }, 'Compare the request with the documentation of the target'],
  ])('for %j and %j is: %s', (node, sketch, text) => {
    expect(hint(node, sketch)).toContain(text)
  })

  it.each<[options: object, sketch: ResponseSketch, text: string]>([
    [
      {},
      { body: `It is OK${'.'.repeat(200)}` },
      `"It is OK${'.'.repeat(112)}"…. It would match with "ignoreCase": true.`,
    ],
    [{}, { body: 'no' }, 'Upper and lower case are not the cause.'],
    [{}, { body: '' }, 'The target sent an empty body with status 200'],
    [
      { match: 'equals' },
      { body: ' ok ' },
      'It has other white space around it, such as a line break: use "match": "contains".',
    ],
    [{}, { body: 'It is o', ending: 'capped' }, 'larger than the service reads (MAX_RESPONSE_BYTES)'],
    [{}, { body: 'It is o', ending: 'broken' }, 'the connection broke off within it'],
    [{}, { body: 'It is o', ending: 'misframed' }, 'a chunk of it breaks the rules of HTTP'],
  ])('quotes the body where a text was not found, with %j: %j', (options, sketch, text) => {
    expect(hint({ expect: { type: 'string', value: 'ok', ...options } }, sketch)).toContain(text)
  })

  it.each<[sketch: ResponseSketch, text: string]>([
    [{ body: '{}' }, 'response.json.ok is missing in the response.'],
    [{ body: '<p>' }, 'the body of the response is not JSON'],
    [{ body: '{"a":', ending: 'capped' }, 'Only part of the body was read'],
    [{ body: '{"a":', ending: 'timed_out' }, 'it did not end in time'],
  ])('says what the body is where a condition is not true of %j', (sketch, text) => {
    expect(hint({ expect: { type: 'condition', value: 'response.json.ok' } }, sketch)).toContain(text)
  })
})

describe('the blame', () => {
  it.each([
    [400, 'node'],
    [401, 'node'],
    [499, 'node'],
    [302, 'node'],
    [408, 'target'],
    [425, 'target'],
    [429, 'target'],
    [500, 'target'],
    [503, 'target'],
    [999, 'target'],
  ])('for status %i is the %s', (status, blame) => {
    expect(decide({}, { status }).reason.blame).toBe(blame)
  })
})

describe('a success that may be a failure', () => {
  const text = { type: 'string', value: 'ok' } as const

  it.each<[expect: NodeSketch['expect'], status: number, isWarned: boolean]>([
    [text, 500, true],
    [text, 404, true],
    [text, 400, true],
    [text, 399, false],
    [text, 302, false],
    [text, 200, false],
    [[text, { type: 'status', value: 500 }], 500, false],
    [{ type: 'status', value: 500 }, 500, false],
    [{ type: 'condition', value: 'response.status > 0' }, 500, false],
  ])('leads to a warning for %j with status %i: %s', (expectation, status, isWarned) => {
    const { warnings, succeeded } = decide({ expect: expectation } as NodeSketch, { status, body: 'ok' })

    expect(succeeded).toBe(true)
    expect(warnings.map(({ code, path }) => [code, path])).toEqual(
      isWarned ? [['status_not_success', '/node/expect']] : [],
    )
    for (const { message } of warnings) expect(message).toContain(`the status is ${status}`)
  })
})
