import { createServer as createTcpServer, type Server, type Socket } from 'node:net'
import { createServer as createTlsServer, type TlsOptions } from 'node:tls'
import type { Credentials } from './certificates.ts'
import { type Listening, listen } from './listen.ts'

/** A server below HTTP: it writes whatever bytes a test wants. */
export interface RawServer extends Listening {
  /** Connections that reached the server, TLS handshakes not counted. */
  readonly connections: () => number
  /** All bytes received on all connections, in order of arrival. */
  readonly received: () => Buffer
  /** All bytes that the part sent. */
  readonly sent: () => Buffer
  /** Number of request heads received. */
  readonly requests: () => number
  /** TCP connections that reached the server, failed handshakes included. */
  readonly accepted: () => number
  /** Open TCP connections. */
  readonly open: () => number
}

/** The behaviour of the server on one connection. `reset` resets the TCP connection. */
export type Part = (socket: Socket, reset: () => void) => void

export function createRawServer(part: Part): Promise<RawServer> {
  return record((onConnection) => createTcpServer({ noDelay: true }, onConnection), part)
}

export function createRawTlsServer(
  credentials: Credentials,
  part: Part,
  options: TlsOptions = {},
): Promise<RawServer> {
  const tlsOptions = { noDelay: true, ...options, ...credentials }
  return record(
    (onConnection) => createTlsServer(tlsOptions, onConnection).on('tlsClientError', () => {}),
    part,
  )
}

async function record(
  create: (onConnection: (socket: Socket) => void) => Server,
  part: Part,
): Promise<RawServer> {
  const received: Buffer[] = []
  const sent: Buffer[] = []
  const tcpSockets = new Map<number | undefined, Socket>()
  let connections = 0
  let accepted = 0
  const server = create((socket) => {
    connections += 1
    const { remotePort } = socket
    socket.on('error', () => {})
    recordWrites(socket, sent)
    // A TLS socket cannot reset the TCP socket under it.
    part(socket, () => tcpSockets.get(remotePort)?.resetAndDestroy())
    socket.on('data', (chunk: Buffer) => received.push(chunk))
  })
  server.prependListener('connection', (socket: Socket) => {
    const { remotePort } = socket
    accepted += 1
    tcpSockets.set(remotePort, socket)
    socket.on('close', () => tcpSockets.delete(remotePort))
  })
  return {
    ...(await listen(server)),
    connections: () => connections,
    received: () => Buffer.concat(received),
    sent: () => Buffer.concat(sent),
    requests: () => countHeads(Buffer.concat(received)),
    accepted: () => accepted,
    open: () => tcpSockets.size,
  }
}

function recordWrites(socket: Socket, sent: Buffer[]): void {
  const write = socket.write.bind(socket) as (...args: unknown[]) => boolean
  socket.write = (chunk: string | Uint8Array, ...rest: unknown[]) => {
    sent.push(Buffer.from(chunk))
    return write(chunk, ...rest)
  }
}

function countHeads(bytes: Buffer): number {
  return bytes.toString('latin1').match(/[A-Z]+ \S+ HTTP\/1\.1\r\n/g)?.length ?? 0
}

/** Accepts and sends nothing. */
export const silent: Part = () => {}

/** Writes the bytes piece by piece after the first byte of a request, and closes the connection. */
export function write(...pieces: readonly (string | Buffer)[]): Part {
  return (socket) => socket.once('data', () => writeAll(socket, pieces, () => socket.end()))
}

/** Like `write`, but leaves the connection open. */
export function writeAndStay(...pieces: readonly (string | Buffer)[]): Part {
  return (socket) => socket.once('data', () => writeAll(socket, pieces, () => {}))
}

/** Writes the bytes, then resets the connection. */
export function writeAndReset(...pieces: readonly (string | Buffer)[]): Part {
  return (socket, reset) => socket.once('data', () => writeAll(socket, pieces, reset))
}

/** Writes the same bytes at intervals until the client closes the connection. */
export function drip(piece: string | Buffer, everyMs: number, first: string | Buffer = ''): Part {
  return (socket) =>
    socket.once('data', () => {
      socket.write(first)
      const timer = setInterval(() => socket.write(piece), everyMs)
      socket.on('close', () => clearInterval(timer))
    })
}

/** Most bytes of a flood, so that it always ends. */
export const floodBytes = 64 * 1024 * 1024

/** Writes the same bytes repeatedly, as fast as the client reads them. */
export function flood(piece: string | Buffer, first: string | Buffer = ''): Part {
  const bytes = Buffer.from(piece)
  const block = Buffer.concat(Array<Buffer>(Math.ceil(65_536 / bytes.length)).fill(bytes))
  return (socket) =>
    socket.once('data', () => {
      if (first.length > 0) socket.write(first)
      const goOn = () => {
        while (!socket.destroyed && socket.bytesWritten < floodBytes && socket.write(block));
      }
      socket.on('drain', goOn)
      goOn()
    })
}

function writeAll(socket: Socket, pieces: readonly (string | Buffer)[], done: () => void): void {
  const [piece, ...rest] = pieces
  if (piece === undefined) done()
  else socket.write(piece, () => setImmediate(writeAll, socket, rest, done))
}
