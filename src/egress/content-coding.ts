import type { Transform } from 'node:stream'
import {
  constants,
  createBrotliDecompress,
  createGunzip,
  createInflate,
  createInflateRaw,
  createZstdDecompress,
} from 'node:zlib'

const decoders = {
  gzip: () => createGunzip(),
  'x-gzip': () => createGunzip(),
  deflate: (firstChunk: Buffer) => (hasZlibHeader(firstChunk) ? createInflate() : createInflateRaw()),
  br: () => createBrotliDecompress(),
  // RFC 9659: a window of more than 8 MiB is not allowed in content coding. Node would take 128 MiB.
  zstd: () => createZstdDecompress({ params: { [constants.ZSTD_d_windowLogMax]: 23 } }),
} as const satisfies Record<string, (firstChunk: Buffer) => Transform>

/** A content coding (RFC 9110, section 8.4.1) that can be undone. */
export type ContentCoding = keyof typeof decoders

export function isDecodable(coding: string): coding is ContentCoding {
  return Object.hasOwn(decoders, coding)
}

/** A stream that undoes the coding. It must still be given the first chunk. */
export function createDecoder(coding: ContentCoding, firstChunk: Buffer): Transform {
  return decoders[coding](firstChunk)
}

/**
 * RFC 9110 means the zlib format by `deflate`; some servers send the bare stream. Eight is the compression
 * method.
 */
function hasZlibHeader([firstByte = 0]: Buffer): boolean {
  return (firstByte & 0x0f) === 8
}
