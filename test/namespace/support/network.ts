import { execFileSync } from 'node:child_process'
import { isIPv6 } from 'node:net'
import { onTestFinished } from 'vitest'

/** Runs `ip` of iproute2. */
export function ip(...words: readonly string[]): string {
  return execFileSync('ip', words, { encoding: 'utf8' })
}

/** Throws where a device leads to another network. The tests dial the world, which must not notice. */
export function assertNothingLeaves(): void {
  const devices = ip('-brief', 'link').trim().split('\n')
  if (devices.every((device) => device.startsWith('lo '))) return
  throw new Error('These tests need a network of their own: run them with npm run test:egress')
}

/** Puts an address on the loopback device until the test ends. */
export function putOnLoopback(address: string): void {
  const prefixed = isIPv6(address) ? `${address}/128` : `${address}/32`
  // Without `nodad` an IPv6 address cannot be used before the kernel has looked for others that have it.
  ip('address', 'add', prefixed, 'dev', 'lo', ...(isIPv6(address) ? ['nodad'] : []))
  if (isIPv6(address)) waitForOwnRoute(address)
  onTestFinished(() => void ip('address', 'del', prefixed, 'dev', 'lo'))
}

/** The kernel adds it a moment later, and loses what is sent until then. */
function waitForOwnRoute(address: string): void {
  for (let tries = 0; tries < 200; tries++) if (ip('-6', 'route', 'get', address).startsWith('local ')) return
  throw new Error(`no packet finds its way to ${address}`)
}

/**
 * Gives every address a route until the test ends. It leads to the loopback device, where packets to foreign
 * addresses are dropped: what is dialled can be counted and goes nowhere.
 */
export function routeEverywhere(): void {
  for (const family of ['-4', '-6']) ip(family, 'route', 'add', 'default', 'dev', 'lo')
  onTestFinished(() => {
    for (const family of ['-4', '-6']) ip(family, 'route', 'del', 'default', 'dev', 'lo')
  })
}

/** What the kernel was given to send. */
export interface Sent {
  /**
   * Packets of UDP, and those that open a connection of TCP, whatever their destination. The end of an earlier connection is
   * sent again and again where its address has gone.
   */
  readonly packets: number
  /** Those of them with a destination in one of the watched ranges. */
  readonly toWatched: number
}

/** Ports of 127.0.0.1 whose traffic belongs to the test. */
export interface OwnTraffic {
  readonly tcp: number
  readonly udp: number
}

/** Lets the kernel count what is sent from now on, less what the test itself sends. */
export function watchPackets(own: OwnTraffic, watched: readonly string[]): void {
  const ipv4 = watched.filter((range) => !range.includes(':'))
  const ipv6 = watched.filter((range) => range.includes(':'))
  nft(`table inet watch
    delete table inet watch
    table inet watch {
      counter all_sent { }
      counter to_watched { }
      chain output {
        type filter hook output priority filter
        ip daddr 127.0.0.1 tcp dport ${own.tcp} return
        ip saddr 127.0.0.1 tcp sport ${own.tcp} return
        ip daddr 127.0.0.1 udp dport ${own.udp} return
        ip saddr 127.0.0.1 udp sport ${own.udp} return
        meta l4proto != { tcp, udp } return
        tcp flags & syn == 0 return
        counter name all_sent
        ip daddr { ${ipv4} } counter name to_watched
        ip6 daddr { ${ipv6} } counter name to_watched
      }
    }`)
}

/** What was sent since the last call. */
export function takeSent(): Sent {
  const listing = nft('reset counters table inet watch')
  const countPackets = (counter: string) =>
    Number(new RegExp(`counter ${counter} {\\s+packets (\\d+)`).exec(listing)?.[1])
  return { packets: countPackets('all_sent'), toWatched: countPackets('to_watched') }
}

function nft(commands: string): string {
  return execFileSync('nft', ['--file', '-'], { input: commands, encoding: 'utf8' })
}
