import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import type { Part, RawServer } from '../../testkit/raw-server.ts'
import { credentials, rawServer, rawTlsServer } from './servers.ts'

/** A forward proxy that leads every tunnel to this machine, and is gone when the test ends. */
export interface TestProxy extends RawServer {
  readonly url: string
  /** The head of every request, in order of arrival. */
  readonly heads: readonly string[]
}

export interface TestProxyOptions {
  /** Whether the connection to the proxy uses TLS. */
  readonly isSecure?: boolean
  /** Written before the tunnel is open, for the nth request. Null: the tunnel stays closed, and nothing is written. */
  readonly answer?: (head: string, count: number) => string | null
}

export async function forwardProxy({
  isSecure = false,
  answer = accept,
}: TestProxyOptions = {}): Promise<TestProxy> {
  const heads: string[] = []
  const part: Part = (socket) => void serve(socket)
  const server = await (isSecure ? rawTlsServer(part, { credentials }) : rawServer(part))
  return { ...server, heads, url: `${isSecure ? 'https' : 'http'}://127.0.0.1:${server.port}` }

  async function serve(socket: Socket): Promise<void> {
    const head = await readHead(socket)
    heads.push(head)
    const said = answer(head, heads.length)
    if (said === null) return
    if (!/^(?:HTTP\/1\.1 1[\s\S]*?\r\n\r\n)*HTTP\/1\.[01] 2/.test(said)) return void socket.end(said)
    const [, port] = /^CONNECT \S+:(\d+) /.exec(head) ?? []
    const target = connect({ host: '127.0.0.1', port: Number(port) })
    target.on('error', () => socket.destroy())
    socket.on('close', () => target.destroy())
    target.on('close', () => socket.destroy())
    await once(target, 'connect')
    socket.write(said)
    socket.pipe(target).pipe(socket)
  }
}

function accept(): string {
  return 'HTTP/1.1 200 Connection established\r\n\r\n'
}

async function readHead(socket: Socket): Promise<string> {
  let head = ''
  for (;;) {
    const [chunk] = (await once(socket, 'data')) as [Buffer]
    head += chunk.toString('latin1')
    if (head.endsWith('\r\n\r\n')) return head
  }
}
