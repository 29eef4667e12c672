import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import {
  Inquiry,
  nextRoundMs,
  nextServerMs,
  type Reply,
  secondTryMs,
  type Trouble,
} from '../../../src/egress/dns/inquiry.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

interface Asked {
  readonly server: number
  readonly atMs: number
  readonly reply: (reply: Reply<string>) => void
}

/** Servers that reply when the test says so. */
function inquire(servers: number) {
  const asked: Asked[] = []
  const startedAt = Date.now()
  const inquiry = new Inquiry<string>(servers, (server) => {
    const { promise, resolve } = Promise.withResolvers<Reply<string>>()
    asked.push({ server, atMs: Date.now() - startedAt, reply: resolve })
    return promise
  })
  const order = () => asked.map(({ server, atMs }) => [server, atMs])
  return { inquiry, asked, order }
}

const answer = (text: string) => ({ kind: 'answer', answer: text }) as const
const trouble = (what: Trouble) => ({ kind: 'trouble', trouble: what }) as const

describe('servers that say nothing', () => {
  it('are asked one after the other, a second time after a while, and no more', async () => {
    const { order, inquiry } = inquire(3)
    await vi.advanceTimersByTimeAsync(60_000)
    const secondRound = 2 * nextServerMs + nextRoundMs
    expect(order()).toEqual([
      [0, 0],
      [1, nextServerMs],
      [2, 2 * nextServerMs],
      [0, secondRound],
      [1, secondRound + nextServerMs],
      [2, secondRound + 2 * nextServerMs],
    ])
    inquiry.stop()
    expect(await inquiry.finding).toEqual({ kind: 'troubles', troubles: Array(3).fill('no answer') })
  })

  it('are asked four times where there is but one', async () => {
    const { order } = inquire(1)
    await vi.advanceTimersByTimeAsync(60_000)
    expect(order()).toEqual([0, 1, 2, 3].map((round) => [0, round * nextRoundMs]))
  })

  it('may answer after others were asked', async () => {
    const { inquiry, asked, order } = inquire(2)
    await vi.advanceTimersByTimeAsync(4_500)
    asked[0]?.reply(answer('late'))
    expect(await inquiry.finding).toEqual(answer('late'))
    await vi.advanceTimersByTimeAsync(60_000)
    expect(order()).toHaveLength(4)
  })
})

describe('a server that has trouble', () => {
  it('is followed by the next one at once, and not asked again', async () => {
    const { asked, order } = inquire(2)
    asked[0]?.reply(trouble('REFUSED'))
    await vi.advanceTimersByTimeAsync(60_000)
    expect(order()).toEqual([
      [0, 0],
      [1, 0],
      [1, nextRoundMs],
    ])
  })

  it('is asked once more behind all others where the trouble often passes', async () => {
    const { inquiry, asked, order } = inquire(2)
    asked[0]?.reply(trouble('SERVFAIL'))
    await vi.advanceTimersByTimeAsync(0)
    asked[1]?.reply(trouble('REFUSED'))
    await vi.advanceTimersByTimeAsync(60_000)
    expect(order()).toEqual([
      [0, 0],
      [1, 0],
      [0, secondTryMs],
    ])
    asked[2]?.reply(answer('now'))
    expect(await inquiry.finding).toEqual(answer('now'))
  })

  it('ends the search where it has trouble again', async () => {
    const { inquiry, asked } = inquire(1)
    asked[0]?.reply(trouble('SERVFAIL'))
    await vi.advanceTimersByTimeAsync(secondTryMs)
    asked[1]?.reply(trouble('SERVFAIL'))
    expect(await inquiry.finding).toEqual({ kind: 'troubles', troubles: ['SERVFAIL'] })
  })

  it('ends the search where no other one is left', async () => {
    const { inquiry, asked } = inquire(1)
    asked[0]?.reply(trouble('REFUSED'))
    expect(await inquiry.finding).toEqual({ kind: 'troubles', troubles: ['REFUSED'] })
  })
})

it('an inquiry finds the first answer in the order of the servers, or the trouble of each, with no question too many', async () => {
  const replies = fc.array(
    fc.constantFrom<Reply<string>>(answer('yes'), trouble('SERVFAIL'), trouble('REFUSED')),
    {
      minLength: 1,
      maxLength: 8,
    },
  )
  await fc.assert(
    fc.asyncProperty(replies, async (servers) => {
      const asked: number[] = []
      const inquiry = new Inquiry<string>(servers.length, async (server) => {
        asked.push(server)
        return servers[server] ?? trouble('no answer')
      })
      const first = servers.findIndex(({ kind }) => kind === 'answer')

      await vi.advanceTimersByTimeAsync(secondTryMs)
      const finding = await inquiry.finding

      const all = [...servers.keys()]
      const again = all.filter((server) => isServfail(servers[server]))
      expect(asked).toEqual(first === -1 ? [...all, ...again] : all.slice(0, first + 1))
      expect(finding).toEqual(
        first === -1
          ? { kind: 'troubles', troubles: servers.map((reply) => 'trouble' in reply && reply.trouble) }
          : servers[first],
      )
    }),
  )
})

function isServfail(reply: Reply<string> | undefined): boolean {
  return reply?.kind === 'trouble' && reply.trouble === 'SERVFAIL'
}
