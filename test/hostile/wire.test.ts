import { once } from 'node:events'
import type { Socket } from 'node:net'
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises'
import { TLSSocket } from 'node:tls'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { ExecuteReply } from '../../src/contract/execution.ts'
import { chunked, ok } from '../../testkit/raw-answers.ts'
import { createRawTlsServer } from '../../testkit/raw-server.ts'
import { credentials } from '../support/servers.ts'
import { attack, expectUnharmed, sending } from './support/attack.ts'
import { hostileService } from './support/hostile-service.ts'
import { endless, type HostileAnswer, hostileTarget } from './support/hostile-target.ts'
import { execute, many } from './support/shape.ts'

/** What a target can do below HTTP, with an answer that never ends. */
const service = hostileService({ heapMb: 256 })
const target = hostileTarget()

/** What both kernels keep, and what was read of it. Without a limit a target sends hundreds of megabytes in this time. */
const mostBytes = 24 * 1_048_576
const timeoutMs = 2_000

const withoutEnd: Readonly<Record<string, readonly [first: string, piece: string]>> = {
  'an extension of a chunk': [`${chunked}1;`, 'a'],
  'extensions of a chunk': [`${chunked}1`, ';a=b'],
  'quoted text in an extension of a chunk': [`${chunked}1;a="`, '\\"'],
  'zeros before the size of a chunk': [chunked, '0'],
  'white space behind the size of a chunk': [`${chunked}1`, ' '],
  'chunks of one byte with extensions': [chunked, `1;${'a'.repeat(4_000)}\r\nx\r\n`],
  'chunks of one byte': [chunked, '1\r\nx\r\n'],
  'chunks of one byte with white space behind their sizes': [chunked, '1 \t\r\nx\r\n'],
  'chunks of one byte with white space within their extensions': [chunked, '1 ; a = "b" \r\nx\r\n'],
  'folds of a trailer': [`${chunked}0\r\na: b`, '\r\n c'],
  'folds of a header': [`${ok}a: b`, '\r\n c'],
  'folds of an interim head': ['HTTP/1.1 103 Early Hints\r\na: b', '\r\n c'],
  trailers: [`${chunked}0\r\n`, 'a: b\r\n'],
  'a trailer': [`${chunked}0\r\na: `, 'b'],
  'a reason phrase': ['HTTP/1.1 200 ', 'a'],
  'white space in a status line': ['HTTP/1.1 ', ' '],
  'digits of a status': ['HTTP/1.1 ', '2'],
  'digits of a version': ['HTTP/1.', '1'],
  'line breaks before the head': ['', '\r\n'],
  'carriage returns before the head': ['', '\r'],
  'carriage returns in the head': [`${ok}a: b`, '\r'],
  'heads that say 100': ['', 'HTTP/1.1 100 Continue\r\n\r\n'],
  'heads that say 103, with headers': ['', `HTTP/1.1 103 Early Hints\r\nlink: ${'a'.repeat(2_000)}\r\n\r\n`],
  'heads that say 199': ['', 'HTTP/1.1 199 x\r\n\r\n'],
  'a name of a header': [ok, 'a'],
  'a value of a header': [`${ok}a: `, 'b'],
  'white space before a value': [`${ok}a:`, ' '],
  headers: [ok, 'a: b\r\n'],
  'empty headers': [ok, 'a:\r\n'],
  'digits of a length': [`${ok}content-length: `, '1'],
  'zeros of a length': [`${ok}content-length: `, '0'],
  'a body': [`${ok}\r\n`, 'a'],
  'a body of gzip that never becomes a byte': [
    `${ok}content-encoding: gzip\r\n\r\n\x1f\x8b\x08\x10\0\0\0\0\0\0`,
    'a',
  ],
  'a body of no gzip': [`${ok}content-encoding: gzip\r\n\r\n`, 'a'],
  'what is no HTTP': ['', 'a'],
}

/**
 * libuv accepts one connection in a round of the event loop, so that who comes behind fifty others waits for fifty rounds, in
 * each of which a call begins.
 */
const newClientMs = 750

describe('an answer without end', () => {
  it.each(Object.entries(withoutEnd))('does no harm: %s', async (_name, [first, piece]) => {
    const sent = counting(endless(first, piece))
    const request = execute({ node: { method: 'GET', url: target.answering(sent.answer), timeoutMs } })

    const aftermath = await attack(service, sending(request))

    expectUnharmed(aftermath)
    expect(aftermath.replies[0]?.status).toBe(200)
    expect(sent.bytes(), 'bytes that were taken of the target').toBeLessThan(mostBytes)
  })

  it('does no harm from fifty targets at once', async () => {
    const endlessOnes = Object.values(withoutEnd).map(([first, piece]) =>
      target.answering(endless(first, piece)),
    )
    const requests = many(50, (index) =>
      execute({ node: { method: 'GET', url: endlessOnes[index % endlessOnes.length], timeoutMs } }),
    )

    expectUnharmed(await attack(service, sending(...requests)), newClientMs)
  })
})

describe('TLS without end', () => {
  it('does no harm by renegotiations', async () => {
    let renegotiations = 0
    const url = await tlsTarget({ maxVersion: 'TLSv1.2' }, async (socket) => {
      await once(socket, 'data')
      while (!socket.destroyed && (await renegotiate(socket))) renegotiations += 1
    })

    const aftermath = await attack(service, sending(execute({ node: { method: 'GET', url, timeoutMs } })))

    expectUnharmed(aftermath)
    expect(renegotiations).toBeLessThan(5)
  })

  it('does no harm by handshakes that are broken off', async () => {
    const breaking = await tlsTarget({}, async (socket) => void socket.destroy())
    const requests = many(200, () => execute({ node: { method: 'GET', url: breaking, timeoutMs } }))

    expectUnharmed(await attack(service, sending(...requests)))
  })

  it('does no harm by records of one byte', async () => {
    const dripping = await tlsTarget({}, async (socket) => {
      socket.write(`${ok}content-length: 900000\r\n\r\n`)
      while (!socket.destroyed && socket.bytesWritten < 20_000_000) {
        for (let byte = 0; byte < 100; byte++) socket.write('a')
        await nextTurn()
      }
    })

    expectUnharmed(
      await attack(service, sending(execute({ node: { method: 'GET', url: dripping, timeoutMs } }))),
    )
  })
})

describe('an unrequested answer on a kept connection', () => {
  it.each([
    [
      'with the answer before',
      (socket: Socket, answer: string, stale: string) => socket.write(answer + stale),
    ],
    [
      'behind the answer before',
      async (socket: Socket, answer: string, stale: string) => {
        socket.write(answer)
        await nextTurn()
        socket.write(stale)
      },
    ],
    [
      'in part with the answer before',
      (socket: Socket, answer: string, stale: string) => socket.write(answer + stale.slice(0, 12)),
    ],
    [
      'as a head that says 100',
      (socket: Socket, answer: string) => socket.write(`${answer}HTTP/1.1 100 Continue\r\n\r\n`),
    ],
    ['as line breaks', (socket: Socket, answer: string) => socket.write(`${answer}\r\n\r\n`)],
  ])('is never an answer of the next call: %s', async (_name, write) => {
    const url = await tlsTarget({}, async (socket) => {
      socket.on('data', (chunk: Buffer) => {
        const [, id] = /^GET \/(\w+)/.exec(chunk.toString()) ?? []
        void write(socket, jsonAnswer(id), jsonAnswer('stale'))
      })
    })
    const ids: unknown[] = []
    const codes = new Set<string>()

    await attack(service, async (send) => {
      for (let call = 0; call < 30; call++) {
        const { body } = await send(
          execute({
            node: { method: 'GET', url: `${url}c${call}`, capture: { id: '{{ response.json.id }}' } },
          }),
        )
        const { captured, reason } = body as ExecuteReply
        ids.push(captured.id)
        codes.add(reason.code)
      }
    })

    expect(ids).toEqual(many(30, (index) => `c${index}`))
    expect([...codes]).toEqual(['expectation_met'])
  })
})

describe('an answer that comes unasked in the moment in which the next call begins', () => {
  it.each(['before', 'after'] as const)('is never taken for its answer: %s it', async (order) => {
    const sockets: TLSSocket[] = []
    const url = await tlsTarget({}, async (socket) => {
      sockets.push(socket)
      socket.on('data', (chunk: Buffer) => {
        const [, id] = /^GET \/(\w+)/.exec(chunk.toString()) ?? []
        socket.write(jsonAnswer(id))
      })
    })
    const ids: unknown[] = []

    await attack(service, async (send) => {
      const call = async (id: string) => {
        const node = { method: 'GET', url: url + id, capture: { id: '{{ response.json.id }}' } }
        const { body } = await send(execute({ node }))
        ids.push((body as ExecuteReply).captured.id)
      }
      for (let round = 0; round < 10; round++) {
        await call(`a${round}`)
        // While the service computes, both wait in the kernel.
        const computing = service.evaluate('for (const end = Date.now() + 60; Date.now() < end; );')
        await sleep(20)
        const interrupt = () => sockets.at(-1)?.write(jsonAnswer('stale'))
        if (order === 'before') interrupt()
        const called = call(`b${round}`)
        await sleep(10)
        if (order === 'after') interrupt()
        await Promise.all([called, computing])
      }
    })

    expect(ids).toEqual(many(10, (round) => [`a${round}`, `b${round}`]).flat())
  })
})

function jsonAnswer(id = ''): string {
  const body = JSON.stringify({ id })
  return `${ok}content-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`
}

/** The same answer, and how many bytes of it left. */
function counting(answer: HostileAnswer): { readonly answer: HostileAnswer; bytes(): number } {
  const sockets: Socket[] = []
  return {
    answer(socket, request) {
      sockets.push(socket)
      if (typeof answer === 'function') answer(socket, request)
    },
    bytes: () => sockets.reduce((sum, { bytesWritten }) => sum + bytesWritten, 0),
  }
}

/** A target that is not shared: its URL, which ends in a slash. */
async function tlsTarget(options: object, play: (socket: TLSSocket) => Promise<unknown>): Promise<string> {
  const { port, close } = await createRawTlsServer(
    credentials,
    (socket) => {
      if (socket instanceof TLSSocket) void play(socket)
    },
    options,
  )
  onTestFinished(close)
  return `https://localhost:${port}/`
}

/** Shakes hands once more; false where the other side does not. */
function renegotiate(socket: TLSSocket): Promise<boolean> {
  return new Promise((resolve) => {
    socket.renegotiate({}, (error) => resolve(error === null))
    socket.once('close', () => resolve(false))
  })
}
