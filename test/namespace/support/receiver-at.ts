import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import { onTestFinished } from 'vitest'
import type { Credentials } from '../../../testkit/certificates.ts'

/** A real HTTPS receiver at an address and a port of the test's choice. Gives what it was asked for. */
export async function receiverAt(
  address: string,
  port: number,
  credentials: Credentials,
  answer: (target: string, response: ServerResponse) => void = (_target, response) =>
    void response.end('here I am'),
): Promise<readonly string[]> {
  const targets: string[] = []
  const server = createServer(credentials, (request, response) => {
    const target = request.url ?? ''
    targets.push(target)
    answer(target, response)
  })
  server.listen(port, address)
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return targets
}
