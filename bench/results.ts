import type { Round, Turn } from './comparison.ts'
import type { Footprint } from './footprint.ts'
import type { Growth } from './growth.ts'
import type { Remains } from './leak.ts'
import type { Machine } from './machine.ts'
import { markdownTable } from './markdown-table.ts'
import type { TimedMeasurement } from './measure.ts'
import { fullCells, middle, rateCell } from './measurement-cells.ts'
import { targetRows } from './targets.ts'

/** The results of a run. Null for a part that was not asked for. */
export interface Results {
  readonly machine: Machine
  readonly comparison: Comparison | null
  readonly footprint: Footprint | null
  readonly growth: readonly Growth[] | null
  readonly leak: readonly Remains[] | null
}

interface Comparison {
  readonly rounds: readonly Round[]
  /** The name of the peer, or null. */
  readonly peer: string | null
}

/** Writes the results as Markdown. */
export function writeResults(results: Results): string {
  const { comparison, footprint, growth, leak } = results
  const sections = [
    ['# Results', introduction, markdownTable(['what', 'which'], results.machine)],
    ['## Targets', markdownTable(['what', 'target', 'measured', 'reached'], targetRows(results))],
    comparison && comparisonSection(comparison),
    footprint && footprintSection(footprint),
    growth && growthSection(growth),
    leak && leakSection(leak),
  ]
  return `${sections.flatMap((section) => section ?? []).join('\n\n')}\n`
}

const introduction = `Written by \`npm run bench\`; do not edit it. Three processes on one machine: a load generator, the
service, and an HTTPS receiver whose certificate is verified. The service has a core of its own. An execution counts only if
its request reached the receiver and was right in every part that the receiver checks. The service checks keys and bodies,
judges every target, masks secrets, counts, and logs to a file; the bare forwarder (\`bench/baseline.ts\`) does none of this.`

function comparisonSection({ rounds, peer }: Comparison): readonly string[] {
  const contenders: readonly (readonly [string, (round: Round) => Turn | null])[] = [
    ['webhook-node', (round) => round.service],
    ['bare forwarder', (round) => round.bare],
    ...(peer === null ? [] : [[peer, (round: Round) => round.peer] as const]),
  ]
  const rows = contenders.map(([name, findTurn]) => [
    name,
    ...turnCells(rounds.flatMap((round) => findTurn(round) ?? [])),
  ])
  return [
    '## Compared',
    `${comparisonText} Medians of ${rounds.length} rounds.`,
    markdownTable(comparisonHead, rows),
  ]
}

const comparisonText = `A lead with ten fields as JSON over kept-alive connections, sent to each contender in turn, each time in a
new process after a warm-up. "Full" is 32 connections at full speed; "single" is one call after the other; "timed" is full once
more, by the load generator that takes the time of each call. A call waits for those of the 31 other connections, so its latency is
32 times the time between two replies. CPU time is user and system time of all threads. A rate counts only if the core of the
contender was the limit; otherwise the table names the limit.`

const comparisonHead = [
  'contender',
  'full: CPU, µs per execution',
  'full: instructions per execution',
  'full: executions per second',
  'full: core busy',
  'single: p50, ms',
  'single: p99, ms',
  'timed: p50, ms',
  'timed: p99, ms',
]

function turnCells(turns: readonly Turn[]): readonly string[] {
  return [
    ...fullCells(turns.map(({ full }) => full)),
    ...timeCells(
      turns.map(({ single }) => single),
      3,
    ),
    ...timeCells(
      turns.map(({ timed }) => timed),
      2,
    ),
  ]
}

function timeCells(all: readonly TimedMeasurement[], digits: number): readonly string[] {
  const p50 = all.map(({ p50Ms }) => p50Ms)
  const p99 = all.map(({ p99Ms }) => p99Ms)
  return [middle(p50, digits), middle(p99, digits)]
}

function footprintSection({ startMs, idleBytes, growth }: Footprint): readonly string[] {
  const rows = [
    ['start until ready', `${startMs.toFixed(0)} ms`],
    ['memory, idle', megabytes(idleBytes)],
    ...growth.map(({ executions, rssBytes }) => [
      `memory after ${executions} executions`,
      megabytes(rssBytes),
    ]),
  ]
  return [
    '## Start and memory',
    'Resident memory of the whole process.',
    markdownTable(['what', 'measured'], rows),
  ]
}

function growthSection(growth: readonly Growth[]): readonly string[] {
  const tables = growth.flatMap((one) => [`### ${one.title}`, one.explanation, growthTable(one)])
  return ['## How cost grows', growthText, ...tables]
}

const growthText = `Eight connections. "Growth" compares a step with the one before: \`10 x → 3.1 x\` is ten times the size at 3.1
times the CPU time. A cost is constant if the second number stays near 1, and at most linear if it stays below the first.`

function growthTable({ title, steps }: Growth): string {
  const rows = steps.map((step, at) => {
    const before = steps[at - 1]
    const growth = before && [step.size / before.size, step.cpuMicroseconds / before.cpuMicroseconds]
    return [
      String(step.size),
      rateCell([step]),
      step.cpuMicroseconds.toFixed(0),
      growth?.map((factor) => `${Number(factor.toFixed(1))} x`).join(' → ') ?? '',
      megabytes(step.rssBytes),
    ]
  })
  return markdownTable([title.toLowerCase(), 'executions per second', 'CPU, µs', 'growth', 'memory'], rows)
}

function leakSection(leak: readonly Remains[]): readonly string[] {
  const rows = leak.map(({ calls, cancelled, descriptors, resources, heapBytes, rssBytes }) => [
    `${calls} (${cancelled})`,
    String(descriptors),
    String(resources),
    megabytes(heapBytes),
    megabytes(rssBytes),
  ])
  const head = ['calls (hung up)', 'open files and sockets', 'resources of the event loop', 'heap', 'memory']
  return ['## What is left behind', leakText, markdownTable(head, rows)]
}

const leakText = `Calls of every kind: met and unmet expectations, two thousand hosts, different node ids, refused connections,
denied addresses, connections closed by the target, timeouts, unknown names, failed renderings, invalid requests, and calls
that the client cancelled. Measured after a pause, the heap after a garbage collection.`

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(0)} MB`
}
