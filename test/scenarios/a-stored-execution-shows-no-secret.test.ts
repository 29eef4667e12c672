import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import type { ExecutionStatus } from '../../src/contract/durable.ts'
import { testFiles } from '../support/files.ts'
import { json, type ReceivedRequest } from '../support/receiver.ts'
import { receiver } from '../support/servers.ts'
import { serviceWithStore, storeFile, submit, untilEnded } from './support/durable.ts'

/** One of each kind that goes into an execution or its callback. */
const canaries = {
  requestSecret: 'canary-request-7Qm2xV9Ltz',
  ownSecret: 'canary-own-4kWs8RbN3pYf',
  connection: 'canary-connection-h6TgJ2uCeXa',
  callbackAuth: 'canary-callback-auth-1vZoM5dQiKl',
  callbackKey: Buffer.from('canary-callback-key-9sBnE3wHyUjP').toString('base64'),
  callbackToken: 'canary-callback-token-r8AcGfD0',
  captured: 'canary-captured-Xw5LkT7mVbq2',
  payload: 'canary-payload-ÄÖ-c3NpYzFvdQ',
  node: 'canary-node-literal-Jr6UtHs4Ez',
  key: 'canary-idempotency-key-2nPdYgOa',
} as const

/** A text in the forms in which programs write it. */
function listForms(text: string): readonly Buffer[] {
  const bytes = Buffer.from(text)
  const percent = Array.from(bytes, (byte) => `%${byte.toString(16).padStart(2, '0')}`).join('')
  const inBase64 = [0, 1, 2].flatMap((before) => {
    const padded = Buffer.concat([Buffer.alloc(before), bytes])
    // Without the characters that neighbours have a part in.
    const middle = padded
      .toString('base64')
      .replace(/=+$/, '')
      .slice(before === 0 ? 0 : before + 1, -1)
    return [middle, middle.replaceAll('+', '-').replaceAll('/', '_')]
  })
  const texts = [
    text,
    JSON.stringify(text).slice(1, -1),
    encodeURIComponent(text),
    percent,
    percent.toUpperCase(),
    bytes.toString('hex'),
    bytes.toString('hex').toUpperCase(),
    ...inBase64,
  ]
  return [...new Set(texts)].flatMap((form) => [Buffer.from(form), Buffer.from(form, 'utf16le')])
}

function findTraces(bytes: Buffer): readonly string[] {
  return Object.entries(canaries)
    .filter(([, text]) => listForms(text).some((form) => bytes.includes(form)))
    .map(([kind]) => kind)
}

describe('the search', () => {
  it.each([
    ['in clear', (text: string) => text],
    ['in base64, wherever it begins', (text: string) => Buffer.from(`{"a":"${text}"}`).toString('base64')],
    ['in base64url', (text: string) => Buffer.from(`ab${text}c`).toString('base64url')],
    ['in hex', (text: string) => Buffer.from(`x${text}`).toString('hex')],
    ['in a URL', (text: string) => `https://h.example/?q=${encodeURIComponent(text)}`],
  ])('finds every canary %s', (_, write) => {
    for (const [kind, text] of Object.entries(canaries))
      expect(findTraces(Buffer.from(`before${write(text)}after`)), kind).toEqual([kind])
  })
})

function authorizationOf({ rawHeaders }: ReceivedRequest): string | undefined {
  return rawHeaders[rawHeaders.findIndex((name) => name.toLowerCase() === 'authorization') + 1]
}

it('the files of the store and the log have no secret in any form, before, during and after executions', async () => {
  let status = 503
  const target = await receiver((...exchange) => json(status, { token: canaries.captured })(...exchange))
  const engine = await receiver(json(200, {}))
  const files = await testFiles({
    'secrets.json': JSON.stringify({ own: { value: canaries.ownSecret, hosts: ['localhost'] } }),
    'connections.json': JSON.stringify({
      crm: { baseUrl: target.url, auth: { type: 'bearer', token: canaries.connection } },
    }),
    'callbacks.json': JSON.stringify({
      engine: {
        url: `${engine.url}/{{ token }}`,
        secret: `whsec_${canaries.callbackKey}`,
        auth: { type: 'bearer', token: canaries.callbackAuth },
      },
    }),
  })
  const file = await storeFile()
  const own = await serviceWithStore({
    settings: {
      STORE_URL: `sqlite:${file}`,
      STORE_KEYS: `k1:${Buffer.alloc(32, 7).toString('base64')}`,
      SECRETS_FILE: join(files.path, 'secrets.json'),
      CONNECTIONS_FILE: join(files.path, 'connections.json'),
      CALLBACKS_FILE: join(files.path, 'callbacks.json'),
    },
  })
  const rest = {
    payload: { profile: { note: canaries.payload } },
    callback: { to: 'engine', token: canaries.callbackToken, include: 'full' },
  }
  const common = {
    id: 'crm-lead',
    method: 'POST',
    idempotent: true,
    capture: { token: '{{ response.json.token }}' },
    body: {
      structure: 'simple',
      fields: [
        { name: 'note', source: 'profile', field: 'note' },
        { name: 'own', value: canaries.node },
      ],
    },
    retry: { delaysMs: [1_000, 1_000, 1_000, 1_000, 1_000] },
  }
  const viaSecrets = {
    ...rest,
    idempotencyKey: canaries.key,
    node: {
      ...common,
      url: target.url,
      auth: { type: 'bearer', token: '{{ secrets.given }}' },
      headers: [{ name: 'X-Own', value: '{{ secrets.own }}' }],
    },
    secrets: { given: canaries.requestSecret },
  }
  const viaConnection = { ...rest, node: { ...common, connection: 'crm', url: '/leads' } }
  const notBefore = new Date(Date.now() + 3_600_000).toISOString()
  const stored: Buffer[] = []
  const look = () => {
    const directory = dirname(file)
    for (const name of readdirSync(directory)) stored.push(readFileSync(join(directory, name)))
  }

  await submit(own, { ...viaSecrets, idempotencyKey: 'waits', notBefore })
  const accepted = [await submit(own, viaSecrets), await submit(own, viaConnection)]
  await vi.waitUntil(() => target.received.length >= 2)
  // What an attempt has left behind is stored while the next one waits.
  await vi.waitUntil(async () => {
    const shown = await Promise.all(
      accepted.map(({ executionId }) => own.request<ExecutionStatus>(`/v1/executions/${executionId}`)),
    )
    return shown.every(({ body }) => body.attempts > 0)
  })
  look()
  status = 200
  for (const { executionId } of accepted) {
    const { result } = await untilEnded(own, executionId)
    expect(result.captured).toEqual({ token: canaries.captured })
  }
  await vi.waitUntil(() => engine.received.length === 2)
  look()
  await own.drain()
  look()

  const all = Buffer.concat(stored)
  expect(findTraces(all)).toEqual([])
  expect(findTraces(Buffer.from(own.log.map((line) => JSON.stringify(line)).join('\n')))).toEqual([])
  // The canaries have been where they belong, and the search has seen the tables.
  expect(all.includes('crm-lead')).toBe(true)
  expect(new Set(target.received.map(authorizationOf))).toEqual(
    new Set([`Bearer ${canaries.requestSecret}`, `Bearer ${canaries.connection}`]),
  )
  expect(target.received.some(({ rawHeaders }) => rawHeaders.includes(canaries.ownSecret))).toBe(true)
  expect(String(target.received[0]?.body)).toContain(canaries.payload)
  expect(String(target.received[0]?.body)).toContain(canaries.node)
  expect(engine.received.map(authorizationOf)).toContain(`Bearer ${canaries.callbackAuth}`)
  expect(engine.received[0]?.target).toContain(canaries.callbackToken)
  expect(String(engine.received[0]?.body)).toContain(canaries.captured)
})
