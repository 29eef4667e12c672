import { createServer } from 'node:net'
import { listen } from '../../../testkit/listen.ts'

/** A port of 127.0.0.1 where nothing listens. */
export async function freePort(): Promise<number> {
  const { port, close } = await listen(createServer())
  await close()
  return port
}
