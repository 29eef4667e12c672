import { describe, expect, it } from 'vitest'
import { RenderQuota } from '../../src/execution/render-quota.ts'

const share = (client: string | null, tenant: string | null = null) => ({ client, tenant })

describe('the CPU time that templates take', () => {
  it('is free below a share of a second', () => {
    const quota = new RenderQuota()
    quota.spend(share('engine', 'acme'), 240)

    expect(quota.owes(share('engine', 'acme'))).toBe(false)
  })

  it('is owed by the tenant that has used more, and by no other', () => {
    const quota = new RenderQuota()
    quota.spend(share('engine', 'acme'), 400)

    expect(quota.owes(share('engine', 'acme'))).toBe(true)
    expect(quota.owes(share('engine', 'globex'))).toBe(false)
    expect(quota.owes(share('other', 'acme'))).toBe(false)
  })

  it('is owed by a client that invents tenants', () => {
    const quota = new RenderQuota()
    for (let index = 0; index < 100; index++) quota.spend(share('engine', `made-up-${index}`), 10)

    expect(quota.owes(share('engine', 'new'))).toBe(true)
    expect(quota.owes(share('other', 'new'))).toBe(false)
  })

  it('counts for all clients together where no key is asked for', () => {
    const quota = new RenderQuota()
    for (let index = 0; index < 100; index++) quota.spend(share(null, `made-up-${index}`), 10)

    expect(quota.owes(share(null, 'new'))).toBe(true)
  })

  it('does not count what ordinary calls take', () => {
    const quota = new RenderQuota()
    for (let index = 0; index < 10_000; index++) quota.spend(share('engine'), 0.4)

    expect(quota.owes(share('engine'))).toBe(false)
  })

  it('has to be waited for until it has come again, but not longer than there is time', async () => {
    const quota = new RenderQuota()
    quota.spend(share('engine'), 10_000)
    const began = performance.now()

    await quota.turn(share('engine'), 50, new AbortController().signal)

    expect(performance.now() - began).toBeLessThan(5_000)
    expect(quota.owes(share('engine'))).toBe(true)
  })

  it('is waited for again where another execution went first', async () => {
    const quota = new RenderQuota()
    quota.spend(share('engine', 'acme'), 260)
    const passed: string[] = []
    const go = async (name: string, ms: number) => {
      await quota.turn(share('engine', 'acme'), 10_000, new AbortController().signal)
      passed.push(`${name} ${quota.owes(share('engine', 'acme'))}`)
      quota.spend(share('engine', 'acme'), ms)
    }

    await Promise.all([go('first', 50), go('second', 50)])

    expect(passed.toSorted()).toEqual(['first false', 'second false'])
  })

  it('is not waited for by a client that has gone', async () => {
    const quota = new RenderQuota()
    quota.spend(share('engine'), 100_000)
    const gone = new AbortController()
    const waiting = quota.turn(share('engine'), 3_600_000, gone.signal)
    gone.abort()

    await waiting
  })
})
