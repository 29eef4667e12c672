import type { Socket } from 'node:net'
import { gzipSync } from 'node:zlib'
import type { Credentials } from '../../../testkit/certificates.ts'
import { createRawTlsServer, type RawServer } from '../../../testkit/raw-server.ts'

/** A request as the receiver noted it down, one line for every head that it read. */
export interface Visit {
  readonly id: string
  /** Of the complete head that was written in answer, or null. */
  status: number | null
}

export interface UnrulyReceiver extends RawServer {
  readonly journal: readonly Visit[]
}

/** How the receiver answers one request. */
export type Whim = keyof typeof whims

/** Treats each request as the whim of its id says, and breaks a connection now and then. */
export async function createUnrulyReceiver(
  credentials: Credentials,
  chooseWhim: (id: string) => Whim,
): Promise<UnrulyReceiver> {
  const journal: Visit[] = []
  let connections = 0
  const server = await createRawTlsServer(credentials, (socket, reset) => {
    connections += 1
    if (connections % 23 === 0) return reset()
    readRequests(socket, (id) => {
      const visit: Visit = { id, status: null }
      journal.push(visit)
      whims[chooseWhim(id)]({ socket, reset, visit })
    })
  })
  return { ...server, journal }
}

interface Scene {
  readonly socket: Socket
  readonly reset: () => void
  readonly visit: Visit
}

/** More often than the others, so that connections live long enough to be kept. */
const politeWhims = {
  answer: (scene: Scene) => say(scene, 200, body('hello')),
  answerCreated: (scene: Scene) => say(scene, 201, body('hello')),
  answerChunked: (scene: Scene) =>
    say(scene, 200, 'transfer-encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n'),
  refuse: (scene: Scene) => say(scene, 503, body('')),
} as const

const whims = {
  ...politeWhims,
  reset: ({ reset }: Scene) => reset(),
  end: ({ socket }: Scene) => void socket.end(),
  stall: () => {},
  answerLate: (scene: Scene) => later(scene, 400, () => say(scene, 200, body('late'))),
  talkGarbage: ({ socket }: Scene) => void socket.write('\x00\x01garbage\r\n\r\n'),
  endInHead: ({ socket }: Scene) => void socket.end('HTTP/1.1 200 OK\r\nx-a: '),
  stallInHead: ({ socket }: Scene) => void socket.write('HTTP/1.1 200 OK\r\nx-a: '),
  breakRules: (scene: Scene) => say(scene, 200, 'x-a: b\0c\r\n\r\n'),
  hint: ({ socket }: Scene) => void socket.write('HTTP/1.1 103 Early Hints\r\n\r\n'),
  hintWithoutEnd: ({ socket }: Scene) => void socket.write('HTTP/1.1 103 Early Hints\r\n\r\n'.repeat(9)),
  endInBody: (scene: Scene) => {
    say(scene, 200, `${length(99)}hello`)
    scene.socket.end()
  },
  resetInBody: (scene: Scene) => {
    say(scene, 200, `${length(99)}hello`)
    later(scene, 2, scene.reset)
  },
  stallInBody: (scene: Scene) => say(scene, 200, `${length(99)}hello`),
  breakChunk: (scene: Scene) => say(scene, 200, 'transfer-encoding: chunked\r\n\r\n5\r\nhello\r\nZZ\r\n'),
  answerAndEnd: (scene: Scene) => {
    say(scene, 200, body('hello'))
    scene.socket.end()
  },
  answerAndReset: (scene: Scene) => {
    say(scene, 200, body('hello'))
    later(scene, 3, scene.reset)
  },
  answerTwice: (scene: Scene) => say(scene, 200, `${body('hello')}HTTP/1.1 418 Unasked\r\n${body('')}`),
  bomb: (scene: Scene) => say(scene, 200, `content-encoding: gzip\r\n${length(bombBytes.length)}`, bombBytes),
  lieAboutCoding: (scene: Scene) => say(scene, 200, `content-encoding: br\r\n${body('hello')}`),
} as const

export const allWhims: readonly Whim[] = Object.keys(whims) as Whim[]
export const polite: readonly Whim[] = Object.keys(politeWhims) as Whim[]

const bombBytes = gzipSync(Buffer.alloc(5_000_000))

/** The head names the request that it answers, so that it cannot be taken for the answer to another one. */
function say({ socket, visit }: Scene, status: number, rest: string, bytes = Buffer.alloc(0)): void {
  visit.status = status
  const head = `HTTP/1.1 ${status} Said\r\nx-id: ${visit.id}\r\n${rest}`
  socket.write(Buffer.concat([Buffer.from(head), bytes]))
}

function length(bytes: number): string {
  return `content-length: ${bytes}\r\n\r\n`
}

function body(text: string): string {
  return `${length(text.length)}${text}`
}

function later({ socket }: Scene, ms: number, act: () => void): void {
  const timer = setTimeout(act, ms)
  socket.on('close', () => clearTimeout(timer))
}

/** Calls back with the id of each request, as soon as its head has come. Bodies are read and dropped. */
function readRequests(socket: Socket, onRequest: (id: string) => void): void {
  let unread = ''
  socket.on('data', (chunk: Buffer) => {
    unread += chunk.toString('latin1')
    for (let head = takeHead(); head !== null; head = takeHead()) onRequest(head)
  })

  function takeHead(): string | null {
    const [head, id = ''] = /^[A-Z]+ \/(\w+) [\s\S]*?\r\n\r\n/.exec(unread) ?? []
    if (head === undefined) return null
    const bodyBytes = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0)
    if (unread.length < head.length + bodyBytes) return null
    unread = unread.slice(head.length + bodyBytes)
    return id
  }
}
