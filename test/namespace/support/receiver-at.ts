import { once } from 'node:events'
import { createServer } from 'node:https'
import { onTestFinished } from 'vitest'
import type { Credentials } from '../../../testkit/certificates.ts'

/** A real HTTPS receiver at an address and a port of the test's choice. Gives what it was asked for. */
export async function receiverAt(
  address: string,
  port: number,
  credentials: Credentials,
): Promise<readonly string[]> {
  const targets: string[] = []
  const server = createServer(credentials, (request, response) => {
    targets.push(request.url ?? '')
    response.end('here I am')
  })
  server.listen(port, address)
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return targets
}
