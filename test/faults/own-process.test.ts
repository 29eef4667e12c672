import { execFileSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { brotliCompressSync, constants, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import type { Part } from '../../testkit/raw-server.ts'
import { json } from '../support/receiver.ts'
import { rawTlsServer, receiver } from '../support/servers.ts'
import { startServiceProcess } from './support/service-process.ts'

// Linux only: other systems tell of a process in other ways.

describe.runIf(process.platform === 'linux')('two hundred hostile answers at once', () => {
  it('cost at most the limit of a body and 256 KB each', async () => {
    const calls = 200
    const harmless = await receiver(json(200, {}))
    const targets = await Promise.all(hostileParts().map((part) => rawTlsServer(part)))
    const service = await startServiceProcess({ MAX_TIMEOUT_MS: '50000' })
    const call = (port: number) =>
      service.execute({ method: 'POST', url: `https://127.0.0.1:${port}/`, timeoutMs: 50_000 })
    await Promise.all(Array.from({ length: calls }, () => call(harmless.port)))
    const before = service.memory()
    service.forgetPeak()

    const replies = await Promise.all(
      Array.from({ length: calls }, (_, index) => call(targets[index % targets.length]?.port ?? 0)),
    )

    const each = (service.peakMemory() - before) / calls
    console.info(`${before.toFixed(0)} MB, and ${each.toFixed(2)} MB for each of ${calls} hostile answers`)
    expect(each).toBeLessThan(1.25)
    expect(new Set(replies.map(({ reason }) => reason.code))).toEqual(
      new Set(['expectation_met', 'response_headers_too_large']),
    )
  })
})

/** Each as large as it can be made. */
function hostileParts(): readonly Part[] {
  const zeros = Buffer.alloc(100_000_000)
  const { BROTLI_PARAM_LGWIN, BROTLI_PARAM_QUALITY } = constants
  const brotli = (windowBits: number) =>
    brotliCompressSync(zeros, { params: { [BROTLI_PARAM_LGWIN]: windowBits, [BROTLI_PARAM_QUALITY]: 5 } })
  return [
    encoded('gzip', gzipSync(zeros)),
    encoded('deflate', deflateSync(zeros)),
    encoded('br', brotli(22)),
    encoded('br', brotli(24)),
    encoded('zstd', zstdCompressSync(zeros)),
    answering(`content-length: 3000000\r\n\r\n`, Buffer.alloc(3_000_000, 'a')),
    answering('a:\r\n'.repeat(15_000)),
    answering('transfer-encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n', 'a:\r\n'.repeat(15_000)),
  ]
}

function encoded(coding: string, bytes: Buffer): Part {
  return answering(`content-encoding: ${coding}\r\ncontent-length: ${bytes.length}\r\n\r\n`, bytes)
}

function answering(rest: string, body: string | Buffer = ''): Part {
  return (socket) => {
    socket.on('data', () => {
      socket.write(`HTTP/1.1 200 OK\r\n${rest}`)
      socket.write(body)
    })
  }
}

describe.runIf(process.platform === 'linux')('a service that has no files left', () => {
  it('replies local_resource, with nothing delivered, and recovers', async () => {
    const target = await receiver(json(200, {}))
    const service = await startServiceProcess()
    const node = { method: 'POST', url: target.url.replace('localhost', '127.0.0.1') }
    await service.executeInLine({ ...node, url: 'https://127.0.0.2:4433/' })

    limitFiles(service.pid, lowestFreeFile(service.pid))
    const starved = await service.executeInLine(node)
    limitFiles(service.pid, 1_024)
    const fed = await service.executeInLine(node)

    expect(starved).toMatchObject({
      branch: 'error',
      reason: { code: 'local_resource', blame: 'service' },
      delivered: 'no',
      repeat: 'safe',
      attempts: [{ failure: 'local_resource' }],
    })
    expect(fed).toMatchObject({ branch: 'success', delivered: 'yes' })
    expect(target.received).toHaveLength(1)
  })
})

function limitFiles(pid: number, files: number): void {
  execFileSync('prlimit', ['--pid', String(pid), `--nofile=${files}:`])
}

function lowestFreeFile(pid: number): number {
  const open = new Set(readdirSync(`/proc/${pid}/fd`).map(Number))
  let file = 0
  while (open.has(file)) file += 1
  return file
}
