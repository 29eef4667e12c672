import type { Server } from 'node:http'
import type { Socket } from 'node:net'
import { readSendQueues } from './send-queues.ts'

export interface UnreadReplyOptions {
  /** Time limit for a client that reads nothing of a reply. */
  readonly timeoutMs: number
  /** Called for each reply that was abandoned. */
  readonly onEnd: () => void
}

/** A reply without progress. */
interface Stall {
  readonly unsentBytes: number
  /** Number of checks without progress. A clock would also run while the process itself is suspended. */
  looks: number
  /** The kernel's queue at the last check. */
  queue: string | null
}

/**
 * Closes connections whose clients read nothing of a reply: otherwise the reply would hold its memory and its slot
 * without limit. A slow reader is left alone. Returns a function that stops the checks.
 */
export function endUnreadReplies(server: Server, { timeoutMs, onEnd }: UnreadReplyOptions): () => void {
  const intervalMs = Math.min(1_000, timeoutMs / 4)
  const maxLooks = timeoutMs / intervalMs
  // By connection, not by reply: the outgrown table of a Set keeps its members for a while, and replies are large.
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
      // A reset frees the part of the reply that the kernel holds. An orderly close would not.
      socket.resetAndDestroy()
    }
  }

  const timer = setInterval(look, intervalMs).unref()
  return () => clearInterval(timer)
}

/**
 * Bytes that wait in the process to be written to a connection. Node documents only the sum of unfinished writes, and
 * a reply is a single write.
 */
function readUnsentBytes(socket: Socket): number {
  const { _handle: handle } = socket as { readonly _handle?: { readonly writeQueueSize: number } | null }
  return handle?.writeQueueSize ?? 0
}
