import type { Round } from './comparison.ts'
import type { DimensionName } from './growth.ts'
import { median } from './median.ts'
import type { Results } from './results.ts'

/** A performance target of the service. */
interface Target {
  readonly what: string
  readonly bound: 'at least' | 'at most'
  readonly value: number
  readonly unit: string
  /** Null if the run did not measure it. */
  readonly measured: (results: Results) => number | null
}

const targets: readonly Target[] = [
  {
    what: 'Executions per CPU time, against the bare forwarder',
    bound: 'at least',
    value: 0.65,
    unit: 'x',
    measured: ofRounds(({ service, bare }) => bare.full.cpuMicroseconds / service.full.cpuMicroseconds),
  },
  {
    what: 'Executions per CPU time, against Node-RED',
    bound: 'at least',
    value: 9,
    unit: 'x',
    measured: ofRounds(
      ({ service, peer }) => peer && peer.full.cpuMicroseconds / service.full.cpuMicroseconds,
    ),
  },
  {
    what: 'Added latency at concurrency 1, p50, over the bare forwarder',
    bound: 'at most',
    value: 0.1,
    unit: 'ms',
    measured: ofRounds(({ service, bare }) => service.single.p50Ms - bare.single.p50Ms),
  },
  {
    what: 'p99 under full load, against the bare forwarder',
    bound: 'at most',
    value: 1.5,
    unit: 'x',
    measured: ofRounds(({ service, bare }) => service.timed.p99Ms / bare.timed.p99Ms),
  },
  {
    what: 'Executions per CPU time with a new node each time, against a known one',
    bound: 'at least',
    value: 0.75,
    unit: 'x',
    measured: ({ growth }) => inverse(ratioOfEnds(costsAlong(growth, 'rendered nodes'))),
  },
  {
    what: 'CPU time per execution with 1,000 hosts in turn, against one',
    bound: 'at most',
    value: 6,
    unit: 'x',
    measured: ({ growth }) => ratioOfEnds(costsAlong(growth, 'hosts')),
  },
  {
    what: 'Memory at the last count of executions',
    bound: 'at most',
    value: 150,
    unit: 'MB',
    measured: ({ footprint }) => megabytes(footprint?.growth.at(-1)?.rssBytes),
  },
  {
    what: 'Start until ready',
    bound: 'at most',
    value: 0.4,
    unit: 's',
    measured: ({ footprint }) => footprint && footprint.startMs / 1_000,
  },
  {
    what: 'Memory, idle',
    bound: 'at most',
    value: 97,
    unit: 'MB',
    measured: ({ footprint }) => megabytes(footprint?.idleBytes),
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
    const isReached = bound === 'at least' ? number >= value : number <= value
    return [what, `${bound} ${value} ${unit}`, `${number.toFixed(2)} ${unit}`, isReached ? 'yes' : '**no**']
  })
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

/** CPU time per execution for each size, or undefined if the run did not measure it. */
function costsAlong(growth: Results['growth'], name: DimensionName): readonly number[] | undefined {
  return growth?.find((one) => one.name === name)?.steps.map(({ cpuMicroseconds }) => cpuMicroseconds)
}

function inverse(ratio: number | null): number | null {
  return ratio && 1 / ratio
}

function megabytes(bytes: number | undefined): number | null {
  return bytes === undefined ? null : bytes / 1e6
}
