import { parseArgs } from 'node:util'
import { type BadTargets, startBadTargets } from './bad-targets.ts'
import { createRequests, type Running } from './contender.ts'
import { loadSteadily } from './load.ts'
import { measureTimes, type TimedMeasurement } from './measure.ts'
import { median } from './median.ts'
import type { Series } from './requests.ts'
import { startService } from './service.ts'
import { createWorld, type World } from './world.ts'

// Measures how much longer healthy calls take while nine of ten calls go to bad targets. Exits with 1 if they take
// more than twice as long.

const worstRatio = 2
const badPerHealthy = 9

/** Long enough at this rate that bad calls also wait in queues. */
const badTimeoutMs = 4_000

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '12' },
    rate: { type: 'string', default: '5' },
  },
})

process.exitCode = (await compare()) ? 0 : 1

async function compare(): Promise<boolean> {
  await using world = await createWorld()
  await using bad = await startBadTargets(world.credentials, world.cores?.receiver)
  await using running = await startService({ ...world, dns: bad.dns })
  const rounds: Round[] = []
  await loadAlone(world, running) // first calls are not measured
  for (let number = 1; number <= Number(values.rounds); number++) {
    const round = {
      alone: await loadAlone(world, running),
      besideBad: await loadBeside(bad, world, running),
    }
    rounds.push(round)
    console.log(
      `round ${number}: ${describe(round.alone)} alone, ${describe(round.besideBad)} beside bad targets`,
    )
  }

  const ratio = findMedian(rounds, 'besideBad') / findMedian(rounds, 'alone')
  console.log(
    `median p99: ${findMedian(rounds, 'alone').toFixed(1)} ms alone, ${findMedian(rounds, 'besideBad').toFixed(1)} ms beside bad targets: ${ratio.toFixed(2)} times as long, at most ${worstRatio} times allowed`,
  )
  return ratio <= worstRatio
}

interface Round {
  readonly alone: TimedMeasurement
  readonly besideBad: TimedMeasurement
}

/** Rejects if a healthy call does not arrive. */
function loadAlone(world: World, running: Running): Promise<TimedMeasurement> {
  const pace = { connections: 50, seconds: Number(values.seconds), rate: Number(values.rate) }
  return measureTimes(world, running, () => loadSteadily(running.aim, pace))
}

async function loadBeside(bad: BadTargets, world: World, running: Running): Promise<TimedMeasurement> {
  const rate = badPerHealthy * Number(values.rate)
  const pace = { connections: 900, seconds: Number(values.seconds), rate }
  const aim = { port: running.aim.port, requests: inTurn(bad.urls) }
  const [measurement] = await Promise.all([loadAlone(world, running), loadSteadily(aim, pace)])
  return measurement
}

function inTurn(urls: readonly string[]): Series {
  const all = urls.map((url) => createRequests({ node: { method: 'POST', url, timeoutMs: badTimeoutMs } }))
  let turn = 0
  return { next: () => (all[turn++ % all.length] as Series).next() } // the index is in range
}

function findMedian(rounds: readonly Round[], which: keyof Round): number {
  return median(rounds.map((round) => round[which].p99Ms))
}

function describe({ p50Ms, p99Ms, shares }: TimedMeasurement): string {
  return `p50 ${p50Ms.toFixed(1)} ms, p99 ${p99Ms.toFixed(1)} ms (core ${Math.round(shares.contender * 100)} % busy)`
}
