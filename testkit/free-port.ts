import { randomInt } from 'node:crypto'
import { createServer } from 'node:net'
import { listen } from './listen.ts'

/** Above the ports that fetch refuses to call, of which 10080 is the last one. */
const lowest = 20_000
/** The lowest port that the system gives to whoever asks for any: net.ipv4.ip_local_port_range on Linux. */
const lowestGiven = 32_768

/**
 * A port of 127.0.0.1 where nothing listens. The system gives it to no connection and no server that leaves the choice to it,
 * so that it is still free when it is used.
 */
export async function freePort(): Promise<number> {
  for (let left = 100; ; left--) {
    const port = randomInt(lowest, lowestGiven)
    try {
      const { close } = await listen(createServer(), port)
      await close()
      return port
    } catch (error) {
      const isTaken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE'
      if (!isTaken || left === 0) throw error
    }
  }
}
