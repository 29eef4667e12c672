import { createServer, type TLSSocket } from 'node:tls'
import { answerId, type Route, routes } from './examples.ts'
import { type Message, MessageReader } from './message-reader.ts'

// Runs in a process of its own: an HTTPS receiver that does as little as possible and counts right requests.

const { KEY, CERT } = process.env
const routesByLine = new Map(routes.map((route) => [`POST ${route.path} HTTP/1.1`, route]))
const responses = new Map<string, Buffer>()
const received = { right: 0, wrong: 0 }

const server = createServer({ key: KEY, cert: CERT, noDelay: true }, (socket) => {
  const reader = new MessageReader()
  socket.on('data', (chunk: Buffer) => reader.read(chunk, (message) => answer(socket, message)))
  socket.on('error', () => {}) // a client may hang up at any time
})

server.listen(0, '127.0.0.1', () => process.send?.(server.address()))
process.on('message', () => process.send?.(received))
process.on('disconnect', () => process.exit())

function answer(socket: TLSSocket, { head, body }: Message): void {
  const line = head.slice(0, head.indexOf('\r\n'))
  if (line.startsWith('POST /silent')) return
  if (line.startsWith('POST /hang-up')) {
    socket.destroy()
    return
  }
  const route = routesByLine.get(line)
  received[route !== undefined && isRight(route, head, body) ? 'right' : 'wrong'] += 1
  socket.write(responseTo(line, route))
}

function isRight(route: Route, head: string, body: Buffer): boolean {
  return (
    Object.values(route.headers).every((value) => head.includes(`: ${value}`)) && body.includes(route.body)
  )
}

function responseTo(line: string, route: Route | undefined): Buffer {
  const known = responses.get(line)
  if (known !== undefined) return known
  const made = makeResponse(line, route)
  responses.set(line, made)
  return made
}

/** Without a route the parameter `status` of the query is the status. */
function makeResponse(line: string, route: Route | undefined): Buffer {
  const asked = new URLSearchParams(line.split(' ')[1]?.split('?')[1]).get('status')
  const status = route === undefined ? (asked ?? '404') : '201'
  const body = route?.answer ?? JSON.stringify({ id: answerId })
  return Buffer.from(
    `HTTP/1.1 ${status} Answer\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  )
}
