import { describe, expect, it } from 'vitest'
import type { Resolution } from '../../../src/egress/dns/cache.ts'
import { maxServers } from '../../../src/egress/dns/name-servers.ts'
import { createResolver } from '../../../src/egress/dns/resolver.ts'
import { createDnsServer, type Zone, type Zones } from '../../../testkit/dns-server.ts'
import { dnsServer } from '../../support/servers.ts'
import { timed } from '../../support/timed.ts'

async function resolve(zones: Zones, name = 'hooks.example', budgetMs = 5_000) {
  const server = await dnsServer(zones)
  const resolver = createResolver({ servers: [server.address], budgetMs })
  const { signal } = new AbortController()
  return { server, answer: awaitAddresses(resolver.resolve(name, signal)) }
}

async function awaitAddresses(resolving: Promise<Resolution>): Promise<readonly string[]> {
  return (await resolving).addresses
}

describe('a name', () => {
  it('has the addresses of both families', async () => {
    const { answer } = await resolve({
      'hooks.example': { a: ['192.0.2.1', '192.0.2.2'], aaaa: ['2001:db8::1'] },
    })
    expect((await answer).toSorted()).toEqual(['192.0.2.1', '192.0.2.2', '2001:db8::1'])
  })

  it('keeps its mapped addresses as they came, for the policy to judge', async () => {
    const { answer } = await resolve({ 'hooks.example': { aaaa: ['::ffff:127.0.0.1', '64:ff9b::7f00:1'] } })
    expect((await answer).toSorted()).toEqual(['64:ff9b::7f00:1', '::ffff:127.0.0.1'])
  })

  it('has the addresses of its alias', async () => {
    const { answer } = await resolve({ 'hooks.example': { cname: 'real.example', a: ['192.0.2.1'] } })
    expect(await answer).toEqual(['192.0.2.1'])
  })

  it('is asked for as it stands, once per family, without search domains', async () => {
    const { server, answer } = await resolve({ 'hooks.example': { a: ['192.0.2.1'] } })
    await answer
    expect(server.questions.toSorted()).toEqual(['A hooks.example', 'AAAA hooks.example'])
  })

  it('is asked for again by the next call, since the answer may change', async () => {
    const { server, answer } = await resolve({ 'hooks.example': { a: ['192.0.2.1'] } })
    await answer
    await createResolver({ servers: [server.address] }).resolve('hooks.example', new AbortController().signal)
    expect(server.questions).toHaveLength(4)
  })

  it('of the machine itself is not asked for at all', async () => {
    const { server, answer } = await resolve({}, 'localhost')
    expect(await answer).toEqual(['::1', '127.0.0.1'])
    expect(server.questions).toEqual([])
  })
})

describe('the slower family', () => {
  it('is waited for while the other has nothing', async () => {
    const { answer } = await resolve((_name, type) =>
      type === 'A' ? { a: ['192.0.2.1'], delayMs: 200 } : { aaaa: [] },
    )
    expect(await answer).toEqual(['192.0.2.1'])
  })

  it('is given a moment to be judged too', async () => {
    const { answer } = await resolve((_name, type) =>
      type === 'A' ? { a: ['192.0.2.1'] } : { aaaa: ['::1'], delayMs: 10 },
    )
    expect((await answer).toSorted()).toEqual(['192.0.2.1', '::1'])
  })

  it('does not hold up the other for ever', async () => {
    const zones: Zones = { 'hooks.example': { a: ['192.0.2.1'], silent: ['AAAA'] } }
    const { answer } = await resolve(zones, 'hooks.example', 20_000)
    const started = performance.now()
    expect(await answer).toEqual(['192.0.2.1'])
    expect(performance.now() - started).toBeLessThan(5_000)
  })

  it('may fail where the other has addresses', async () => {
    const { answer } = await resolve((_name, type) =>
      type === 'A' ? { a: ['192.0.2.1'] } : { rcode: 'SERVFAIL' },
    )
    expect(await answer).toEqual(['192.0.2.1'])
  })
})

describe('a name without addresses', () => {
  it.each<readonly [string, string, Zones]>([
    ['EGRESS_DNS_NOT_FOUND', 'it does not exist', {}],
    ['EGRESS_DNS_NO_ADDRESS', 'it has records of other kinds', { 'hooks.example': {} }],
    ['EGRESS_DNS_NOT_FOUND', 'its alias leads nowhere', { 'hooks.example': { cname: 'gone.example' } }],
    ['EGRESS_DNS_FAILED', 'its servers are broken', { 'hooks.example': { rcode: 'SERVFAIL' } }],
    ['EGRESS_DNS_FAILED', 'its servers refuse', { 'hooks.example': { rcode: 'REFUSED' } }],
    [
      'EGRESS_DNS_FAILED',
      'one family has none and the other is broken',
      (_name, type) => (type === 'A' ? { rcode: 'SERVFAIL' } : {}),
    ],
  ])('is %s if %s', async (code, _reason, zones) => {
    const { answer } = await resolve(zones)
    await expect(answer).rejects.toMatchObject({ code })
  })

  it('is EGRESS_DNS_TIMEOUT if no server answers, within the budget of the lookup', async () => {
    const { answer } = await resolve({ 'hooks.example': { silent: ['A', 'AAAA'] } }, 'hooks.example', 300)
    const { lateMs } = await timed(300, () =>
      expect(answer).rejects.toMatchObject({ code: 'EGRESS_DNS_TIMEOUT' }),
    )
    expect(lateMs).toBeLessThan(600)
  })
})

describe('a name server that gives no answer', () => {
  const good: Zones = { 'hooks.example': { a: ['192.0.2.1'], aaaa: ['2001:db8::1'] } }

  /** Asks two of them, one after the other. */
  async function resolveAt(first: Zones | null, second: Zones, budgetMs = 5_000) {
    const one = first === null ? await createDnsServer({}) : await dnsServer(first)
    if (first === null) await one.close()
    const two = await dnsServer(second)
    const resolver = createResolver({ servers: [one.address, two.address], budgetMs })
    const answer = awaitAddresses(resolver.resolve('hooks.example', new AbortController().signal))
    return { one, two, answer }
  }

  it.each<readonly [string, Zones | null]>([
    ['fails', { 'hooks.example': { rcode: 'SERVFAIL' } }],
    ['refuses', { 'hooks.example': { rcode: 'REFUSED' } }],
    ['does not know the kind of question', { 'hooks.example': { rcode: 'NOTIMP' } }],
    ['does not understand the question', { 'hooks.example': { rcode: 'FORMERR' } }],
    ['knows nothing of the name, and does not deny it', { 'hooks.example': {} }],
    ['is not in charge of the name', { 'hooks.example': { rcode: 'NOTAUTH' } }],
    ['answers with something else', { 'hooks.example': { malformed: true } }],
    ['is not there', null],
  ])('is followed by the next one where it %s', async (_what, first) => {
    const { two, answer } = await resolveAt(first, good)
    expect((await answer).toSorted()).toEqual(['192.0.2.1', '2001:db8::1'])
    expect(two.questions.toSorted()).toEqual(['A hooks.example', 'AAAA hooks.example'])
  })

  it('is followed by the next one where it says nothing', async () => {
    const { one, two, answer } = await resolveAt({ 'hooks.example': { silent: ['A', 'AAAA'] } }, good)
    expect((await answer).toSorted()).toEqual(['192.0.2.1', '2001:db8::1'])
    expect([one, two].map(({ questions }) => questions.length)).toEqual([2, 2])
  })

  it('is followed by the next one for the family that it has trouble with', async () => {
    const first: Zones = (_name, type) => (type === 'A' ? { a: ['192.0.2.9'] } : { rcode: 'SERVFAIL' })
    const { two, answer } = await resolveAt(first, good)
    expect((await answer).toSorted()).toEqual(['192.0.2.9', '2001:db8::1'])
    expect(two.questions).toEqual(['AAAA hooks.example'])
  })

  it('is not one that denies the name', async () => {
    const { two, answer } = await resolveAt({}, good)
    await expect(answer).rejects.toMatchObject({ code: 'EGRESS_DNS_NOT_FOUND' })
    expect(two.questions).toEqual([])
  })

  it('may fail late, and is heard all the same', async () => {
    const slow = (delayMs: number) => resolve({ 'hooks.example': { a: ['192.0.2.1'], delayMs } })
    const answers = await Promise.all([2_100, 4_500].map(async (delayMs) => (await slow(delayMs)).answer))
    expect(answers).toEqual([['192.0.2.1'], ['192.0.2.1']])
  })

  it('is reported with all others where none gives one', async () => {
    const troubles = { 'hooks.example': { rcode: 'SERVFAIL' } } as const
    const { answer } = await resolveAt(troubles, { 'hooks.example': { rcode: 'REFUSED' } })
    await expect(answer).rejects.toMatchObject({
      code: 'EGRESS_DNS_FAILED',
      troubles: ['SERVFAIL', 'REFUSED'],
    })
  })

  it('is reported beside a silent one, by the end of the budget', async () => {
    const { answer } = await resolveAt(
      { 'hooks.example': { rcode: 'SERVFAIL' } },
      { 'hooks.example': { silent: ['A', 'AAAA'] } },
      300,
    )
    await expect(answer).rejects.toMatchObject({
      code: 'EGRESS_DNS_FAILED',
      troubles: ['SERVFAIL', 'no answer'],
    })
  })

  it('is followed by a few others, not by all of the settings', async () => {
    const broken = await dnsServer({ 'hooks.example': { rcode: 'REFUSED' } })
    const last = await dnsServer(good)
    const servers = [...Array<string>(maxServers).fill(broken.address), last.address]
    const answer = createResolver({ servers }).resolve('hooks.example', new AbortController().signal)
    await expect(answer).rejects.toMatchObject({ code: 'EGRESS_DNS_FAILED' })
    expect([broken, last].map(({ questions }) => questions.length)).toEqual([2 * maxServers, 0])
  })

  it('is asked again over TCP where its answer does not fit, and left where it cannot be', async () => {
    const { answer } = await resolveAt({ 'hooks.example': { a: ['192.0.2.9'], truncated: true } }, good)
    expect(await answer).toContain('192.0.2.9')
    const deaf = await resolveAt(
      { 'hooks.example': { a: ['192.0.2.9'], truncated: true, noTcp: true } },
      good,
    )
    expect((await deaf.answer).toSorted()).toEqual(['192.0.2.1', '2001:db8::1'])
  })
})

describe('an answer', () => {
  const { signal } = new AbortController()

  it('with more addresses than its limit is EGRESS_DNS_FAILED', async () => {
    const many = Array.from({ length: 101 }, (_, number) => `192.0.2.${number}`)
    const usable = await resolve({ 'hooks.example': { a: many.slice(1), truncated: true } })
    expect(await usable.answer).toHaveLength(100)
    const { answer } = await resolve({ 'hooks.example': { a: many, truncated: true } })
    await expect(answer).rejects.toMatchObject({ code: 'EGRESS_DNS_FAILED' })
  })

  it.each<readonly [string, Zone, Zone]>([
    ['one family is silent', { a: ['192.0.2.1'] }, { silent: ['AAAA'] }],
    ['one family is broken', { a: ['192.0.2.1'] }, { rcode: 'SERVFAIL' }],
    ['one address lives for no time', { a: ['192.0.2.1'] }, { aaaa: ['2001:db8::1'], ttl: 0 }],
    ['it is a failure', {}, {}],
  ])('is not remembered where %s', async (_why, a, aaaa) => {
    const server = await dnsServer((_name, type) => ({ ttl: 60, ...(type === 'A' ? a : aaaa) }))
    const resolver = createResolver({ servers: [server.address] })
    for (let time = 0; time < 2; time++) await resolver.resolve('hooks.example', signal).catch(() => [])
    expect(server.questions.filter((question) => question === 'A hooks.example')).toHaveLength(2)
  })

  it('is forgotten where a thousand newer ones are remembered', async () => {
    const server = await dnsServer(() => ({ a: ['192.0.2.1'], ttl: 60 }))
    const resolver = createResolver({ servers: [server.address] })
    for (let number = 0; number <= 1_000; number++) await resolver.resolve(`${number}.example`, signal)
    const asked = server.questions.length
    await resolver.resolve('1000.example', signal)
    expect(server.questions).toHaveLength(asked)
    await resolver.resolve('0.example', signal)
    expect(server.questions).toHaveLength(asked + 2)
  })
})

it('ten hanging names do not delay an eleventh', async () => {
  const server = await dnsServer((name) =>
    name === 'hooks.example' ? { a: ['192.0.2.1'] } : { silent: ['A', 'AAAA'] },
  )
  const resolver = createResolver({ servers: [server.address], budgetMs: 30_000 })
  const hanging = new AbortController()
  let isOneLost = false
  const lost = Array.from({ length: 10 }, (_, number) =>
    resolver
      .resolve(`hanging-${number}.example`, hanging.signal)
      .catch((error: unknown) => error)
      .finally(() => (isOneLost = true)),
  )
  const { addresses } = await resolver.resolve('hooks.example', new AbortController().signal)
  expect(addresses).toEqual(['192.0.2.1'])
  expect(isOneLost).toBe(false)
  hanging.abort()
  expect(await Promise.all(lost)).toMatchObject(lost.map(() => ({ code: 'EGRESS_DNS_TIMEOUT' })))
})
