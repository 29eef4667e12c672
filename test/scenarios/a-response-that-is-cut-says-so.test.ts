import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { type Part, write, writeAndStay } from '../../testkit/raw-server.ts'
import { rawTlsServer, receiver } from '../support/servers.ts'
import { service } from '../support/service.ts'

describe('a response that is cut', () => {
  it('is read up to MAX_RESPONSE_BYTES, and its status counts', async () => {
    const target = await receiver((_request, response) => response.end('x'.repeat(5_000)))
    const { execute } = await service({ settings: { MAX_RESPONSE_BYTES: '1024' } })

    const reply = await execute({ node: { method: 'GET', url: target.url } })

    expect(reply).toMatchObject({
      branch: 'success',
      response: { status: 200, body: 'x'.repeat(1_024), bodyBytes: 1_024 },
      warnings: [{ code: 'body_truncated' }],
    })
  })

  it('is shown up to MAX_ECHO_BYTES, and judged by all that was read', async () => {
    const target = await receiver((_request, response) => response.end(`${'ä'.repeat(100)} done`))
    const { execute } = await service({ settings: { MAX_ECHO_BYTES: '11' } })
    const node = { method: 'GET', url: target.url, expect: { type: 'string', value: 'done' } }

    const reply = await execute({ node })

    expect(reply).toMatchObject({
      branch: 'success',
      response: { body: 'äääää', bodyBytes: 205, truncated: true },
      warnings: [],
    })
  })

  it('is shown as far as it came where its body breaks off', async () => {
    const target = await rawTlsServer(write('HTTP/1.1 201 Created\r\ncontent-length: 100\r\n\r\n{"id":7'))
    const { execute } = await service()

    const reply = await execute({ node: { method: 'POST', url: `https://127.0.0.1:${target.port}/` } })

    expect(reply).toMatchObject({
      branch: 'success',
      delivered: 'yes',
      response: { status: 201, body: '{"id":7' },
      warnings: [{ code: 'response_truncated' }],
    })
  })

  it('leads to a hint that names the limit, and says that the text may stand in the rest', async () => {
    const target = await receiver((_request, response) => response.end(`${'x'.repeat(5_000)} done`))
    const { execute } = await service({ settings: { MAX_RESPONSE_BYTES: '1024' } })
    const node = { method: 'GET', url: target.url, expect: { type: 'string', value: 'done' } }

    const { branch, reason } = await execute({ node })

    expect(branch).toBe('error')
    expect(reason.hint).toContain(
      'larger than the service reads (MAX_RESPONSE_BYTES): what the node expects may stand in the rest',
    )
  })

  it('may be asked for again, where what the node expects may stand in the rest', async () => {
    const target = await rawTlsServer(write('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{"id":7'))
    const { execute } = await service()
    const url = `https://127.0.0.1:${target.port}/`
    const retry = { attempts: 3, initialDelayMs: 1, maxDelayMs: 1 }
    const expectation = { type: 'condition', value: 'response.json.id == 7' }

    const read = await execute({ node: { method: 'GET', url, retry, expect: expectation } })
    const changing = await execute({ node: { method: 'POST', url, retry, expect: expectation } })
    const byStatus = await execute({
      node: { method: 'GET', url, retry, expect: { type: 'condition', value: 'response.status == 201' } },
    })

    for (const reply of [read, changing])
      expect(reply).toMatchObject({
        reason: { blame: 'target', hint: expect.stringContaining('the connection broke off within it') },
        repeat: 'if_idempotent',
        delivered: 'yes',
      })
    expect(byStatus).toMatchObject({
      reason: { blame: 'node', hint: 'response.status is 200, not 201.' },
      repeat: 'never',
    })
    expect([read, changing, byStatus].map(({ attempts }) => attempts.length)).toEqual([3, 1, 1])
  })

  it('by a Content-Length that is too small is explained by that', async () => {
    const target = await rawTlsServer(write('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{"id":"äb"}'))
    const { execute } = await service()
    const node = { method: 'POST', url: `https://127.0.0.1:${target.port}/` }

    const reply = await execute({
      node: { ...node, expect: { type: 'condition', value: 'response.json.id' } },
    })

    expect(reply).toMatchObject({
      reason: { blame: 'target', hint: expect.stringContaining('has to count bytes, and not characters') },
      repeat: 'never',
    })
  })

  it('is decompressed where that is possible, and shown as it came otherwise', async () => {
    const packed = gzipSync('{"id":"L-1"}')
    const sound = await receiver((_request, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(packed)
    })
    const broken = await receiver((_request, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' }).end('no gzip')
    })
    const { execute } = await service()
    const capture = { id: '{{ response.json.id }}' }

    const [first, second] = await Promise.all(
      [sound, broken].map(({ url }) => execute({ node: { method: 'GET', url, capture } })),
    )

    expect(first).toMatchObject({ captured: { id: 'L-1' }, response: { body: '{"id":"L-1"}' }, warnings: [] })
    expect(second).toMatchObject({
      branch: 'success',
      captured: { id: null },
      response: { body: 'no gzip', bodyEncoding: 'utf8' },
      warnings: [
        {
          code: 'capture_empty',
          message: '"id" found nothing: the body of the response is not JSON.',
        },
        { code: 'response_undecodable' },
      ],
    })
  })
})

describe('a body that does not end in time', () => {
  const endless = 'HTTP/1.1 201 Created\r\nlocation: /leads/7\r\ncontent-length: 100\r\n\r\n{"id":7'
  const call = async (part: object, answer = endless) => {
    const target = await rawTlsServer(writeAndStay(answer))
    const { execute } = await service()
    const node = { method: 'POST', url: `https://127.0.0.1:${target.port}/`, timeoutMs: 300, ...part }
    const payload = { profile: { s: [201], k: 'response.body contains "id"' } }
    return { target, reply: await execute({ node, payload }) }
  }

  it.each([
    ['by default', {}],
    ['by status', { expect: { type: 'status', value: 201 } }],
    ['by a condition on the status', { expect: { type: 'condition', value: 'response.status == 201' } }],
    ['by a header', { expect: { type: 'condition', value: 'response.headers.location contains "/leads/"' } }],
    ['with a header that is captured', { capture: { at: '{{ response.headers.location }}' } }],
    ['with blanks', { expect: { type: 'condition', value: 'response  [ "status" ] == profile.s [0]' } }],
    ['with a text', { expect: { type: 'condition', value: 'response.headers.location != "response [x"' } }],
    ['in a comment', { capture: { at: '{% # response.json %}{{ response.headers.location }}' } }],
  ])('leaves the status to decide, where the node looks at no body: %s', async (_how, part) => {
    const { reply } = await call(part)

    expect(reply).toMatchObject({
      branch: 'success',
      reason: { code: 'expectation_met' },
      delivered: 'yes',
      repeat: 'never',
      response: { status: 201, body: '{"id":7' },
      attempts: [{ status: 201, failure: null }],
      warnings: [{ code: 'response_truncated' }],
    })
    if ('capture' in part) expect(reply.captured).toEqual({ at: '/leads/7' })
  })

  it.each([
    ['by a text', { expect: { type: 'string', value: 'id' } }],
    ['by a condition', { expect: { type: 'condition', value: 'response.json.id == 7' } }],
    ['with a value that is captured', { capture: { id: '{{ response.json.id }}' } }],
    [
      'with a condition of the profile',
      { capture: { id: '{{ profile.s | where_exp: "x", profile.k | first }}' } },
    ],
    ['with one that is computed', { capture: { id: '{% assign r = response %}{{ r.status }}' } }],
  ])('is a timeout where the node looks at it: %s', async (_how, part) => {
    const { reply } = await call(part)

    expect(reply).toMatchObject({
      branch: 'error',
      reason: { code: 'response_timeout', hint: expect.stringContaining('status 201') },
      delivered: 'yes',
      repeat: 'if_idempotent',
      response: { status: 201, body: '{"id":7' },
      attempts: [{ status: 201, failure: 'response_timeout' }],
    })
  })

  it('of a status that is not expected takes the error branch for the status', async () => {
    const { reply } = await call({}, 'HTTP/1.1 404 Not Found\r\ncontent-length: 100\r\n\r\nno')

    expect(reply).toMatchObject({
      branch: 'error',
      reason: { code: 'expectation_unmet', actual: 'status 404' },
      repeat: 'never',
    })
  })

  it('is tried again by its status', async () => {
    const { target, reply } = await call(
      { retry: { attempts: 2, initialDelayMs: 1 } },
      'HTTP/1.1 503 Busy\r\ncontent-length: 100\r\n\r\nno',
    )

    expect(reply.attempts.map(({ status }) => status)).toEqual([503, 503])
    expect(target.requests()).toBe(2)
  })
  it('is decided on by its status where the deadline of the request ends first', async () => {
    const target = await rawTlsServer(writeAndStay(endless))
    const { execute } = await service()
    const node = {
      method: 'GET',
      url: `https://127.0.0.1:${target.port}/`,
      retry: { attempts: 3, initialDelayMs: 1 },
    }

    const byStatus = await execute({ node, deadlineMs: 300 })
    const byBody = await execute({
      node: { ...node, expect: { type: 'string', value: 'id' } },
      deadlineMs: 300,
    })

    expect(byStatus).toMatchObject({
      branch: 'success',
      attempts: [{ status: 201, failure: null }],
      warnings: [{ code: 'response_truncated' }],
    })
    expect(byBody).toMatchObject({
      reason: { code: 'response_timeout', path: '/deadlineMs' },
      attempts: [{ status: 201, failure: 'response_timeout' }],
    })
  })
})

describe('a response of which more comes than its length says', () => {
  it.each([
    ['behind its body', 'content-length: 9\r\n\r\n{"id":"äb"}'],
    ['behind its last chunk', 'transfer-encoding: chunked\r\n\r\n9\r\n{"id":"ä\r\n0\r\n\r\n"}'],
  ])('says so, %s, and its connection is not kept', async (_where, rest) => {
    const target = await rawTlsServer(answerEach(`HTTP/1.1 200 OK\r\n${rest}`))
    const { execute } = await service()
    const node = { method: 'POST', url: `https://127.0.0.1:${target.port}/` }

    const replies = [await execute({ node }), await execute({ node })]

    for (const reply of replies)
      expect(reply).toMatchObject({
        branch: 'success',
        response: { body: '{"id":"ä' },
        attempts: [{ connectionReused: false }],
        warnings: [{ code: 'response_excess_bytes' }],
      })
  })

  it('says nothing of a response that is whole, and its connection is kept', async () => {
    const target = await rawTlsServer(answerEach('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi'))
    const { execute } = await service()
    const node = { method: 'POST', url: `https://127.0.0.1:${target.port}/` }

    const replies = [await execute({ node }), await execute({ node })]

    expect(replies.map(({ warnings }) => warnings)).toEqual([[], []])
    expect(replies.map(({ attempts }) => attempts[0]?.connectionReused)).toEqual([false, true])
  })
})

function answerEach(response: string): Part {
  return (socket) => socket.on('data', () => socket.write(response))
}
