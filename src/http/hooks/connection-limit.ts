import type { Server } from 'node:http'
import type { Socket } from 'node:net'
import type { FastifyInstance } from 'fastify'

export interface ConnectionLimits {
  /** How many may be open at once. */
  readonly maxConnections: number
  /** How long a new connection may say nothing. */
  readonly firstByteTimeoutMs: number
  /** How long a connection may be open between two requests. */
  readonly idleTimeoutMs: number
  /** Told of each connection that was closed at once. */
  readonly onRefused: () => void
}

interface Connection {
  readonly openedAt: number
  /** How often it was looked at and had said nothing: a clock would also count while the process itself stands still. */
  silentLooks: number
  /** Requests without a complete reply. */
  requests: number
  /** Since when there are none; null before the first one. */
  idleSince: number | null
}

/**
 * Limits what clients can do with connections alone, with a key or without: be too many, and say nothing. Node limits how
 * long a request takes to come.
 */
export class ConnectionLimit {
  readonly #limits: ConnectionLimits
  readonly #connections = new Map<Socket, Connection>()
  /** Those whose first request has not come; the oldest comes first. */
  readonly #new = new Set<Socket>()
  /** Those between two requests; the one that has been so for longest comes first. */
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
      reply.on('close', () => this.#end(socket)) // it closes once, and `once` is dear
    })
  }

  /** How many connections are open. */
  get open(): number {
    return this.#connections.size
  }

  /** Ends the looking. */
  close(): void {
    clearInterval(this.#timer)
  }

  #open(socket: Socket): void {
    const openedAt = performance.now()
    this.#connections.set(socket, { openedAt, silentLooks: 0, requests: 0, idleSince: null })
    this.#new.add(socket)
    socket.once('close', () => this.#forget(socket))
    if (this.#isCrowded) this.#makeRoom()
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

  get #isCrowded(): boolean {
    return this.open > this.#limits.maxConnections * 0.9
  }

  /** Connections on which nothing is done must not keep others out. Those that have never been of use go first. */
  #makeRoom(): void {
    const [idle] = this.#idle
    if (!this.#closeLate() && idle !== undefined) this.#close(idle)
  }

  /** Closes the oldest connection whose first request has not come, though a client that has one would have sent it. */
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
    // What Node measures begins anew with any byte, also with one that begins no request.
    const earliest = performance.now() - this.#limits.idleTimeoutMs - slackMs
    for (const [socket, connection] of this.#connections) {
      if (connection.requests > 0) continue
      if (connection.idleSince === null) this.#lookAtNew(socket, connection)
      else if (connection.idleSince < earliest) this.#close(socket)
    }
    while (this.#isCrowded && this.#closeLate());
  }

  #lookAtNew(socket: Socket, connection: Connection): void {
    if (socket.bytesRead > 0) return
    connection.silentLooks += 1
    if (connection.silentLooks > this.#maxSilentLooks) this.#close(socket)
  }
}

/** Tells clients how long a connection stays open for another request, also where Node does not do that by itself. */
export function announceIdleTimeout(app: FastifyInstance, idleTimeoutMs: number): void {
  const announcement = `timeout=${Math.floor(idleTimeoutMs / 1_000)}`
  app.addHook('onSend', (_request, reply, payload, done) => {
    if (reply.getHeader('connection') === 'keep-alive') reply.header('keep-alive', announcement)
    done(null, payload)
  })
}

/** Node itself closes an idle connection a moment later than it tells the client. */
const slackMs = 3_000
