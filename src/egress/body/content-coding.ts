import { availableParallelism } from 'node:os'
import type { Transform } from 'node:stream'
import {
  constants,
  createBrotliDecompress,
  createGunzip,
  createInflate,
  createInflateRaw,
  createZstdDecompress,
} from 'node:zlib'
import { FairLimiter } from '../limits/fair-limiter.ts'
import { BoundedBuffer } from './bounded-buffer.ts'

/** Every piece that comes out costs the main thread: half as much in all as with those of 16 KiB. */
const chunkSize = 65_536

const decoders = {
  gzip: () => createGunzip({ chunkSize }),
  'x-gzip': () => createGunzip({ chunkSize }),
  deflate: (bytes: Buffer) =>
    hasZlibHeader(bytes) ? createInflate({ chunkSize }) : createInflateRaw({ chunkSize }),
  br: () => createBrotliDecompress({ chunkSize }),
  // RFC 9659: a window of more than 8 MiB is not allowed in content coding. Node would take 128 MiB.
  zstd: () => createZstdDecompress({ chunkSize, params: { [constants.ZSTD_d_windowLogMax]: 23 } }),
} as const satisfies Record<string, (bytes: Buffer) => Transform>

/** A content coding (RFC 9110, section 8.4.1) that can be undone. */
export type ContentCoding = keyof typeof decoders

export function isDecodable(coding: string): coding is ContentCoding {
  return Object.hasOwn(decoders, coding)
}

/** What became of encoded bytes: all of it, what fits into the limit, or what came out before they made no sense. */
export interface Decoded {
  readonly bytes: Buffer
  readonly ending: 'complete' | 'capped' | 'undecodable'
}

export interface DecodeOptions {
  /** Bytes that come out. */
  readonly limit: number
  /** Whose turn it uses up. */
  readonly key: string
  /** Asked when it is the body's turn. */
  readonly isWanted: () => boolean
}

/**
 * Decoders of the whole process. One of brotli holds 17 MB for a bomb of 80 bytes and is busy with it for 40 ms
 * (measured on Node 26), whatever the limit. More of them than libuv has threads would only wait for one, and
 * the main thread is to have a core for itself.
 */
const turns = new FairLimiter(Math.max(1, Math.min(4, availableParallelism() - 1)))

/** Undoes the coding of bytes that all have come, so that no slow target holds up the others. */
export function decode(
  coding: ContentCoding,
  bytes: Buffer,
  { limit, key, isWanted }: DecodeOptions,
): Promise<Decoded> {
  return turns.run(key, async () => {
    if (!isWanted()) return { bytes: Buffer.alloc(0), ending: 'undecodable' }
    const decoded = await run(decoders[coding](bytes), bytes, limit)
    return decoded.ending === 'undecodable' ? await salvage(decoded, bytes, limit) : decoded
  })
}

/** Leaving the loop destroys the decoder, and with it what a bomb has still to say. */
async function run(decoder: Transform, bytes: Buffer, limit: number): Promise<Decoded> {
  const decoded = new BoundedBuffer(limit)
  decoder.end(bytes)
  try {
    for await (const chunk of decoder)
      if (!decoded.append(chunk)) return { bytes: decoded.take(), ending: 'capped' }
    return { bytes: decoded.take(), ending: 'complete' }
  } catch {
    return { bytes: decoded.take(), ending: 'undecodable' }
  }
}

/**
 * Node drops what came out last before a wrong checksum or a line break behind the end of gzip. The bare stream
 * within has neither.
 */
async function salvage(decoded: Decoded, bytes: Buffer, limit: number): Promise<Decoded> {
  if (!plainGzipHeader.equals(bytes.subarray(0, plainGzipHeader.length))) return decoded
  const bare = await run(createInflateRaw(), bytes.subarray(gzipHeaderBytes), limit)
  return bare.bytes.length > decoded.bytes.length ? { bytes: bare.bytes, ending: 'undecodable' } : decoded
}

/** RFC 1952, section 2.3: magic number, method, and no optional fields. */
const plainGzipHeader = Buffer.from([0x1f, 0x8b, 8, 0])
const gzipHeaderBytes = 10

/**
 * RFC 9110 means the zlib format by `deflate`; some servers send the bare stream. Eight is the compression
 * method.
 */
function hasZlibHeader([firstByte = 0]: Buffer): boolean {
  return (firstByte & 0x0f) === 8
}
