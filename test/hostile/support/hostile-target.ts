import type { Socket } from 'node:net'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { afterAll, beforeAll } from 'vitest'
import { createRawTlsServer, type RawServer } from '../../../testkit/raw-server.ts'
import { credentials } from '../../support/servers.ts'

/** What a target says on a connection once the whole request has come. */
export type HostileAnswer = string | Buffer | ((socket: Socket, request: string) => unknown)

/** A TLS server below HTTP, for all tests of a file, that says what a test wants. */
export interface HostileTarget {
  /** A URL under which that answer is given, on each connection for one request. */
  answering(answer: HostileAnswer): string
  readonly connections: () => number
}

export function hostileTarget(): HostileTarget {
  const answers = new Map<string, HostileAnswer>()
  let server: RawServer | null = null
  let connectionsBefore = 0

  beforeAll(async () => {
    server = await createRawTlsServer(credentials, (socket) => {
      void play(socket, answers)
    })
  })
  afterAll(async () => {
    await server?.close()
  })
  return {
    answering(answer) {
      const path = `/${answers.size}`
      answers.set(path, answer)
      connectionsBefore = server?.connections() ?? 0
      return `https://localhost:${server?.port}${path}`
    },
    connections: () => (server?.connections() ?? 0) - connectionsBefore,
  }
}

async function play(socket: Socket, answers: ReadonlyMap<string, HostileAnswer>): Promise<void> {
  const request = await readRequest(socket)
  const [, path = ''] = /^[A-Z]+ (\/\d+)/.exec(request) ?? []
  const answer = answers.get(path) ?? respond({})
  if (typeof answer === 'function') answer(socket, request)
  else socket.end(answer)
}

/** Its head; the body is read and forgotten. */
function readRequest(socket: Socket): Promise<string> {
  return new Promise((resolve) => {
    let head = ''
    let missing = 0
    socket.on('data', (chunk: Buffer) => {
      if (missing === 0 && head.includes('\r\n\r\n')) return
      if (missing === 0) {
        head += chunk.toString('latin1')
        const end = head.indexOf('\r\n\r\n')
        if (end === -1) return
        missing = Number(/^content-length: (\d+)/im.exec(head)?.[1] ?? 0) - (head.length - end - 4)
      } else missing -= chunk.length
      if (missing <= 0) {
        missing = 0
        resolve(head)
      }
    })
  })
}

export interface ResponseParts {
  readonly status?: string
  readonly headers?: readonly string[]
  readonly body?: string | Buffer
}

/** A whole response, after which the connection ends. */
export function respond({ status = '200 OK', headers = [], body = '{}' }: ResponseParts): Buffer {
  const bytes = Buffer.from(body)
  const fields = [`content-length: ${bytes.length}`, 'connection: close', ...headers]
  return Buffer.concat([Buffer.from(`HTTP/1.1 ${status}\r\n${fields.join('\r\n')}\r\n\r\n`, 'latin1'), bytes])
}

/** The same with a body of JSON. */
export function respondJson(body: string, ...headers: readonly string[]): Buffer {
  return respond({ headers: ['content-type: application/json', ...headers], body })
}

/** Says the same again and again for as long as it is taken. */
export function endless(first: string, piece: string): HostileAnswer {
  const bytes = Buffer.from(piece.repeat(Math.ceil(16_384 / piece.length)), 'latin1')
  return async (socket) => {
    socket.write(first)
    while (!socket.destroyed) {
      if (socket.write(bytes)) await nextTurn()
      else await drained(socket)
    }
  }
}

function drained(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      socket.off('drain', done).off('close', done)
      resolve()
    }
    socket.on('drain', done).on('close', done)
  })
}
