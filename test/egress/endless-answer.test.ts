import { describe, expect, it, vi } from 'vitest'
import type { FailureCode } from '../../src/contract/failure.ts'
import { chunked, ok } from '../../testkit/raw-answers.ts'
import { flood, floodBytes, type Part, writeAndStay } from '../../testkit/raw-server.ts'
import { attemptAt } from '../support/egress-client.ts'
import { rawTlsServer } from '../support/servers.ts'

const timeoutMs = 20_000

/** The kernels of both sides buffer some megabytes. */
const maxSentBytes = floodBytes / 4

async function readAnswer(part: Part, maxResponseBytes = 1_048_576) {
  let sentBytes = 0
  const target = await rawTlsServer((socket, reset) => {
    socket.on('close', () => (sentBytes = socket.bytesWritten))
    part(socket, reset)
  })
  const started = performance.now()
  const attempt = await attemptAt(target.port, {}, { timeoutMs, maxResponseBytes })
  const tookMs = performance.now() - started
  const closed = () => vi.waitUntil(() => target.open() === 0)
  return { ...attempt, tookMs, sentBytes: () => closed().then(() => sentBytes) }
}

describe('a head that gets nowhere', () => {
  it.each<readonly [string, string, string]>([
    ['a reason without end', 'x', 'HTTP/1.1 200 '],
    ['a reason of tabs without end', '\t', 'HTTP/1.1 200 '],
    ['CRs before the status line', '\r', ''],
    ['LFs before the status line', '\n', ''],
    ['empty lines before the status line', '\r\n', ''],
    ['one header without end', 'b', `${ok}a: `],
    ['the name of a header without end', 'b', ok],
    ['white space before a value without end', ' ', `${ok}a:`],
    ['headers without end', 'a: b\r\n', ok],
    ['folds without end', '\r\n c', `${ok}a: b`],
    ['100 without end', 'HTTP/1.1 100 Continue\r\n\r\n', ''],
    ['interim responses without end', 'HTTP/1.1 103 Early Hints\r\n\r\n', ''],
    ['interim responses with headers', 'HTTP/1.1 102 Processing\r\na: b\r\nc: d\r\n\r\n', ''],
    ['an interim response without end', 'x', 'HTTP/1.1 103 Early Hints\r\nlink: '],
    ['interim responses with reasons', `HTTP/1.1 103 ${'x'.repeat(5_000)}\r\n\r\n`, ''],
  ])('is response_headers_too_large, at once and in bounded bytes: %s', async (_what, piece, first) => {
    const { outcome, delivered, tookMs, sentBytes } = await readAnswer(flood(piece, first))
    expect(outcome).toMatchObject({
      kind: 'failed',
      failure: { code: 'response_headers_too_large' satisfies FailureCode },
      response: null,
    })
    expect(delivered).toBe('maybe')
    expect(tookMs).toBeLessThan(timeoutMs / 2)
    expect(await sentBytes()).toBeLessThan(maxSentBytes)
  })
})

describe('a body that gets nowhere', () => {
  it.each<readonly [string, string, string]>([
    ['an extension of a chunk without end', 'x', `${chunked}2\r\nhi\r\n5;`],
    ['a quoted extension without end', ' ', `${chunked}2\r\nhi\r\n5;a="`],
    ['extensions without end', ';a=b', `${chunked}2\r\nhi\r\n5`],
    ['zeros in the size of a chunk', '0', `${chunked}2\r\nhi\r\n`],
    ['trailers without end', 'a: b\r\n', `${chunked}2\r\nhi\r\n0\r\n`],
    ['one trailer without end', 'b', `${chunked}2\r\nhi\r\n0\r\na: `],
    ['an extension of the last chunk', 'x', `${chunked}2\r\nhi\r\n0;`],
  ])('breaks off, at once and in bounded bytes: %s', async (_what, piece, first) => {
    const { outcome, delivered, tookMs, sentBytes } = await readAnswer(flood(piece, first))
    expect(outcome).toMatchObject({ kind: 'responded', response: { status: 200, ending: 'broken' } })
    expect(outcome.response?.body.toString()).toBe('hi')
    expect(delivered).toBe('yes')
    expect(tookMs).toBeLessThan(timeoutMs / 2)
    expect(await sentBytes()).toBeLessThan(maxSentBytes)
  })

  it.each([
    ['an extension of 1,000 bytes', `1;${'x'.repeat(1_000)}\r\na\r\n`],
    ['an extension of nearly 16 KiB', `1;${'x'.repeat(16_000)}\r\na\r\n`],
    ['1,000 zeros', `${'0'.repeat(1_000)}1\r\na\r\n`],
    ['100 extensions', `1${';a=b'.repeat(100)}\r\na\r\n`],
  ])('breaks off where every byte has %s', async (_what, piece) => {
    const { outcome, tookMs, sentBytes } = await readAnswer(flood(piece, chunked))
    expect(outcome).toMatchObject({ kind: 'responded', response: { status: 200, ending: 'broken' } })
    expect(tookMs).toBeLessThan(timeoutMs / 2)
    expect(await sentBytes()).toBeLessThan(maxSentBytes)
  })
})

describe('an answer that gets on', () => {
  const signature = 'a'.repeat(64)

  it.each<readonly [string, number, number, string]>([
    ['one byte each', 1, 30_000, ''],
    ['one byte each, with an extension', 1, 30_000, ';last=false'],
    ['one byte each, with sizes of eight digits', 1, 30_000, 'padded'],
    ['20 bytes each, with a signature', 20, 10_000, `;chunk-signature=${signature}`],
    ['4 KiB each, with a signature', 4_096, 200, `;chunk-signature=${signature}`],
    ['64 KiB each, with a long extension', 65_536, 15, `;note="${'x'.repeat(15_000)}"`],
  ])('is read to its end in chunks of %s', async (_what, size, chunks, extension) => {
    const length =
      extension === 'padded' ? size.toString(16).padStart(8, '0') : `${size.toString(16)}${extension}`
    const body = `${length}\r\n${'x'.repeat(size)}\r\n`.repeat(chunks)
    const { outcome } = await readAnswer(writeAndStay(chunked, body, '0\r\n\r\n'))
    expect(outcome).toMatchObject({ response: { ending: 'complete', body: { length: size * chunks } } })
  })

  it('may have many extensions on few bytes', async () => {
    const body = `1${';a=b'.repeat(40)}\r\na\r\n`.repeat(80)
    const { outcome } = await readAnswer(writeAndStay(chunked, body, '0\r\n\r\n'))
    expect(outcome).toMatchObject({ response: { ending: 'complete', body: { length: 80 } } })
  })

  it('may have trailers of 15 KB', async () => {
    const trailers = `a: ${'b'.repeat(15_000)}\r\n`
    const { outcome } = await readAnswer(writeAndStay(chunked, '2\r\nhi\r\n0\r\n', trailers, '\r\n'))
    expect(outcome).toMatchObject({ response: { ending: 'complete', body: { length: 2 } } })
  })

  it('may come after many interim ones, with a head of its own size', async () => {
    const interim = `HTTP/1.1 103 Early Hints\r\nlink: <${'x'.repeat(400)}>\r\n\r\n`.repeat(30)
    const head = `${ok}a: ${'b'.repeat(15_000)}\r\ncontent-length: 2\r\n\r\n`
    const { outcome } = await readAnswer(writeAndStay(interim, head, 'hi'))
    expect(outcome).toMatchObject({ response: { status: 200, ending: 'complete', body: { length: 2 } } })
  })
})
