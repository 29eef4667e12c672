import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { held, json } from '../../test/support/receiver.ts'
import { freePort } from '../../testkit/free-port.ts'
import { listen } from '../../testkit/listen.ts'
import { makeTemplate } from '../camunda-8/template.ts'
import { connectorTask } from './support/connector-task.ts'
import { world } from './support/world.ts'

/** Requires a package of recipes/package.json. */
const fromRecipes = createRequire(join(import.meta.dirname, '../package.json'))
const file = join(import.meta.dirname, '../camunda-8/webhook.json')

const created = json(201, { id: 'L-7' })
const variables = { orderId: 'order-1', profile: { email: 'ada@example.com' } }
const lead = {
  'node.url': 'https://receiver.test:8443/v1/leads',
  'node.body':
    '={ structure: "simple", fields: [{ name: "email", value: "{{ profile.email }}" }, { name: "a", value: "{{ vars.a }}" }] }',
  'node.capture': '={ leadId: "{{ response.json.id }}" }',
  'node.timeoutMs': '=5000',
}

describe('the element template', () => {
  it('is what the schema of a node makes it; `npm run openapi` writes it', async () => {
    expect(await readFile(file, 'utf8')).toBe(`${JSON.stringify(makeTemplate(), null, 2)}\n`)
  })

  it('is one for Camunda 8', async () => {
    const { validateZeebe } = fromRecipes('@bpmn-io/element-templates-validator')

    expect(validateZeebe(makeTemplate())).toMatchObject({ valid: true })
    expect(validateZeebe({ ...makeTemplate(), elementType: {} })).toMatchObject({ valid: false })
  })
})

describe('a task with the template', () => {
  /** The task with the address of the service and of the receiver. */
  const run = (url: string, here: (text: string) => string, values: object = {}, known: object = {}) =>
    connectorTask(
      { ...JSON.parse(here(JSON.stringify(lead))), url: `${url}/v1/execute`, ...values },
      { ...variables, ...known },
    )

  it.each([
    [201, 'yes', { leadId: 'L-7' }],
    [404, 'no', { leadId: null }],
  ])('follows the branch and merges what was captured: %s', async (status, branch, captured) => {
    const { url, here, received } = await world(json(status, status === 201 ? { id: 'L-7' } : {}))

    const ended = await run(url, here, {}, { vars: { a: 1 } })

    expect(ended).toMatchObject({
      kind: 'completed',
      variables: { webhook: { branch }, vars: { a: 1, ...captured } },
    })
    expect(JSON.parse(String(received[0]?.body))).toEqual({ email: 'ada@example.com', a: 1 })
    expect(received[0]?.rawHeaders).toContain('order-1-lead')
  })

  it('takes exit where the author says so', async () => {
    const { url, here } = await world(json(404, {}))

    expect(await run(url, here, { 'node.onError': 'exit' })).toMatchObject({
      variables: { webhook: { branch: 'exit' }, vars: {} },
    })
  })

  it('waits two seconds longer than the service', async () => {
    const { url, here } = await world(created)

    expect(await run(url, here)).toMatchObject({ readTimeoutInSeconds: 17 })
  })

  it('is a BPMN error where the author can mend it', async () => {
    const { url, here } = await world(created)

    expect(await run(url, here, { 'node.url': 'http://receiver.test/' })).toMatchObject({
      kind: 'bpmnError',
      code: 'invalid_request',
      variables: { webhookProblem: { errors: [{ path: '/node/url' }] } },
    })
  })

  it('is an incident where the key is wrong', async () => {
    const { url, here } = await world(created, { settings: { API_KEYS: 'engine:a-key-of-the-engine' } })

    expect(await run(url, here, { 'authentication.token': 'a-key-of-no-one-here' })).toMatchObject({
      kind: 'jobError',
      retries: 0,
    })
    expect(await run(url, here, { 'authentication.token': 'a-key-of-the-engine' })).toMatchObject({
      kind: 'completed',
    })
  })

  it('is tried again in five seconds where the service says that this is safe', async () => {
    const first = held(created)
    const { url, here, received } = await world(first.answer, { settings: { MAX_IN_FLIGHT: '1' } })
    const before = run(url, here)
    await vi.waitFor(() => expect(received).toHaveLength(1))

    expect(await run(url, here)).toMatchObject({ kind: 'jobError', retries: 4, timeout: 'PT5S' })

    first.release()
    expect(await before).toMatchObject({ kind: 'completed' })
  })

  it('is an incident where nothing or a proxy answers', async () => {
    const proxy = createServer((_request, response) =>
      response.writeHead(503, { 'content-type': 'application/json' }).end('"unavailable"'),
    )
    const { port, close } = await listen(proxy)
    onTestFinished(close)

    expect(await run(`http://127.0.0.1:${port}`, String)).toMatchObject({ kind: 'jobError', retries: 0 })
    expect(await run(`http://127.0.0.1:${await freePort()}`, String)).toMatchObject({
      kind: 'jobError',
      retries: 0,
    })
  })
})
