import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { buildApp } from '../../../src/http/app.ts'
import { createLogger } from '../../../src/logging/logger.ts'
import { readSettings } from '../../../src/settings/settings.ts'
import { testEgressClient } from '../../support/egress-client.ts'
import { emptyConnectionStore } from '../../support/empty-connection-store.ts'
import { emptySecretStore } from '../../support/empty-secret-store.ts'
import { rawClient, writeHead } from '../../support/raw-client.ts'

/** Reads each request for a short time only, and takes one at a time. */
async function hastyService() {
  const app = await buildApp({
    ...readSettings({ MAX_IN_FLIGHT: '1' }),
    requestTimeoutMs: 200,
    egressClient: testEgressClient(),
    secrets: emptySecretStore,
    connections: emptyConnectionStore,
    clients: null,
    spanExporter: null,
    log: createLogger('silent'),
  })
  onTestFinished(() => app.close())
  return await app.listen({ port: 0, host: '127.0.0.1' })
}

describe('a client that drips its request', () => {
  it('is refused, loses its connection and makes room for another one', async () => {
    const url = await hastyService()
    const preview = () => fetch(`${url}/v1/preview`, { method: 'POST' }).then(({ status }) => status)
    const client = await rawClient(url, { isStubborn: true })

    client.write(writeHead('POST', '/v1/execute', 10_000))
    await vi.waitUntil(async () => (await preview()) === 503)
    const dripping = setInterval(() => client.write(' '), 20)
    onTestFinished(() => clearInterval(dripping))

    expect(await client.until('\r\n\r\n{')).toMatch(/^HTTP\/1.1 400/)
    await vi.waitUntil(async () => (await preview()) === 400, { timeout: 5_000 })
  })
})
