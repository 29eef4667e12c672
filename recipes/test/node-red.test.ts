import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { request } from 'node:https'
import { join } from 'node:path'
import { Webhook } from 'standardwebhooks'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { held, inTurn, json } from '../../test/support/receiver.ts'
import { authority } from '../../test/support/servers.ts'
import { freePort } from '../../testkit/free-port.ts'
import { listen } from '../../testkit/listen.ts'
import { nodeRed } from './support/node-red.ts'
import { callbackSecret, copyRecipe, engineCredentials, world } from './support/world.ts'

type Flow = readonly Readonly<Record<string, unknown>>[]

const created = json(201, { id: 'L-7' })
const profile = { email: 'ada@example.com', first_name: 'Ada' }

async function readFlow(file: string, here: (text: string) => string): Promise<Flow> {
  return JSON.parse(await readFile(join(await copyRecipe('node-red', here), file), 'utf8'))
}

/** The first node of the example, as an HTTP service that says which output a message took. */
function asService(flow: Flow): Flow {
  const outputs = ['yes', 'no', 'exit', 'else']
  return [
    ...flow,
    { id: 'test', type: 'tab', label: 'test' },
    { id: 'in', type: 'http in', z: 'test', url: '/run', method: 'post', wires: [['instance']] },
    {
      id: 'instance',
      type: 'function',
      z: 'test',
      func: `return { ...msg, ...msg.payload, url: 'http://127.0.0.1:1/', method: 'DELETE', headers: { 'content-length': '3' } }`,
      outputs: 1,
      wires: [['node']],
    },
    {
      ...flow.find(({ id }) => id === 'example-lead'),
      id: 'node',
      z: 'test',
      wires: outputs.map((name) => [`take-${name}`]),
    },
    ...outputs.map((name) => ({
      id: `take-${name}`,
      type: 'function',
      z: 'test',
      func: `const { req, res, ...rest } = msg; return { req, res, payload: { output: '${name}', msg: rest } }`,
      outputs: 1,
      wires: [['out']],
    })),
    { id: 'out', type: 'http response', z: 'test', statusCode: '200', wires: [] },
    { id: 'caught', type: 'catch', z: 'test', scope: null, wires: [['warn']] },
    { id: 'warn', type: 'function', z: 'test', func: `node.warn('caught twice')`, outputs: 0, wires: [] },
  ]
}

async function runNode(url: string, body: object = { payload: { profile } }) {
  const response = await fetch(`${url}/run`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  return {
    status: response.status,
    ...((await response.json()) as { output: string; msg: Record<string, unknown> }),
  }
}

it('the flow goes from a lead to a greeting, with what was captured', async () => {
  const { url, here, received } = await world(created)
  const engine = await nodeRed(await readFlow('flow.json', here), { env: { WEBHOOK_NODE_URL: url } })

  await fetch(`${engine.url}/inject/example-start`, { method: 'POST' })
  await vi.waitFor(() => expect(received).toHaveLength(2))

  expect(received.map(({ body }) => JSON.parse(String(body)))).toEqual([
    { email: 'ada@example.com' },
    { lead: 'L-7', text: 'Welcome, Ada' },
  ])
  const keys = received.map(({ rawHeaders }) => rawHeaders[rawHeaders.indexOf('Idempotency-Key') + 1])
  expect(keys).toEqual([
    expect.stringMatching(/^[0-9a-f]+-example-lead$/),
    expect.stringMatching(/-example-welcome$/),
  ])
})

describe('the node', () => {
  /** The node of the recipe, in a Node-RED with this environment. */
  async function node(here: (text: string) => string, env: Readonly<Record<string, string>>) {
    return await nodeRed(asService(await readFlow('flow.json', here)), { env })
  }

  it('follows the branch, and keeps the message', async () => {
    const answers = [created, json(404, {}), json(410, {})] as const
    const { url, here } = await world(inTurn(...answers))
    const engine = await node(here, { WEBHOOK_NODE_URL: url })

    for (const output of ['yes', 'no', 'exit']) {
      const reply = await runNode(engine.url, { payload: { profile }, instance: 'order-1', vars: { a: 1 } })
      expect(reply).toMatchObject({
        status: 200,
        output,
        msg: {
          payload: { profile },
          vars: { a: 1 },
          url: 'http://127.0.0.1:1/',
          webhook: { branch: output, correlationId: 'order-1-node' },
        },
      })
    }
    expect(engine.output()).not.toContain('caught twice')
  })

  it('waits while the service has no room', async () => {
    const first = held(created)
    const { url, here, log, received } = await world(first.answer, { settings: { MAX_IN_FLIGHT: '1' } })
    const engine = await node(here, { WEBHOOK_NODE_URL: url })
    const before = runNode(engine.url)
    await vi.waitFor(() => expect(received).toHaveLength(1))

    const after = runNode(engine.url)
    await vi.waitFor(() => expect(log.some(({ code }) => code === 'overloaded')).toBe(true))
    first.release()

    expect([(await before).output, (await after).output]).toEqual(['yes', 'yes'])
  })

  it('takes else for a node that is wrong, and says where', async () => {
    const { url } = await world(created)
    const engine = await node((text) => text.replaceAll('https://', 'http://'), { WEBHOOK_NODE_URL: url })

    expect(await runNode(engine.url)).toMatchObject({
      output: 'else',
      msg: { webhook: { code: 'invalid_request', errors: [{ path: '/node/url' }] } },
    })
  })

  it.each([
    ['a-key-of-the-engine', 'yes', { branch: 'yes' }],
    ['a-key-of-no-one-here', 'else', { code: 'unauthorized' }],
  ])('sends the API key: with %s it takes %s', async (key, output, webhook) => {
    const { url, here } = await world(created, { settings: { API_KEYS: 'engine:a-key-of-the-engine' } })
    const engine = await node(here, { WEBHOOK_NODE_URL: url, WEBHOOK_NODE_KEY: key })

    expect(await runNode(engine.url)).toMatchObject({ output, msg: { webhook } })
  })

  it('takes else once, where the answer is not that of the service or does not come', async () => {
    let requests = 0
    const { port, close } = await listen(
      createServer((_request, response) => {
        requests += 1
        if (requests === 1) response.writeHead(503, { 'retry-after': '1' }).end('<h1>503</h1>')
        if (requests === 2) response.destroy()
      }),
    )
    onTestFinished(close)
    const soon = (text: string) => text.replaceAll('"15000"', '"100"')
    const engine = await node(soon, { WEBHOOK_NODE_URL: `http://127.0.0.1:${port}` })

    const replies = [await runNode(engine.url), await runNode(engine.url), await runNode(engine.url)]

    expect(requests).toBe(3)
    for (const { output, msg } of replies)
      expect([output, msg.webhook]).toMatchObject(['else', { code: 'no_reply', delivered: 'maybe' }])
    expect(engine.output()).not.toContain('caught twice')
  })

  it('takes else where nothing listens for longer', async () => {
    const engine = await node(String, { WEBHOOK_NODE_URL: `http://127.0.0.1:${await freePort()}` })

    const { output, msg } = await runNode(engine.url)

    expect([output, msg.webhook]).toMatchObject(['else', { code: 'no_reply', delivered: 'no' }])
    expect(engine.output()).not.toContain('caught twice')
  })
})

describe('the flow with a callback', () => {
  async function start() {
    const port = await freePort()
    const { url, here } = await world(created, { enginePort: port })
    const flow = await readFlow('durable-flow.json', here)
    const printing = flow.map((node) => (node.type === 'debug' ? { ...node, console: true } : node))
    const env = { WEBHOOK_NODE_URL: url, CALLBACK_SECRET: callbackSecret }
    return { port, ...(await nodeRed(printing, { env, port, https: await engineCredentials() })) }
  }

  it('goes on with what was captured', async () => {
    const { port, output } = await start()

    await post(port, '/inject/durable-start')

    await vi.waitFor(() => expect(output()).toContain('[debug:yes]'))
    expect(output()).toMatch(/vars: \{ leadId: 'L-7' \}/)
    expect(output()).toMatch(/payload: \{\s+profile: \{ email: 'ada@example.com'/)
  })

  it('believes only what is signed, and goes on once', async () => {
    const { port, output } = await start()
    await post(port, '/inject/durable-start')
    await vi.waitFor(() => expect(output()).toContain('[debug:yes]'))
    const token = /_msgid: '([0-9a-f]+)'/.exec(output())?.[1]
    const body = JSON.stringify({ token, branch: 'no' })
    const now = new Date()
    const signed = (signature: string, at = now) => ({
      'content-type': 'application/json',
      'webhook-id': 'e-1',
      'webhook-timestamp': String(Math.floor(at.getTime() / 1_000)),
      'webhook-signature': signature,
    })
    const right = new Webhook(callbackSecret).sign('e-1', now, body)
    const before = new Date(now.getTime() - 600_000)
    const old = new Webhook(callbackSecret).sign('e-1', before, body)

    expect([
      await post(port, '/resume', signed(right), body),
      await post(port, '/resume', signed(right), body.replace('no', 'yes')),
      await post(port, '/resume', signed(old, before), body),
      await post(port, '/resume', { 'content-type': 'application/json' }, body),
    ]).toEqual([204, 401, 401, 401])
    expect(output()).not.toContain('[debug:no]')
  })
})

/** Posts to a Node-RED that listens with TLS, and returns the status. */
function post(
  port: number,
  path: string,
  headers: Readonly<Record<string, string>> = {},
  body = '',
): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>()
  const options = { port, path, method: 'POST', headers, ca: authority.pem, servername: 'engine.test' }
  request(options, (response) => response.resume().on('end', () => resolve(response.statusCode ?? 0)))
    .on('error', reject)
    .end(body)
  return promise
}
