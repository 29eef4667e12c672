import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import type { ConnectionList } from '../../src/contract/connection.ts'
import type { Problem } from '../../src/contract/schemas.ts'
import type { NodeStatistics } from '../../src/contract/statistics.ts'
import { hashKey } from '../../src/http/clients/api-keys.ts'
import { collector } from '../support/collector.ts'
import { listTraces, writeEchoes } from '../support/disguises.ts'
import { type TestFiles, testFiles } from '../support/files.ts'
import { inTurn, json } from '../support/receiver.ts'
import { growth, scrape } from '../support/scrape.ts'
import { authority, receiver } from '../support/servers.ts'
import { type Service, service } from '../support/service.ts'
import { headersNamed } from './support/received-headers.ts'

type Entries = Readonly<Record<string, unknown>>

interface ConnectedService extends Service {
  readonly files: TestFiles
}

const stored = 's3cr3t-of-the-service'
const bearer = { type: 'bearer', token: '{{ secrets.crm_token }}' }

/** A service with connections, and with a secret that they may use. */
async function connected(
  connections: Entries,
  settings: Readonly<Record<string, string>> = {},
  secrets: Entries = { crm_token: stored },
): Promise<ConnectedService> {
  const files = await testFiles({
    'connections.json': JSON.stringify(connections),
    'secrets.json': JSON.stringify(secrets),
  })
  const running = await service({
    settings: {
      CONNECTIONS_FILE: join(files.path, 'connections.json'),
      SECRETS_FILE: join(files.path, 'secrets.json'),
      ...settings,
    },
  })
  return { ...running, files }
}

const node = { id: 'crm-lead', method: 'POST', connection: 'crm', url: '/leads' }

/** The errors of a request that is refused. */
async function refusal({ post }: Service, request: object, path = '/v1/execute'): Promise<Problem['errors']> {
  const { status, body } = await post<Problem>(path, request)
  expect(status).toBe(400)
  return body.errors
}

const reloaded = { timeout: 15_000, interval: 50 }

describe('a node with a connection', () => {
  it.each([
    ['/v1', '/v1/leads', '/v1', '/leads'],
    ['/crm/v1/', '/v1/leads?a=1', '/v1', '/leads'],
    ['/rest/api', '/api/', '/api', '/'],
  ])('is told that the path of the connection %s stands in %s once more', async (base, url, end, own) => {
    const target = await receiver(json(404, { error: 'No such route' }))
    const { execute } = await connected({ crm: { baseUrl: `${target.url}${base}` } })

    const { reason } = await execute({ node: { ...node, url } })

    expect(reason).toMatchObject({ path: '/node/url' })
    expect(reason.hint).toContain(
      `The URL of the connection "crm" ends in "${end}", and the path of the node begins with that once more: write "${own}" as "url" of the node.`,
    )
  })

  it('goes to its host and path, with its credentials and headers', async () => {
    const target = await receiver(json(201, { id: 'L-9' }))
    const { execute } = await connected({
      crm: {
        baseUrl: `${target.url}/v1/`,
        auth: bearer,
        headers: [
          { name: 'X-Api-Version', value: 3 },
          { name: 'X-Tenant', value: '{{ execution.tenant }}' },
        ],
      },
    })

    const reply = await execute({
      node: { ...node, url: '/leads/{{ profile.id }}?a=1', headers: [{ name: 'X-Own', value: 'yes' }] },
      payload: { profile: { id: 'a b/c' } },
      tenant: 'acme',
    })

    expect(target.received).toMatchObject([{ target: '/v1/leads/a%20b%2Fc?a=1' }])
    expect(headersNamed(target.received[0], 'Authorization', 'X-Api-Version', 'X-Tenant', 'X-Own')).toEqual([
      ['Authorization', `Bearer ${stored}`],
      ['X-Api-Version', '3'],
      ['X-Tenant', 'acme'],
      ['X-Own', 'yes'],
    ])
    expect(reply).toMatchObject({
      connection: 'crm',
      succeeded: true,
      request: { url: `${target.url}/v1/leads/a%20b%2Fc?a=1` },
    })
    expect(JSON.stringify(reply)).not.toContain(stored)
  })

  it('is tried again as the connection says', async () => {
    const target = await receiver(inTurn(json(503, {}), json(200, {})))
    const { execute } = await connected({
      crm: { baseUrl: target.url, retry: { attempts: 2, initialDelayMs: 1 } },
    })

    const { succeeded, attempts, idempotencyKey, executionId } = await execute({ node })

    expect({ succeeded, attempts: attempts.length }).toEqual({ succeeded: true, attempts: 2 })
    expect(idempotencyKey).toBe(executionId)
  })

  it('may be without: the reply says null', async () => {
    const target = await receiver(json(200, {}))
    const { execute } = await connected({ crm: { baseUrl: 'https://api.crm.example' } })

    expect(await execute({ node: { method: 'GET', url: target.url } })).toMatchObject({ connection: null })
  })

  it('does not send a secret of the request in place of one that the connection refers to', async () => {
    const target = await receiver(json(200, {}))
    const running = await connected({
      crm: {
        baseUrl: target.url,
        auth: bearer,
        headers: [{ name: 'X-Sig', value: 'v {{ secrets.crm_token }}' }],
      },
      lost: { baseUrl: target.url, auth: { type: 'bearer', token: '{{ secrets.own }}' } },
    })
    const secrets = { crm_token: 'of-the-request', own: 'of-the-request' }

    await running.execute({ node, secrets })
    const lost = await running.execute({ node: { ...node, connection: 'lost' }, secrets })

    expect(headersNamed(target.received[0], 'Authorization', 'X-Sig')).toEqual([
      ['Authorization', `Bearer ${stored}`],
      ['X-Sig', `v ${stored}`],
    ])
    expect(target.received).toHaveLength(1)
    expect(lost).toMatchObject({
      succeeded: false,
      delivered: 'no',
      repeat: 'never',
      reason: { code: 'secret_missing', blame: 'service', path: '/node/connection' },
    })
    expect(lost.reason.hint).toContain('The connection "lost" of the service uses the secret.')
  })

  it('still sends secrets of the request where the node refers to them', async () => {
    const target = await receiver(json(200, {}))
    const { execute } = await connected({ crm: { baseUrl: target.url, auth: bearer } })
    const headers = [{ name: 'X-Own', value: '{{ secrets.own }}' }]

    await execute({ node: { ...node, headers }, secrets: { own: 'of-the-request' } })

    expect(headersNamed(target.received[0], 'Authorization', 'X-Own')).toEqual([
      ['Authorization', `Bearer ${stored}`],
      ['X-Own', 'of-the-request'],
    ])
  })

  it.each<[what: string, binding: object]>([
    ['another host', { hosts: ['api.crm.example'] }],
    ['another port', { ports: [443] }],
    ['another path', { paths: ['/v2'] }],
    ['another place', { in: ['query'] }],
    ['another tenant', { tenants: ['globex'] }],
  ])('sends nothing where its secret is bound to %s', async (_what, binding) => {
    const target = await receiver(json(200, {}))
    const running = await connected(
      { crm: { baseUrl: `${target.url}/v1`, auth: bearer } },
      {},
      {
        crm_token: { value: stored, ...binding },
      },
    )

    const reply = await running.execute({ node, tenant: 'acme' })

    expect(reply).toMatchObject({
      connection: 'crm',
      reason: { code: 'secret_not_allowed', blame: 'service', path: '/node/connection' },
    })
    expect(target.received).toEqual([])
  })

  it('sends a secret that is bound to the path of the connection', async () => {
    const target = await receiver(json(200, {}))
    const running = await connected(
      { crm: { baseUrl: `${target.url}/v1`, auth: bearer } },
      {},
      {
        crm_token: { value: stored, paths: ['/v1'], hosts: ['localhost'] },
      },
    )

    expect(await running.execute({ node })).toMatchObject({ succeeded: true })
  })

  it('blames the connection for a credential that the target refuses', async () => {
    const target = await receiver(json(401, { error: 'invalid token' }))
    const { execute } = await connected({ crm: { baseUrl: target.url, auth: bearer } })

    const { reason } = await execute({ node })

    expect(reason.path).toBe('/node/connection')
    expect(reason.hint).toContain('It comes from the connection "crm"')
  })

  it('widens no egress', async () => {
    const { execute } = await connected({ crm: { baseUrl: 'https://169.254.169.254/latest' } })

    expect(await execute({ node })).toMatchObject({
      reason: { code: 'address_denied', path: '/node/connection' },
      delivered: 'no',
    })
  })
})

describe('a node that does not fit its connection', () => {
  const crm = {
    baseUrl: 'https://api.crm.example/v1',
    auth: bearer,
    headers: [{ name: 'X-Api-Version', value: '3' }],
    retry: { attempts: 2 },
  }
  const byQuery = {
    baseUrl: 'https://api.crm.example',
    auth: { type: 'apiKey', in: 'query', name: 'key', value: '{{ secrets.crm_token }}' },
  }

  it.each([
    ['credentials of its own', { auth: { type: 'basic', username: 'a', password: 'pass' } }, '/node/auth'],
    ['a header of the same name', { headers: [{ name: 'x-api-VERSION', value: '4' }] }, '/node/headers/0'],
    [
      'the header of the credentials',
      {
        headers: [
          { name: 'X-Own', value: '1' },
          { name: 'authorization', value: 'Bearer x' },
        ],
      },
      '/node/headers/1',
    ],
    ['a retry of its own', { retry: { attempts: 3 } }, '/node/retry'],
    ['an absolute URL', { url: 'https://evil.example/leads' }, '/node/url'],
    ['the URL of the connection', { url: 'https://api.crm.example/v1/leads' }, '/node/url'],
    ['a URL without a scheme', { url: '//evil.example/leads' }, '/node/url'],
    ['a URL with backslashes', { url: '\\\\evil.example' }, '/node/url'],
    ['a backslash behind the slash', { url: '/\\evil.example' }, '/node/url'],
    ['a path without its slash', { url: 'leads' }, '/node/url'],
    ['a path that a value begins', { url: '{{ vars.path }}' }, '/node/url'],
    ['user info', { url: '@evil.example/' }, '/node/url'],
    ['a port', { url: ':8443/' }, '/node/url'],
    ['nothing', { url: '' }, '/node/url'],
    ['dots', { url: '/../admin' }, '/node/url'],
    ['dots at the end', { url: '/leads/..' }, '/node/url'],
    ['one dot', { url: '/./leads' }, '/node/url'],
    ['escaped dots', { url: '/%2e%2E/admin' }, '/node/url'],
    ['dots that are escaped twice', { url: '/%252e%252e/admin' }, '/node/url'],
    ['an escaped slash behind dots', { url: '/..%2fadmin' }, '/node/url'],
    ['parameters behind dots', { url: '/..;a=b/admin' }, '/node/url'],
    ['dots before a placeholder', { url: '/../{{ profile.id }}' }, '/node/url'],
    ['a list of hosts', { hosts: ['api.crm.example'] }, '/node/hosts'],
    [
      'a parameter of the same name',
      { connection: 'byQuery', query: [{ name: 'key', value: '1' }] },
      '/node/query/0',
    ],
    ['that parameter in its URL', { connection: 'byQuery', url: '/?a=1&k%65y=2' }, '/node/url'],
  ])('is refused with %s', async (_what, changes, path) => {
    const running = await connected({ crm, byQuery })

    const errors = await refusal(running, { node: { ...node, ...changes } })

    expect(errors.map((error) => error.path)).toEqual([path])
  })

  it('is told of everything at once, also beside a connection that is not known', async () => {
    const running = await connected({ crm })
    const changes = { url: 'https://evil.example', capture: { a: '{{ secrets.x }}' } }

    const errors = await refusal(running, { node: { ...node, connection: 'cmr', ...changes } })

    expect(errors.map((error) => error.path).sort()).toEqual([
      '/node/capture/a',
      '/node/connection',
      '/node/url',
    ])
  })

  it('is told what its schema forbids, and nothing that is not wrong', async () => {
    const running = await connected({ crm })

    expect(await refusal(running, { node: { ...node, timeoutMS: 5 } })).toMatchObject([
      { path: '/node/timeoutMS' },
    ])
    expect(await refusal(running, { node: { ...node, connection: 5 } })).toMatchObject([
      { path: '/node/connection' },
    ])
    const [misspelt] = await refusal(running, {
      node: { ...node, connectionName: 'crm', connection: undefined },
    })
    expect(misspelt).toMatchObject({ message: expect.stringContaining('it is called "connection" here') })
  })

  it.each([
    ['a tag that writes dots', '/{% if profile.up %}..{% endif %}/admin', {}],
    ['a tag that writes a slash', '/{% if profile.up %}/evil.example{% endif %}', {}],
    ['a value with escaped dots', '/files/{{ profile.name }}/x', { name: '%2e%2e' }],
    ['a value with slashes and dots', '/files/{{ profile.name }}', { name: 'a/../../admin' }],
    ['a value of dots', '/files/{{ profile.name }}', { name: '..' }],
    ['a value that becomes dots with the text before it', '/files/.{{ profile.name }}', { name: '.' }],
  ])('is not sent with %s', async (_what, url, profile) => {
    const target = await receiver(json(200, {}))
    const { execute } = await connected({ crm: { baseUrl: `${target.url}/v1` } })

    const reply = await execute({ node: { ...node, url }, payload: { profile: { up: true, ...profile } } })

    expect(reply).toMatchObject({ delivered: 'no', reason: { code: 'url_invalid', path: '/node/url' } })
    expect(target.received).toEqual([])
  })
})

describe('a connection of some tenants', () => {
  const baseUrl = 'https://169.254.169.254'
  const connections = {
    crm: { baseUrl, tenants: ['acme', 'initech'] },
    shop: { baseUrl, tenants: ['globex'] },
    mail: { baseUrl },
  }

  it('is there for these, and unknown to others', async () => {
    const running = await connected(connections)
    const ask = async (connection: string, tenant?: string, path?: string) => {
      const errors = await refusal(running, { node: { ...node, connection }, tenant }, path)
      expect(errors).toMatchObject([{ path: '/node/connection' }])
      return errors[0]?.message
    }

    for (const tenant of ['acme', 'initech', 'acme'])
      expect(await running.execute({ node, tenant })).toMatchObject({ reason: { code: 'address_denied' } })
    // The node is known by now.
    const unknown = await ask('nowhere', 'globex')
    expect(unknown).toBe(
      'must be a connection that the service has for the tenant of the request; GET /v1/connections lists them',
    )
    for (const path of ['/v1/execute', '/v1/preview'])
      for (const tenant of ['globex', undefined]) expect(await ask('crm', tenant, path)).toBe(unknown)
  })

  it('is suggested to these only', async () => {
    const running = await connected(connections)
    const suggestion = async (connection: string, tenant?: string) =>
      (await refusal(running, { node: { ...node, connection }, tenant }))[0]?.message.split('; ')[1]

    expect(await suggestion('cmr', 'acme')).toBe('did you mean "crm"?')
    expect(await suggestion('cmr', 'globex')).toBe('GET /v1/connections lists them')
    expect(await suggestion('mial', 'globex')).toBe('did you mean "mail"?')
    expect(await suggestion('mial')).toBe('did you mean "mail"?')
  })

  it('is listed for these only, without credentials', async () => {
    const key = (name: string) => `the-key-of-${name}`
    const client = (name: string, rest: object) => ({ keys: [`sha256:${hashKey(key(name))}`], ...rest })
    const clients = await testFiles({
      'clients.json': JSON.stringify({
        ops: client('ops', {}),
        engine: client('engine', { tenants: ['acme', 'globex'] }),
        sender: client('sender', { rights: ['execute'] }),
      }),
    })
    const running = await connected(
      {
        ...connections,
        full: {
          baseUrl: 'https://API.crm.example:8443/hidden-path/',
          auth: { type: 'basic', username: 'hidden-user', password: 'hidden-password' },
          headers: [{ name: 'X-Api-Key', value: 'hidden-value' }],
          retry: { attempts: 2 },
          tenants: ['umbrella'],
        },
      },
      { API_KEYS_FILE: join(clients.path, 'clients.json') },
    )
    const list = (name: string, path = '/v1/connections') =>
      running.request<ConnectionList>(path, { headers: { authorization: `Bearer ${key(name)}` } })

    const bare = {
      auth: null,
      headers: [],
      tls: false,
      signing: false,
      retry: false,
      limits: false,
      host: '169.254.169.254',
    }
    const full = {
      name: 'full',
      host: 'api.crm.example:8443',
      auth: 'basic',
      headers: ['X-Api-Key'],
      tls: false,
      signing: false,
      retry: true,
      limits: false,
      tenants: ['umbrella'],
    }
    const all = await list('ops')
    expect(all.body.connections).toEqual([
      { ...bare, name: 'crm', tenants: ['acme', 'initech'] },
      full,
      { ...bare, name: 'mail', tenants: null },
      { ...bare, name: 'shop', tenants: ['globex'] },
    ])
    expect(JSON.stringify(all.body)).not.toContain('hidden')
    expect((await list('engine')).body.connections).toEqual([
      { ...bare, name: 'crm', tenants: ['acme'] },
      { ...bare, name: 'mail', tenants: null },
      { ...bare, name: 'shop', tenants: ['globex'] },
    ])
    expect(await list('sender')).toMatchObject({ status: 403 })
    expect(await list('ops', '/v1/connections?tenant=acme')).toMatchObject({ status: 400 })
    expect(await running.request('/v1/connections')).toMatchObject({ status: 401 })
  })
})

describe('CONNECTIONS=required', () => {
  it('refuses a node without a connection, of one placeholder too', async () => {
    const target = await receiver(json(200, {}))
    const running = await connected({ crm: { baseUrl: target.url } }, { CONNECTIONS: 'required' })
    const message = 'missing; this service takes only nodes with a connection (CONNECTIONS=required)'

    for (const own of [{ url: target.url }, { url: '{{ vars.next }}', hosts: ['localhost'] }])
      for (const path of ['/v1/execute', '/v1/preview'])
        expect(await refusal(running, { node: { method: 'GET', ...own } }, path)).toEqual([
          { path: '/node/connection', message },
        ])
    expect(await running.execute({ node })).toMatchObject({ succeeded: true })
    expect(target.received).toHaveLength(1)
  })
})

describe('a change of CONNECTIONS_FILE', () => {
  it('holds for the next call, whatever was compiled before; what runs goes on with what it began with', async () => {
    const { promise: released, resolve: release } = Promise.withResolvers<void>()
    const first = await receiver(
      inTurn(
        json(200, {}),
        json(200, {}),
        (...call) => released.then(() => json(503, {})(...call)),
        json(200, {}),
      ),
    )
    const second = await receiver(json(200, {}))
    const running = await connected({
      crm: { baseUrl: first.url, headers: [{ name: 'X-Was', value: 'first' }] },
    })
    const call = { node: { ...node, idempotent: true, retry: { attempts: 2, initialDelayMs: 1 } } }
    await running.execute(call)
    await running.execute(call)
    const running3 = running.execute(call)
    await vi.waitUntil(() => first.received.length === 3, reloaded)

    await running.files.replace(
      'connections.json',
      JSON.stringify({ crm: { baseUrl: `${second.url}/v2`, auth: bearer } }),
    )
    await vi.waitUntil(async () => {
      await running.execute(call)
      return second.received.length > 0
    }, reloaded)
    release()

    expect(await running3).toMatchObject({ succeeded: true, attempts: [{ status: 503 }, { status: 200 }] })
    expect(headersNamed(first.received.at(-1), 'X-Was')).toEqual([['X-Was', 'first']])
    expect(second.received[0]).toMatchObject({ target: '/v2/leads' })
    expect(headersNamed(second.received[0], 'Authorization', 'X-Was')).toEqual([
      ['Authorization', `Bearer ${stored}`],
    ])
    expect(
      running.log.find(({ msg }) => msg === 'the connections changed and were read again'),
    ).toMatchObject({
      level: 'info',
      connections: 1,
    })
  })

  it('that takes a connection away makes a branch of it, for those that had it, until it is back', async () => {
    const target = await receiver(json(200, {}))
    const crm = { baseUrl: target.url, auth: { type: 'bearer', token: 'literal-token' }, tenants: ['acme'] }
    const running = await connected({ crm })
    const call = { node: { ...node, branches: { error: 'no' } }, tenant: 'acme' }
    expect(await running.execute(call)).toMatchObject({ succeeded: true })
    const before = await scrape(running.url)

    await running.files.replace('connections.json', '{}')
    await vi.waitUntil(
      async () => (await running.execute(call)).reason.code === 'connection_missing',
      reloaded,
    )
    const sent = target.received.length

    expect(await running.execute(call)).toMatchObject({
      branch: 'no',
      connection: 'crm',
      delivered: 'no',
      repeat: 'safe',
      attempts: [],
      request: null,
      reason: { code: 'connection_missing', blame: 'service', path: '/node/connection' },
    })
    expect(await running.preview(call)).toMatchObject({
      simulated: { branch: 'no', reason: { code: 'connection_missing' } },
    })
    expect(await refusal(running, { ...call, tenant: 'globex' })).toMatchObject([
      { path: '/node/connection' },
    ])
    expect(await refusal(running, { node: { ...call.node, connection: 'never' } })).toMatchObject([
      { path: '/node/connection' },
    ])
    expect((await running.request<ConnectionList>('/v1/connections')).body.connections).toEqual([])
    expect(target.received).toHaveLength(sent)
    expect(growth(before, await scrape(running.url))).toMatchObject({
      'webhook_node_executions_total{branch="error",code="connection_missing",blame="service"}':
        expect.any(Number),
    })

    await running.files.replace('connections.json', JSON.stringify({ crm }))
    await vi.waitUntil(async () => (await running.execute(call)).succeeded, reloaded)
  })

  it('that is wrong changes nothing, and is a metric and a line of the log until it is mended', async () => {
    const target = await receiver(json(200, {}))
    const running = await connected({ crm: { baseUrl: target.url } })
    const stale = async () => (await scrape(running.url)).get('webhook_node_connections_stale')
    expect(await stale()).toBe(0)

    await running.files.replace(
      'connections.json',
      JSON.stringify({ crm: { baseUrl: 'http://plain.example', limit: {} }, mail: 5 }),
    )
    await vi.waitUntil(async () => (await stale()) === 1, reloaded)

    expect(await running.execute({ node })).toMatchObject({ succeeded: true })
    const line = running.log.find(({ msg }) => String(msg).startsWith('the connections changed but'))
    expect(line).toMatchObject({ level: 'error' })
    expect(JSON.stringify(line?.problems)).toMatch(/\/crm\/limit unknown member.*\/mail must be/)

    await running.files.replace('connections.json', JSON.stringify({ crm: { baseUrl: target.url } }))
    await vi.waitUntil(async () => (await stale()) === 0, reloaded)
  })
})

describe('the preview of a node with a connection', () => {
  it('shows what goes out, with shell variables that are named after the secrets', async () => {
    const target = await receiver(json(200, {}))
    const { execute, preview } = await connected({
      crm: {
        baseUrl: `${target.url}/v1`,
        auth: bearer,
        headers: [
          { name: 'X-Api-Key', value: 'literal-key' },
          { name: 'X-Plain', value: 'shown' },
        ],
      },
    })
    // The request's own secret of that name is another one.
    const call = { node, payload: {}, secrets: { crm_token: 'of-the-request' } }

    const { request, curl, warnings } = await preview(call)
    await execute(call)
    await runCommand(curl ?? '', { crm_token: stored, x_api_key: 'literal-key' })

    expect(request.url).toBe(`${target.url}/v1/leads`)
    expect(request.headers).toEqual(
      expect.arrayContaining([
        ['Authorization', '•••'],
        ['X-Api-Key', '•••'],
        ['X-Plain', 'shown'],
      ]),
    )
    expect(curl).toContain(`'Authorization: Bearer '"$crm_token"`)
    for (const secret of [stored, 'literal-key', 'of-the-request'])
      expect(JSON.stringify({ request, curl, warnings })).not.toContain(secret)
    const [own, byCurl] = target.received.map((received) =>
      headersNamed(received, 'Authorization', 'X-Api-Key', 'X-Plain'),
    )
    expect(byCurl).toEqual(own)
    expect(own).toHaveLength(3)
  })
})

async function runCommand(command: string, variables: Readonly<Record<string, string>>): Promise<void> {
  const path = mkdtempSync(join(tmpdir(), 'webhook-node-curl-'))
  onTestFinished(() => rmSync(path, { recursive: true }))
  const ca = join(path, 'ca.pem')
  writeFileSync(ca, authority.pem)
  await promisify(execFile)('/bin/sh', ['-c', command], {
    env: { ...variables, PATH: process.env.PATH ?? '', CURL_CA_BUNDLE: ca },
  })
}

describe('a literal credential of a connection', () => {
  const literals: readonly (readonly [value: string, entry: object])[] = [
    ['c4n4ry-token+/=', { auth: { type: 'bearer', token: 'c4n4ry-token+/=' } }],
    ['c4n4ry-pass"word', { auth: { type: 'basic', username: 'flow', password: 'c4n4ry-pass"word' } }],
    ['c4n4ry-user', { auth: { type: 'basic', username: 'c4n4ry-user', password: '' } }],
    ['c4n4ry-key-1', { auth: { type: 'apiKey', in: 'header', name: 'X-Whatever', value: 'c4n4ry-key-1' } }],
    ['c4n4ry key&2', { auth: { type: 'apiKey', in: 'query', name: 'k', value: 'c4n4ry key&2' } }],
    ['c4n4ry-header', { headers: [{ name: 'X-Api-Key', value: 'c4n4ry-header' }] }],
    ['sid=c4n4ry-cookie', { headers: [{ name: 'Cookie', value: 'sid=c4n4ry-cookie' }] }],
    ['c4n4ry-scheme', { headers: [{ name: 'Authorization', literal: 'Token c4n4ry-scheme' }] }],
    ['c4n4ry-other', { headers: [{ name: 'X-Other', value: 'c4n4ry-other', sensitive: true }] }],
  ]

  it.each(literals)('is sent and never shown, captured or confirmed: %s', async (value, entry) => {
    const echo = writeEchoes(value).join(' ')
    const target = await receiver((_request, response) => response.writeHead(401).end(echo))
    const running = await connected({ crm: { baseUrl: target.url, ...entry } })
    const own = { ...node, capture: { all: '{{ response.body }}' } }
    const guess = value.slice(0, 9)

    const replies = [
      await running.execute({ node: own }),
      await running.execute({ node: { ...own, expect: { type: 'string', value: guess } } }),
      await running.preview({ node: own }),
    ]
    const guessed = await running.execute({ node: { ...own, url: `/${encodeURIComponent(value)}` } })

    const [request] = target.received
    const [, digits = ''] = /Basic (\S+)/.exec(request?.rawHeaders.join(' ') ?? '') ?? []
    const sent = `${request?.target} ${request?.rawHeaders.join(' ')} ${Buffer.from(digits, 'base64')}`
    expect(decodeURIComponent(sent)).toContain(value)
    expect(replies[1]).toMatchObject({ succeeded: false })
    const told = JSON.stringify([replies, running.log])
    for (const trace of listTraces(value)) expect(told).not.toContain(trace)
    // A client cannot test a guess with a text of its own.
    expect(guessed.request?.url).toContain(`/${encodeURIComponent(value)}`)
  })
})

describe('the statistics, metrics, traces and log', () => {
  it('name the connection', async () => {
    const traces = await collector()
    const target = await receiver(inTurn(json(200, {}), json(404, {})))
    const running = await connected(
      { crm: { baseUrl: target.url } },
      { OTEL_EXPORTER_OTLP_ENDPOINT: traces.url },
    )
    const before = await scrape(running.url)

    await running.execute({ node })
    await running.execute({ node })

    const { body } = await running.request<NodeStatistics>('/v1/nodes/crm-lead/stats')
    expect(body).toMatchObject({ connections: { crm: 2 }, lastFailures: [{ connection: 'crm' }] })
    expect(growth(before, await scrape(running.url))).toMatchObject({
      'webhook_node_connection_executions_total{connection="crm",result="succeeded"}': 1,
      'webhook_node_connection_executions_total{connection="crm",result="failed"}': 1,
    })
    expect(running.log.filter(({ msg }) => msg === 'node executed')).toMatchObject([
      { connection: 'crm' },
      { connection: 'crm' },
    ])
    await running.drain()
    expect(traces.deliveries.map(({ body: text }) => text).join()).toContain('webhook_node.connection')
  })
})

describe('a connection with oauth2', () => {
  const clientSecret = 'client-s3cr3t-of-the-service'

  async function world(login: Parameters<typeof receiver>[0]) {
    const endpoint = await receiver(login)
    const target = await receiver(json(200, {}))
    const auth = {
      type: 'oauth2',
      tokenUrl: `${endpoint.url}/token`,
      clientId: 'flow',
      clientSecret: '{{ secrets.crm_secret }}',
      scope: '{{ execution.tenant }}',
      refusedWhen: { type: 'status', value: 498 },
    }
    const running = await connected({ crm: { baseUrl: target.url, auth } }, {}, { crm_secret: clientSecret })
    return { endpoint, target, ...running }
  }

  it('fetches a token for the node, which is signed, and the request for the token is not', async () => {
    const { execute, request, endpoint, target } = await world(
      json(200, { access_token: 'token-of-the-service', expires_in: 60 }),
    )
    const signing = {
      scheme: 'hmac',
      algorithm: 'sha256',
      over: '{{ body }}',
      header: 'X-Sig',
      value: '{{ hex }}',
      secret: '{{ secrets.key }}',
    }

    const reply = await execute({
      node: { ...node, signing },
      secrets: { key: 'a-key-for-hmac', crm_secret: 'of-the-client' },
      tenant: 'acme',
    })

    expect(reply).toMatchObject({ branch: 'success', connection: 'crm' })
    expect(headersNamed(target.received[0], 'Authorization')).toEqual([
      ['Authorization', 'Bearer token-of-the-service'],
    ])
    expect(headersNamed(target.received[0], 'X-Sig')).toHaveLength(1)
    expect(headersNamed(endpoint.received[0], 'X-Sig')).toEqual([])
    const basic = Buffer.from(`flow:${clientSecret}`).toString('base64')
    expect(headersNamed(endpoint.received[0], 'Authorization')).toEqual([['Authorization', `Basic ${basic}`]])
    expect(String(endpoint.received[0]?.body)).toBe('grant_type=client_credentials&scope=acme')
    expect(JSON.stringify(reply)).not.toContain('token-of-the-service')
    const { body } = await request<ConnectionList>('/v1/connections')
    expect(body.connections).toMatchObject([{ name: 'crm', auth: 'oauth2' }])
  })

  it('says that the operator has to act where its client is refused', async () => {
    const { execute, target } = await world(json(401, { error: 'invalid_client' }))

    const { reason, delivered } = await execute({ node, tenant: 'acme' })

    expect(target.received).toEqual([])
    expect(delivered).toBe('no')
    expect(reason).toMatchObject({ code: 'auth_token_refused', blame: 'service', path: '/node/connection' })
    expect(reason.hint).toContain('"invalid_client"')
    expect(reason.hint).toContain('CONNECTIONS_FILE')
  })
})
