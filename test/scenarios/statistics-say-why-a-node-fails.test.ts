import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { ExecuteReply } from '../../src/contract/execution.ts'
import type { FailedExecution, NodeStatistics } from '../../src/contract/statistics.ts'
import { testFiles } from '../support/files.ts'
import { json } from '../support/receiver.ts'
import { receiver } from '../support/servers.ts'
import { service } from '../support/service.ts'
import { serviceWithStore, submit, untilEnded } from './support/durable.ts'

const canary = 'Kq7sWm2zTr9bVx4cNh6j'

describe('the latest failures of a node', () => {
  it.each<[what: string, node: object]>([
    ['a host that does not exist', { url: 'https://nowhere.invalid/v1' }],
    ['an address that may not be called', { url: 'https://169.254.169.254/' }],
    ['a value that is missing', { url: 'https://hooks.example/{{ profile.id }}' }],
  ])('say what the reply says: %s', async (_what, part) => {
    const { execute, request } = await service()

    const { reason } = await execute({ node: { id: 'n', method: 'GET', ...part } })

    expect(await only(request)).toMatchObject({
      message: reason.message,
      hint: reason.hint,
      path: reason.path,
    })
  })

  it('say what the node does wrong, and leave what the target says to the reply', async () => {
    const target = await receiver(json(422, { message: 'the list 4711 is unknown' }))
    const { execute, request } = await service()
    const node = {
      id: 'n',
      method: 'GET',
      url: target.url,
      query: [{ name: 'a', source: 'profile', field: 'emial' }],
    }

    const { reason } = await execute({ node, payload: { profile: { email: 'ada@example.com' } } })

    const { message, hint, path } = await only(request)
    expect(reason.hint).toContain('4711')
    expect({ message, path }).toEqual({ message: reason.message, path: reason.path })
    expect(hint).toContain('The profile has no attribute "emial". Did you mean "email"?')
    expect(hint).not.toContain('4711')
  })

  it('say why a durable execution has failed', async () => {
    const target = await receiver(json(404, {}))
    const own = await serviceWithStore()
    const { executionId } = await submit(own, { node: { id: 'n', method: 'GET', url: target.url } })
    const { result } = await untilEnded(own, executionId)

    const { message, path } = await only(own.request)

    expect({ message, path }).toEqual({ message: result?.reason.message, path: result?.reason.path })
  })

  const sensitive = [{ name: 'pin', source: 'profile', field: 'pin', sensitive: true }]
  it.each<[what: string, node: object]>([
    ['a secret in the URL', { url: 'https://nowhere.invalid/{{ secrets.stored }}' }],
    ['an address from a value', { url: '{{ profile.pin }}', hosts: ['a.example'] }],
    ['a sensitive value', { query: sensitive }],
    [
      'a value of the body',
      { body: { structure: 'simple', fields: [{ name: 'pin', source: 'profile', field: 'pin' }] } },
    ],
    ['a value of a header', { headers: [{ name: 'X-Pin', source: 'profile', field: 'pin' }] }],
    ['a header that is none', { headers: [{ name: 'X-Pin', value: '{{ profile.pin }}\n' }] }],
    [
      'a value in a condition',
      { expect: { type: 'condition', value: 'response.json.pin == profile.pin and response.json.ok' } },
    ],
    ['a value in a text', { expect: { type: 'string', value: 'not there' } }],
    ['a case', { cases: [{ branch: 'x', succeeded: false, when: { type: 'status', value: 422 } }] }],
    ['a refused credential', { auth: { type: 'bearer', token: '{{ secrets.own }}' } }],
  ])('show nothing of what was sent and came: %s', async (_what, part) => {
    const target = await receiver((request, response) => {
      response.writeHead(422, { 'content-type': 'application/json', location: `https://x.example/${canary}` })
      response.end(
        JSON.stringify({ message: `no ${canary} in ${request.target}`, pin: canary, ok: false, [canary]: 1 }),
      )
    })
    const { path } = await testFiles({ 's.json': JSON.stringify({ stored: { value: canary } }) })
    const { execute, request } = await service({ settings: { SECRETS_FILE: join(path, 's.json') } })
    const node = { id: 'n', method: 'POST', url: target.url, ...part }

    await execute({ node, payload: { profile: { pin: canary } }, secrets: { own: canary } })

    const failed = await only(request)
    expect(failed.message).not.toBe('')
    expect(JSON.stringify(failed).toLowerCase()).not.toContain(canary.toLowerCase())
  })

  it('quote no token endpoint', async () => {
    const endpoint = await receiver(json(400, { error: 'invalid_client', error_description: `no ${canary}` }))
    const { execute, request } = await service()
    const auth = {
      type: 'oauth2',
      tokenUrl: endpoint.url,
      clientId: 'me',
      clientSecret: '{{ secrets.own }}',
    }

    const { reason }: ExecuteReply = await execute({
      node: { id: 'n', method: 'GET', url: endpoint.url, auth },
      secrets: { own: 'another-secret' },
    })

    const { code, hint } = await only(request)
    expect(code).toBe('auth_token_refused')
    expect(reason.hint).toContain(canary)
    expect(reason.hint).toContain(hint)
    expect(hint).not.toContain(canary)
  })
})

/** The only failure of the node "n". */
async function only(request: Awaited<ReturnType<typeof service>>['request']): Promise<FailedExecution> {
  const { body } = await request<NodeStatistics>('/v1/nodes/n/stats')
  const [failed] = body.lastFailures
  if (failed === undefined || body.lastFailures.length > 1) throw new Error(JSON.stringify(body))
  return failed
}
