import {
  brotliCompressSync,
  constants,
  deflateRawSync,
  deflateSync,
  gzipSync,
  zstdCompressSync,
} from 'node:zlib'
import { chunked, ok } from '../../testkit/raw-answers.ts'
import { drip, flood, write, writeAndReset, writeAndStay } from '../../testkit/raw-server.ts'
import { type Chapter, type Fault, success } from './support/fault.ts'
import { answer, tls } from './support/targets.ts'

const cut = { ...success, warning: 'response_truncated' } as const
const capped = {
  ...success,
  warning: 'body_truncated',
  shows: { response: { bodyBytes: 1_048_576, truncated: true } },
} as const
const kept = { ...success, warning: 'response_undecodable' } as const

/** Its message names no phase: the call is a success. */
const stopped = { ...cut, usesUp: '' } as const
const late = {
  ends: 'response_timeout',
  delivered: 'yes',
  repeat: 'if_idempotent',
  seen: 'a request',
  usesUp: 'the download of the response',
} as const

const text = JSON.stringify({ greeting: 'hello '.repeat(100) })

export const bodyFaults: Chapter = {
  title: 'The body of the answer',
  faults: [
    {
      row: '34',
      what: 'A chunk has no size.',
      make: answer(`${chunked}2\r\nhi\r\nZZ\r\n`),
      ...cut,
      shows: { response: { body: 'hi' } },
    },
    {
      row: '34',
      what: 'White space stands behind the sizes of chunks and within their extensions.',
      make: answer(`${chunked}1  \r\nh\r\n1\t; a = "b c" \r\ni\r\n0 \r\nx-a: b\r\n c\r\n\r\n`),
      ...success,
      shows: { response: { body: 'hi' } },
    },
    {
      row: '34',
      what: 'A chunk does not end where it should.',
      make: answer(`${chunked}2\r\nhiXX\r\n0\r\n\r\n`),
      ...cut,
      shows: { response: { body: 'hi' } },
    },
    {
      row: '34',
      what: 'The size of a chunk is larger than any number.',
      make: answer(`${chunked}2\r\nhi\r\nfffffffffffffffff\r\n`),
      ...cut,
      shows: { response: { body: 'hi' } },
    },
    {
      row: '34',
      what: 'The trailers have 20 KB.',
      make: answer(`${chunked}2\r\nhi\r\n0\r\nx-a: ${'b'.repeat(20_000)}\r\n\r\n`),
      ...cut,
      shows: { response: { body: 'hi' } },
    },
    {
      row: '34',
      what: 'There are trailers of one letter without end.',
      make: tls(drip('a:\r\n'.repeat(100), 2, `${chunked}2\r\nhi\r\n0\r\n`)),
      ...cut,
      shows: { response: { body: 'hi' } },
    },
    {
      row: '34',
      what: 'The extension of a chunk has no end.',
      make: tls(flood('x', `${chunked}2\r\nhi\r\n2;`)),
      ...cut,
      shows: { response: { body: 'hi' } },
    },
    {
      row: '34',
      what: 'The size of a chunk has zeros without end.',
      make: tls(flood('0', `${chunked}2\r\nhi\r\n`)),
      ...cut,
      shows: { response: { body: 'hi' } },
    },
    {
      row: '34',
      what: 'Every chunk has one byte and an extension of 1 KB.',
      make: tls(flood(`1;${'x'.repeat(1_000)}\r\na\r\n`, chunked)),
      ...cut,
    },
    {
      row: '35',
      what: 'The connection ends before the length of the body is reached.',
      make: tls(write(`${ok}content-length: 20\r\n\r\nhi`)),
      ...cut,
      shows: { response: { body: 'hi' } },
    },
    {
      row: '35',
      what: 'The connection is reset before the length of the body is reached.',
      make: tls(writeAndReset(`${ok}content-length: 20\r\n\r\nhi`)),
      ...cut,
      shows: { response: { body: 'hi' } },
    },
    {
      row: '36',
      what: 'The last chunk is missing.',
      make: tls(write(`${chunked}2\r\nhi\r\n`)),
      ...cut,
      shows: { response: { body: 'hi' } },
    },
    {
      row: '37',
      what: 'The body ends with the connection.',
      make: tls(write(`${ok}\r\nhi`)),
      ...success,
      shows: { response: { body: 'hi' } },
    },
    {
      row: '37',
      what: 'A body that ends with the connection is reset.',
      make: tls(writeAndReset(`${ok}\r\nhi`)),
      ...cut,
      shows: { response: { body: 'hi' } },
    },
    {
      row: '38',
      what: 'More comes than the length of the body.',
      make: answer(`${ok}content-length: 2\r\n\r\nhi and more`),
      ...success,
      warning: 'response_excess_bytes',
      shows: { response: { body: 'hi' } },
    },
    {
      row: '38',
      what: 'More comes behind the last chunk of the body.',
      make: answer(`${chunked}2\r\nhi\r\n0\r\n\r\nmore`),
      ...success,
      warning: 'response_excess_bytes',
      shows: { response: { body: 'hi' } },
    },
    {
      row: '40',
      what: 'The body is declared to be longer than the service reads.',
      make: answer(`${ok}content-length: 3000000\r\n\r\n`, Buffer.alloc(3_000_000, 'a')),
      ...capped,
    },
    {
      row: '41',
      what: 'The body has no end.',
      make: tls(drip(Buffer.alloc(100_000, 'a'), 1, `${ok}\r\n`)),
      ...capped,
    },
    {
      row: '42',
      what: 'The body comes byte by byte, without end.',
      make: tls(drip('x', 20, `${ok}content-type: text/plain\r\n\r\nhi`)),
      ...stopped,
      shows: { response: { status: 200 } },
    },
    {
      row: '42',
      what: 'The body comes byte by byte, without end, and the node captures it.',
      make: captured(tls(drip('x', 20, `${ok}content-type: text/plain\r\n\r\nhi`))),
      ...late,
      shows: { response: { status: 200 } },
    },
    {
      row: '42',
      what: 'The body is packed by gzip and stops before its end.',
      make: tls(writeAndStay(`${ok}content-encoding: gzip\r\n\r\n`, gzipSync(text).subarray(0, -4))),
      ...stopped,
      shows: { response: { status: 200, bodyBytes: 0 } },
    },
    {
      row: '42',
      what: 'The body is packed by gzip and stops before its end, and the node captures it.',
      make: captured(
        tls(writeAndStay(`${ok}content-encoding: gzip\r\n\r\n`, gzipSync(text).subarray(0, -4))),
      ),
      ...late,
      shows: { response: { status: 200, bodyBytes: 0 } },
    },
    bomb('gzip', 'gzip', (zeros) => gzipSync(zeros)),
    bomb('deflate', 'deflate', (zeros) => deflateSync(zeros)),
    bomb('deflate without its header', 'deflate', (zeros) => deflateRawSync(zeros)),
    bomb('brotli', 'br', (zeros) => brotli(zeros, 22)),
    bomb('brotli with the largest window', 'br', (zeros) => brotli(zeros, 24)),
    bomb('zstd', 'zstd', (zeros) => zstdCompressSync(zeros)),
    {
      row: '43',
      what: 'The body is a bomb of gzip without end.',
      make: tls(drip(gzipSync(Buffer.alloc(5_000_000)), 1, `${ok}content-encoding: gzip\r\n\r\n`)),
      ...capped,
    },
    {
      row: '43',
      what: 'The body is a bomb of gzip in gzip in gzip.',
      make: () => encoded('gzip, gzip, gzip', gzipSync(gzipSync(gzipSync(hundredMegabytes()))))(),
      ...capped,
    },
    {
      row: '44',
      what: 'The gzip of the body is cut.',
      make: encoded('gzip', gzipSync(text).subarray(0, -4)),
      ...kept,
      shows: { response: { bodyBytes: text.length } },
    },
    {
      row: '44',
      what: 'Something stands behind the gzip of the body.',
      make: encoded('gzip', Buffer.concat([gzipSync(text), Buffer.from('\r\n')])),
      ...kept,
      shows: { response: { bodyBytes: text.length } },
    },
    {
      row: '44',
      what: 'The body is called gzip and is plain text.',
      make: encoded('gzip', Buffer.from('hello')),
      ...kept,
      shows: { response: { bodyEncoding: 'utf8', body: 'hello' } },
    },
    {
      row: '44',
      what: 'The body is called brotli and is gzip.',
      make: encoded('br', gzipSync(text)),
      ...kept,
    },
    {
      row: '45',
      what: 'The coding of the body is not known.',
      make: encoded('snappy', Buffer.from('hello')),
      ...kept,
      shows: { response: { bodyEncoding: 'utf8', body: 'hello' } },
    },
    {
      row: '45',
      what: 'The body has six codings.',
      make: encoded('gzip, gzip, br, gzip, zstd, gzip', Buffer.from('hello')),
      ...kept,
    },
    readable('has bytes that are no UTF-8', Buffer.from('gr\xfcn', 'latin1'), 'grün'),
    readable('begins with a byte order mark', Buffer.from('\ufeffhi'), 'hi'),
    readable('is UTF-16', Buffer.from('\ufeffhi', 'utf16le'), 'hi'),
    readable('has a NUL', Buffer.from('h\0i'), 'h\0i'),
    readable('is JSON nested 5,000 deep', Buffer.from('['.repeat(5_000)), '['.repeat(5_000)),
    {
      row: '48',
      what: 'A 204 has a body.',
      make: answer('HTTP/1.1 204 No Content\r\ncontent-length: 2\r\n\r\nhi'),
      ...success,
      ends: 204,
      warning: 'response_excess_bytes',
      shows: { response: { bodyBytes: 0 } },
    },
    {
      row: '48',
      what: 'An encoded body is empty.',
      make: encoded('br', Buffer.alloc(0)),
      ...success,
      shows: { response: { bodyBytes: 0 } },
    },
    {
      row: '48',
      what: 'The answer is a 304.',
      make: answer('HTTP/1.1 304 Not Modified\r\ncontent-encoding: gzip\r\n\r\n'),
      ...success,
      ends: 304,
      shows: { response: { bodyBytes: 0 } },
    },
  ],
}

/** Packed when the row is played: that takes a while. */
function bomb(name: string, coding: string, pack: (zeros: Buffer) => Buffer): Fault {
  const what = `The body is 100 MB of zeros, packed by ${name}.`
  return { row: '43', what, make: () => encoded(coding, pack(hundredMegabytes()))(), ...capped }
}

function hundredMegabytes(): Buffer {
  return Buffer.alloc(100_000_000)
}

function brotli(bytes: Buffer, windowBits: number): Buffer {
  const { BROTLI_PARAM_LGWIN, BROTLI_PARAM_QUALITY } = constants
  return brotliCompressSync(bytes, {
    params: { [BROTLI_PARAM_LGWIN]: windowBits, [BROTLI_PARAM_QUALITY]: 5 },
  })
}

function readable(what: string, bytes: Buffer, body: string): Fault {
  const head = `${ok}content-type: application/json\r\ncontent-length: ${bytes.length}\r\n\r\n`
  return {
    row: '46',
    what: `The body ${what}.`,
    make: answer(head, bytes),
    ...success,
    shows: { response: { body } },
  }
}

function encoded(coding: string, bytes: Buffer) {
  const head = `${ok}content-encoding: ${coding}\r\ncontent-length: ${bytes.length}\r\n\r\n`
  return tls(writeAndStay(head, bytes))
}

/** For a node that looks at the body. */
function captured(make: Fault['make']): Fault['make'] {
  return async () => ({ ...(await make()), node: { capture: { text: '{{ response.body }}' } } })
}
