import { once } from 'node:events'
import type { AddressInfo, Server, Socket } from 'node:net'

/** A listening server. Closing it also closes its connections. */
export interface Listening {
  readonly port: number
  close(): Promise<void>
}

/** Makes a server listen on a port of 127.0.0.1, by default on any that is free. */
export async function listen(server: Server, asked = 0): Promise<Listening> {
  const sockets = new Set<Socket>()
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket)).on('error', () => {})
  })
  server.listen(asked, '127.0.0.1')
  await once(server, 'listening')
  // A server that listens on a port has such an address.
  const { port } = server.address() as AddressInfo
  return {
    port,
    async close() {
      if (!server.listening) return
      const closed = once(server, 'close')
      server.close()
      for (const socket of sockets) socket.destroy()
      await closed
    },
  }
}
