import { it } from 'vitest'
import { killSeed, killTimeout, readKills, surviveKills } from '../durability/service/survive-kills.ts'
import { makeAddress, storeKey, writeUrl } from './support/postgres-world.ts'

/** Each takes a start of the service. */
const kills = readKills(4)

it(`every call that was accepted ends as it should, whatever moment one of two instances is killed at, and the other one stopped (${kills} times, seed ${killSeed})`, {
  timeout: killTimeout(kills),
}, async () => {
  const STORE_URL = writeUrl(makeAddress())
  const STORE_KEYS = `${storeKey.id}:${storeKey.bytes.toString('base64')}`
  await surviveKills({
    kills,
    store: () => ({ STORE_URL, STORE_KEYS }),
    instances: 2,
    // Longer than its leases: the other one takes over, and what the stopped one goes on with is fenced.
    stoppedMs: 11_500,
  })
})
