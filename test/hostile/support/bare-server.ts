import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/**
 * A program that answers every request at once and does nothing else. Where it answers late, the machine was busy. It
 * prints its port, and ends when its standard input is closed.
 */
const server = createServer((_request, response) => {
  response.setHeader('content-type', 'application/json').end('{"status":"ok"}')
})
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo // a TCP server has such an address
  process.stdout.write(`${port}\n`)
})
process.stdin.on('end', () => process.exit()).resume()
