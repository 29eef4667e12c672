import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { assessHarm, attack } from './support/attack.ts'
import type { HostileRequest } from './support/hostile-client.ts'
import { hostileService } from './support/hostile-service.ts'
import { hostileTarget } from './support/hostile-target.ts'
import { Random } from './support/random.ts'
import { randomAnswer } from './support/random-answer.ts'
import { randomRequest } from './support/random-request.ts'
import { many } from './support/shape.ts'

/**
 * Requests and answers that were grown at random from the shapes of this folder. In CI they are the same each time; for
 * others there are FUZZ_SECONDS and FUZZ_SEED (npm run bench:fuzz).
 */
const seconds = Number(process.env.FUZZ_SECONDS ?? 16)
const firstSeed = Number(
  process.env.FUZZ_SEED ?? (process.env.FUZZ_SECONDS === undefined ? 20_261_129 : Date.now() % 1e9),
)

/** Waves of requests that are sent at once between two looks at the service. */
const waves = 4
const perWave = 6

const mebibyte = 1_048_576

describe.each([96, 160])('the service with a heap of %d MB', (heapMb) => {
  const service = hostileService({ heapMb })
  const target = hostileTarget()

  it('answers anything that is sent to it, and keeps nothing', {
    timeout: (seconds + 60) * 1_000,
  }, async () => {
    const endMs = performance.now() + (seconds * 1_000) / 2
    const before = await service.heapUsed()
    let seed = firstSeed
    let sent = 0
    for (; performance.now() < endMs; seed++) {
      const random = new Random(seed)
      const requests = many(waves * perWave, () => {
        const answerSeed = random.integer(0, 2 ** 31)
        // Made when it is asked for, and forgotten then.
        const url = target.answering((socket, request) => {
          const answer = randomAnswer(new Random(answerSeed))
          if (typeof answer === 'function') answer(socket, request)
          else socket.end(answer)
        })
        return randomRequest(random, url)
      })

      const aftermath = await attack(service, async (send) => {
        for (let wave = 0; wave < waves; wave++)
          await Promise.all(requests.slice(wave * perWave, (wave + 1) * perWave).map(send))
      })

      sent += requests.length
      const harm = assessHarm(aftermath)
      if (harm.length > 0)
        expect.unreachable(`FUZZ_SEED=${seed}: ${harm.join('; ')}; ${await keep(requests)}`)
    }
    console.log(`${heapMb} MB: ${sent} requests, seeds ${firstSeed} to ${seed - 1}`)

    expect(((await service.heapUsed()) - before) / mebibyte, `FUZZ_SEED=${firstSeed}`).toBeLessThan(
      heapMb / 4,
    )
  })
})

/** Writes the requests that did harm to a folder, and says where. */
async function keep(requests: readonly HostileRequest[]): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'webhook-node-fuzz-'))
  await Promise.all(
    requests.map(({ path, body }, index) =>
      writeFile(join(directory, `${index}-${path.slice(4)}.json`), body),
    ),
  )
  return `the requests are in ${directory}`
}
