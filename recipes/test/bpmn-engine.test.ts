import { existsSync } from 'node:fs'
import { symlink } from 'node:fs/promises'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { type Answer, held, json } from '../../test/support/receiver.ts'
import { freePort } from '../../testkit/free-port.ts'
import { listen } from '../../testkit/listen.ts'
import { run } from './support/run.ts'
import { callbackSecret, copyRecipe, engineCredentials, world } from './support/world.ts'

const created = json(201, { id: 'L-7' })
const packages = join(import.meta.dirname, '../node_modules')

/** The recipe in a folder of its own, and how to run it. */
async function recipe(here: (text: string) => string, env: Readonly<Record<string, string>>) {
  const cwd = await copyRecipe('bpmn-engine', here)
  await symlink(packages, join(cwd, 'node_modules'))
  await symlink(join(packages, '../package.json'), join(cwd, 'package.json'))
  return { cwd, run: () => run('node', ['run.js', 'instance-1'], { cwd, env }) }
}

async function runOnce(answer: Answer) {
  const { url, here, received } = await world(answer)
  const { run: runFlow } = await recipe(here, { WEBHOOK_NODE_URL: url })
  return { ...(await runFlow()), received }
}

describe('flow.bpmn', () => {
  it('follows yes, and hands what was captured to the next node', async () => {
    const { stdout, stderr, received } = await runOnce(created)

    expect([stderr, stdout]).toEqual(['', 'ends at greeted\n'])
    expect(received.map(({ body }) => JSON.parse(String(body)))).toEqual([
      { email: 'ada@example.com' },
      { lead: 'L-7', text: 'Welcome, Ada' },
    ])
  })

  it.each([
    [404, 'ends at no-lead\n'],
    [410, 'ends at left\n'],
  ])('ends by another branch on status %s', async (status, printed) => {
    const { stdout, stderr } = await runOnce(json(status, {}))

    expect([stderr, stdout]).toEqual(['', printed])
  })

  it('waits while the service has no room', async () => {
    const first = held(created)
    const { url, here, log, received } = await world(first.answer, { settings: { MAX_IN_FLIGHT: '1' } })
    const { run: runFlow } = await recipe(here, { WEBHOOK_NODE_URL: url })
    const before = runFlow()
    await vi.waitFor(() => expect(received).toHaveLength(1))

    const { run: runOther } = await recipe(here, { WEBHOOK_NODE_URL: url })
    const after = runOther()
    await vi.waitFor(() => expect(log.some(({ code }) => code === 'overloaded')).toBe(true))
    first.release()

    expect([(await before).stdout, (await after).stdout]).toEqual(['ends at greeted\n', 'ends at greeted\n'])
  })

  it('keeps the process where the service gives no branch, and goes on with the same key', async () => {
    const { url, here, received } = await world(created, {
      settings: { API_KEYS: 'engine:a-key-of-the-engine' },
    })
    const env = { WEBHOOK_NODE_URL: url, WEBHOOK_NODE_KEY: 'a-key-of-no-one-here' }
    const { run: runFlow } = await recipe(here, env)

    const held = await runFlow()
    env.WEBHOOK_NODE_KEY = 'a-key-of-the-engine'
    const mended = await runFlow()

    expect(held.stdout).toMatch(/^waits for a person: unauthorized /)
    expect([mended.stderr, mended.stdout]).toEqual(['', 'ends at greeted\n'])
    expect(received[0]?.rawHeaders).toContain('instance-1-lead')
  })

  it('shows a person what is wrong with a node', async () => {
    const { url } = await world(created)
    const { run: runFlow } = await recipe((text) => text.replaceAll("'https://r", "'http://r"), {
      WEBHOOK_NODE_URL: url,
    })

    const { stdout } = await runFlow()

    expect(stdout).toMatch(/^waits for a person: invalid_request /)
    expect(stdout).toContain('/node/url')
  })

  it('has a person look at the target where a proxy answered', async () => {
    let requests = 0
    const proxy = createServer((_request, response) => {
      requests += 1
      response.writeHead(502).end('<h1>502</h1>')
    })
    const { port, close } = await listen(proxy)
    onTestFinished(close)
    const { run: runFlow } = await recipe(String, { WEBHOOK_NODE_URL: `http://127.0.0.1:${port}` })

    const { stdout } = await runFlow()

    expect([requests, stdout]).toEqual([1, expect.stringMatching(/^waits for a person: no_reply /)])
  })
})

describe('durable-flow.bpmn', () => {
  it('goes on from its state when it is called back', async () => {
    const enginePort = await freePort()
    const target = held(created)
    const { url, here, received } = await world(target.answer, { enginePort })
    const { cert, key } = await engineCredentials()
    const { cwd } = await recipe(here, {})
    const env = {
      WEBHOOK_NODE_URL: url,
      CALLBACK_SECRET: callbackSecret,
      PORT: String(enginePort),
      TLS_CERT: cert,
      TLS_KEY: key,
    }

    const running = run('node', ['durable-run.js', 'instance-1'], { cwd, env })
    await vi.waitFor(() => expect(existsSync(join(cwd, 'state-instance-1.json'))).toBe(true))
    await vi.waitFor(() => expect(received).toHaveLength(1))
    target.release()

    expect(await running).toEqual({ status: 0, stdout: 'waits\nends at created\n', stderr: '' })
    expect(existsSync(join(cwd, 'state-instance-1.json'))).toBe(false)
  })

  it('ends where the service does not accept the node', async () => {
    const { url, here } = await world(created)
    const { cert, key } = await engineCredentials()
    const { cwd } = await recipe(here, {})
    const env = { WEBHOOK_NODE_URL: url, PORT: '0', TLS_CERT: cert, TLS_KEY: key }

    const { stdout } = await run('node', ['durable-run.js', 'instance-1'], { cwd, env })

    expect(stdout).toBe('ends at refused\n')
  })
})
