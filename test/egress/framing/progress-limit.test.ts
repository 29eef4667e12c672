import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { maxHeaderBytes, ProgressLimit } from '../../../src/egress/framing/progress-limit.ts'

const status = 'HTTP/1.1 200 OK\r\n'

/** Reads chunks as they come, and gives the pieces that could be read of them until the limit was reached. */
function read(limit: ProgressLimit, ...chunks: readonly string[]): readonly string[] {
  const pieces: string[] = []
  for (const chunk of chunks) {
    let rest = Buffer.from(chunk)
    while (rest.length > 0 && limit.excess === null) {
      const end = limit.take(rest)
      pieces.push(rest.subarray(0, end).toString())
      rest = rest.subarray(end)
    }
  }
  return pieces
}

function inBody(): ProgressLimit {
  const limit = new ProgressLimit()
  read(limit, `${status}\r\n`)
  limit.noteHead()
  return limit
}

describe('a head', () => {
  it('is read alone, however it comes', () => {
    expect(read(new ProgressLimit(), `${status}a: b\r\n\r\nbody`)).toEqual([`${status}a: b\r\n\r\n`, 'body'])
    expect(read(new ProgressLimit(), `${status}a: b\r\n\r`, '\nbody')).toEqual([
      `${status}a: b\r\n\r`,
      '\n',
      'body',
    ])
  })

  it('may have 16 KiB, its status line included', () => {
    const head = (bytes: number) => `${status}a: ${'b'.repeat(bytes - status.length - 7)}\r\n\r\n`
    const limit = new ProgressLimit()
    expect(read(limit, head(maxHeaderBytes)).join('')).toBe(head(maxHeaderBytes))
    limit.noteHead()
    expect(limit.excess).toBeNull()
    expect(read(new ProgressLimit(), head(maxHeaderBytes + 1)).join('')).toHaveLength(maxHeaderBytes)
  })

  it('may have 512 headers', () => {
    const head = (headers: number) => `${status}${'a:\r\n'.repeat(headers)}\r\n`
    expect(read(new ProgressLimit(), head(512)).join('')).toBe(head(512))
    expect(read(new ProgressLimit(), head(513)).join('')).toHaveLength(head(513).length - 2)
  })

  it('is counted apart from interim ones, which have 16 KiB together', () => {
    const interim = `HTTP/1.1 103 Early Hints\r\nlink: ${'x'.repeat(992)}\r\n\r\n`
    expect(interim).toHaveLength(1_028)
    const limit = new ProgressLimit()
    for (let times = 0; times < 15; times++) {
      read(limit, interim)
      limit.noteInterimHead()
    }
    const head = `${status}a: ${'b'.repeat(16_000)}\r\n\r\n`
    expect(read(limit, head).join('')).toBe(head)
    limit.reset()
    for (let times = 0; times < 16; times++) {
      read(limit, interim)
      limit.noteInterimHead()
    }
    expect(limit.excess).not.toBeNull()
  })

  it.each([
    ['a reason', 'HTTP/1.1 200 ', 'x'],
    ['line breaks before it', '', '\r'],
    ['empty lines before it', '', '\r\n'],
    ['one header', `${status}a: `, 'b'],
    ['headers', status, 'a:b\r\n'],
  ])('without end is read up to 16 KiB: %s', (_what, beginning, piece) => {
    const pieces = read(new ProgressLimit(), beginning, ...Array<string>(100).fill(piece.repeat(1_000)))
    expect(pieces.join('').length).toBeLessThanOrEqual(maxHeaderBytes)
  })
})

describe('a body', () => {
  it('may be framed in 16 KiB between two pieces', () => {
    const limit = inBody()
    read(limit, `1;${'x'.repeat(maxHeaderBytes - 10)}\r\n`)
    expect(limit.excess).toBeNull()
    read(limit, '000000')
    expect(limit.excess).not.toBeNull()
  })

  it('of any length may be framed in 16 bytes for each of its own', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 1, max: 50 }), fc.nat(16)), { minLength: 1 }),
        (chunks) => {
          const limit = inBody()
          for (let times = 0; times < 100; times++)
            for (const [body, framing] of chunks) {
              read(limit, '.'.repeat(body * (1 + framing)))
              limit.noteBody(body)
              expect(limit.excess).toBeNull()
            }
        },
      ),
    )
  })

  it('has no credit from small pieces for later', () => {
    const limit = inBody()
    for (let times = 0; times < 100; times++) {
      read(limit, 'x'.repeat(10_000))
      limit.noteBody(10_000)
    }
    expect(read(limit, '0;', 'x'.repeat(100_000)).join('').length).toBeLessThan(2 * maxHeaderBytes)
  })

  it('of single bytes in long extensions is not read on', () => {
    const limit = inBody()
    let bytes = 0
    while (limit.excess === null) {
      bytes += read(limit, `1;${'x'.repeat(1_000)}\r\na\r\n`).join('').length
      limit.noteBody(1)
    }
    expect(bytes).toBeLessThan(maxHeaderBytes + 2_000)
  })

  it('may have 512 trailers', () => {
    expect(read(inBody(), `0\r\n${'a:\r\n'.repeat(513)}\r\n`).join('')).toHaveLength(3 + 513 * 4)
  })
})

it('the limit begins anew with every response', () => {
  const limit = inBody()
  read(limit, 'x'.repeat(maxHeaderBytes))
  expect(limit.excess).not.toBeNull()
  limit.reset()
  expect(read(limit, `${status}\r\nbody`)).toEqual([`${status}\r\n`, 'body'])
})
