import type { Server } from 'node:http'
import type { Socket } from 'node:net'
import { readSendQueues } from './send-queues.ts'

export interface UnreadReplyOptions {
  /** How long a client may take nothing of a reply. */
  readonly timeoutMs: number
  /** Told of each reply that was given up. */
  readonly onEnd: () => void
}

/** A reply of which nothing more is taken. */
interface Stall {
  readonly unsentBytes: number
  /** How often that was seen: a clock would also count while the process itself stands still. */
  looks: number
  /** What the system had in its own queue at the last look. */
  queue: string | null
}

/**
 * Ends connections whose clients take nothing of a reply, which would hold its memory and its place for as long as they
 * like. A client that reads slowly is left alone. Returns what ends the looking.
 */
export function endUnreadReplies(server: Server, { timeoutMs, onEnd }: UnreadReplyOptions): () => void {
  const intervalMs = Math.min(1_000, timeoutMs / 4)
  const maxLooks = timeoutMs / intervalMs
  // By connection and not by reply: what a set of replies has outgrown would keep each of them for a while.
  const connections = new Map<Socket, Stall | null>()
  server.on('connection', (socket) => {
    connections.set(socket, null)
    socket.once('close', () => connections.delete(socket))
  })

  function* findStalled(): Iterable<readonly [Socket, Stall]> {
    for (const [socket, stall] of connections) {
      const unsentBytes = readUnsentBytes(socket)
      if (unsentBytes === 0) connections.set(socket, null)
      else if (stall?.unsentBytes !== unsentBytes)
        connections.set(socket, { unsentBytes, looks: 0, queue: null })
      else yield [socket, stall]
    }
  }

  async function look(): Promise<void> {
    const stalled = [...findStalled()]
    if (stalled.length === 0) return
    const queues = await readSendQueues()
    for (const [socket, stall] of stalled) {
      const queue = queues.of(socket)
      stall.looks = stall.queue === null || stall.queue === queue ? stall.looks + 1 : 0
      stall.queue = queue
      if (stall.looks < maxLooks || socket.destroyed) continue
      onEnd()
      // Closed in order, what the system has taken of the reply would stay in its memory.
      socket.resetAndDestroy()
    }
  }

  const timer = setInterval(look, intervalMs).unref()
  return () => clearInterval(timer)
}

/**
 * How many bytes wait in the process for a connection to take them. Node documents only how many of all writes wait that are
 * not done, and a reply is one write.
 */
function readUnsentBytes(socket: Socket): number {
  const { _handle: handle } = socket as { readonly _handle?: { readonly writeQueueSize: number } | null }
  return handle?.writeQueueSize ?? 0
}
