import type { Socket } from 'node:net'
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib'
import { endless, type HostileAnswer } from './hostile-target.ts'
import type { Random } from './random.ts'
import { randomJson, randomText } from './random-request.ts'
import { writeShape } from './shape.ts'

const names = [
  'set-cookie',
  'cookie',
  'x-api-key',
  'authorization',
  'retry-after',
  'location',
  'content-type',
  'x-a',
  'link',
  'date',
  'connection',
  'transfer-encoding',
  'content-length',
  'content-encoding',
]
const types = [
  'application/json',
  'text/plain',
  'text/html; charset=utf-16le',
  'text/plain; charset=latin1',
  'application/octet-stream',
  'text/xml;;;charset="',
  'multipart/x',
]
const pieces = [
  '0',
  'a',
  '\r',
  '\r\n',
  ' ',
  ';a=b',
  '1\r\nx\r\n',
  'a: b\r\n',
  'HTTP/1.1 100 Continue\r\n\r\n',
  '\0',
  '\xff',
]
const openings = [
  '',
  'HTTP/1.1 ',
  'HTTP/1.1 200 OK\r\n',
  'HTTP/1.1 200 OK\r\na: ',
  'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n',
  'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1;',
  'HTTP/1.1 200 OK\r\n\r\n',
]

/** What a target says: a response, most of it as it should be, or what has no end. */
export function randomAnswer(random: Random): HostileAnswer {
  if (random.chance(0.1)) return endless(random.pick(openings), random.pick(pieces))
  if (random.chance(0.05)) return (socket) => void socket.destroy()
  if (random.chance(0.03)) return () => {}
  const whole = response(random)
  const sent = random.chance(0.15) ? whole.subarray(0, random.integer(0, whole.length)) : whole
  return random.chance(0.2) ? inPieces(sent, random.integer(1, 40)) : (socket) => void socket.end(sent)
}

function inPieces(bytes: Buffer, count: number): HostileAnswer {
  const write = (socket: Socket, from: number): void => {
    if (socket.destroyed) return
    const to = from + Math.ceil(bytes.length / count)
    if (to >= bytes.length) socket.end(bytes.subarray(from))
    else socket.write(bytes.subarray(from, to), () => setImmediate(write, socket, to))
  }
  return (socket) => write(socket, 0)
}

function response(random: Random): Buffer {
  const content = Buffer.from(
    random.chance(0.5)
      ? writeShape(randomJson(random, (chance) => randomText(chance, 50_000)))
      : randomText(random, 1_040_000),
  ).subarray(0, 1_040_000)
  const [coding, bytes] = coded(random, content)
  const framing = random.chance(0.2)
    ? ([['transfer-encoding: chunked'], chunked(random, bytes)] as const)
    : ([[`content-length: ${random.chance(0.05) ? random.size(9_999_999) : bytes.length}`], bytes] as const)
  const headers = random.list(
    random.chance(0.1) ? 400 : 6,
    () => `${random.pick(names)}: ${headerText(random)}`,
  )
  const usual = random.chance(0.8)
    ? headers.filter((field) => !/^(?:transfer-encoding|content-(?:length|encoding))/.test(field))
    : headers
  const status = random.pick([
    '200 OK',
    '201 Created',
    '204 No Content',
    '304 Not Modified',
    '302 Found',
    '404 Not Found',
    '429 Too Many',
    '500 x',
    '503 no',
    `999 ${headerText(random)}`,
  ])
  const head = [
    `HTTP/1.1 ${status}`,
    `content-type: ${random.pick(types)}`,
    'connection: close',
    ...coding,
    ...framing[0],
    ...usual,
  ]
  return Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`, 'latin1'), framing[1]])
}

function headerText(random: Random): string {
  const text = random.chance(0.3)
    ? String(random.size(999_999))
    : randomText(random, random.chance(0.1) ? 12_000 : 60)
  return random.chance(0.95) ? text.replaceAll(/[\r\n\0]/g, ' ') : text
}

function coded(random: Random, content: Buffer): readonly [headers: readonly string[], body: Buffer] {
  switch (random.integer(0, 9)) {
    case 0:
      return [['content-encoding: gzip'], gzipSync(content, { level: 1 })]
    case 1:
      return [['content-encoding: br'], brotliCompressSync(content.subarray(0, 20_000))]
    case 2:
      return [['content-encoding: deflate'], deflateSync(Buffer.alloc(random.size(50_000_000)), { level: 1 })]
    case 3:
      return [[`content-encoding: ${random.pick(['gzip', 'br', 'x', 'gzip, gzip', 'identity'])}`], content]
    default:
      return [[], content]
  }
}

function chunked(random: Random, content: Buffer): Buffer {
  const size = Math.max(1, Math.ceil(content.length / random.size(2_000)))
  const extension = random.chance(0.2) ? `;${'a'.repeat(random.size(4_000))}` : ''
  const parts: Buffer[] = []
  for (let at = 0; at < content.length; at += size) {
    const piece = content.subarray(at, at + size)
    parts.push(
      Buffer.from(`${'0'.repeat(random.chance(0.1) ? 9 : 0)}${piece.length.toString(16)}${extension}\r\n`),
      piece,
      Buffer.from('\r\n'),
    )
  }
  return Buffer.concat([...parts, Buffer.from(random.chance(0.9) ? '0\r\n\r\n' : '0\r\na: b\r\n\r\n')])
}
