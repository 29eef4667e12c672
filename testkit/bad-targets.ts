import { brotliCompressSync, gzipSync } from 'node:zlib'
import type { Credentials } from './certificates.ts'
import { createFullBacklog } from './full-backlog.ts'
import {
  createRawServer,
  createRawTlsServer,
  drip,
  type Part,
  silent,
  writeAndReset,
  writeAndStay,
} from './raw-server.ts'

/** Eight targets on 127.0.0.1, each of which is bad in a way of its own. */
export interface BadTargets {
  readonly ports: readonly number[]
  close(): Promise<void>
}

/** A black hole, silence before and behind TLS, drips of head and body, two bombs, and one that resets. */
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

const ok = 'HTTP/1.1 200 OK\r\n'

function encoded(coding: string, bytes: Buffer): Part {
  return writeAndStay(`${ok}content-encoding: ${coding}\r\ncontent-length: ${bytes.length}\r\n\r\n`, bytes)
}
