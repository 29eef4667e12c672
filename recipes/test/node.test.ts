import { createServer } from 'node:http'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { createClient } from '../../clients/typescript/src/index.ts'
import { held, json } from '../../test/support/receiver.ts'
import { freePort } from '../../testkit/free-port.ts'
import { listen } from '../../testkit/listen.ts'
import { readCallback } from '../node/callback.ts'
import { takeStep } from '../node/step.ts'
import { run } from './support/run.ts'
import { callbackSecret, copyRecipe, engineCredentials, world } from './support/world.ts'

const created = json(201, { id: 'L-7' })
const step = (url: string) => ({
  instance: 'instance-1',
  activity: 'lead',
  node: { method: 'POST', url } as const,
  payload: { profile: { email: 'ada@example.com' } },
})

it('flow.ts follows yes, and hands what was captured to the next node', async () => {
  const { url, here, received } = await world(created)
  const cwd = await copyRecipe('node', here)

  const { stdout, stderr } = await run('node', ['flow.ts', 'instance-1'], {
    cwd,
    env: { WEBHOOK_NODE_URL: url },
  })

  expect([stderr, stdout]).toEqual(['', "greeted: { action: 'follow', branch: 'yes', captured: {} }\n"])
  expect(received.map(({ body }) => JSON.parse(String(body)))).toEqual([
    { email: 'ada@example.com' },
    { lead: 'L-7', text: 'Welcome, Ada' },
  ])
  expect(received[1]?.rawHeaders).toContain('instance-1-welcome')
})

it('flow.ts ends with 1 if a node could not be executed', async () => {
  const { url, here, received } = await world(created, {
    settings: { API_KEYS: 'engine:a-key-of-the-engine' },
  })
  const cwd = await copyRecipe('node', here)

  const { status, stdout } = await run('node', ['flow.ts', 'node-1'], { cwd, env: { WEBHOOK_NODE_URL: url } })

  expect([status, stdout]).toEqual([1, "no lead: { action: 'tell the operator', code: 'unauthorized' }\n"])
  expect(received).toEqual([])
})

describe('takeStep', () => {
  const target = 'https://receiver.test:8443/v1/leads'

  it('tells the author what is wrong with the node', async () => {
    const { url } = await world(created)

    expect(await takeStep(createClient({ baseUrl: url }), step('http://receiver.test/'))).toMatchObject({
      action: 'tell the author',
      errors: [expect.stringMatching(/^\/node\/url: .*https/)],
    })
  })

  it('tells the operator that the key is wrong', async () => {
    const { url } = await world(created, { settings: { API_KEYS: 'engine:a-key-of-the-engine' } })
    const client = createClient({ baseUrl: url, apiKey: 'a-key-of-no-one-here' })

    expect(await takeStep(client, step(target))).toEqual({
      action: 'tell the operator',
      code: 'unauthorized',
    })
  })

  it('waits as long as the service asks for', async () => {
    const first = held(created)
    const { url, here, received } = await world(first.answer, { settings: { MAX_IN_FLIGHT: '1' } })
    const client = createClient({ baseUrl: url, attempts: 1 })
    const under = takeStep(client, step(here(target)))
    await vi.waitFor(() => expect(received).toHaveLength(1))

    expect(await takeStep(client, step(here(target)))).toEqual({ action: 'wait', ms: 1_000 })

    first.release()
    expect(await under).toMatchObject({ action: 'follow', branch: 'success' })
  })

  it('waits while nothing listens', async () => {
    const client = createClient({ baseUrl: `http://127.0.0.1:${await freePort()}`, initialDelayMs: 0 })

    expect(await takeStep(client, step(target))).toEqual({ action: 'wait', ms: 60_000 })
  })

  it('has a person look at the target where it may have been called', async () => {
    const { port, close } = await listen(createServer((_request, response) => response.destroy()))
    onTestFinished(close)

    expect(await takeStep(createClient({ baseUrl: `http://127.0.0.1:${port}` }), step(target))).toEqual({
      action: 'look at the target',
      code: 'connection_lost',
    })
  })
})

it('durable-flow.ts goes on when it is called back', async () => {
  const enginePort = await freePort()
  const { url, here } = await world(created, { enginePort })
  const cwd = await copyRecipe('node', here)
  const { cert, key } = await engineCredentials()
  const env = {
    WEBHOOK_NODE_URL: url,
    CALLBACK_SECRET: callbackSecret,
    TLS_CERT: cert,
    TLS_KEY: key,
    PORT: String(enginePort),
  }

  const { stdout, stderr } = await run('node', ['durable-flow.ts', 'instance-1'], { cwd, env })

  expect(stderr).toBe('')
  expect(stdout.split('\n').toSorted()).toEqual([
    '',
    "instance-1 goes on behind lead: yes { leadId: 'L-7' }",
    'instance-1 waits',
  ])
})

describe('readCallback', () => {
  // Signed by the libraries of the standard: https://www.standardwebhooks.com
  it('reads what is signed, and nothing else', async () => {
    const { Webhook } = await import('standardwebhooks')
    const body = Buffer.from('{"branch":"yes","token":"é"}')
    const now = new Date()
    const headersAt = (at: Date, secret = callbackSecret) => ({
      'webhook-id': 'e-1',
      'webhook-timestamp': String(Math.floor(at.getTime() / 1_000)),
      'webhook-signature': `v1,AAAA ${new Webhook(secret).sign('e-1', at, String(body))}`,
    })
    const read = (headers: Record<string, string>, came = body) => readCallback(headers, came, callbackSecret)

    expect(read(headersAt(now))).toEqual({ branch: 'yes', token: 'é' })
    expect(read(headersAt(now), Buffer.from('{"branch":"no"}'))).toBeNull()
    expect(read(headersAt(now, `whsec_${Buffer.alloc(32, 8).toString('base64')}`))).toBeNull()
    expect(read(headersAt(new Date(now.getTime() - 600_000)))).toBeNull()
    expect(read({ ...headersAt(now), 'webhook-id': 'e-2' })).toBeNull()
    expect(read({})).toBeNull()
  })
})
