import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { onTestFinished, vi } from 'vitest'
import { createDnsServer } from '../../../testkit/dns-server.ts'

/**
 * A name server as it is in use everywhere, until the test ends. It knows the names that it is given with their addresses and
 * refuses all others. Gives its address, as in EGRESS_DNS_SERVERS.
 */
export async function dnsmasq(names: Readonly<Record<string, readonly string[]>>): Promise<string> {
  const { address, close } = await createDnsServer({}) // for a port that is free
  await close()
  const [host = '', port] = address.split(':')
  const records = Object.entries(names).flatMap(([name, addresses]) =>
    addresses.map((one) => `--address=/${name}/${one}`),
  )
  const program = spawn('dnsmasq', [
    ...['--no-daemon', '--conf-file=/dev/null', '--no-resolv', '--no-hosts', '--pid-file='],
    ...['--bind-interfaces', `--listen-address=${host}`, `--port=${port}`],
    ...records,
  ])
  onTestFinished(async () => {
    const ended = once(program, 'close')
    program.kill()
    await ended
  })
  let output = ''
  program.stderr.on('data', (chunk) => {
    output += chunk
  })
  await vi.waitUntil(() => output.includes('started, version'), { timeout: 5_000 })
  return address
}
