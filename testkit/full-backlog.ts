import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'

/** A port that answers no further connection, like one behind a firewall that drops packets. */
export interface FullBacklog {
  readonly port: number
  close(): Promise<void>
}

export interface FullBacklogOptions {
  readonly host?: string
  readonly port?: number
}

/** Listens in a blocked thread, and fills its queue of connections. */
export async function createFullBacklog({
  host = '127.0.0.1',
  port: wanted = 0,
}: FullBacklogOptions = {}): Promise<FullBacklog> {
  const worker = new Worker(listenAndBlock, { eval: true, workerData: { host, port: wanted } })
  const [port]: unknown[] = await once(worker, 'message')
  if (typeof port !== 'number') throw new TypeError('no port')
  const sockets: Socket[] = []
  while (await entersQueue(host, port, sockets)) {
    // until the kernel accepts no more
  }
  return {
    port,
    async close() {
      for (const socket of sockets) socket.destroy()
      await worker.terminate()
    },
  }
}

const listenAndBlock = `
  const { parentPort, workerData } = require('node:worker_threads')
  const server = require('node:net').createServer().listen({ ...workerData, backlog: 1 }, () => {
    parentPort.postMessage(server.address().port)
    setImmediate(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0))
  })
`

async function entersQueue(host: string, port: number, sockets: Socket[]): Promise<boolean> {
  const socket = connect({ host, port }).on('error', () => {})
  sockets.push(socket)
  // On loopback the kernel accepts a connection at once or not at all.
  return await Promise.race([once(socket, 'connect').then(() => true), delay(200).then(() => false)])
}
