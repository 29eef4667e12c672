import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { onTestFinished } from 'vitest'

// All of it needs a network namespace of the suite's own, and is undone when the test ends.

/** What becomes of packets to an address. */
export function bendRoute(kind: 'unreachable' | 'prohibit' | 'blackhole', address: string): void {
  run('ip', 'route', 'add', kind, address)
  onTestFinished(() => run('ip', 'route', 'del', kind, address))
}

export function dropPacketsTo(port: number): void {
  const rules = `table inet faults {
    chain output {
      type filter hook output priority filter
      tcp dport ${port} drop
    }
  }`
  execFileSync('nft', ['--file', '-'], { input: rules })
  onTestFinished(() => run('nft', 'delete', 'table', 'inet', 'faults'))
}

/** The kernel takes a request of 1 MiB whole, and its sender never learns that it is not read. */
export function shrinkSendBuffers(): void {
  const usual = readFileSync(sendBuffers, 'utf8')
  writeFileSync(sendBuffers, '4096 8192 16384')
  onTestFinished(() => writeFileSync(sendBuffers, usual))
}

/** As on a machine that has none: no device has an address of it. */
export function switchIpv6Off(): void {
  writeFileSync(ipv6IsOff, '1')
  onTestFinished(() => writeFileSync(ipv6IsOff, '0'))
}

const ipv6IsOff = '/proc/sys/net/ipv6/conf/lo/disable_ipv6'

const sendBuffers = '/proc/sys/net/ipv4/tcp_wmem'

function run(program: string, ...words: readonly string[]): void {
  execFileSync(program, words)
}
