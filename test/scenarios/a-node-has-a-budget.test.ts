import { describe, expect, it } from 'vitest'
import type { Warning } from '../../src/contract/warning.ts'
import { json } from '../support/receiver.ts'
import { receiver } from '../support/servers.ts'
import { service } from '../support/service.ts'

const hook = { method: 'POST', url: 'https://hooks.example/' }
const field = (index: number) => ({ name: `f${index}`, value: index })
const list = <T>(count: number, item: (index: number) => T) =>
  Array.from({ length: count }, (_, index) => item(index))
const raw = (content: string) => ({ structure: 'raw', contentType: 'text/plain', content })

describe('a node above a limit that can be counted in its config', () => {
  it.each<[says: string, node: object, path: string]>([
    ['1,001 parameters', { query: list(1_001, field) }, '/node/query'],
    ['1,001 headers', { headers: list(1_001, field) }, '/node/headers'],
    ['1,001 fields', { body: { structure: 'simple', fields: list(1_001, field) } }, '/node/body/fields'],
    ['a name of 1,025 characters', { query: [{ name: 'x'.repeat(1_025), value: 1 }] }, '/node/query/0/name'],
    [
      '101 captures',
      { capture: Object.fromEntries(list(101, (index) => [`c${index}`, 'x'])) },
      '/node/capture',
    ],
    ['a capture with a name of 1,025 characters', { capture: { ['x'.repeat(1_025)]: 'x' } }, '/node/capture'],
    ['101 expectations', { expect: list(101, () => ({ type: 'status', value: 200 })) }, '/node/expect'],
    ['101 statuses', { expect: { type: 'status', value: list(101, () => 200) } }, '/node/expect/value'],
    ['5,001 placeholders', { body: raw('{{ profile.a }}'.repeat(5_001)) }, '/node/body/content'],
    ['5,001 tags', { body: raw('{% increment a %}'.repeat(5_001)) }, '/node/body/content'],
    ['5,001 lines of a tag', { body: raw(`{% liquid${'\necho a'.repeat(5_001)} %}`) }, '/node/body/content'],
    [
      '5,001 placeholders in all',
      { body: { structure: 'json', content: list(5_001, () => '{{ profile.a }}') } },
      '/node/body/content/5000',
    ],
    [
      'a placeholder of 8,193 characters',
      { body: raw(`{{ profile.a${' | upcase'.repeat(920)} }}`) },
      '/node/body/content',
    ],
    [
      'a condition of 8,193 characters',
      { query: [{ name: 'q', value: 1, when: `true${' and true'.repeat(920)}` }] },
      '/node/query/0/when',
    ],
  ])('is a 400 with %s', async (_says, node, path) => {
    const { post } = await service()

    for (const route of ['/v1/execute', '/v1/preview']) {
      const { status, body } = await post(route, { node: { ...hook, ...node } })
      expect(status).toBe(400)
      expect(body).toMatchObject({ code: 'invalid_request', errors: [{ path }] })
      expect(JSON.stringify(body).length).toBeLessThan(1_000)
    }
  })

  it.each<[says: string, node: object]>([
    ['1,000 parameters', { query: list(1_000, field) }],
    [
      '100 captures',
      { capture: Object.fromEntries(list(100, (index) => [`c${index}`, '{{ response.status }}'])) },
    ],
    ['100 expectations', { expect: list(100, () => ({ type: 'status', value: 200 })) }],
    ['5,000 placeholders', { body: raw('{{ profile.a }}'.repeat(5_000)) }],
  ])('is accepted at the limit with %s', async (_says, node) => {
    const { post } = await service()

    expect((await post('/v1/preview', { node: { ...hook, ...node } })).status).toBe(200)
  })
})

describe('a request that becomes too large', () => {
  const large = 'x'.repeat(900_000)
  const payload = { flow: { a: large, list: list(20_000, () => 1), deep: nested(60) } }

  function nested(depth: number): unknown {
    return depth === 0 ? list(500, () => 'v') : { ['k'.repeat(200)]: nested(depth - 1) }
  }

  it.each<[says: string, node: object, code: string]>([
    [
      'a list repeats a long name',
      { query: [{ name: 'x'.repeat(1_024), source: 'flow', field: 'list' }] },
      'url_invalid',
    ],
    [
      'many parameters take a large value',
      { query: list(1_000, (i) => ({ name: `q${i}`, source: 'flow', field: 'a' })) },
      'url_invalid',
    ],
    [
      'a URL grows in a loop',
      { url: 'https://hooks.example/{% for i in (1..20000) %}{{ flow.a }}{% endfor %}' },
      'url_invalid',
    ],
    [
      'a header grows in a loop',
      { headers: [{ name: 'X', value: '{% for i in (1..20000) %}{{ flow.a }}{% endfor %}' }] },
      'header_invalid',
    ],
    [
      'a form repeats a long name',
      {
        body: {
          structure: 'simple',
          contentType: 'application/x-www-form-urlencoded',
          fields: [{ name: 'x'.repeat(1_024), source: 'flow', field: 'list' }],
        },
      },
      'request_too_large',
    ],
    [
      'a form writes deep names again and again',
      { body: { structure: 'full', contentType: 'application/x-www-form-urlencoded' } },
      'request_too_large',
    ],
    [
      'many fields take a large value',
      {
        body: {
          structure: 'simple',
          fields: list(1_000, (i) => ({ name: `f${i}`, source: 'flow', field: 'a' })),
        },
      },
      'request_too_large',
    ],
    [
      'JSON takes a large value many times',
      { body: { structure: 'json', content: list(5_000, () => '{{ flow.a }}') } },
      'request_too_large',
    ],
    [
      'JSON takes a large object many times',
      { body: { structure: 'json', content: list(5_000, () => '{{ flow }}') } },
      'request_too_large',
    ],
    [
      'a raw body takes a large value many times',
      { body: raw('{{ flow.a }}'.repeat(5_000)) },
      'request_too_large',
    ],
  ])('ends before it takes memory where %s', async (_says, node, code) => {
    const { execute } = await service()

    const reply = await execute({ node: { ...hook, ...node }, payload })

    expect(reply).toMatchObject({
      reason: { code, blame: 'node' },
      delivered: 'no',
      request: null,
      attempts: [],
    })
    expect(JSON.stringify(reply).length).toBeLessThan(20_000)
  })
})

describe('a response that takes too much to judge', () => {
  const items = JSON.stringify(list(20_000, (index) => ({ index })))
  const endless =
    '{% for a in response.json %}{% for b in response.json %}{% assign c = b.index | plus: a.index %}{% endfor %}{% endfor %}'

  it.each<[says: string, node: object, path: string]>([
    [
      'in a condition',
      {
        expect: {
          type: 'condition',
          value: `(response.json | where_exp: "a", "response.json | has_exp: 'b', 'b.index == a'" | size) > 0`,
        },
      },
      '/node/expect',
    ],
    ['in a capture', { capture: { id: '{{ response.status }}', sum: endless } }, '/node/capture/sum'],
  ])('%s is judging_failed, with its status and what follows from it', async (_says, node, path) => {
    const target = await receiver((_request, response) => response.writeHead(503).end(items))
    const { execute } = await service()

    const reply = await execute({ node: { method: 'POST', url: target.url, ...node } })

    expect(reply).toMatchObject({
      branch: 'error',
      succeeded: false,
      reason: { code: 'judging_failed', blame: 'node', path },
      delivered: 'yes',
      repeat: 'safe',
      response: { status: 503 },
    })
    expect(Object.values(reply.captured).every((value) => value === null)).toBe(true)
  })

  it('still has half of the time when rendering has used all of its own', async () => {
    const target = await receiver(json(200, { ok: true }))
    const { execute } = await service()
    const busy = '{% for i in (1..1000) %}{% assign a = i | plus: 1 | times: 2 %}{% endfor %}x'
    const node = {
      method: 'POST',
      url: target.url,
      headers: [{ name: 'X-Busy', value: busy }],
      expect: { type: 'condition', value: 'response.json.ok == true' },
    }

    expect(await execute({ node })).toMatchObject({ succeeded: true })
  })
})

describe('the captured values', () => {
  it('have room for MAX_CAPTURED_BYTES together: what does not fit is null, with a warning', async () => {
    const target = await receiver(json(200, { a: 'x'.repeat(60), b: 'y'.repeat(60), c: 'z' }))
    const { execute } = await service({ settings: { MAX_CAPTURED_BYTES: '100' } })
    const capture = { a: '{{ response.json.a }}', b: '{{ response.json.b }}', c: '{{ response.json.c }}' }

    const { captured, warnings } = await execute({ node: { method: 'POST', url: target.url, capture } })

    expect(captured).toEqual({ a: 'x'.repeat(60), b: null, c: 'z' })
    expect(warnings).toMatchObject([{ code: 'capture_too_large', path: '/node/capture/b' }])
    expect(warnings[0]?.message).toContain('has 62 bytes')
  })

  it('do not grow with the number of captures', async () => {
    const target = await receiver((_request, response) => response.end('x'.repeat(200_000)))
    const { execute } = await service()
    const capture = Object.fromEntries(list(100, (index) => [`c${index}`, '{{ response.body }}']))

    const reply = await execute({ node: { method: 'POST', url: target.url, capture } })

    expect(Object.values(reply.captured).filter((value) => value !== null)).toHaveLength(1)
    expect(JSON.stringify(reply).length).toBeLessThan(400_000)
  })
})

describe('warnings', () => {
  const name = 'x'.repeat(20_000)
  const createBody = (placeholders: number) => ({
    structure: 'json',
    content: { [name]: list(placeholders, () => '{{ profile.missing }}') },
  })

  it.each(['/v1/execute', '/v1/preview'])(
    'of %s have a limit in characters, whatever the paths',
    async (route) => {
      const target = await receiver(json(200, {}))
      const { post } = await service({ settings: { MAX_RENDER_MS: '10000' } })

      const { status, body } = await post<{ warnings: Warning[] }>(route, {
        node: { method: 'POST', url: target.url, body: createBody(500) },
      })

      expect(status).toBe(200)
      const { warnings } = body
      expect(warnings.slice(0, -1).every(({ code }) => code === 'template_undefined')).toBe(true)
      expect(warnings.at(-1)).toMatchObject({ code: 'warnings_left_out', path: null })
      expect(warnings.at(-1)?.message).toContain(`${500 - (warnings.length - 1)} more`)
      expect(JSON.stringify(warnings).length).toBeLessThan(300_000)
    },
  )

  it('are all there where they fit', async () => {
    const target = await receiver(json(200, {}))
    const { execute } = await service({ settings: { MAX_RENDER_MS: '10000' } })

    const { warnings } = await execute({ node: { method: 'POST', url: target.url, body: createBody(12) } })

    expect(warnings.map(({ code }) => code)).toEqual(list(12, () => 'template_undefined'))
  })
})

describe('the errors of a refused node', () => {
  it('have a limit in characters, whatever the paths', async () => {
    const { post } = await service()
    const content = { ['x'.repeat(20_000)]: list(5_000, () => '{{ profile.a | missing }}') }

    const reply = await post('/v1/execute', { node: { ...hook, body: { structure: 'json', content } } })

    expect(reply.status).toBe(400)
    expect(JSON.stringify(reply.body).length).toBeLessThan(300_000)
  })
})
