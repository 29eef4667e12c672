import { createServer, type TLSSocket } from 'node:tls'
import { type Message, MessageReader } from './message-reader.ts'
import { proof } from './work.ts'

// A process of its own: an HTTPS receiver that does as little as can be done, and counts what is right.

const { KEY, CERT } = process.env
const responses = new Map<string, Buffer>()
let received = 0

const server = createServer({ key: KEY, cert: CERT, noDelay: true }, (socket) => {
  const reader = new MessageReader()
  socket.on('data', (chunk: Buffer) => reader.read(chunk, (message) => answer(socket, message)))
  socket.on('error', () => {}) // whoever hangs up may do so at any time
})

server.listen(0, '127.0.0.1', () => process.send?.(server.address()))
process.on('message', () => process.send?.(received))
process.on('disconnect', () => process.exit())

function answer(socket: TLSSocket, { head, body }: Message): void {
  const target = head.slice(0, head.indexOf('\r\n'))
  if (target.startsWith('POST /silent')) return
  if (target.startsWith('POST /hang-up')) {
    socket.destroy()
    return
  }
  if (isRight(head, body)) received += 1
  socket.write(responseTo(target))
}

function isRight(head: string, body: Buffer): boolean {
  return head.startsWith(proof.request) && head.includes(proof.token) && body.includes(proof.body)
}

function responseTo(target: string): Buffer {
  const known = responses.get(target)
  if (known !== undefined) return known
  const made = makeResponse(target)
  responses.set(target, made)
  return made
}

/** `bytes` of the query is the length of the body, `status` the status. */
function makeResponse(target: string): Buffer {
  const query = new URLSearchParams(target.split(' ')[1]?.split('?')[1])
  const id = '{"id":"L-1001"}'
  const bytes = Number(query.get('bytes') ?? id.length)
  const body =
    id.length === bytes
      ? id
      : `{"id":"L-1001","text":"${'lead '.repeat(bytes / 5)}`.slice(0, bytes - 2).concat('"}')
  return Buffer.from(
    `HTTP/1.1 ${query.get('status') ?? '201'} Answer\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
  )
}
