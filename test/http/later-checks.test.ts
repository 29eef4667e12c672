import { expect, it, vi } from 'vitest'
import { RenderQuota } from '../../src/execution/render-quota.ts'
import { createLaterChecks } from '../../src/http/later-checks.ts'

const node = { method: 'GET', url: 'https://api.example/' } as const

it('checks nothing more for a client that has used up its share', () => {
  const quota = new RenderQuota()
  const check = vi.fn(() => [])
  const { checkRequest } = createLaterChecks({ nodes: { check }, quota, executions: () => null })(null)

  checkRequest({ node })
  quota.spend({ client: null, tenant: null }, 60_000)
  checkRequest({ node })

  expect(check).toHaveBeenCalledTimes(1)
})
