import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it, onTestFinished } from 'vitest'
import { writeRequest } from '../support/raw-client.ts'
import { attack, expectUnharmed, sending } from './support/attack.ts'
import type { HostileRequest } from './support/hostile-client.ts'
import { hostileService } from './support/hostile-service.ts'
import { type HostileAnswer, hostileTarget, respond, respondJson } from './support/hostile-target.ts'
import { execute, many, post, preview } from './support/shape.ts'

/** Nothing odd, and all of it at once; and what stays of what is over. */
const service = hostileService({ heapMb: 128, settings: { MAX_PER_HOST: '200' } })
const target = hostileTarget()

const mebibyte = 1_048_576

/** What an ordinary message of that size looks like. */
const message = (bytes: number) =>
  many(Math.floor(bytes / 100), (index) => ({
    id: index,
    name: `customer number ${index}`,
    tags: ['a', 'b'],
    note: 'x'.repeat(35),
  }))
const vars = { payload: { vars: { all: message(771_000) } } }

const bursts: Readonly<
  Record<string, readonly [request: (url: string) => HostileRequest, answer?: HostileAnswer]>
> = {
  'calls of 771 KB': [(url) => execute({ node: post(url, { body: { structure: 'full' } }), ...vars })],
  'calls of 771 KB, as a form': [
    (url) =>
      execute({
        node: post(url, { body: { structure: 'full', contentType: 'application/x-www-form-urlencoded' } }),
        payload: { vars: { all: 'x'.repeat(771_000) } },
      }),
  ],
  'calls of 771 KB to a target that takes 2 s': [
    (url) => execute({ node: post(url, { body: { structure: 'full' } }), ...vars }),
    (socket) => void setTimeout(() => socket.end(respond({})), 2_000),
  ],
  'previews of 771 KB': [(url) => preview({ node: post(url, { body: { structure: 'full' } }), ...vars })],
  'nodes of 771 KB': [
    (url) =>
      execute({
        node: post(url, { id: randomUUID(), body: { structure: 'json', content: message(771_000) } }),
      }),
  ],
  'small calls with answers of a mebibyte': [
    (url) => execute({ node: { method: 'GET', url, capture: { all: '{{ response.json }}' } } }),
    respondJson(JSON.stringify(message(900_000))),
  ],
}

/** Together more than a heap of 128 MB can hold as text, as values and as what is sent. */
const requestsAtOnce = 120

describe(`${requestsAtOnce} requests at once`, () => {
  it.each(Object.entries(bursts))(
    'are answered, or refused because they are too much: %s',
    async (_name, [make, answer]) => {
      const url = target.answering(answer ?? respond({}))
      const requests = many(requestsAtOnce, () => make(url))
      const before = await service.heapUsed()

      const aftermath = await attack(service, async (send) => {
        // As they come over a network, and not as one.
        const replies = requests.map(async (request, index) => {
          await sleep(Math.floor(index / 10) * 20)
          await send(request)
        })
        await Promise.all(replies)
      })

      expectUnharmed(aftermath)
      // As many as fit at once, at least.
      expect(aftermath.replies.filter(({ status }) => status === 200).length).toBeGreaterThan(5)
      expect(((await service.heapUsed()) - before) / mebibyte).toBeLessThan(48)
    },
  )
})

const text = (content: string) => ({ structure: 'raw', contentType: 'text/plain', content })
const fields = many(1_000, (index) => ({ name: `X-F${index}`, value: `a {{ flow.x${index} }} b` }))

/** Nodes that differ in their names only. What is compiled is kept from the second time on that a node is sent. */
const manyNodes = (name: string, times: number, parts: object): typeof distinct => ({
  [`nodes ${name}, ${times === 1 ? 'each sent once' : 'each sent twice'}`]: [
    40 * times,
    (url, index) => execute({ node: post(url, { id: `n${Math.floor(index / times)}`, ...parts }) }),
  ],
})

const distinct: Readonly<
  Record<string, readonly [count: number, make: (url: string, index: number) => HostileRequest]>
> = {
  'nodes of a megabyte of placeholders': [
    12,
    (url, index) =>
      execute({
        node: post(url, {
          id: `n${index}`,
          body: { structure: 'raw', contentType: 'text/plain', content: '{{a}}'.repeat(190_000) },
        }),
      }),
  ],
  ...manyNodes('of 5,000 placeholders', 1, { body: text('{{flow.a}}'.repeat(5_000)) }),
  ...manyNodes('of 5,000 placeholders', 2, { body: text('{{flow.a}}'.repeat(5_000)) }),
  ...manyNodes('of 2,400 placeholders with filters', 1, {
    body: text('{{ flow.a | default: "x" | upcase }}'.repeat(2_400)),
  }),
  ...manyNodes('of 1,600 conditions', 1, {
    body: text('{% if flow.a == 1 %}{{ flow.b }}{% endif %}'.repeat(1_600)),
  }),
  ...manyNodes('of 1,000 headers', 1, { headers: fields }),
  ...manyNodes('of 1,000 fields', 1, { body: { structure: 'simple', fields } }),
  ...manyNodes('of 100 cases', 1, {
    cases: many(100, (index) => ({
      branch: `b${index}`,
      when: { type: 'condition', value: `response.json.a == ${index} and response.status == 200` },
    })),
  }),
  'nodes with a literal of 900 KB, each sent twice': [
    30,
    (url, index) =>
      execute({
        node: post(url, { id: `n${index >> 1}`, body: { structure: 'json', content: 'x'.repeat(900_000) } }),
      }),
  ],
  'tenants, ids and branches': [
    400,
    (url, index) =>
      execute({
        node: {
          method: 'GET',
          url,
          id: `${'n'.repeat(100)}${index}`,
          branches: { success: `${'b'.repeat(100)}${index}` },
        },
        tenant: `${'t'.repeat(50)}${index}`,
      }),
  ],
  secrets: [
    200,
    (url, index) =>
      execute({
        node: { method: 'GET', url, auth: { type: 'bearer', token: '{{secrets.s}}' } },
        secrets: { s: `${randomUUID()}${'s'.repeat(3_000)}${index}` },
      }),
  ],
  'parts of a long text that are kept in statistics and caches': [
    20,
    (url, index) =>
      execute({
        node: { method: 'GET', url, id: `part${index}`, notes: 'x'.repeat(900_000) },
        correlationId: `c${index}`,
      }),
  ],
}

describe('memory after many different requests', () => {
  it.each(Object.entries(distinct))(
    'does not grow beyond its limit with %s',
    async (_name, [count, make]) => {
      const url = target.answering(respond({}))
      const before = await service.heapUsed()

      const aftermath = await attack(service, async (send) => {
        for (let index = 0; index < count; index += 20)
          await Promise.all(many(Math.min(20, count - index), (offset) => send(make(url, index + offset))))
      })

      expectUnharmed(aftermath)
      expect(((await service.heapUsed()) - before) / mebibyte).toBeLessThan(64)
    },
  )
})

describe('clients that do not read', () => {
  it('keep no other client waiting, and are disconnected after a while', async () => {
    const url = target.answering(respond({}))
    const before = await service.heapUsed()
    // Escapes make most of what a preview shows of it.
    const { path, body } = preview({
      node: post(url, {
        body: { structure: 'raw', contentType: 'text/plain', content: '\u0001'.repeat(100_000) },
      }),
    })
    const sockets: Socket[] = []

    const aftermath = await attack(service, async (send) => {
      sockets.push(...(await Promise.all(many(20, () => deafClient()))))
      for (const socket of sockets) socket.write(writeRequest('POST', path, String(body)).repeat(20))
      for (let call = 0; call < 40; call++) {
        await send(execute({ node: { method: 'GET', url }, tenant: 'other' }))
        await sleep(25)
      }
      await Promise.race([Promise.all(sockets.map(ended)), sleep(16_000)])
    })

    expectUnharmed(aftermath)
    expect(new Set(aftermath.replies.map(({ status }) => status))).toEqual(new Set([200]))
    expect(sockets.filter(({ destroyed }) => !destroyed).length, 'connections that are still open').toBe(0)
    expect(((await service.heapUsed()) - before) / mebibyte).toBeLessThan(48)
  })
})

/** A connection of which nothing is read. */
async function deafClient(): Promise<Socket> {
  const socket = connect({ host: '127.0.0.1', port: service.port }).on('error', () => {})
  onTestFinished(() => void socket.destroy())
  await once(socket, 'connect')
  return socket.pause()
}

/** One that does not read sees only by writing that the other side has gone. */
async function ended(socket: Socket): Promise<void> {
  while (!socket.destroyed) {
    socket.write(' ')
    await sleep(200)
  }
}

describe('a client that reads slowly', () => {
  it('gets all of its replies', async () => {
    const url = target.answering(respond({ body: 'x'.repeat(60_000) }))

    expectUnharmed(
      await attack(service, sending(...many(20, () => execute({ node: { method: 'GET', url } })))),
    )
  })
})
