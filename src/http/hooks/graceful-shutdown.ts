import type { Server as HttpServer } from 'node:http'
import { Server, type Socket } from 'node:net'
import { setImmediate as afterPoll, setTimeout as pause } from 'node:timers/promises'
import type { FastifyInstance, FastifyReply } from 'fastify'
import type { ConcurrencyLimit } from '../limits/concurrency-limit.ts'
import { WaitGroup } from '../limits/wait-group.ts'
import { Refusal } from '../problems/problem.ts'

export interface DrainOptions {
  readonly concurrency: ConcurrencyLimit
  /** What the closing may take, from the signal to the last connection. */
  readonly graceMs: number
  /** How long it takes at the least, so that those who route calls here notice. */
  readonly delayMs: number
  /** Ends what is under way, so that it can be answered. */
  readonly interrupt: () => Promise<void>
  /** What is to be done when everything has ended; it is not waited for beyond the grace. */
  readonly finish: () => Promise<void>
}

/** At the end of the grace: for the replies to what was interrupted, and for callers to take their leave. */
const farewellMs = 1_000

/** How long nobody must have come. */
const quietMs = 100

/** For those who came just before nobody else could. */
const lastMs = 200

/**
 * Lets what is under way when the service is told to close end before it stops to listen, so that whoever watches
 * it can see that it drains. Tells whether it does.
 */
export function shutDownGracefully(app: FastifyInstance, options: DrainOptions): () => boolean {
  const { concurrency, graceMs, delayMs, interrupt, finish } = options
  const connections = watchConnections(app)
  let isDraining = false
  app.addHook('preClose', async () => {
    isDraining = true
    // What waits for a further attempt can be repeated elsewhere; here the time is short.
    concurrency.stopPauses()
    await within(Math.max(0, graceMs - farewellMs), [
      concurrency.ended(),
      pause(delayMs, null, { ref: false }),
    ])
    await interrupt()
    await within(farewellMs - lastMs, [concurrency.ended().then(finish), untilAllHaveLeft(connections)])
    await stopListening(app.server)
    await within(lastMs, [connections.waitForEmpty()])
    app.server.closeAllConnections()
  })
  app.addHook('onSend', ({ raw }, reply, payload, done) => {
    if (isDraining) reply.header('connection', 'close')
    const send = () => done(null, payload)
    // Closing a connection with bytes that nobody has read resets it, and the reply may be lost on its way.
    if (raw.complete || raw.destroyed || !isLast(reply)) send()
    else raw.once('close', send).resume()
  })
  return () => isDraining
}

/** Refuses new work while the service drains: it might not end within the time that is left. */
export function refuseWhile(isDraining: () => boolean, app: FastifyInstance): void {
  app.addHook('onRequest', (_request, _reply, done) => {
    if (isDraining())
      throw new Refusal('overloaded', 'The service is about to stop.', { headers: { 'retry-after': '1' } })
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
 * To close a connection while its next request is on the way would leave that one without an answer. So it is the
 * callers who close them, upon the last reply; and some of them come back at once to find that out.
 */
async function untilAllHaveLeft(connections: WaitGroup<Socket>): Promise<void> {
  while (connections.size > 0) {
    await connections.waitForEmpty()
    await pause(quietMs)
  }
}

/**
 * `close` of an HTTP server also closes connections whose request is still on its way; that of the server below does
 * not. Right after the poll phase nobody waits to be accepted, whom the system would reset.
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
