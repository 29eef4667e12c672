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

/**
 * Every decoded piece costs the main thread some time, so pieces are larger than Node's 16 KiB
 * (docs/decisions/performance.md).
 */
const chunkSize = 65_536

const decoders = {
  gzip: () => createGunzip({ chunkSize }),
  'x-gzip': () => createGunzip({ chunkSize }),
  deflate: (bytes: Buffer) =>
    hasZlibHeader(bytes) ? createInflate({ chunkSize }) : createInflateRaw({ chunkSize }),
  br: () => createBrotliDecompress({ chunkSize }),
  // RFC 9659: the window of a content coding is 8 MiB at most. Node accepts 128 MiB by default.
  zstd: () => createZstdDecompress({ chunkSize, params: { [constants.ZSTD_d_windowLogMax]: 23 } }),
} as const satisfies Record<string, (bytes: Buffer) => Transform>

/** A content coding (RFC 9110, section 8.4.1) that the service can decode. */
export type ContentCoding = keyof typeof decoders

export function isDecodable(coding: string): coding is ContentCoding {
  return Object.hasOwn(decoders, coding)
}

/**
 * The result of decoding. `capped`: only what fits within the limit. `undecodable`: only what came before the error.
 */
export interface Decoded {
  readonly bytes: Buffer
  readonly ending: 'complete' | 'capped' | 'undecodable'
}

export interface DecodeOptions {
  /** Decoded bytes. */
  readonly limit: number
  /** Bodies of different keys take turns. */
  readonly key: string
  /** Called when the turn comes. */
  readonly isWanted: () => boolean
}

/**
 * Decoders of the whole process. A decoder of a small brotli bomb takes much memory and time, whatever the limit is
 * (docs/decisions/performance.md). libuv has four threads, so more decoders would only wait for one. One core is left
 * to the main thread.
 */
const turns = new FairLimiter(Math.max(1, Math.min(4, availableParallelism() - 1)))

/** Decodes a body that has arrived completely: a slow target must not occupy a decoder. */
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

/** Leaving the loop destroys the decoder, so the rest of a bomb is never decoded. */
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
 * Node drops the last decoded piece when the checksum is wrong or bytes follow the end of the gzip stream. The raw
 * deflate stream inside has no checksum, so it is decoded instead.
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
 * `deflate` means the zlib format (RFC 9110, section 8.4.1.2), but some servers send raw deflate. The low four bits
 * are 8 in a zlib header (RFC 1950, section 2.2).
 */
function hasZlibHeader([firstByte = 0]: Buffer): boolean {
  return (firstByte & 0x0f) === 8
}
