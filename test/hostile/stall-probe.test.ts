import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { type Attacker, attack, maxStallMs } from './support/attack.ts'
import { hostileService } from './support/hostile-service.ts'
import { machineMs } from './support/stall.ts'

/** A stall that is not seen would make every other test of this folder green. */
const service = hostileService({ heapMb: 160 })

const longest = async (attacker: Attacker) => {
  const { probed } = await attack(service, attacker)
  if (probed === null) throw new Error('the service is dead')
  return probed.longest
}

describe('the probe of stalls', () => {
  it('sees none in a service that has nothing to do', async () => {
    const { probed } = await attack(service, () => sleep(1_000))

    expect(probed?.refused).toBe(0)
    expect(probed?.probes).toBeGreaterThan(50)
    expect(probed?.longest.ownMs).toBeLessThan(maxStallMs / 2)
  })

  it('sees how long a service computes', async () => {
    const stall = await longest(() =>
      service.evaluate('for (const end = Date.now() + 800; Date.now() < end; );'),
    )

    expect(stall.wallMs).toBeGreaterThan(780)
    expect(stall.ownMs).toBeGreaterThan(maxStallMs)
  })

  it('sees how long a service waits for something else than a processor', async () => {
    const stall = await longest(async () => {
      process.kill(service.pid, 'SIGSTOP')
      await sleep(800)
      process.kill(service.pid, 'SIGCONT')
    })

    expect(stall.ownMs).toBeGreaterThan(700)
  })

  it('does not blame the service for a machine that is busy', async () => {
    const stall = await longest(() => keepBusy({ processes: 8, ms: 2_000 }))

    expect(stall.ownMs).toBeLessThan(maxStallMs / 2)
  })

  it('sees a service that computes on a machine that is busy', async () => {
    const stall = await longest(() =>
      Promise.all([
        keepBusy({ processes: 4, ms: 2_500 }),
        service.evaluate('let sum = 0; for (let step = 0; step < 12e8; step++) sum += step'),
      ]),
    )

    expect(stall.ownMs).toBeGreaterThan(maxStallMs)
  })

  it('blames the machine for the longer stall of both servers, and for no more than the wait', () => {
    const wait = { from: 100, to: 400 }
    const bare = [
      { from: 0, to: 150 },
      { from: 350, to: 500 },
    ]

    expect(machineMs(wait, 0, [])).toBe(0)
    expect(machineMs(wait, 120, bare)).toBe(120)
    expect(machineMs(wait, 80, bare)).toBe(100)
    expect(machineMs(wait, 900, bare)).toBe(300)
  })
})

/** Other programs, without end but for that time. */
async function keepBusy({
  processes,
  ms,
}: {
  readonly processes: number
  readonly ms: number
}): Promise<void> {
  const script = `for (const end = Date.now() + ${ms}; Date.now() < end; );`
  const children = Array.from({ length: processes }, () => spawn(process.execPath, ['-e', script]))
  await Promise.all(children.map((child) => once(child, 'exit')))
}
