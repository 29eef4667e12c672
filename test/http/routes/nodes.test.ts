import { once } from 'node:events'
import { request as openRequest } from 'node:http'
import { hostname } from 'node:os'
import { json as readJson } from 'node:stream/consumers'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import type { Problem } from '../../../src/contract/schemas.ts'
import type { NodeList, NodeStatistics } from '../../../src/contract/statistics.ts'
import { held, json } from '../../support/receiver.ts'
import { receiver } from '../../support/servers.ts'
import { type Service, service } from '../../support/service.ts'

/** Ends without a packet: nothing may be called there. */
const node = (id: string) => ({ id, method: 'GET', url: 'https://169.254.169.254/' })

const anyIds = [
  'crm-lead',
  'a node with spaces',
  'flow/1/node/2',
  'nodes/x/stats',
  '/',
  '100 %',
  '%2F',
  'a%252Fb',
  '?tenant=acme#here',
  'a;b&c=d+e',
  'é日本🙂',
  '\u0000\n',
  '__proto__',
  'constructor',
  '...',
  'x'.repeat(128),
  '🙂'.repeat(128),
]

describe('GET /v1/nodes/{id}/stats', () => {
  it('finds a node by any id, percent-encoded', async () => {
    const running = await service()
    for (const id of anyIds) await running.execute({ node: node(id) })

    for (const id of anyIds)
      expect(await fetchStatistics(running, id)).toMatchObject({
        status: 200,
        body: { nodeId: id, passedThrough: 1 },
      })
  })

  it.each(['.', '..', 'a/../b'])(
    'finds the node %j where the client leaves the path as it is',
    async (id) => {
      const { execute, url } = await service()
      await execute({ node: node(id) })
      const path = `/v1/nodes/${encodeURIComponent(id).replaceAll('.', '%2e')}/stats`

      const request = openRequest(url, { path, agent: false }).end()
      const [response] = await once(request, 'response')

      expect(await readJson(response)).toMatchObject({ nodeId: id, passedThrough: 1 })
    },
  )

  it('is 404 for an id that nothing has passed, and looks upstream of the node', async () => {
    const running = await service()

    for (const id of ['nothing-passed', 'x'.repeat(129), 'x'.repeat(10_000)]) {
      const reply = await fetchStatistics<Problem>(running, id)

      expect(reply).toMatchObject({ status: 404, body: { code: 'not_found', delivered: 'no' } })
      expect(reply.body.detail).toContain('upstream')
    }
  })

  it('names the instance that counts and since when, also where it has counted nothing', async () => {
    const before = new Date().toISOString()
    const running = await service({ settings: { INSTANCE: 'eu-1' } })
    await running.execute({ node: node('crm-lead') })

    const { body: found } = await fetchStatistics(running, 'crm-lead')
    const { body: list } = await running.request<NodeList>('/v1/nodes')
    const { body: missing } = await fetchStatistics<Problem>(running, 'another')

    const { instance, instanceSince, instances } = found
    expect(instance).toBe('eu-1')
    expect(list).toMatchObject({ instance, instanceSince, instances })
    expect(instances).toBe(1)
    expect(missing.detail).toContain(`The instance eu-1, which counts since ${instanceSince},`)
    expect(instanceSince >= before && instanceSince <= found.since).toBe(true)
  })

  it('names the host where the instance has no name of its own', async () => {
    const { request } = await service()

    const { body } = await request<NodeList>('/v1/nodes')

    expect(body.instance).toBe(hostname())
  })

  it('counts neither requests that were refused, nor previews, nor nodes without an id', async () => {
    const { post, preview, execute, request } = await service()
    const { id, ...nameless } = node('crm-lead')
    await post('/v1/execute', { node: { ...nameless, id, url: 'http://plain.example/' } })
    await preview({ node: { ...nameless, id } })
    await execute({ node: nameless, tenant: 'acme' })

    const { body } = await request<NodeList>('/v1/nodes')

    expect(body.nodes).toEqual([])
  })

  it.each(['%ff', '%zz', '%'])('refuses an id that is not well encoded: %s', async (id) => {
    const { url } = await service()

    const response = await fetch(`${url}/v1/nodes/${id}/stats`)

    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ code: 'invalid_request' })
  })

  it('can only be read', async () => {
    const { request } = await service()

    const reply = await request('/v1/nodes/a%2Fb/stats', { method: 'DELETE' })

    expect(reply).toMatchObject({ status: 405, body: { code: 'method_not_allowed' } })
    expect(reply.headers.get('allow')).toBe('GET, HEAD')
  })
})

describe('?tenant=', () => {
  it('selects the executions of one tenant, without which all count together', async () => {
    const running = await service()
    for (const tenant of ['acme', 'acme', 'globex', undefined])
      await running.execute({ node: node('crm-lead'), tenant })

    const queries = ['', '?tenant=acme', '?tenant=globex', '?tenant=initech']
    const found = await Promise.all(queries.map((query) => fetchStatistics(running, 'crm-lead', query)))

    expect(found.map(({ status, body }) => [status, body.tenant, body.passedThrough])).toEqual([
      [200, null, 4],
      [200, 'acme', 2],
      [200, 'globex', 1],
      [404, undefined, undefined],
    ])
  })

  it('lists what is counted for one tenant', async () => {
    const { execute, request } = await service()
    await execute({ node: node('b'), tenant: 'acme' })
    await execute({ node: node('a'), tenant: 'globex' })

    const all = await request<NodeList>('/v1/nodes')
    const own = await request<NodeList>('/v1/nodes?tenant=acme')

    expect(all.body.nodes.map(({ nodeId, tenant }) => [nodeId, tenant])).toEqual([
      ['a', null],
      ['a', 'globex'],
      ['b', null],
      ['b', 'acme'],
    ])
    expect(own.body.nodes).toEqual([
      expect.objectContaining({ nodeId: 'b', tenant: 'acme', passedThrough: 1, succeeded: 0, failed: 1 }),
    ])
  })

  it.each(['/v1/nodes', '/v1/nodes/crm-lead/stats'])(
    'is the only parameter of the query, and must be a valid tenant: %s',
    async (path) => {
      const { request } = await service()
      const wrong = ['tenat=a', 'tenant=', 'tenant', 'tenant=a&tenant=b', 'tenant=a&limit=5', '__proto__=a']

      for (const query of [...wrong, 'tenant=a%20b', 'tenant=a%0A', `tenant=${'x'.repeat(65)}`]) {
        const reply = await request<Problem>(`${path}?${query}`)

        expect(reply, query).toMatchObject({ status: 400, body: { code: 'invalid_request', errors: [] } })
        expect(reply.body.detail).toContain('tenant')
      }
    },
  )
})

describe('statistics', () => {
  it('can be read to the end, while the service drains', async () => {
    const { answer, release } = held(json(200, {}))
    const target = await receiver(answer)
    const { execute, request, drain } = await service()
    onTestFinished(release)
    const running = execute({ node: { ...node('crm-lead'), url: target.url } })
    await vi.waitUntil(() => target.received.length === 1)
    const drained = drain()

    await vi.waitUntil(async () => (await request('/readyz')).status === 503)
    const { status } = await request('/v1/nodes')

    release()
    expect(status).toBe(200)
    await Promise.all([running, drained])
  })

  it.each(['/v1/nodes', '/v1/nodes/crm-lead/stats'])('cannot be read without a key: %s', async (path) => {
    const key = 'only-for-this-test'
    const { request } = await service({ settings: { API_KEYS: `engine:${key}` } })
    const statusWith = async (authorization: string) =>
      (await request(path, { headers: { authorization } })).status

    expect(await request(path)).toMatchObject({ status: 401, body: { code: 'unauthorized' } })
    expect(await statusWith('Bearer wrong')).toBe(401)
    expect(await statusWith(`Bearer ${key}`)).toBe(path === '/v1/nodes' ? 200 : 404)
  })
})

function fetchStatistics<Body = NodeStatistics>({ request }: Service, id: string, query = '') {
  return request<Body>(`/v1/nodes/${encodeURIComponent(id)}/stats${query}`)
}
