import type { Round } from './comparison.ts'
import { median } from './median.ts'
import type { Results } from './results.ts'
import { findUsualLimit, limitedBy } from './shares.ts'

/** A performance target of the service. */
interface Target {
  readonly what: string
  readonly bound: 'at least' | 'at most'
  readonly value: number
  readonly unit: string
  /** Null if the run did not measure it. Words if the run could not measure it. */
  readonly measured: (results: Results) => number | string | null
}

const targets: readonly Target[] = [
  {
    what: 'Executions per CPU time, against the bare forwarder',
    bound: 'at least',
    value: 0.85,
    unit: 'x',
    measured: ofRounds(({ service, bare }) => bare.full.cpuMicroseconds / service.full.cpuMicroseconds),
  },
  {
    what: 'Executions per CPU time, against Node-RED',
    bound: 'at least',
    value: 15,
    unit: 'x',
    measured: ofRounds(
      ({ service, peer }) => peer && peer.full.cpuMicroseconds / service.full.cpuMicroseconds,
    ),
  },
  {
    what: 'Added latency at concurrency 1, p50, over the bare forwarder',
    bound: 'at most',
    value: 0.15,
    unit: 'ms',
    measured: ofRounds(({ service, bare }) => service.single.p50Ms - bare.single.p50Ms),
  },
  {
    what: 'p99 at half of the maximum rate, against the bare forwarder',
    bound: 'at most',
    value: 1.3,
    unit: 'x',
    measured: (results) =>
      limitOfHalves(results) ??
      ofRounds(({ service, bare }) => service.half && bare.half && service.half.p99Ms / bare.half.p99Ms)(
        results,
      ),
  },
  {
    what: 'Memory at the last count of executions, against the first',
    bound: 'at most',
    value: 1.1,
    unit: 'x',
    measured: ({ footprint }) => ratioOfEnds(footprint?.growth.map(({ rssBytes }) => rssBytes)),
  },
  {
    what: 'Start until ready',
    bound: 'at most',
    value: 0.6,
    unit: 's',
    measured: ({ footprint }) => footprint && footprint.startMs / 1_000,
  },
  {
    what: 'Memory, idle',
    bound: 'at most',
    value: 100,
    unit: 'MB',
    measured: ({ footprint }) => footprint && footprint.idleBytes / 1e6,
  },
  {
    what: 'Heap after all kinds of calls, against that after a fifth of them',
    bound: 'at most',
    value: 1.05,
    unit: 'x',
    measured: ({ leak }) => ratioOfEnds(leak?.map(({ heapBytes }) => heapBytes)),
  },
  {
    what: 'Open files and sockets after all kinds of calls, against those after a fifth of them',
    bound: 'at most',
    value: 1,
    unit: 'x',
    measured: ({ leak }) => ratioOfEnds(leak?.map(({ descriptors }) => descriptors)),
  },
]

/** Targets and results, as rows of a table. */
export function targetRows(results: Results): readonly (readonly string[])[] {
  return targets.map(({ what, bound, value, unit, measured }) => {
    const number = measured(results)
    if (number === null) return [what, `${bound} ${value} ${unit}`, 'not in this run', '']
    if (typeof number === 'string') return [what, `${bound} ${value} ${unit}`, number, '']
    const isReached = bound === 'at least' ? number >= value : number <= value
    return [what, `${bound} ${value} ${unit}`, `${number.toFixed(2)} ${unit}`, isReached ? 'yes' : '**no**']
  })
}

/** What limited most rounds, so that half of their rate means nothing, or null. */
function limitOfHalves({ comparison }: Results): string | null {
  const limit = findUsualLimit(comparison?.rounds.map(({ service }) => service.full.shares) ?? [])
  return limit && limitedBy(limit)
}

/**
 * The median over rounds. Each round gives a ratio, so noise that lasts longer than a round affects both of its
 * sides.
 */
function ofRounds(ofRound: (round: Round) => number | null): (results: Results) => number | null {
  return ({ comparison }) => {
    const numbers = comparison?.rounds.flatMap((round) => ofRound(round) ?? []) ?? []
    return numbers.length === 0 ? null : median(numbers)
  }
}

function ratioOfEnds(numbers: readonly number[] = []): number | null {
  const [first] = numbers
  const last = numbers.at(-1)
  return first === undefined || last === undefined ? null : last / first
}
