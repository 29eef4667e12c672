import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { startApp } from '../../support/app.ts'
import { rawClient, writeHead } from '../../support/raw-client.ts'

/** Reads each request for a short time only, and takes one at a time. */
const hastyService = () => startApp({ requestTimeoutMs: 200 }, { MAX_IN_FLIGHT: '1' })

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
    await vi.waitUntil(async () => (await preview()) === 400)
  })
})
