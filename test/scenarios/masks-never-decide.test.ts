import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { testFiles } from '../support/files.ts'
import { receiver } from '../support/servers.ts'
import { service } from '../support/service.ts'

interface Case {
  readonly says: string
  readonly node: object
  readonly rest?: object
  readonly answer: { readonly headers?: Record<string, string>; readonly body: string }
  readonly captured: Record<string, unknown>
}

const cases: readonly Case[] = [
  {
    says: 'a user name that is also a role',
    node: {
      auth: { type: 'basic', username: 'admin', password: 'hunter22' },
      expect: { type: 'condition', value: 'response.json.role == "admin"' },
      capture: { role: '{{ response.json.role }}' },
    },
    answer: { body: '{"role":"admin"}' },
    captured: { role: 'admin' },
  },
  {
    says: 'a sensitive year that is also a part of a date',
    node: {
      body: {
        structure: 'simple',
        fields: [{ name: 'year', source: 'profile', field: 'year', sensitive: true }],
      },
      expect: { type: 'string', value: '2026-05-01' },
      capture: { at: '{{ response.json.created_at }}', year: '{{ response.json.year }}' },
    },
    rest: { payload: { profile: { year: 2026 } } },
    answer: { body: '{"created_at":"2026-05-01T10:00:00Z","year":2026}' },
    captured: { at: '2026-05-01T10:00:00Z', year: 2026 },
  },
  {
    says: 'a secret of the request that the target sends back',
    node: {
      auth: { type: 'bearer', token: '{{ secrets.t }}' },
      expect: { type: 'condition', value: 'response.body contains "tok-123"' },
      capture: { part: '{{ response.json.echo | slice: 0, 7 }}' },
    },
    rest: { secrets: { t: 'tok-12345' } },
    answer: { body: '{"echo":"tok-12345"}' },
    captured: { part: 'tok-123' },
  },
  {
    says: 'a cookie and a token that the target sets in a header',
    node: {
      expect: { type: 'condition', value: 'response.headers.x-auth-token == "fresh-token-1"' },
      capture: {
        cookie: '{{ response.headers.set-cookie }}',
        token: '{{ response.headers.x-auth-token }}',
      },
    },
    answer: { headers: { 'Set-Cookie': 'sid=c0ok1e', 'X-Auth-Token': 'fresh-token-1' }, body: 'sid=c0ok1e' },
    captured: { cookie: 'sid=c0ok1e', token: 'fresh-token-1' },
  },
]

describe('a mask', () => {
  it.each(cases)(
    'does not decide on $says: the branch and what is captured follow the real response',
    async (one) => {
      const target = await receiver((_request, response) =>
        response.writeHead(200, one.answer.headers).end(one.answer.body),
      )
      const { execute } = await service()

      const reply = await execute({ node: { method: 'POST', url: target.url, ...one.node }, ...one.rest })

      expect(reply).toMatchObject({ succeeded: true, branch: 'success', captured: one.captured })
      expect(reply.warnings.map(({ code }) => code)).toEqual([])
    },
  )

  it.each(cases)('does not decide on $says in a preview', async ({ node, rest, answer, captured }) => {
    const { preview } = await service()
    const simulate = { status: 200, ...answer }

    const { simulated } = await preview({
      node: { method: 'POST', url: 'https://hooks.example/', ...node },
      ...rest,
      simulate,
    })

    expect(simulated).toMatchObject({ succeeded: true, branch: 'success', captured })
  })

  it.each(cases)('hides the value in the reply all the same on $says', async ({ node, rest, answer }) => {
    const target = await receiver((_request, response) =>
      response.writeHead(200, answer.headers).end(answer.body),
    )
    const { execute } = await service()

    const { response } = await execute({ node: { method: 'POST', url: target.url, ...node }, ...rest })

    expect(response?.body).toContain('•••')
  })

  it('decides for a secret of the service only, which the client does not have', async () => {
    const target = await receiver((_request, response) =>
      response.writeHead(200).end('{"echo":"tok-9f8e7d6c","ok":true}'),
    )
    const { path } = await testFiles({ 's.json': '{"crm":"tok-9f8e7d6c"}' })
    const { execute } = await service({ settings: { SECRETS_FILE: join(path, 's.json') } })
    const node = {
      method: 'POST',
      url: target.url,
      auth: { type: 'bearer', token: '{{ secrets.crm }}' },
      capture: { echo: '{{ response.json.echo }}', ok: '{{ response.json.ok }}' },
    }

    const reply = await execute({
      node: { ...node, expect: { type: 'condition', value: 'response.json.echo == "tok-9f8e7d6c"' } },
    })

    expect(reply).toMatchObject({ succeeded: false, captured: { echo: '•••', ok: true } })
    expect(reply.reason.hint).toContain('masked before expectations and captures look')
    expect(reply.warnings.map(({ code, path: at }) => `${code} ${at}`)).toEqual([
      'expectation_masked /node/expect',
      'capture_masked /node/capture/echo',
    ])
  })

  it.each([
    'response.status == 200',
    'response.headers.x-q == "1"',
    'response.json.ok',
    'response.status == 200 and response.json.list[0] == 7',
  ])('leads to no warning where nothing reads the masked text: %s', async (value) => {
    const target = await receiver((_request, response) =>
      response
        .writeHead(200, { 'x-q': '1', 'x-token': 'tok-9f8e7d6c' })
        .end('{"echo":"tok-9f8e7d6c","ok":true,"list":[7]}'),
    )
    const { path } = await testFiles({ 's.json': '{"crm":"tok-9f8e7d6c"}' })
    const { execute } = await service({ settings: { SECRETS_FILE: join(path, 's.json') } })

    const reply = await execute({
      node: {
        method: 'POST',
        url: target.url,
        auth: { type: 'bearer', token: '{{ secrets.crm }}' },
        expect: { type: 'condition', value },
        capture: { ok: '{{ response.json.ok | json }}' },
      },
    })

    expect(reply).toMatchObject({ succeeded: true, captured: { ok: 'true' }, warnings: [] })
  })

  it('does not cover a value that the operator declares as no secret', async () => {
    const target = await receiver((request, response) => response.end(request.body))
    const account = { value: 'acme-4711', in: ['body', 'auth'], hidden: false }
    const { path } = await testFiles({ 's.json': JSON.stringify({ account }) })
    const { execute } = await service({ settings: { SECRETS_FILE: join(path, 's.json') } })
    const fields = [{ name: 'account', value: '{{ secrets.account }}' }]

    const reply = await execute({
      node: {
        method: 'POST',
        url: target.url,
        body: { structure: 'simple', fields },
        expect: { type: 'condition', value: 'response.json.account == "acme-4711"' },
        capture: { account: '{{ response.json.account }}' },
      },
    })

    expect(reply).toMatchObject({
      succeeded: true,
      captured: { account: 'acme-4711' },
      request: { body: '{"account":"acme-4711"}', bodyBytes: 23 },
      response: { body: '{"account":"acme-4711"}' },
      warnings: [],
    })
  })
})
