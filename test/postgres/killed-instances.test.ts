import { it } from 'vitest'
import { killSeed, kills, killTimeout, surviveKills } from '../durability/service/survive-kills.ts'
import { makeAddress, storeKey, writeUrl } from './support/postgres-world.ts'

it(`every call that was accepted ends as it should, whatever moment one of two instances is killed at, and the other one stopped (${kills} times, seed ${killSeed})`, {
  timeout: killTimeout,
}, async () => {
  const STORE_URL = writeUrl(makeAddress())
  const STORE_KEYS = `${storeKey.id}:${storeKey.bytes.toString('base64')}`
  await surviveKills({
    store: () => ({ STORE_URL, STORE_KEYS }),
    instances: 2,
    // Longer than its leases: the other one takes over, and what the stopped one goes on with is fenced.
    stoppedMs: 11_500,
  })
})
