import { brotliCompressSync, gzipSync } from 'node:zlib'
import type { Credentials } from './certificates.ts'
import { createFullBacklog } from './full-backlog.ts'
import { ok } from './raw-answers.ts'
import {
  createRawServer,
  createRawTlsServer,
  drip,
  type Part,
  silent,
  writeAndReset,
  writeAndStay,
} from './raw-server.ts'

/** Eight targets on 127.0.0.1, each with a different fault. */
export interface BadTargets {
  readonly ports: readonly number[]
  close(): Promise<void>
}

/**
 * Creates a black hole, a target silent before TLS and one after it, slow drips of head and of body, two compression
 * bombs, and a target that resets.
 */
export async function createBadTargets(credentials: Credentials): Promise<BadTargets> {
  const tls = (part: Part) => createRawTlsServer(credentials, part)
  const zeros = Buffer.alloc(50_000_000)
  const servers = await Promise.all([
    createFullBacklog(),
    createRawServer(silent),
    tls(silent),
    tls(drip('x', 50, `${ok}a: `)),
    tls(drip('x', 50, `${ok}content-encoding: gzip\r\n\r\n`)),
    tls(encoded('gzip', gzipSync(zeros))),
    tls(encoded('br', brotliCompressSync(zeros))),
    tls(writeAndReset()),
  ])
  return {
    ports: servers.map(({ port }) => port),
    close: async () => void (await Promise.all(servers.map((server) => server.close()))),
  }
}

function encoded(coding: string, bytes: Buffer): Part {
  return writeAndStay(`${ok}content-encoding: ${coding}\r\ncontent-length: ${bytes.length}\r\n\r\n`, bytes)
}
