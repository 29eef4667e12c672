import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { listTraces, writeEchoes } from '../support/disguises.ts'
import { testFiles } from '../support/files.ts'
import { receiver } from '../support/servers.ts'
import { service } from '../support/service.ts'
import { headersNamed } from './support/received-headers.ts'

const token = 'tok/en+9f8e=7d'
const note = 'pass "word" & ümlaut\n'
const secrets = { token, note }

/** A service that has the token as a secret of its own. */
async function serviceWithSecret() {
  const { path } = await testFiles({ 'secrets.json': JSON.stringify({ token }) })
  return await service({ settings: { SECRETS_FILE: join(path, 'secrets.json') } })
}

describe('a node with secrets', () => {
  it('sends them, and shows them in no form that the target echoes', async () => {
    const target = await receiver((request, response) => {
      const echo = { body: request.body.toString(), token: writeEchoes(token), note: writeEchoes(note) }
      response
        .writeHead(200, { 'x-echo': encodeURIComponent(token), 'set-cookie': 'session=hush-hush' })
        .end(JSON.stringify(echo))
    })
    const { execute, log } = await service()
    const node = {
      method: 'POST',
      url: `${target.url}/{{ secrets.token }}`,
      auth: { type: 'bearer', token: '{{ secrets.token }}' },
      query: [{ name: 'k', value: 'x-{{ secrets.token }}' }],
      headers: [{ name: 'X-Twice', value: 'Key {{ secrets.token }}' }],
      body: { structure: 'json', content: { note: '{{ secrets.note }}', plain: 'visible' } },
      capture: { echoed: '{{ response.json.token }}', cookie: '{{ response.headers.set-cookie }}' },
      expect: { type: 'string', value: 'not there' },
    }

    const reply = await execute({ node, secrets })

    const [request] = target.received
    expect(request?.target).toBe('/tok%2Fen%2B9f8e%3D7d?k=x-tok%2Fen%2B9f8e%3D7d')
    expect(headersNamed(request, 'Authorization', 'X-Twice')).toEqual([
      ['Authorization', `Bearer ${token}`],
      ['X-Twice', `Key ${token}`],
    ])
    expect(JSON.parse(request?.body.toString() ?? '')).toEqual({ note, plain: 'visible' })

    expect(reply.request).toMatchObject({
      url: `${target.url}/•••?k=•••`,
      body: '{"note":"•••","plain":"visible"}',
    })
    const { captured, ...shown } = reply
    expect(captured).toEqual({ echoed: writeEchoes(token), cookie: 'session=hush-hush' })
    const told = [JSON.stringify(shown), JSON.stringify(log)]
    for (const trace of [...listTraces(token), ...listTraces(note), 'hush-hush'])
      for (const text of told) expect(text).not.toContain(trace)
  })

  it('does not capture a part of a secret of the service that the target echoes, nor change its form', async () => {
    const target = await receiver((_request, response) => {
      const json = JSON.stringify({ error: `invalid token ${token}`, list: [{ [token]: token }] })
      response.writeHead(401, { 'x-echo': token }).end(json)
    })
    const { execute } = await serviceWithSecret()
    const node = {
      method: 'POST',
      url: target.url,
      auth: { type: 'bearer', token: '{{ secrets.token }}' },
      capture: {
        part: '{{ response.json.error | slice: 14, 6 }}',
        loud: '{{ response.json.error | upcase }}',
        spaced: '{{ response.body | split: "" | join: " " }}',
        nested: '{{ response.json.list | json | replace: "/", "-" }}',
        header: '{{ response.headers.x-echo | slice: 0, 6 }}',
      },
    }

    const { captured, warnings } = await execute({ node })

    expect(captured).toEqual({
      part: '•••',
      loud: 'INVALID TOKEN •••',
      spaced: expect.stringContaining('t o k e n   • • •'),
      nested: '[{"•••":"•••"}]',
      header: '•••',
    })
    const names = ['part', 'loud', 'spaced', 'nested', 'header']
    expect(warnings.map(({ code, path }) => [code, path])).toEqual(
      names.map((name) => ['capture_masked', `/node/capture/${name}`]),
    )
  })

  it('does not confirm the beginning of a secret of the service', async () => {
    const target = await receiver((_request, response) =>
      response.writeHead(200).end(`your token is ${token}`),
    )
    const { execute } = await serviceWithSecret()
    const node = { method: 'POST', url: target.url, auth: { type: 'bearer', token: '{{ secrets.token }}' } }
    const guess = `token is ${token.slice(0, 3)}`
    const expectations = [
      { type: 'string', value: guess },
      { type: 'condition', value: `response.body contains "${guess}"` },
    ]

    for (const expectation of expectations) {
      const { succeeded, reason, warnings } = await execute({
        node: { ...node, expect: expectation, retry: { attempts: 2, initialDelayMs: 0 }, idempotent: true },
      })
      expect(succeeded).toBe(false)
      expect(reason.hint).toContain('masked before expectations and captures look')
      expect(warnings).toMatchObject([{ code: 'expectation_masked', path: '/node/expect' }])
    }
  })

  it('masks a field that the author calls sensitive, wherever it appears', async () => {
    const target = await receiver((request, response) => {
      response.writeHead(200).end(`You sent ${request.body}`)
    })
    const { execute } = await service()
    const fields = [{ name: 'iban', source: 'profile', field: 'iban', sensitive: true }]

    const reply = await execute({
      node: { method: 'POST', url: target.url, body: { structure: 'simple', fields } },
      payload: { profile: { iban: 'DE02120300000000202051' } },
    })

    expect(target.received[0]?.body.toString()).toBe('{"iban":"DE02120300000000202051"}')
    expect(reply).toMatchObject({
      request: { body: '{"iban":"•••"}' },
      response: { body: 'You sent {"iban":"•••"}' },
    })
  })

  it.each([
    ['a filter', '{{ secrets.token | upcase }}'],
    ['a condition', '{% if secrets.token %}yes{% endif %}'],
    ['a computed name', '{{ secrets[profile.name] }}'],
    ['a variable', '{% assign copy = secrets.token %}{{ copy }}'],
  ])('refuses %s over a secret, which could give it away piece by piece', async (_what, value) => {
    const target = await receiver((_request, response) => response.end())
    const { post } = await service()
    const node = { method: 'POST', url: target.url, headers: [{ name: 'X-Key', value }] }

    const { status, body } = await post('/v1/execute', { node, secrets })

    expect(status).toBe(400)
    expect(body).toMatchObject({ errors: [{ path: '/node/headers/0/value' }] })
    expect(target.received).toEqual([])
  })

  it('refuses a secret in what comes back to the workflow', async () => {
    const { post } = await service()
    const node = {
      method: 'POST',
      url: 'https://hooks.example/',
      capture: { token: '{{ secrets.token }}' },
    }

    const { status, body } = await post('/v1/execute', { node, secrets })

    expect(status).toBe(400)
    expect(body).toMatchObject({ errors: [{ path: '/node/capture/token' }] })
  })
})
