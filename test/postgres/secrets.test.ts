import { expect, inject, it, onTestFinished } from 'vitest'
import { acceptOne, claimOne } from '../durability/support/store-world.ts'
import { bytes, durable, ended, failed, synchronous } from '../durability/support/submissions.ts'
import { dump } from './support/cluster.ts'
import { makeAddress, openPostgres, storeKey } from './support/postgres-world.ts'

it('keeps no document and no key in clear', async () => {
  const canary = 'canary-5up3r-s3cr3t'
  const address = makeAddress()
  const store = await openPostgres(address)
  onTestFinished(() => store.close())
  const document = bytes(`{"secret":"${canary}"}`)
  const documents = { node: document, payload: document, rest: document, secrets: document }
  await acceptOne(store, durable({ ...documents, key: canary, nodeId: 'visible' }))
  await acceptOne(store, durable({ ...documents, dueAt: store.now() + 60_000 }))
  const { lease } = await claimOne(store)
  await store.settle(lease, { outcome: 'again', attempts: 1, dueAt: store.now(), progress: document })
  const callback = { lane: durable().lane, dueAt: store.now() + 60_000 }
  await store.settle((await claimOne(store)).lease, failed({ reply: document, callback }))
  const held = await acceptOne(store, synchronous({ key: `${canary}-2` }))
  if (held.lease !== null) await store.settle(held.lease, ended({ reply: document }))

  const dumped = dump(inject('postgresFolder'), address.schema)

  expect(dumped).toContain('visible')
  for (const secret of [canary, storeKey.bytes.toString('latin1')]) {
    const inBytes = Buffer.from(secret, 'latin1')
    for (const form of [
      inBytes.toString('utf8'),
      inBytes.toString('hex'),
      inBytes.toString('base64').slice(0, -4),
    ])
      expect(dumped.includes(form), form).toBe(false)
  }
})
