import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { write } from '../support/raw-server.ts'
import { rawTlsServer, receiver } from '../support/servers.ts'
import { service } from '../support/service.ts'

describe('a response that is cut says so, and its status counts', () => {
  it('reads no more than MAX_RESPONSE_BYTES', async () => {
    const target = await receiver((_request, response) => response.end('x'.repeat(5_000)))
    const { execute } = await service({ settings: { MAX_RESPONSE_BYTES: '1024' } })

    const reply = await execute({ node: { method: 'GET', url: target.url } })

    expect(reply).toMatchObject({
      branch: 'success',
      response: { status: 200, body: 'x'.repeat(1_024), bodyBytes: 1_024 },
      warnings: [{ code: 'body_truncated' }],
    })
  })

  it('shows no more than MAX_ECHO_BYTES, and judges all that was read', async () => {
    const target = await receiver((_request, response) => response.end(`${'ä'.repeat(100)} done`))
    const { execute } = await service({ settings: { MAX_ECHO_BYTES: '11' } })
    const node = { method: 'GET', url: target.url, expect: { type: 'string', value: 'done' } }

    const reply = await execute({ node })

    expect(reply).toMatchObject({
      branch: 'success',
      response: { body: 'äääää', bodyBytes: 205, truncated: true },
      warnings: [],
    })
  })

  it('shows what came of a body that breaks off', async () => {
    const target = await rawTlsServer(write('HTTP/1.1 201 Created\r\ncontent-length: 100\r\n\r\n{"id":7'))
    const { execute } = await service()

    const reply = await execute({ node: { method: 'POST', url: `https://127.0.0.1:${target.port}/` } })

    expect(reply).toMatchObject({
      branch: 'success',
      delivered: 'yes',
      response: { status: 201, body: '{"id":7' },
      warnings: [{ code: 'response_truncated' }],
    })
  })

  it('hints that the text may lie beyond', async () => {
    const target = await receiver((_request, response) => response.end(`${'x'.repeat(5_000)} done`))
    const { execute } = await service({ settings: { MAX_RESPONSE_BYTES: '1024' } })
    const node = { method: 'GET', url: target.url, expect: { type: 'string', value: 'done' } }

    const { branch, reason } = await execute({ node })

    expect(branch).toBe('error')
    expect(reason.hint).toContain('may lie beyond')
  })

  it('undoes compression, and shows what it cannot undo as it came', async () => {
    const packed = gzipSync('{"id":"L-1"}')
    const sound = await receiver((_request, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(packed)
    })
    const broken = await receiver((_request, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' }).end('no gzip')
    })
    const { execute } = await service()
    const capture = { id: '{{ response.json.id }}' }

    const [first, second] = await Promise.all(
      [sound, broken].map(({ url }) => execute({ node: { method: 'GET', url, capture } })),
    )

    expect(first).toMatchObject({ captured: { id: 'L-1' }, response: { body: '{"id":"L-1"}' }, warnings: [] })
    expect(second).toMatchObject({
      branch: 'success',
      captured: { id: null },
      warnings: [{ code: 'response_undecodable' }],
    })
  })
})
