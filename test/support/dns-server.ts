import { createSocket, type RemoteInfo } from 'node:dgram'
import { once } from 'node:events'
import { type Answer, decode, encode, type Question } from 'dns-packet'

/**
 * What the server says about a name. `rcode` replaces the answer, `delayMs` postpones it, and `silent` types
 * get none at all. A name that is not listed does not exist.
 */
export interface Zone {
  readonly a?: readonly string[]
  readonly aaaa?: readonly string[]
  readonly cname?: string
  readonly rcode?: 'NXDOMAIN' | 'SERVFAIL' | 'REFUSED'
  readonly silent?: readonly ('A' | 'AAAA')[]
  readonly delayMs?: number
}

/** Zones by name, or a function of the question for answers that change. */
export type Zones = Readonly<Record<string, Zone>> | ((name: string, type: 'A' | 'AAAA') => Zone | undefined)

/** A real DNS server (UDP) on a free port of 127.0.0.1. */
export interface DnsServer {
  /** `127.0.0.1:<port>`, as in EGRESS_DNS_SERVERS. */
  readonly address: string
  /** Every question in the order of arrival, as `A name`. */
  readonly questions: readonly string[]
  close(): Promise<void>
}

const rcodes = { NXDOMAIN: 3, SERVFAIL: 2, REFUSED: 5 } as const

export async function createDnsServer(zones: Zones): Promise<DnsServer> {
  const zoneOf = typeof zones === 'function' ? zones : (name: string) => zones[name]
  const questions: string[] = []
  const socket = createSocket('udp4')
  const timers = new Set<NodeJS.Timeout>()

  socket.on('message', (message, client) => {
    const { id = 0, questions: [question] = [] } = decode(message)
    if (question?.type !== 'A' && question?.type !== 'AAAA') return
    questions.push(`${question.type} ${question.name}`)
    const zone = zoneOf(question.name.toLowerCase(), question.type)
    if (zone?.silent?.includes(question.type)) return
    const timer = setTimeout(() => reply(id, question, zone, client), zone?.delayMs ?? 0)
    timers.add(timer)
  })

  function reply(
    id: number,
    question: Question,
    zone: Zone | undefined,
    { port, address }: RemoteInfo,
  ): void {
    const rcode = zone ? (zone.rcode ? rcodes[zone.rcode] : 0) : rcodes.NXDOMAIN
    const answers = rcode === 0 && zone ? answersOf(question, zone) : []
    // The low four bits of the flags are the response code.
    socket.send(encode({ type: 'response', id, flags: rcode, questions: [question], answers }), port, address)
  }

  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  return {
    address: `127.0.0.1:${socket.address().port}`,
    questions,
    async close() {
      for (const timer of timers) clearTimeout(timer)
      socket.close()
      await once(socket, 'close')
    },
  }
}

function answersOf({ name, type }: Question, { a = [], aaaa = [], cname }: Zone): Answer[] {
  const alias: Answer[] = cname === undefined ? [] : [{ type: 'CNAME', name, ttl: 0, data: cname }]
  const owner = cname ?? name
  const addresses = type === 'A' ? a : aaaa
  return [...alias, ...addresses.map((data): Answer => ({ type: type as 'A', name: owner, ttl: 0, data }))]
}
