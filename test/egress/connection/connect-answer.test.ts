import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ConnectAnswer, type ConnectEnd } from '../../../src/egress/connection/connect-answer.ts'
import { maxHeaderBytes } from '../../../src/egress/framing/progress-limit.ts'

/** The end of an answer that comes in these pieces, and the number of bytes that were taken for it. */
function readPieces(pieces: readonly Buffer[]): { readonly end: ConnectEnd | null; readonly taken: number } {
  const answer = new ConnectAnswer()
  let taken = 0
  for (const piece of pieces) {
    taken += piece.length
    const end = answer.take(piece)
    if (end !== null) return { end, taken }
  }
  return { end: null, taken }
}

function read(text: string): ConnectEnd | null {
  return readPieces([Buffer.from(text, 'latin1')]).end
}

/** Cuts bytes at some places. */
function cut(bytes: Buffer, at: readonly number[]): readonly Buffer[] {
  const places = [...new Set(at.map((place) => place % (bytes.length + 1)))].sort((a, b) => a - b)
  return [...places, bytes.length].map((end, index) => bytes.subarray(places[index - 1] ?? 0, end))
}

describe('the answer to CONNECT', () => {
  it.each([
    ['HTTP/1.1 200 Connection established\r\n\r\n'],
    ['HTTP/1.0 200 Connection established\r\nProxy-agent: tinyproxy/1.11.1\r\n\r\n'],
    ['HTTP/1.1 299\r\n\r\n'],
    ['\r\n\r\nHTTP/1.1 200 OK\r\n\r\n'],
    ['HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 A\r\nLink: a\r\n\r\nHTTP/1.1 200 OK\r\n\r\n'],
    ['HTTP/1.1 200 OK\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n'],
    ['HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n'],
  ])('opens the tunnel: %j', (text) => {
    expect(read(text)).toEqual({ kind: 'open', rest: Buffer.alloc(0) })
  })

  it.each([300, 301, 400, 401, 403, 407, 502, 504, 600, 999])('refuses with %i', (status) => {
    expect(read(`HTTP/1.1 ${status} No\r\nContent-Length: 3\r\n\r\nbye`)).toEqual({
      kind: 'refused',
      refusal: { kind: 'status', status },
    })
  })

  it.each([
    ['not_http', 'SSH-2.0-OpenSSH_9.7\r\n'],
    ['not_http', '\x15\x03\x01\x00\x02\x02\x46'],
    ['not_http', '<html>'],
    ['malformed', 'HTTP/2.0 200 OK\r\n\r\n'],
    ['malformed', 'HTTP/1.1 20 OK\r\n\r\n'],
    ['malformed', 'HTTP/1.1 200 OK\nVia: a\n\n'],
    ['malformed', 'HTTP/1.1 200 OK\r\nVia: a\0\r\n\r\n'],
    ['malformed', 'HTTP/1.1 200 OK\r\nno colon\r\n\r\n'],
    ['malformed', 'HTTP/1.1 101 Switching Protocols\r\n\r\n'],
    ['too_large', `HTTP/1.1 200 OK\r\nVia: ${'a'.repeat(20_000)}`],
    ['too_large', `HTTP/1.1 200 OK\r\n${'a: b\r\n'.repeat(600)}`],
    ['too_large', 'HTTP/1.1 103 Early Hints\r\n\r\n'.repeat(1_000)],
    ['too_large', '\r\n'.repeat(20_000)],
  ])('is %s: %.40j', (kind, text) => {
    expect(read(text)).toEqual({ kind: 'refused', refusal: { kind } })
  })

  it('is read the same in whatever pieces it comes, and what follows it belongs to the tunnel', () => {
    const answers = fc.constantFrom(
      'HTTP/1.1 200 OK\r\nVia: a\r\n\r\n',
      'HTTP/1.1 103 A\r\n\r\nHTTP/1.1 204 OK\r\n\r\n',
      'HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\n',
    )
    fc.assert(
      fc.property(answers, fc.uint8Array({ maxLength: 40 }), fc.array(fc.nat()), (answer, after, at) => {
        const bytes = Buffer.concat([Buffer.from(answer), after])
        const { end, taken } = readPieces(cut(bytes, at))
        if (end?.kind !== 'open') throw new Error('the tunnel is not open')
        expect(Buffer.concat([end.rest, bytes.subarray(taken)])).toEqual(Buffer.from(after))
      }),
    )
  })

  it('ends within the limit of a head, whatever bytes come', () => {
    const piece = fc.oneof(
      fc.uint8Array({ minLength: 1, maxLength: 600 }).map((bytes) => Buffer.from(bytes)),
      fc
        .constantFrom('HTTP/1.1 103 A\r\n\r\n', 'a: b\r\n', '\r\n', '\n', 'HTTP/1.1 1')
        .map((text) => Buffer.from(text)),
    )
    fc.assert(
      fc.property(
        fc.constantFrom('', 'HTTP/1.1 200 OK\r\n'),
        fc.array(piece, { minLength: 1 }),
        (first, some) => {
          const bytes = Buffer.concat(some)
          const rounds = Math.ceil((3 * maxHeaderBytes) / bytes.length)
          expect(readPieces([Buffer.from(first), ...Array<Buffer>(rounds).fill(bytes)]).end).not.toBeNull()
        },
      ),
      { numRuns: 50 },
    )
  })
})
