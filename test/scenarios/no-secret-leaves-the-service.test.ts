import { createPrivateKey } from 'node:crypto'
import type { ServerOptions } from 'node:https'
import { join } from 'node:path'
import { TLSSocket } from 'node:tls'
import { describe, expect, it } from 'vitest'
import type { EgressClient } from '../../src/egress/egress-client.ts'
import { collector } from '../support/collector.ts'
import { listTraces } from '../support/disguises.ts'
import { testEgressClient } from '../support/egress-client.ts'
import { testFiles } from '../support/files.ts'
import { type Answer, json } from '../support/receiver.ts'
import { authority, rawServer, receiver } from '../support/servers.ts'
import { type ServiceOptions, service } from '../support/service.ts'
import {
  answersWith,
  type Canaries,
  callOf,
  callsWith,
  connectionsWith,
  cutAnswer,
  mark,
  ofCertificate,
  sampleCanaries,
  writeEcho,
} from './support/canaries.ts'

const key = `${mark}-key-0123456789`

const binding = { in: ['query', 'body'], hosts: ['localhost'], tenants: ['acme'] }

/** A service that has secrets, and writes everything into its log; all that leaves it is kept. */
async function watchedService(
  samples: readonly Canaries[],
  options: ServiceOptions = {},
  connections: object = {},
  more: Readonly<Record<string, string>> = {},
) {
  const traces = await collector()
  const mounted = Object.fromEntries(
    samples.map((sample, index) => [`mounted_${index}`, `${sample.mounted}\n`]),
  )
  const bound = samples.flatMap((sample, index) => [
    [`bound_${index}`, { ...binding, value: sample.bound }] as const,
    [`sealer_${index}`, { ...binding, in: ['signing'], value: sample.sealer }] as const,
  ])
  const files = await testFiles({
    ...Object.fromEntries(Object.entries(mounted).map(([name, value]) => [`mounted/${name}`, value])),
    'secrets.json': JSON.stringify({ ...Object.fromEntries(bound), ...more }),
    'connections.json': JSON.stringify(connections),
  })
  const running = await service({
    ...options,
    settings: {
      LOG_LEVEL: 'trace',
      API_KEYS: `engine:${key}`,
      SECRETS_DIR: join(files.path, 'mounted'),
      SECRETS_FILE: join(files.path, 'secrets.json'),
      CONNECTIONS_FILE: join(files.path, 'connections.json'),
      OTEL_EXPORTER_OTLP_ENDPOINT: traces.url,
    },
  })
  const replies: string[] = []
  const captured: string[] = []

  async function ask(path: string, body?: unknown, authorization = `Bearer ${key}`): Promise<number> {
    const response = await fetch(running.url + path, {
      headers: { authorization, 'content-type': 'application/json' },
      ...(body === undefined
        ? {}
        : { method: 'POST', body: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
    const [shown, data] = splitReply(await response.text())
    replies.push(`${JSON.stringify([...response.headers])} ${shown}`)
    captured.push(data)
    return response.status
  }

  /** Everything that has left the service, once it has ended. */
  async function everything(): Promise<readonly string[]> {
    for (const path of [
      '/metrics',
      '/v1/nodes',
      '/v1/nodes/canary/stats',
      '/v1/nodes/canary/stats?tenant=acme',
      '/v1/connections',
    ])
      expect(await ask(path)).toBe(200)
    await running.drain()
    expect(traces.spans().length).toBeGreaterThan(1)
    expect(running.log.length).toBeGreaterThan(1)
    return [
      ...replies,
      ...running.log.map((line) => JSON.stringify(line)),
      ...traces.deliveries.map(({ body }) => body),
    ]
  }

  return { ...running, replies, captured, ask, everything }
}

/** What is shown of a reply, and what is data of the target: captured values are as the target has sent them. */
function splitReply(text: string): readonly [shown: string, captured: string] {
  if (!text.startsWith('{')) return [text, '']
  const { captured, simulated, ...rest } = JSON.parse(text)
  const { captured: simulatedData, ...shown } = simulated ?? {}
  return [JSON.stringify({ ...rest, simulated: shown }), JSON.stringify([captured, simulatedData])]
}

/** A target that says what it is told to. */
async function parrot(options: ServerOptions = {}, callers: string[] = []) {
  let answer: Answer = json(200, {})
  const { url, received } = await receiver((request, response, incoming) => {
    const { socket } = incoming
    const name = socket instanceof TLSSocket ? socket.getPeerCertificate().subject?.CN : undefined
    callers.push(...[name ?? []].flat())
    answer(request, response, incoming)
  }, options)
  const says = (next: Answer) => {
    answer = next
  }
  return { url, received, says }
}

function sealKey(key: string, passphrase: string): string {
  const cipher = 'aes-256-cbc'
  return createPrivateKey(key).export({ type: 'pkcs8', format: 'pem', cipher, passphrase }).toString()
}

/** The lines of PEM that are of this one alone. */
function listLines(pem: string): readonly string[] {
  return pem.split('\n').filter((line) => line.length > 30 && !line.startsWith('-----'))
}

/** Also what a JSON text says counts as shown. */
function expectNone(texts: readonly string[], samples: readonly Canaries[]): void {
  expectNoTrace(texts, [mark, ...samples.flatMap((sample) => Object.values(sample).flatMap(listTraces))])
}

/** What workflows get has no secret of the service, which none of them may have. */
function expectNoneStored(captured: readonly string[], samples: readonly Canaries[]): void {
  const stored = samples.flatMap(({ mounted, bound, sealer, sealerKey }) => [
    mounted,
    bound,
    sealer,
    sealerKey,
  ])
  expectNoTrace(captured, stored.flatMap(listTraces))
}

function expectNoTrace(texts: readonly string[], of: readonly string[]): void {
  const traces = [...new Set(of)]
  const said = texts.flatMap((text) => [text, text.replaceAll('\\"', '"').replaceAll('\\\\', '\\')])
  const leaks = said.flatMap((text) => traces.flatMap((trace) => surroundings(text, trace)))

  expect(leaks).toEqual([])
}

/** The first place where one text stands in another. */
function surroundings(text: string, part: string): readonly string[] {
  const at = text.indexOf(part)
  return at === -1 ? [] : [text.slice(Math.max(0, at - 80), at + part.length + 40)]
}

describe('a secret', () => {
  it('does not leave the service, whatever its value is and however the target returns it', async () => {
    const samples = sampleCanaries(3)
    const target = await parrot()
    const { ask, everything, captured } = await watchedService(samples)

    for (const [index, sample] of samples.entries())
      for (const { request, own, stored } of callsWith(sample, index, target.url)) {
        for (const answerWith of Object.values(answersWith)) {
          target.says(answerWith([...own, ...stored]))
          expect(await ask('/v1/execute', request)).toBe(200)
        }
        expect(await ask('/v1/execute', { ...request, diagnostics: 'brief' })).toBe(200)
        const simulate = {
          status: 500,
          headers: { 'x-echo': writeEcho(own), 'set-cookie': own[0] },
          body: writeEcho(own),
        }
        expect(await ask('/v1/preview', { ...withoutTenant(request), simulate })).toBe(200)
      }

    for (const sample of samples) {
      const { token, mounted, apiKey, cookie, iban } = sample
      const [arrived] = target.received.filter(({ rawHeaders }) => rawHeaders.includes(`Bearer ${token}`))
      expect(arrived?.rawHeaders).toEqual(expect.arrayContaining([`Key ${mounted}`, apiKey, cookie, iban]))
    }
    expectNone(await everything(), samples)
    expectNoneStored(captured, samples)
  }, 120_000)

  it('does not leave the service as a credential of a connection, literal or not', async () => {
    const samples = sampleCanaries(2)
    const caller = await authority.issue({ purpose: 'client', commonName: ofCertificate })
    const callers: string[] = []
    const target = await parrot({ requestCert: true, ca: authority.pem, rejectUnauthorized: false }, callers)
    const entries = samples.flatMap((sample, index) => connectionsWith(sample, index, target.url))
    const connections = Object.fromEntries(entries.map(({ name, entry }) => [name, entry]))
    const keys = samples.map(({ mounted }, index) => [`key_${index}`, sealKey(caller.key, mounted)])
    const identities: Record<string, string> = { certificate: caller.cert, ...Object.fromEntries(keys) }
    const { ask, everything, captured } = await watchedService(samples, {}, connections, identities)

    for (const { name, stored } of entries) {
      const request = { ...callOf(name), tenant: 'acme' }
      for (const answerWith of Object.values(answersWith)) {
        target.says(answerWith(stored))
        expect(await ask('/v1/execute', request)).toBe(200)
      }
      expect(await ask('/v1/preview', { ...request, simulate: { status: 401 } })).toBe(200)
      const own = { ...request.node, auth: { type: 'bearer', token: 'abcd' }, url: 'https://a.example' }
      expect(await ask('/v1/execute', { ...request, node: own })).toBe(400)
      expect(await ask('/v1/execute', { ...request, tenant: 'globex' })).toBe(400)
    }

    const arrived = target.received.flatMap(({ rawHeaders, target: url }) => [
      ...rawHeaders,
      decodeURIComponent(url),
    ])
    for (const { sent } of entries) expect([...arrived, ...callers]).toContain(sent)
    const texts = await everything()
    expectNone(texts, samples)
    expectNoTrace(texts, Object.values(identities).flatMap(listLines))
    expectNoTrace(
      captured,
      samples.flatMap((sample) => Object.values(sample).flatMap(listTraces)),
    )
  }, 120_000)

  it('does not leave the service as a client secret or an access token', async () => {
    const samples = sampleCanaries(2)
    const login = await parrot()
    const target = await parrot()
    const { ask, everything, captured } = await watchedService(samples)
    const tokens: string[] = []

    for (const [index, { token, mounted }] of samples.entries())
      for (const method of ['GET', 'POST'])
        for (const [at, answerWith] of Object.values(answersWith).entries()) {
          const fetched = `${mark}-fetched.${index}-${method}-${at}/+=~Zq7x`
          tokens.push(fetched)
          const auth = {
            type: 'oauth2',
            tokenUrl: `${login.url}/token`,
            clientId: 'flow',
            clientSecret: `{{ secrets.mounted_${index} }}`,
            parameters: { key: '{{ secrets.token }}', at: String(at), method },
          }
          const capture = { all: '{{ response.body }}', headers: '{{ response.headers | json }}' }
          const request = {
            node: { id: 'canary', method, url: target.url, auth, capture },
            secrets: { token },
            tenant: 'acme',
          }
          const client = Buffer.from(`flow:${new URLSearchParams({ s: mounted }).toString().slice(2)}`)
          const basic = client.toString('base64')
          login.says(json(200, { access_token: fetched, token_type: 'Bearer', expires_in: 60 }))
          target.says(answerWith([fetched, mounted, token, basic]))
          expect(await ask('/v1/execute', request)).toBe(200)
          target.says(json(401, { error: fetched, error_description: `${fetched} ${basic}` }))
          expect(await ask('/v1/execute', request)).toBe(200)
          login.says(
            json(400, { error: 'invalid_client', error_description: `${mounted} ${token} ${basic}` }),
          )
          expect(await ask('/v1/execute', request)).toBe(200)
        }

    const sent = target.received.flatMap(({ rawHeaders }) => rawHeaders)
    for (const fetched of tokens) expect(sent).toContain(`Bearer ${fetched}`)
    expectNone(await everything(), samples)
    expectNoneStored(captured, samples)
    expectNoTrace(captured, tokens.flatMap(listTraces))
  }, 120_000)

  it('does not leave the service as a password of Digest, nor as what is computed from it', async () => {
    const samples = sampleCanaries(2)
    const { ask, everything, captured } = await watchedService(samples)
    let answerWith = Object.values(answersWith)[0]
    const computed: string[] = []
    const target = await receiver((received, response, incoming) => {
      const at = received.rawHeaders.indexOf('Authorization')
      const header = at === -1 ? '' : (received.rawHeaders[at + 1] ?? '')
      const [, digits = ''] = /response="(\w+)"/.exec(header) ?? []
      const [, cnonce = ''] = /cnonce="(\w+)"/.exec(header) ?? []
      if (header === '') {
        response.writeHead(401, { 'www-authenticate': 'Digest realm="r", nonce="n", qop="auth"' }).end()
        return
      }
      computed.push(digits, cnonce)
      answerWith?.([digits, cnonce])(received, response, incoming)
    })

    for (const [index, { token }] of samples.entries())
      for (const method of ['GET', 'POST'])
        for (answerWith of Object.values(answersWith)) {
          const own = index === 0 ? '{{ secrets.token }}' : `{{ secrets.mounted_${index} }}`
          const auth = { type: 'digest', username: 'flow', password: own }
          const body = { structure: 'json', content: 1 }
          const node = { id: 'canary', method, url: target.url, auth, ...(method === 'POST' && { body }) }
          expect(await ask('/v1/execute', { node, secrets: { token }, tenant: 'acme' })).toBe(200)
          expect(await ask('/v1/preview', { node, secrets: { token }, tenant: 'acme' })).toBe(200)
        }

    expect(new Set(computed).size).toBeGreaterThan(20)
    const texts = await everything()
    expectNone(texts, samples)
    expectNoneStored(captured, samples)
    expectNoTrace(texts, computed)
  }, 120_000)

  it('does not leave the service as a key of AWS, nor as a signature that is made with it', async () => {
    const samples = sampleCanaries(2)
    const { ask, everything, captured } = await watchedService(samples)
    let answerWith = Object.values(answersWith)[0]
    const signatures: string[] = []
    const target = await receiver((received, response, incoming) => {
      const [, signature = ''] = /Signature=(\w+)/.exec(received.rawHeaders.join(' ')) ?? []
      signatures.push(signature)
      answerWith?.([signature])(received, response, incoming)
    })

    for (const [index, { token }] of samples.entries())
      for (answerWith of Object.values(answersWith)) {
        const stored = `{{ secrets.mounted_${index} }}`
        const auth = {
          type: 'awsSigV4',
          region: 'eu-central-1',
          service: 's3',
          accessKeyId: 'AKIDEXAMPLE',
          secretAccessKey: index === 0 ? '{{ secrets.token }}' : stored,
          sessionToken: index === 0 ? stored : '{{ secrets.token }}',
        }
        const node = { id: 'canary', method: 'GET', url: target.url, auth }
        expect(await ask('/v1/execute', { node, secrets: { token }, tenant: 'acme' })).toBe(200)
        expect(await ask('/v1/preview', { node, secrets: { token }, tenant: 'acme' })).toBe(200)
      }

    expect(signatures.filter((signature) => signature !== '').length).toBeGreaterThan(10)
    const texts = await everything()
    expectNone(texts, samples)
    expectNoneStored(captured, samples)
    expectNoTrace(
      texts,
      signatures.filter((signature) => signature !== ''),
    )
  }, 120_000)

  it('does not leave the service with a body that is cut in the middle of it', async () => {
    const samples = sampleCanaries(0)
    const target = await parrot()
    const { ask, everything, captured } = await watchedService(samples)

    for (const [index, sample] of samples.entries())
      for (const { request, own, stored } of callsWith(sample, index, target.url).slice(0, 1))
        for (const limit of [120, 65_536, 1_048_576]) {
          target.says(cutAnswer(limit, [...own, ...stored][index] ?? ''))
          expect(await ask('/v1/execute', request)).toBe(200)
        }

    expectNone(await everything(), samples)
    expectNoneStored(captured, samples)
  })

  it('does not leave the service where the call fails before there is an answer', async () => {
    const samples = sampleCanaries(2)
    const selfSigned = await authority.issue({ isSelfSigned: true })
    const untrusted = await receiver(json(200, {}), { credentials: selfSigned })
    const plain = await rawServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'))
    const silent = await receiver(() => {})
    const { ask, everything, replies } = await watchedService(samples)

    for (const [index, sample] of samples.entries()) {
      const [call] = callsWith(sample, index, silent.url)
      const { node, ...rest } = call.request
      const own = '{{ secrets.note }}'
      const value = `{{ secrets.mounted_${index} }} ${own}`
      const failing: readonly (readonly [code: string, changes: object])[] = [
        ['tls_untrusted', { url: untrusted.url }],
        ['tls_not_tls', { url: `https://localhost:${plain.port}` }],
        ['response_timeout', { timeoutMs: 100 }],
        ['address_denied', { url: 'https://localhost:22/{{ secrets.note }}' }],
        ['secret_not_allowed', { url: silent.url.replace('localhost', '127.0.0.1') }],
        [
          'secret_missing',
          { body: { structure: 'raw', contentType: 'text/plain', content: `${own}{{ secrets.no }}` } },
        ],
        ['body_invalid', { body: { structure: 'raw', contentType: 'application/json', content: own } }],
        ['header_invalid', { headers: [{ name: 'X', value: `${own}{{ profile.bell }}` }] }],
        ['secret_invalid', { headers: [{ name: 'X', value: `${value}{{ profile.bell }}` }] }],
        [
          'template_failed',
          { headers: [{ name: 'X', value: `${value}{% for i in (1..99999999) %}{{ i }}{% endfor %}` }] },
        ],
        ['value_missing', { auth: { type: 'bearer', token: '{{ profile.none }}' } }],
      ]
      for (const [code, changes] of failing) {
        const request = {
          ...rest,
          payload: { profile: { iban: sample.iban, bell: '\x07' } },
          node: { ...node, ...changes },
        }
        expect(await ask('/v1/execute', request)).toBe(200)
        expect(replies.at(-1)).toContain(`"code":"${code}"`)
      }
    }

    expectNone(await everything(), samples)
  })

  it('does not leave the service where the request is refused', async () => {
    const samples = sampleCanaries(2)
    const { ask, everything } = await watchedService(samples)

    for (const [index, sample] of samples.entries()) {
      const { token, note } = sample
      const [call] = callsWith(sample, index, 'https://localhost:22')
      const { node, ...rest } = call.request
      const refused: readonly object[] = [
        { auth: { type: 'bearer', token: '{{ secrets.token | upcase }}' } },
        { auth: { type: 'bearer', tokn: token } },
        { auth: { type: 'bearer', token: [token] } },
        { auth: { type: token, token } },
        { auth: { type: 'basic', username: `a:${token}`, password: note } },
        { headers: [{ name: 'X-Api-Key', value: `a\n${token}` }] },
        { headers: [{ name: 'X-Api-Key', value: token, literal: token }] },
        { headers: [{ name: 'X-Api-Key', value: `{{ "${token.replaceAll(/["\\]/g, '')}" | no_filter }}` }] },
        { url: `https://flow:${encodeURIComponent(token)}@localhost/` },
        { url: `http://localhost/?token=${encodeURIComponent(token)}` },
        { capture: { stolen: '{{ secrets.token }}' } },
      ]
      for (const changes of refused)
        expect(await ask('/v1/execute', { ...rest, node: { ...node, ...changes } })).toBe(400)
      for (const secrets of [
        { token: { value: token } },
        { 'a b': token },
        { token: [token] },
        token,
        [token],
      ])
        expect(await ask('/v1/preview', { node, secrets })).toBe(400)
      for (const text of [
        JSON.stringify(rest).slice(0, -2),
        `${JSON.stringify({ node })} ${token}`,
        JSON.stringify(token),
      ])
        expect(await ask('/v1/execute', text)).toBe(400)
      expect(await ask('/v1/execute', { node, ...rest }, `Bearer ${mark}-wrong`)).toBe(401)
      expect(await ask('/v1/execute', { node, ...rest })).toBe(200)
    }

    expectNone(await everything(), samples)
  })

  it('does not leave the service where that has a bug', async () => {
    const samples = sampleCanaries(0)
    const egressClient: EgressClient = {
      ...testEgressClient(),
      call: (request) =>
        Promise.reject(Object.assign(new Error('a bug'), { request, text: request.body?.toString() })),
      mayCall: () => true,
    }
    const { ask, log, replies } = await watchedService(samples, { egressClient })

    for (const [index, sample] of samples.entries())
      for (const { request } of callsWith(sample, index, 'https://localhost'))
        expect(await ask('/v1/execute', request)).toBe(500)

    expect(log.filter(({ msg }) => msg === 'unexpected error')).not.toEqual([])
    expectNone([...replies, ...log.map((line) => JSON.stringify(line))], samples)
  })
})

function withoutTenant(request: object): object {
  const { tenant: _tenant, ...rest } = request as { tenant?: string }
  return rest
}
