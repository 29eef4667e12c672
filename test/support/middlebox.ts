import { connect, createServer, type Socket } from 'node:net'
import { type Listening, listen } from '../../testkit/listen.ts'

/** What stands between the service and a target, and looks at how each TLS connection begins. */
export interface Middlebox extends Listening {
  /** Bytes of every ClientHello that came, in the order in which they were complete. */
  readonly hellos: () => readonly number[]
  /** Connections that are open now, of the service. */
  readonly open: () => number
}

/** What becomes of a connection when its ClientHello has come, with its length in bytes: `pass` leads it to the target. */
export type Verdict = (hello: number, socket: Socket, pass: () => void) => void

/** Leads connections to a port of this machine, as the verdict says. */
export async function createMiddlebox(targetPort: number, verdict: Verdict): Promise<Middlebox> {
  const hellos: number[] = []
  const sockets = new Set<Socket>()
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket)).on('error', () => {})
    let begun = Buffer.alloc(0)
    const read = (chunk: Buffer) => {
      begun = Buffer.concat([begun, chunk])
      if (begun.length < 5 || begun.length < 5 + begun.readUInt16BE(3)) return
      socket.off('data', read)
      hellos.push(begun.length)
      verdict(begun.length, socket, () => lead(socket, begun, targetPort))
    }
    socket.on('data', read)
  })
  return { ...(await listen(server)), hellos: () => hellos, open: () => sockets.size }
}

function lead(socket: Socket, begun: Buffer, port: number): void {
  if (socket.destroyed) return
  const onwards = connect({ host: '127.0.0.1', port, noDelay: true })
  onwards.on('error', () => socket.destroy()).on('close', () => socket.destroy())
  socket.on('close', () => onwards.destroy())
  onwards.write(begun)
  socket.pipe(onwards).pipe(socket)
}

/** About the bytes of one TCP segment. */
export const segmentBytes = 1_400

/** Takes a ClientHello of more than one segment and says nothing. */
export const dropLong: Verdict = (hello, _socket, pass) => {
  if (hello <= segmentBytes) pass()
}

/** Resets a connection whose ClientHello has more than one segment. */
export const resetLong: Verdict = (hello, socket, pass) => {
  if (hello <= segmentBytes) pass()
  else socket.resetAndDestroy()
}

/** Ends a connection whose ClientHello has more than one segment. */
export const endLong: Verdict = (hello, socket, pass) => {
  if (hello <= segmentBytes) pass()
  else socket.end()
}
