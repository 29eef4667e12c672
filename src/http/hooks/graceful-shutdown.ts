import type { Server as HttpServer } from 'node:http'
import { Server, type Socket } from 'node:net'
import { setImmediate as afterPoll, setTimeout as pause } from 'node:timers/promises'
import type { FastifyInstance, FastifyReply } from 'fastify'
import type { ConcurrencyLimit } from '../limits/concurrency-limit.ts'
import { WaitGroup } from '../limits/wait-group.ts'
import { Refusal } from '../problems/problem.ts'

export interface DrainOptions {
  readonly concurrency: ConcurrencyLimit
  /** The grace period: from the signal to the last connection. */
  readonly graceMs: number
  /** Least duration, so that load balancers notice the shutdown. */
  readonly delayMs: number
  /** Ends the work that no client waits for. Resolves when what has begun has ended. */
  readonly drain: () => Promise<void>
  /** Interrupts the calls under way, so that they can be answered. */
  readonly interrupt: () => Promise<void>
  /** Runs after all requests have ended. It is not awaited beyond the grace period. */
  readonly finish: () => Promise<void>
}

/**
 * Time at the end of the grace period for replies to interrupted requests, and for clients to close their
 * connections.
 */
const farewellMs = 1_000

/** Time without a new connection before the service stops to listen. */
const quietMs = 100

/** Time for connections that were accepted just before the service stopped to listen. */
const lastMs = 200

/**
 * On closing, requests under way end before the service stops to listen, so that health checks can see the shutdown.
 * Returns a function that tells whether it has begun.
 */
export function shutDownGracefully(app: FastifyInstance, options: DrainOptions): () => boolean {
  const { concurrency, graceMs, delayMs, drain, interrupt, finish } = options
  const connections = watchConnections(app)
  let isDraining = false
  app.addHook('preClose', async () => {
    isDraining = true
    // Executions in a pause end: an engine can repeat them elsewhere, and the grace period is short.
    concurrency.stopPauses()
    const drained = drain()
    await within(Math.max(0, graceMs - farewellMs), [
      concurrency.ended(),
      drained,
      pause(delayMs, null, { ref: false }),
    ])
    await interrupt()
    await within(farewellMs - lastMs, [
      Promise.all([concurrency.ended(), drained]).then(finish),
      untilAllHaveLeft(connections),
    ])
    await stopListening(app.server)
    await within(lastMs, [connections.waitForEmpty()])
    app.server.closeAllConnections()
  })
  app.addHook('onSend', ({ raw }, reply, payload, done) => {
    if (isDraining) reply.header('connection', 'close')
    const send = () => done(null, payload)
    // Closing a connection with unread bytes resets it, and the client may lose the reply.
    if (raw.complete || raw.destroyed || !isLast(reply)) send()
    else raw.once('close', send).resume()
  })
  return () => isDraining
}

/** Refuses new work during a graceful shutdown: it might not end within the grace period. */
export function refuseWhile(isDraining: () => boolean, app: FastifyInstance): void {
  app.addHook('onRequest', (_request, _reply, done) => {
    if (isDraining())
      throw new Refusal('overloaded', 'The service is shutting down.', { headers: { 'retry-after': '1' } })
    done()
  })
}

function watchConnections(app: FastifyInstance): WaitGroup<Socket> {
  const connections = new WaitGroup<Socket>()
  app.server.on('connection', (socket) => {
    connections.add(socket)
    socket.once('close', () => connections.remove(socket))
  })
  return connections
}

/**
 * If the service closed a connection while a request is on its way, the request would get no reply. So clients close
 * their connections after the last reply. Some clients notice only when they send the next request.
 */
async function untilAllHaveLeft(connections: WaitGroup<Socket>): Promise<void> {
  while (connections.size > 0) {
    await connections.waitForEmpty()
    await pause(quietMs)
  }
}

/**
 * `close` of an HTTP server also closes connections whose request is still on its way. `close` of `net.Server` does
 * not. Right after the poll phase no connection waits to be accepted, which the system would reset.
 */
async function stopListening(server: HttpServer): Promise<void> {
  await afterPoll()
  Server.prototype.close.call(server)
}

async function within(limitMs: number, tasks: readonly Promise<unknown>[]): Promise<void> {
  const alarm = new AbortController()
  await Promise.race([Promise.all(tasks), pause(limitMs, null, { signal: alarm.signal })])
  alarm.abort()
}

function isLast(reply: FastifyReply): boolean {
  return !reply.raw.shouldKeepAlive || reply.getHeader('connection') === 'close'
}
