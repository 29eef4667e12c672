import { spawn } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { buffer, text } from 'node:stream/consumers'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { type Answer, held, inTurn, json } from '../../test/support/receiver.ts'
import { freePort } from '../../testkit/free-port.ts'
import { listen } from '../../testkit/listen.ts'
import { run } from './support/run.ts'
import { callbackSecret, copyRecipe, engineCredentials, world } from './support/world.ts'

/** With what shells like to change. */
const leadId = 'L-7 "a\\b"\n$HOME'
const created = json(201, { id: leadId })

/** Runs `flow.sh` of a world. */
async function runFlow(answer: Answer, instance: string) {
  const { url, here, received } = await world(answer)
  const cwd = await copyRecipe('curl', here)
  const ended = await run('./flow.sh', [instance], { cwd, env: { WEBHOOK_NODE_URL: url } })
  return { ended, received }
}

/** Runs `call-node.sh` with the node of the recipe. */
async function callNode(url: string, here: (text: string) => string, env: Record<string, string> = {}) {
  const cwd = await copyRecipe('curl', here)
  const args = ['lead.json', 'payload.json', 'instance-1-lead']
  return await run('./call-node.sh', args, { cwd, env: { WEBHOOK_NODE_URL: url, ...env } })
}

describe('flow.sh', () => {
  it('follows yes, and hands what was captured to the next node', async () => {
    const { ended, received } = await runFlow(created, 'instance-1')

    expect(ended).toEqual({ status: 0, stdout: 'greeted: yes\n', stderr: '' })
    expect(received.map(({ body }) => JSON.parse(String(body)))).toEqual([
      { email: 'ada@example.com' },
      { lead: leadId, text: 'Welcome, Ada' },
    ])
    expect(received.flatMap(({ rawHeaders }) => rawHeaders)).toEqual(
      expect.arrayContaining(['instance-1-lead', 'instance-1-welcome']),
    )
  })

  it.each([
    [404, 'no lead: The node expects status 2xx and got status 404.\n'],
    [410, 'the profile leaves the flow\n'],
  ])('ends by another branch on status %s', async (status, stdout) => {
    const { ended, received } = await runFlow(json(status, {}), 'instance-1')

    expect(ended).toEqual({ status: 0, stdout, stderr: '' })
    expect(received).toHaveLength(1)
  })
})

describe('call-node.sh', () => {
  it('waits while the service has no room', async () => {
    const first = held(created)
    const { url, here, log, received } = await world(inTurn(first.answer, created), {
      settings: { MAX_IN_FLIGHT: '1' },
    })
    const before = callNode(url, here)
    await vi.waitFor(() => expect(received).toHaveLength(1))

    const ended = callNode(url, here)
    await vi.waitFor(() => expect(log.some(({ code }) => code === 'overloaded')).toBe(true))
    first.release()

    expect((await before).status).toBe(0)
    expect(JSON.parse((await ended).stdout)).toMatchObject({ branch: 'yes', captured: { leadId } })
  })

  it('says with 65 that the node is wrong, and shows where', async () => {
    const { url, received } = await world(created)

    const { status, stderr } = await callNode(url, (text) => text.replace('https://', 'http://'))

    expect(status).toBe(65)
    expect(JSON.parse(stderr).errors).toMatchObject([{ path: '/node/url' }])
    expect(received).toEqual([])
  })

  it('says with 75 that it may be called again, where nothing listens', async () => {
    const { port, close } = await listen(createServer())
    await close()

    expect((await callNode(`http://127.0.0.1:${port}`, String)).status).toBe(75)
  })

  it('sends the API key, and says with 77 that it is wrong', async () => {
    const { url, here } = await world(created, { settings: { API_KEYS: 'engine:a-key-of-the-engine' } })

    const right = await callNode(url, here, { WEBHOOK_NODE_KEY: 'a-key-of-the-engine' })
    const wrong = await callNode(url, here, { WEBHOOK_NODE_KEY: 'a-key-of-no-one-here' })

    expect([right.status, wrong.status]).toEqual([0, 77])
    expect(JSON.parse(wrong.stderr).code).toBe('unauthorized')
  })

  it.each([
    ['the page of a proxy', (response) => response.writeHead(503).end('<h1>503</h1>')],
    ['a connection that broke', (response) => response.destroy()],
    ['no answer in time', () => {}],
  ] satisfies [string, (response: ServerResponse) => void][])(
    'says with 69 that it is open whether the target was called: %s',
    async (_what, answer) => {
      let requests = 0
      const server = createServer((_request, response) => {
        requests += 1
        answer(response)
      })
      const { port, close } = await listen(server)
      onTestFinished(close)

      const { status } = await callNode(`http://127.0.0.1:${port}`, String, { DEADLINE_MS: '100' })

      expect([status, requests]).toEqual([69, 1])
    },
  )
})

/** Runs resume.sh as a web server runs a CGI program. Resolves with the status. */
async function resume(cwd: string, env: Record<string, string>, headers: IncomingHttpHeaders, body: Buffer) {
  const named = Object.entries(headers).map(([name, value]) => [
    `HTTP_${name.toUpperCase().replaceAll('-', '_')}`,
    String(value),
  ])
  const { PATH = '' } = process.env
  const child = spawn('sh', ['resume.sh'], {
    cwd,
    env: { PATH, CONTENT_LENGTH: String(body.length), ...Object.fromEntries(named), ...env },
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  child.stdin.on('error', () => {})
  child.stdin.end(body)
  return Number(/^Status: (\d+) /.exec(await text(child.stdout))?.[1])
}

it('durable-flow.sh goes on when it is called back, once', async () => {
  const enginePort = await freePort()
  const { url, here, received } = await world(created, { enginePort })
  const cwd = await copyRecipe('curl', here)
  const env = { WEBHOOK_NODE_URL: url, CALLBACK_SECRET: callbackSecret }
  const { cert, key } = await engineCredentials()
  const statuses: number[] = []
  const server = createTlsServer(
    { cert: await readFile(cert), key: await readFile(key) },
    async (request, response) => {
      const body = await buffer(request)
      for (const came of [body, body, Buffer.concat([body, Buffer.from(' ')])])
        statuses.push(await resume(cwd, env, request.headers, came))
      response.writeHead(204).end()
    },
  ).listen(enginePort, '127.0.0.1')
  onTestFinished(() => void server.close())

  const ended = await run('./durable-flow.sh', ['curl-1'], { cwd, env })
  expect(ended).toMatchObject({
    status: 0,
    stderr: '',
    stdout: expect.stringMatching(/^[\w-]{36} waiting\n$/),
  })

  const reply = await vi.waitUntil(() => readFile(`${cwd}/state/curl-1.reply`, 'utf8').catch(() => ''), {
    timeout: 30_000,
  })
  await vi.waitFor(() => expect(received).toHaveLength(2), { timeout: 30_000 })
  expect(JSON.parse(reply)).toMatchObject({ branch: 'yes', correlationId: 'curl-1-welcome' })
  expect(JSON.parse(String(received[1]?.body))).toEqual({ lead: leadId, text: 'Welcome, Ada' })
  await vi.waitFor(() => expect(statuses).toEqual([204, 204, 401]))
})

describe('resume.sh', () => {
  // Signed by the library of the standard: https://www.standardwebhooks.com
  it('takes what is signed, and nothing else', async () => {
    const { Webhook } = await import('standardwebhooks')
    const cwd = await copyRecipe('curl', String)
    const body = Buffer.from('{"branch":"yes","token":"../é"}')
    const now = Math.floor(Date.now() / 1_000)
    const headersAt = (at: number, secret: string) => ({
      'webhook-id': 'e-1',
      'webhook-timestamp': String(at),
      'webhook-signature': `v1,AAAA ${new Webhook(secret).sign('e-1', new Date(at * 1_000), String(body))}`,
    })
    const statusOf = (headers: IncomingHttpHeaders, secret = callbackSecret) =>
      resume(cwd, { CALLBACK_SECRET: secret }, headers, body)

    for (const length of [24, 32, 64]) {
      const secret = `whsec_${Buffer.alloc(length, 0xa7).toString('base64')}`
      // Signed, and no name of a file.
      expect(await statusOf(headersAt(now, secret), secret)).toBe(400)
      expect(await statusOf(headersAt(now, callbackSecret), secret)).toBe(401)
    }
    expect(await statusOf(headersAt(now - 600, callbackSecret))).toBe(401)
    expect(await statusOf({ ...headersAt(now, callbackSecret), 'webhook-id': 'e-2' })).toBe(401)
    for (const timestamp of ['', '0', '1e9', '-5', '$(id)', '99999999999999999999'])
      expect(await statusOf({ ...headersAt(now, callbackSecret), 'webhook-timestamp': timestamp })).toBe(401)
    expect(await statusOf({})).toBe(401)
  })
})
