import type { Server } from 'node:http'
import type { Socket } from 'node:net'
import type { FastifyInstance } from 'fastify'

export interface ConnectionLimits {
  /** Limit for open connections. */
  readonly maxConnections: number
  /** Time until the first byte on a new connection. */
  readonly firstByteTimeoutMs: number
  /** Time limit for a connection between two requests. */
  readonly idleTimeoutMs: number
  /** Called for each connection that is closed at once. */
  readonly onRefused: () => void
}

interface Connection {
  readonly openedAt: number
  /** Number of checks without a byte. A clock would also run while the process itself is suspended. */
  silentLooks: number
  /** Requests without a complete reply. */
  requests: number
  /** Start of the time without requests. Null before the first request. */
  idleSince: number | null
}

/**
 * Limits the number of connections and closes silent ones, with a key or without. Node limits the time that a request
 * takes to arrive.
 */
export class ConnectionLimit {
  readonly #limits: ConnectionLimits
  readonly #connections = new Map<Socket, Connection>()
  /** Connections before their first request, the oldest first. */
  readonly #new = new Set<Socket>()
  /** Connections between two requests, the one idle for longest first. */
  readonly #idle = new Set<Socket>()
  readonly #maxSilentLooks: number
  readonly #timer: NodeJS.Timeout

  constructor(server: Server, limits: ConnectionLimits) {
    const intervalMs = Math.min(1_000, limits.firstByteTimeoutMs / 4)
    this.#limits = limits
    this.#maxSilentLooks = limits.firstByteTimeoutMs / intervalMs
    this.#timer = setInterval(() => this.#look(), intervalMs).unref()
    server.maxConnections = limits.maxConnections
    server.on('drop', () => {
      limits.onRefused()
      this.#makeRoom()
    })
    server.on('connection', (socket) => this.#open(socket))
    server.prependListener('request', ({ socket }, reply) => {
      this.#begin(socket)
      reply.on('close', () => this.#end(socket)) // emitted once, and `once` costs more
    })
  }

  get open(): number {
    return this.#connections.size
  }

  /** Stops the checks. */
  close(): void {
    clearInterval(this.#timer)
  }

  #open(socket: Socket): void {
    const openedAt = performance.now()
    this.#connections.set(socket, { openedAt, silentLooks: 0, requests: 0, idleSince: null })
    this.#new.add(socket)
    socket.once('close', () => this.#forget(socket))
    if (this.#isNearlyFull) this.#makeRoom()
  }

  #forget(socket: Socket): void {
    this.#connections.delete(socket)
    this.#new.delete(socket)
    this.#idle.delete(socket)
  }

  #begin(socket: Socket): void {
    const connection = this.#connections.get(socket)
    if (connection === undefined) return
    connection.requests += 1
    this.#new.delete(socket)
    this.#idle.delete(socket)
  }

  #end(socket: Socket): void {
    const connection = this.#connections.get(socket)
    if (connection === undefined) return
    connection.requests -= 1
    if (connection.requests > 0) return
    connection.idleSince = performance.now()
    this.#idle.add(socket)
  }

  get #isNearlyFull(): boolean {
    return this.open > this.#limits.maxConnections * 0.9
  }

  /** Unused connections must not keep others out. Those that never carried a request are closed first. */
  #makeRoom(): void {
    const [idle] = this.#idle
    if (!this.#closeLate() && idle !== undefined) this.#close(idle)
  }

  /** Closes the oldest connection without a request, if its client has had time to send one. */
  #closeLate(): boolean {
    const [oldest] = this.#new
    if (oldest === undefined || !this.#isLate(oldest)) return false
    this.#close(oldest)
    return true
  }

  #isLate(socket: Socket): boolean {
    const { openedAt = Number.POSITIVE_INFINITY } = this.#connections.get(socket) ?? {}
    return performance.now() - openedAt > this.#limits.firstByteTimeoutMs / 5
  }

  #close(socket: Socket): void {
    this.#forget(socket)
    socket.destroy()
  }

  #look(): void {
    // Node's idle timeout restarts with every byte, even if no request begins.
    const earliest = performance.now() - this.#limits.idleTimeoutMs - slackMs
    for (const [socket, connection] of this.#connections) {
      if (connection.requests > 0) continue
      if (connection.idleSince === null) this.#lookAtNew(socket, connection)
      else if (connection.idleSince < earliest) this.#close(socket)
    }
    while (this.#isNearlyFull && this.#closeLate());
  }

  #lookAtNew(socket: Socket, connection: Connection): void {
    if (socket.bytesRead > 0) return
    connection.silentLooks += 1
    if (connection.silentLooks > this.#maxSilentLooks) this.#close(socket)
  }
}

/** Tells clients how long a connection stays open, also in replies in which Node does not. */
export function announceIdleTimeout(app: FastifyInstance, idleTimeoutMs: number): void {
  const announcement = `timeout=${Math.floor(idleTimeoutMs / 1_000)}`
  app.addHook('onSend', (_request, reply, payload, done) => {
    if (reply.getHeader('connection') === 'keep-alive') reply.header('keep-alive', announcement)
    done(null, payload)
  })
}

/** Node closes an idle connection 1 s later than it announces, and checks run at intervals. */
const slackMs = 3_000
