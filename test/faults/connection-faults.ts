import { expect } from 'vitest'
import { sound } from '../../testkit/raw-answers.ts'
import { silent, writeAndStay } from '../../testkit/raw-server.ts'
import { authority, dnsServer, fullBacklog, rawServer, rawTlsServer } from '../support/servers.ts'
import { type Chapter, type Fault, success, type Target } from './support/fault.ts'
import { bendRoute, dropPacketsTo, switchIpv6Off } from './support/network.ts'
import { at, blind, host } from './support/targets.ts'

const unheard = { delivered: 'no', repeat: 'safe', seen: 'nothing' } as const

export const connectionFaults: Chapter = {
  title: 'The connection',
  faults: [
    {
      row: '6',
      what: 'Nothing listens on the port.',
      make: async () => {
        const server = await rawServer(silent)
        await server.close()
        return at(server)
      },
      ends: 'connect_refused',
      ...unheard,
    },
    {
      row: '7',
      what: 'A firewall drops what opens a connection.',
      make: async () => {
        const server = await rawTlsServer(writeAndStay(sound))
        dropPacketsTo(server.port)
        return at(server)
      },
      ends: 'connect_timeout',
      usesUp: 'the connection to the target',
      bendsNetwork: true,
      ...unheard,
    },
    routed('unreachable', 'A router says that the target cannot be reached.'),
    routed('prohibit', 'A router forbids the way to the target.'),
    routed('blackhole', 'The route to the target is a black hole.'),
    routed(null, 'There is no route to the target.'),
    {
      row: '8',
      what: 'The target has an IPv6 address only, and the machine of the service has no IPv6.',
      make: async () => {
        switchIpv6Off()
        const dns = await dnsServer({ [host]: { aaaa: ['2001:db8::77'] } })
        return {
          url: `https://${host}/hook`,
          journal: blind,
          service: { dns: dns.address, allow: '2001:db8::77' },
        }
      },
      ends: 'connect_unreachable',
      bendsNetwork: true,
      shows: {
        reason: {
          blame: 'target',
          message: expect.stringContaining('the machine of the service has no IPv6'),
        },
      },
      ...unheard,
    },
    {
      row: '9',
      what: 'The first address of the name refuses, the second one answers.',
      make: () => atTwoAddresses(['127.0.0.2', '127.0.0.1']),
      ...success,
    },
    {
      row: '9',
      what: 'The first address of the name hangs, the second one answers.',
      make: async () => {
        const target = await atTwoAddresses(['127.0.0.2', '127.0.0.1'])
        await fullBacklog({ host: '127.0.0.2', port: Number(new URL(target.url).port) })
        return target
      },
      ...success,
    },
    {
      row: '10',
      what: 'The queue of the target for new connections is full.',
      make: async () => {
        const { port } = await fullBacklog()
        return { url: `https://127.0.0.1:${port}/hook`, journal: blind }
      },
      ends: 'connect_timeout',
      usesUp: 'the connection to the target',
      ...unheard,
    },
    {
      row: '11',
      what: 'The service has no files left.',
      why: '`local_resource`, delivered `no`, repeat `safe`: in `test/faults/own-process.test.ts`, with a process of its own',
    },
  ],
}

function routed(kind: 'unreachable' | 'prohibit' | 'blackhole' | null, what: string): Fault {
  const make = async () => {
    if (kind !== null) bendRoute(kind, farAway)
    return { url: `https://${farAway}/hook`, journal: blind, service: { allow: farAway } }
  }
  return { row: '8', what, make, ends: 'connect_unreachable', bendsNetwork: true, ...unheard }
}

/** Of a range for documentation (RFC 5737), in a network from which nothing leads there. */
const farAway = '192.0.2.77'

async function atTwoAddresses(a: readonly string[]): Promise<Target> {
  const ofHost = await authority.issue({ names: [host] })
  const server = await rawTlsServer(writeAndStay(sound), { credentials: ofHost })
  const dns = await dnsServer({ [host]: { a } })
  return {
    url: `https://${host}:${server.port}/hook`,
    journal: server,
    service: { dns: dns.address, allow: '127.0.0.0/8' },
  }
}
