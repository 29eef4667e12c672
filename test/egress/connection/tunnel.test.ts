import { connect } from 'node:net'
import { TLSSocket } from 'node:tls'
import { describe, expect, it, vi } from 'vitest'
import type { EgressOptions } from '../../../src/egress/egress-client.ts'
import type { ForwardProxy } from '../../../src/egress/proxy/forward-proxy.ts'
import { attemptAt, outbound, rules, testEgressClient } from '../../support/egress-client.ts'
import { forwardProxy, type TestProxy } from '../../support/forward-proxy.ts'
import { json } from '../../support/receiver.ts'
import { authority, dnsServer, fullBacklog, receiver } from '../../support/servers.ts'

const host = 'hooks.example'

/** The way through a proxy. */
function through(
  { port, url }: Pick<TestProxy, 'port' | 'url'>,
  way: Partial<ForwardProxy> & { readonly authorization?: string } = {},
): ForwardProxy {
  const { authorization = null, ...rest } = way
  const isSecure = url.startsWith('https:')
  return {
    current: () => ({ isSecure, host: isSecure ? 'localhost' : '127.0.0.1', port, authorization }),
    revision: 0,
    bypass: [],
    resolves: 'service',
    ...rest,
  }
}

async function namedTarget() {
  return await receiver(json(200, {}), { credentials: await authority.issue({ names: [host] }) })
}

async function callByName(proxy: ForwardProxy, a: readonly string[], options: Partial<EgressOptions> = {}) {
  const target = await namedTarget()
  const dns = await dnsServer({ [host]: { a } })
  const attempt = await attemptAt(target.port, { host }, { proxy, dnsServers: [dns.address], ...options })
  return { attempt, target, dns }
}

const met = { outcome: { kind: 'responded', response: { status: 200 } } }

function failed(code: string) {
  return { delivered: 'no', outcome: { kind: 'failed', failure: { code } } }
}

describe('a call through a proxy', () => {
  it('asks for the address that was judged, and checks the certificate for the name', async () => {
    const proxy = await forwardProxy()
    const { attempt, target } = await callByName(through(proxy), ['127.0.0.1'])

    expect(attempt).toMatchObject(met)
    const place = `127.0.0.1:${target.port}`
    expect(proxy.heads).toEqual([`CONNECT ${place} HTTP/1.1\r\nHost: ${place}\r\n\r\n`])
  })

  it('asks for the name where the proxy resolves it, and asks no name server', async () => {
    const proxy = await forwardProxy()
    const { attempt, target, dns } = await callByName(through(proxy, { resolves: 'proxy' }), ['10.0.0.1'])

    expect(attempt).toMatchObject({ ...met, timings: { dnsMs: null } })
    expect(proxy.heads).toEqual([
      `CONNECT ${host}:${target.port} HTTP/1.1\r\nHost: ${host}:${target.port}\r\n\r\n`,
    ])
    expect(dns.questions).toEqual([])
  })

  it('sends the credentials to the proxy, and not to the target', async () => {
    const proxy = await forwardProxy()
    const target = await receiver(json(200, {}))
    const way = through(proxy, { authorization: 'Basic dTpw' })

    expect(await attemptAt(target.port, {}, { proxy: way })).toMatchObject(met)
    expect(proxy.heads[0]).toContain('\r\nProxy-Authorization: Basic dTpw\r\n')
    expect(JSON.stringify(target.received.map(({ rawHeaders }) => rawHeaders))).not.toMatch(/proxy/i)
  })

  it('shows the certificate of the node to the target, and never to the proxy', async () => {
    const seen: string[] = []
    const note = (by: string, { socket }: { readonly socket: unknown }) => {
      if (socket instanceof TLSSocket)
        seen.push(`${by}: ${socket.getPeerCertificate().subject?.CN ?? 'nobody'}`)
    }
    const asking = { requestCert: true, rejectUnauthorized: false, ca: authority.pem } as const
    const proxy = await receiver(json(500, {}), asking)
    proxy.server.on('connect', (request, socket) => {
      note('proxy', request)
      const [, port] = /:(\d+)$/.exec(request.url ?? '') ?? []
      const onwards = connect(Number(port), '127.0.0.1', () => socket.write('HTTP/1.1 200 OK\r\n\r\n'))
      socket.on('error', () => onwards.destroy())
      onwards.on('error', () => socket.destroy())
      socket.pipe(onwards).pipe(socket)
    })
    const target = await receiver((_request, response, incoming) => {
      note('target', incoming)
      response.end()
    }, asking)
    const egressClient = testEgressClient({
      proxy: through({ port: proxy.port, url: proxy.url }),
    })
    const { cert: certificate, key } = await authority.issue({ purpose: 'client', commonName: 'ada' })
    const none = { passphrase: null, ca: null, minVersion: 'TLSv1.2' } as const
    const opened = egressClient.openTls({ certificate, key, ...none })
    if (!opened.ok) throw new TypeError(opened.failure.detail)

    const [attempt] = await egressClient.call(outbound(target.port), {
      timeoutMs: 5_000,
      tenant: null,
      tls: opened.profile,
    })

    expect(attempt).toMatchObject(met)
    expect(seen).toEqual(['proxy: nobody', 'target: ada'])
  })

  it('measures the connection to the proxy and the tunnel as connectMs', async () => {
    const proxy = await forwardProxy({ isSecure: true })
    const target = await receiver(json(200, {}))

    const { timings, ...attempt } = await attemptAt(target.port, {}, { proxy: through(proxy) })

    expect(attempt).toMatchObject(met)
    expect(timings).toMatchObject({ connectMs: expect.any(Number), tlsMs: expect.any(Number) })
  })

  it.each([false, true])('reuses its connection (TLS to the proxy: %s)', async (isSecure) => {
    const proxy = await forwardProxy({ isSecure })
    const target = await receiver(json(200, { text: 'a'.repeat(100_000) }))
    const client = testEgressClient({ proxy: through(proxy) })
    const call = async () => (await client.call(outbound(target.port), { timeoutMs: 5_000, tenant: null }))[0]

    expect(await call()).toMatchObject({ ...met, connectionReused: false })
    expect(await call()).toMatchObject({ ...met, connectionReused: true, timings: { connectMs: null } })
    expect(proxy.heads).toHaveLength(1)
  })

  it('does not reuse a connection through the proxy of before', async () => {
    const proxies = [await forwardProxy(), await forwardProxy()] as const
    const target = await receiver(json(200, {}))
    let revision: 0 | 1 = 0
    const proxy: ForwardProxy = {
      ...through(proxies[0]),
      current: () => through(proxies[revision]).current(),
      get revision() {
        return revision
      },
    }
    const client = testEgressClient({ proxy })
    const call = async () => (await client.call(outbound(target.port), { timeoutMs: 5_000, tenant: null }))[0]

    await call()
    revision = 1
    expect(await call()).toMatchObject({ ...met, connectionReused: false })
    expect(proxies.map(({ heads }) => heads.length)).toEqual([1, 1])
  })

  it('tries the next address where the proxy refuses one, 4 in all, and no other after 407', async () => {
    const addresses = ['127.0.0.2', '127.0.0.3', '127.0.0.4', '127.0.0.5', '127.0.0.6']
    const refusing = async (status: number) => {
      const proxy = await forwardProxy({ answer: () => `HTTP/1.1 ${status} No\r\n\r\n` })
      const { attempt } = await callByName(through(proxy), addresses)
      return { attempt, asked: proxy.heads.length }
    }

    expect(await refusing(502)).toMatchObject({ attempt: failed('connect_refused'), asked: 4 })
    expect(await refusing(403)).toMatchObject({ attempt: failed('proxy_refused'), asked: 4 })
    expect(await refusing(407)).toMatchObject({ attempt: failed('proxy_refused'), asked: 1 })
  })

  it('tries the next address after 250 ms of silence, and closes what it does not need', async () => {
    const proxy = await forwardProxy({
      answer: (_head, count) => (count === 1 ? null : 'HTTP/1.1 200 OK\r\n\r\n'),
    })
    const { attempt } = await callByName(through(proxy), ['127.0.0.2', '127.0.0.1'])

    expect(attempt).toMatchObject(met)
    await vi.waitUntil(() => proxy.open() <= 1)
  })

  it('ends in time and closes its connection where the proxy accepts none', async () => {
    const { port } = await fullBacklog()
    const target = await receiver(json(200, {}))
    const client = testEgressClient({ proxy: through({ port, url: 'http:' }) })

    const [attempt] = await client.call(outbound(target.port), { timeoutMs: 200, tenant: null })

    expect(attempt).toMatchObject(failed('proxy_unreachable'))
    await vi.waitUntil(() => client.load().connections === 0)
  })
})

describe('a denied target behind a proxy', () => {
  it.each<readonly [what: string, resolves: 'service' | 'proxy', request: { host: string; port?: number }]>([
    ['a name with a private address', 'service', { host }],
    ['a literal', 'service', { host: '10.0.0.1' }],
    ['a literal, where the proxy resolves names', 'proxy', { host: '10.0.0.1' }],
    ['a metadata service, where the proxy resolves names', 'proxy', { host: '169.254.169.254' }],
    ['a name of one', 'proxy', { host: 'metadata.google.internal' }],
    ['a bare name', 'proxy', { host: 'crm' }],
    ['a closed port of a name', 'proxy', { host, port: 6000 }],
  ])('is not asked for: %s (%s)', async (_what, resolves, { port = 443, ...request }) => {
    const proxy = await forwardProxy()
    const dns = await dnsServer({ [host]: { a: ['10.0.0.1'] } })
    const options = { proxy: through(proxy, { resolves }), dnsServers: [dns.address] }

    expect(await attemptAt(port, request, options)).toMatchObject(failed('address_denied'))
    expect(proxy.accepted()).toBe(0)
  })

  it.each<readonly [what: string, options: Partial<EgressOptions>, port: number]>([
    ['EGRESS_ONLY does not name it', { only: rules('other.example') }, 443],
    ['its port is closed', {}, 6000],
    ['EGRESS_DENY names it', { deny: rules(host) }, 443],
  ])('is not asked for by name where %s, although a range is open', async (_what, options, port) => {
    const proxy = await forwardProxy()
    const way = { proxy: through(proxy, { resolves: 'proxy' }), allow: rules('127.0.0.0/8', '10.0.0.0/8') }

    expect(await attemptAt(port, { host }, { ...way, ...options })).toMatchObject(failed('address_denied'))
    expect(testEgressClient({ ...way, ...options }).mayCall({ host, port })).toBe(false)
    expect(proxy.accepted()).toBe(0)
  })

  it('may be the proxy itself: it is open for the service only', async () => {
    const proxy = await forwardProxy()
    const options = { proxy: through(proxy), allow: [] }

    expect(await attemptAt(proxy.port, {}, options)).toMatchObject(failed('address_denied'))
    expect(await attemptAt(proxy.port, { host: 'localhost' }, options)).toMatchObject(
      failed('address_denied'),
    )
    expect(proxy.accepted()).toBe(0)
  })
})

describe('the list of targets without the proxy', () => {
  it.each([
    ['has the name', [host], ['127.0.0.1'], 0],
    ['has a suffix of the name', ['*.example'], ['127.0.0.1'], 0],
    ['has all addresses of the name', ['127.0.0.0/8'], ['127.0.0.1', '127.0.0.2'], 0],
    ['has some addresses of the name', ['127.0.0.1'], ['127.0.0.1', '127.0.0.2'], 1],
    ['has the name with another port', [`${host}:1`], ['127.0.0.1'], 1],
    ['has another name', ['other.example'], ['127.0.0.1'], 1],
  ])('%s', async (_what, entries, addresses, asked) => {
    const proxy = await forwardProxy()
    const { attempt } = await callByName(through(proxy, { bypass: rules(...entries) }), addresses)

    expect(attempt).toMatchObject(met)
    expect(proxy.heads.slice(0, 1)).toHaveLength(asked)
  })

  it('lets the service resolve and judge the name itself, where the proxy resolves others', async () => {
    const proxy = await forwardProxy()
    const way = through(proxy, { resolves: 'proxy', bypass: rules(host) })

    expect((await callByName(way, ['127.0.0.1'])).attempt).toMatchObject(met)
    expect((await callByName(way, ['10.0.0.1'])).attempt).toMatchObject(failed('address_denied'))
    expect(proxy.accepted()).toBe(0)
  })

  it('opens nothing', async () => {
    const proxy = await forwardProxy()
    const way = through(proxy, { bypass: rules('10.0.0.0/8') })

    expect(await attemptAt(443, { host: '10.0.0.1' }, { proxy: way })).toMatchObject(failed('address_denied'))
  })
})

describe('a lookup that fails', () => {
  const hintOf = async (way: Partial<ForwardProxy>) => {
    const proxy = await forwardProxy()
    const dns = await dnsServer({})
    const { outcome } = await attemptAt(
      443,
      { host },
      { proxy: through(proxy, way), dnsServers: [dns.address] },
    )
    if (outcome.kind !== 'failed') throw new Error('the call did not fail')
    expect(outcome.failure.code).toBe('dns_not_found')
    return outcome.failure.hint ?? ''
  }

  it('names the setting with which the proxy resolves names, save for targets without the proxy', async () => {
    expect(await hintOf({})).toContain('EGRESS_PROXY_RESOLVES=proxy')
    expect((await hintOf({})).length).toBeLessThan(520)
    expect(await hintOf({ bypass: rules(host) })).not.toContain('EGRESS_PROXY')
  })
})
