import { createServer } from 'node:net'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import type { PreviewReply } from '../src/contract/execution.ts'
import { listen } from '../testkit/listen.ts'
import { silent } from '../testkit/raw-server.ts'
import { runToEnd, startProcess, startProcessAmongServers } from './support/process.ts'
import { json } from './support/receiver.ts'
import { rawServer, receiver } from './support/servers.ts'

function execute(url: string, node: object): Promise<Response> {
  return fetch(`${url}/v1/execute`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ node }),
  })
}

describe('the process', () => {
  it('exits with 2 when settings are wrong, and names them all', async () => {
    const { code, output } = await runToEnd('main.ts', {
      PORT: 'eighty',
      LOG_LEVEL: 'loud',
      SECRETS_FILE: '/no',
      CONNECTIONS_FILE: '/no',
      EGRESS_CA_FILE: '/no',
    })

    expect(code).toBe(2)
    expect(output.match(/^ {2}\w+/gm)).toEqual([
      '  PORT',
      '  LOG_LEVEL',
      '  SECRETS_FILE',
      '  CONNECTIONS_FILE',
      '  EGRESS_CA_FILE',
    ])
  })

  it('exits with 2 rather than listen beyond loopback without keys', async () => {
    const { code, output } = await runToEnd('main.ts', { HOST: '0.0.0.0', PORT: '0' })

    expect(code).toBe(2)
    expect(output).toContain('neither API_KEYS nor API_KEYS_FILE is set')
  })

  it('starts without keys on loopback and says so', async () => {
    const { output } = await startProcess()

    await vi.waitUntil(() => output().includes('clients need no key'))
  })

  it.each(['America/New_York', 'Pacific/Chatham'])(
    'has dates in UTC where the machine is in %s',
    async (TZ) => {
      const { url } = await startProcess({ TZ })
      // Among them hours that New York skips, and tells twice.
      const dates = ['2026-05-01T10:00:00', '2026-05-01 10:00', '2026-03-08T02:30:00', '2026-11-01T06:30:00Z']
      const query = dates.map((value) => ({ name: 'd', value: `{{ "${value}" | date: "%d %H:%M %z" }}` }))

      const reply = await fetch(`${url}/v1/preview`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ node: { method: 'GET', url: 'https://hooks.example/', query } }),
      })

      const { request } = (await reply.json()) as PreviewReply
      expect(new URL(request?.url ?? '').searchParams.getAll('d')).toEqual([
        ...['01 10:00 +0000', '01 10:00 +0000', '08 02:30 +0000', '01 06:30 +0000'],
      ])
    },
  )

  it('exits with 1 and a clear line when its port is taken', async () => {
    const { port, close } = await listen(createServer())
    onTestFinished(close)

    const { code, output } = await runToEnd('main.ts', { PORT: String(port) })

    expect(code).toBe(1)
    expect(output).toContain(`cannot listen on 127.0.0.1 port ${port}`)
  })

  it('uses no proxy that the environment names, and says so once', async () => {
    const [proxy, target] = [await rawServer(silent), await receiver(json(200, {}))]
    const password = 'pr0xy-passw0rd'
    const { url, output } = await startProcessAmongServers({
      HTTPS_PROXY: `http://user:${password}@127.0.0.1:${proxy.port}`,
      NODE_USE_ENV_PROXY: '1',
    })

    const response = await execute(url, { method: 'GET', url: `https://127.0.0.1:${target.port}/` })

    expect(await response.json()).toMatchObject({ branch: 'success' })
    expect(proxy.connections()).toBe(0)
    expect(output().match(/ignored: HTTPS_PROXY, NODE_USE_ENV_PROXY/g)).toHaveLength(1)
    expect(output()).not.toContain(password)
  })

  it('never calls itself on a port that the system assigned', async () => {
    const { url } = await startProcess({ EGRESS_ALLOW: '127.0.0.0/8' })

    const response = await execute(url, { method: 'GET', url: url.replace('http:', 'https:') })

    expect(await response.json()).toMatchObject({ reason: { code: 'address_denied' } })
  })
})

describe('the warm-up of the image', () => {
  it('starts the service on a free port, visits its pages and ends', async () => {
    const { code, output } = await runToEnd('warm-up.ts', { PORT: '0' })

    expect(output).toContain('listening on')
    expect(code).toBe(0)
  })
})

describe('the health check of the image', () => {
  it('exits with 0 when the service is up', async () => {
    const { url } = await startProcess()

    expect(await runToEnd('healthcheck.ts', { PORT: new URL(url).port })).toMatchObject({ code: 0 })
  })

  it('exits with 0 when the service listens everywhere', async () => {
    const env = { HOST: '0.0.0.0', AUTH: 'off' }
    const { url } = await startProcess(env)

    expect(await runToEnd('healthcheck.ts', { ...env, PORT: new URL(url).port })).toMatchObject({ code: 0 })
  })

  it('exits with 1 when nothing listens', async () => {
    const { port, close } = await listen(createServer())
    await close()

    expect(await runToEnd('healthcheck.ts', { PORT: String(port) })).toMatchObject({ code: 1 })
  })
})
