import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { openStore, parseStoreUrl } from '../../src/durability/open-store.ts'
import { makeFolder } from './sqlite/support/sqlite-world.ts'
import { acceptOne, claimOne } from './support/store-world.ts'
import { durable } from './support/submissions.ts'

const tokens = { reserve: () => ({ granted: 0, moreAt: 0 }) }

describe('STORE_URL', () => {
  it('opens the file that it names', async () => {
    const url = parseStoreUrl(`sqlite:${join(await makeFolder(), 'store.db')}`)
    if (typeof url === 'string') throw new TypeError(url)

    const store = await openStore(url, {
      keys: [],
      maxConnections: 2,
      tokens,
      now: Date.now,
      onUnavailable: () => {},
      onWarning: () => {},
      onLost: () => {},
      maxBacklog: 10,
      idempotencyMs: 1,
      resultMs: 1,
    })
    onTestFinished(() => store.close())

    const { executionId } = await acceptOne(store, durable())
    expect(await claimOne(store)).toMatchObject({ lease: { executionId } })
    expect(store.traits).toEqual({ shared: false, survives: 'power' })
  })

  it.each([
    '',
    'sqlite:',
    'sqlite:store.db',
    'sqlite:/',
    'sqlite:/var/lib/',
    'sqlite:/a.db?mode=ro',
    'sqlite:/a\0b',
    'mysql://db/x',
    '/var/lib/store.db',
  ])('is refused: %j', (text) => {
    expect(parseStoreUrl(text)).toContain('must be "sqlite:" and the absolute path of a file')
  })
})
