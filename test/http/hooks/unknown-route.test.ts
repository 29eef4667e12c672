import { describe, expect, it, onTestFinished } from 'vitest'
import type { Problem } from '../../../src/contract/schemas.ts'
import { service } from '../../support/service.ts'

describe('a route that does not exist', () => {
  it('costs no more than looking for it: nothing is compiled for it', async () => {
    const { request } = await service()
    const made = countPatterns()

    expect((await request('/v1/exekute', { method: 'POST' })).status).toBe(404)
    expect((await request('/v1/execute', { method: 'PUT' })).status).toBe(405)

    expect(made()).toBe(0)
  })

  it('leads to the document that lists all routes', async () => {
    const { request } = await service()

    const { body } = await request<Problem>('/nowhere')

    expect(body.detail).toContain('GET /openapi.json')
  })
})

describe('a service that is told not to describe its routes', () => {
  it.each([
    '/docs',
    '/docs/',
    '/docs/json',
    '/docs/yaml',
    '/docs/static/logo.svg',
    '/openapi.json',
    '/manual/security',
  ])('has nothing at %s', async (path) => {
    const { request } = await service({ settings: { DOCS: 'off' } })

    const { status, body } = await request<Problem>(path)

    expect(status).toBe(404)
    expect(body).toMatchObject({
      code: 'not_found',
      detail: 'This route is closed: the operator of the service has set DOCS=off.',
    })
  })

  it('executes nodes all the same', async () => {
    const { execute } = await service({ settings: { DOCS: 'off' } })

    const reply = await execute({ node: { method: 'GET', url: 'https://hooks.example/{{ profile.id }}' } })

    expect(reply.reason.code).toBe('value_missing')
  })
})

/** Counts the URL patterns that are made from now on, until the test ends. */
function countPatterns(): () => number {
  const Original = globalThis.URLPattern
  let made = 0
  globalThis.URLPattern = new Proxy(Original, {
    construct(target, parts, newTarget) {
      made += 1
      return Reflect.construct(target, parts, newTarget)
    },
  })
  onTestFinished(() => {
    globalThis.URLPattern = Original
  })
  return () => made
}
