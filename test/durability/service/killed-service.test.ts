import { join } from 'node:path'
import { it } from 'vitest'
import { killSeed, killTimeout, readKills, surviveKills } from './survive-kills.ts'

const kills = readKills(12)

it(`every call that was accepted ends as it should, whatever moment the process is killed at (${kills} times, seed ${killSeed})`, {
  timeout: killTimeout(kills),
}, async () => {
  await surviveKills({
    kills,
    store: (directory) => ({ STORE_URL: `sqlite:${join(directory, 'store.db')}` }),
    instances: 1,
    stoppedMs: 0,
  })
})
