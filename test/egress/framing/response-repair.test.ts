import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ProgressLimit } from '../../../src/egress/framing/progress-limit.ts'
import type { ResponseHead } from '../../../src/egress/framing/response-head.ts'
import { ResponseRepair } from '../../../src/egress/framing/response-repair.ts'
import { cpuMs } from '../../support/cpu-time.ts'
import { cut } from '../support/pieces.ts'

/** What is handed on of a response that comes in these pieces, and its heads. */
function read(pieces: readonly Buffer[]) {
  const limit = new ProgressLimit()
  const repair = new ResponseRepair()
  const handedOn: Buffer[] = []
  const heads: ResponseHead[] = []
  for (const piece of pieces) {
    let rest = piece
    while (rest.length > 0) {
      const end = limit.take(rest)
      const head = repair.take(end < rest.length ? rest.subarray(0, end) : rest, limit)
      rest = rest.subarray(end)
      if (head?.kind === 'interim') limit.noteInterimHead()
      if (head?.kind === 'final') limit.noteHead()
      // Each byte of a body makes room for more.
      if (repair.isInBody) limit.noteBody(end)
      if (head !== null) heads.push(head)
      for (let next = repair.next(); next !== null; next = repair.next()) handedOn.push(next)
    }
  }
  return { handedOn, text: latin1(handedOn), heads, framingBytes: repair.framingBytes }
}

function latin1(pieces: readonly Buffer[]): string {
  return Buffer.concat(pieces).toString('latin1')
}

function bytes(text: string): Buffer {
  return Buffer.from(text, 'latin1')
}

/** Each piece has memory of its own, as where it was received. */
const cutPieces = (text: string, places: readonly number[]) => cut(text, places).map(bytes)

const character = (pattern: RegExp) => {
  const all = Array.from({ length: 256 }, (_, code) => String.fromCharCode(code))
  return fc.constantFrom(...all.filter((letter) => pattern.test(letter)))
}
const text = (pattern: RegExp, minLength = 0, maxLength = 12) =>
  fc.string({ unit: character(pattern), minLength, maxLength })

const token = text(/[\w!#$%&'*+.^`|~-]/, 1)
const value = text(/[\t\x20-\x7e\x80-\xff]/)
const blanks = fc.constantFrom('', ' ', '\t', '  ', ' \t ')
const field = fc
  .tuple(token, value)
  .filter(([name]) => !/^(?:content-length|transfer-encoding)$/i.test(name))
  .map(([name, content]) => `${name}:${content}\r\n`)
const fields = fc.array(field, { maxLength: 6 }).map((lines) => lines.join(''))
const content = text(/[\0-\xff]/, 0, 60)
const places = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 20 })

const quoted = text(/[\t\x20\x21\x23-\x5b\x5d-\x7e\x80-\xff]/).map((inner) => `"${inner}\\"\\\\"`)
const extension = fc
  .tuple(token, fc.option(fc.oneof(token, quoted), { nil: null }))
  .map(([name, content]) => (content === null ? `;${name}` : `;${name}=${content}`))
const extensions = fc.array(extension, { maxLength: 2 }).map((all) => all.join(''))
const size = (length: number) =>
  fc.tuple(fc.constantFrom('', '0', '0000'), fc.boolean()).map(([zeros, isUpper]) => {
    const digits = length.toString(16)
    return zeros + (isUpper ? digits.toUpperCase() : digits)
  })

/** A body in chunks: as it comes, what the parser shall read of it, and what it holds. */
interface Chunks {
  readonly sent: string
  readonly holds: string
}

/** `line` makes the line before a chunk of its size and some extensions. */
const chunksWith = (line: (digits: string, extensions: string) => fc.Arbitrary<string>) =>
  fc.array(text(/[\0-\xff]/, 1, 40), { maxLength: 6 }).chain((pieces) => {
    const lines = [...pieces, ''].map((piece) =>
      fc.tuple(size(piece.length), extensions).chain(([digits, all]) => line(digits, all)),
    )
    return fc.tuple(fc.tuple(...lines), fields).map(
      ([before, trailers]): Chunks => ({
        sent: `${pieces.map((piece, index) => `${before[index]}\r\n${piece}\r\n`).join('')}${before.at(-1)}\r\n${trailers}\r\n`,
        holds: pieces.join(''),
      }),
    )
  })
const soundChunks = chunksWith((digits, all) => fc.constant(digits + all))
const paddedChunks = chunksWith((digits, all) =>
  fc
    .tuple(blanks, blanks, fc.constantFrom('', ';', '; a = b', ';\t"x', `;${'@'.repeat(9)}`))
    .map(
      ([before, behind, odd]) =>
        `${digits}${before}${all.replaceAll(';', `${behind};${behind}`)}${odd}${behind}`,
    ),
)

const statusLine = fc
  .tuple(fc.integer({ min: 200, max: 999 }), fc.constantFrom('', ' ', ' OK', ' not  \xfcblich'))
  .map(([status, reason]) => `HTTP/1.1 ${status}${reason}\r\n`)
const interim = fc
  .tuple(fc.constantFrom(100, 102, 103, 199), fields)
  .map(([status, all]) => `HTTP/1.1 ${status} Interim\r\n${all}\r\n`)

/** The head of a response whose only header about its length is this one, in their midst. */
const headWith = (framing: fc.Arbitrary<string>) =>
  fc.tuple(statusLine, fields, framing, fields).map((parts) => `${parts.join('')}\r\n`)
const writeLength = (name: fc.Arbitrary<string>, behind: fc.Arbitrary<string>) =>
  fc
    .tuple(name, blanks, fc.integer({ min: 0, max: 99_999 }), behind)
    .map(([known, before, length, after]) => `${known}:${before}${length}${after}\r\n`)
const lengthName = fc.constantFrom('Content-Length', 'content-length', 'CONTENT-LENGTH')
const chunked = fc.constantFrom('Transfer-Encoding: chunked\r\n', 'transfer-encoding:CHUNKED \r\n')

const soundBody = fc.oneof(
  fc.tuple(headWith(writeLength(lengthName, fc.constant(''))), content),
  fc.tuple(headWith(fc.constant('')), content),
)

describe('a response that breaks no rule', () => {
  it('is handed on as it came, less its interim heads, in the very same buffers', () => {
    fc.assert(
      fc.property(fc.array(interim, { maxLength: 3 }), soundBody, places, (before, [head, body], at) => {
        const interims = before.map(bytes)
        const pieces = cutPieces(head + body, at)
        const { handedOn, heads } = read([...interims, ...pieces])

        expect(latin1(handedOn)).toBe(head + body)
        expect(heads.map(({ kind }) => kind)).toEqual([...before.map(() => 'interim'), 'final'])
        // A piece in which head and body meet is cut there, so that a head is read alone.
        const isSame = (piece: Buffer) => handedOn.includes(piece)
        expect(pieces.filter((piece) => !isSame(piece)).length).toBeLessThanOrEqual(1)
      }),
    )
  })

  it('is handed on as it came in chunks, with their extensions and trailers', () => {
    fc.assert(
      fc.property(headWith(chunked), soundChunks, places, (head, { sent, holds }, at) => {
        const { text: read1, framingBytes } = read(cutPieces(head + sent, at))

        expect(read1).toBe(head + sent)
        expect(framingBytes).toBe(/^HTTP\/1\.1 (?:204|304)/.test(head) ? 0 : sent.length - holds.length)
      }),
    )
  })

  it('is handed on in the very same buffers where those end with the head and with chunks', () => {
    const pieces = ['HTTP/1.1 200 OK\r\nTransfer-Enc', 'oding: chunked\r\n\r\n', '2;a=b\r\nhi\r\n1', '0\r\n']
      .concat('x'.repeat(16), '\r\n0\r\n\r\n')
      .map(bytes)
    const { handedOn, text: all } = read(pieces)

    expect(all).toBe(latin1(pieces))
    for (const piece of pieces.filter((_, index) => index !== 2 && index !== 3))
      expect(handedOn.includes(piece)).toBe(true)
  })

  it('is handed on where empty lines stand before it', () => {
    const pieces = ['\r', '\n\r\n', 'HTTP/1.1 200 OK\r\n\r\nhi'].map(bytes)
    expect(read(pieces).text).toBe(latin1(pieces))
  })
})

describe('a head that can only mean one thing', () => {
  const repaired = (headers: string) => read([bytes(`HTTP/1.1 200 OK\r\n${headers}\r\nbody`)]).text

  it.each([
    ['Content-Length: 4 \r\n', 'Content-Length: 4\r\n'],
    ['a: b\r\nContent-Length:4\t \r\nc: d \r\n', 'a: b\r\nContent-Length: 4\r\nc: d \r\n'],
    ['Content-Length: 4, 4\r\n', 'Content-Length: 4\r\n'],
    ['Content-Length: 4\r\na: b\r\ncontent-length: 4 ,4\r\n', 'Content-Length: 4\r\na: b\r\n'],
    ['a: b\r\n c\r\n', 'a: b c\r\n'],
    ['a: b \t\r\n \t c\r\n\td\r\ne: f\r\n', 'a: b c d\r\ne: f\r\n'],
    ['a:\r\n b\r\nc: d\r\n \r\n', 'a: b\r\nc: d\r\n'],
  ])('is put in order: %j', (headers, expected) => {
    expect(repaired(headers)).toBe(`HTTP/1.1 200 OK\r\n${expected}\r\nbody`)
  })

  it('is put in order wherever it is cut', () => {
    const folded = fc
      .tuple(token, fc.array(fc.tuple(blanks, text(/[\x21-\x7e]/, 1)), { minLength: 1, maxLength: 4 }))
      .filter(([name]) => !/^(?:content-length|transfer-encoding)$/i.test(name))
    fc.assert(
      fc.property(statusLine, folded, fields, places, (status, [name, parts], others, at) => {
        const sent = parts.map(([before, part]) => `${before} ${part}${before}`).join('\r\n')
        const head = `${status}${name}:${sent}\r\n${others}\r\n`
        const value = parts.map(([, part]) => part).join(' ')

        const { text: all } = read(cutPieces(head, at))

        expect(all).toBe(parts.length === 1 ? head : `${status}${name}: ${value}\r\n${others}\r\n`)
      }),
    )
  })
})

describe('a head that comes byte by byte', () => {
  const writeHead = (length: number, framing: string) => {
    const start = `HTTP/1.1 200 OK\r\n${framing}\r\nX: `
    return `${start}${'x'.repeat(length - start.length - 4)}\r\n\r\n`
  }
  const lengths = Array.from({ length: 270 }, (_, more) => more + 80)
  const inBytes = (text: string) => Array.from(bytes(text), (_, at) => bytes(text.slice(at, at + 1)))

  it.each([
    ['a sound one', 'Content-Length: 4', 'Content-Length: 4'],
    ['one to be put in order', 'Content-Length: 4 ', 'Content-Length: 4'],
  ])('is read whole, however long it is: %s', (_what, sent, meant) => {
    for (const length of lengths) {
      const { text, heads } = read(inBytes(`${writeHead(length, sent)}body`))

      expect(heads).toMatchObject([{ kind: 'final' }])
      expect(text.replace(/: +/g, ': ').replace(/ +\r/g, '\r')).toBe(
        `${writeHead(length, sent).replace(sent, meant)}body`,
      )
    }
  })

  it('is refused for the rule that it breaks, however long it is', () => {
    const framing = 'Content-Length: 4\r\nTransfer-Encoding: chunked'
    for (const length of lengths)
      expect(read(inBytes(writeHead(length, framing))).heads).toMatchObject([
        { kind: 'refused', status: 200 },
      ])
  })
})

describe('chunks', () => {
  it('keep their sizes where white space or odd extensions stand behind them', () => {
    fc.assert(
      fc.property(paddedChunks, places, ({ sent, holds }, at) => {
        const { text: all, framingBytes } = read([
          bytes('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n'),
          ...cutPieces(sent, at),
        ])
        const body = all.slice(all.indexOf('\r\n\r\n') + 4)

        expect(decodeStrictly(body)).toBe(holds)
        expect(framingBytes).toBe(sent.length - holds.length)
      }),
    )
  })

  it.each([
    'ZZ\r\nhi',
    ' 2\r\nhi',
    '+2\r\nhi',
    '0x2\r\nhi',
    '2 x\r\nhi',
    '2\nhi',
    '2;a\nhi',
    '2\rx\nhi',
    '\r\nhi',
  ])('that make no sense are left to the parser: %j', (sent) => {
    const pieces = ['HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n', sent].map(bytes)
    expect(read(pieces).text).toBe(latin1(pieces))
  })

  it('lose folds and framing among their trailers', () => {
    const head = 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n'
    const trailers = 'a: b\r\n c\r\n\td\r\nContent-Length: 5 \r\ne: f\r\n'
    expect(read([bytes(`${head}0\r\n${trailers}\r\n`)]).text).toBe(`${head}0\r\na: b\r\ne: f\r\n\r\n`)
  })

  it('are read in time that grows with their bytes only', () => {
    const head = bytes('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n')
    const took = (chunks: number) => {
      const body = Array.from({ length: chunks }, () => ['1 ', ' \r', '\na\r\n']).flat()
      const pieces = [head, ...body.map(bytes)]
      const started = cpuMs()
      read(pieces)
      return cpuMs() - started
    }
    took(10_000)
    expect(took(100_000)).toBeLessThan(Math.max(50, took(10_000)) * 40)
  })
})

/** As the grammar of RFC 9112, section 7.1, without the white space that it calls bad. */
function decodeStrictly(body: string): string {
  let decoded = ''
  for (let at = 0; ; ) {
    const end = body.indexOf('\r\n', at)
    const line = body.slice(at, end)
    expect(line).toMatch(
      /^[\da-f]+(?:;[\w!#$%&'*+.^`|~-]+(?:=(?:[\w!#$%&'*+.^`|~-]+|"(?:[^"\\]|\\.)*"))?)*$/i,
    )
    const length = Number.parseInt(line, 16)
    if (length === 0) return decoded
    decoded += body.slice(end + 2, end + 2 + length)
    at = end + 2 + length + 2
  }
}
