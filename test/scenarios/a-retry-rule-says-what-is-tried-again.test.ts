import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { testFiles } from '../support/files.ts'
import { type Answer, hangUp, inTurn, json, never } from '../support/receiver.ts'
import { receiver } from '../support/servers.ts'
import { service } from '../support/service.ts'

const quickly = { attempts: 3, initialDelayMs: 1, maxDelayMs: 1 }
const busy = { type: 'condition', value: 'response.json.busy == true' }

/** Answers with headers. */
const having =
  (status: number, headers: Record<string, string | string[]>): Answer =>
  (_request, response) =>
    response.writeHead(status, headers).end()

async function codesOf(node: object) {
  const { preview } = await service()
  const { warnings } = await preview({ node: { method: 'POST', url: 'https://target.example/', ...node } })
  return warnings.map(({ code, path }) => [code, path])
}

describe('a retry rule with "on"', () => {
  it.each<[what: string, on: unknown[], node: object, answer: Answer, attempts: number]>([
    ['a status of the list', [503], {}, json(503, {}), 2],
    ['a status as text', ['503'], {}, json(503, {}), 2],
    ['a class of the list', ['5XX'], {}, json(503, {}), 2],
    ['another status', [429], {}, json(503, {}), 1],
    ['a condition that holds', [busy], {}, json(503, { busy: true }), 2],
    ['a condition that does not hold', [busy], {}, json(503, { busy: false }), 1],
    ['a status, where another entry is a condition', [busy, 503], {}, json(503, {}), 2],
    ['a timeout', ['timeout'], { method: 'GET', timeoutMs: 200 }, never, 2],
    ['a timeout of a POST', ['timeout'], { timeoutMs: 200 }, never, 1],
    ['a timeout of a POST that may be repeated', ['timeout'], { timeoutMs: 200, idempotent: true }, never, 2],
    ['a timeout that is not in the list', ['connect'], { method: 'GET', timeoutMs: 200 }, never, 1],
    ['a connection that ended', ['connect', 'timeout'], { method: 'GET' }, hangUp, 1],
    ['a 500 of a POST', [500], {}, json(500, {}), 1],
    ['a 500 of a PUT', [500], { method: 'PUT' }, json(500, {}), 2],
    ['a 404, which would come again', [404], { method: 'GET' }, json(404, {}), 1],
    ['a 200 that is not as expected', ['2xx', busy], { expect: busy }, json(200, { busy: false }), 1],
  ])('tries again, or not: %s', async (_what, on, node, answer, attempts) => {
    const target = await receiver(inTurn(answer, json(200, { busy: true })))
    const { execute } = await service()

    const reply = await execute({
      node: { method: 'POST', url: target.url, retry: { ...quickly, on }, ...node },
    })

    expect(target.received).toHaveLength(attempts)
    expect(reply.attempts).toHaveLength(attempts)
    expect(reply.succeeded).toBe(attempts === 2)
  })

  it.each<[what: string, node: object, answer: Answer, why: RegExp | null]>([
    [
      'a 500 of a POST',
      {},
      json(500, {}),
      / No other attempt of "retry" was made: the target may have taken/,
    ],
    [
      'a timeout of a POST',
      { timeoutMs: 200 },
      never,
      / No other attempt of "retry" was made: the target may/,
    ],
    [
      'a pause that is too long',
      {},
      having(429, { 'retry-after': '120' }),
      / No other attempt of "retry" was made: the target asks for a pause of 120 s/,
    ],
    ['a class of the list', { retry: { attempts: 2, on: ['5xx'] } }, json(500, {}), / No other attempt of/],
    ['a status that is not in the list', { retry: { attempts: 2, on: [429] } }, json(500, {}), null],
    ['a 404', {}, json(404, {}), null],
  ])('says why no attempt follows: %s', async (_what, node, answer, why) => {
    const target = await receiver(answer)
    const { execute } = await service()

    const { reason } = await execute({
      node: { method: 'POST', url: target.url, retry: { attempts: 2 }, ...node },
    })

    if (why === null) expect(reason.hint).not.toContain('No other attempt')
    else expect(reason.hint).toMatch(why)
  })

  it('tries again what did not reach the target', async () => {
    const target = await receiver(json(200, {}))
    await target.close()
    const { execute } = await service()
    const attemptsWith = async (on: unknown[]) => {
      const reply = await execute({
        node: { method: 'POST', url: target.url, retry: { ...quickly, on } },
      })
      return reply.attempts.length
    }

    expect([await attemptsWith(['connect']), await attemptsWith(['timeout', '5xx'])]).toEqual([3, 1])
  })

  it('says which variable of a condition is missing, and which condition cannot be evaluated', async () => {
    const target = await receiver(json(503, { count: 0 }))
    const { execute } = await service()
    const on = [
      { type: 'condition', value: 'response.json.count == profile.cuont' },
      { type: 'condition', value: '(1 | divided_by: response.json.count) > 1' },
    ]

    const reply = await execute({
      node: { method: 'GET', url: target.url, retry: { ...quickly, on } },
      payload: { profile: { name: 'Ada' } },
    })

    expect(reply.attempts).toHaveLength(1)
    expect(reply.warnings).toMatchObject([
      { code: 'template_undefined', path: '/node/retry/on/0/value' },
      { code: 'condition_failed', path: '/node/retry/on/1/value' },
    ])
  })
})

describe('a retry rule with "delaysMs"', () => {
  it('waits as long as it says, and has one attempt more than pauses', async () => {
    const target = await receiver(json(503, {}))
    const { execute } = await service()

    const reply = await execute({
      node: { method: 'POST', url: target.url, retry: { delaysMs: [50, 200] } },
    })

    const [first = 0, second = 0, third = 0] = reply.attempts.map(({ startedAt }) => Date.parse(startedAt))
    expect(reply.attempts).toHaveLength(3)
    expect(second - first).toBeGreaterThanOrEqual(39)
    expect(third - second).toBeGreaterThanOrEqual(159)
  })

  it('excludes what it stands in place of', async () => {
    const { post } = await service()
    const retry = { delaysMs: [1], attempts: 2, initialDelayMs: 1, maxDelayMs: 1 }

    const { status, body } = await post<{ errors: { path: string }[] }>('/v1/preview', {
      node: { method: 'POST', url: 'https://target.example/', retry },
    })

    expect(status).toBe(400)
    expect(body.errors.map(({ path }) => path)).toEqual([
      '/node/retry/attempts',
      '/node/retry/initialDelayMs',
      '/node/retry/maxDelayMs',
    ])
  })
})

describe('a retry rule with "resetHeaders"', () => {
  const epochIn = (seconds: number) => String(Math.ceil(Date.now() / 1000) + seconds)

  it.each<[what: string, header: unknown, value: () => string, atLeastMs: number, atMostMs: number]>([
    ['seconds', 'RateLimit-Reset', () => '7', 7_000, 7_000],
    ['a fraction of a second', { name: 'X-Reset-After', unit: 'seconds' }, () => '6.02', 7_000, 7_000],
    ['milliseconds', { name: 'x-reset-ms', unit: 'milliseconds' }, () => '6500', 6_500, 6_500],
    [
      'a point in time',
      { name: 'X-RateLimit-Reset', unit: 'epochSeconds' },
      () => epochIn(60),
      50_000,
      61_000,
    ],
    [
      'a date',
      { name: 'x-reset', unit: 'date' },
      () => new Date(Date.now() + 60_000).toISOString(),
      50_000,
      61_000,
    ],
  ])('reads %s', async (_what, header, value, atLeastMs, atMostMs) => {
    const name = typeof header === 'string' ? header : (header as { name: string }).name
    const target = await receiver((...request) => having(429, { [name.toUpperCase()]: value() })(...request))
    const { execute } = await service()

    const reply = await execute({
      node: { method: 'POST', url: target.url, retry: { resetHeaders: [header], maxDelayMs: 100 } },
    })

    expect(reply.retryAfterMs).toBeGreaterThanOrEqual(atLeastMs)
    expect(reply.retryAfterMs).toBeLessThanOrEqual(atMostMs)
    expect(target.received).toHaveLength(1) // a pause beyond maxDelayMs is the engine's
    expect(reply.warnings).toEqual([])
    expect(reply.reason.hint).toContain(' in ')
  })

  it('waits for the longest pause', async () => {
    const target = await receiver(
      inTurn(having(503, { 'Retry-After': '0', 'X-Reset': '300' }), json(200, {})),
    )
    const { execute } = await service()
    const resetHeaders = [{ name: 'X-Reset', unit: 'milliseconds' }]

    const reply = await execute({
      node: { method: 'POST', url: target.url, retry: { delaysMs: [1], resetHeaders } },
    })

    expect(reply).toMatchObject({ branch: 'success', attempts: [{ status: 503 }, { status: 200 }] })
    expect(reply.durationMs).toBeGreaterThanOrEqual(299)
  })

  it.each([
    ['that is no number', 'soon'],
    ['that has another unit', epochIn(1)],
    ['that stands there twice', ['1', '2']],
  ])('ignores a value %s, and says so', async (_what, value) => {
    const target = await receiver(
      inTurn(having(503, { 'X-Reset': value }), having(503, { 'X-Reset': value })),
    )
    const { execute } = await service()
    const retry = { ...quickly, attempts: 2, resetHeaders: ['RateLimit-Reset', 'X-Reset'] }

    const reply = await execute({ node: { method: 'POST', url: target.url, retry } })

    expect(reply).toMatchObject({
      retryAfterMs: null,
      warnings: [{ code: 'retry_after_ignored', path: '/node/retry/resetHeaders/1' }],
    })
    expect(target.received).toHaveLength(2)
  })

  it('does not look at them where the target took the request', async () => {
    const target = await receiver(having(200, { 'RateLimit-Reset': '7' }))
    const { execute } = await service()

    const reply = await execute({
      node: { method: 'POST', url: target.url, retry: { resetHeaders: ['RateLimit-Reset'] } },
    })

    expect(reply).toMatchObject({ succeeded: true, retryAfterMs: null, warnings: [] })
  })

  it('tells nothing of a secret of the service that the target echoes', async () => {
    const secret = '4711471147'
    const echo: Answer = ({ rawHeaders }, response) => {
      const at = rawHeaders.indexOf('X-Key')
      response.writeHead(429, { 'X-Echo': rawHeaders[at + 1] ?? '' }).end()
    }
    const target = await receiver(echo)
    const key = { value: secret, hosts: ['localhost'], ports: [target.port], in: ['headers'] }
    const { path } = await testFiles({ 'secrets.json': JSON.stringify({ key }) })
    const { execute } = await service({ settings: { SECRETS_FILE: join(path, 'secrets.json') } })
    const retry = { attempts: 1, resetHeaders: [{ name: 'X-Echo', unit: 'milliseconds' }] }
    const headers = [{ name: 'X-Key', value: '{{ secrets.key }}' }]

    const reply = await execute({ node: { method: 'GET', url: target.url, headers, retry } })

    expect(reply.attempts).toMatchObject([{ status: 429 }])
    expect(JSON.stringify(reply)).not.toContain(secret)
    expect(reply.retryAfterMs).toBeNull()
  })
})

describe('a part of a retry rule that can never apply', () => {
  const never = (path: string) => [['retry_never_applies', path]]
  it.each<[what: string, node: object, path: string | null]>([
    ['a status that would come again', { retry: { on: [503, 404] } }, '/node/retry/on/1'],
    ['a status that may duplicate', { retry: { on: [500] } }, '/node/retry/on/0'],
    ['the same with GET', { method: 'GET', retry: { on: [500] } }, null],
    ['a timeout of a POST', { retry: { on: ['connect', 'timeout'] } }, '/node/retry/on/1'],
    ['the same with idempotent', { idempotent: true, retry: { on: ['timeout'] } }, null],
    ['a class that has a status that may be tried again', { retry: { on: ['4xx', '5xx'] } }, null],
    ['a class that has none', { method: 'GET', retry: { on: ['3xx'] } }, '/node/retry/on/0'],
    [
      'a status that a case has',
      { cases: [{ branch: 'busy', when: { type: 'status', value: '5xx' } }], retry: { on: [503, 429] } },
      '/node/retry/on/0',
    ],
    [
      'a status that the node expects',
      { expect: { type: 'status', value: [200, 503] }, retry: { on: [503, 429] } },
      '/node/retry/on/0',
    ],
    [
      'a status that the node expects beside more',
      { expect: [{ type: 'status', value: 503 }, busy], retry: { on: [503] } },
      null,
    ],
    ['one attempt', { retry: { attempts: 1, on: [503] } }, '/node/retry/on'],
    ['a pause that does not fit', { retry: { delaysMs: [1_000, 60_000] } }, '/node/retry/delaysMs/1'],
    ['a pause that just fits', { retry: { delaysMs: [1_000, 30_000] } }, null],
    ['a pause that totalMs has room for', { retry: { delaysMs: [60_000], totalMs: 90_000 } }, null],
  ])('is a warning: %s', async (_what, node, path) => {
    expect(await codesOf(node)).toEqual(path === null ? [] : never(path))
  })
})

describe('a retry rule that is not well formed', () => {
  it.each<[retry: object, path: string, words: RegExp]>([
    [{ on: [] }, '/node/retry/on', /at least 1/],
    [{ on: ['timeouts'] }, '/node/retry/on/0', /"timeout"/],
    [{ on: 'timeout' }, '/node/retry/on', /array/],
    [{ on: [{ type: 'status', value: 503 }] }, '/node/retry/on/0/type', /condition/],
    [{ on: [{ type: 'condition', value: 'response.stauts == 1' }] }, '/node/retry/on/0/value', /status/],
    [{ delaysMs: [] }, '/node/retry/delaysMs', /at least 1/],
    [{ delaysMs: Array(10).fill(1) }, '/node/retry/delaysMs', /at most 9/],
    [{ delaysMs: 500 }, '/node/retry/delaysMs', /"delaysMs": \[/],
    [{ delays: [500] }, '/node/retry/delays', /"delaysMs"/],
    [{ retryOn: [503] }, '/node/retry/retryOn', /"on"/],
    [{ resetHeaders: [{ name: 'X-Reset' }] }, '/node/retry/resetHeaders/0/unit', /missing/],
    [
      { resetHeaders: [{ name: 'X-Reset', unit: 'ms' }] },
      '/node/retry/resetHeaders/0/unit',
      /"milliseconds"/,
    ],
    [{ resetHeaders: ['{{ profile.x }}'] }, '/node/retry/resetHeaders/0', /name of a header/],
    [{ resetHeaders: 'RateLimit-Reset' }, '/node/retry/resetHeaders', /array/],
  ])('is refused with its place and a hint: %j', async (retry, path, words) => {
    const { post } = await service()

    const { status, body } = await post<{ errors: { path: string; message: string }[] }>('/v1/preview', {
      node: { method: 'POST', url: 'https://target.example/', retry },
    })

    expect(status).toBe(400)
    expect(body.errors.find((error) => error.path === path)?.message).toMatch(words)
  })
})
