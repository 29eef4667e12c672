import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, it } from 'vitest'
import { type Aftermath, attack, expectUnharmed } from './support/attack.ts'
import type { HostileReply, HostileRequest } from './support/hostile-client.ts'
import { hostileService } from './support/hostile-service.ts'
import { type HostileAnswer, hostileTarget, respond } from './support/hostile-target.ts'
import { execute, many, preview } from './support/shape.ts'

/** What one client does to another, with requests of which each is a small one. */
const keys = { attacker: 'attacker-attacker-1', victim: 'victim-victim-victim' }
const service = hostileService({
  heapMb: 512,
  settings: { MAX_IN_FLIGHT: '200', API_KEYS: `attacker:${keys.attacker},victim:${keys.victim}` },
})
const target = hostileTarget()

const by = (client: keyof typeof keys, request: HostileRequest): HostileRequest => ({
  ...request,
  headers: { authorization: `Bearer ${keys[client]}` },
})
const get = (url: string, more: object = {}) => ({ method: 'GET', url, ...more })
const emptyLoop = '{% for i in (1..3999999) %}{% endfor %}'

/** How often others call while the siege lasts. */
const calls = 20

/** How long others call at the most: those who are kept waiting make fewer calls. */
const mostMs = 3_000

/**
 * Half of the calls of others take at most that much longer, or that many times as long where they took long before: on a busy
 * machine all takes longer.
 */
const mostSlowdown = { ms: 100, times: 10 }

type Send = (request: HostileRequest) => Promise<HostileReply>

interface Siege {
  /** Sends what does the harm. It resolves once that is under way, and goes on until it is over. */
  readonly besiege: (send: Send, isOver: () => boolean) => Promise<unknown>
}

/** The ordinary calls of another client, one after the other: before the siege, and while it lasts. */
async function underSiege({ besiege }: Siege) {
  const url = target.answering(respond({}))
  const ordinary = by('victim', execute({ node: get(url), tenant: 'ordinary' }))
  const before: HostileReply[] = []
  const replies: HostileReply[] = []
  let isOver = false
  const aftermath: Aftermath = await attack(service, async (send) => {
    for (let call = 0; call < 10; call++) before.push(await send(ordinary))
    await besiege(send, () => isOver)
    await untilSteady()
    const endMs = performance.now() + mostMs
    for (let call = 0; call < calls && performance.now() < endMs; call++) {
      replies.push(await send(ordinary))
      await sleep(20)
    }
    isOver = true
  }).finally(() => {
    isOver = true
  })
  const beforeMs = medianMs(before)
  const mostSlowdownMs = Math.max(mostSlowdown.ms, beforeMs * mostSlowdown.times)
  return { aftermath, replies, slowdownMs: medianMs(replies) - beforeMs, mostSlowdownMs }
}

function medianMs(replies: readonly HostileReply[]): number {
  const sorted = replies.map(({ ms }) => ms).sort((one, other) => one - other)
  return sorted[Math.floor(sorted.length / 2)] ?? 0
}

/** Waits until as many calls are under way as will be. */
async function untilSteady(): Promise<void> {
  let before = -1
  for (let look = 0; look < 40; look++) {
    await sleep(100)
    const metrics = await (await fetch(`${service.url}/metrics`)).text()
    const now = Number(/^webhook_node_executions_in_flight (\d+)/m.exec(metrics)?.[1])
    if (now === before) return
    before = now
  }
}

function expectServed(replies: readonly HostileReply[]): void {
  const refusals = replies
    .filter(({ status }) => status !== 200)
    .map(({ status, code }) => `${status} ${code}`)
  expect(refusals, `${refusals.length} of ${replies.length} calls were refused: ${refusals[0]}`).toEqual([])
}

/** Sends one after the other, a number of times a second. */
const steadily =
  (perSecond: number, request: HostileRequest): Siege['besiege'] =>
  async (send, isOver) => {
    const timer = setInterval(() => {
      if (isOver()) clearInterval(timer)
      else void send(request)
    }, 1_000 / perSecond)
  }

/** Sends all of them within a moment; that many in one would be a stall of its own. */
const inARush =
  (count: number, request: (index: number) => HostileRequest): Siege['besiege'] =>
  async (send) => {
    for (let index = 0; index < count; index++) {
      void send(request(index))
      if (index % 50 === 49) await sleep(20)
    }
  }

const templates: Readonly<Record<string, (url: string) => HostileRequest>> = {
  'an empty loop in a parameter': (url) =>
    execute({ node: get(url, { query: [{ name: 'q', value: emptyLoop }] }), tenant: 'busy' }),
  'an empty loop in a capture': (url) =>
    execute({ node: get(url, { capture: { c: emptyLoop } }), tenant: 'busy' }),
  'an empty loop, previewed': (url) =>
    preview({ node: get(url, { query: [{ name: 'q', value: emptyLoop }] }), tenant: 'busy' }),
  'loops of a hundred fields': (url) =>
    execute({
      node: get(url, {
        query: many(100, (index) => ({ name: `q${index}`, value: '{% for i in (1..39999) %}{% endfor %}' })),
      }),
      tenant: 'busy',
    }),
  'a sum in a loop': (url) =>
    execute({
      node: get(url, {
        query: [{ name: 'q', value: '{% for i in (1..999999) %}{% assign a = a | plus: i %}{% endfor %}' }],
      }),
      tenant: 'busy',
    }),
}

/** What one test has begun must not be under way in the next one. */
afterEach(() => service.kill())

describe('a client that is slow to render', () => {
  it.each(Object.entries(templates))(
    'keeps no other client waiting, four times a second with %s',
    async (_name, request) => {
      const attacking = by('attacker', request(target.answering(respond({}))))

      const { aftermath, replies, slowdownMs, mostSlowdownMs } = await underSiege({
        besiege: steadily(4, attacking),
      })

      expectUnharmed(aftermath)
      expectServed(replies)
      expect(slowdownMs).toBeLessThan(mostSlowdownMs)
    },
  )

  it('keeps no other tenant waiting, twenty times a second', async () => {
    const attacking = templates['an empty loop in a parameter']?.(target.answering(respond({})))
    if (attacking === undefined) throw new Error('no template')

    const { aftermath, replies, slowdownMs, mostSlowdownMs } = await underSiege({
      besiege: steadily(20, by('victim', attacking)),
    })

    expectUnharmed(aftermath)
    expectServed(replies)
    expect(slowdownMs).toBeLessThan(mostSlowdownMs)
  })
})

const silence: HostileAnswer = () => {}
const dripping: HostileAnswer = (socket) => {
  socket.write('HTTP/1.1 200 OK\r\ncontent-length: 9000\r\n\r\n')
}
const patient = { attempts: 10, totalMs: 600_000, initialDelayMs: 600_000, maxDelayMs: 600_000 }
const asking = (...headers: string[]) => respond({ status: '429 Too Many Requests', headers, body: '' })

/** Calls that stay active for long, and the node of the attacker. */
const sieges: Readonly<Record<string, readonly [answer: HostileAnswer, node: object, tenants: number]>> = {
  'calls of four tenants that are to be tried again after 599 s': [
    asking('retry-after: 599'),
    { retry: { ...patient, maxDelayMs: 10_000 } },
    4,
  ],
  'calls of four tenants that are to be tried again after 29 s': [
    asking('retry-after: 29'),
    { retry: {} },
    4,
  ],
  'calls of four tenants that pause of their own': [asking(), { retry: patient }, 4],
  'calls of four tenants that get no answer': [silence, {}, 4],
  'calls of a hundred tenants that get no answer': [silence, {}, 100],
  'calls of four tenants whose answer never ends': [dripping, {}, 4],
}

describe('a client with calls that take long', () => {
  it.each(Object.entries(sieges))(
    'leaves room for other clients, with 230 %s',
    async (_name, [answer, node, tenants]) => {
      const url = target.answering(answer)
      const call = (index: number) => execute({ node: get(url, node), tenant: `busy${index % tenants}` })

      const { aftermath, replies } = await underSiege({
        besiege: inARush(230, (index) => by('attacker', call(index))),
      })

      expectUnharmed(aftermath)
      expectServed(replies)
    },
  )

  it.each(Object.entries(sieges).filter(([name]) => /599|four tenants that get no answer/.test(name)))(
    'leaves room for its other tenants, with 230 %s',
    async (_name, [answer, node, tenants]) => {
      const url = target.answering(answer)
      const call = (index: number) => execute({ node: get(url, node), tenant: `busy${index % tenants}` })

      const { aftermath, replies } = await underSiege({
        besiege: inARush(230, (index) => by('victim', call(index))),
      })

      expectUnharmed(aftermath)
      expectServed(replies)
    },
  )
})

describe('a client without a key', () => {
  it('keeps no client with a key waiting', async () => {
    const url = target.answering(respond({}))

    const { aftermath, replies, slowdownMs, mostSlowdownMs } = await underSiege({
      besiege: async (send, isOver) => {
        const goOn = async () => {
          while (!isOver()) await Promise.all(many(20, () => send(execute({ node: get(url) }))))
        }
        void goOn()
      },
    })

    expect(aftermath.death).toBeNull()
    expectServed(replies)
    expect(slowdownMs).toBeLessThan(mostSlowdownMs)
  })
})
