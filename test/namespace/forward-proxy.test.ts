import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import { specialRanges } from '../../src/egress/policy/special-ranges.ts'
import { listen } from '../../testkit/listen.ts'
import { isListening } from '../support/is-listening.ts'
import { authority } from '../support/servers.ts'
import { putOnLoopback, routeEverywhere, takeSent, watchPackets } from './support/network.ts'
import { receiverAt } from './support/receiver-at.ts'
import { startWorld } from './support/world.ts'
import corpus from './urls.json' with { type: 'json' }

const address = '93.184.215.14'
const host = 'hooks.example.com'

const tinyproxy = await startTinyproxy(`
  BasicAuth svc s3cr3t-word
  ConnectPort 443
  ConnectPort 8443
`)
const strict = await startTinyproxy(`
  FilterType fnmatch
  FilterDefaultDeny Yes
  Filter "DIRECTORY/allowed"
`)
afterAll(async () => {
  await tinyproxy.stop()
  await strict.stop()
})

const zones = {
  [host]: { a: [address], aaaa: ['2606:2800:21f:cb07:6820:80da:af6b:8b2c'] },
  'inwards.example.com': { a: ['10.0.0.1'] },
}
const world = await startWorld(zones, { EGRESS_PROXY: tinyproxy.url('svc:s3cr3t-word@') })
const unauthorized = await startWorld(zones, { EGRESS_PROXY: tinyproxy.url('svc:wrong@') })
const filtered = await startWorld(zones, { EGRESS_PROXY: strict.url('') })
const byName = await startWorld(zones, { EGRESS_PROXY: strict.url(''), EGRESS_PROXY_RESOLVES: 'proxy' })
afterAll(async () => {
  for (const one of [world, unauthorized, filtered, byName]) await one.close()
})

/** All but loopback, on which the service speaks with the proxy. */
const watched = specialRanges
  .map(([cidr]) => cidr)
  .filter((cidr) => cidr !== '127.0.0.0/8' && cidr !== '::1/128')

async function listenAt(certified = host) {
  putOnLoopback(address)
  return await receiverAt(address, 443, await authority.issue({ names: [certified], addresses: [] }))
}

describe('tinyproxy', () => {
  it('leads to the address that was judged, and the second one where it does not reach the first', async () => {
    const targets = await listenAt()

    expect(await world.get(`https://${host}/a`)).toMatchObject({
      body: { branch: 'success', delivered: 'yes', response: { body: 'here I am' } },
    })
    expect(targets).toEqual(['/a'])
    expect(await tinyproxy.log()).toContain(`CONNECT ${address}:443 HTTP/1.1`)
    expect(await tinyproxy.log()).not.toContain(host)
  })

  it('does not stand between the service and the certificate of the target', async () => {
    const targets = await listenAt('other.example.com')

    expect(await world.get(`https://${host}/`)).toMatchObject(failedAs('tls_name_mismatch'))
    expect(targets).toEqual([])
  })

  it('says that the target cannot be reached with a status of its own', async () => {
    expect(await world.get(`https://${address}/`)).toMatchObject(failedAs('proxy_refused'))
  })

  it('does not allow a port', async () => {
    expect(await world.get(`https://${address}:444/`)).toMatchObject(failedAs('proxy_refused'))
  })

  it('asks for credentials', async () => {
    const { body } = await unauthorized.get(`https://${address}/`)

    expect(body).toMatchObject({
      reason: { code: 'proxy_refused', message: expect.stringMatching(/407|401/) },
    })
  })

  it('resolves names itself where it gets them', async () => {
    const settings = { EGRESS_PROXY: tinyproxy.url('svc:s3cr3t-word@'), EGRESS_PROXY_RESOLVES: 'proxy' }
    const handingOver = await startWorld({}, { ...settings, EGRESS_ALLOW: 'localhost' })
    onTestFinished(() => handingOver.close())
    const certified = await authority.issue({ names: ['localhost'], addresses: [] })
    const targets = await receiverAt('127.0.0.1', 8443, certified)

    expect(await handingOver.get('https://localhost:8443/a')).toMatchObject({ body: { branch: 'success' } })
    expect(targets).toEqual(['/a'])
    expect(await tinyproxy.log()).toContain('CONNECT localhost:8443 HTTP/1.1')
  })

  it('may allow by name only, and then gets the name', async () => {
    const targets = await listenAt()

    expect(await filtered.get(`https://${host}/`)).toMatchObject({
      body: {
        reason: { code: 'proxy_refused', hint: expect.stringContaining('EGRESS_PROXY_RESOLVES=proxy') },
      },
    })
    const before = byName.questions.length
    // The proxy has no name server here, so it finds no address. That it tries is what the log shows.
    expect(await byName.get(`https://${host}/`)).toMatchObject(failedAs('proxy_refused'))
    expect(await strict.log()).toContain(`CONNECT ${host}:443 HTTP/1.1`)
    expect(byName.questions.slice(before)).toEqual([])
    expect(targets).toEqual([])
  })
})

describe('a denied address behind a proxy', () => {
  const denied = corpus.filter(({ verdict }) => verdict === 'block')

  it('gets not one packet, neither from the service nor from the proxy', async () => {
    const zonesOfCorpus = Object.fromEntries(
      denied.flatMap(({ url, dns = [] }: { url: string; dns?: string[] }) => [
        [
          new URL(url).hostname.replace(/\.$/, ''),
          { a: dns.filter((one) => !one.includes(':')), aaaa: dns.filter((one) => one.includes(':')) },
        ],
      ]),
    )
    const guarded = await startWorld(zonesOfCorpus, { EGRESS_PROXY: tinyproxy.url('svc:s3cr3t-word@') })
    onTestFinished(() => guarded.close())
    routeEverywhere()
    watchPackets({ tcp: guarded.servicePort, udp: guarded.dnsPort }, watched)

    for (const { url } of denied) {
      const reply = await guarded.get(url.replace(/^http:/i, 'https:'))
      expect(reply, url).toMatchObject(failedAs('address_denied'))
      expect(takeSent(), url).toEqual({ packets: 0, toWatched: 0 })
    }
    await guarded.get(`https://${address}/`, 200)
    expect(takeSent().packets, 'an open address').toBeGreaterThan(1)
  })

  it('may be that of the proxy: it is open for the service only', async () => {
    expect(await world.get(`https://127.0.0.1:${tinyproxy.port}/`)).toMatchObject(failedAs('address_denied'))
    expect(await world.get(`https://localhost:${tinyproxy.port}/`)).toMatchObject(failedAs('address_denied'))
    expect(await world.get('https://inwards.example.com/')).toMatchObject(failedAs('address_denied'))
  })
})

function failedAs(code: string) {
  return { status: 200, body: { branch: 'error', reason: { code }, delivered: 'no', response: null } }
}

interface Tinyproxy {
  readonly port: number
  /** With a user and password, or without. */
  url(userInfo: string): string
  log(): Promise<string>
  stop(): Promise<void>
}

/** A real proxy with these lines in its configuration. `DIRECTORY/allowed` lists the one host that it may filter by. */
async function startTinyproxy(lines: string): Promise<Tinyproxy> {
  const directory = await mkdtemp(join(tmpdir(), 'webhook-node-tinyproxy-'))
  const { port, close } = await listen(createServer())
  await close()
  await writeFile(join(directory, 'allowed'), `${host}\n`)
  const configuration = `
    Port ${port}
    Listen 127.0.0.1
    Timeout 5
    LogFile "${directory}/log"
    LogLevel Connect
    MaxClients 50
    Allow 127.0.0.1
    ${lines.replaceAll('DIRECTORY', directory)}`
  await writeFile(join(directory, 'conf'), configuration.replace(/^ +/gm, ''))
  const program = spawn('tinyproxy', ['-d', '-c', join(directory, 'conf')], { stdio: 'ignore' })
  await once(program, 'spawn')
  await vi.waitUntil(() => isListening(port), { timeout: 10_000 })
  return {
    port,
    url: (userInfo) => `http://${userInfo}127.0.0.1:${port}`,
    log: () => readFile(join(directory, 'log'), 'utf8'),
    async stop() {
      const ended = once(program, 'exit')
      program.kill('SIGTERM')
      await ended
      await rm(directory, { recursive: true })
    },
  }
}
