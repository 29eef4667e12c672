import { createSocket, type Socket as UdpSocket } from 'node:dgram'
import { once } from 'node:events'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import {
  type Answer,
  decode,
  encode,
  type Packet,
  type Question,
  streamDecode,
  streamEncode,
  TRUNCATED_RESPONSE,
} from 'dns-packet'

/**
 * The records of a name. `rcode` replaces the answer, `delayMs` delays it, and questions of `silent` types get none.
 * An unlisted name does not exist.
 */
export interface Zone {
  readonly a?: readonly string[]
  readonly aaaa?: readonly string[]
  /** The alias, or a chain of aliases. The last one has the addresses. */
  readonly cname?: string | readonly string[]
  /** TTL of all records, in seconds. Default 0, so that every call asks again. */
  readonly ttl?: number
  readonly rcode?: keyof typeof rcodes
  /** The answer is cut off within its first record. */
  readonly malformed?: boolean
  readonly silent?: readonly RecordType[]
  readonly delayMs?: number
  /** Over UDP the answer is only marked as truncated. */
  readonly truncated?: boolean
  /** The server closes TCP connections. */
  readonly noTcp?: boolean
  /** A forged answer with 127.0.0.66 and a wrong id or question precedes the real one. */
  readonly forged?: 'id' | 'question'
}

type RecordType = 'A' | 'AAAA' | 'CNAME'

/** Zones by name, or a function of the question, for changing answers. */
export type Zones = Readonly<Record<string, Zone>> | ((name: string, type: RecordType) => Zone | undefined)

/** A real DNS server (UDP and TCP) on a free port of 127.0.0.1. */
export interface DnsServer {
  /** `127.0.0.1:<port>`, as in EGRESS_DNS_SERVERS. */
  readonly address: string
  /** Every question in the order of arrival, as `A name`; over TCP as `A name tcp`. */
  readonly questions: readonly string[]
  close(): Promise<void>
}

export async function createDnsServer(zones: Zones): Promise<DnsServer> {
  const findZone = typeof zones === 'function' ? zones : (name: string) => zones[name]
  const questions: string[] = []
  const timers = new Set<NodeJS.Timeout>()
  const { udp, tcp, port } = await bindBoth()
  const sockets = new Set<Socket>()

  function receive(
    { id = 0, questions: [question] = [] }: Packet,
    reply: (packets: Replies, zone?: Zone) => void,
    by = '',
  ) {
    if (question === undefined || !isKnown(question.type)) return
    questions.push(`${question.type} ${question.name}${by}`)
    const zone = findZone(question.name.toLowerCase(), question.type)
    if (zone?.silent?.includes(question.type)) return
    timers.add(setTimeout(() => reply(repliesTo(question, id, zone), zone), zone?.delayMs ?? 0))
  }

  udp.on('message', (message, client) =>
    receive(decode(message), ({ datagrams }, zone) => {
      for (const datagram of datagrams.map((packet) => encode(packet)))
        udp.send(zone?.malformed ? datagram.subarray(0, -1) : datagram, client.port, client.address)
    }),
  )
  tcp.on('connection', (socket) => {
    sockets.add(socket.on('error', () => {}))
    socket.on('data', (chunk: Buffer) => {
      for (const message of messagesIn(chunk))
        receive(
          streamDecode(message),
          ({ whole }, zone) => (zone?.noTcp ? socket.destroy() : socket.write(streamEncode(whole))),
          ' tcp',
        )
    })
  })

  return {
    address: `127.0.0.1:${port}`,
    questions,
    async close() {
      for (const timer of timers) clearTimeout(timer)
      for (const socket of sockets) socket.destroy()
      udp.close()
      tcp.close()
      await Promise.all([once(udp, 'close'), once(tcp, 'close')])
    },
  }
}

interface Bound {
  readonly udp: UdpSocket
  readonly tcp: Server
  readonly port: number
}

/** Tries other ports until one is free for both TCP and UDP. */
async function bindBoth(): Promise<Bound> {
  const tcp = createServer().listen(0, '127.0.0.1')
  await once(tcp, 'listening')
  const { port } = tcp.address() as AddressInfo // a TCP server has such an address
  const udp = createSocket('udp4').bind(port, '127.0.0.1')
  try {
    await once(udp, 'listening')
    return { udp, tcp, port }
  } catch (error) {
    tcp.close()
    if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') return bindBoth()
    throw error
  }
}

/** RFC 1035, section 4.2.2: over TCP the length precedes each message. */
function messagesIn(chunk: Buffer): readonly Buffer[] {
  if (chunk.length < 2) return []
  const end = 2 + chunk.readUInt16BE()
  return [chunk.subarray(0, end), ...messagesIn(chunk.subarray(end))]
}

function isKnown(type: string): type is RecordType {
  return type === 'A' || type === 'AAAA' || type === 'CNAME'
}

interface Replies {
  /** For UDP, in order of sending. */
  readonly datagrams: readonly Packet[]
  /** For TCP. */
  readonly whole: Packet
}

const rcodes = { FORMERR: 1, SERVFAIL: 2, NXDOMAIN: 3, NOTIMP: 4, REFUSED: 5, NOTAUTH: 9 } as const

function repliesTo(question: Question, id: number, zone: Zone = { rcode: 'NXDOMAIN' }): Replies {
  // The low four bits of the flags are the response code.
  const flags = zone.rcode ? rcodes[zone.rcode] : 0
  const answers = zone.rcode ? [] : createAnswers(question, zone)
  const whole: Packet = { type: 'response', id, flags, questions: [question], answers }
  const fitting = zone.truncated ? { ...whole, flags: flags | TRUNCATED_RESPONSE, answers: [] } : whole
  return { datagrams: zone.forged ? [forged(whole, zone.forged), fitting] : [fitting], whole }
}

/** Like the real answer, except for its id or question. */
function forged({ id = 0, questions = [], ...rest }: Packet, wrong: 'id' | 'question'): Packet {
  const [{ name } = { name: '' }] = questions
  const answers: Answer[] = [{ type: 'A', name, ttl: 60, data: '127.0.0.66' }]
  if (wrong === 'id') return { ...rest, id: id ^ 1, questions, answers }
  return { ...rest, id, questions: questions.map((asked) => ({ ...asked, name: `not.${name}` })), answers }
}

function createAnswers({ name, type }: Question, { a = [], aaaa = [], cname = [], ttl = 0 }: Zone): Answer[] {
  const chain = [name, ...(typeof cname === 'string' ? [cname] : cname)]
  const links = chain
    .slice(1)
    .map((data, at): Answer => ({ type: 'CNAME', name: chain[at] ?? '', ttl, data }))
  if (type === 'CNAME') return links.slice(0, 1)
  const addresses = type === 'A' ? a : aaaa
  return [
    ...links,
    ...addresses.map((data): Answer => ({ type: type as 'A', name: chain.at(-1) ?? '', ttl, data })),
  ]
}
