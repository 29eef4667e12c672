import { describe, expect, it } from 'vitest'
import { createResolver } from '../../src/egress/dns/resolver.ts'
import type { Zone, Zones } from '../../testkit/dns-server.ts'
import { dnsServer } from '../support/servers.ts'

async function resolve(zones: Zones, name = 'hooks.example', budgetMs = 5_000) {
  const server = await dnsServer(zones)
  const resolver = createResolver({ servers: [server.address], budgetMs })
  const { signal } = new AbortController()
  return { server, answer: resolver.resolve(name, signal) }
}

describe('a name', () => {
  it('has the addresses of both families', async () => {
    const { answer } = await resolve({
      'hooks.example': { a: ['192.0.2.1', '192.0.2.2'], aaaa: ['2001:db8::1'] },
    })
    expect((await answer).toSorted()).toEqual(['192.0.2.1', '192.0.2.2', '2001:db8::1'])
  })

  it('keeps its mapped addresses as they came, for the judge to see', async () => {
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
    const { answer } = await resolve({ 'hooks.example': { a: ['192.0.2.1'], silent: ['AAAA'] } })
    const started = performance.now()
    expect(await answer).toEqual(['192.0.2.1'])
    expect(performance.now() - started).toBeLessThan(900)
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
    ['EGRESS_DNS_NOT_FOUND', 'it has records of other kinds', { 'hooks.example': {} }],
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

  it('is EGRESS_DNS_TIMEOUT if nobody answers, within the budget of the lookup', async () => {
    const { answer } = await resolve({ 'hooks.example': { silent: ['A', 'AAAA'] } }, 'hooks.example', 300)
    const started = performance.now()
    await expect(answer).rejects.toMatchObject({ code: 'EGRESS_DNS_TIMEOUT' })
    expect(performance.now() - started).toBeLessThan(900)
  })
})

describe('an answer', () => {
  const { signal } = new AbortController()

  it('with more addresses than anybody needs is EGRESS_DNS_FAILED', async () => {
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

it('lets ten hanging names not delay an eleventh', async () => {
  const server = await dnsServer((name) =>
    name === 'hooks.example' ? { a: ['192.0.2.1'] } : { silent: ['A', 'AAAA'] },
  )
  const resolver = createResolver({ servers: [server.address] })
  const hanging = new AbortController()
  const lost = Array.from({ length: 10 }, (_, number) =>
    resolver.resolve(`hanging-${number}.example`, hanging.signal).catch((error: unknown) => error),
  )
  const started = performance.now()
  const addresses = await resolver.resolve('hooks.example', new AbortController().signal)
  expect(addresses).toEqual(['192.0.2.1'])
  expect(performance.now() - started).toBeLessThan(900)
  hanging.abort()
  expect(await Promise.all(lost)).toMatchObject(lost.map(() => ({ code: 'EGRESS_DNS_TIMEOUT' })))
})
