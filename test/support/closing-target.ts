import type { Part, RawServer } from '../../testkit/raw-server.ts'
import { rawTlsServer } from './servers.ts'

/** What a target does at the moment in which a second request arrives on a connection. */
export type Closing = Part

/** The ways in which a connection ends without a word. */
export const closings = {
  end: (socket) => void socket.end(),
  destroy: (socket) => void socket.destroy(),
  reset: (_socket, reset) => reset(),
} as const satisfies Record<string, Closing>

/**
 * A target that answers the first request of each connection, and is just closing that when a second one arrives. Each
 * connection has its own status, in turn; the last one repeats.
 */
export function closingTarget(close: Closing, statuses: readonly number[] = [200]): Promise<RawServer> {
  let connections = 0
  return rawTlsServer((socket, reset) => {
    const status = statuses[Math.min(connections++, statuses.length - 1)]
    let requests = 0
    socket.on('data', (chunk: Buffer) => {
      if (!chunk.includes(' HTTP/1.1\r\n')) return
      requests += 1
      if (requests === 1) socket.write(`HTTP/1.1 ${status} Said\r\ncontent-length: 2\r\n\r\n{}`)
      else close(socket, reset)
    })
  })
}
