import { once } from 'node:events'
import { connect } from 'node:net'
import { onTestFinished, vi } from 'vitest'

/** A client below HTTP: it writes the bytes of a test, and keeps all that comes back. */
export interface RawClient {
  write(bytes: string): void
  /** Reads until the text has come, and gives all that has. */
  until(text: string): Promise<string>
  /** All that came until the other side closed the connection; a reset fails the test. */
  toEnd(): Promise<string>
  /** Closes the connection, whatever the other side has to say. */
  hangUp(): Promise<void>
}

/** Connects to a service. The connection is gone when the test ends. `isStubborn`: it does not end when the other side does. */
export async function rawClient(url: string, { isStubborn = false } = {}): Promise<RawClient> {
  const { hostname, port } = new URL(url)
  const socket = connect({ host: hostname, port: Number(port), allowHalfOpen: isStubborn })
  onTestFinished(() => void socket.destroy())
  let received = ''
  let failure: NodeJS.ErrnoException | null = null
  socket.on('data', (chunk) => (received += chunk)).on('error', (error) => (failure = error))
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()))
  await once(socket, 'connect')
  return {
    write: (bytes) => void socket.write(bytes),
    until: (text) => vi.waitUntil(() => received.includes(text) && received, { timeout: 30_000 }),
    async toEnd() {
      await closed
      if (failure !== null) throw failure
      return received
    },
    hangUp() {
      socket.destroy()
      return closed
    },
  }
}

/** The head of a request whose body has that many bytes. */
export function writeHead(
  method: string,
  path: string,
  length: number,
  ...fields: readonly string[]
): string {
  const head = [`${method} ${path} HTTP/1.1`, 'Host: service', 'Content-Type: application/json', ...fields]
  return `${[...head, `Content-Length: ${length}`].join('\r\n')}\r\n\r\n`
}

/** A whole request. */
export function writeRequest(
  method: string,
  path: string,
  body: string,
  ...fields: readonly string[]
): string {
  return writeHead(method, path, Buffer.byteLength(body), ...fields) + body
}
