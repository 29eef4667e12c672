import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import type { Failure } from '../../src/contract/failure.ts'
import { type HeadRule, headRules } from '../../src/egress/framing/response-head.ts'
import type { BodyEnding, Outcome } from '../../src/webhook/wire/outcome.ts'
import { chunked, ok } from '../../testkit/raw-answers.ts'
import { drip, type Part, write, writeAndReset, writeAndStay } from '../../testkit/raw-server.ts'
import { attemptAt } from '../support/egress-client.ts'
import { rawTlsServer } from '../support/servers.ts'

const created = 'HTTP/1.1 201 Created\r\n'

async function readAnswer(part: Part, options: { readonly maxResponseBytes?: number } = {}) {
  const target = await rawTlsServer(part)
  return await attemptAt(target.port, {}, options)
}

describe('an answer without a head that can be used', () => {
  it.each<readonly [string, string, Part]>([
    ['no_response', 'is nothing but the end of the connection', write()],
    ['no_response', 'is a reset', writeAndReset()],
    ['no_response', 'breaks off within the head', write(`${ok}x-a: `)],
    ['no_response', 'breaks off within the first word', write('HT')],
    ['response_not_http', 'is a banner of SSH', writeAndStay('SSH-2.0-OpenSSH_9.9\r\n')],
    [
      'response_not_http',
      'is HTTP/2',
      writeAndStay(Buffer.from([0, 0, 6, 4, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 100])),
    ],
    ['response_not_http', 'is HTTP/0.9', write('<html>hello</html>')],
    ['response_not_http', 'is an alert of TLS', writeAndStay(Buffer.from([0x15, 3, 3, 0, 2, 2, 40]))],
    ['response_not_http', 'is another word with the same letters', writeAndStay('HTTX/1.1 200 OK\r\n\r\n')],
    ['response_malformed', 'has the status 99', writeAndStay('HTTP/1.1 099 OK\r\n\r\n')],
    ['response_malformed', 'has the status 0', writeAndStay('HTTP/1.1 000 OK\r\n\r\n')],
    ['response_malformed', 'has a status of two digits', writeAndStay('HTTP/1.1 99 OK\r\n\r\n')],
    ['response_malformed', 'has a status of four digits', writeAndStay('HTTP/1.1 1000 OK\r\n\r\n')],
    ['response_malformed', 'is a 101 with an upgrade', writeAndStay(upgrade('101 Switching Protocols'))],
    ['response_malformed', 'is a bare 101', writeAndStay('HTTP/1.1 101 Switching Protocols\r\n\r\n')],
    [
      'response_headers_too_large',
      'has a header of 20 KB',
      writeAndStay(`${ok}a: ${'b'.repeat(20_000)}\r\n\r\n`),
    ],
    [
      'response_headers_too_large',
      'has a reason of 500 KB',
      writeAndStay(`HTTP/1.1 200 ${'x'.repeat(500_000)}\r\ncontent-length: 2\r\n\r\nhi`),
    ],
    [
      'response_headers_too_large',
      'comes after 400 interim ones',
      writeAndStay(earlyHints(400), `${ok}\r\n`),
    ],
    ['response_headers_too_large', 'has 3000 headers', writeAndStay(`${ok}${'a: b\r\n'.repeat(3_000)}\r\n`)],
    ['response_headers_too_large', 'has headers without end', drip(`a: ${'b'.repeat(1_000)}\r\n`, 1, ok)],
  ])('is %s, delivered maybe, if it %s', async (code, _what, part) => {
    expect(await readAnswer(part)).toMatchObject({
      outcome: { kind: 'failed', failure: { code }, response: null },
      delivered: 'maybe',
      timings: { firstByteMs: code === 'no_response' ? null : expect.any(Number), downloadMs: null },
    })
  })
})

describe('an answer with a head that breaks a rule', () => {
  it.each<readonly [HeadRule, string, string]>([
    ['lineEnd', 'ends lines with LF', 'HTTP/1.1 201 Created\ncontent-length: 2\n\nhi'],
    ['lineEnd', 'ends one line with LF', `${created}a: b\nc: d\r\n\r\n`],
    ['lineEnd', 'ends with LF', `${created}a: b\r\n\n`],
    ['lineEnd', 'has CR in a header', `${created}a: b\rc\r\n\r\n`],
    ['blankLine', 'has white space before its first header', `${created} a: b\r\n\r\n`],
    ['version', 'is of an unknown version', 'HTTP/1.7 201 Created\r\n\r\n'],
    ['colon', 'has a header without a colon', `${created}abc\r\n\r\n`],
    ['blankBeforeColon', 'has a blank before a colon', `${created}a : b\r\n\r\n`],
    ['blankBeforeColon', 'has a tab before the colon of a length', `${created}content-length\t: 2\r\n\r\nhi`],
    ['name', 'has a header without a name', `${created}: b\r\n\r\n`],
    ['name', 'has a name of two words', `${created}a b: c\r\n\r\n`],
    ['value', 'has NUL in a header', `${created}a: b\0c\r\n\r\n`],
    ['value', 'has DEL in a header', `${created}a: b\x7f\r\n\r\n`],
    ['value', 'has a control character in a fold', `${created}a: b\r\n \x01\r\n\r\n`],
    ['foldedFraming', 'folds its length', `${created}content-length:\r\n 2\r\n\r\nhi`],
    [
      'foldedFraming',
      'folds its coding',
      `${created}transfer-encoding:\r\n chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n`,
    ],
    ['length', 'has a negative length', `${created}content-length: -2\r\n\r\nhi`],
    ['length', 'has a length with a sign', `${created}content-length: +2\r\n\r\nhi`],
    ['length', 'has a hexadecimal length', `${created}content-length: 0x2\r\n\r\nhi`],
    ['length', 'has an empty length', `${created}content-length: \r\n\r\nhi`],
    ['length', 'has two numbers as its length', `${created}content-length: 2 2\r\n\r\nhi`],
    ['length', 'has a length beyond all numbers', `${created}content-length: ${'9'.repeat(30)}\r\n\r\nhi`],
    ['lengths', 'has two lengths', `${created}content-length: 2\r\ncontent-length: 3\r\n\r\nhi`],
    ['lengths', 'has a list of lengths', `${created}content-length: 2, 3\r\n\r\nhi`],
    [
      'lengthAndCoding',
      'has length and chunks',
      `${created}content-length: 2\r\ntransfer-encoding: chunked\r\n\r\n`,
    ],
    [
      'lengthAndCoding',
      'has chunks and a padded length',
      `${created}Transfer-Encoding: chunked\r\nContent-Length: 2 \r\n\r\n`,
    ],
    ['coding', 'is chunked twice', `${created}transfer-encoding: chunked, chunked\r\n\r\n0\r\n\r\n`],
    ['coding', 'is compressed last', `${created}transfer-encoding: chunked, gzip\r\n\r\n0\r\n\r\n`],
    ['coding', 'is not chunked', `${created}transfer-encoding: identity\r\n\r\nhi`],
    ['coding', 'is almost chunked', `${created}transfer-encoding: xchunked\r\n\r\n0\r\n\r\n`],
    ['oldCoding', 'has chunks of HTTP/1.0', 'HTTP/1.0 201 Created\r\ntransfer-encoding: chunked\r\n\r\n'],
  ])('is response_malformed, delivered yes, and names the rule: %s, if it %s', async (rule, _what, bytes) => {
    const { outcome, delivered } = await readAnswer(writeAndStay(Buffer.from(bytes, 'latin1')))
    expect(outcome).toMatchObject({
      kind: 'failed',
      failure: { code: 'response_malformed', status: 201 },
      response: null,
    })
    expect(expectFailure(outcome).detail).toContain(headRules[rule])
    expect(delivered).toBe('yes')
  })

  it.each<readonly [HeadRule, string, string]>([
    ['statusLine', 'has the status 99', 'HTTP/1.1 099 OK\r\n\r\n'],
    ['statusLine', 'has two blanks before its status', 'HTTP/1.1  200 OK\r\n\r\n'],
    ['statusLine', 'has no status', 'HTTP/1.1 OK\r\n\r\n'],
    ['upgrade', 'switches protocols', 'HTTP/1.1 101 Switching Protocols\r\n\r\n'],
    ['value', 'has NUL in an interim head', 'HTTP/1.1 103 Early Hints\r\na: b\0\r\n\r\n'],
  ])('is delivered maybe where no final status was read: %s, if it %s', async (rule, _what, bytes) => {
    const { outcome, delivered } = await readAnswer(writeAndStay(bytes))
    expect(expectFailure(outcome)).toMatchObject({
      code: 'response_malformed',
      detail: expect.stringContaining(headRules[rule]),
    })
    expect(delivered).toBe('maybe')
  })

  it('tells the status of a head that is too large, of which not all came', async () => {
    const { outcome, delivered } = await readAnswer(
      writeAndStay(`${created}a: ${'b'.repeat(17_000)}\r\n\r\n`),
    )
    expect(expectFailure(outcome)).toMatchObject({ code: 'response_headers_too_large', status: 201 })
    expect(delivered).toBe('maybe')
  })
})

describe('an answer with a head', () => {
  it.each<readonly [number, BodyEnding, string, string, Part]>([
    [200, 'complete', 'hi', 'is sound', writeAndStay(`${ok}content-length: 2\r\n\r\nhi`)],
    [
      200,
      'complete',
      'hi',
      'comes in pieces',
      writeAndStay('HTTP/1.', '1 200 OK\r\nconte', 'nt-length: 2\r\n\r\nh', 'i'),
    ],
    [
      200,
      'complete',
      'hi',
      'comes after interim ones',
      writeAndStay(earlyHints(300), `${ok}content-length: 2\r\n\r\nhi`),
    ],
    [200, 'complete', 'hi', 'names an upgrade without switching', writeAndStay(`${upgrade('200 OK', 2)}hi`)],
    [
      200,
      'complete',
      'hi',
      'has a reason of 15 KB',
      writeAndStay(`HTTP/1.1 200 ${'x'.repeat(15_000)}\r\ncontent-length: 2\r\n\r\nhi`),
    ],
    [
      200,
      'complete',
      'hi',
      'has more bytes than its length',
      writeAndStay(`${ok}content-length: 2\r\n\r\nhi and more`),
    ],
    [200, 'complete', 'hi', 'is HTTP/1.0', write('HTTP/1.0 200 OK\r\n\r\nhi')],
    [200, 'complete', 'hi', 'ends with the connection', write(`${ok}\r\nhi`)],
    [200, 'complete', '', 'has no body', writeAndStay(`${ok}content-length: 0\r\n\r\n`)],
    [
      204,
      'complete',
      '',
      'is a 204 that has a length',
      writeAndStay('HTTP/1.1 204 No Content\r\ncontent-length: 2\r\n\r\nhi'),
    ],
    [304, 'complete', '', 'is a 304', writeAndStay('HTTP/1.1 304 Not Modified\r\n\r\n')],
    [
      302,
      'complete',
      '',
      'leads elsewhere',
      writeAndStay('HTTP/1.1 302 Found\r\nlocation: https://127.0.0.1/\r\ncontent-length: 0\r\n\r\n'),
    ],
    [
      999,
      'complete',
      'hi',
      'has the status 999',
      writeAndStay('HTTP/1.1 999 Denied\r\ncontent-length: 2\r\n\r\nhi'),
    ],
    [200, 'broken', 'hi', 'is shorter than its length', write(`${ok}content-length: 20\r\n\r\nhi`)],
    [200, 'broken', 'hi', 'is reset within its length', writeAndReset(`${ok}content-length: 20\r\n\r\nhi`)],
    [200, 'broken', 'hi', 'is reset where it has no length', writeAndReset(`${ok}\r\nhi`)],
    [200, 'broken', 'hi', 'has no last chunk', write(`${chunked}2\r\nhi\r\n`)],
    [200, 'misframed', 'hi', 'has a chunk of no size', writeAndStay(`${chunked}2\r\nhi\r\nZZ\r\n`)],
    [
      200,
      'broken',
      'hi',
      'has trailers without end',
      writeAndStay(`${chunked}2\r\nhi\r\n0\r\na: ${'b'.repeat(20_000)}\r\n\r\n`),
    ],
  ])('is a response %i, %s, %j, if it %s', async (status, ending, body, _what, part) => {
    const { outcome, delivered } = await readAnswer(part)
    expect(outcome).toMatchObject({ kind: 'responded', response: { status, ending } })
    expect(outcome.response?.body.toString()).toBe(body)
    expect(delivered).toBe('yes')
  })

  it('counts although the target did not want the rest of the request', async () => {
    const part: Part = (socket) => {
      socket.once('data', () => {
        socket.pause()
        socket.write('HTTP/1.1 413 Content Too Large\r\ncontent-length: 2\r\n\r\nhi')
      })
    }
    const target = await rawTlsServer(part)
    const body = Buffer.alloc(30_000_000)
    expect(await attemptAt(target.port, { body })).toMatchObject({
      outcome: { kind: 'responded', response: { status: 413, ending: 'complete' } },
      delivered: 'yes',
    })
  })

  it('keeps its headers in order, name and value as they came', async () => {
    const { outcome } = await readAnswer(
      writeAndStay(
        `${ok}X-B: 1\r\nset-cookie: a=1\r\nSet-Cookie: b=2\r\n__proto__: x\r\nX-E: \xe9\r\nContent-Length: 0\r\n\r\n`,
      ),
    )
    expect(outcome.response?.headers.slice(0, 4)).toEqual([
      ['X-B', '1'],
      ['set-cookie', 'a=1'],
      ['Set-Cookie', 'b=2'],
      ['__proto__', 'x'],
    ])
  })
})

describe('a body', () => {
  const limit = { maxResponseBytes: 100_000 }
  const zeros = Buffer.alloc(5_000_000)

  it.each<readonly [string, Part]>([
    ['declared to be longer', writeAndStay(`${ok}content-length: 200000\r\n\r\n`, Buffer.alloc(200_000, 97))],
    ['without end', drip(Buffer.alloc(50_000, 97), 1, `${ok}\r\n`)],
    ['of gzip that grows', writeAndStay(...encoded('gzip', gzipSync(zeros)))],
    ['of deflate that grows', writeAndStay(...encoded('deflate', deflateSync(zeros)))],
    ['of brotli that grows', writeAndStay(...encoded('br', brotliCompressSync(zeros)))],
    ['of zstd that grows', writeAndStay(...encoded('zstd', zstdCompressSync(zeros)))],
  ])('%s is read up to the limit', async (_what, part) => {
    const { outcome, delivered } = await readAnswer(part, limit)
    expect(outcome).toMatchObject({ kind: 'responded', response: { ending: 'capped' } })
    expect(outcome.response?.body).toHaveLength(100_000)
    expect(delivered).toBe('yes')
  })

  it('of exactly the limit is complete', async () => {
    const part = writeAndStay(`${ok}content-length: 100000\r\n\r\n`, Buffer.alloc(100_000, 97))
    const { outcome } = await readAnswer(part, limit)
    expect(outcome).toMatchObject({ response: { ending: 'complete', body: { length: 100_000 } } })
  })

  it('that comes byte by byte is put together', async () => {
    const { outcome } = await readAnswer(
      writeAndStay(chunked, '1\r\na\r\n'.repeat(50_000), '0\r\n\r\n'),
      limit,
    )
    expect(outcome).toMatchObject({ response: { ending: 'complete', body: { length: 50_000 } } })
  })

  const text = Buffer.from(JSON.stringify({ greeting: 'hello '.repeat(10_000) }))

  it.each<readonly [string, Buffer]>([
    ['gzip', gzipSync(text)],
    ['X-GZIP', gzipSync(text)],
    ['identity, gzip', gzipSync(text)],
    ['deflate', deflateSync(text)],
    ['deflate', deflateRawSync(text)],
    ['br', brotliCompressSync(text)],
    ['gzip, br', brotliCompressSync(gzipSync(text))],
    ['deflate, zstd, gzip', gzipSync(zstdCompressSync(deflateSync(text)))],
    ['zstd', zstdCompressSync(text)],
    ['identity', text],
    ['', text],
  ])('encoded with %s is decoded', async (coding, bytes) => {
    const { outcome } = await readAnswer(writeAndStay(...encoded(coding, bytes)))
    expect(outcome).toMatchObject({ response: { ending: 'complete' } })
    expect(outcome.response?.body.equals(text)).toBe(true)
  })

  it('that a transfer coding wraps is unwrapped', async () => {
    const bytes = gzipSync(text)
    const { outcome } = await readAnswer(
      writeAndStay(
        `${ok}transfer-encoding: gzip, chunked\r\n\r\n${bytes.length.toString(16)}\r\n`,
        bytes,
        '\r\n0\r\n\r\n',
      ),
    )
    expect(outcome.response?.body.equals(text)).toBe(true)
  })

  it.each<readonly [string, string, Buffer]>([
    ['of an unknown coding', 'snappy', text],
    ['of an unknown coding behind one that is known', 'gzip, snappy', gzipSync(text)],
    ['of codings that it does not have', 'gzip, br', text],
    ['of four codings', 'gzip, gzip, gzip, gzip', gzipSync(gzipSync(gzipSync(gzipSync(text))))],
    ['that is not what its coding says', 'gzip', text],
    ['that is not brotli', 'br', Buffer.from('hello')],
    ['that is not zstd', 'zstd', Buffer.from('hello')],
  ])('%s is kept as it came', async (_what, coding, bytes) => {
    const { outcome } = await readAnswer(writeAndStay(...encoded(coding, bytes)))
    expect(outcome).toMatchObject({ response: { ending: 'undecodable' } })
    expect(outcome.response?.body.equals(bytes)).toBe(true)
  })

  it('that becomes invalid is kept up to there', async () => {
    const bytes = Buffer.concat([gzipSync(text).subarray(0, -8), Buffer.alloc(8, 1)])
    const { outcome } = await readAnswer(writeAndStay(...encoded('gzip', bytes)))
    expect(outcome).toMatchObject({ response: { ending: 'undecodable' } })
    expect(outcome.response?.body.length).toBeGreaterThan(1_000)
  })

  it('that breaks off is decoded as far as it came', async () => {
    const bytes = gzipSync(text)
    const head = `${ok}content-encoding: gzip\r\ncontent-length: ${bytes.length}\r\n\r\n`
    const { outcome } = await readAnswer(write(head, bytes.subarray(0, -20)))
    expect(outcome).toMatchObject({ response: { ending: 'broken' } })
    expect(outcome.response?.body.length).toBeGreaterThan(1_000)
  })

  it.each<readonly [string, Buffer]>([
    ['snappy, gzip', gzipSync(text)],
    ['br, gzip', gzipSync(text)],
    ['gzip, br, gzip', gzipSync(text)],
  ])('of %s, of which only a part can be undone, is decoded as far as it can be', async (coding, bytes) => {
    const { outcome } = await readAnswer(writeAndStay(...encoded(coding, bytes)))
    expect(outcome).toMatchObject({ response: { ending: 'undecodable' } })
    expect(outcome.response?.body.equals(text)).toBe(true)
  })

  it('of several codings that breaks off is decoded as far as it came', async () => {
    const bytes = gzipSync(deflateSync(text, { level: 0 }))
    const head = `${ok}content-encoding: deflate, gzip\r\ncontent-length: ${bytes.length}\r\n\r\n`
    const { outcome } = await readAnswer(write(head, bytes.subarray(0, -20)))
    expect(outcome).toMatchObject({ response: { ending: 'broken' } })
    expect(outcome.response?.body.length).toBeGreaterThan(1_000)
  })

  it.each(['gzip', 'snappy', 'gzip, br', 'a, b, c, d'])(
    'that is empty needs no decoding: %s',
    async (coding) => {
      const { outcome } = await readAnswer(writeAndStay(...encoded(coding, Buffer.alloc(0))))
      expect(outcome).toMatchObject({ response: { ending: 'complete', body: { length: 0 } } })
    },
  )
})

function expectFailure(outcome: Outcome): Failure {
  if (outcome.kind === 'responded') throw new TypeError('the answer was taken')
  return outcome.failure
}

function encoded(coding: string, bytes: Buffer): readonly [string, Buffer] {
  return [`${ok}content-encoding: ${coding}\r\ncontent-length: ${bytes.length}\r\n\r\n`, bytes]
}

function earlyHints(times: number): string {
  return 'HTTP/1.1 103 Early Hints\r\nlink: </a.css>\r\n\r\n'.repeat(times)
}

function upgrade(status: string, length = 0): string {
  return `HTTP/1.1 ${status}\r\nconnection: upgrade\r\nupgrade: websocket\r\ncontent-length: ${length}\r\n\r\n`
}
