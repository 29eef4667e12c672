import { join } from 'node:path'
import { it } from 'vitest'
import { killSeed, kills, killTimeout, surviveKills } from './survive-kills.ts'

it(`every call that was accepted ends as it should, whatever moment the process is killed at (${kills} times, seed ${killSeed})`, {
  timeout: killTimeout,
}, async () => {
  await surviveKills({
    store: (directory) => ({ STORE_URL: `sqlite:${join(directory, 'store.db')}` }),
    instances: 1,
    stoppedMs: 0,
  })
})
