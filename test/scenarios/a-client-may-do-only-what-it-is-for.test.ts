import { join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import type { Problem } from '../../src/contract/schemas.ts'
import type { NodeList, NodeStatistics } from '../../src/contract/statistics.ts'
import { hashKey } from '../../src/http/clients/api-keys.ts'
import { type TestFiles, testFiles } from '../support/files.ts'
import { json } from '../support/receiver.ts'
import { receiver } from '../support/servers.ts'
import { type Service, service } from '../support/service.ts'
import { storeFile } from './support/durable.ts'

type Clients = Readonly<Record<string, object>>

const nameKey = (name: string) => `the-key-of-${name}`
const asClient = (name: string) => ({ authorization: `Bearer ${nameKey(name)}` })
const entry = (name: string, rest: object = {}) => ({ keys: [`sha256:${hashKey(nameKey(name))}`], ...rest })

/** Without a packet: the address is one that nothing opens. */
const node = { id: 'crm-lead', method: 'GET', url: 'https://169.254.169.254/' }

const usual: Clients = {
  engine: entry('engine', { tenants: ['acme', 'globex'] }),
  other: entry('other', { tenants: ['initech'] }),
  ops: entry('ops'),
  dashboard: entry('dashboard', { rights: ['read'] }),
  sender: entry('sender', { rights: ['execute'] }),
}

interface ServiceWithClients extends Service {
  readonly files: TestFiles
}

/** A service with a file of clients. */
async function serviceFor(
  clients: Clients = usual,
  settings: Readonly<Record<string, string>> = {},
): Promise<ServiceWithClients> {
  const files = await testFiles({ 'clients.json': JSON.stringify(clients) })
  const running = await service({
    settings: { API_KEYS_FILE: join(files.path, 'clients.json'), ...settings },
  })
  return { ...running, files }
}

describe('a client with a list of tenants', () => {
  it.each(['/v1/execute', '/v1/preview'])('may call for each of them: %s', async (path) => {
    const { post } = await serviceFor()

    for (const tenant of ['acme', 'globex'])
      expect(await post(path, { node, tenant }, asClient('engine'))).toMatchObject({ status: 200 })
  })

  it.each(['/v1/execute', '/v1/preview', '/v1/executions'])(
    'is told nothing of the connections of others, whatever is wrong with the body: %s',
    async (path) => {
      const { post } = await serviceFor(usual, { STORE_URL: `sqlite:${await storeFile()}` })
      const wrong = { node: { ...node, connection: 'crm', onError: 'never' } }
      const pathsFor = async (tenant?: string) => {
        const { body } = await post<Problem>(path, { ...wrong, tenant }, asClient('engine'))
        return body.errors.map(({ path }) => path)
      }

      expect(await pathsFor('acme')).toContain('/node/connection')
      expect(await pathsFor('initech')).toEqual(['/node/onError'])
      expect(await pathsFor()).toEqual(['/node/onError'])
    },
  )

  it.each<[what: string, path: string, tenant: string | undefined, message: string]>([
    ['of others', '/v1/execute', 'initech', 'must be one of'],
    ['that no client has', '/v1/execute', 'unheard-of', 'must be one of'],
    ['in other letters', '/v1/execute', 'ACME', 'must be one of'],
    ['that every object has as a member', '/v1/execute', '__proto__', 'must be one of'],
    ['that is missing', '/v1/execute', undefined, 'missing; must be one of'],
    ['of others', '/v1/preview', 'initech', 'must be one of'],
    ['that is missing', '/v1/preview', undefined, 'missing; must be one of'],
  ])('may not name a tenant %s: %s', async (_what, path, tenant, message) => {
    const target = await receiver(json(200, {}))
    const { post, log } = await serviceFor()

    const reply = await post<Problem>(
      path,
      { node: { ...node, url: target.url }, tenant },
      asClient('engine'),
    )

    expect(reply).toMatchObject({
      status: 403,
      body: { code: 'forbidden', delivered: 'no', retryable: false },
    })
    expect(reply.body.errors).toEqual([
      { path: '/tenant', message: `${message} the tenants of the client "engine": acme, globex` },
    ])
    expect(target.received).toEqual([])
    expect(log).toContainEqual(
      expect.objectContaining({
        level: 'info',
        msg: 'request refused',
        code: 'forbidden',
        keyName: 'engine',
      }),
    )
  })

  it('cannot smuggle a tenant in behind its own', async () => {
    const { post } = await serviceFor()
    const [first, last] = ['{"node":', `${JSON.stringify(node)},"tenant":"acme"`]

    const once = await post(`/v1/execute`, `${first}${last}}`, asClient('engine'))
    const twice = await post('/v1/execute', `${first}${last},"tenant":"initech"}`, asClient('engine'))
    const nested = await post(
      '/v1/execute',
      `${first}${last},"__proto__":{"tenant":"initech"}}`,
      asClient('engine'),
    )

    expect([once.status, twice.status >= 400, nested.status]).toEqual([200, true, 400])
  })

  it('gets no secret that is bound to the tenant of another', async () => {
    const target = await receiver(json(200, {}))
    const { path } = await testFiles({
      'secrets.json': '{"crm_token":{"value":"s3cr3t-of-initech","tenants":["initech"]}}',
    })
    const { post } = await serviceFor(usual, { SECRETS_FILE: join(path, 'secrets.json') })
    const call = (client: string, tenant: string) =>
      post(
        '/v1/execute',
        {
          node: {
            method: 'GET',
            url: target.url,
            auth: { type: 'bearer', token: '{{ secrets.crm_token }}' },
          },
          tenant,
        },
        asClient(client),
      )

    expect(await call('engine', 'initech')).toMatchObject({ status: 403 })
    expect(await call('engine', 'acme')).toMatchObject({ body: { reason: { code: 'secret_not_allowed' } } })
    expect(target.received).toEqual([])
    expect(await call('other', 'initech')).toMatchObject({ status: 200, body: { succeeded: true } })
    expect(target.received).toHaveLength(1)
  })

  it('sees the statistics of its tenants, one by one and together, and no others', async () => {
    const running = await serviceFor()
    for (const [client, tenant] of [
      ['engine', 'acme'],
      ['engine', 'globex'],
      ['engine', 'globex'],
      ['other', 'initech'],
      ['ops', undefined],
    ] as const)
      await running.post('/v1/execute', { node, tenant }, asClient(client))
    await running.post(
      '/v1/execute',
      { node: { ...node, id: 'secret-plan' }, tenant: 'initech' },
      asClient('other'),
    )

    const rowsFor = async (client: string, query = '') => {
      const { body } = await read<NodeList>(running, client, `/v1/nodes${query}`)
      return body.nodes.map(({ nodeId, tenant, passedThrough }) => [nodeId, tenant, passedThrough])
    }
    expect(await rowsFor('engine')).toEqual([
      ['crm-lead', null, 3],
      ['crm-lead', 'acme', 1],
      ['crm-lead', 'globex', 2],
    ])
    expect(await rowsFor('engine', '?tenant=globex')).toEqual([['crm-lead', 'globex', 2]])
    expect(await rowsFor('ops')).toHaveLength(6)

    const statistics = '/v1/nodes/crm-lead/stats'
    const together = await read<NodeStatistics>(running, 'engine', statistics)
    expect(together.body).toMatchObject({ tenant: null, passedThrough: 3, codes: { address_denied: 3 } })
    expect(together.body.lastFailures).toHaveLength(3)
    expect((await read<NodeStatistics>(running, 'ops', statistics)).body.passedThrough).toBe(5)
    expect(await read(running, 'engine', '/v1/nodes/secret-plan/stats')).toMatchObject({ status: 404 })
  })

  it('may not list the executions of another tenant, and lists those of all of its own', async () => {
    const running = await serviceFor(usual, { STORE_URL: `sqlite:${await storeFile()}` })

    const of = (query: string) => read<Problem>(running, 'engine', `/v1/executions${query}`)

    expect(await of('?tenant=initech')).toMatchObject({
      status: 403,
      body: { code: 'forbidden', errors: [{ path: '/tenant' }] },
    })
    expect([(await of('')).status, (await of('?tenant=acme')).status]).toEqual([200, 200])
  })

  it.each(['/v1/nodes', '/v1/nodes/crm-lead/stats'])(
    'may not ask for the statistics of another tenant: %s',
    async (path) => {
      const running = await serviceFor()

      const reply = await read<Problem>(running, 'engine', `${path}?tenant=initech`)

      expect(reply).toMatchObject({ status: 403, body: { code: 'forbidden', errors: [{ path: '/tenant' }] } })
    },
  )

  it('may have its list in API_KEYS, too', async () => {
    const { post } = await service({ settings: { API_KEYS: `engine:${nameKey('engine')}@acme|globex` } })
    const statusFor = async (tenant?: string) =>
      (await post('/v1/execute', { node, tenant }, asClient('engine'))).status

    expect([await statusFor('globex'), await statusFor('initech'), await statusFor()]).toEqual([
      200, 403, 403,
    ])
  })
})

describe('a client without a list of tenants', () => {
  it('may name any tenant, or none', async () => {
    const { post } = await serviceFor()

    for (const tenant of ['acme', 'unheard-of', undefined])
      expect(await post('/v1/execute', { node, tenant }, asClient('ops'))).toMatchObject({ status: 200 })
  })
})

describe('a client with some rights only', () => {
  it.each(['/v1/execute', '/v1/preview'])(
    'is refused before its body is read where it lacks the right: %s',
    async (path) => {
      const { post } = await serviceFor()

      const reply = await post<Problem>(path, 'not even JSON', asClient('dashboard'))

      expect(reply).toMatchObject({ status: 403, body: { code: 'forbidden', delivered: 'no', errors: [] } })
      expect(reply.body.detail).toContain('The client "dashboard" lacks the right "execute".')
    },
  )

  it('reads no statistics where it may only execute, and the other way round', async () => {
    const running = await serviceFor()

    expect(await running.post('/v1/execute', { node }, asClient('sender'))).toMatchObject({ status: 200 })
    expect(await read(running, 'dashboard', '/v1/nodes/crm-lead/stats')).toMatchObject({ status: 200 })
    for (const path of ['/v1/nodes', '/v1/nodes/crm-lead/stats']) {
      const reply = await read<Problem>(running, 'sender', path)

      expect(reply).toMatchObject({ status: 403, body: { code: 'forbidden' } })
      expect(reply.body.detail).toContain('lacks the right "read"')
    }
  })

  it('is counted in the metrics by what it was refused', async () => {
    const { post, url } = await serviceFor()
    await post('/v1/execute', { node }, asClient('dashboard'))

    const metrics = await (await fetch(`${url}/metrics`)).text()

    expect(metrics).toContain('webhook_node_problems_total{code="forbidden"} 1')
  })
})

describe('AUTH=off', () => {
  it('lets every client do everything, whatever the file of clients says', async () => {
    const { post, request } = await serviceFor(usual, { AUTH: 'off' })

    for (const headers of [{}, asClient('dashboard')])
      expect(await post('/v1/execute', { node, tenant: 'any' }, headers)).toMatchObject({ status: 200 })
    expect(await request('/v1/nodes?tenant=any')).toMatchObject({ status: 200 })
  })
})

describe('API_KEYS_FILE', () => {
  it('is read again when it changes: keys are rotated and rights taken away without a restart', async () => {
    const { post, files, log } = await serviceFor({ engine: entry('engine') })
    const statusWith = async (key: string) => (await post('/v1/execute', { node }, asClient(key))).status
    const becomes = (key: string, status: number) =>
      vi.waitFor(async () => expect(await statusWith(key)).toBe(status), { timeout: 10_000, interval: 20 })
    const both = [...entry('engine').keys, ...entry('engine-2027').keys]

    await files.replace('clients.json', JSON.stringify({ engine: { keys: both } }))
    await becomes('engine-2027', 200)
    expect(await statusWith('engine')).toBe(200)
    await files.replace('clients.json', JSON.stringify({ engine: { keys: both, rights: ['read'] } }))
    await becomes('engine', 403)

    const executed = log.filter(({ msg }) => msg === 'node executed')
    expect(new Set(executed.map(({ keyName }) => keyName))).toEqual(new Set(['engine']))
  })

  it('that cannot be used any more is logged as an error, without a key, and changes nothing', async () => {
    const { post, files, log } = await serviceFor({ engine: entry('engine') })

    await files.replace('clients.json', JSON.stringify({ engine: { keys: [nameKey('engine-2027')] } }))
    await vi.waitFor(
      () =>
        expect(log).toContainEqual(expect.objectContaining({ level: 'error', problems: expect.anything() })),
      { timeout: 10_000, interval: 20 },
    )

    expect(await post('/v1/execute', { node }, asClient('engine'))).toMatchObject({ status: 200 })
    expect(await post('/v1/execute', { node }, asClient('engine-2027'))).toMatchObject({ status: 401 })
    expect(JSON.stringify(log)).not.toContain(nameKey('engine'))
  })
})

function read<Body>({ request }: Service, client: string, path: string) {
  return request<Body>(path, { headers: asClient(client) })
}
