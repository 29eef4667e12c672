import type { Socket } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import type { FastifyInstance, FastifyReply } from 'fastify'
import { Crowd } from './crowd.ts'
import type { InFlight } from './in-flight.ts'
import { Refusal } from './problem.ts'

export interface DrainOptions {
  readonly inFlight: InFlight
  /** What the closing may take, from the signal to the last connection. */
  readonly graceMs: number
  /** Ends what is under way, so that it can be answered. */
  readonly interrupt: () => Promise<void>
}

/** At the end of the grace: for the replies to what was interrupted, and for callers to take their leave. */
const farewellMs = 1_000

/** How long nobody must have come. */
const quietMs = 100

/**
 * Lets what is under way when the service is told to close end before it stops to listen, so that whoever watches
 * it can see that it drains. Tells whether it does.
 */
export function drainBeforeClosing(app: FastifyInstance, options: DrainOptions): () => boolean {
  const { inFlight, graceMs, interrupt } = options
  const connections = connectionsOf(app)
  let isDraining = false
  app.addHook('preClose', async () => {
    isDraining = true
    await within(Math.max(0, graceMs - farewellMs), inFlight.ended())
    await Promise.all([interrupt(), within(farewellMs, untilAllHaveLeft(connections))])
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

function connectionsOf(app: FastifyInstance): Crowd<Socket> {
  const connections = new Crowd<Socket>()
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
async function untilAllHaveLeft(connections: Crowd<Socket>): Promise<void> {
  while (connections.size > 0) {
    await connections.gone()
    await pause(quietMs)
  }
}

async function within(limitMs: number, task: Promise<void>): Promise<void> {
  const alarm = new AbortController()
  await Promise.race([task, pause(limitMs, undefined, { signal: alarm.signal })])
  alarm.abort()
}

function isLast(reply: FastifyReply): boolean {
  return !reply.raw.shouldKeepAlive || reply.getHeader('connection') === 'close'
}
